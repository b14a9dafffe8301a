//! `POST .../Messages.json`: a message, read as strictly as Twilio reads it. What is wrong with the customer, the window or
//! the file shows only later, by status.
//!
//! <https://www.twilio.com/docs/messaging/api/message-resource>

use std::collections::BTreeMap;
use std::sync::Arc;

use http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::api::Admitted;
use super::deliver::{self, Content, Outgoing};
use super::error::TwilioError;
use super::number::NumberState;
use super::{Kept, sid};
use crate::clock;
use crate::watched::Watched;

/// The longest text, in characters.
const TEXT: usize = 1600;

/// The parameters of a form; all values of a repeated one.
struct Form(BTreeMap<String, Vec<String>>);

impl Form {
    fn read(call: &Admitted<'_>) -> Self {
        let content_type = call.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut form: BTreeMap<String, Vec<String>> = BTreeMap::new();
        if content_type.starts_with("application/x-www-form-urlencoded") {
            for (name, value) in form_urlencoded::parse(&call.body) {
                form.entry(name.into_owned()).or_default().push(value.into_owned());
            }
        }
        Self(form)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.first().map(String::as_str).filter(|value| !value.is_empty())
    }

    fn count(&self, name: &str) -> usize {
        self.0.get(name).map_or(0, Vec::len)
    }
}

/// Takes a message, and delivers it in the background.
pub(super) async fn message(call: &Admitted<'_>) -> Result<Value, TwilioError> {
    let form = Form::read(call);
    let to = recipient(&form)?;
    let number = sender(call, &form)?;
    let content = content(&form, &number)?;
    let callback = form.text("StatusCallback").map(callback).transpose()?;
    let message = sid(if matches!(content, Content::File { .. }) { "MM" } else { "SM" });
    let service = form.text("MessagingServiceSid").map(str::to_owned);
    let answer = taken(&number, &message, &to, service.as_deref(), &content);
    let outgoing = Outgoing { sid: message, to, content, callback, service };
    tokio::spawn(deliver::deliver(Arc::clone(call.world), number, outgoing));
    Ok(answer)
}

fn recipient(form: &Form) -> Result<String, TwilioError> {
    let to = form.text("To").ok_or_else(|| TwilioError::new(21604, "A 'To' phone number is required."))?;
    let id = to.strip_prefix("whatsapp:").ok_or_else(|| TwilioError::invalid_to(to))?;
    let is_number = id.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0')
    });
    let is_user_id = id.split_once('.').is_some_and(|(country, rest)| {
        country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase()) && !rest.is_empty()
    });
    if is_number || is_user_id { Ok(to.to_owned()) } else { Err(TwilioError::invalid_to(to)) }
}

/// The number that sends: the one of `From`, or that of the messaging service.
fn sender(call: &Admitted<'_>, form: &Form) -> Result<Kept, TwilioError> {
    let (from, service) = (form.text("From"), form.text("MessagingServiceSid"));
    let sends = |number: &NumberState| match (from, service) {
        (Some(from), _) => from == format!("whatsapp:+{}", number.number),
        (None, service) => service.is_some() && number.messaging_service.as_deref() == service,
    };
    let missing = match (from, service) {
        (None, None) => TwilioError::new(21603, "A 'From' phone number is required."),
        (Some(_), _) => TwilioError::unknown_from(),
        (None, Some(_)) => TwilioError::new(21703, "The Messaging Service does not have a phone number available."),
    };
    call.numbers.iter().find(|number| number.read(sends)).map(Arc::clone).ok_or(missing)
}

