//! `CONVERSATION#integration` / `WAITING#customer#sequence` and `FAILED#customer#correlation`: what is set aside until the
//! desk is back, and what a person must look at. Whole payloads, no TTL until dealt with. Each write moves the message
//! record along with it, both or neither.

use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, Select, TransactWriteItem, Update};
use serde::{Deserialize, Serialize};

use super::held::HELD;
use super::message::{MessageRecord, MessageState};
use super::{Store, StoreError, conversation, incomplete, item, record, text, written};
use crate::event::Place;
use crate::id::{CorrelationId, CustomerId, EventId, IntegrationId};
use crate::time::Timestamp;

/// A message that is set aside, with all that is needed to post it later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Whether it waits or failed.
    pub state: KeptState,
    /// Its place in the order of its customer's messages: the queue's own sequence number.
    pub sequence: String,
    /// Follows it through logs and records.
    pub correlation: CorrelationId,
    /// The event.
    pub event: EventId,
    /// Whose it is.
    pub customer: CustomerId,
    /// Which conversation waits with it; nothing where there is none.
    #[serde(default)]
    pub place: Option<Place>,
    /// What it is in a word, as `message` or `unreadable`.
    pub kind: String,
    /// When it was set aside.
    pub since: Timestamp,
    /// Why, for a person.
    pub reason: String,
    /// The queue body that it came in.
    pub payload: String,
}

/// Whether a kept message will be posted by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptState {
    /// It is posted when the desk is back.
    Waiting,
    /// It is posted only when a person says so.
    Failed,
}

/// Where a message is kept, for a listing to go on after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPlace {
    state: KeptState,
    sk: String,
}

impl KeptPlace {
    /// Where one that waits is kept.
    pub fn waiting(customer: &CustomerId, sequence: &str) -> Self {
        Self { state: KeptState::Waiting, sk: waiting_sk(customer, sequence) }
    }

    /// Where one that failed is kept.
    pub fn failed(customer: &CustomerId, correlation: CorrelationId) -> Self {
        Self { state: KeptState::Failed, sk: failed_sk(customer, correlation) }
    }
}

impl Kept {
    fn sk(&self) -> String {
        match self.state {
            KeptState::Waiting => waiting_sk(&self.customer, &self.sequence),
            KeptState::Failed => failed_sk(&self.customer, self.correlation),
        }
    }
}

pub(super) const fn prefix(state: KeptState) -> &'static str {
    match state {
        KeptState::Waiting => "WAITING#",
        KeptState::Failed => "FAILED#",
    }
}

fn waiting_sk(customer: &CustomerId, sequence: &str) -> String {
    // Padded, so that the order of keys is the order of numbers.
    format!("WAITING#{customer}#{sequence:0>40}")
}

fn failed_sk(customer: &CustomerId, correlation: CorrelationId) -> String {
    format!("FAILED#{customer}#{correlation}")
}

impl Store {
    /// Sets a message aside: kept, its record moved to waiting or failed, and for a waiting one the conversation marked with
    /// the chain of drains that will bring it. `before` is where it was kept until now, if it was.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the integration is gone: nothing may be kept that nobody can see.
    pub async fn keep(
        &self,
        integration: IntegrationId,
        kept: &Kept,
        message: &MessageRecord,
        chain: Option<CorrelationId>,
        before: Option<&Kept>,
    ) -> Result<(), StoreError> {
        let state = match kept.state {
            KeptState::Waiting => MessageState::Waiting,
            KeptState::Failed => MessageState::Failed,
        };
        let put = Put::builder().table_name(&self.table);
        let put = put.set_item(Some(item(conversation::pk(integration), kept.sk(), kept)?));
        let mut writes = vec![
            TransactWriteItem::builder().put(put.build().map_err(incomplete)?).build(),
            self.move_record(integration, message, state, kept.since)?,
        ];
        writes.push(self.still_there(integration)?);
        if let (Some(chain), Some(place)) = (chain, &kept.place) {
            writes.push(self.mark_waiting(integration, place, &kept.customer, chain)?);
        }
        if let Some(before) = before
            && before.sk() != kept.sk()
        {
            writes.push(self.drop_kept(integration, before)?);
        }
        self.transact(writes).await
    }

    /// Takes a message that was kept out again: it is at the desk, or a person threw it away.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it is no longer kept so.
    pub async fn release(
        &self,
        integration: IntegrationId,
        kept: &Kept,
        message: &MessageRecord,
        state: MessageState,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let writes = vec![self.drop_kept(integration, kept)?, self.move_record(integration, message, state, now)?];
        self.transact(writes).await
    }

