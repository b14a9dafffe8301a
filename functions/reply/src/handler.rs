//! One call from Motion, from the address that was called to the answer, and its one line in the log.

use std::time::Duration;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use shared::gateway::Call;
use shared::id::{CorrelationId, CustomerId};
use shared::openchannel::reply::{Reply, ReplyError};
use tokio::time::Instant;
use tracing::Instrument;
use tracing::field::Empty;

use crate::answer::{Answer, Noted};
use crate::budget::Budget;
use crate::code::Code;
use crate::content::read;
use crate::door::Door;
use crate::route::{Route, route};
use crate::send::Errand;
use crate::shell::Shell;

/// Answers one call.
pub async fn handle(shell: &Shell, event: ApiGatewayV2httpRequest) -> ApiGatewayV2httpResponse {
    let started = Instant::now();
    let correlation = CorrelationId::generate();
    // At this level the ids are in every line, whatever is logged.
    let span = tracing::error_span!("reply", %correlation, integration = Empty);
    let answering = async {
        let answer = Box::pin(answer(shell, event, correlation)).await.unwrap_or_else(|refused| refused);
        log(&answer, started.elapsed());
        answer
    };
    answering.instrument(span).await.into_response(correlation)
}

/// What a call is answered; either way it is an answer.
async fn answer(shell: &Shell, event: ApiGatewayV2httpRequest, correlation: CorrelationId) -> Result<Answer, Answer> {
    let (budget, now) = (Budget::start(), shell.now());
    let call = Call::from_event(event).map_err(|_| Answer::from(ReplyError::NotReadable))?;
    let (door, reply, known) = match route(&call)? {
        Route::Own { integration, secret } => {
            let door = shell.by_secret(integration, secret, budget, now).await?;
            let reply = read(&call, door.integration.map_key)?;
            (door, reply, None)
        }
        Route::Bridge => {
            let (door, reply, customer) = shell.by_bridge(&call, budget, now).await?;
            (door, reply, Some(customer))
        }
    };
    deliver(shell, door, reply, known, correlation, budget).await
}

async fn deliver(
    shell: &Shell,
    door: Door,
    reply: Reply,
    known: Option<CustomerId>,
    correlation: CorrelationId,
    budget: Budget,
) -> Result<Answer, Answer> {
    let integration = door.integration.clone();
    if !integration.enabled {
        let message = "This integration is switched off, so nothing was sent. An administrator can switch it on again.";
        return Err(Answer::refused(Code::IntegrationDisabled, message));
    }
    let Some(channel) = integration.channel() else {
        let message = format!("This hub cannot send to {} yet. Nothing was sent.", integration.channel);
        return Err(Answer::refused(Code::Unsupported, message));
    };
    let recipient = shell.recipient(&integration, channel, &reply, known, budget).await?;
    let record = shell.claim(integration.id, &reply, correlation, budget).await?;
    Ok(Errand { shell, door, channel, recipient, reply, correlation, budget, record }.run().await)
}

fn log(answer: &Answer, took: Duration) {
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let Answer { status, outcome, noted, .. } = answer;
    let Noted { parts, platform, trouble } = noted.as_ref();
    let (code, subcode) =
        (platform.as_ref().map(|error| error.code), platform.as_ref().and_then(|error| error.subcode));
    let (trace, trouble) = (platform.as_ref().and_then(|error| error.trace.as_deref()), trouble.as_deref());
    if *status >= 500 {
        tracing::warn!(
            status,
            outcome,
            parts,
            duration_ms,
            code,
            subcode,
            trace,
            trouble,
            "a reply was not answered well"
        );
    } else {
        tracing::info!(status, outcome, parts, duration_ms, code, subcode, trace, "a reply was answered");
    }
}
