//! One record of the queue: whose it is, and what is to be done with it.

use std::time::Duration;

use shared::envelope::{Envelope, ReadError, Work};
use shared::queue::QueueError;
use shared::store::StoreError;
use tokio::time::Instant;

use crate::links::LinkError;
use crate::received::Received;
use crate::unreadable;
use crate::worker::Worker;

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

/// How long a record waits that AWS stood in the way of.
const HINDERED_PAUSE: Duration = Duration::from_secs(5);
/// How long a record waits that only a newer hub can read.
const NEWER_PAUSE: Duration = Duration::from_secs(60);

impl Worker {
    /// Does what one record asks for.
    pub(crate) async fn process(&self, record: &Received, deadline: Instant) -> Step {
        let envelope = match &record.content {
            Ok(envelope) => envelope,
            Err(ReadError::TooNew(version)) => {
                tracing::warn!(version, "a record was written by a newer version of the hub and waits for it");
                return Step::ComeBack(NEWER_PAUSE);
            }
            Err(error @ ReadError::Malformed(_)) => {
                // Nobody but the hub writes here. It stays until the redrive queue keeps it for a person.
                tracing::error!(message_id = record.message_id, %error, "a record cannot be read");
                return Step::ComeBack(HINDERED_PAUSE);
            }
        };
        match self.dispatch(record, envelope, deadline).await {
            Ok(step) => step,
            Err(error) => {
                tracing::error!(correlation = %envelope.correlation, %error, "a record could not be dealt with and comes again");
                Step::ComeBack(HINDERED_PAUSE)
            }
        }
    }

    async fn dispatch(&self, record: &Received, envelope: &Envelope, deadline: Instant) -> Result<Step, Hindered> {
        let asked_for = matches!(envelope.work, Work::Drain { .. } | Work::Replay { .. });
        let link = match envelope.target.integration {
            Some(id) if asked_for => self.current_link(id).await?,
            _ => self.link(&envelope.target).await?,
        };
        let Some(link) = link else { return unreadable::nobodys(self, envelope).await };
        match &envelope.work {
            Work::Event { event } => self.event(&link, record, envelope, event, deadline).await,
            Work::Unreadable { unreadable } => self.unreadable(&link, record, envelope, unreadable).await,
            Work::Drain { customer, place, step, chained } => {
                self.drain(&link, envelope, customer, place, *step, *chained, deadline).await
            }
            Work::Replay { customer, failed } => self.replay(&link, record, customer, *failed, deadline).await,
            Work::LateFile(late) => self.late_file(&link, record, envelope, late, deadline).await,
        }
    }
}
