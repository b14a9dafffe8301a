//! Our messages, files and questions as requests to the Cloud API, as values: no request is sent here.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages>

use std::sync::LazyLock;

use bytes::Bytes;
use http::Method;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use crate::channel::graph::Graph;
use crate::channel::whatsapp::cloud;
use crate::channel::{Connection, OutFile, OutMessage, PlatformCredential};
use crate::http::{Auth, Field, OutBody, Outgoing};
use crate::id::MessageId;

/// A token that Graph takes for nobody's: stands where a credential is another platform's, which no integration has.
static NO_TOKEN: LazyLock<SecretString> = LazyLock::new(SecretString::default);

/// One of our numbers, in whose name Graph is asked.
pub(super) struct Number<'a> {
    graph: Graph<'a>,
    /// Meta's id of the number.
    pub(super) id: &'a str,
    /// Meta's id of its business account.
    pub(super) waba: &'a str,
}

impl<'a> Number<'a> {
    /// The number that a connection is to.
    pub(super) fn of(connection: &Connection<'a>) -> Self {
        let (token, waba) = match connection.credential {
            PlatformCredential::Graph { token, waba } => (token, waba.as_deref()),
            _ => (&*NO_TOKEN, None),
        };
        let graph = Graph {
            base: &connection.platforms.graph_base_url,
            version: &connection.platforms.graph_version,
            token,
            app_secret: connection.app_secret,
        };
        let id = connection.account.platform_id().rsplit(':').next().unwrap_or_default();
        Self { graph, id, waba: waba.unwrap_or_default() }
    }

    /// A request to what `path` names.
    pub(super) fn request(&self, method: Method, path: &[&str], query: &[(&str, &str)], body: OutBody) -> Outgoing {
        self.graph.request(method, path, query, body)
    }

    /// Sends a message.
    pub(super) fn message(&self, message: OutMessage<'_>) -> Outgoing {
        self.post(cloud::render::message(message))
    }

    /// Marks a customer's message, and all before it, as read, and shows that an answer is being written: Meta has no one
    /// without the other.
    ///
    /// <https://developers.facebook.com/documentation/business-messaging/whatsapp/typing-indicators>
    pub(super) fn seen(&self, message: &MessageId) -> Outgoing {
        self.post(json!({
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": message.as_str(),
            "typing_indicator": { "type": "text" },
        }))
    }

    fn post(&self, body: Value) -> Outgoing {
        self.request(Method::POST, &[self.id, "messages"], &[], OutBody::Json(body))
    }

    /// Hands a file over, to be named by its id in messages of this number.
    ///
    /// <https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media>
    pub(super) fn upload(&self, file: &OutFile, bytes: Bytes) -> Outgoing {
        let text = |name: &str, value: &str| Field::Text { name: name.to_owned(), value: value.to_owned() };
        let fields = vec![
            text("messaging_product", "whatsapp"),
            text("type", &file.content_type),
            Field::File {
                name: "file".to_owned(),
                file_name: file.name.clone(),
                content_type: file.content_type.clone(),
                bytes,
            },
        ];
        self.request(Method::POST, &[self.id, "media"], &[], OutBody::Multipart(fields))
    }

    /// Asks where a customer's file lies; the address lives for five minutes.
    pub(super) fn media(&self, id: &str) -> Outgoing {
        self.request(Method::GET, &[id], &[("phone_number_id", self.id)], OutBody::Empty)
    }

    /// Fetches a file, with the token: without it Meta does not give it.
    pub(super) fn fetch(&self, url: Url) -> Outgoing {
        Outgoing::get(url, Auth::Bearer(self.graph.token.clone()))
    }
}

#[cfg(test)]
pub(super) mod tests;
