//! Setting up: what Graph is asked about a number, and how its events are led to us.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override>

use http::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::render::Number;
use super::verdict;
use crate::channel::scalar::{Id, Text, words};
use crate::channel::{Connection, Failure, Question};
use crate::http::{Answer, HttpError, OutBody};

/// The longest address that a number's events may be led to, in bytes.
pub const LONGEST_CALLBACK: usize = 200;

/// A number as Meta knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneNumber {
    /// Meta's id of it.
    pub id: String,
    /// What customers see; the number where it has no name, the id where Meta tells neither.
    pub name: String,
    /// Whether it can send and receive; also where Meta does not say.
    pub connected: bool,
}

/// The numbers of a business account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// Their ids, as many as Meta told at once.
    pub ids: Vec<String>,
    /// Whether there are others.
    pub more: bool,
}

/// Asks for the number: harmless, and right only where the token may use it.
pub fn number(connection: &Connection<'_>) -> Question<PhoneNumber> {
    let number = Number::of(connection);
    let query = [("fields", "id,display_phone_number,verified_name,status")];
    Question { request: number.request(Method::GET, &[number.id], &query, OutBody::Empty), read: read_number }
}

/// Asks which numbers the business account has.
pub fn numbers(connection: &Connection<'_>) -> Question<Numbers> {
    let number = Number::of(connection);
    let query = [("fields", "id"), ("limit", "100")];
    let path = [number.waba, "phone_numbers"];
    Question { request: number.request(Method::GET, &path, &query, OutBody::Empty), read: read_numbers }
}

/// Has the events of the business account sent to the app that the token belongs to.
pub fn subscribe(connection: &Connection<'_>) -> Question<()> {
    let number = Number::of(connection);
    let path = [number.waba, "subscribed_apps"];
    Question { request: number.request(Method::POST, &path, &[], OutBody::Empty), read: verdict::done }
}

/// Ends it, for all numbers of the business account.
pub fn unsubscribe(connection: &Connection<'_>) -> Question<()> {
    let number = Number::of(connection);
    let path = [number.waba, "subscribed_apps"];
    Question { request: number.request(Method::DELETE, &path, &[], OutBody::Empty), read: verdict::done }
}

/// Leads the number's messages to `address` in place of the app's one address, which several numbers may share. Meta asks
/// there at once, with `verify_token`.
pub fn lead_to(connection: &Connection<'_>, address: &str, verify_token: &SecretString) -> Question<()> {
    lead(connection, address, Some(verify_token))
}

/// Leads them to the app's address again.
pub fn lead_back(connection: &Connection<'_>) -> Question<()> {
    lead(connection, "", None)
}

fn lead(connection: &Connection<'_>, address: &str, verify_token: Option<&SecretString>) -> Question<()> {
    let number = Number::of(connection);
    let configuration = match verify_token {
        Some(token) => json!({ "override_callback_uri": address, "verify_token": token.expose_secret() }),
        None => json!({ "override_callback_uri": address }),
    };
    let body = OutBody::Json(json!({ "webhook_configuration": configuration }));
    Question { request: number.request(Method::POST, &[number.id], &[], body), read: verdict::done }
}

fn read_number(answer: &Result<Answer, HttpError>) -> Result<PhoneNumber, Failure> {
    #[derive(Deserialize)]
    struct Told {
        id: Id,
        display_phone_number: Option<Text>,
        verified_name: Option<Text>,
        status: Option<Text>,
    }
    let Told { id: Id(id), display_phone_number, verified_name, status } = verdict::parsed(answer)?;
    let name = words(verified_name).or_else(|| words(display_phone_number));
    Ok(PhoneNumber {
        name: name.map_or_else(|| id.clone(), |name| name.trim().to_owned()),
        id,
        connected: words(status).is_none_or(|status| status == "CONNECTED"),
    })
}

fn read_numbers(answer: &Result<Answer, HttpError>) -> Result<Numbers, Failure> {
    #[derive(Deserialize)]
    struct Told {
        data: Vec<Listed>,
        paging: Option<Paging>,
    }
    #[derive(Deserialize)]
    struct Listed {
        id: Id,
    }
    #[derive(Deserialize)]
    struct Paging {
        next: Option<Text>,
    }
    let Told { data, paging } = verdict::parsed(answer)?;
    Ok(Numbers {
        ids: data.into_iter().map(|Listed { id: Id(id) }| id).collect(),
        more: paging.is_some_and(|paging| paging.next.is_some()),
    })
}

#[cfg(test)]
mod tests;
