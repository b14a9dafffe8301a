//! Our messages and questions as requests to the Conversation API, as values: no request is sent here.
//!
//! <https://developers.sinch.com/docs/conversation/api-reference>

use std::sync::LazyLock;

use http::Method;
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use url::Url;

use super::credential::{Credential, Region};
use super::{CHANNEL, limits};
use crate::channel::whatsapp::identity;
use crate::channel::{Connection, Content, Handed, OutFile, OutMessage, PlatformCredential, Template};
use crate::http::{Auth, OutBody, Outgoing};
use crate::id::{CorrelationId, CustomerId};

/// Where keys are changed into tokens, for every region.
const SIGN_IN: &str = "https://auth.sinch.com";

/// A key of nobody's: stands where a credential is another platform's, which no integration has.
static NOBODY: LazyLock<Credential> = LazyLock::new(|| Credential {
    project: String::new(),
    app: String::new(),
    region: Region::Eu,
    key_id: String::new(),
    key_secret: SecretString::default(),
    basic: false,
});

/// One app, and all that a request in its name needs.
pub(super) struct App<'a> {
    base: Url,
    sign_in: Url,
    pub(super) credential: &'a Credential,
    auth: Auth,
}

impl<'a> App<'a> {
    /// The app that a connection is to.
    pub(super) fn of(connection: &Connection<'a>) -> Self {
        let credential = match connection.credential {
            PlatformCredential::Sinch(credential) => credential,
            _ => &*NOBODY,
        };
        let set = connection.platforms.sinch_base_url.as_ref();
        let base = set.cloned().unwrap_or_else(|| region_host(credential.region));
        let sign_in = set.cloned().unwrap_or_else(|| constant(SIGN_IN));
        let auth = match connection.login {
            _ if credential.basic => key(credential),
            Some(token) => Auth::Bearer(token.clone()),
            None => Auth::None,
        };
        Self { base, sign_in, credential, auth }
    }

    /// Where the app lives.
    pub(super) fn base(self) -> Url {
        self.base
    }

    /// Changes the key into a token.
    pub(super) fn login(&self) -> Outgoing {
        let url = under(&self.sign_in, &["oauth2", "token"]);
        let form = vec![("grant_type".to_owned(), "client_credentials".to_owned())];
        Outgoing { method: Method::POST, url, auth: key(self.credential), body: OutBody::Form(form) }
    }

    /// A request below the project.
    pub(super) fn request(&self, method: Method, path: &[&str], body: OutBody) -> Outgoing {
        let mut url = under(&self.base, &["v1", "projects", &self.credential.project]);
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend(path);
        }
        Outgoing { method, url, auth: self.auth.clone(), body }
    }

    /// Sends a message.
    pub(super) fn message(&self, message: OutMessage<'_>) -> Outgoing {
        let mark = mark(&message.correlation, message.part);
        let body = json!({
            "app_id": self.credential.app,
            "recipient": { "identified_by": { "channel_identities": [
                { "channel": CHANNEL, "identity": written_to(message.to, message.aliases).as_str() },
            ] } },
            "message": content(message.content),
            "channel_priority_order": [CHANNEL],
            "correlation_id": mark,
            "message_metadata": mark,
        });
        self.request(Method::POST, &["messages:send"], OutBody::Json(body))
    }

    /// Asks for the contact that Sinch keeps of a customer, where it keeps any.
    ///
    /// <https://developers.sinch.com/docs/conversation/api-reference/conversation/contact>
    pub(super) fn contact(&self, customer: &CustomerId) -> Option<Outgoing> {
        if customer.is_nobody() {
            return None;
        }
        let mut request = self.request(Method::GET, &["contacts"], OutBody::Empty);
        let query = [("channel", CHANNEL), ("identity", customer.as_str()), ("page_size", "1")];
        request.url.query_pairs_mut().extend_pairs(query);
        Some(request)
    }
}

