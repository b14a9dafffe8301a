//! A Facebook page: what Graph knows of it, and the handle by which a test or the control API works it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::customer::Customer;
use super::phone::CustomerState;
use super::webhook::{self, Post};
use super::{GraphCall, MetaApp};
use crate::World;
use crate::faults::{Fault, Faults, When};
use crate::record::Calls;
use crate::watched::{TimedOut, Watched};
use crate::{clock, ids};

/// The webhook fields of Messenger. A new page is subscribed to none: the hub has to ask for them.
pub const FIELDS: [&str; 13] = [
    "messages",
    "messaging_postbacks",
    "messaging_optins",
    "messaging_referrals",
    "message_deliveries",
    "message_reads",
    "message_echoes",
    "message_edits",
    "message_reactions",
    "messaging_handovers",
    "standby",
    "messaging_policy_enforcement",
    "messaging_account_linking",
];

/// The state of a page's token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Token {
    /// Good.
    #[default]
    Valid,
    /// Its session has ended: 190/463.
    Expired,
    /// Its owner changed the password: 190/460.
    PasswordChanged,
}

/// Everything that there is to know of a page.
#[derive(Clone, Debug, Serialize)]
pub struct PageState {
    /// The page's id.
    pub id: String,
    /// The page's name.
    pub name: String,
    /// Its access token.
    pub access_token: String,
    /// Whether that token works.
    pub token: Token,
    /// The app that the page is connected to.
    #[serde(skip)]
    pub app: MetaApp,
    /// Where the app receives its webhooks.
    pub webhook_url: String,
    /// Whether the app has the Human Agent feature.
    pub human_agent: bool,
    /// The webhook fields that the app is subscribed to; nothing = not subscribed.
    pub subscribed: Option<BTreeSet<String>>,
    /// Whether an echo is posted before the call that made it is answered.
    pub echo_first: bool,
    /// Whether echoes and deliveries are posted at all.
    pub receipts: bool,
    /// How often a webhook that was not answered 200 is posted again, at once.
    pub repeats: u32,
    /// What is told to go wrong.
    pub faults: Faults<GraphCall>,
    /// Everyone who wrote to the page, by page-scoped id.
    pub customers: BTreeMap<String, CustomerState>,
    /// Stored files that can be sent by id: the address where each is hosted.
    #[serde(skip)]
    pub(super) uploads: BTreeMap<String, super::phone::PhoneFile>,
    /// Every call of the Graph API about this page.
    #[serde(skip)]
    pub calls: Calls,
    /// Every webhook about this page.
    #[serde(skip)]
    pub webhooks: Vec<Post>,
    last_event: i64,
}

impl PageState {
    pub(crate) fn new(id: String, name: String, access_token: String, app: MetaApp, webhook_url: String) -> Self {
        Self {
            id,
            name,
            access_token,
            token: Token::Valid,
            app,
            webhook_url,
            human_agent: false,
            subscribed: None,
            echo_first: false,
            receipts: true,
            repeats: 0,
            faults: Faults::default(),
            customers: BTreeMap::new(),
            uploads: BTreeMap::new(),
            calls: Calls::default(),
            webhooks: Vec::new(),
            last_event: 0,
        }
    }

    /// The time of a new event: now, and later than every event before it.
    pub(super) fn tick(&mut self) -> i64 {
        self.last_event = clock::now().max(self.last_event + 1);
        self.last_event
    }

    /// What this customer was sent by the page, in order.
    pub fn received(&self, psid: &str) -> Vec<&super::phone::PhoneMessage> {
        self.customers.get(psid).map(CustomerState::received).unwrap_or_default()
    }

    fn summary(&self) -> String {
        let sent = self.customers.values().map(|customer| format!("{}: {:?}", customer.psid, customer.texts()));
        let statuses: Vec<_> = self.webhooks.iter().map(|post| post.status).collect();
        format!("{}; answers to webhooks: {statuses:?}", sent.collect::<Vec<_>>().join(", "))
    }
}

/// A page to work with. Clones are the same page.
#[derive(Clone, Debug)]
pub struct Page {
    pub(super) world: Arc<World>,
    pub(super) state: Arc<Watched<PageState>>,
}

impl Page {
    pub(crate) const fn new(world: Arc<World>, state: Arc<Watched<PageState>>) -> Self {
        Self { world, state }
    }

    /// The page's id.
    pub fn id(&self) -> String {
        self.state.read(|page| page.id.clone())
    }

    /// Everything there is to know of the page, as it is now.
    pub fn state(&self) -> PageState {
        self.state.read(Clone::clone)
    }

