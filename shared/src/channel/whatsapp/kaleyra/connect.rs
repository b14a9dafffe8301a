//! What is asked of Kaleyra when a number is connected. Webhook addresses are entered there by a person.

use http::Method;

use super::render::Account;
use super::verdict;
use crate::channel::{Connection, Question};
use crate::http::OutBody;

/// Whether Kaleyra knows the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It does, by this key on this host.
    Yes,
    /// It has no such question for the account, so that nobody knows. The key was not refused.
    NotSaid,
}

/// Asks how the account's templates stand: harmless, and right only where host, account and key fit together. Of the number it
/// tells nothing. It is the first API's question, which every account may ask; the second has none without Meta's id of the
/// business.
///
/// <https://developers.kaleyra.io/docs/whatsapp-api-get-whatsapp-template-status>
pub fn account(connection: &Connection<'_>) -> Question<Known> {
    let account = Account::of(connection);
    let path = ["v1", &account.credential.sid, "whatsapp", "templates", "status"];
    Question { request: account.request(Method::GET, &path, OutBody::Empty), read: verdict::known }
}

#[cfg(test)]
mod tests;
