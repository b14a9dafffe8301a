//! `MESSAGE#integration` / `IN#event`: what became of each event that came in, for 30 days. The claim on it makes a
//! repeat harmless; the FIFO group, not this record, keeps two workers apart.

use std::time::Duration;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::{Store, StoreError, item, number, record, text, value};
use crate::id::{CorrelationId, CustomerId, EventId, IntegrationId, MessageId};
use crate::time::Timestamp;

/// How long it is remembered what became of a message.
pub(super) const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 3600);
/// A worker that died this often at one message is not given it again.
const DEATHS_ALLOWED: u32 = 3;

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRecord {
    /// The event.
    pub event: EventId,
    /// Where it stands.
    pub state: MessageState,
    /// Follows it through logs and records.
    pub correlation: CorrelationId,
    /// Whose it is.
    pub customer: CustomerId,
    /// When the hub took it in.
    pub received_at: Timestamp,
    /// How often a worker died while it had it.
    #[serde(default)]
    pub deaths: u32,
    /// How often the desk was found away.
    #[serde(default)]
    pub tries: u32,
    /// How often a POST of it was left without a usable answer.
    #[serde(default)]
    pub uncertain: u32,
    /// How many of its parts are at the desk.
    #[serde(default)]
    pub parts_done: u32,
    /// The first words, to quote where a later event speaks of this message.
    #[serde(default)]
    pub quote: Option<String>,
    /// Whether a POST went out whose end is not written down. Known to the worker that has it, and stored nowhere.
    #[serde(skip)]
    pub in_doubt: bool,
    /// Which claim this is. A claim whose answer got lost on the way is recognised by it when AWS's client asks again.
    #[serde(default)]
    pub token: String,
}

/// Where an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// A worker has it.
    Delivering,
    /// It is back in the queue for another try.
    Queued,
    /// It may be at the desk; back in the queue until that can be asked.
    Uncertain,
    /// Set aside until the desk is back.
    Waiting,
    /// At the desk, or told nobody because it concerns no agent.
    Delivered,
    /// Given up; kept with its payload.
    Failed,
    /// A person threw it away.
    Discarded,
}

/// Who asks for an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimBy {
    /// The queue brought it.
    Queue,
    /// A drain took it from what waits.
    Drain,
    /// A person had a failed one done again.
    Replay,
}

/// The answer to a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Go on, at the first part that is not done.
    Ours(MessageRecord),
    /// Too many workers died at it.
    Crashed(MessageRecord),
    /// It was dealt with before, or is kept for someone else to deal with.
    Repeat,
}

/// What to write down after a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is at the desk.
    Delivered,
    /// The desk is away; it comes again from the queue.
    TryAgain,
    /// The time ran out between two parts; it comes again from the queue.
    GoOn,
    /// It may be at the desk; it comes again from the queue.
    Uncertain,
    /// It waits on, where it was kept.
    WaitOn,
    /// It waits on, where it was kept, and may be at the desk.
    WaitUncertain,
    /// It stays failed, where it was kept.
    FailOn,
}

pub(super) fn pk(integration: IntegrationId) -> String {
    format!("MESSAGE#{integration}")
}

pub(super) fn in_sk(event: &EventId) -> String {
    format!("IN#{event}")
}

impl MessageRecord {
    /// A record of an event that nobody has had before.
    pub fn new(event: EventId, customer: CustomerId, correlation: CorrelationId, received_at: Timestamp) -> Self {
        Self {
            event,
            state: MessageState::Delivering,
            correlation,
            customer,
            received_at,
            deaths: 0,
            tries: 0,
            uncertain: 0,
            parts_done: 0,
            quote: None,
            in_doubt: false,
            token: Ulid::generate().to_string(),
        }
    }

    /// Whether a part of it may be at the desk without our knowing.
    pub fn may_be_there(&self) -> bool {
        self.deaths > 0 || self.uncertain > 0
    }
}

/// What a claim on an existing record comes to. Pure, so that the rule is a table.
pub(super) fn decide(mut found: MessageRecord, by: ClaimBy) -> Claim {
    use MessageState::{Delivered, Delivering, Discarded, Failed, Queued, Uncertain, Waiting};
    match (found.state, by) {
        (Delivering, _) if found.deaths + 1 >= DEATHS_ALLOWED => Claim::Crashed(found),
        (Delivering, _) => {
            found.deaths += 1;
            Claim::Ours(found)
        }
        (Queued | Uncertain, ClaimBy::Queue)
        | (Waiting, ClaimBy::Drain)
        | (Failed | Queued | Uncertain, ClaimBy::Replay) => Claim::Ours(found),
        (Queued | Uncertain, ClaimBy::Drain)
        | (Waiting, ClaimBy::Queue | ClaimBy::Replay)
        | (Failed, ClaimBy::Queue | ClaimBy::Drain)
        | (Delivered | Discarded, _) => Claim::Repeat,
    }
}

