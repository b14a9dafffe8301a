//! `MESSAGE#integration` / `REPLY#motion id` and `OUT#platform id`: what became of each answer of an agent, for 30 days.
//!
//! `OUT` is only updated, never put: a status of the platform may come before our own record, and rank only rises.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use serde::{Deserialize, Serialize};

use super::message::{KEPT_FOR, pk};
use super::{Store, StoreError, incomplete, item, number, record, text, value};
use crate::event::DeliveryState;
use crate::id::{CorrelationId, CustomerId, IntegrationId, MessageId};
use crate::time::Timestamp;

/// A reply with an id, as far as it has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyRecord {
    /// Motion's id of the message.
    pub id: String,
    /// Follows it through logs, records and the answer.
    pub correlation: CorrelationId,
    /// When the sending began.
    pub started_at: Timestamp,
    /// The platform's ids of the parts that were sent.
    #[serde(default)]
    pub sent: Vec<MessageId>,
    /// What Motion was answered; nothing while it is being sent.
    #[serde(default)]
    pub answer: Option<ReplyAnswer>,
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
    /// Nobody has sent it; go on.
    Ours(ReplyRecord),
    /// It is there: being sent, or sent, or its fate is unknown.
    Known(ReplyRecord),
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
        DeliveryState::Delivered => 2,
        DeliveryState::Read => 3,
        DeliveryState::Played => 4,
        DeliveryState::Failed => 5,
    }
}

impl Store {
    /// Claims a reply. One that was refused with certainty before any part went may be sent again; that is for the caller
    /// to have said with [`Store::forget_reply`].
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
        let new = ReplyRecord { id: id.to_owned(), correlation, started_at: now, sent: Vec::new(), answer: None };
        let mut item = item(pk(integration), reply_sk(id), &new)?;
        item.insert("expires_at".to_owned(), number(now.plus(KEPT_FOR).seconds()));
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR expires_at < :now")
            .expression_attribute_values(":now", number(now.seconds()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let error = match put {
            Ok(_) => return Ok(ReplyClaim::Ours(new)),
            Err(error) => error,
        };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(stood)) => {
                let found = stood.item.clone().ok_or(StoreError::Conflict)?;
                Ok(ReplyClaim::Known(record(found)?))
            }
            _ => Err(error.into()),
        }
    }

    /// Writes down one sent part of a reply that has more to come.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn record_reply_part(&self, integration: IntegrationId, reply: &ReplyRecord) -> Result<(), StoreError> {
        self.client
            .update_item()
            .table_name(&self.table)
            .key("pk", text(pk(integration)))
            .key("sk", text(reply_sk(&reply.id)))
            .update_expression("SET sent = :sent")
            .expression_attribute_values(":sent", value(&reply.sent)?)
            .send()
            .await?;
        Ok(())
    }

    /// Writes down how a reply ended, and each sent part so that the platform's statuses find it. One call.
    /// `reply` is nothing where Motion gave the message no id.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn finish_reply(
        &self,
        integration: IntegrationId,
        reply: Option<&ReplyRecord>,
        sent: &[(MessageId, String)],
        customer: &CustomerId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let expires = now.plus(KEPT_FOR).seconds();
        let mut writes = Vec::new();
        if let Some(reply) = reply {
            let mut item = item(pk(integration), reply_sk(&reply.id), reply)?;
            item.insert("expires_at".to_owned(), number(expires));
            let put = Put::builder().table_name(&self.table).set_item(Some(item));
            writes.push(TransactWriteItem::builder().put(put.build().map_err(incomplete)?).build());
        }
        for (message, quote) in sent {
            let mut update = Update::builder()
                .table_name(&self.table)
                .key("pk", text(pk(integration)))
                .key("sk", text(out_sk(message)))
                .expression_attribute_values(":customer", text(customer.as_str()))
                .expression_attribute_values(":quote", text(quote))
                .expression_attribute_values(":expires", number(expires));
            let mut sets = "SET customer = :customer, quote = :quote, expires_at = :expires".to_owned();
            if let Some(reply) = reply {
                sets.push_str(", reply = :reply");
                update = update.expression_attribute_values(":reply", text(&reply.id));
            }
            let update = update.update_expression(sets).build().map_err(incomplete)?;
            writes.push(TransactWriteItem::builder().update(update).build());
        }
        if !writes.is_empty() {
            self.client.transact_write_items().set_transact_items(Some(writes)).send().await?;
        }
        Ok(())
    }

    /// Forgets a reply of which nothing was sent, so that the agent can try again.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn forget_reply(&self, integration: IntegrationId, id: &str) -> Result<(), StoreError> {
        let call = self.client.delete_item().table_name(&self.table);
        call.key("pk", text(pk(integration))).key("sk", text(reply_sk(id))).send().await?;
        Ok(())
    }

    /// Raises how far a message of ours has come. A lower state than the known one changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn raise_status(
        &self,
        integration: IntegrationId,
        message: &MessageId,
        state: DeliveryState,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let written = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", text(pk(integration)))
            .key("sk", text(out_sk(message)))
            .update_expression("SET #rank = :rank, status = :state, status_at = :at, expires_at = :expires")
            .condition_expression("attribute_not_exists(#rank) OR #rank < :rank")
            .expression_attribute_names("#rank", "rank")
            .expression_attribute_values(":rank", number(rank(state)))
            .expression_attribute_values(":state", value(&state)?)
            .expression_attribute_values(":at", number(at.millis()))
            .expression_attribute_values(":expires", number(at.plus(KEPT_FOR).seconds()))
            .send()
            .await;
        match written.map_err(StoreError::from) {
            Ok(_) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
