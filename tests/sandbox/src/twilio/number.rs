//! A WhatsApp sender at Twilio: what Twilio knows of it and of its account, and the handle by which a test works it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::TwilioCall;
use super::customer::Customer;
use super::phone::{CustomerState, PhoneMessage};
use super::webhook::{self, Post};
use crate::World;
use crate::faults::{Fault, Faults, When};
use crate::record::Calls;
use crate::watched::{TimedOut, Watched};

/// A number as it is added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberConfig {
    /// The account, `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// Its auth token: signs webhooks, and is a credential.
    pub auth_token: String,
    /// The number: digits without a plus.
    pub number: String,
    /// What customers see as its name.
    pub name: String,
}

/// In which order statuses are posted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statuses {
    /// Sent, delivered, read.
    #[default]
    InOrder,
    /// The last one first.
    Reversed,
    /// None at all.
    Silent,
}

/// An approved template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Its text, with gaps as `{{1}}`.
    pub body: String,
}

/// Everything that there is to know of a number.
#[derive(Clone, Debug, Serialize)]
pub struct NumberState {
    /// The account.
    pub account_sid: String,
    /// The account's auth token.
    pub auth_token: String,
    /// The account's API keys: secrets by id.
    pub api_keys: BTreeMap<String, String>,
    /// `active`, `suspended` or `closed`.
    pub account_status: String,
    /// The number: digits without a plus.
    pub number: String,
    /// What customers see as its name.
    pub name: String,
    /// `ONLINE` or another status of a sender.
    pub status: String,
    /// A messaging service that sends from this number.
    pub messaging_service: Option<String>,
    /// Where messages that come in are posted to, with the overrides behind `#`.
    pub webhook_url: Option<String>,
    /// Where they are posted to if that fails.
    pub fallback_url: Option<String>,
    /// Whether webhooks come by GET.
    pub asks_by_get: bool,
    /// Whether the address is signed with the usual port written out.
    pub signs_port: bool,
    /// In which order statuses are posted.
    pub statuses: Statuses,
    /// Codes with which the next messages fail by status, each one message.
    pub fail_later: VecDeque<u32>,
    /// The approved templates by their id.
    pub templates: BTreeMap<String, Template>,
    /// What is told to go wrong.
    pub faults: Faults<TwilioCall>,
    /// Everyone who has WhatsApp and matters here, by telephone number.
    pub customers: BTreeMap<String, CustomerState>,
    /// Warnings in Twilio's log, as 14103, 12300 or 11200.
    pub warnings: Vec<u32>,
    /// Every call of the API about this number or its account.
    #[serde(skip)]
    pub calls: Calls,
    /// Every webhook about this number.
    #[serde(skip)]
    pub webhooks: Vec<Post>,
}

impl NumberState {
    pub(super) fn new(config: NumberConfig) -> Self {
        Self {
            account_sid: config.account_sid,
            auth_token: config.auth_token,
            api_keys: BTreeMap::new(),
            account_status: "active".to_owned(),
            number: config.number,
            name: config.name,
            status: "ONLINE".to_owned(),
            messaging_service: None,
            webhook_url: None,
            fallback_url: None,
            asks_by_get: false,
            signs_port: false,
            statuses: Statuses::InOrder,
            fail_later: VecDeque::new(),
            templates: BTreeMap::new(),
            faults: Faults::default(),
            customers: BTreeMap::new(),
            warnings: Vec::new(),
            calls: Calls::default(),
            webhooks: Vec::new(),
        }
    }

    /// The person behind an address.
    pub(super) fn person(&mut self, address: &str) -> Option<&mut CustomerState> {
        self.customers.values_mut().find(|customer| customer.is(address))
    }

    /// The statuses that were posted about a message, in order.
    pub fn statuses_of(&self, sid: &str) -> Vec<&str> {
        let of = |post: &&Post| post.param("MessageSid") == Some(sid);
        self.webhooks.iter().filter(of).filter_map(|post| post.param("MessageStatus")).collect()
    }

    fn summary(&self) -> String {
        let sent = self.customers.values().map(|customer| format!("{:?}", customer.texts()));
        let statuses: Vec<_> =
            self.webhooks.iter().map(|post| (post.param("MessageStatus").unwrap_or("message"), post.status)).collect();
        format!("{}; answers to webhooks: {statuses:?}", sent.collect::<Vec<_>>().join(", "))
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

    /// Changes a setting: account, sender, where webhooks go.
    pub fn set(&self, change: impl FnOnce(&mut NumberState)) {
        self.state.change(change);
    }

    /// Enters an address as incoming and as fallback address, as a person does in Twilio's console.
    pub fn enter(&self, url: &str) {
        self.set(|number| {
            number.webhook_url = Some(url.to_owned());
            number.fallback_url = Some(url.to_owned());
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
        self.fail_on(Some(TwilioCall::Messages), fault, when);
    }

    /// Lets calls of one kind fail, or all of them.
    pub fn fail_on(&self, call: Option<TwilioCall>, fault: impl Into<Fault>, when: When) {
        self.state.change(|number| number.faults.add(call, fault.into(), when));
    }

    /// Lets the next message be taken and then fail by status, as 63018.
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

    /// Posts a webhook of any content, signed, to the incoming address.
    pub async fn post(&self, params: Vec<(String, String)>) -> Post {
        webhook::incoming(&self.world, &self.state, params).await
    }

    /// Posts a webhook again, as Twilio does when in doubt.
    pub async fn post_again(&self, post: &Post) -> Post {
        webhook::to(&self.world, &self.state, &post.url, post.params.clone()).await
    }

    /// Posts a form with this signature header, or with none.
    pub async fn post_signed(&self, params: &[(String, String)], signature: Option<&str>) -> Option<u16> {
        let url = self.state.read(|number| number.webhook_url.clone()).unwrap_or_default();
        webhook::once(&self.world, &url, params, signature).await
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
