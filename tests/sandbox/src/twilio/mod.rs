//! Twilio as the hub sees it: the REST API, the webhooks of WhatsApp senders, and the phones of customers.
//!
//! Strict where Twilio is: <https://www.twilio.com/docs/messaging/api/message-resource>,
//! <https://www.twilio.com/docs/messaging/guides/webhook-request>. Most refusals come only later, by status.

mod api;
mod customer;
mod deliver;
mod error;
mod lookup;
mod media;
mod number;
mod phone;
mod send;
mod sign;
mod webhook;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::routing::{any, get};

use crate::watched::Watched;
use crate::{World, ids};

pub use customer::{Customer, Sent};
pub use error::TwilioError;
pub use media::{MediaFetches, SentFile};
pub use number::{Number, NumberConfig, NumberState, Statuses, Template};
pub use phone::{CustomerState, PhoneMessage};
pub use sign::sign;
pub use webhook::Post;

/// The kinds of call that faults tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TwilioCall {
    /// `POST .../Messages.json`
    Messages,
    /// `GET .../Media/{sid}`
    Media,
    /// `GET` of an account, its senders, services or messages.
    Lookup,
    /// `POST /v3/Indicators/Typing.json`
    Typing,
}

/// What the simulator keeps of a number.
type Kept = Arc<Watched<NumberState>>;

/// Every number at Twilio, and the files that customers sent to them.
#[derive(Debug, Default)]
pub(crate) struct Twilio {
    /// By account and number.
    numbers: Mutex<BTreeMap<(String, String), Kept>>,
    pub(super) media: media::Media,
}

impl Twilio {
    /// Adds a number. One that is there already stays as it is.
    pub(crate) fn add(&self, world: &Arc<World>, config: NumberConfig) -> Number {
        let key = (config.account_sid.clone(), config.number.clone());
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let state =
            numbers.entry(key).or_insert_with(|| Arc::new(Watched::new(NumberState::new(config), &world.changes)));
        Number::new(Arc::clone(world), Arc::clone(state))
    }

    /// The number `number` (digits) of an account.
    pub(crate) fn number(&self, account_sid: &str, number: &str) -> Option<Kept> {
        let numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        numbers.get(&(account_sid.to_owned(), number.to_owned())).cloned()
    }

    /// The numbers of an account.
    fn of_account(&self, account_sid: &str) -> Vec<Kept> {
        let numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        numbers.iter().filter(|((sid, _), _)| sid == account_sid).map(|(_, number)| Arc::clone(number)).collect()
    }

    /// Everything.
    pub(crate) fn all(&self) -> Vec<Kept> {
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

/// The routes.
pub(crate) fn router() -> Router<Arc<World>> {
    Router::new().route("/twilio/cdn/{id}", get(media::serve_link)).route("/twilio/{*path}", any(api::serve))
}

/// A new id: two letters and 32 hexadecimal digits.
fn sid(prefix: &str) -> String {
    format!("{prefix}{}", ids::hexadecimal())
}
