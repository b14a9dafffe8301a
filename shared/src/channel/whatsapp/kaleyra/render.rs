//! Our messages and questions as requests to Kaleyra, as values: no request is sent here.
//!
//! First API: <https://developers.kaleyra.io/docs/send-a-text-message-through-whatsapp>; second:
//! <https://developers.kaleyra.io/docs/whatsapp-api-v2-send-text-messages>.

use std::sync::LazyLock;

use http::Method;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use super::{Credential, Generation};
use crate::channel::facebook::render::mark;
use crate::channel::whatsapp::cloud;
use crate::channel::whatsapp::cloud::limits::{CAPTION, Shown};
use crate::channel::whatsapp::identity;
use crate::channel::{Connection, Content, Handed, OutFile, OutMessage, PlatformCredential, Template};
use crate::http::{Auth, OutBody, Outgoing};
use crate::id::CustomerId;

/// A key of nobody's: stands where a credential is another platform's, which no integration has.
static NOBODY: LazyLock<Credential> = LazyLock::new(|| Credential {
    sid: String::new(),
    api_key: SecretString::default(),
    host: String::new(),
    number: String::new(),
    generation: Generation::V2,
});

/// Where an account is whose host is none.
static ANY_HOST: LazyLock<Url> = LazyLock::new(|| constant("https://api.kaleyra.io"));

/// One number of an account, and all that a request in its name needs.
pub(super) struct Account<'a> {
    pub(super) base: Url,
    pub(super) credential: &'a Credential,
    callback_url: Option<&'a str>,
}

impl<'a> Account<'a> {
    /// The account that a connection is to.
    pub(super) fn of(connection: &Connection<'a>) -> Self {
        let credential = match connection.credential {
            PlatformCredential::Kaleyra(credential) => credential,
            _ => &*NOBODY,
        };
        let set = connection.platforms.kaleyra_base_url.clone();
        let base = set.or_else(|| format!("https://{}", credential.host).parse().ok());
        let base = base.unwrap_or_else(|| ANY_HOST.clone());
        Self { base, credential, callback_url: connection.callback_url }
    }

    /// A request with the account's key.
    pub(super) fn request(&self, method: Method, path: &[&str], body: OutBody) -> Outgoing {
        let mut url = self.base.clone();
        // An address without a path, as `mailto:`, stays as it is; the guarded client lets none but http and https out.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        Outgoing { method, url, auth: Auth::Header { name: "api-key", key: self.credential.api_key.clone() }, body }
    }

    /// Sends a message.
    pub(super) fn message(&self, message: OutMessage<'_>) -> Outgoing {
        match self.credential.generation {
            Generation::V1 => self.form(message),
            Generation::V2 => self.wrapped(message),
        }
    }

    /// As the first API takes it. Its status comes to the address that stands beside it.
    fn form(&self, message: OutMessage<'_>) -> Outgoing {
        let mut form = vec![
            ("channel", "whatsapp".to_owned()),
            ("from", self.credential.number.clone()),
            ("to", address(message.to, message.aliases)),
            ("ref", mark(&message.correlation, message.part)),
        ];
        form.extend(content(message.content));
        form.extend(self.callback_url.map(|url| ("callback_url", url.to_owned())));
        let form = form.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.request(Method::POST, &["v1", &self.credential.sid, "messages"], OutBody::Form(form))
    }

    /// As the second API takes it: Meta's object, and ours beside it. What Meta calls the mark is not among what Kaleyra hands
    /// on, so that it stands in `ref`.
    fn wrapped(&self, message: OutMessage<'_>) -> Outgoing {
        let mark = mark(&message.correlation, message.part);
        let mut object = cloud::render::message(message);
        if let Some(members) = object.as_object_mut() {
            members.remove("biz_opaque_callback_data");
        }
        let body: Value = json!({ "messaging_object": object, "extra_info": { "ref": mark } });
        let number = format!("+{}", self.credential.number);
        let path = ["v2", &self.credential.sid, "whatsapp", &number, "messages"];
        self.request(Method::POST, &path, OutBody::Json(body))
    }
}

/// By number where one is known: of user ids Kaleyra tells nothing.
fn address(to: &CustomerId, aliases: &[CustomerId]) -> String {
    let number = identity::number_of(to, aliases);
    number.or_else(|| identity::user_id_of(to, aliases)).unwrap_or(to).to_string()
}

/// The fields that say what a message is.
fn content(content: Content) -> Vec<(&'static str, String)> {
    match content {
        Content::Text(text) => words(text),
        Content::File(file, Handed::Link(url)) => media(&file, url),
        // Files are handed over by link alone.
        Content::File(file, Handed::Bytes(_) | Handed::Id(_)) => words(file.name),
        Content::Location { latitude, longitude, name } => location(latitude, longitude, &name),
        Content::Template(template) => of_template(template),
    }
}

fn words(text: String) -> Vec<(&'static str, String)> {
    vec![("type", "text".to_owned()), ("body", text), ("preview_url", "true".to_owned())]
}

/// There is no field for a file's name, so that a document without words has its name for them.
///
/// <https://developers.kaleyra.io/docs/send-a-media-message-through-whatsapp>
fn media(file: &OutFile, url: Url) -> Vec<(&'static str, String)> {
    let shown = Shown::of(&file.content_type);
    let caption = file.caption.as_deref().filter(|caption| caption.chars().count() <= CAPTION);
    let caption = match shown {
        Shown::Audio => None,
        Shown::Document => caption.or(Some(&file.name)),
        Shown::Image | Shown::Video => caption,
    };
    let caption = caption.map(|caption| ("caption", caption.to_owned()));
    [("type", "media".to_owned()), ("media_url", url.into())].into_iter().chain(caption).collect()
}

/// <https://developers.kaleyra.io/docs/post-send-whatsapp-location>
fn location(latitude: String, longitude: String, name: &str) -> Vec<(&'static str, String)> {
    let name = Some(name.trim()).filter(|name| !name.is_empty()).map(|name| ("param_name", name.to_owned()));
    let place = [("type", "location".to_owned()), ("param_lat", latitude), ("param_long", longitude)];
    place.into_iter().chain(name).collect()
}

/// Gaps are filled in order: this API knows no names of them. A quotation mark would end the words, and has no escape.
fn of_template(template: Template) -> Vec<(&'static str, String)> {
    let gap = |text: &str| format!("\"{}\"", text.replace('"', "'"));
    let gaps: Vec<String> = template.variables.iter().map(|variable| gap(&variable.text)).collect();
    let gaps = (!gaps.is_empty()).then(|| ("params", gaps.join(",")));
    let named = [("type", "template".to_owned()), ("template_name", template.name), ("lang_code", template.language)];
    named.into_iter().chain(gaps).collect()
}

#[expect(clippy::expect_used, reason = "a constant of this file, which the tests read")]
fn constant(url: &str) -> Url {
    url.parse().expect("an address")
}

#[cfg(test)]
pub(super) mod tests;