    /// Looks at something of the page.
    pub fn read<R>(&self, look: impl FnOnce(&PageState) -> R) -> R {
        self.state.read(look)
    }

    /// The person with this page-scoped id, who is made if there is none.
    pub fn customer(&self, psid: &str) -> Customer {
        self.state.change(|page| {
            page.customers
                .entry(psid.to_owned())
                .or_insert_with(|| CustomerState::new(psid.to_owned(), "Ingrid".to_owned(), "Dahl".to_owned()));
        });
        Customer::new(self.clone(), psid.to_owned())
    }

    /// A person with a name; the page-scoped id is made up where none is given.
    pub fn add_customer(&self, psid: Option<&str>, first_name: &str, last_name: &str) -> Customer {
        let psid = psid.map_or_else(ids::decimal, str::to_owned);
        let state = CustomerState::new(psid.clone(), first_name.to_owned(), last_name.to_owned());
        self.state.change(|page| page.customers.entry(psid.clone()).or_insert(state).psid.clone());
        Customer::new(self.clone(), psid)
    }

    /// What this customer was sent by the page, in order.
    pub fn received(&self, psid: &str) -> Vec<super::phone::PhoneMessage> {
        self.state.read(|page| page.received(psid).into_iter().cloned().collect())
    }

    /// Lets messages sent to customers of this page fail.
    pub fn fail(&self, fault: impl Into<Fault>, when: When) {
        self.fail_on(Some(GraphCall::Messages), fault, when);
    }

    /// Lets calls of one kind fail, or all of them.
    pub fn fail_on(&self, call: Option<GraphCall>, fault: impl Into<Fault>, when: When) {
        self.state.change(|page| page.faults.add(call, fault.into(), when));
    }

    /// Ends all faults, and makes the token valid again.
    pub fn mend(&self) {
        self.state.change(|page| {
            page.faults.lift();
            page.token = Token::Valid;
        });
    }

    /// Changes a setting: token, subscription, features, where webhooks go.
    pub fn set(&self, change: impl FnOnce(&mut PageState)) {
        self.state.change(change);
    }

    /// Subscribes the app to every field, as the hub or a person in Meta's dashboard does.
    pub fn subscribe(&self) {
        self.set(|page| page.subscribed = Some(FIELDS.iter().map(|field| (*field).to_owned()).collect()));
    }

    /// Where this page's webhooks go: a path of the hub, such as `/webhooks/facebook/INTEGRATION`.
    pub fn set_webhook_path(&self, path: &str) {
        let url = format!("{}{path}", self.world.hub_url());
        self.set(|page| page.webhook_url = url);
    }

    /// Posts entries of any content, signed, as one webhook. Members that this sandbox does not make itself can be
    /// tested with it.
    pub async fn post_entries(&self, entries: Vec<Value>) -> Post {
        let body = serde_json::json!({"object": "page", "entry": entries});
        webhook::post(&self.world, &self.state, super::wire(&body)).await
    }

    /// Posts these very bytes, signed.
    pub async fn post_bytes(&self, body: Vec<u8>) -> Post {
        webhook::post(&self.world, &self.state, body).await
    }

    /// Posts these very bytes with this signature header, or with none.
    pub async fn post_signed(&self, body: Vec<u8>, signature: Option<&str>) -> Post {
        let url = self.state.read(|page| page.webhook_url.clone());
        webhook::post_once(&self.world.http, &url, body.into(), signature).await
    }

    /// Posts a webhook again, byte for byte, as Meta does when in doubt.
    pub async fn post_again(&self, post: &Post) -> Post {
        webhook::post(&self.world, &self.state, post.body.to_vec()).await
    }

    /// Asks the webhook's address to prove itself, as when it is entered in Meta's dashboard. Gives status and body.
    pub async fn verify(&self, verify_token: &str, challenge: &str) -> Result<(u16, String), reqwest::Error> {
        let url = self.state.read(|page| page.webhook_url.clone());
        webhook::ask(&self.world.http, &url, verify_token, challenge).await
    }

    /// Somebody answers from the page's own inbox: the customer gets it, the app only its echo.
    pub async fn inbox_says(&self, psid: &str, text: &str) -> Post {
        super::send::from_inbox(&self.world, &self.state, psid, text).await
    }

    /// Waits until `done`, at most for `patience`, and gives the page as it then is.
    ///
    /// # Errors
    /// [`TimedOut`] says what there is instead.
    pub async fn wait_until(
        &self,
        done: impl FnMut(&PageState) -> bool,
        patience: Duration,
    ) -> Result<PageState, TimedOut> {
        self.state.until(patience, done, PageState::summary).await
    }
}
