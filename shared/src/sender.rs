//! The I/O half of sending to a customer: the token of the moment, the file handed over first where the platform wants that,
//! then the message, once. When to try again is the caller's.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use secrecy::SecretString;
use tokio::time::Instant;
use url::Url;

use crate::cache::Cache;
use crate::channel::{
    Channel, Connection, Content, Failure, FailureClass, HandOver, Handed, OutFile, OutMessage, Platforms, Question,
    Verdict,
};
use crate::http::{Client, Purpose};
use crate::id::{AccountKey, MessageId};
use crate::links::FileLinks;
use crate::secrets::IntegrationSecrets;
use crate::time::Timestamp;

/// How much of a platform's answer is read.
const ANSWER_CAP: usize = 64 * 1024;
/// How long before its end a token of the moment is not used any more.
const LOGIN_MARGIN: Duration = Duration::from_secs(60);
/// How long a token of the moment is kept at most.
const LOGIN_KEPT: Duration = Duration::from_secs(50 * 60);

/// Sends to customers. One a process.
pub struct Sender {
    http: Client,
    platforms: Platforms,
    links: FileLinks,
    logins: Cache<AccountKey, Known>,
}

/// A token of the moment, and until when it is used.
#[derive(Clone)]
struct Known {
    token: Arc<SecretString>,
    until: Timestamp,
}

/// Whose message it is: an integration with what it keeps secret.
#[derive(Clone, Copy)]
pub struct From<'a> {
    /// The channel.
    pub channel: Channel,
    /// What the integration keeps secret.
    pub secrets: &'a IntegrationSecrets,
    /// The secret of the app that the credential was given to, where the platform has apps.
    pub app_secret: Option<&'a SecretString>,
}

impl Sender {
    /// A sender over `http` to `platforms`, which fetch files from `links`.
    pub fn new(http: Client, platforms: Platforms, links: FileLinks) -> Self {
        Self { http, platforms, links, logins: Cache::new(LOGIN_KEPT) }
    }

    /// Where the platforms answer.
    pub const fn platforms(&self) -> &Platforms {
        &self.platforms
    }

    /// Hands a file to the platform where it wants that before the message. What needs no such step comes back as it is.
    ///
    /// # Errors
    /// [`Failure`] where the platform did not take the file; the message was not sent.
    pub async fn hand_over(
        &self,
        from: From<'_>,
        content: Content,
        deadline: Instant,
        now: Timestamp,
    ) -> Result<Content, Failure> {
        let (file, bytes) = match content {
            Content::File(file, Handed::Bytes(bytes)) => (file, bytes),
            other => return Ok(other),
        };
        let carrier = from.channel.carrier();
        let handed = match carrier.hands_over() {
            HandOver::WithMessage => Handed::Bytes(bytes),
            HandOver::Upload => {
                let login = self.login(from, deadline, now).await?;
                let connection = self.connection(from, login.as_deref());
                match carrier.upload(&connection, &file, bytes.clone()) {
                    Some(question) => Handed::Id(self.ask(&connection, question, deadline).await?),
                    None => Handed::Bytes(bytes),
                }
            }
            HandOver::Link => Handed::Link(self.keep(from, &file, bytes, deadline).await?),
        };
        Ok(Content::File(file, handed))
    }

    /// Keeps a file where the platform can fetch it: at the hub's own address, which the integration's webhook has too.
    async fn keep(&self, from: From<'_>, file: &OutFile, bytes: Bytes, deadline: Instant) -> Result<Url, Failure> {
        let hub = from.secrets.webhook_url.as_deref().and_then(|url| url.parse::<Url>().ok());
        let kept = tokio::time::timeout_at(deadline, self.links.keep(file, bytes)).await;
        let name = match kept {
            Ok(Ok(name)) => name,
            Ok(Err(error)) => return Err(not_kept(&error.to_string())),
            Err(_) => return Err(not_kept("S3: no answer in time")),
        };
        hub.and_then(|hub| name.link(&hub).ok()).ok_or_else(|| not_kept("the integration has no webhook address"))
    }

