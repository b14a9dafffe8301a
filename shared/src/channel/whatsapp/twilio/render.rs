//! Our messages and questions as requests to Twilio, as values: no request is sent here.
//!
//! <https://www.twilio.com/docs/messaging/api/message-resource>

use http::Method;
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use url::Url;

use super::Credential;
use crate::channel::whatsapp::identity;
use crate::channel::{Content, Handed, OutMessage, Template};
use crate::http::{Auth, OutBody, Outgoing};
use crate::id::{CustomerId, MessageId};

/// The only version of the core API.
const VERSION: &str = "2010-04-01";

/// One account at Twilio, and all that a request in its name needs.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// Where the core API is; may have a path of its own before the version.
    pub base: &'a Url,
    /// What Twilio takes from us.
    pub credential: &'a Credential,
    /// Where statuses of our messages go, as it was entered at Twilio.
    pub callback_url: Option<&'a str>,
}

/// A message.
pub fn message(account: &Account<'_>, message: OutMessage<'_>) -> Outgoing {
    let mut form = vec![("To", address(message.to, message.aliases))];
    form.push(match &account.credential.messaging_service {
        Some(service) => ("MessagingServiceSid", service.clone()),
        None => ("From", format!("whatsapp:+{}", account.credential.number)),
    });
    form.extend(content(message.content));
    // With its fragment: Twilio repeats a lost status as it repeats a lost message.
    form.extend(account.callback_url.map(|url| ("StatusCallback", url.to_owned())));
    let form = form.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    account.request(Method::POST, &["Messages.json"], &[], OutBody::Form(form))
}

/// Shows the customer that a message was read. Twilio joins the mark with a sign that somebody types, which ends after 25 s or
/// with the answer.
///
/// <https://www.twilio.com/docs/whatsapp/api/typing-indicators-resource>
pub fn seen(account: &Account<'_>, message: &MessageId) -> Outgoing {
    let body = json!({ "channel": "WHATSAPP", "messageId": message.as_str() });
    let path = ["v3", "Indicators", "Typing.json"];
    account.messaging(Method::POST, &path, &[], OutBody::Json(body))
}

/// Fetches a customer's file. Only the account's own media get the credential: an address that came from elsewhere would
/// carry it away.
///
/// <https://www.twilio.com/docs/messaging/api/media-resource>
pub fn media(account: &Account<'_>, url: Url) -> Outgoing {
    let auth = if account.owns(&url) { account.auth() } else { Auth::None };
    Outgoing::get(url, auth)
}

/// By number where one is known: Twilio does not take every user id yet.
fn address(to: &CustomerId, aliases: &[CustomerId]) -> String {
    match identity::number_of(to, aliases) {
        Some(number) => format!("whatsapp:+{number}"),
        None => format!("whatsapp:{}", identity::user_id_of(to, aliases).unwrap_or(to)),
    }
}

fn content(content: Content) -> Vec<(&'static str, String)> {
    match content {
        Content::Text(text) => vec![("Body", text)],
        Content::File(file, Handed::Link(url)) => {
            let caption = file.caption.map(|caption| ("Body", caption));
            [("MediaUrl", url.into())].into_iter().chain(caption).collect()
        }
        // Files are handed over by link alone.
        Content::File(file, Handed::Bytes(_) | Handed::Id(_)) => vec![("Body", file.name)],
        Content::Location { latitude, longitude, name } => {
            // A bar begins the name, so the name has none.
            let name = name.replace('|', " ");
            let place = format!("{latitude},{longitude}");
            let body = if name.trim().is_empty() { place.clone() } else { name.clone() };
            let label = if name.trim().is_empty() { String::new() } else { format!("|{name}") };
            vec![("Body", body), ("PersistentAction", format!("geo:{place}{label}"))]
        }
        Content::Template(template) => {
            let variables = variables(&template);
            [("ContentSid", template.name)].into_iter().chain(variables).collect()
        }
    }
}

/// Names are the gaps' own, or their numbers from one; values are texts. None are sent where there are no gaps.
fn variables(template: &Template) -> Option<(&'static str, String)> {
    let named = template.variables.iter().enumerate().map(|(index, variable)| {
        (variable.name.clone().unwrap_or_else(|| (index + 1).to_string()), Value::from(variable.text.clone()))
    });
    let variables: Map<String, Value> = named.collect();
    (!variables.is_empty()).then(|| ("ContentVariables", Value::Object(variables).to_string()))
}

impl Account<'_> {
    /// A request to the core API, below the account.
    pub(super) fn request(&self, method: Method, path: &[&str], query: &[(&str, &str)], body: OutBody) -> Outgoing {
        let path: Vec<&str> =
            [VERSION, "Accounts", &self.credential.account_sid].into_iter().chain(path.iter().copied()).collect();
        Outgoing { method, url: below(self.base, &path, query), auth: self.auth(), body }
    }

    /// What the account itself is: the address of the account, with the token that signs its webhooks.
    pub(super) fn itself(&self, auth_token: &SecretString) -> Outgoing {
        let sid = self.credential.account_sid.clone();
        let url = below(self.base, &[VERSION, "Accounts", &format!("{sid}.json")], &[]);
        Outgoing::get(url, Auth::Basic { user: sid, password: auth_token.clone() })
    }

    /// A request to the API of senders and messaging services, which has a host of its own.
    pub(super) fn messaging(&self, method: Method, path: &[&str], query: &[(&str, &str)], body: OutBody) -> Outgoing {
        let mut base = self.base.clone();
        if let Some(region) = base.host_str().filter(|host| is_twilio(host)).and_then(|host| host.strip_prefix("api."))
        {
            let host = format!("messaging.{region}");
            // A name in place of a name; what is none stays as it is.
            let _same = base.set_host(Some(&host));
        }
        Outgoing { method, url: below(&base, path, query), auth: self.auth(), body }
    }

    fn auth(&self) -> Auth {
        Auth::Basic { user: self.credential.user.clone(), password: self.credential.password.clone() }
    }

    /// Whether an address is one of the account's own at Twilio: at the configured base, or at the API of any region.
    fn owns(&self, url: &Url) -> bool {
        let own = |before: &str| format!("{before}/{VERSION}/Accounts/{}/", self.credential.account_sid);
        let before = self.base.path().trim_end_matches('/');
        let at_base = url.origin() == self.base.origin() && url.path().starts_with(&own(before));
        let at_twilio = url.scheme() == "https"
            && url.port().is_none()
            && url.host_str().is_some_and(is_twilio)
            && url.path().starts_with(&own(""));
        at_base || at_twilio
    }
}

/// Whether a host is Twilio's API: `api.twilio.com`, or with an edge and a region between the two.
fn is_twilio(host: &str) -> bool {
    host == "api.twilio.com" || (host.starts_with("api.") && host.ends_with(".twilio.com"))
}

fn below(base: &Url, path: &[&str], query: &[(&str, &str)]) -> Url {
    let mut url = base.clone();
    // An address without a path, as `mailto:`, stays as it is; the guarded client lets none but http and https out.
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    url
}

#[cfg(test)]
mod tests;
