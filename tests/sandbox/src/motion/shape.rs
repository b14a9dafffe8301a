//! The payloads that Motion servers post to the Reply URL, in all the shapes that were seen. Pure.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A shape of payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Version 2 with every member that was seen anywhere.
    #[default]
    V2,
    /// Version 2 with what the documentation names, and nothing else: no id.
    Documented,
    /// The contact in lower case only.
    LowerCase,
    /// Version 1: `from`, `to`, `body`.
    V1,
    /// A form with `Contact[facebook]=`.
    Form,
    /// A form whose `Contact` holds JSON.
    FormJson,
    /// Version 2 behind a byte order mark.
    Bom,
    /// Version 2 as `text/plain`.
    PlainText,
    /// Version 2 without a type.
    NoType,
    /// Version 2 with ids as texts.
    TextIds,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Self; 10] = [
        Self::V2,
        Self::Documented,
        Self::LowerCase,
        Self::V1,
        Self::Form,
        Self::FormJson,
        Self::Bom,
        Self::PlainText,
        Self::NoType,
        Self::TextIds,
    ];

    /// What the body is sent as.
    pub(super) const fn content_type(self) -> Option<&'static str> {
        match self {
            Self::Form | Self::FormJson => Some("application/x-www-form-urlencoded"),
            Self::PlainText => Some("text/plain"),
            Self::NoType => None,
            _ => Some("application/json"),
        }
    }

    /// The bytes of `reply`, which is one in the fullest shape.
    pub(super) fn write(self, reply: &Value, map_key: &str) -> Vec<u8> {
        let field = |name: &str| reply.get(name).cloned().unwrap_or_default();
        match self {
            Self::V2 | Self::PlainText | Self::NoType => reply.to_string(),
            Self::Bom => format!("\u{feff}{reply}"),
            Self::Documented => pick(reply, &["body", "Contact", "AttachmentId"]).to_string(),
            Self::LowerCase => {
                pick(reply, &["id", "body", "contact", "AttachmentId", "Interaction", "interface"]).to_string()
            }
            Self::V1 => {
                let to = field("Contact").get(map_key).cloned().unwrap_or_default();
                json!({"from": field("OpenchannelAccountId").to_string(), "to": to, "body": field("body")}).to_string()
            }
            Self::Form => form(reply),
            Self::FormJson => form_json(reply),
            Self::TextIds => with_text_ids(reply.clone()).to_string(),
        }
        .into_bytes()
    }
}

fn pick(reply: &Value, names: &[&str]) -> Value {
    let members = reply.as_object().into_iter().flatten();
    members
        .filter(|(name, _)| names.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect::<Map<_, _>>()
        .into()
}

fn form(reply: &Value) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in
        pick(reply, &["id", "body", "AttachmentId", "Contact", "Interaction"]).as_object().into_iter().flatten()
    {
        match value {
            Value::Object(members) => {
                for (member, value) in members {
                    form.append_pair(&format!("{name}[{member}]"), &plain(value));
                }
            }
            value => {
                form.append_pair(name, &plain(value));
            }
        }
    }
    form.finish()
}

fn form_json(reply: &Value) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in
        pick(reply, &["id", "body", "AttachmentId", "Contact", "Interaction"]).as_object().into_iter().flatten()
    {
        form.append_pair(name, &plain(value));
    }
    form.finish()
}

/// A value in a form: texts as they are, nothing as nothing, the rest as JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

fn with_text_ids(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| match value {
                Value::Number(number) if name.to_lowercase().ends_with("id") => (name, number.to_string().into()),
                value => (name, with_text_ids(value)),
            })
            .collect::<Map<_, _>>()
            .into(),
        value => value,
    }
}
