//! One round, within the time of one invocation. What is left is seen to in the next.

use std::time::Duration;

use aws_config::SdkConfig;
use shared::envelope::TooLarge;
use shared::queue::{Inbound, QueueError};
use shared::store::{Store, StoreError};
use tokio::time::Instant;

use crate::redrive::Redrive;
use crate::settings::Settings;

/// Time kept back at the end of an invocation.
const RESERVE: Duration = Duration::from_secs(5);

/// The clients of one process.
pub struct Round {
    pub(crate) store: Store,
    pub(crate) inbound: Inbound,
    pub(crate) redrive: Redrive,
}

/// AWS did not do what was needed; the next round begins where this one ended.
#[derive(Debug, thiserror::Error)]
pub enum Hindered {
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A queue.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// Work that fits into no queue body, which none here is.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
}

impl Round {
    /// A round with clients of its own.
    pub fn new(aws: &SdkConfig, settings: &Settings) -> Self {
        let sqs = aws_sdk_sqs::Client::new(aws);
        Self {
            store: Store::new(aws_sdk_dynamodb::Client::new(aws), &settings.table_name),
            inbound: Inbound::new(sqs.clone(), &settings.inbound_queue_url),
            redrive: Redrive::new(sqs, &settings.inbound_redrive_queue_url),
        }
    }

    /// Sees to everything in the time that is `left` to the invocation. What stands in the way of one thing holds up no other.
    ///
    /// # Errors
    /// [`Hindered`] with the first that did not go.
    pub async fn go(&self, left: Duration) -> Result<(), Hindered> {
        let deadline = Instant::now() + left.saturating_sub(RESERVE);
        let (overdue, unasked, redriven) = tokio::join!(
            Box::pin(self.end_overdue(deadline)),
            Box::pin(self.tell_unasked(deadline)),
            Box::pin(self.empty_redrive(deadline)),
        );
        for error in [&overdue, &unasked, &redriven].into_iter().filter_map(|done| done.as_ref().err()) {
            tracing::error!(%error, "a part of the upkeep did not go");
        }
        overdue.and(unasked).and(redriven)
    }
}
