//! The flow that every webhook shares: authenticate the raw bytes, read every item, hand all of it to the queue, answer.
//!
//! 200 is said only when the queue has everything; until the platform's deadline the queue is asked again, because not
//! every platform repeats. Warm, the queue is the only AWS service that is called.

use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use tokio::time::Instant;

use crate::channel::{Handshake, Item, RawRequest, Refused, Webhook, WebhookKeys};
use crate::envelope::{Envelope, Target, Work};
use crate::event::Unreadable;
use crate::gateway::{self, Call};
use crate::id::{AccountKey, IntegrationId};
use crate::queue::Inbound;
use crate::secrets::{Secrets, SecretsError};
use crate::time::Timestamp;

mod settings;

pub use settings::Settings;

/// What a webhook function works with.
#[derive(Clone)]
pub struct Shell {
    /// Where work goes.
    pub inbound: Inbound,
    /// What authenticates calls.
    pub secrets: Secrets,
}

impl Shell {
    /// The clients that a webhook function needs.
    pub fn new(aws: &aws_config::SdkConfig, settings: &Settings) -> Self {
        Self {
            inbound: Inbound::new(aws_sdk_sqs::Client::new(aws), settings.inbound_queue_url.as_str()),
            secrets: Secrets::new(aws_sdk_secretsmanager::Client::new(aws), &settings.secrets_prefix),
        }
    }

    /// Opens connections while the function starts, when time costs nothing. A failure shows again at the first call.
    pub async fn warm(&self) {
        let both = futures_util::future::join(self.inbound.warm(), self.secrets.meta_app(Timestamp::now()));
        if let (_, Err(error)) = both.await {
            tracing::warn!(%error, "the Meta app's secret could not be read at the start");
        }
    }

    /// The same for a webhook whose every route is an integration's own. It has no right to the Meta app's secret, so it asks
    /// for that of an integration that nobody has.
    pub async fn warm_for_integrations(&self) {
        let nobodys = self.secrets.integration(IntegrationId::generate(), Timestamp::now());
        if let (_, Err(error)) = futures_util::future::join(self.inbound.warm(), nobodys).await {
            tracing::warn!(%error, "Secrets Manager could not be asked at the start");
        }
    }
}

/// Which address a call came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// The deployment's own: each item belongs to whoever has claimed its account.
    Deployment,
    /// An integration's own: every item must be of its account.
    Integration(IntegrationId),
}

/// Who may call a route.
struct Guarded {
    keys: WebhookKeys,
    /// The one account of an integration's own route.
    account: Option<AccountKey>,
}

/// Answers a platform's question whether the address is ours.
pub async fn handshake<C: Handshake>(
    shell: &Shell,
    route: Route,
    call: &Call,
    now: Timestamp,
) -> ApiGatewayV2httpResponse {
    let guarded = match guarded(shell, route, now).await {
        Ok(Some(guarded)) => guarded,
        Ok(None) => return refuse(Refused::WrongToken),
        Err(error) => return unavailable(&error),
    };
    let mut answer = C::handshake(&call.query, &guarded.keys);
    if answer == Err(Refused::WrongToken)
        && let Some(newer) = rotated(shell, route, now).await
    {
        answer = C::handshake(&call.query, &newer.keys);
    }
    match answer {
        Ok(text) => gateway::plain(200, text),
        Err(refused) => refuse(refused),
    }
}

/// Takes in a platform's events.
pub async fn receive<C: Webhook>(shell: &Shell, route: Route, call: Call, now: Timestamp) -> ApiGatewayV2httpResponse {
    let deadline = Instant::now() + C::QUEUE_BUDGET;
    if call.body.len() > C::LARGEST_BODY {
        return gateway::empty(413);
    }
    let request = RawRequest {
        method: call.method,
        path: call.path,
        source: call.source_ip.and_then(|address| address.parse().ok()),
        headers: call.headers,
        query: call.query,
        body: call.body,
        received: now,
    };
    let guarded = match guarded(shell, route, now).await {
        Ok(Some(guarded)) => guarded,
        Ok(None) => return refuse(Refused::WrongSignature),
        Err(error) => return unavailable(&error),
    };
    let mut proof = C::authenticate(&request, &guarded.keys, now);
    if matches!(proof, Err(Refused::WrongSignature | Refused::WrongToken))
        && let Some(newer) = rotated(shell, route, now).await
    {
        proof = C::authenticate(&request, &newer.keys, now);
    }
    if let Err(refused) = proof {
        return refuse(refused);
    }
    let work = envelopes(C::parse(&request, guarded.account.as_ref()).items, route, guarded.account.as_ref(), now);
    hand_over(shell, &work, deadline, C::ACCEPTED).await
}

