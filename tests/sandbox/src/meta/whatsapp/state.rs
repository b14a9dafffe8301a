//! Everything that there is to know of a WhatsApp number and of its account.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::WhatsAppCall;
use super::phone::{CustomerState, PhoneMessage};
use super::report::Told;
use super::template::Template;
use crate::faults::Faults;
use crate::meta::{MetaApp, Post, Token};
use crate::record::Calls;

/// A number as it is added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberConfig {
    /// Meta's id of the number, decimal.
    pub phone_number_id: String,
    /// The WhatsApp Business Account it is in, decimal.
    pub waba_id: String,
    /// The number as people read it, as `+1 555-014-2277`.
    pub display_number: String,
    /// What customers see as its name.
    pub verified_name: String,
    /// The access token of a system user who has the account. Numbers may share it.
    pub token: String,
}

/// In which order statuses are posted of themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statuses {
    /// Sent, delivered, read, played.
    #[default]
    InOrder,
    /// The last one first.
    Reversed,
    /// In order, each of them twice.
    Twice,
    /// None at all.
    Silent,
}

/// A number and what it has of its account. What belongs to the account is the same in all of its numbers.
#[derive(Clone, Debug, Serialize)]
pub struct NumberState {
    /// Meta's id of the number.
    pub phone_number_id: String,
    /// The account.
    pub waba_id: String,
    /// The number as people read it.
    pub display_number: String,
    /// What customers see as its name.
    pub verified_name: String,
    /// The token that opens it.
    pub token: String,
    /// Whether that token works.
    pub token_state: Token,
    /// The app that the account is connected to.
    #[serde(skip)]
    pub app: MetaApp,
    /// Whether calls must carry a proof; one that is there is always checked.
    pub wants_proof: bool,
    /// Whether the number is registered, and with which PIN.
    pub registered: bool,
    /// The PIN of two-step verification, if there is one.
    pub pin: Option<String>,
    /// `GREEN`, `YELLOW` or `RED`.
    pub quality_rating: String,
    /// Of the account: whether the app is subscribed to it.
    pub subscribed: bool,
    /// Where the app receives its webhooks.
    pub webhook_url: String,
    /// Of the account: where its webhooks go in place of that.
    pub override_url: Option<String>,
    /// Where webhooks of this number go in place of either.
    pub own_url: Option<String>,
    /// Of the account: its templates.
    pub templates: Vec<Template>,
    /// Whether webhooks tell the addresses of files, as newer ones do.
    pub tells_urls: bool,
    /// In which order statuses are posted.
    pub statuses: Statuses,
    /// Whether statuses are posted before the call that made them is answered.
    pub statuses_first: bool,
    /// How often a webhook that was not answered 200 is posted again, at once.
    pub repeats: u32,
    /// Codes with which the next messages fail by status, each one message.
    pub fail_later: VecDeque<u32>,
    /// What is told to go wrong.
    pub faults: Faults<WhatsAppCall>,
    /// Everyone who wrote to the number or could be written to, by the id they were first known by.
    pub customers: BTreeMap<String, CustomerState>,
    /// What later statuses need, by message.
    #[serde(skip)]
    pub(super) told: BTreeMap<String, Told>,
    /// Every call of the Graph API about this number or its account.
    #[serde(skip)]
    pub calls: Calls,
    /// Every webhook about this number.
    #[serde(skip)]
    pub webhooks: Vec<Post>,
}

impl NumberState {
    pub(super) fn new(config: NumberConfig, app: MetaApp, webhook_url: String) -> Self {
        Self {
            phone_number_id: config.phone_number_id,
            waba_id: config.waba_id,
            display_number: config.display_number,
            verified_name: config.verified_name,
            token: config.token,
            token_state: Token::Valid,
            app,
            wants_proof: false,
            registered: true,
            pin: None,
            quality_rating: "GREEN".to_owned(),
            subscribed: false,
            webhook_url,
            override_url: None,
            own_url: None,
            templates: Vec::new(),
            tells_urls: true,
            statuses: Statuses::InOrder,
            statuses_first: false,
            repeats: 0,
            fail_later: VecDeque::new(),
            faults: Faults::default(),
            customers: BTreeMap::new(),
            told: BTreeMap::new(),
            calls: Calls::default(),
            webhooks: Vec::new(),
        }
    }

    /// The number's digits, as webhooks tell them.
    pub fn digits(&self) -> String {
        self.display_number.chars().filter(char::is_ascii_digit).collect()
    }

    /// Where webhooks of this number go.
    pub fn address(&self) -> String {
        self.own_url.as_ref().or(self.override_url.as_ref()).unwrap_or(&self.webhook_url).clone()
    }

    /// The person with this number, whether hidden or not, and the id they are kept by.
    pub(super) fn by_phone(&self, phone: &str) -> Option<String> {
        self.key(|customer| customer.phone.as_deref() == Some(phone))
    }

    /// The person with this user id, and the id they are kept by.
    pub(super) fn by_user_id(&self, user_id: &str) -> Option<String> {
        self.key(|customer| customer.user_id.as_deref() == Some(user_id))
    }

    /// The person who has this message on the phone.
    pub(super) fn by_message(&self, id: &str) -> Option<String> {
        self.key(|customer| customer.message(id).is_some())
    }

    fn key(&self, which: impl Fn(&CustomerState) -> bool) -> Option<String> {
        self.customers.iter().find(|(_, customer)| which(customer)).map(|(key, _)| key.clone())
    }

    /// What this customer was sent by the number, in order.
    pub fn received(&self, key: &str) -> Vec<&PhoneMessage> {
        self.customers.get(key).map(CustomerState::received).unwrap_or_default()
    }

    /// The statuses that were posted about a message, in order.
    pub fn statuses_of(&self, id: &str) -> Vec<String> {
        let of = |status: &Value| {
            let name = status.get("status").and_then(Value::as_str).map(str::to_owned);
            name.filter(|_| status.get("id").and_then(Value::as_str) == Some(id))
        };
        self.webhooks.iter().flat_map(super::webhook::statuses).filter_map(|status| of(&status)).collect()
    }

    pub(super) fn summary(&self) -> String {
        let sent = self.customers.iter().map(|(key, customer)| format!("{key}: {:?}", customer.texts()));
        let posts: Vec<_> = self.webhooks.iter().map(|post| (post.kinds(), post.status)).collect();
        format!("{}; answers to webhooks: {posts:?}", sent.collect::<Vec<_>>().join(", "))
    }
}
