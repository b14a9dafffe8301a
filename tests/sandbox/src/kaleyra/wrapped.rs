//! A message by the second API: Meta's object, wrapped, and read strictly.
//!
//! <https://developers.kaleyra.io/docs/whatsapp-api-v2-send-text-messages>

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};
use url::Url;

use super::deliver::{CAPTION, Content, Outgoing, TEXT};
use super::error::KaleyraError;
use super::form::recipient;
use super::number::id;
use crate::ids;

type Object = Map<String, Value>;

/// The message that a body describes.
pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Outgoing, KaleyraError> {
    let is_json = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let body: Option<Value> = serde_json::from_slice(body).ok().filter(|_| is_json);
    let body = body.as_ref().and_then(Value::as_object).ok_or_else(|| KaleyraError::payload("not JSON"))?;
    only(body, &["messaging_object", "extra_info"])?;
    let object = member(body, "messaging_object")?;
    if text(object, "messaging_product")? != "whatsapp" {
        return Err(KaleyraError::payload("messaging_product"));
    }
    if object.get("recipient_type").is_some_and(|kind| kind != "individual") {
        return Err(KaleyraError::payload("recipient_type"));
    }
    let kind = text(object, "type")?;
    only(object, &["messaging_product", "recipient_type", "to", "recipient", "type", "context", kind])?;
    let to = object.get("to").or_else(|| object.get("recipient")).and_then(Value::as_str).and_then(recipient);
    let to = to.ok_or_else(|| KaleyraError::payload("to"))?;
    let content = content(kind, member(object, kind)?)?;
    let extra = body.get("extra_info").and_then(Value::as_object).cloned().unwrap_or_default();
    only(&extra, &["ref", "ref1", "ref2", "wa_source", "callback_profile_id"])?;
    let reference = extra.get("ref").and_then(Value::as_str).unwrap_or_default().to_owned();
    let wamid = format!("wamid.{}", ids::letters());
    Ok(Outgoing { id: id().replace('-', ""), wamid, to, content, callback: None, reference })
}

fn content(kind: &str, content: &Object) -> Result<Content, KaleyraError> {
    match kind {
        "text" => {
            only(content, &["body", "preview_url"])?;
            let text = text(content, "body")?;
            let fits = text.chars().count() <= TEXT;
            fits.then(|| Content::Text(text.to_owned())).ok_or_else(|| KaleyraError::payload("text too long"))
        }
        "image" | "video" => file(kind, content, &["link", "caption"]),
        "document" => file(kind, content, &["link", "caption", "filename"]),
        "audio" => file(kind, content, &["link"]),
        "location" => {
            only(content, &["latitude", "longitude", "name", "address"])?;
            let name = content.get("name").and_then(Value::as_str).map(str::to_owned);
            let degrees = |name: &str, most: f64| {
                let degrees = content.get(name).and_then(Value::as_f64).filter(|degrees| degrees.abs() <= most);
                degrees.ok_or_else(|| KaleyraError::payload(name))
            };
            Ok(Content::Place { latitude: degrees("latitude", 90.0)?, longitude: degrees("longitude", 180.0)?, name })
        }
        "template" => template(content),
        _ => Err(KaleyraError::payload("type")),
    }
}

fn file(kind: &str, media: &Object, known: &[&str]) -> Result<Content, KaleyraError> {
    only(media, known)?;
    let url = text(media, "link")?;
    if !Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
        return Err(KaleyraError::payload("link"));
    }
    let optional = |name: &str| media.get(name).and_then(Value::as_str).map(str::to_owned);
    let caption = optional("caption");
    if caption.as_ref().is_some_and(|caption| caption.chars().count() > CAPTION) {
        return Err(KaleyraError::payload("caption too long"));
    }
    Ok(Content::File { url: url.to_owned(), caption, name: optional("filename"), shown_as: Some(kind.to_owned()) })
}

fn template(template: &Object) -> Result<Content, KaleyraError> {
    only(template, &["name", "language", "components"])?;
    let parameters = template.get("components").and_then(|components| components.pointer("/0/parameters"));
    let parameters = parameters.and_then(Value::as_array).cloned().unwrap_or_default();
    let gaps = parameters.iter().map(|parameter| {
        let gap = parameter.as_object().filter(|gap| gap.get("type").is_some_and(|kind| kind == "text"));
        gap.and_then(|gap| gap.get("text")?.as_str()).map(str::to_owned)
    });
    Ok(Content::Template {
        name: text(template, "name")?.to_owned(),
        language: text(member(template, "language")?, "code")?.to_owned(),
        gaps: gaps.collect::<Option<_>>().ok_or_else(|| KaleyraError::payload("components"))?,
    })
}

fn member<'a>(object: &'a Object, name: &str) -> Result<&'a Object, KaleyraError> {
    object.get(name).and_then(Value::as_object).ok_or_else(|| KaleyraError::payload(name))
}

fn text<'a>(object: &'a Object, name: &str) -> Result<&'a str, KaleyraError> {
    let text = object.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    text.ok_or_else(|| KaleyraError::payload(name))
}

/// Nothing but these members: what is misspelt shows.
fn only(object: &Object, known: &[&str]) -> Result<(), KaleyraError> {
    match object.keys().find(|name| !known.contains(&name.as_str())) {
        Some(other) => Err(KaleyraError::payload(&format!("{other} is not expected"))),
        None => Ok(()),
    }
}