impl Store {
    /// Claims an event for this worker.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn claim(
        &self,
        integration: IntegrationId,
        new: MessageRecord,
        by: ClaimBy,
        now: Timestamp,
    ) -> Result<Claim, StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(self.message_item(integration, &new, now)?))
            .condition_expression("attribute_not_exists(pk) OR expires_at < :now")
            .expression_attribute_values(":now", number(now.seconds()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let error = match put {
            Ok(_) => return Ok(Claim::Ours(new)),
            Err(error) => error,
        };
        let stood = match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(stood)) => stood.item.clone(),
            _ => return Err(error.into()),
        };
        let found: MessageRecord = record(stood.ok_or(StoreError::Conflict)?)?;
        if found.token == new.token {
            return Ok(Claim::Ours(new));
        }
        let (state, deaths) = (found.state, found.deaths);
        match decide(found, by) {
            Claim::Ours(ours) => {
                let ours = MessageRecord { token: new.token, ..ours };
                self.retake(integration, &ours, state, deaths).await?;
                Ok(Claim::Ours(ours))
            }
            other => Ok(other),
        }
    }

    /// Takes a record over from a state in which it was found.
    async fn retake(
        &self,
        integration: IntegrationId,
        ours: &MessageRecord,
        state: MessageState,
        deaths: u32,
    ) -> Result<(), StoreError> {
        self.update(pk(integration), in_sk(&ours.event))
            .update_expression("SET #state = :delivering, deaths = :deaths, #token = :token")
            .condition_expression("#token = :token OR (#state = :found AND deaths = :before)")
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#token", "token")
            .expression_attribute_values(":delivering", value(&MessageState::Delivering)?)
            .expression_attribute_values(":deaths", number(ours.deaths))
            .expression_attribute_values(":token", text(&ours.token))
            .expression_attribute_values(":found", value(&state)?)
            .expression_attribute_values(":before", number(deaths))
            .send()
            .await?;
        Ok(())
    }

    /// Writes down what a try came to. Only for the worker that has it.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn record_outcome(
        &self,
        integration: IntegrationId,
        message: &MessageRecord,
        outcome: Outcome,
    ) -> Result<(), StoreError> {
        let state = match outcome {
            Outcome::Delivered => MessageState::Delivered,
            Outcome::TryAgain | Outcome::GoOn => MessageState::Queued,
            Outcome::Uncertain => MessageState::Uncertain,
            Outcome::WaitOn | Outcome::WaitUncertain => MessageState::Waiting,
            Outcome::FailOn => MessageState::Failed,
        };
        // Written as numbers, not added up: AWS's client may ask twice.
        let tries = message.tries + u32::from(outcome == Outcome::TryAgain);
        let uncertain = message.uncertain + u32::from(matches!(outcome, Outcome::Uncertain | Outcome::WaitUncertain));
        let mut expression =
            "SET #state = :state, parts_done = :parts, tries = :tries, uncertain = :uncertain".to_owned();
        let mut call = self.update(pk(integration), in_sk(&message.event));
        if let Some(quote) = &message.quote {
            expression.push_str(", quote = :quote");
            call = call.expression_attribute_values(":quote", text(quote));
        }
        call.update_expression(expression)
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":state", value(&state)?)
            .expression_attribute_values(":parts", number(message.parts_done))
            .expression_attribute_values(":tries", number(tries))
            .expression_attribute_values(":uncertain", number(uncertain))
            .send()
            .await?;
        Ok(())
    }

    /// Writes down that one more part is at the desk.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn record_part(&self, integration: IntegrationId, message: &MessageRecord) -> Result<(), StoreError> {
        self.update(pk(integration), in_sk(&message.event))
            .update_expression("SET parts_done = :parts, deaths = :none, uncertain = :none")
            .expression_attribute_values(":parts", number(message.parts_done))
            .expression_attribute_values(":none", number(0))
            .send()
            .await?;
        Ok(())
    }

    /// The first words of a message, theirs or ours, for a line that speaks of it.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn quote(&self, integration: IntegrationId, message: &MessageId) -> Result<Option<String>, StoreError> {
        let pk = pk(integration);
        for sk in [in_sk(&EventId::of_message(message)), super::reply::out_sk(message)] {
            let found = self.get(&pk, &sk, false).await?;
            let quote = found.and_then(|item| item.get("quote").and_then(|value| value.as_s().ok().cloned()));
            if quote.is_some() {
                return Ok(quote);
            }
        }
        Ok(None)
    }

    /// A record as an item. One that is kept for the desk or for a person does not end by itself.
    pub(super) fn message_item(
        &self,
        integration: IntegrationId,
        message: &MessageRecord,
        now: Timestamp,
    ) -> Result<super::Item, StoreError> {
        let mut item = item(pk(integration), in_sk(&message.event), message)?;
        if !matches!(message.state, MessageState::Waiting | MessageState::Failed) {
            item.insert("expires_at".to_owned(), number(now.plus(KEPT_FOR).seconds()));
        }
        Ok(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(state: MessageState, deaths: u32) -> MessageRecord {
        let mut record = MessageRecord::new(
            EventId::new("message:m_1"),
            CustomerId::new("1"),
            CorrelationId::generate(),
            Timestamp::from_millis(0),
        );
        record.state = state;
        record.deaths = deaths;
        record
    }

    #[test]
    fn a_claim_on_a_known_event() {
        use ClaimBy::{Drain, Queue, Replay};
        use MessageState::{Delivered, Delivering, Discarded, Failed, Queued, Uncertain, Waiting};
        let table = [
            (Delivering, [true, true, true]),
            (Queued, [true, false, true]),
            (Uncertain, [true, false, true]),
            (Waiting, [false, true, false]),
            (Failed, [false, false, true]),
            (Delivered, [false, false, false]),
            (Discarded, [false, false, false]),
        ];
        for (state, ours) in table {
            for (by, ours) in [Queue, Drain, Replay].into_iter().zip(ours) {
                let claim = decide(found(state, 0), by);
                assert_eq!(matches!(claim, Claim::Ours(_)), ours, "{state:?} claimed by {by:?}: {claim:?}");
            }
        }
    }

    #[test]
    fn the_third_death_ends_it() {
        for (deaths, crashed) in [(0, false), (1, false), (2, true), (9, true)] {
            let claim = decide(found(MessageState::Delivering, deaths), ClaimBy::Queue);
            assert_eq!(matches!(claim, Claim::Crashed(_)), crashed, "{deaths}");
        }
    }
}