    /// Forgets that a message is kept, whose record says that it was dealt with.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn drop_kept_row(&self, integration: IntegrationId, kept: &Kept) -> Result<(), StoreError> {
        let call = self.client.delete_item().table_name(&self.table);
        call.key("pk", text(conversation::pk(integration))).key("sk", text(kept.sk())).send().await?;
        Ok(())
    }

    /// What waits for a customer, in order, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn waiting(
        &self,
        integration: IntegrationId,
        customer: &CustomerId,
        limit: usize,
    ) -> Result<Vec<Kept>, StoreError> {
        let items = self.list(&conversation::pk(integration), &format!("WAITING#{customer}#"), limit).await?;
        items.into_iter().map(record).collect()
    }

    /// What is kept of a whole integration, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn kept(
        &self,
        integration: IntegrationId,
        state: KeptState,
        limit: usize,
    ) -> Result<Vec<Kept>, StoreError> {
        let items = self.list(&conversation::pk(integration), prefix(state), limit).await?;
        items.into_iter().map(record).collect()
    }

    /// What is kept of a whole integration behind a place, which need not be there any more; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn kept_after(
        &self,
        integration: IntegrationId,
        after: &KeptPlace,
        limit: usize,
    ) -> Result<Vec<Kept>, StoreError> {
        let (pk, prefix) = (conversation::pk(integration), prefix(after.state));
        let items = self.list_after(&pk, prefix, Some(after.sk.clone()), limit).await?;
        items.into_iter().map(record).collect()
    }

    /// How many messages of an integration are kept in a state.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn count_kept(&self, integration: IntegrationId, state: KeptState) -> Result<usize, StoreError> {
        self.how_many(&conversation::pk(integration), prefix(state)).await
    }

    /// How many messages of agents an integration holds.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn count_held(&self, integration: IntegrationId) -> Result<usize, StoreError> {
        self.how_many(&conversation::pk(integration), HELD).await
    }

    async fn how_many(&self, pk: &str, prefix: &str) -> Result<usize, StoreError> {
        let mut count = 0;
        let mut from = None;
        loop {
            let call = self.client.query().table_name(&self.table).consistent_read(true).select(Select::Count);
            let answer = call
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(":pk", text(pk))
                .expression_attribute_values(":prefix", text(prefix))
                .set_exclusive_start_key(from)
                .send()
                .await?;
            count += usize::try_from(answer.count).unwrap_or(0);
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(count);
            }
        }
    }

    /// Whose messages wait, each customer once, with the conversation that the first of them belongs to.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn waiting_conversations(
        &self,
        integration: IntegrationId,
    ) -> Result<Vec<(CustomerId, Place)>, StoreError> {
        #[derive(Deserialize)]
        struct Whose {
            customer: CustomerId,
            #[serde(default)]
            place: Option<Place>,
        }
        let mut conversations = Vec::new();
        let mut from = None;
        loop {
            let call = self.client.query().table_name(&self.table).consistent_read(true);
            let answer = call
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .projection_expression("customer, #place")
                .expression_attribute_names("#place", "place")
                .expression_attribute_values(":pk", text(conversation::pk(integration)))
                .expression_attribute_values(":prefix", text(prefix(KeptState::Waiting)))
                .set_exclusive_start_key(from)
                .send()
                .await?;
            for item in answer.items.unwrap_or_default() {
                let Whose { customer, place } = record(item)?;
                conversations.push((customer, place.unwrap_or(Place::Direct)));
            }
            // One customer's messages lie side by side.
            conversations.dedup_by(|next, first| next.0 == first.0);
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(conversations);
            }
        }
    }

    /// One waiting message.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn waiting_message(
        &self,
        integration: IntegrationId,
        customer: &CustomerId,
        sequence: &str,
    ) -> Result<Option<Kept>, StoreError> {
        let found = self.get(&conversation::pk(integration), &waiting_sk(customer, sequence), true).await?;
        found.map(record).transpose()
    }

    /// One failed message.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn failed(
        &self,
        integration: IntegrationId,
        customer: &CustomerId,
        correlation: CorrelationId,
    ) -> Result<Option<Kept>, StoreError> {
        let found = self.get(&conversation::pk(integration), &failed_sk(customer, correlation), true).await?;
        found.map(record).transpose()
    }

    /// Puts the record where it belongs now; made anew where it has ended meanwhile.
    fn move_record(
        &self,
        integration: IntegrationId,
        message: &MessageRecord,
        state: MessageState,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        let moved = MessageRecord { state, ..message.clone() };
        let put = Put::builder().table_name(&self.table).set_item(Some(self.message_item(integration, &moved, now)?));
        Ok(TransactWriteItem::builder().put(put.build().map_err(incomplete)?).build())
    }

    fn still_there(&self, integration: IntegrationId) -> Result<TransactWriteItem, StoreError> {
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .key("pk", text(super::integration::pk(integration)))
            .key("sk", text("META"))
            .condition_expression("attribute_exists(pk)");
        Ok(TransactWriteItem::builder().condition_check(check.build().map_err(incomplete)?).build())
    }

    fn mark_waiting(
        &self,
        integration: IntegrationId,
        place: &Place,
        customer: &CustomerId,
        chain: CorrelationId,
    ) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.table)
            .key("pk", text(conversation::pk(integration)))
            .key("sk", text(conversation::place_sk(place, customer)))
            .update_expression("SET waiting = :chain, customer = :customer")
            .expression_attribute_values(":chain", text(chain.to_string()))
            .expression_attribute_values(":customer", text(customer.as_str()));
        written(update)
    }

    pub(super) fn drop_kept(&self, integration: IntegrationId, kept: &Kept) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.table)
            .key("pk", text(conversation::pk(integration)))
            .key("sk", text(kept.sk()))
            .condition_expression("attribute_exists(pk)");
        Ok(TransactWriteItem::builder().delete(delete.build().map_err(incomplete)?).build())
    }
}
