//! A WhatsApp number at Kaleyra: what Kaleyra knows of it and of its account, and the handle by which a test works it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ulid::Ulid;

use super::KaleyraCall;
use super::customer::Customer;
use super::phone::{CustomerState, PhoneMessage};
use super::webhook::{self, Post};
use crate::World;
use crate::faults::{Fault, Faults, When};
use crate::record::Calls;
use crate::watched::{TimedOut, Watched};

/// A number as it is added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberConfig {
    /// The account, as `HXAP16...IN`.
    pub sid: String,
    /// Its API key.
    pub api_key: String,
    /// The number: digits without a plus.
    pub number: String,
    /// Which API it is on.
    pub generation: Generation,
}

/// Which of the two APIs a number is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Generation {
    /// Forms, and callbacks of the customer's own making.
    V1,
    /// Meta's objects, wrapped.
    V2,
}

/// How a callback of the first API was made by whoever set it up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// A GET with the fields in its query.
    #[default]
    Query,
    /// A form.
    Form,
    /// JSON, with what is filled in escaped.
    Json,
    /// JSON, with what is filled in put between the quotation marks as it is.
    BareJson,
}

/// An approved template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// Its language.
    pub language: String,
    /// Its text, with gaps as `{{1}}`.
    pub body: String,
}

/// Everything that there is to know of a number.
#[derive(Clone, Debug, Serialize)]
pub struct NumberState {
    /// The account.
    pub sid: String,
    /// Its API key.
    pub api_key: String,
    /// The number: digits without a plus.
    pub number: String,
    /// Which API it is on.
    pub generation: Generation,
    /// Where messages that come in and news of the number are sent to.
    pub incoming_url: Option<String>,
    /// Where statuses are sent to of messages that name no address themselves.
    pub status_url: Option<String>,
    /// How callbacks of the first API are made.
    pub style: Style,
    /// A header of every callback.
    pub header: Option<(String, String)>,
    /// User and password of every callback.
    pub basic: Option<(String, String)>,
    /// Whether callbacks of the second API say where a file is.
    pub tells_file_addresses: bool,
    /// Whether statuses are told in the wrong order, the last one first.
    pub reversed: bool,
    /// Codes with which the next messages fail by status, each one message; 0 where Kaleyra itself stops it.
    pub fail_later: VecDeque<u32>,
    /// The approved templates.
    pub templates: Vec<Template>,
    /// What is told to go wrong.
    pub faults: Faults<KaleyraCall>,
    /// Everyone who has WhatsApp and matters here, by telephone number.
    pub customers: BTreeMap<String, CustomerState>,
    /// Every call of the APIs about this number or its account.
    #[serde(skip)]
    pub calls: Calls,
    /// Every callback about this number.
    #[serde(skip)]
    pub webhooks: Vec<Post>,
}

impl NumberState {
    pub(super) fn new(config: NumberConfig) -> Self {
        Self {
            sid: config.sid,
            api_key: config.api_key,
            number: config.number,
            generation: config.generation,
            incoming_url: None,
            status_url: None,
            style: Style::Query,
            header: None,
            basic: None,
            tells_file_addresses: true,
            reversed: false,
            fail_later: VecDeque::new(),
            templates: Vec::new(),
            faults: Faults::default(),
            customers: BTreeMap::new(),
            calls: Calls::default(),
            webhooks: Vec::new(),
        }
    }

    /// The person with a number in digits or a user id.
    pub(super) fn person(&mut self, id: &str) -> Option<&mut CustomerState> {
        self.customers.values_mut().find(|customer| customer.is(id))
    }

    /// The statuses that were told about a message (Kaleyra's id), in order.
    pub fn statuses_of(&self, id: &str) -> Vec<&str> {
        let told = self.webhooks.iter().filter_map(|post| post.status_told.as_ref());
        told.filter(|(of, _)| of == id).map(|(_, status)| status.as_str()).collect()
    }

