//! Posting what waits for a customer, in order, when the desk may be back.

use shared::envelope::{Envelope, Work};
use shared::event::Place;
use shared::id::{CorrelationId, CustomerId};
use shared::store::{Kept, MessageRecord, MessageState, Outcome};
use tokio::time::Instant;

use crate::batch::BEGINNING;
use crate::desk::Delivery;
use crate::links::Link;
use crate::parcel::Parcel;
use crate::work::{Hindered, Step};
use crate::worker::Worker;

/// How many waiting messages are read at a time.
const PAGE: usize = 10;

/// The work of one drain.
#[derive(Clone, Copy)]
pub(crate) struct Drain<'a> {
    pub(crate) customer: &'a CustomerId,
    pub(crate) place: &'a Place,
    pub(crate) chain: CorrelationId,
    pub(crate) first: bool,
    pub(crate) step: u32,
}

/// What a drain does after one message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    GoOn,
    /// The desk is still away: of the rest only what is too old is given up.
    Away,
    /// The rest waits.
    Stop,
    /// This invocation has no time for more.
    NoTime,
}

impl Worker {
    /// Posts what waits for a customer. Ends only after a consistent read finds nothing left, or where another chain of
    /// drains has taken its place.
    pub(crate) async fn drain(
        &self,
        link: &Link,
        envelope: &Envelope,
        drain: Drain<'_>,
        deadline: Instant,
    ) -> Result<Step, Hindered> {
        let (id, Drain { customer, place, chain, .. }) = (link.integration.id, drain);
        if drain.first {
            self.store.wait_on(id, place, customer, chain).await?;
        } else if self.store.conversation(id, place, customer).await?.waiting != Some(chain) {
            return Ok(Step::Done);
        }
        let mut places = vec![place.clone()];
        let mut next = Next::GoOn;
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
                places.extend(kept.place.iter().filter(|place| !places.contains(place)).cloned().collect::<Vec<_>>());
                next = self.drain_one(link, kept, next, deadline).await?;
                if matches!(next, Next::Stop | Next::NoTime) {
                    return self.drain_ends(link, envelope, drain, next).await;
                }
            }
        }
    }

    /// Sees to it that what is left is drained another time.
    async fn drain_ends(
        &self,
        link: &Link,
        envelope: &Envelope,
        drain: Drain<'_>,
        next: Next,
    ) -> Result<Step, Hindered> {
        let Drain { customer, place, chain, step, .. } = drain;
        if next == Next::NoTime {
            let (customer, place) = (customer.clone(), place.clone());
            let work = Work::Drain { customer, place, chain, first: false, step };
            self.inbound.send_one(&Envelope::new(envelope.target.clone(), work, self.now())).await?;
        } else if link.integration.enabled {
            self.drain_later(link, customer, place, chain, step.saturating_add(1)).await?;
        }
        // A disabled integration is drained when a person enables it.
        Ok(Step::Done)
    }

    async fn drain_one(&self, link: &Link, kept: &Kept, before: Next, deadline: Instant) -> Result<Next, Hindered> {
        if Instant::now() + BEGINNING > deadline {
            return Ok(Next::NoTime);
        }
        let Ok(envelope) = Envelope::from_body(&kept.payload) else {
            tracing::error!(correlation = %kept.correlation, "a waiting message was written by a newer version of the hub");
            return Ok(Next::Stop);
        };
        let Some(parcel) = Parcel::of(&envelope, &kept.payload, &kept.sequence) else { return Ok(Next::GoOn) };
        let too_old = self.now().since(kept.since) >= self.settings.waiting;
        if !link.integration.enabled || (before == Next::Away && !too_old) {
            return Ok(Next::Stop);
        }
        let Some(mut message) = self.claim_kept(link, &parcel, kept).await? else { return Ok(before) };
        let work = async {
            if before == Next::Away {
                self.give_up(link, &parcel, &message, kept).await?;
                return Ok(Next::Away);
            }
            let delivery = self.deliver_kept(link, &parcel, &mut message, deadline).await?;
            self.after_drained(link, &parcel, kept, &mut message, delivery, too_old).await
        }
        .await;
        self.or_give_back(link, &message, Outcome::WaitOn, work).await
    }

    async fn after_drained(
        &self,
        link: &Link,
        parcel: &Parcel<'_>,
        kept: &Kept,
        message: &mut MessageRecord,
        delivery: Delivery,
        too_old: bool,
    ) -> Result<Next, Hindered> {
        let id = link.integration.id;
        match delivery {
            Delivery::AtDesk => {
                self.store.release(id, kept, message, MessageState::Delivered, self.now()).await?;
                self.desk_is_back(link).await?;
                Ok(Next::GoOn)
            }
            Delivery::Never { reason } => {
                self.fail(link, parcel, message, Some(kept), &reason).await?;
                Ok(Next::GoOn)
            }
            Delivery::Away { health } => {
                self.desk_went_away(link, &health).await?;
                if too_old {
                    self.give_up(link, parcel, message, kept).await?;
                    return Ok(Next::Away);
                }
                self.store.record_outcome(id, message, Outcome::WaitOn).await?;
                Ok(Next::Stop)
            }
            Delivery::Uncertain { reason } if message.uncertain > 0 => {
                message.uncertain += 1;
                self.fail(link, parcel, message, Some(kept), &format!("twice without an answer: {reason}")).await?;
                Ok(Next::GoOn)
            }
            Delivery::Uncertain { .. } => {
                self.store.record_outcome(id, message, Outcome::WaitUncertain).await?;
                Ok(Next::Stop)
            }
            Delivery::OtherAsks => {
                self.store.record_outcome(id, message, Outcome::WaitOn).await?;
                Ok(Next::Stop)
            }
            Delivery::NoTime => {
                self.store.record_outcome(id, message, Outcome::WaitOn).await?;
                Ok(Next::NoTime)
            }
        }
    }

    async fn give_up(
        &self,
        link: &Link,
        parcel: &Parcel<'_>,
        message: &MessageRecord,
        kept: &Kept,
    ) -> Result<(), Hindered> {
        let reason = format!("it waited too long for the desk: {}", kept.reason);
        self.fail(link, parcel, message, Some(kept), &reason).await
    }
}
