//! The parameters of a Graph call, which may come in the query, as a form, as JSON or as multipart.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use super::error::GraphError;

/// The parts that are files: Messenger's and WhatsApp's.
const FILES: [&str; 2] = ["filedata", "file"];

/// Graph's parameters by name, and the files of a multipart call.
#[derive(Clone, Debug, Default)]
pub(super) struct Params {
    fields: BTreeMap<String, Value>,
    files: BTreeMap<String, FilePart>,
}

/// A part of a multipart call that is a file.
#[derive(Clone, Debug)]
pub(super) struct FilePart {
    pub(super) name: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) bytes: Bytes,
}

impl Params {
    /// Reads query and body; what the body says wins.
    pub(super) async fn read(query: &str, headers: &HeaderMap, body: &Bytes) -> Result<Self, GraphError> {
        let mut params = Self::default();
        params.add_form(query.as_bytes());
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        match content_type.split(';').next().unwrap_or_default().trim() {
            "application/json" => params.add_json(body)?,
            "multipart/form-data" => params.add_multipart(content_type, body.clone()).await?,
            "application/x-www-form-urlencoded" => params.add_form(body),
            // A body of any other type is not looked at.
            _ => {}
        }
        Ok(params)
    }

    fn add_form(&mut self, form: &[u8]) {
        for (name, value) in url::form_urlencoded::parse(form) {
            self.fields.insert(name.into_owned(), Value::String(value.into_owned()));
        }
    }

    fn add_json(&mut self, body: &[u8]) -> Result<(), GraphError> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(members)) => {
                self.fields.extend(members);
                Ok(())
            }
            Ok(_) | Err(_) => Err(GraphError::parameter("Invalid parameter: the request body is not a JSON object")),
        }
    }

    async fn add_multipart(&mut self, content_type: &str, body: Bytes) -> Result<(), GraphError> {
        let broken = |_| GraphError::parameter("Invalid parameter: the multipart body cannot be read");
        let request = Request::builder().header(CONTENT_TYPE, content_type).body(Body::from(body));
        let mut request = request.map_err(|_| GraphError::parameter("Invalid parameter"))?;
        // How large a file may be is Graph's to say, not axum's.
        DefaultBodyLimit::disable().apply(&mut request);
        let mut parts = Multipart::from_request(request, &())
            .await
            .map_err(|_| GraphError::parameter("Invalid parameter: no multipart boundary"))?;
        while let Some(part) = parts.next_field().await.map_err(broken)? {
            let name = part.name().unwrap_or_default().to_owned();
            if FILES.contains(&name.as_str()) {
                let file = FilePart {
                    name: part.file_name().map(str::to_owned),
                    content_type: part.content_type().map(str::to_owned),
                    bytes: part.bytes().await.map_err(broken)?,
                };
                self.files.insert(name, file);
            } else {
                self.fields.insert(name, Value::String(part.text().await.map_err(broken)?));
            }
        }
        Ok(())
    }

    /// A parameter that is a text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name).and_then(Value::as_str)
    }

    /// A parameter that is JSON: as it is, or as the text that a form or multipart holds.
    pub(super) fn json(&self, name: &str) -> Option<Value> {
        match self.fields.get(name)? {
            Value::String(text) => serde_json::from_str(text).ok(),
            value => Some(value.clone()),
        }
    }

    /// The file in the part with this name.
    pub(super) fn file(&self, name: &str) -> Option<&FilePart> {
        self.files.get(name)
    }

    /// The names of all parameters.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }
}