async fn hand_over(shell: &Shell, work: &[Envelope], deadline: Instant, accepted: u16) -> ApiGatewayV2httpResponse {
    let started = Instant::now();
    let sent = match shell.inbound.send(work, deadline).await {
        Ok(sent) => sent,
        Err(error) => {
            // `envelopes` makes nothing that large.
            tracing::error!(%error, "work of a webhook fits into no queue body");
            return gateway::empty(503);
        }
    };
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let first = work.first().map(|envelope| envelope.correlation.to_string());
    let correlation = first.as_deref();
    if sent.left > 0 {
        tracing::error!(
            correlation,
            taken = sent.taken,
            left = sent.left,
            duration_ms,
            "the queue did not take everything"
        );
        return gateway::empty(503);
    }
    tracing::info!(correlation, taken = sent.taken, duration_ms, "events taken in");
    gateway::empty(accepted)
}

/// Each item as work for the queue; on an integration's own route only those of its account.
fn envelopes(items: Vec<Item>, route: Route, own: Option<&AccountKey>, now: Timestamp) -> Vec<Envelope> {
    let integration = match route {
        Route::Deployment => None,
        Route::Integration(id) => Some(id),
    };
    let mut foreign = 0_usize;
    let mut work = Vec::with_capacity(items.len());
    for item in items {
        let (account, what) = match item {
            Item::Event { account, event } => (account, Work::Event { event }),
            Item::Unreadable { account, unreadable } => {
                let account = account.or_else(|| own.cloned()).unwrap_or_else(AccountKey::unknown);
                (account, Work::Unreadable { unreadable })
            }
        };
        if own.is_some_and(|own| *own != account) {
            foreign += 1;
            continue;
        }
        work.push(small_enough(Envelope::new(Target { account, integration }, what, now)));
    }
    if foreign > 0 {
        tracing::warn!(foreign, "items of other accounts came to an integration's own address and were refused");
    }
    work
}

/// The work as it is, or, where it fits into no queue body, its beginning for a person to look at.
fn small_enough(envelope: Envelope) -> Envelope {
    let Err(error) = envelope.to_body() else { return envelope };
    let whole = crate::envelope::ascii_json(&envelope.work);
    let unreadable = Unreadable::new(error.to_string(), whole.as_bytes());
    Envelope { work: Work::Unreadable { unreadable }, ..envelope }
}

async fn guarded(shell: &Shell, route: Route, now: Timestamp) -> Result<Option<Guarded>, SecretsError> {
    match route {
        Route::Deployment => {
            let app = shell.secrets.meta_app(now).await?;
            Ok(Some(Guarded { keys: app.webhook_keys(), account: None }))
        }
        Route::Integration(id) => {
            let secrets = shell.secrets.integration(id, now).await?;
            Ok(secrets.map(|secrets| Guarded { keys: secrets.webhook_keys(), account: Some(secrets.account) }))
        }
    }
}

/// Newer keys than the cached ones, if it is time to ask for them again.
async fn rotated(shell: &Shell, route: Route, now: Timestamp) -> Option<Guarded> {
    let integration = match route {
        Route::Deployment => None,
        Route::Integration(id) => Some(id),
    };
    if !shell.secrets.refresh(integration, now) {
        return None;
    }
    guarded(shell, route, now).await.ok().flatten()
}

fn refuse(refused: Refused) -> ApiGatewayV2httpResponse {
    // Neither which secret nor what was sent: a log must not help whoever tries.
    tracing::warn!(status = refused.status(), metric = "webhook_refused", "a webhook call was refused");
    gateway::empty(refused.status())
}

fn unavailable(error: &SecretsError) -> ApiGatewayV2httpResponse {
    tracing::error!(%error, "a webhook call could not be checked");
    gateway::empty(503)
}