/// The key itself as proof. Sinch slows down whoever sends it with every request.
fn key(credential: &Credential) -> Auth {
    Auth::Basic { user: credential.key_id.clone(), password: credential.key_secret.clone() }
}

fn region_host(region: Region) -> Url {
    constant(match region {
        Region::Us => "https://us.conversation.api.sinch.com",
        Region::Eu => "https://eu.conversation.api.sinch.com",
        Region::Br => "https://br.conversation.api.sinch.com",
    })
}

#[expect(clippy::expect_used, reason = "a constant of this file, which the tests read")]
fn constant(url: &str) -> Url {
    url.parse().expect("an address")
}

fn under(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    // An address without a path, as `mailto:`, stays as it is; the guarded client lets none but http and https out.
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    url
}

/// What the correlation and the part come back as, in delivery reports.
fn mark(correlation: &CorrelationId, part: usize) -> String {
    format!("hub:{correlation}:{part}")
}

/// The number where one is known, else the user id as WhatsApp gave it.
fn written_to<'a>(to: &'a CustomerId, aliases: &'a [CustomerId]) -> &'a CustomerId {
    identity::number_of(to, aliases).or_else(|| identity::user_id_of(to, aliases)).unwrap_or(to)
}

fn content(content: Content) -> Value {
    match content {
        Content::Text(text) => text_message(&text),
        Content::File(file, Handed::Link(url)) => file_message(&file, &url),
        // Sinch takes a file in no other way than by a link.
        Content::File(file, Handed::Bytes(_) | Handed::Id(_)) => text_message(&file.name),
        Content::Location { latitude, longitude, name } => location(&latitude, &longitude, &name),
        Content::Template(template) => template_message(&template),
    }
}

fn text_message(text: &str) -> Value {
    json!({ "text_message": { "text": text } })
}

/// A file has no words of its own at Sinch. A card without buttons is shown as a picture or film with its title below; no
/// other kind of file is, so that words to it are left out.
///
/// <https://developers.sinch.com/docs/conversation/message-types/card-message>
fn file_message(file: &OutFile, url: &Url) -> Value {
    let shown = ["image/jpeg", "image/png", "video/"].iter().any(|kind| file.content_type.starts_with(kind));
    let caption = file.caption.as_deref().filter(|caption| shown && caption.chars().count() <= limits::CAPTION);
    if let Some(caption) = caption {
        return json!({ "card_message": { "title": caption, "media_message": { "url": url } } });
    }
    let media = if ["image/", "video/", "audio/"].iter().any(|kind| file.content_type.starts_with(kind)) {
        json!({ "url": url })
    } else {
        json!({ "url": url, "filename_override": file.name })
    };
    json!({ "media_message": media })
}

fn location(latitude: &str, longitude: &str, name: &str) -> Value {
    let degrees = |text: &str| text.trim().parse::<f64>().ok().filter(|degrees| degrees.is_finite());
    let title = if name.trim().is_empty() { format!("{latitude}, {longitude}") } else { name.trim().to_owned() };
    match (degrees(latitude), degrees(longitude)) {
        (Some(latitude), Some(longitude)) => json!({ "location_message": {
            "title": title,
            "coordinates": { "latitude": latitude, "longitude": longitude },
        } }),
        _ => text_message(&title),
    }
}

/// The gaps are counted, whatever a template calls them.
///
/// <https://developers.sinch.com/docs/conversation/channel-support/whatsapp/template-support>
fn template_message(template: &Template) -> Value {
    let gaps = template.variables.iter().zip(1_usize..);
    let parameters: Map<String, Value> =
        gaps.map(|(variable, number)| (format!("body[{number}]text"), variable.text.as_str().into())).collect();
    json!({ "template_message": { "channel_template": { CHANNEL: {
        "template_id": template.name,
        "language_code": template.language,
        "parameters": parameters,
    } } } })
}

#[cfg(test)]
pub(super) mod tests;
