//! `MESSAGE#integration` / `REPLY#motion id` and `OUT#platform id`: what became of each answer of an agent, for 30 days.
//!
//! A reply has one owner at a time: whoever claimed it, until they write that it ended or was refused. `OUT` is only
//! updated, never put: a status of the platform may come before our own record, and rank only rises.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update, builders::UpdateBuilder,
};
use serde::{Deserialize, Serialize};

use super::message::{KEPT_FOR, pk};
use super::{Item, Store, StoreError, incomplete, item, made, number, record, text, value, written};
use crate::event::DeliveryState;
use crate::id::{CorrelationId, CustomerId, IntegrationId, MessageId};
use crate::time::Timestamp;

/// A reply that can be told from all others, as far as it has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyRecord {
    /// What tells it from all others of the integration: Motion's id and what it asks for.
    pub id: String,
    /// Follows it through logs, records and the answer. Also the name of its owner while it is being sent.
    pub correlation: CorrelationId,
    /// Where it stands.
    pub state: ReplyState,
    /// When the newest try began.
    pub started_at: Timestamp,
    /// The platform's ids of the parts that were sent, in order.
    #[serde(default)]
    pub sent: Vec<MessageId>,
    /// What Motion was answered once all was sent or held.
    #[serde(default)]
    pub answer: Option<ReplyAnswer>,
}

/// Where a reply stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyState {
    /// Its owner is at it, or died at it.
    Sending,
    /// The next part was certainly not sent: the next try goes on there.
    Refused,
    /// Nobody knows whether the next part was sent.
    Unknown,
    /// All of it was sent.
    Sent,
    /// What was not sent is held until the customer writes.
    Held,
}

/// What Motion was answered, to be given again for a repeat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The JSON body.
    pub body: String,
}

/// The answer to a claim on a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplyClaim {
    /// Go on, after the parts that were sent.
    Ours(ReplyRecord),
    /// It is being sent, or was sent, or nobody knows.
    Known(ReplyRecord),
}

/// A part of a reply that the platform took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentPart {
    /// The platform's id of it.
    pub message: MessageId,
    /// The first words, to quote where a later event speaks of it.
    pub quote: String,
}

fn reply_sk(id: &str) -> String {
    format!("REPLY#{id}")
}

pub(super) fn out_sk(message: &MessageId) -> String {
    format!("OUT#{message}")
}

fn rank(state: DeliveryState) -> u8 {
    match state {
        DeliveryState::Sent => 1,
        DeliveryState::Failed => 2,
        DeliveryState::Delivered => 3,
        DeliveryState::Read => 4,
        DeliveryState::Played => 5,
    }
}

