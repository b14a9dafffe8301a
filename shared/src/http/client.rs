//! The client: sends what the guard lets out, once, and reads no more than it was asked to.
//!
//! No proxy from the environment, no redirects, no repeats. A connection is used again only while it is certain to be alive.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_TYPE, HeaderValue};
use reqwest::multipart::{Form, Part};
use rustls_platform_verifier::BuilderVerifierExt;
use secrecy::ExposeSecret;
use url::{Url, form_urlencoded};

use super::guard::{Blocked, Guard, Purpose, Reach};
use super::resolver::{GuardedResolver, Lookup, system};
use super::{Answer, Auth, Field, HttpError, OutBody, Outgoing, reason};

/// How long name, connection and TLS together may take.
const CONNECT: Duration = Duration::from_secs(3);

/// How long an idle connection is kept. Below the 5 s of a Node server, the shortest in use: a connection that the server
/// closes just as a message goes out leaves its fate unknown. A Lambda that was frozen longer begins with new ones.
const IDLE: Duration = Duration::from_secs(4);

/// Sends requests. One a process; cheap to clone.
#[derive(Clone)]
pub struct Client {
    pub(super) guard: Guard,
    // A connection is only ever used again by requests with the same reach.
    public: reqwest::Client,
    public_or_listed: reqwest::Client,
    listed: reqwest::Client,
    trusted: reqwest::Client,
}

impl Client {
    /// A client behind `guard`.
    ///
    /// # Errors
    /// Where the system's certificates cannot be loaded.
    pub fn new(guard: Guard) -> Result<Self, HttpError> {
        Self::with_lookup(guard, system())
    }

    pub(super) fn with_lookup(guard: Guard, lookup: Lookup) -> Result<Self, HttpError> {
        let tls = tls()?;
        let build = |reach| {
            let resolver = GuardedResolver { lookup: lookup.clone(), guard: guard.clone(), reach };
            reqwest::Client::builder()
                .user_agent(concat!("open-channel-hub/", env!("CARGO_PKG_VERSION")))
                .tls_backend_preconfigured(tls.clone())
                .dns_resolver(resolver)
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .connect_timeout(CONNECT)
                .pool_idle_timeout(IDLE)
                .build()
                .map_err(|_| no_tls())
        };
        Ok(Self {
            public: build(Reach::Public)?,
            public_or_listed: build(Reach::PublicOrListed)?,
            listed: build(Reach::Listed)?,
            trusted: build(Reach::Trusted)?,
            guard,
        })
    }

    /// Whether a request for `purpose` could go to `url`, as far as the address itself tells: for whoever keeps an address
    /// to call it later. What its name resolves to is looked at when it is called.
    ///
    /// # Errors
    /// [`Blocked`] says why it could not.
    pub fn may_go(&self, purpose: Purpose<'_>, url: &Url) -> Result<(), Blocked> {
        self.guard.check(purpose, url).map(drop)
    }

    /// Sends `request` once. `timeout` is for the whole call, `cap` for the answer's body in bytes.
    ///
    /// Once the status is there it is the truth: a body that is longer than the cap, or breaks off, is handed over as far
    /// as it was read.
    ///
    /// # Errors
    /// [`HttpError`], sorted by whether the request may have arrived.
    pub async fn send(
        &self,
        purpose: Purpose<'_>,
        request: Outgoing,
        timeout: Duration,
        cap: usize,
    ) -> Result<Answer, HttpError> {
        let mut response = self.start(purpose, request, timeout).await?;
        let mut body = BytesMut::new();
        while let Ok(Some(chunk)) = response.chunk().await {
            let room = cap.saturating_sub(body.len());
            body.extend_from_slice(&chunk.slice(..chunk.len().min(room)));
            if chunk.len() > room {
                break;
            }
        }
        Ok(Answer {
            status: response.status().as_u16(),
            headers: std::mem::take(response.headers_mut()),
            body: body.freeze(),
        })
    }

    /// Sends `request` and waits for the head of the answer; `timeout` goes on for its body.
    pub(super) async fn start(
        &self,
        purpose: Purpose<'_>,
        request: Outgoing,
        timeout: Duration,
    ) -> Result<reqwest::Response, HttpError> {
        let Outgoing { method, url, auth, body } = request;
        let reach = self.guard.check(purpose, &url).map_err(|blocked| HttpError::Forbidden(blocked.to_string()))?;
        let client = match reach {
            Reach::Public => &self.public,
            Reach::PublicOrListed => &self.public_or_listed,
            Reach::Listed => &self.listed,
            Reach::Trusted => &self.trusted,
        };
        let call = authenticated(client.request(method, url.clone()).timeout(timeout), &auth);
        let call = with_body(call, body).map_err(|error| reason::classify(&error, &url))?;
        call.send().await.map_err(|error| reason::classify(&error, &url))
    }
}

/// One TLS configuration for all: the system's certificates are loaded once, and a session is taken up again.
fn tls() -> Result<rustls::ClientConfig, HttpError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|_| no_tls())?;
    Ok(config.with_no_client_auth())
}

fn no_tls() -> HttpError {
    HttpError::NotConnected("the system's certificates cannot be loaded".to_owned())
}

fn authenticated(call: reqwest::RequestBuilder, auth: &Auth) -> reqwest::RequestBuilder {
    match auth {
        Auth::None => call,
        Auth::Bearer(token) => call.bearer_auth(token.expose_secret()),
        Auth::Header { name, key } => match HeaderValue::from_str(key.expose_secret()) {
            Ok(mut value) => {
                value.set_sensitive(true);
                call.header(*name, value)
            }
            // A key that no header can hold is not the platform's; without it the platform says so.
            Err(_) => call,
        },
        Auth::Basic { user, password } => call.basic_auth(user, Some(password.expose_secret())),
    }
}

fn with_body(call: reqwest::RequestBuilder, body: OutBody) -> reqwest::Result<reqwest::RequestBuilder> {
    Ok(match body {
        OutBody::Empty => call,
        OutBody::Json(value) => call.header(CONTENT_TYPE, "application/json").body(value.to_string()),
        OutBody::Form(pairs) => {
            let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
            call.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form)
        }
        OutBody::Multipart(fields) => call.multipart(form(fields)?),
    })
}

fn form(fields: Vec<Field>) -> reqwest::Result<Form> {
    fields.into_iter().try_fold(Form::new(), |form, field| {
        Ok(match field {
            Field::Text { name, value } => form.text(name, value),
            Field::File { name, file_name, content_type, bytes } => {
                form.part(name, file_part(bytes).file_name(quotable(&file_name)).mime_str(&content_type)?)
            }
        })
    })
}

/// A file name as every server reads it. Beyond ASCII it goes out as UTF-8, as browsers send it. Servers disagree on escapes,
/// so nothing is left to escape; a line break would begin a header of its own.
fn quotable(file_name: &str) -> String {
    file_name.chars().filter(|c| !c.is_control()).map(|c| if matches!(c, '"' | '\\') { '_' } else { c }).collect()
}

fn file_part(bytes: Bytes) -> Part {
    let length = bytes.len() as u64;
    Part::stream_with_length(bytes, length)
}

#[cfg(test)]
mod tests;
