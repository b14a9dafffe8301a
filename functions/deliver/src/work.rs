//! One record of the queue: whose it is, and what is to be done with it.

use std::time::Duration;

use shared::envelope::{Envelope, ReadError, Work};
use shared::queue::QueueError;
use shared::store::StoreError;
use tokio::time::Instant;

use crate::drain::Drain;
use crate::links::LinkError;
use crate::parcel::Parcel;
use crate::received::Received;
use crate::worker::Worker;
use crate::{news, unreadable};

/// Whether the queue may forget a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It is dealt with.
    Done,
    /// It comes again after this time, and all after it in its group wait for it.
    ComeBack(Duration),
}

/// AWS did not do what was needed. The record comes again; what was done is written down and not done twice.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Hindered {
    #[error(transparent)]
    Link(#[from] LinkError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// How long a record waits at first that something stood in the way of. It doubles, so that hours of trouble pass before the
/// queue gives the record up.
const HINDERED_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// How long a record waits that was given out so often.
pub(crate) fn hindered_pause(receives: u32) -> Duration {
    let doubled = 1_u32.checked_shl(receives.saturating_sub(1)).unwrap_or(u32::MAX);
    HINDERED_PAUSE.saturating_mul(doubled).min(LONGEST_PAUSE)
}

impl Worker {
    /// Does what one record asks for.
    pub(crate) async fn process(&self, record: &Received, deadline: Instant) -> Step {
        let envelope = match &record.content {
            Ok(envelope) => envelope,
            Err(ReadError::TooNew(version)) => {
                tracing::warn!(version, "a record was written by a newer version of the hub and waits for it");
                return Step::ComeBack(hindered_pause(record.receives));
            }
            Err(ReadError::Malformed(error)) => {
                // Nobody but the hub writes here. It stays until the redrive queue keeps it for a person.
                let category = error.classify();
                tracing::error!(message_id = record.message_id, ?category, "a record cannot be read");
                return Step::ComeBack(hindered_pause(record.receives));
            }
        };
        match self.dispatch(record, envelope, deadline).await {
            Ok(step) => step,
            Err(error) => {
                tracing::error!(correlation = %envelope.correlation, %error, "a record could not be dealt with and comes again");
                Step::ComeBack(hindered_pause(record.receives))
            }
        }
    }

    async fn dispatch(&self, record: &Received, envelope: &Envelope, deadline: Instant) -> Result<Step, Hindered> {
        if news::noted(envelope) {
            return Ok(Step::Done);
        }
        // A drain that believed an old "disabled" would end its chain, and what waits would wait for ever.
        // A release must not be refused for a credential that a person has put right.
        let needs_newest = matches!(envelope.work, Work::Drain { .. } | Work::Replay { .. } | Work::Release { .. });
        let link = match envelope.target.integration {
            Some(id) if needs_newest => self.current_link(id).await?,
            _ => self.link(envelope).await?,
        };
        let Some(link) = link else { return unreadable::nobodys(self, envelope).await };
        match &envelope.work {
            Work::Event { event } | Work::Recheck { event } => {
                self.event(&link, record, envelope, event, deadline).await
            }
            Work::Unreadable { unreadable } => self.unreadable(&link, record, envelope, unreadable).await,
            Work::Drain { customer, place, chain, first, step } => {
                let drain = Drain { customer, place, chain: *chain, first: *first, step: *step };
                self.drain(&link, envelope, drain, deadline).await
            }
            Work::Replay { customer, failed } => self.replay(&link, record, customer, *failed, deadline).await,
            Work::Release { customer, step } => self.release(&link, envelope, customer, *step, deadline).await,
            Work::EndHeld { customer } => self.end_held(&link, customer).await,
            Work::LateFile(_) | Work::Line(_) => match Parcel::of(envelope, &record.body, &record.sequence) {
                Some(parcel) => self.parcel(&link, &parcel, deadline).await,
                None => Ok(Step::Done),
            },
        }
    }
}
