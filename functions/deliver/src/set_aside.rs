//! Parcels that do not go to the desk now: set aside in order behind the breaker, or given up for a person to look at.

use std::time::Duration;

use shared::envelope::{Envelope, Target, Work};
use shared::event::Place;
use shared::id::{CorrelationId, CustomerId};
use shared::queue::Later;
use shared::store::{Conversation, DeskState, Health, Kept, KeptState, MessageRecord};

use tokio::time::Instant;

use crate::links::Link;
use crate::parcel::Parcel;
use crate::work::Hindered;
use crate::worker::Worker;

/// The pause before the first drain; it doubles with each that finds the desk away.
const FIRST_DRAIN: Duration = Duration::from_secs(15);
/// The longest pause between two drains.
const LONGEST_DRAIN: Duration = Duration::from_secs(300);
/// How long waking all that wait may take.
const WAKING: Duration = Duration::from_secs(5);

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
        if conversation.waiting.is_some() {
            return Some("earlier messages of this conversation wait".to_owned());
        }
        let desk = self.desk_health(link);
        desk.is_broken().then(|| desk.reason.unwrap_or_else(|| "the desk is away".to_owned()))
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
        // The drain first: one of a chain that no conversation names ends at once, a message without one would wait for ever.
        let chain = match conversation.waiting {
            Some(_) => None,
            None => Some(CorrelationId::generate()),
        };
        if let Some(chain) = chain {
            self.drain_later(link, parcel.customer(), parcel.place(), chain, 0).await?;
        }
        self.store.keep(link.integration.id, &kept, message, chain, before).await?;
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
        self.store.keep(link.integration.id, &kept, message, None, before).await?;
        tracing::warn!(
            correlation = %message.correlation, integration = %link.integration.id, metric = "failed",
            "a message failed and is kept for a person"
        );
        Ok(())
    }

    /// Puts the next drain of a chain on the way.
    pub(crate) async fn drain_later(
        &self,
        link: &Link,
        customer: &CustomerId,
        place: &Place,
        chain: CorrelationId,
        step: u32,
    ) -> Result<(), Hindered> {
        let now = self.now();
        let work = Work::Drain { customer: customer.clone(), place: place.clone(), chain, first: false, step };
        let envelope = Envelope::new(target(link), work, now);
        self.later.send(&Later { due_at: now.plus(drain_pause(step)), envelope }, now).await?;
        Ok(())
    }

    /// Opens the breaker: the integration says that its desk is away, why, and since when.
    pub(crate) async fn desk_went_away(&self, link: &Link, health: &Health) -> Result<(), Hindered> {
        let known = self.desk_health(link);
        let since = if known.state == health.state { known.since } else { None };
        let health = Health { since: since.or(health.since), ..health.clone() };
        tracing::warn!(
            integration = %link.integration.id, state = ?health.state, metric = "desk_away", "the desk is away"
        );
        self.store.set_desk_health(link.integration.id, &health).await?;
        self.remember_desk_health(link, health);
        Ok(())
    }

    /// Closes the breaker, if it was open. Whoever closes it wakes every conversation that waits.
    pub(crate) async fn desk_is_back(&self, link: &Link) -> Result<(), Hindered> {
        if !self.desk_health(link).is_broken() {
            return Ok(());
        }
        let id = link.integration.id;
        let ours = self.store.desk_works(id).await?;
        self.remember_desk_health(link, Health::default());
        if !ours {
            return Ok(());
        }
        let waiting = self.store.waiting_conversations(id).await?;
        let now = self.now();
        let drains: Vec<Envelope> = waiting
            .into_iter()
            .map(|(customer, place)| Envelope::new_drain(target(link), customer, place, now))
            .collect();
        let sent = self.inbound.send(&drains, Instant::now() + WAKING).await;
        let left = sent.map_or(drains.len(), |sent| sent.left);
        // Those that were not woken have a drain of their own on the way.
        tracing::info!(integration = %id, conversations = drains.len(), left, "the desk is back");
        Ok(())
    }
}

/// Work of the hub's own is for the integration by name.
pub(crate) fn target(link: &Link) -> Target {
    Target { account: link.integration.account.clone(), integration: Some(link.integration.id) }
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
