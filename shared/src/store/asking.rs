//! Who asks a customer to write, on the conversation itself. It is a lease: who holds it sends the template and ends it by
//! noting how that went. While it runs it stands in the index of what is due (`gsi1`), so that one whose holder died is found.

use std::time::Duration;

use super::due::{ASKING, index_sk};
use super::{Store, StoreError, conversation, made, number, text};
use crate::event::Place;
use crate::id::{CustomerId, IntegrationId, MessageId};
use crate::time::Timestamp;

/// How long somebody may take who sends the template; longer than an answer of an agent may.
const LEASE: Duration = Duration::from_secs(15);

/// What takes the lease, behind other settings of the conversation; [`values`] belong to it. Whoever takes it found that the
/// template of another time does not count any more, and it must not count again if this one does not go out.
pub(super) const TAKEN: &str = "asking_until = :until, gsi1pk = :asking, gsi1sk = :index REMOVE recontact_at";
/// What ends it.
pub(super) const ENDED: &str = "REMOVE asking_until, gsi1pk, gsi1sk";

/// The values of [`TAKEN`].
pub(super) fn values(now: Timestamp) -> [(&'static str, aws_sdk_dynamodb::types::AttributeValue); 3] {
    let until = now.plus(LEASE);
    [(":until", number(until.millis())), (":asking", text(ASKING)), (":index", text(index_sk(until)))]
}

impl Store {
    /// Notes that the template went out, as this message; or that it may have, and nobody knows the message.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails; then the next answer asks once more.
    pub async fn asked(
        &self,
        integration: IntegrationId,
        customer: &CustomerId,
        at: Timestamp,
        message: Option<&MessageId>,
    ) -> Result<(), StoreError> {
        let mut values = vec![(":at", number(at.millis()))];
        let expression = match message {
            Some(message) => {
                values.push((":message", text(message.as_str())));
                format!("SET recontact_at = :at, asked_by = :message {ENDED}")
            }
            None => format!("SET recontact_at = :at {ENDED}, asked_by"),
        };
        self.update_place(integration, &Place::Direct, customer, &expression, values).await
    }

    /// Notes that the template did not arrive after all, if this message still is the one that asked: the next answer asks
    /// once more.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn not_asked(
        &self,
        integration: IntegrationId,
        customer: &CustomerId,
        message: &MessageId,
    ) -> Result<(), StoreError> {
        let ended = self
            .update(conversation::pk(integration), conversation::place_sk(&Place::Direct, customer))
            .update_expression("REMOVE recontact_at, asked_by")
            .condition_expression("asked_by = :message")
            .expression_attribute_values(":message", text(message.as_str()))
            .send()
            .await;
        made(ended).map(drop)
    }

    /// Ends a lease whose holder died, if it still is the one that was seen.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn end_asking(
        &self,
        integration: IntegrationId,
        customer: &CustomerId,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let ended = self
            .update(conversation::pk(integration), conversation::place_sk(&Place::Direct, customer))
            .update_expression(ENDED)
            .condition_expression("asking_until = :until")
            .expression_attribute_values(":until", number(until.millis()))
            .send()
            .await;
        made(ended).map(drop)
    }
}