impl Store {
    /// Claims a reply for whoever works under `correlation`: one that nobody had before, or one that was refused.
    ///
    /// Asked again by the same owner, because the first answer was lost, it says the same again.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn claim_reply(
        &self,
        integration: IntegrationId,
        id: &str,
        correlation: CorrelationId,
        now: Timestamp,
    ) -> Result<ReplyClaim, StoreError> {
        let state = ReplyState::Sending;
        let new =
            ReplyRecord { id: id.to_owned(), correlation, state, started_at: now, sent: Vec::new(), answer: None };
        let claimed = self
            .update(pk(integration), reply_sk(id))
            .update_expression(
                "SET id = :id, correlation = :owner, #state = :sending, started_at = :at, expires_at = :expires",
            )
            .condition_expression("attribute_not_exists(pk) OR #state = :refused OR expires_at < :now")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":id", text(id))
            .expression_attribute_values(":owner", value(&correlation)?)
            .expression_attribute_values(":sending", value(&state)?)
            .expression_attribute_values(":refused", value(&ReplyState::Refused)?)
            .expression_attribute_values(":at", number(now.millis()))
            .expression_attribute_values(":expires", number(now.plus(KEPT_FOR).seconds()))
            .expression_attribute_values(":now", number(now.seconds()))
            .return_values(ReturnValue::AllOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let error = match claimed {
            Ok(answer) => {
                let before = answer.attributes.filter(|item| !expired(item, now)).map(record::<ReplyRecord>);
                let sent = before.transpose()?.map(|before| before.sent).unwrap_or_default();
                return Ok(ReplyClaim::Ours(ReplyRecord { sent, ..new }));
            }
            Err(error) => error,
        };
        match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(stood)) => {
                let found: ReplyRecord = record(stood.item.clone().ok_or(StoreError::Conflict)?)?;
                let ours = found.correlation == correlation && found.state == ReplyState::Sending;
                Ok(if ours { ReplyClaim::Ours(found) } else { ReplyClaim::Known(found) })
            }
            _ => Err(error.into()),
        }
    }

    /// Gives a claim back of which it is not known whether it was written. A claim that is not there, or someone else's, stays
    /// as it is.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn release_reply(
        &self,
        integration: IntegrationId,
        id: &str,
        correlation: CorrelationId,
    ) -> Result<(), StoreError> {
        let released = self
            .update(pk(integration), reply_sk(id))
            .update_expression("SET #state = :refused")
            .condition_expression("correlation = :owner AND #state = :sending")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":refused", value(&ReplyState::Refused)?)
            .expression_attribute_values(":sending", value(&ReplyState::Sending)?)
            .expression_attribute_values(":owner", value(&correlation)?)
            .send()
            .await;
        made(released).map(drop)
    }

    /// Writes down, in one call, where a reply stands and the part that the platform took just now, so that the platform's
    /// statuses find it. `reply` is nothing where Motion gave the message no id; `part` is nothing where none was taken.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the reply is not its owner's any more.
    pub async fn record_reply(
        &self,
        integration: IntegrationId,
        customer: &CustomerId,
        reply: Option<&ReplyRecord>,
        part: Option<&SentPart>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut writes = Vec::new();
        if let Some(reply) = reply {
            writes.push(self.put_reply(integration, reply, now)?);
        }
        if let Some(part) = part {
            let update = self.update_out(integration, customer, reply.map(|reply| reply.id.as_str()), part, now);
            writes.push(written(update)?);
        }
        if !writes.is_empty() {
            self.transact(writes).await?;
        }
        Ok(())
    }

    fn put_reply(
        &self,
        integration: IntegrationId,
        reply: &ReplyRecord,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        let mut item = item(pk(integration), reply_sk(&reply.id), reply)?;
        item.insert("expires_at".to_owned(), number(now.plus(KEPT_FOR).seconds()));
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("correlation = :owner")
            .expression_attribute_values(":owner", value(&reply.correlation)?);
        Ok(TransactWriteItem::builder().put(put.build().map_err(incomplete)?).build())
    }

    pub(super) fn update_out(
        &self,
        integration: IntegrationId,
        customer: &CustomerId,
        reply: Option<&str>,
        part: &SentPart,
        now: Timestamp,
    ) -> UpdateBuilder {
        let update = Update::builder()
            .table_name(&self.table)
            .key("pk", text(pk(integration)))
            .key("sk", text(out_sk(&part.message)))
            .expression_attribute_values(":customer", text(customer.as_str()))
            .expression_attribute_values(":quote", text(&part.quote))
            .expression_attribute_values(":expires", number(now.plus(KEPT_FOR).seconds()));
        let update = update.expression_attribute_values(":sent", number(now.millis()));
        let sets = "SET customer = :customer, quote = :quote, sent_at = :sent, expires_at = :expires";
        match reply {
            Some(reply) => update
                .update_expression(format!("{sets}, reply = :reply"))
                .expression_attribute_values(":reply", text(reply)),
            None => update.update_expression(sets),
        }
    }

    /// Raises how far a message of ours has come, and gives back what is known of it now. A lower state than the known one
    /// changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn raise_status(
        &self,
        integration: IntegrationId,
        message: &MessageId,
        status: &Status<'_>,
    ) -> Result<SentMessage, StoreError> {
        let (state, at) = (status.state, status.at);
        let mut expression = "SET #rank = :rank, #status = :state, status_at = :at, expires_at = :expires".to_owned();
        let mut call = self.update(pk(integration), out_sk(message));
        for (name, told) in [("price", status.price), ("failure", status.failure)] {
            if let Some(told) = told {
                expression.push_str(&format!(", {name} = :{name}"));
                call = call.expression_attribute_values(format!(":{name}"), text(told));
            }
        }
        let written = call
            .update_expression(expression)
            .condition_expression("attribute_not_exists(#rank) OR #rank < :rank")
            .expression_attribute_names("#rank", "rank")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":rank", number(rank(state)))
            .expression_attribute_values(":state", value(&state)?)
            .expression_attribute_values(":at", number(at.millis()))
            .expression_attribute_values(":expires", number(at.plus(KEPT_FOR).seconds()))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let item = match written {
            Ok(answer) => answer.attributes.unwrap_or_default(),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(stood)) => stood.item.clone().unwrap_or_default(),
                _ => return Err(error.into()),
            },
        };
        let Known { status, customer, sent_at } = record(item)?;
        Ok(SentMessage { state: status, sent: customer.zip(sent_at) })
    }
}

/// How far a message is, as the platform tells it.
#[derive(Clone, Copy, Debug)]
pub struct Status<'a> {
    /// How far.
    pub state: DeliveryState,
    /// Since when.
    pub at: Timestamp,
    /// What the platform charges for it, in its own words.
    pub price: Option<&'a str>,
    /// The platform's code, where it will not arrive.
    pub failure: Option<&'a str>,
}

/// What is known of a message that went out under our account's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentMessage {
    /// How far it is.
    pub state: DeliveryState,
    /// To whom and when, if the hub sent it: another app may write in the account's name too.
    pub sent: Option<(CustomerId, Timestamp)>,
}

#[derive(Deserialize)]
struct Known {
    status: DeliveryState,
    #[serde(default)]
    customer: Option<CustomerId>,
    #[serde(default)]
    sent_at: Option<Timestamp>,
}

/// Whether an item's time is over, although the table has not yet thrown it away.
fn expired(item: &Item, now: Timestamp) -> bool {
    let seconds = item.get("expires_at").and_then(|value| value.as_n().ok()).and_then(|number| number.parse().ok());
    seconds.is_some_and(|seconds: i64| seconds < now.seconds())
}
