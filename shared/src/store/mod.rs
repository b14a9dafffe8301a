//! DynamoDB: one table, a file an entity, its keys at the top of the file.
//!
//! Every write that decides something is conditional; nothing here decides what a state means to a message.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use serde::Serialize;
use serde::de::DeserializeOwned;

mod account;
mod asking;
mod bridge;
mod conversation;
mod customer;
mod discard;
mod due;
mod health;
mod held;
mod integration;
mod kept;
mod message;
mod released;
mod reply;
mod tenant;
mod unclaimed;

pub use bridge::Bridge;
pub use conversation::{Conversation, Sign};
pub use customer::Customer;
pub use due::Due;
pub use health::{DeskState, Health};
pub use held::{Held, HeldContent, HeldState, Holding};
pub use integration::{Integration, NewIntegration};
pub use kept::{Kept, KeptPlace, KeptState};
pub use message::{Claim, ClaimBy, MessageRecord, MessageState, Outcome};
pub use reply::{ReplyAnswer, ReplyClaim, ReplyRecord, ReplyState, SentMessage, SentPart, Status};
pub use unclaimed::Unclaimed;

/// One DynamoDB item.
type Item = HashMap<String, AttributeValue>;

/// How long to wait before a transaction that met another one is tried again.
const MET_ANOTHER: [Duration; 2] = [Duration::from_millis(30), Duration::from_millis(100)];

/// The table of a deployment.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    table: String,
}

/// Why the table did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// AWS did not answer as it should; trying again may help.
    #[error("DynamoDB: {0}")]
    Unavailable(String),
    /// A condition of the write does not hold: someone else was there first.
    #[error("the record was changed by someone else")]
    Conflict,
    /// What is stored is not what the hub writes.
    #[error("a stored record cannot be read: {0}")]
    Unreadable(String),
}

impl Store {
    /// The table named `table`.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    async fn get(&self, pk: &str, sk: &str, consistent: bool) -> Result<Option<Item>, StoreError> {
        let call = self.client.get_item().table_name(&self.table).consistent_read(consistent);
        let answer = call.key("pk", text(pk)).key("sk", text(sk)).send().await?;
        Ok(answer.item)
    }

    /// An update of one item.
    fn update(&self, pk: impl Into<String>, sk: impl Into<String>) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).key("pk", text(pk)).key("sk", text(sk))
    }

    /// Does all of `writes` or none.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where a condition does not hold. One that only met another transaction is tried again.
    async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<(), StoreError> {
        let mut pauses = MET_ANOTHER.into_iter();
        loop {
            let write = self.client.transact_write_items().set_transact_items(Some(writes.clone()));
            let Err(error) = write.send().await else { return Ok(()) };
            let Some(reason) = cancelled_for(&error) else { return Err(error.into()) };
            match (reason, pauses.next()) {
                ("ConditionalCheckFailed", _) => return Err(StoreError::Conflict),
                ("TransactionConflict", Some(pause)) => tokio::time::sleep(pause).await,
                _ => return Err(StoreError::Unavailable(reason.to_owned())),
            }
        }
    }

    /// All items of a partition whose sort key begins with `prefix`, in order, at most `limit`.
    async fn list(&self, pk: &str, prefix: &str, limit: usize) -> Result<Vec<Item>, StoreError> {
        self.list_after(pk, prefix, None, limit).await
    }

    /// The same behind the sort key `after`, which need not be there.
    async fn list_after(
        &self,
        pk: &str,
        prefix: &str,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        let mut from = after.map(|sk| Item::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))]));
        loop {
            let left = i32::try_from(limit - items.len()).unwrap_or(i32::MAX);
            let call = self.client.query().table_name(&self.table).consistent_read(true).limit(left);
            let answer = call
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(":pk", text(pk))
                .expression_attribute_values(":prefix", text(prefix))
                .set_exclusive_start_key(from)
                .send()
                .await?;
            items.extend(answer.items.unwrap_or_default());
            from = answer.last_evaluated_key;
            if from.is_none() || items.len() >= limit {
                return Ok(items);
            }
        }
    }
}

impl<E: ProvideErrorMetadata> From<SdkError<E>> for StoreError {
    fn from(error: SdkError<E>) -> Self {
        let code = error.code().or_else(|| error.as_service_error().and_then(ProvideErrorMetadata::code));
        match code {
            Some("ConditionalCheckFailedException") => Self::Conflict,
            Some(code) => Self::Unavailable(code.to_owned()),
            None => Self::Unavailable("no answer".to_owned()),
        }
    }
}

/// Why a transaction was cancelled: a condition that does not hold before all else, because trying again cannot help.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>
fn cancelled_for(error: &SdkError<TransactWriteItemsError>) -> Option<&str> {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error.as_service_error()? else {
        return None;
    };
    let reasons = || cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code());
    let condition = reasons().find(|code| *code == "ConditionalCheckFailed");
    condition.or_else(|| reasons().find(|code| *code != "None")).or(Some("TransactionCanceledException"))
}

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A record as an item under its keys. Attributes that are nothing are left out.
fn item(pk: String, sk: String, record: &impl Serialize) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(record).map_err(|error| StoreError::Unreadable(error.to_string()))?;
    item.retain(|_, value| !matches!(value, AttributeValue::Null(_)));
    item.insert("pk".to_owned(), text(pk));
    item.insert("sk".to_owned(), text(sk));
    Ok(item)
}

/// One value of a record.
fn value(value: &impl Serialize) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(value).map_err(|error| StoreError::Unreadable(error.to_string()))
}

fn record<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(|error| StoreError::Unreadable(error.to_string()))
}

/// Whether a conditional write was made.
fn made<T, E>(written: Result<T, SdkError<E>>) -> Result<bool, StoreError>
where
    StoreError: From<SdkError<E>>,
{
    match written.map_err(StoreError::from) {
        Ok(_) => Ok(true),
        Err(StoreError::Conflict) => Ok(false),
        Err(error) => Err(error),
    }
}

/// An update as a part of a transaction.
fn written(update: UpdateBuilder) -> Result<TransactWriteItem, StoreError> {
    Ok(TransactWriteItem::builder().update(update.build().map_err(incomplete)?).build())
}

/// A write that the SDK could not even build. Never met: all that it asks for is given.
fn incomplete(error: aws_sdk_dynamodb::error::BuildError) -> StoreError {
    StoreError::Unreadable(error.to_string())
}

#[cfg(test)]
mod tests;