    fn summary(&self) -> String {
        let sent = self.customers.values().map(|customer| format!("{:?}", customer.texts()));
        let told: Vec<_> = self.webhooks.iter().map(|post| (post.status_told.as_ref(), post.status)).collect();
        format!("{}; answers to callbacks: {told:?}", sent.collect::<Vec<_>>().join(", "))
    }
}

/// A number to work with. Clones are the same number.
#[derive(Clone, Debug)]
pub struct Number {
    pub(super) world: Arc<World>,
    pub(super) state: Arc<Watched<NumberState>>,
}

impl Number {
    pub(crate) const fn new(world: Arc<World>, state: Arc<Watched<NumberState>>) -> Self {
        Self { world, state }
    }

    /// Everything there is to know of the number, as it is now.
    pub fn state(&self) -> NumberState {
        self.state.read(Clone::clone)
    }

    /// Looks at something of the number.
    pub fn read<R>(&self, look: impl FnOnce(&NumberState) -> R) -> R {
        self.state.read(look)
    }

    /// Changes a setting: account, API, where callbacks go and how they are made.
    pub fn set(&self, change: impl FnOnce(&mut NumberState)) {
        self.state.change(change);
    }

    /// Enters an address as incoming and as status address, as a person does in Kaleyra's console.
    pub fn enter(&self, url: &str) {
        self.set(|number| {
            number.incoming_url = Some(url.to_owned());
            number.status_url = Some(url.to_owned());
        });
    }

    /// The person with this telephone number (digits), who is made if there is none.
    pub fn customer(&self, phone: &str, name: &str) -> Customer {
        self.state.change(|number| {
            let new = || CustomerState::new(phone.to_owned(), name.to_owned());
            number.customers.entry(phone.to_owned()).or_insert_with(new);
        });
        Customer::new(self.clone(), phone.to_owned())
    }

    /// What a customer was sent by the number, in order.
    pub fn received(&self, phone: &str) -> Vec<PhoneMessage> {
        let received = |customer: &CustomerState| customer.received().into_iter().cloned().collect();
        self.state.read(|number| number.customers.get(phone).map(received).unwrap_or_default())
    }

    /// Lets calls that send messages fail.
    pub fn fail(&self, fault: impl Into<Fault>, when: When) {
        self.fail_on(Some(KaleyraCall::Messages), fault, when);
    }

    /// Lets calls of one kind fail, or all of them.
    pub fn fail_on(&self, call: Option<KaleyraCall>, fault: impl Into<Fault>, when: When) {
        self.state.change(|number| number.faults.add(call, fault.into(), when));
    }

    /// Lets the next message be taken and then fail by status, as 131026; with 0 Kaleyra does not hand it on.
    pub fn fail_later(&self, code: u32) {
        self.state.change(|number| number.fail_later.push_back(code));
    }

    /// Ends all faults.
    pub fn mend(&self) {
        self.state.change(|number| {
            number.faults.lift();
            number.fail_later.clear();
        });
    }

    /// Tells news of the number, as `FLAGGED`: always by GET.
    pub async fn news(&self, event: &str) -> Post {
        webhook::news(&self.world, &self.state, event).await
    }

    /// Sends a callback again, as a person can in Kaleyra's console.
    pub async fn send_again(&self, post: &Post) -> Post {
        webhook::again(&self.world, &self.state, post).await
    }

    /// Waits until `done`, at most for `patience`, and gives the number as it then is.
    ///
    /// # Errors
    /// [`TimedOut`] says what there is instead.
    pub async fn wait_until(
        &self,
        done: impl FnMut(&NumberState) -> bool,
        patience: Duration,
    ) -> Result<NumberState, TimedOut> {
        self.state.until(patience, done, NumberState::summary).await
    }
}

/// A new id of a message, with dashes.
pub(super) fn id() -> String {
    let digest = hex::encode(Sha256::digest(Ulid::generate().to_bytes()));
    let piece = |from: usize, to: usize| digest.get(from..to).unwrap_or_default();
    [piece(0, 8), piece(8, 12), piece(12, 16), piece(16, 20), piece(20, 32)].join("-")
}
