//! Posting what waits for a customer, in order, when the desk may be back.

use shared::envelope::Envelope;
use shared::event::Place;
use shared::id::CustomerId;
use shared::store::{Claim, Kept, MessageRecord, MessageState, Outcome};
use tokio::time::Instant;

use crate::desk::Delivery;
use crate::links::Link;
use crate::parcel::{Parcel, claimant};
use crate::work::{Hindered, Step};
use crate::worker::Worker;

/// How many waiting messages are read at a time.
const PAGE: usize = 10;

/// What a drain does after one message.
enum Next {
    GoOn,
    /// The desk is still away; the rest waits.
    Stop,
    /// This invocation has no time for more.
    NoTime,
}

impl Worker {
    /// Posts what waits for a customer. Ends only after a consistent read finds nothing left.
    #[expect(clippy::too_many_arguments, reason = "the fields of one piece of work")]
    pub(crate) async fn drain(
        &self,
        link: &Link,
        envelope: &Envelope,
        customer: &CustomerId,
        place: &Place,
        step: u32,
        chained: bool,
        deadline: Instant,
    ) -> Result<Step, Hindered> {
        let id = link.integration.id;
        let mut places = vec![place.clone()];
        loop {
            let waiting = self.store.waiting(id, customer, PAGE).await?;
            if waiting.is_empty() {
                for place in &places {
                    self.store.nothing_waits(id, place, customer).await?;
                }
                tracing::info!(correlation = %envelope.correlation, integration = %id, "nothing waits any more");
                return Ok(Step::Done);
            }
            for kept in &waiting {
                if let Some(place) = &kept.place
                    && !places.contains(place)
                {
                    places.push(place.clone());
                }
                match self.drain_one(link, kept, deadline).await? {
                    Next::GoOn => {}
                    Next::Stop => {
                        if chained {
                            self.drain_later(link, customer, place, step.saturating_add(1)).await?;
                        }
                        return Ok(Step::Done);
                    }
                    Next::NoTime => {
                        let more = Envelope::new(envelope.target.clone(), envelope.work.clone(), self.now());
                        self.inbound.send_one(&more).await?;
                        return Ok(Step::Done);
                    }
                }
            }
        }
    }

    async fn drain_one(&self, link: &Link, kept: &Kept, deadline: Instant) -> Result<Next, Hindered> {
        let Ok(envelope) = Envelope::from_body(&kept.payload) else {
            tracing::error!(correlation = %kept.correlation, "a waiting message was written by a newer version of the hub");
            return Ok(Next::Stop);
        };
        let Some(parcel) = Parcel::of(&envelope, &kept.payload, &kept.sequence) else { return Ok(Next::GoOn) };
        if !link.integration.enabled {
            return Ok(Next::Stop);
        }
        let Some(mut message) = self.claim_kept(link, &parcel, kept).await? else { return Ok(Next::GoOn) };
        if self.now().since(kept.since) >= self.settings.waiting {
            let reason = format!("it waited too long for the desk: {}", kept.reason);
            self.fail(link, &parcel, &message, Some(kept), &reason).await?;
            return Ok(Next::GoOn);
        }
        let delivery = self.deliver_kept(link, &parcel, &mut message, deadline).await?;
        self.after_drained(link, &parcel, kept, &message, delivery).await
    }

    async fn after_drained(
        &self,
        link: &Link,
        parcel: &Parcel<'_>,
        kept: &Kept,
        message: &MessageRecord,
        delivery: Delivery,
    ) -> Result<Next, Hindered> {
        let id = link.integration.id;
        match delivery {
            Delivery::AtDesk => {
                self.store.release(id, kept, message, MessageState::Delivered).await?;
                self.desk_is_back(link).await?;
                Ok(Next::GoOn)
            }
            Delivery::Never { reason } => {
                self.fail(link, parcel, message, Some(kept), &reason).await?;
                Ok(Next::GoOn)
            }
            Delivery::Away { health } => {
                self.store.record_outcome(id, message, Outcome::WaitOn).await?;
                self.desk_went_away(link, &health).await?;
                Ok(Next::Stop)
            }
            Delivery::Uncertain { reason } if message.uncertain > 0 => {
                self.fail(link, parcel, message, Some(kept), &format!("twice without an answer: {reason}")).await?;
                Ok(Next::GoOn)
            }
            Delivery::Uncertain { .. } => {
                self.store.record_outcome(id, message, Outcome::WaitUncertain).await?;
                Ok(Next::Stop)
            }
            Delivery::NotNow => {
                self.store.record_outcome(id, message, Outcome::WaitOn).await?;
                Ok(Next::NoTime)
            }
        }
    }

    /// Claims what was kept. Nothing where it was dealt with before.
    pub(crate) async fn claim_kept(
        &self,
        link: &Link,
        parcel: &Parcel<'_>,
        kept: &Kept,
    ) -> Result<Option<MessageRecord>, Hindered> {
        let id = link.integration.id;
        match self.store.claim(id, parcel.record(), claimant(kept), self.now()).await? {
            Claim::Ours(message) => Ok(Some(message)),
            Claim::Crashed(message) => {
                self.fail(link, parcel, &message, Some(kept), "it crashed the worker three times").await?;
                Ok(None)
            }
            Claim::Repeat => {
                self.store.drop_kept_row(id, kept).await?;
                Ok(None)
            }
        }
    }

    /// Brings what was kept and claimed to the desk.
    pub(crate) async fn deliver_kept(
        &self,
        link: &Link,
        parcel: &Parcel<'_>,
        message: &mut MessageRecord,
        deadline: Instant,
    ) -> Result<Delivery, Hindered> {
        let conversation = self.store.conversation(link.integration.id, parcel.place(), parcel.customer()).await?;
        let conversation = self.introduce(link, parcel, conversation).await?;
        let parts = self.parts(link, parcel).await?;
        self.deliver(link, parcel, &conversation, &parts, message, deadline).await
    }
}
