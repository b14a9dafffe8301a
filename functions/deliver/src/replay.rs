//! A failed message that a person had done again.

use std::time::Duration;

use shared::envelope::Envelope;
use shared::id::{CorrelationId, CustomerId};
use shared::store::{Kept, MessageRecord, MessageState, Outcome};
use tokio::time::Instant;

use crate::desk::Delivery;
use crate::links::Link;
use crate::parcel::Parcel;
use crate::received::Received;
use crate::work::{Hindered, Step};
use crate::worker::Worker;

impl Worker {
    /// Brings a failed message to the desk; fails it again, with the newest reason, where that does not go.
    pub(crate) async fn replay(
        &self,
        link: &Link,
        record: &Received,
        customer: &CustomerId,
        failed: CorrelationId,
        deadline: Instant,
    ) -> Result<Step, Hindered> {
        let id = link.integration.id;
        let Some(kept) = self.store.failed(id, customer, failed).await? else { return Ok(Step::Done) };
        let Ok(envelope) = Envelope::from_body(&kept.payload) else { return Ok(Step::Done) };
        let Some(parcel) = Parcel::of(&envelope, &kept.payload, &record.sequence) else { return Ok(Step::Done) };
        let Some(mut message) = self.claim_kept(link, &parcel, &kept).await? else { return Ok(Step::Done) };
        let work = self.replayed(link, &parcel, &kept, &mut message, deadline).await;
        self.or_give_back(link, &message, Outcome::FailOn, work).await
    }

    async fn replayed(
        &self,
        link: &Link,
        parcel: &Parcel<'_>,
        kept: &Kept,
        message: &mut MessageRecord,
        deadline: Instant,
    ) -> Result<Step, Hindered> {
        let id = link.integration.id;
        let conversation = self.store.conversation(id, parcel.place(), parcel.customer()).await?;
        if let Some(reason) = self.held_up(link, &conversation) {
            // Behind what waits already; that is its place in the order now.
            self.set_aside(link, parcel, message, Some(kept), &conversation, &reason).await?;
            return Ok(Step::Done);
        }
        match self.deliver_kept(link, parcel, message, deadline).await? {
            Delivery::AtDesk => {
                self.store.release(id, kept, message, MessageState::Delivered, self.now()).await?;
                self.desk_is_back(link).await?;
            }
            Delivery::Never { reason } => self.fail(link, parcel, message, Some(kept), &reason).await?,
            Delivery::Uncertain { reason } => {
                message.uncertain += 1;
                self.fail(link, parcel, message, Some(kept), &reason).await?;
            }
            Delivery::Away { health } => {
                self.desk_went_away(link, &health).await?;
                let reason = health.reason.unwrap_or_default();
                self.set_aside(link, parcel, message, Some(kept), &conversation, &reason).await?;
            }
            Delivery::OtherAsks => {
                let reason = "it may be at the desk; another message is finding out whether the desk is back";
                self.set_aside(link, parcel, message, Some(kept), &conversation, reason).await?;
            }
            Delivery::NoTime => {
                self.store.record_outcome(id, message, Outcome::FailOn).await?;
                return Ok(Step::ComeBack(Duration::ZERO));
            }
        }
        Ok(Step::Done)
    }
}
