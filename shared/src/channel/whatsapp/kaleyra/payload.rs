//! What a callback of the first API holds: fields by name, in a form of the customer's own making. They stand in the query, in
//! a form or in JSON, with quotation marks around them or without, and Kaleyra may have put a customer's words between them
//! without escaping those. So they are read as tolerantly as can be done safely.
//!
//! <https://developers.kaleyra.io/docs/create-callback-profile-for-incoming-whatsapp-messages>

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use url::form_urlencoded;

use crate::channel::RawRequest;
use crate::channel::scalar::Text;

/// What Kaleyra can be told to fill in: of a message, of a status, of a template, of the number.
const VARIABLES: [&str; 33] = [
    "body",
    "mime_type",
    "media_url",
    "from",
    "name",
    "type",
    "created_at",
    "reply_to",
    "wanumber",
    "mobile",
    "custom_response",
    "message",
    "contacts",
    "location",
    "id",
    "message_id",
    "status",
    "ref",
    "ref1",
    "ref2",
    "to",
    "time",
    "event",
    "reason",
    "message_template_id",
    "message_template_name",
    "message_template_language",
    "callback_profile_id",
    "company_id",
    "other_info",
    "display_phone_number",
    "current_limit",
    "error_code",
];

/// What people write. Quotation marks around it may be theirs.
const WORDS: [&str; 8] = ["body", "name", "message", "custom_response", "contacts", "location", "reason", "other_info"];

/// The fields of one call, in the order in which they stand.
pub(super) struct Fields(Vec<(String, String)>);

/// A field that stands there more than once, each time with another value: whoever wrote the message may have put it there.
pub(super) struct Ambiguous;

impl Fields {
    /// The fields that a call holds: those of its body, then those of its query.
    pub(super) fn of(request: &RawRequest) -> Self {
        let body = String::from_utf8_lossy(&request.body);
        let mut pairs = if body.trim_start().starts_with('{') { json(&body) } else { form(body.as_bytes()) };
        pairs.extend(form(request.query.as_bytes()));
        let all_quoted = pairs.iter().all(|(_, value)| value.is_empty() || unquoted(value).is_some());
        for (name, value) in &mut pairs {
            let bare = unquoted(value).map(str::to_owned);
            if is_placeholder(bare.as_deref().unwrap_or(value)) {
                value.clear();
            } else if let Some(bare) = bare.filter(|_| all_quoted || !WORDS.contains(&name.as_str())) {
                *value = bare;
            }
        }
        Self(pairs)
    }

    /// A field that says something, without blanks around it; of a repeated one its first value.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.values(name).next().map(str::trim)
    }

    /// The first of several names that says something.
    pub(super) fn any(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.text(name))
    }

    /// Words as they were written, if there are any.
    pub(super) fn words(&self, name: &str) -> Option<String> {
        self.values(name).next().map(str::to_owned)
    }

    /// A field on which much depends.
    ///
    /// # Errors
    /// [`Ambiguous`] where it stands there with two values.
    pub(super) fn only(&self, name: &str) -> Result<Option<&str>, Ambiguous> {
        let mut values = self.values(name).map(str::trim);
        let first = values.next();
        if values.any(|value| Some(value) != first) { Err(Ambiguous) } else { Ok(first) }
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(of, value)| of == name && !value.trim().is_empty()).map(|(_, value)| value.as_str())
    }
}

/// The bytes in which the fields stand.
pub(super) fn written(request: &RawRequest) -> &[u8] {
    if request.body.trim_ascii().is_empty() { request.query.as_bytes() } else { &request.body }
}

fn form(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).map(|(name, value)| (of_field(&name), value.into_owned())).collect()
}

/// Names come in quotation marks too.
fn of_field(name: &str) -> String {
    let name = name.trim();
    unquoted(name).unwrap_or(name).to_ascii_lowercase()
}

/// What stands between a pair of quotation marks.
fn unquoted(value: &str) -> Option<&str> {
    value.trim().strip_prefix('"')?.strip_suffix('"')
}

/// What Kaleyra had nothing to fill in for.
fn is_placeholder(value: &str) -> bool {
    let name = value.trim().strip_prefix('<').and_then(|value| value.strip_suffix('>'));
    name.is_some_and(|name| VARIABLES.contains(&name))
}

/// The members of an object, or where it is none what stands between the names that are known.
fn json(text: &str) -> Vec<(String, String)> {
    match serde_json::from_str::<Members<'_>>(text) {
        Ok(Members(members)) => members.into_iter().map(|(name, raw)| (of_field(&name), value(raw))).collect(),
        Err(_) => between_names(text),
    }
}

/// A text, or JSON of another kind as it stands there; nothing of null.
fn value(raw: &RawValue) -> String {
    match raw.get() {
        "null" => String::new(),
        other => serde_json::from_str(other).map_or_else(|_| other.to_owned(), |Text(text)| text),
    }
}

/// Every member in its order, also those of the same name, of which a map would keep one.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    members.push((Cow::Owned(name), value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Each)
    }
}

/// JSON that a customer's words have broken, cut where a known name begins: `"name":`.
fn between_names(text: &str) -> Vec<(String, String)> {
    let mut marks: Vec<(usize, usize, &str)> = VARIABLES
        .iter()
        .flat_map(|name| {
            let mark = format!("\"{name}\"");
            let found: Vec<usize> = text.match_indices(&mark).map(|(at, _)| at).collect();
            found.into_iter().filter_map(move |start| {
                let after = text.get(start + mark.len()..)?;
                let value = after.trim_start().strip_prefix(':')?;
                Some((start, text.len() - value.len(), *name))
            })
        })
        .collect();
    marks.sort_unstable();
    let ends = marks.iter().skip(1).map(|(start, ..)| *start).chain([text.len()]);
    let pieces = marks.iter().zip(ends).filter_map(|((_, from, name), to)| Some((*name, text.get(*from..to)?)));
    pieces.map(|(name, piece)| (name.to_owned(), mended(piece))).collect()
}

/// A value without what stands around it: a comma or the end of the object, quotation marks, and escapes where they are whole.
fn mended(piece: &str) -> String {
    let piece = piece.trim_end();
    let piece = piece.strip_suffix('}').or_else(|| piece.strip_suffix(',')).unwrap_or(piece).trim();
    match unquoted(piece) {
        Some(bare) => serde_json::from_str(piece).map_or_else(|_| bare.to_owned(), |Text(text)| text),
        None if piece == "null" => String::new(),
        None => piece.to_owned(),
    }
}
