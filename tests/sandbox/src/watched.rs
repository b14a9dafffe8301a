//! State that can be waited on: every change wakes whoever waits, so nobody ever sleeps and looks again.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// Tells that something in the sandbox changed. One for the whole sandbox: a needless wake-up costs nothing.
#[derive(Clone, Debug)]
pub(crate) struct Changes(watch::Sender<u64>);

impl Changes {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(1))
    }

    /// How many changes there have been.
    pub(crate) fn version(&self) -> u64 {
        *self.0.borrow()
    }

    /// Waits until there has been a change after `version`, at most for `patience`.
    pub(crate) async fn after(&self, version: u64, patience: Duration) {
        let mut changed = self.0.subscribe();
        // Running out of patience is no failure: the caller looks at the state either way.
        let _elapsed = timeout(patience, changed.wait_for(|now| *now > version)).await;
    }

    fn bump(&self) {
        self.0.send_modify(|version| *version += 1);
    }
}

/// What was waited for did not come.
#[derive(Clone, Debug, thiserror::Error)]
#[error("not within {patience:?}; what there is: {seen}")]
pub struct TimedOut {
    /// How long it was waited for.
    pub patience: Duration,
    /// A summary of the state at the end.
    pub seen: String,
}

/// A value behind a lock, and the news that it changed.
#[derive(Debug)]
pub(crate) struct Watched<T> {
    value: Mutex<T>,
    changes: Changes,
}

impl<T> Watched<T> {
    pub(crate) fn new(value: T, changes: &Changes) -> Self {
        changes.bump();
        Self { value: Mutex::new(value), changes: changes.clone() }
    }

    pub(crate) fn read<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        look(&self.lock())
    }

    /// Changes the value and wakes whoever waits.
    pub(crate) fn change<R>(&self, alter: impl FnOnce(&mut T) -> R) -> R {
        let result = alter(&mut self.lock());
        self.changes.bump();
        result
    }

    /// Waits until `done`, at most for `patience`, and gives the value as it then is. `summary` tells what there is instead.
    pub(crate) async fn until(
        &self,
        patience: Duration,
        mut done: impl FnMut(&T) -> bool,
        summary: impl FnOnce(&T) -> String,
    ) -> Result<T, TimedOut>
    where
        T: Clone,
    {
        let mut changed = self.changes.0.subscribe();
        let waiting = async {
            loop {
                changed.borrow_and_update();
                if let Some(value) = self.read(|value| done(value).then(|| value.clone())) {
                    return value;
                }
                if changed.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        match timeout(patience, waiting).await {
            Ok(value) => Ok(value),
            Err(_elapsed) => Err(TimedOut { patience, seen: self.read(summary) }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, T> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
