//! The pool's keys: kept for a day, and asked for again when a token names one that is not among them, though never more
//! often than every 30 s, so that made-up tokens are not passed on to the pool.

use std::time::Duration;

use shared::http::{Auth, Client, Outgoing, Purpose};
use shared::time::Timestamp;
use tokio::sync::Mutex;
use url::Url;

use super::token::Keys;

/// After this time a key that the pool has withdrawn is not taken any more.
const FRESH: Duration = Duration::from_secs(24 * 60 * 60);
const REFRESH_PAUSE: Duration = Duration::from_secs(30);
const TIMEOUT: Duration = Duration::from_secs(5);
/// A key set is about 1 KiB.
const LARGEST: usize = 256 * 1024;

/// The keys of a pool.
pub(crate) struct Jwks {
    http: Client,
    url: Url,
    known: Mutex<Option<Known>>,
}

struct Known {
    keys: Keys,
    fetched_at: Timestamp,
    asked_at: Timestamp,
}

impl Known {
    fn new(keys: Keys, now: Timestamp) -> Self {
        Self { keys, fetched_at: now, asked_at: now }
    }

    /// Whether there is no reason, or no right yet, to ask again.
    fn will_do(&self, id: &str, now: Timestamp) -> bool {
        let current = self.keys.get(id).is_some() && now.since(self.fetched_at) < FRESH;
        current || now.since(self.asked_at) < REFRESH_PAUSE
    }
}

/// The keys could not be had.
#[derive(Debug, thiserror::Error)]
#[error("the keys of the user pool cannot be had: {0}")]
pub(crate) struct NoKeys(String);

impl Jwks {
    /// The keys at `url`.
    pub(crate) fn new(http: Client, url: Url) -> Self {
        Self { http, url, known: Mutex::default() }
    }

    /// The keys, with the one named `id` if the pool has it.
    ///
    /// # Errors
    /// [`NoKeys`] where they were never had and cannot be had now.
    pub(crate) async fn with(&self, id: &str, now: Timestamp) -> Result<Keys, NoKeys> {
        let mut known = self.known.lock().await;
        match known.as_mut() {
            Some(found) if found.will_do(id, now) => Ok(found.keys.clone()),
            Some(found) => {
                found.asked_at = now;
                match self.fetch().await {
                    Ok(keys) => *found = Known::new(keys, now),
                    Err(error) => tracing::warn!(%error, "the older keys are used"),
                }
                Ok(found.keys.clone())
            }
            None => {
                let keys = self.fetch().await?;
                *known = Some(Known::new(keys.clone(), now));
                Ok(keys)
            }
        }
    }

    /// Fetches the keys while the function starts. A failure shows again at the first call.
    pub(crate) async fn warm(&self, now: Timestamp) {
        if let Err(error) = self.with("", now).await {
            tracing::warn!(%error, "the keys are asked for again at the first call");
        }
    }

    async fn fetch(&self) -> Result<Keys, NoKeys> {
        // The operator configured the address, so its own origin is its base.
        let purpose = Purpose::Platform { base: &self.url };
        let request = Outgoing::get(self.url.clone(), Auth::None);
        let answer = self.http.send(purpose, request, TIMEOUT, LARGEST).await;
        let answer = answer.map_err(|error| NoKeys(error.to_string()))?;
        if answer.status != 200 {
            return Err(NoKeys(format!("it answers {}", answer.status)));
        }
        Keys::read(&answer.body).map_err(|_| NoKeys("it answers with something else".to_owned()))
    }

    #[cfg(test)]
    pub(crate) fn known(http: Client, url: Url, keys: Keys, asked_at: Timestamp) -> Self {
        Self { http, url, known: Mutex::new(Some(Known::new(keys, asked_at))) }
    }
}

#[cfg(test)]
mod tests;