fn content(form: &Form, number: &Watched<NumberState>) -> Result<Content, TwilioError> {
    let text = form.text("Body").map(str::to_owned);
    if let Some(template) = form.text("ContentSid") {
        return templated(form, number, template);
    }
    if form.count("MediaUrl") > 1 {
        return Err(TwilioError::new(21623, "Number of media files exceeds allowed limit"));
    }
    if text.as_ref().is_some_and(|text| text.chars().count() > TEXT) {
        let message = "The concatenated message body exceeds the 1600 character limit";
        return Err(TwilioError::new(21617, message));
    }
    if let Some(url) = form.text("MediaUrl") {
        let is_address = Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        let invalid = || TwilioError::new(21620, "Invalid media URL(s)");
        return is_address.then(|| Content::File { url: url.to_owned(), caption: text }).ok_or_else(invalid);
    }
    let text = text.filter(|text| !text.trim().is_empty());
    let text = text.ok_or_else(|| TwilioError::new(21602, "Message body is required."))?;
    Ok(match form.text("PersistentAction") {
        Some(place) => {
            let is_place = place.strip_prefix("geo:").is_some_and(|place| {
                let (degrees, _) = place.split_once('|').unwrap_or((place, ""));
                degrees.split_once(',').is_some_and(|(a, b)| a.parse::<f64>().is_ok() && b.parse::<f64>().is_ok())
            });
            let invalid = || TwilioError::new(63021, "PersistentAction is not a geo action");
            is_place.then(|| Content::Place { place: place.to_owned(), text }).ok_or_else(invalid)?
        }
        None => Content::Text(text),
    })
}

/// A template with its gaps filled.
fn templated(form: &Form, number: &Watched<NumberState>, template: &str) -> Result<Content, TwilioError> {
    let found = number.read(|number| number.templates.get(template).cloned());
    let found = found.ok_or_else(|| TwilioError::new(21655, "The ContentSid is invalid"))?;
    let variables: Value = form
        .text("ContentVariables")
        .map_or_else(|| Ok(json!({})), serde_json::from_str)
        .map_err(|_| TwilioError::new(21656, "The ContentVariables parameter is invalid"))?;
    let variables = variables.as_object().filter(|variables| variables.values().all(Value::is_string));
    let variables = variables.ok_or_else(|| TwilioError::new(21656, "The ContentVariables parameter is invalid"))?;
    let filled = variables.iter().fold(found.body, |text, (name, value)| {
        text.replace(&format!("{{{{{name}}}}}"), value.as_str().unwrap_or_default())
    });
    Ok(Content::Template { sid: template.to_owned(), filled })
}

fn callback(url: &str) -> Result<String, TwilioError> {
    let is_address = Url::parse(url).is_ok_and(|it| {
        matches!(it.scheme(), "http" | "https") && it.host_str().is_some_and(|host| !host.contains('_'))
    });
    is_address.then(|| url.to_owned()).ok_or_else(|| TwilioError::new(21609, "The StatusCallback URL is not valid"))
}

fn taken(number: &Watched<NumberState>, sid: &str, to: &str, service: Option<&str>, content: &Content) -> Value {
    let body = match content {
        Content::Text(text) | Content::Place { text, .. } => text.as_str(),
        Content::File { caption, .. } => caption.as_deref().unwrap_or_default(),
        Content::Template { .. } => "",
    };
    let (account, from) = number.read(|number| (number.account_sid.clone(), format!("whatsapp:+{}", number.number)));
    let from = service.is_none().then_some(from);
    let status = if service.is_some() { "accepted" } else { "queued" };
    let at = clock::rfc2822(clock::now());
    json!({
        "sid": sid, "account_sid": account, "messaging_service_sid": service, "from": from, "to": to, "body": body,
        "status": status, "direction": "outbound-api", "num_segments": "1",
        "num_media": u8::from(matches!(content, Content::File { .. })).to_string(), "price": null, "price_unit": null,
        "error_code": null, "error_message": null, "api_version": "2010-04-01",
        "date_created": at, "date_updated": at, "date_sent": null,
        "uri": format!("/2010-04-01/Accounts/{account}/Messages/{sid}.json"),
        "subresource_uris": {"media": format!("/2010-04-01/Accounts/{account}/Messages/{sid}/Media.json")},
    })
}
