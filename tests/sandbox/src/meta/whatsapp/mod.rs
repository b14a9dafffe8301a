//! The WhatsApp Cloud API as the hub sees it: messages, media, numbers and accounts at the Graph API, webhooks, and the phones of
//! customers.
//!
//! Strict where Meta is: <https://developers.facebook.com/documentation/business-messaging/whatsapp/about-the-platform>. What
//! Meta checks at once is refused at once; what it finds out later comes as a failed status.

mod account;
mod acts;
mod customer;
mod deliver;
pub(super) mod door;
mod error;
mod kind;
pub(super) mod lookup;
mod media;
mod number;
mod outgoing;
mod phone;
mod report;
mod send;
mod state;
mod template;
mod webhook;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::watched::Watched;
use crate::{World, ids};

pub use customer::{Customer, Sent};
pub(crate) use media::serve as serve_file;
pub use number::Number;
pub use phone::{CustomerState, PhoneMessage, SentFile};
pub use state::{NumberConfig, NumberState, Statuses};
pub use template::Template;

/// The kinds of call that faults tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhatsAppCall {
    /// `POST /{number}/messages` with a message.
    Messages,
    /// `POST /{number}/messages` with a read mark.
    Read,
    /// `POST /{number}/media`
    Upload,
    /// `/{media}`
    Media,
    /// The address of a file.
    Download,
    /// `GET` of a number or an account.
    Lookup,
    /// `/{account}/subscribed_apps`, and the address of a number.
    Subscription,
    /// `/{account}/message_templates`
    Templates,
    /// Anything else.
    Other,
}

/// What the simulator keeps of a number.
type Kept = Arc<Watched<NumberState>>;

/// Every number of the Cloud API, and the files on Meta's servers.
#[derive(Debug, Default)]
pub(crate) struct WhatsApp {
    /// By phone number id.
    numbers: Mutex<BTreeMap<String, Kept>>,
    media: media::Media,
}

impl WhatsApp {
    /// Adds a number. One that is there already stays as it is. What an account has, a new number of it has as well.
    pub(crate) fn add(world: &Arc<World>, config: NumberConfig) -> Number {
        let sibling = world.whatsapp.of_account(&config.waba_id).first().map(|number| number.read(Clone::clone));
        let mut numbers = world.whatsapp.lock();
        let state = numbers.entry(config.phone_number_id.clone()).or_insert_with(|| {
            let url = format!("{}/webhooks/whatsapp/meta", world.hub_url());
            let mut state = NumberState::new(config, world.app.clone(), url);
            if let Some(sibling) = sibling {
                state.subscribed = sibling.subscribed;
                state.override_url = sibling.override_url;
                state.templates = sibling.templates;
            }
            Arc::new(Watched::new(state, &world.changes))
        });
        Number::new(Arc::clone(world), Arc::clone(state))
    }

    /// The number with this phone number id.
    pub(crate) fn number(&self, phone_number_id: &str) -> Option<Kept> {
        self.lock().get(phone_number_id).cloned()
    }

    /// Every number.
    pub(crate) fn all(&self) -> Vec<Kept> {
        self.those(|_| true)
    }

    /// The numbers of an account.
    fn of_account(&self, waba_id: &str) -> Vec<Kept> {
        self.those(|number| number.waba_id == waba_id)
    }

    /// The numbers that a token opens.
    fn of_token(&self, token: &str) -> Vec<Kept> {
        self.those(|number| number.token == token)
    }

    fn those(&self, which: impl Fn(&NumberState) -> bool) -> Vec<Kept> {
        self.lock().values().filter(|number| number.read(&which)).cloned().collect()
    }

    /// Changes something that belongs to an account as a whole.
    fn change_account(&self, waba_id: &str, change: impl Fn(&mut NumberState)) {
        for number in self.of_account(waba_id) {
            number.change(&change);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Kept>> {
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A new id of a message.
fn wamid() -> String {
    format!("wamid.HBg{}", STANDARD.encode(ids::letters()))
}
