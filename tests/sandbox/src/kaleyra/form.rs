//! A message by the first API: a form, read as strictly as Kaleyra's page describes it.
//!
//! <https://developers.kaleyra.io/docs/send-a-text-message-through-whatsapp>

use std::collections::BTreeMap;

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use url::{Url, form_urlencoded};

use super::Kept;
use super::deliver::{CAPTION, Content, Outgoing, TEXT};
use super::error::KaleyraError;
use super::number::{Generation, id};

/// Every field that has a meaning.
const FIELDS: [&str; 20] = [
    "channel",
    "from",
    "to",
    "type",
    "body",
    "media_url",
    "caption",
    "template_name",
    "lang_code",
    "params",
    "param_lat",
    "param_long",
    "param_name",
    "param_address",
    "preview_url",
    "callback_url",
    "ref",
    "ref1",
    "ref2",
    "callback_profile_id",
];

struct Form(BTreeMap<String, String>);

impl Form {
    fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, KaleyraError> {
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut form = BTreeMap::new();
        if content_type.starts_with("application/x-www-form-urlencoded") {
            for (name, value) in form_urlencoded::parse(body) {
                if !FIELDS.contains(&&*name) || form.contains_key(&*name) {
                    return Err(KaleyraError::field(&name, "is not expected, or stands there twice"));
                }
                form.insert(name.into_owned(), value.into_owned());
            }
        }
        Ok(Self(form))
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    fn required(&self, name: &str) -> Result<&str, KaleyraError> {
        self.text(name).ok_or_else(|| KaleyraError::field(name, "is required"))
    }

    fn address(&self, name: &str) -> Result<String, KaleyraError> {
        let url = self.required(name)?;
        let is_address = Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        is_address.then(|| url.to_owned()).ok_or_else(|| KaleyraError::field(name, "invalid url"))
    }

    fn degrees(&self, name: &str, most: f64) -> Result<f64, KaleyraError> {
        let degrees = self.required(name)?.parse::<f64>().ok().filter(|degrees| degrees.abs() <= most);
        degrees.ok_or_else(|| KaleyraError::field(name, "invalid coordinate"))
    }
}

/// The message that a form describes.
pub(super) fn read(number: &Kept, headers: &HeaderMap, body: &[u8]) -> Result<Outgoing, KaleyraError> {
    let form = Form::read(headers, body)?;
    if !form.required("channel")?.eq_ignore_ascii_case("whatsapp") {
        return Err(KaleyraError::field("channel", "invalid channel"));
    }
    let from = form.required("from")?.trim_start_matches('+');
    if !number.read(|number| number.number == from && number.generation == Generation::V1) {
        return Err(KaleyraError::field("from", "invalid number"));
    }
    let to = form.required("to")?;
    let to = recipient(to).ok_or_else(|| KaleyraError::field("to", "invalid number"))?;
    let content = content(&form)?;
    let callback = form.text("callback_url").map(|_| form.address("callback_url")).transpose()?;
    let reference = form.text("ref").unwrap_or_default().to_owned();
    Ok(Outgoing { id: format!("{}:0", id()), wamid: String::new(), to, content, callback, reference })
}

/// Digits with a country code, with or without a plus, or a user id.
pub(super) fn recipient(to: &str) -> Option<String> {
    let digits = to.strip_prefix('+').unwrap_or(to);
    let is_number = (7..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    let is_user_id = to.split_once('.').is_some_and(|(country, rest)| {
        country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase()) && !rest.is_empty()
    });
    (is_number || is_user_id).then(|| digits.to_owned())
}

fn content(form: &Form) -> Result<Content, KaleyraError> {
    match form.required("type")? {
        "text" => {
            let text = form.required("body")?;
            let fits = text.chars().count() <= TEXT;
            fits.then(|| Content::Text(text.to_owned())).ok_or_else(|| KaleyraError::field("body", "too long"))
        }
        "media" => {
            let caption = form.text("caption").map(str::to_owned);
            if caption.as_ref().is_some_and(|caption| caption.chars().count() > CAPTION) {
                return Err(KaleyraError::field("caption", "too long"));
            }
            Ok(Content::File { url: form.address("media_url")?, caption, name: None, shown_as: None })
        }
        "location" => Ok(Content::Place {
            latitude: form.degrees("param_lat", 90.0)?,
            longitude: form.degrees("param_long", 180.0)?,
            name: form.text("param_name").map(str::to_owned),
        }),
        "template" => Ok(Content::Template {
            name: form.required("template_name")?.to_owned(),
            language: form.required("lang_code")?.to_owned(),
            gaps: form.text("params").map_or_else(|| Ok(Vec::new()), gaps)?,
        }),
        _ => Err(KaleyraError::field("type", "invalid type")),
    }
}

/// Values in quotation marks with commas between: `"Marta","A-2231"`.
fn gaps(params: &str) -> Result<Vec<String>, KaleyraError> {
    let inside = params.strip_prefix('"').and_then(|params| params.strip_suffix('"'));
    let gaps: Vec<String> = inside.unwrap_or("\"").split("\",\"").map(str::to_owned).collect();
    let is_bare = gaps.iter().all(|gap| !gap.contains('"') && !gap.is_empty());
    is_bare.then_some(gaps).ok_or_else(|| KaleyraError::field("params", "invalid params"))
}
