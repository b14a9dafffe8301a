//! The time that one reply may take in all, and what of it is kept for writing down how it ended.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

/// From the call to the answer. Motion's patience is not documented; the gateway's ends after 30 s.
const WHOLE: Duration = Duration::from_secs(8);
/// Kept at the end, so that an outcome is always written down and told.
const CLOSING: Duration = Duration::from_millis(1_200);

/// The time is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the time for this reply is used up")]
pub(crate) struct UsedUp;

/// One reply's time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    end: Instant,
}

impl Budget {
    /// Begins now.
    pub(crate) fn start() -> Self {
        Self { end: Instant::now() + WHOLE }
    }

    /// What is left for finding out and sending.
    pub(crate) fn left(self) -> Duration {
        (self.end - CLOSING).saturating_duration_since(Instant::now())
    }

    /// Waits for something that belongs to finding out and sending.
    pub(crate) fn work<T>(self, work: impl Future<Output = T>) -> impl Future<Output = Result<T, UsedUp>> {
        until(self.end - CLOSING, work)
    }

    /// Waits for something that writes down how it ended.
    pub(crate) fn close<T>(self, work: impl Future<Output = T>) -> impl Future<Output = Result<T, UsedUp>> {
        until(self.end, work)
    }
}

fn until<T>(end: Instant, work: impl Future<Output = T>) -> impl Future<Output = Result<T, UsedUp>> {
    // A call to AWS is 12 KB of state, which would be copied through every function above.
    let work = Box::pin(work);
    async move { timeout_at(end, work).await.map_err(|_| UsedUp) }
}
