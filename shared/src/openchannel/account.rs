//! The API of a Motion server: how it is called, and the one call that tells whether an account answers without opening
//! an interaction for an agent.
//!
//! Answers are documented nowhere; from an account only what is certain to be understood is taken, and nothing is required.

use http::Method;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::answer::quote;
use super::contact::ContactField;
use super::loose::Object;
use crate::http::{Answer, Auth, HttpError, OutBody, Outgoing};

/// How the hub proves itself to Motion's API.
#[derive(Clone, Debug)]
pub enum Credential {
    /// A key from Staff > Users > user > API Key Manager. It travels in the query.
    ApiKey(SecretString),
    /// User and password of an administrator.
    Basic {
        /// The user's name.
        user: String,
        /// The user's password.
        password: SecretString,
    },
}

/// The API of one Motion server, as one Open Channel account uses it.
#[derive(Clone)]
pub struct MotionApi {
    /// `https://HOST/api`, with or without a slash at the end.
    pub base: Url,
    /// The proof of who we are.
    pub credential: Credential,
    /// Motion's id of the Open Channel account.
    pub account: String,
}

/// What an account's answer tells.
#[derive(Clone, Debug)]
pub enum AccountState {
    /// It is there.
    Answered(Account),
    /// The server is there, but does not show the account: someone has to change something.
    Refused {
        /// What an administrator reads.
        reason: String,
    },
    /// The server does not answer, or cannot now.
    Away {
        /// What an administrator reads.
        reason: String,
    },
}

/// What could be read of an account. Good for filling in a form and for warnings.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its name.
    pub name: Option<String>,
    /// Its map key.
    pub map_key: Option<ContactField>,
    /// Where it posts answers to; holds the secret path.
    pub reply_url: Option<SecretString>,
    /// The list that its contacts are in.
    pub list: Option<String>,
}

/// Why a text cannot be the base of Motion's API, and what to give instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiBaseError {
    /// Not an absolute address of the web.
    #[error("this is no web address; give the base of Motion's API, as https://HOST/api")]
    NotAnAddress,
    /// It has more than host and path.
    #[error(
        "the base of Motion's API is an address and nothing else, as https://HOST/api; key, user and password have fields of their own"
    )]
    HoldsMore,
}

/// The base of Motion's API as a person types it. A server alone stands for `https://HOST/api`.
///
/// # Errors
/// [`ApiBaseError`] says what to give instead.
pub fn api_base(text: &str) -> Result<Url, ApiBaseError> {
    let mut base = Url::parse(text.trim()).map_err(|_| ApiBaseError::NotAnAddress)?;
    if !matches!(base.scheme(), "https" | "http") {
        return Err(ApiBaseError::NotAnAddress);
    }
    let has_user = !base.username().is_empty() || base.password().is_some();
    if has_user || base.query().is_some() || base.fragment().is_some() {
        return Err(ApiBaseError::HoldsMore);
    }
    let path = base.path().trim_end_matches('/').to_owned();
    base.set_path(if path.is_empty() { "/api" } else { &path });
    Ok(base)
}

impl MotionApi {
    /// Asks for the account itself.
    pub fn account_request(&self) -> Outgoing {
        self.request(Method::GET, &["openchannel", "accounts", &self.account], OutBody::Empty)
    }

    /// A call of the API below its base.
    pub(super) fn request(&self, method: Method, path: &[&str], body: OutBody) -> Outgoing {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        let auth = match &self.credential {
            Credential::ApiKey(key) => {
                url.query_pairs_mut().append_pair("apikey", key.expose_secret());
                Auth::None
            }
            Credential::Basic { user, password } => Auth::Basic { user: user.clone(), password: password.clone() },
        };
        Outgoing { method, url, auth, body }
    }
}

/// What the answer to `asked` tells of the account.
pub fn state(asked: &Outgoing, answer: &Result<Answer, HttpError>) -> AccountState {
    match answer {
        Ok(answer) => by_status(&asked.url, answer),
        Err(HttpError::Forbidden(why)) => {
            AccountState::Refused { reason: format!("the hub may not call the API: {why}; correct its address") }
        }
        Err(HttpError::NotConnected(why) | HttpError::NoAnswer(why)) => {
            AccountState::Away { reason: format!("Motion's API cannot be reached: {why}") }
        }
    }
}

fn by_status(asked: &Url, answer: &Answer) -> AccountState {
    let status = answer.status;
    let says = format!("{status}{}", quote(&answer.body, asked));
    let refused = |reason| AccountState::Refused { reason };
    match status {
        200..=299 => match Object::in_bytes(&answer.body) {
            Some(object) => AccountState::Answered(account(&object)),
            None => refused(
                "the address of the API answers with something else than an account; it usually is https://HOST/api"
                    .to_owned(),
            ),
        },
        408 | 425 | 429 | 500.. => AccountState::Away { reason: format!("Motion's API fails at the moment ({says})") },
        401 | 403 => {
            refused(format!("Motion does not accept the API key or password ({says}); make a new key in Staff > Users"))
        }
        404 => refused(format!(
            "Motion does not know this Open Channel account ({says}); is it deleted, or its id another?"
        )),
        _ => refused(format!("Motion's API refuses the call ({says}); is the address of the API right?")),
    }
}

fn account(object: &Object) -> Account {
    Account {
        name: object.word("name"),
        map_key: object.word("mapKey").and_then(|name| name.parse().ok()),
        reply_url: object.word("replyUrl").map(SecretString::from),
        list: object.word("ListId"),
    }
}

#[cfg(test)]
mod tests;
