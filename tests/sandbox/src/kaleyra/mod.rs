//! Kaleyra as the hub sees it: both APIs, the callbacks of WhatsApp numbers, and the phones of customers.
//!
//! Strict where Kaleyra is, and where it tells nothing: <https://developers.kaleyra.io/docs/send-a-text-message-through-whatsapp>,
//! <https://developers.kaleyra.io/docs/whatsapp-api-v2-send-text-messages>. What is wrong with the customer, the window or the
//! file shows only later, by status.

mod customer;
mod deliver;
mod door;
mod error;
mod form;
mod media;
mod number;
mod phone;
mod webhook;
mod wrapped;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::routing::{any, get};

use crate::World;
use crate::watched::Watched;

pub use customer::{Customer, Sent};
pub use error::KaleyraError;
pub use media::{FileFetch, SentFile};
pub use number::{Generation, Number, NumberConfig, NumberState, Style, Template};
pub use phone::{CustomerState, PhoneMessage};
pub use webhook::Post;

/// The kinds of call that faults tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KaleyraCall {
    /// A message, by either API.
    Messages,
    /// How the templates stand.
    Templates,
}

/// What the simulator keeps of a number.
type Kept = Arc<Watched<NumberState>>;

/// Every number at Kaleyra, and the files that customers sent to them.
#[derive(Debug, Default)]
pub(crate) struct Kaleyra {
    numbers: Mutex<BTreeMap<String, Kept>>,
    media: media::Media,
}

impl Kaleyra {
    /// Adds a number. One that is there already stays as it is.
    pub(crate) fn add(&self, world: &Arc<World>, config: NumberConfig) -> Number {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let state = numbers
            .entry(config.number.clone())
            .or_insert_with(|| Arc::new(Watched::new(NumberState::new(config), &world.changes)));
        Number::new(Arc::clone(world), Arc::clone(state))
    }

    /// A number, in digits.
    pub(crate) fn number(&self, number: &str) -> Option<Kept> {
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner).get(number).cloned()
    }

    /// Everything.
    pub(crate) fn all(&self) -> Vec<Kept> {
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// The numbers of an account.
    fn of_account(&self, sid: &str) -> Vec<Kept> {
        let numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        numbers.values().filter(|number| number.read(|number| number.sid == sid)).cloned().collect()
    }
}

/// The routes.
pub(crate) fn router() -> Router<Arc<World>> {
    Router::new().route("/kaleyra/media/{id}", get(media::serve)).route("/kaleyra/{*path}", any(door::serve))
}
