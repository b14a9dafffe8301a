//! JSON objects of Motion, read loosely: a field of an unexpected type harms no other, ids keep every digit.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserializer;
use serde::de::{Error, Visitor};
use serde_json::value::RawValue;

/// A JSON object whose values are looked at one by one, each as what it is asked for.
#[derive(Default)]
pub(super) struct Object(BTreeMap<String, Box<RawValue>>);

impl Object {
    /// The object in `text`; nothing where it is not one.
    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self)
    }

    /// The object in an answer's body.
    pub(super) fn in_bytes(body: &[u8]) -> Option<Self> {
        Self::read(std::str::from_utf8(body).ok()?)
    }

    /// A string, or a number exactly as it was written.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let raw = self.0.get(name)?.get();
        match raw.as_bytes().first()? {
            b'"' => string(raw),
            b'-' | b'0'..=b'9' => Some(raw.to_owned()),
            _ => None,
        }
    }

    /// As [`Self::text`], trimmed; blank, `null` and `undefined` written as words are nothing.
    pub(super) fn word(&self, name: &str) -> Option<String> {
        let text = self.text(name)?;
        let word = text.trim();
        (!matches!(word, "" | "null" | "undefined")).then(|| word.to_owned())
    }

    /// Whether a field is there and holds nothing.
    pub(super) fn is_null(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|raw| raw.get() == "null")
    }

    /// An object, also one that was put into a string.
    pub(super) fn object(&self, name: &str) -> Option<Self> {
        let raw = self.0.get(name)?.get();
        match raw.as_bytes().first()? {
            b'{' => Self::read(raw),
            b'"' => Self::read(&string(raw)?),
            _ => None,
        }
    }

    /// Whether a flag is up, however it is written.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|raw| matches!(raw.get(), "true" | "1" | "\"true\"" | "\"1\""))
    }
}

/// The text of a JSON string. Half a surrogate pair, which a cut emoji leaves, is replaced instead of losing the text.
fn string(raw: &str) -> Option<String> {
    struct Lossy;

    impl Visitor<'_> for Lossy {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<String, E> {
            Ok(String::from_utf8_lossy(bytes).into_owned())
        }
    }

    serde_json::Deserializer::from_str(raw).deserialize_bytes(Lossy).ok()
}
