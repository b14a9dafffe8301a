//! The smallest pieces of a platform's JSON, read as tolerantly as they are sent: ids and numbers as string or number with
//! every digit kept, times in seconds or milliseconds, texts with half an emoji in them.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::time::Timestamp;

/// The longest id taken, in bytes. Real ones are below 250; ids become keys of a table that takes 1024.
const LONGEST_ID: usize = 400;

/// Below this a time is in seconds: as milliseconds it would be in March 1973, before any platform.
const SMALLEST_MILLIS: i64 = 100_000_000_000;

/// Words. Half a surrogate pair, which a cut through an emoji leaves behind, becomes U+FFFD in place of an error.
#[derive(Clone, Debug)]
pub(in crate::channel) struct Text(pub(in crate::channel) String);

/// A string, or a number digit for digit as it was written.
#[derive(Debug)]
pub(in crate::channel) struct Scalar(pub(in crate::channel) String);

/// An id: a string, or a whole number of any size.
#[derive(Debug)]
pub(in crate::channel) struct Id(pub(in crate::channel) String);

/// A moment, sent in milliseconds or seconds.
#[derive(Clone, Copy, Debug)]
pub(in crate::channel) struct Moment(pub(in crate::channel) Timestamp);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;
        impl Visitor<'_> for Words {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Text, E> {
                Ok(Text(String::from_utf8_lossy(bytes).into_owned()))
            }
        }
        deserializer.deserialize_bytes(Words)
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        match raw.bytes().next() {
            Some(b'"') => serde_json::from_str(raw).map(|Text(text)| Self(text)).map_err(D::Error::custom),
            Some(b'-' | b'0'..=b'9') => Ok(Self(raw.to_owned())),
            _ => Err(D::Error::custom("neither a string nor a number")),
        }
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let id = match raw.strip_prefix('"') {
            Some(_) => serde_json::from_str::<String>(raw).map_err(D::Error::custom)?,
            None if raw.bytes().all(|byte| byte.is_ascii_digit()) => raw.to_owned(),
            None => return Err(D::Error::custom("not an id")),
        };
        if id.trim().is_empty() || id.len() > LONGEST_ID {
            return Err(D::Error::custom("an id of no use"));
        }
        Ok(Self(id))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Scalar(digits) = Scalar::deserialize(deserializer)?;
        match digits.parse::<i64>() {
            Ok(seconds @ 0..SMALLEST_MILLIS) => Ok(Self(Timestamp::from_seconds(seconds))),
            Ok(millis @ SMALLEST_MILLIS..) => Ok(Self(Timestamp::from_millis(millis))),
            _ => Err(D::Error::custom("not a time")),
        }
    }
}

/// The words, if there are any.
pub(in crate::channel) fn words(text: Option<Text>) -> Option<String> {
    text.map(|Text(text)| text).filter(|text| !text.trim().is_empty())
}

/// What an event is called that has no usable name.
pub(in crate::channel) const UNKNOWN: &str = "unknown";

/// A name of the platform as we take it over: a plain word, or [`UNKNOWN`].
pub(in crate::channel) fn plain_name(name: &str) -> String {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    if plain && (1..=64).contains(&name.len()) { name.to_owned() } else { UNKNOWN.to_owned() }
}

#[cfg(test)]
mod tests;