    /// Sends one message, once. A token of the moment that was kept may end before its time: where the platform turns it down,
    /// which certainly sends nothing, a new one is asked for and the message sent with that.
    pub async fn send(&self, from: From<'_>, message: OutMessage<'_>, deadline: Instant, now: Timestamp) -> Verdict {
        let account = &from.secrets.account;
        let kept = self.logins.get(account, now).is_some_and(|known| now < known.until);
        let verdict = self.send_once(from, message.clone(), deadline, now).await;
        if !matches!(&verdict, Verdict::NotSent(Failure { class: FailureClass::Credential, .. })) {
            return verdict;
        }
        self.logins.forget(account);
        if kept { self.send_once(from, message, deadline, now).await } else { verdict }
    }

    async fn send_once(&self, from: From<'_>, message: OutMessage<'_>, deadline: Instant, now: Timestamp) -> Verdict {
        let login = match self.login(from, deadline, now).await {
            Ok(login) => login,
            Err(failure) => return Verdict::NotSent(failure),
        };
        let connection = self.connection(from, login.as_deref());
        let carrier = from.channel.carrier();
        let human_agent = message.human_agent;
        let request = carrier.message(&connection, message);
        let base = carrier.base(&connection);
        let answer = self.http.send(Connection::purpose(&base), request, left(deadline), ANSWER_CAP).await;
        carrier.verdict(&answer, human_agent)
    }

    /// Shows a customer that their message was read, where the platform has such a mark. Whether that succeeds is of no
    /// consequence.
    pub async fn seen(&self, from: From<'_>, message: &MessageId, deadline: Instant, now: Timestamp) {
        let Ok(login) = self.login(from, deadline, now).await else { return };
        let connection = self.connection(from, login.as_deref());
        let carrier = from.channel.carrier();
        let Some(request) = carrier.seen(&connection, message) else { return };
        let base = carrier.base(&connection);
        let answer = self.http.send(Connection::purpose(&base), request, left(deadline), ANSWER_CAP).await;
        match answer {
            Ok(answer) if (200..300).contains(&answer.status) => {}
            Ok(answer) => tracing::info!(status = answer.status, "the platform did not take a read mark"),
            Err(error) => tracing::info!(%error, "the platform did not take a read mark"),
        }
    }

    /// Asks the platform something in the name of an account.
    ///
    /// # Errors
    /// [`Failure`] as the question's reader judges the answer.
    pub async fn ask<T>(
        &self,
        connection: &Connection<'_>,
        question: Question<T>,
        deadline: Instant,
    ) -> Result<T, Failure> {
        let base = connection.channel.carrier().base(connection);
        let purpose = Purpose::Platform { base: &base };
        let answer = self.http.send(purpose, question.request, left(deadline), ANSWER_CAP).await;
        (question.read)(&answer)
    }

    /// The token of the moment, a known one while it lasts; nothing where the platform wants none.
    ///
    /// # Errors
    /// [`Failure`] where the platform gives none.
    pub async fn login(
        &self,
        from: From<'_>,
        deadline: Instant,
        now: Timestamp,
    ) -> Result<Option<Arc<SecretString>>, Failure> {
        let connection = self.connection(from, None);
        let Some(question) = from.channel.carrier().login(&connection) else { return Ok(None) };
        let account = &from.secrets.account;
        if let Some(known) = self.logins.get(account, now)
            && now < known.until
        {
            return Ok(Some(known.token));
        }
        let login = self.ask(&connection, question, deadline).await?;
        let token = Arc::new(login.token);
        let until = now.plus(login.lives.saturating_sub(LOGIN_MARGIN));
        self.logins.put(account.clone(), Known { token: token.clone(), until }, now);
        Ok(Some(token))
    }

    /// The account, with the token of the moment if it has one.
    pub fn connection<'a>(&'a self, from: From<'a>, login: Option<&'a SecretString>) -> Connection<'a> {
        Connection::new(from.channel, &self.platforms, from.secrets, from.app_secret, login)
    }
}

/// The file lies nowhere that the platform could fetch it from.
fn not_kept(why: &str) -> Failure {
    tracing::error!(why, "a file for a customer could not be kept");
    let what = "The hub could not keep the file for the platform to fetch.";
    Failure {
        class: FailureClass::Transient,
        sentence: format!("{what} Nothing was sent; try again in a minute."),
        what: what.to_owned(),
        platform: None,
    }
}

fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

#[cfg(test)]
mod tests;
