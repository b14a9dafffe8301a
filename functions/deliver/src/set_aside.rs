//! Parcels that do not go to the desk now: set aside in order behind the breaker, or given up for a person to look at.

use std::time::Duration;

use shared::envelope::{Envelope, Target, Work};
use shared::event::Place;
use shared::id::CustomerId;
use shared::queue::Later;
use shared::store::{Conversation, DeskState, Health, Kept, KeptState, MessageRecord};

use crate::links::Link;
use crate::parcel::Parcel;
use crate::work::Hindered;
use crate::worker::Worker;

/// The pause before the first drain; it doubles with each that finds the desk away.
const FIRST_DRAIN: Duration = Duration::from_secs(15);
/// The longest pause between two drains.
const LONGEST_DRAIN: Duration = Duration::from_secs(300);
/// How many conversations are woken when a desk is back.
const WOKEN: usize = 500;

/// The pause before the drain that follows `step` in vain.
pub(crate) fn drain_pause(step: u32) -> Duration {
    FIRST_DRAIN.saturating_mul(1_u32.checked_shl(step).unwrap_or(u32::MAX)).min(LONGEST_DRAIN)
}

impl Worker {
    /// Why nothing may go to the desk now; nothing where it may.
    pub(crate) fn held_up(&self, link: &Link, conversation: &Conversation) -> Option<String> {
        if !link.integration.enabled {
            return Some("the integration is disabled".to_owned());
        }
        if conversation.waiting {
            return Some("earlier messages of this conversation wait".to_owned());
        }
        if self.desk_is_away(link) {
            return Some(link.integration.desk.reason.clone().unwrap_or_else(|| "the desk is away".to_owned()));
        }
        None
    }

    /// Sets a parcel aside behind all that wait already. The first that waits puts a drain on the way.
    pub(crate) async fn set_aside(
        &self,
        link: &Link,
        parcel: &Parcel<'_>,
        message: &MessageRecord,
        before: Option<&Kept>,
        conversation: &Conversation,
        reason: &str,
    ) -> Result<(), Hindered> {
        let kept = parcel.kept(message, KeptState::Waiting, reason, self);
        // The drain first: one that finds nothing does no harm, a message without one would wait for ever.
        if !conversation.waiting {
            self.drain_later(link, parcel.customer(), parcel.place(), 0).await?;
        }
        self.store.keep(link.integration.id, &kept, message, before).await?;
        tracing::info!(
            correlation = %message.correlation, integration = %link.integration.id, "a message is set aside"
        );
        Ok(())
    }

    /// Gives a parcel up: kept with its payload, listed, done again only when a person says so.
    pub(crate) async fn fail(
        &self,
        link: &Link,
        parcel: &Parcel<'_>,
        message: &MessageRecord,
        before: Option<&Kept>,
        reason: &str,
    ) -> Result<(), Hindered> {
        let kept = parcel.kept(message, KeptState::Failed, reason, self);
        self.store.keep(link.integration.id, &kept, message, before).await?;
        tracing::warn!(
            correlation = %message.correlation, integration = %link.integration.id, metric = "failed",
            "a message failed and is kept for a person"
        );
        Ok(())
    }

    /// Puts a drain of a conversation on the way.
    pub(crate) async fn drain_later(
        &self,
        link: &Link,
        customer: &CustomerId,
        place: &Place,
        step: u32,
    ) -> Result<(), Hindered> {
        let now = self.now();
        let envelope = Envelope::new(target(link), drain(customer, place, step, true), now);
        self.later.send(&Later { due_at: now.plus(drain_pause(step)), envelope }, now).await?;
        Ok(())
    }

    /// Opens the breaker: the integration says that its desk is away, and why.
    pub(crate) async fn desk_went_away(&self, link: &Link, health: &Health) -> Result<(), Hindered> {
        tracing::warn!(
            integration = %link.integration.id, state = ?health.state, metric = "desk_away", "the desk is away"
        );
        self.set_desk_health(link, health.clone()).await?;
        Ok(())
    }

    /// Closes the breaker, if it was open, and wakes every conversation that waits.
    pub(crate) async fn desk_is_back(&self, link: &Link) -> Result<(), Hindered> {
        if !self.desk_is_away(link) {
            return Ok(());
        }
        self.set_desk_health(link, Health::default()).await?;
        let waiting = self.store.kept(link.integration.id, KeptState::Waiting, WOKEN).await?;
        let mut woken: Vec<(CustomerId, Place)> = Vec::new();
        for kept in waiting {
            let conversation = (kept.customer, kept.place.unwrap_or(Place::Direct));
            if !woken.contains(&conversation) {
                woken.push(conversation);
            }
        }
        tracing::info!(integration = %link.integration.id, conversations = woken.len(), "the desk is back");
        for (customer, place) in &woken {
            let work = drain(customer, place, 0, false);
            self.inbound.send_one(&Envelope::new(target(link), work, self.now())).await?;
        }
        Ok(())
    }
}

/// Work of the hub's own is for the integration by name.
pub(crate) fn target(link: &Link) -> Target {
    Target { account: link.integration.account.clone(), integration: Some(link.integration.id) }
}

fn drain(customer: &CustomerId, place: &Place, step: u32, chained: bool) -> Work {
    Work::Drain { customer: customer.clone(), place: place.clone(), step, chained }
}

/// How a desk is away, as the integration's state.
pub(crate) fn health(state: DeskState, reason: String, worker: &Worker) -> Health {
    Health { state, reason: Some(reason), since: Some(worker.now()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drains_come_slower_and_slower() {
        let pauses: Vec<u64> = [0, 1, 2, 3, 4, 5, 31, 32, u32::MAX].map(|step| drain_pause(step).as_secs()).into();
        assert_eq!(pauses, [15, 30, 60, 120, 240, 300, 300, 300, 300]);
    }
}
