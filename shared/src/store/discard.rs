//! Messages that are thrown away: one because a person says so, or all of an integration that is gone.

use aws_sdk_dynamodb::types::{ConditionCheck, DeleteRequest, TransactWriteItem, Update, WriteRequest};

use super::held::HELD;
use super::kept::{Kept, KeptState, prefix};
use super::message::{MessageState, in_sk, pk as message_pk};
use super::{Item, Store, StoreError, conversation, incomplete, text, value, written};
use crate::id::IntegrationId;

/// DynamoDB deletes this many items in one call.
const BATCH: i32 = 25;

impl Store {
    /// Throws a kept message away, unless a worker has it at this moment.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when a worker has it, or it is gone.
    pub async fn discard(&self, integration: IntegrationId, kept: &Kept) -> Result<(), StoreError> {
        match self.discard_recorded(integration, kept).await {
            Err(StoreError::Conflict) => self.discard_forgotten(integration, kept).await,
            done => done,
        }
    }

    /// What is kept outlives its record, which ends after 30 days: then there is no state to move.
    async fn discard_forgotten(&self, integration: IntegrationId, kept: &Kept) -> Result<(), StoreError> {
        let gone = ConditionCheck::builder()
            .table_name(&self.table)
            .key("pk", text(message_pk(integration)))
            .key("sk", text(in_sk(&kept.event)))
            .condition_expression("attribute_not_exists(pk)");
        let gone = TransactWriteItem::builder().condition_check(gone.build().map_err(incomplete)?).build();
        let writes = vec![self.drop_kept(integration, kept)?, gone];
        self.transact(writes).await
    }

    async fn discard_recorded(&self, integration: IntegrationId, kept: &Kept) -> Result<(), StoreError> {
        let found = match kept.state {
            KeptState::Waiting => MessageState::Waiting,
            KeptState::Failed => MessageState::Failed,
        };
        let update = Update::builder()
            .table_name(&self.table)
            .key("pk", text(message_pk(integration)))
            .key("sk", text(in_sk(&kept.event)))
            .update_expression("SET #state = :discarded")
            .condition_expression("#state = :found")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":discarded", value(&MessageState::Discarded)?)
            .expression_attribute_values(":found", value(&found)?);
        let writes = vec![self.drop_kept(integration, kept)?, written(update)?];
        self.transact(writes).await
    }

    /// Throws away all that is kept or held of an integration that is gone. Nothing can have it any more.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails; then some of it is still there.
    pub async fn discard_all(&self, integration: IntegrationId) -> Result<(), StoreError> {
        for prefix in [prefix(KeptState::Waiting), prefix(KeptState::Failed), HELD] {
            self.discard_under(integration, prefix).await?;
        }
        Ok(())
    }

    /// Throws away all of an integration that is gone whose sort key begins with `prefix`.
    async fn discard_under(&self, integration: IntegrationId, prefix: &str) -> Result<(), StoreError> {
        let pk = conversation::pk(integration);
        loop {
            let keys = self.keys(&pk, prefix, BATCH).await?;
            if keys.is_empty() {
                return Ok(());
            }
            self.delete_batch(keys).await?;
        }
    }

    async fn delete_batch(&self, keys: Vec<Item>) -> Result<(), StoreError> {
        let mut requests = Vec::with_capacity(keys.len());
        for key in keys {
            let delete = DeleteRequest::builder().set_key(Some(key)).build().map_err(incomplete)?;
            requests.push(WriteRequest::builder().delete_request(delete).build());
        }
        // What DynamoDB leaves of a batch is found again by the next look.
        self.client.batch_write_item().request_items(&self.table, requests).send().await?;
        Ok(())
    }

    /// The keys of the first items of a partition whose sort key begins with `prefix`, at most `limit`.
    async fn keys(&self, pk: &str, prefix: &str, limit: i32) -> Result<Vec<Item>, StoreError> {
        let call = self.client.query().table_name(&self.table).consistent_read(true).limit(limit);
        let answer = call
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .projection_expression("pk, sk")
            .expression_attribute_values(":pk", text(pk))
            .expression_attribute_values(":prefix", text(prefix))
            .send()
            .await?;
        Ok(answer.items.unwrap_or_default())
    }

    /// Throws away all that is held of an integration that is gone.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails; then some of it is still there.
    pub async fn discard_held(&self, integration: IntegrationId) -> Result<(), StoreError> {
        self.discard_under(integration, HELD).await
    }
}
