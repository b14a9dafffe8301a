//! The redrive queue of `inbound`: what the worker could not deal with in fifty tries is kept as failed where its people see it
//! and can have it done again. Kept first, then taken out of the queue: nothing is lost, and what is kept twice is kept once.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use shared::envelope::{Envelope, ReadError, Work};
use shared::event::Unreadable;
use shared::id::{CorrelationId, CustomerId, IntegrationId};
use shared::queue::QueueError;
use shared::store::{Claim, ClaimBy, Kept, KeptState, MessageRecord};
use shared::time::Timestamp;
use tokio::time::Instant;

use crate::round::{Hindered, Round};

/// How many calls one round makes for records, of ten at most each.
const CALLS: usize = 20;

/// The redrive queue.
pub(crate) struct Redrive {
    client: Client,
    url: String,
}

impl Redrive {
    pub(crate) fn new(client: Client, url: &str) -> Self {
        Self { client, url: url.to_owned() }
    }

    async fn receive(&self) -> Result<Vec<Message>, Hindered> {
        let call = self.client.receive_message().queue_url(&self.url).max_number_of_messages(10);
        let call = call.message_system_attribute_names(MessageSystemAttributeName::SequenceNumber);
        let answer = call.send().await.map_err(|error| refused(error.code()))?;
        Ok(answer.messages.unwrap_or_default())
    }

    async fn delete(&self, message: &Message) -> Result<(), Hindered> {
        let handle = message.receipt_handle.as_deref().unwrap_or_default();
        let call = self.client.delete_message().queue_url(&self.url).receipt_handle(handle);
        call.send().await.map(drop).map_err(|error| refused(error.code()))
    }
}

fn refused(code: Option<&str>) -> Hindered {
    QueueError(code.unwrap_or("no answer").to_owned()).into()
}

impl Round {
    /// Deals with what lies in the redrive queue.
    pub(crate) async fn empty_redrive(&self, deadline: Instant) -> Result<(), Hindered> {
        for _ in 0..CALLS {
            let messages = self.redrive.receive().await?;
            if messages.is_empty() {
                return Ok(());
            }
            for message in messages {
                if Instant::now() >= deadline {
                    return Ok(());
                }
                if self.redriven(&message).await? {
                    self.redrive.delete(&message).await?;
                }
            }
        }
        Ok(())
    }

    /// Deals with one record. Says whether the queue may forget it.
    async fn redriven(&self, message: &Message) -> Result<bool, Hindered> {
        let (now, body) = (Timestamp::now(), message.body.as_deref().unwrap_or_default());
        let envelope = match Envelope::from_body(body) {
            Ok(envelope) => envelope,
            // A newer hub will read it.
            Err(ReadError::TooNew(_)) => return Ok(false),
            Err(ReadError::Malformed(_)) => {
                let unreadable = Unreadable::new("a record of the queue cannot be read", body.as_bytes());
                self.store.keep_nobodys(CorrelationId::generate(), &unreadable, now).await?;
                tracing::error!(metric = "unreadable", "a record of the redrive queue cannot be read and is kept");
                return Ok(true);
            }
        };
        let integration = match envelope.target.integration {
            Some(id) => self.store.integration(id).await?.map(|found| found.id),
            None => self.store.claim_holder(&envelope.target.account).await?,
        };
        let Some(integration) = integration else {
            // As the worker does with what belongs to nobody.
            self.store.count_unclaimed(now).await?;
            return Ok(true);
        };
        if envelope.claimed().is_none() {
            // Work of the hub's own on which messages wait: it is done again, not looked at.
            let again = Envelope::new(envelope.target.clone(), envelope.work.clone(), now);
            self.inbound.send_one(&again).await?;
            tracing::error!(correlation = %envelope.correlation, %integration, "work of the hub's own is tried anew");
            return Ok(true);
        }
        let sequence = message.attributes.as_ref();
        let sequence = sequence.and_then(|found| found.get(&MessageSystemAttributeName::SequenceNumber));
        self.fail(integration, &envelope, body, sequence.map_or("0", String::as_str), now).await?;
        Ok(true)
    }

    /// Keeps what was for the desk as failed, unless it was dealt with after all.
    async fn fail(
        &self,
        integration: IntegrationId,
        envelope: &Envelope,
        body: &str,
        sequence: &str,
        now: Timestamp,
    ) -> Result<(), Hindered> {
        let Some(event) = envelope.claimed() else { return Ok(()) };
        let customer = envelope.customer().cloned().unwrap_or_else(CustomerId::nobody);
        let new = MessageRecord::new(event, customer, envelope.correlation, envelope.received_at);
        let record = match self.store.claim(integration, new, ClaimBy::Queue, now).await? {
            Claim::Ours(record) | Claim::Crashed(record) => record,
            Claim::Repeat => return Ok(()),
        };
        let kept = Kept {
            state: KeptState::Failed,
            sequence: sequence.to_owned(),
            correlation: record.correlation,
            event: record.event.clone(),
            customer: record.customer.clone(),
            place: envelope.place().cloned(),
            kind: envelope.kind().to_owned(),
            since: now,
            reason: reason(&envelope.work).to_owned(),
            payload: body.to_owned(),
        };
        self.store.keep(integration, &kept, &record, None, None).await?;
        tracing::warn!(
            correlation = %record.correlation, %integration, metric = "failed",
            "a record of the redrive queue failed and is kept for a person"
        );
        Ok(())
    }
}

const fn reason(work: &Work) -> &'static str {
    match work {
        Work::Unreadable { .. } => "the hub could not read it",
        _ => "the hub could not deal with it in fifty tries; its own storage may have been away",
    }
}
