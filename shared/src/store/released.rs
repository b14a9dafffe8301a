//! Held messages on their way to the customer: each is claimed by whoever sends it, and leaves with the note that it was sent.

use super::held::{Held, HeldState};
use super::reply::SentPart;
use super::{Store, StoreError, conversation, made, number, text, value, written};
use crate::event::Place;
use crate::id::{CustomerId, IntegrationId};
use crate::time::Timestamp;

impl Store {
    /// Claims a held message for whoever sends it now. False where a person cancelled it, or it is gone.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails; then it may be claimed.
    pub async fn claim_held(&self, integration: IntegrationId, held: &Held, claim: &str) -> Result<bool, StoreError> {
        let written = self
            .update(conversation::pk(integration), held.sk())
            .update_expression("SET #state = :sending, claim = :claim")
            .condition_expression("#state = :waiting OR claim = :claim")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":sending", value(&HeldState::Sending)?)
            .expression_attribute_values(":waiting", value(&HeldState::Waiting)?)
            .expression_attribute_values(":claim", text(claim))
            .send()
            .await;
        made(written)
    }

    /// Gives a claim back: the message was certainly not sent. `trouble` is why not, where the platform did not take it.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn unclaim_held(
        &self,
        integration: IntegrationId,
        held: &Held,
        claim: &str,
        trouble: Option<&str>,
    ) -> Result<(), StoreError> {
        let mut call = self.update(conversation::pk(integration), held.sk());
        let mut sets = "SET #state = :waiting".to_owned();
        if let Some(trouble) = trouble {
            sets.push_str(", trouble = :trouble");
            call = call.expression_attribute_values(":trouble", text(trouble));
        }
        let written = call
            .update_expression(sets)
            .condition_expression("claim = :claim")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":waiting", value(&HeldState::Waiting)?)
            .expression_attribute_values(":claim", text(claim))
            .send()
            .await;
        made(written).map(drop)
    }

    /// Takes a held message out that the platform took, counts its answer as released where it is the last of it, and writes
    /// the part down so that the platform's statuses find it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where it is not held so any more.
    pub async fn held_was_sent(
        &self,
        integration: IntegrationId,
        held: &Held,
        part: &SentPart,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let released = self
            .place_update(integration, &held.customer)
            .update_expression("SET held = held - :one, released = if_not_exists(released, :none) + :whole")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":whole", number(u8::from(held.last)))
            .expression_attribute_values(":none", number(0));
        let out = self.update_out(integration, &held.customer, held.reply.as_deref(), part, now);
        let writes = vec![self.take_held(integration, held)?, written(released)?, written(out)?];
        self.transact(writes).await
    }

    /// Notes when the next try to release is due, while the platform takes no more.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn release_again_at(
        &self,
        integration: IntegrationId,
        customer: &CustomerId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let values = vec![(":at", number(at.millis()))];
        self.update_place(integration, &Place::Direct, customer, "SET release_at = :at", values).await
    }

    /// Begins to count anew what is released, after the agent was told.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn forget_released(&self, integration: IntegrationId, customer: &CustomerId) -> Result<(), StoreError> {
        self.update_place(integration, &Place::Direct, customer, "REMOVE released, release_at", vec![]).await
    }
}
