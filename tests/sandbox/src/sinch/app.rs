//! A Conversation API app with one WhatsApp sender: what Sinch knows of it, and the handle by which a test works it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use super::SinchCall;
use super::customer::SinchCustomer;
use super::media::Media;
use super::phone::{PhoneMessage, SinchPerson};
use super::webhook::{self, Post};
use crate::World;
use crate::faults::{Fault, Faults, When};
use crate::record::Calls;
use crate::watched::{TimedOut, Watched};
use crate::{clock, ids};

/// The triggers that a webhook can ask for.
pub(super) const TRIGGERS: [&str; 21] = [
    "MESSAGE_DELIVERY",
    "MESSAGE_SUBMIT",
    "MESSAGE_INBOUND",
    "EVENT_DELIVERY",
    "EVENT_INBOUND",
    "SMART_CONVERSATIONS",
    "MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION",
    "CONVERSATION_START",
    "CONVERSATION_STOP",
    "CONVERSATION_DELETE",
    "CONTACT_CREATE",
    "CONTACT_DELETE",
    "CONTACT_MERGE",
    "CONTACT_UPDATE",
    "CONTACT_IDENTITIES_DUPLICATION",
    "UNSUPPORTED",
    "OPT_IN",
    "OPT_OUT",
    "CHANNEL_EVENT",
    "CAPABILITY",
    "RECORD_NOTIFICATION",
];

/// A new id of Sinch's kind.
pub(super) fn ulid() -> String {
    ulid::Ulid::generate().to_string()
}

/// What a new app is.
#[derive(Clone, Debug)]
pub struct AppConfig {
    /// The project, a UUID.
    pub project: String,
    /// The app in it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The number of its WhatsApp sender, in digits.
    pub number: String,
    /// An access key of the project.
    pub key_id: String,
    /// The key's secret.
    pub key_secret: String,
}

/// Whether Sinch keeps contacts and conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Mode {
    /// It keeps both.
    Conversation,
    /// It keeps nothing, as it does of new apps.
    Dispatch,
}

impl Mode {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Conversation => "CONVERSATION",
            Self::Dispatch => "DISPATCH",
        }
    }
}

/// A webhook of an app.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Webhook {
    pub(super) id: String,
    pub(super) target: String,
    #[serde(skip)]
    pub(super) secret: String,
    pub(super) triggers: BTreeSet<String>,
}

/// A template that WhatsApp has approved.
#[derive(Clone, Debug, Serialize)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// Its language, as `pt_BR`.
    pub language: String,
    /// How many gaps its body has.
    pub gaps: usize,
}

/// Everything that there is to know of an app.
#[derive(Clone, Debug, Serialize)]
pub struct AppState {
    /// The project it is in.
    pub project: String,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The number of its WhatsApp sender.
    pub number: String,
    /// The access key of its project.
    pub key_id: String,
    #[serde(skip)]
    pub(crate) key_secret: String,
    /// Whether the key works.
    pub key_works: bool,
    /// Whether contacts and conversations are kept.
    pub mode: Mode,
    /// Whether the WhatsApp sender is ready.
    pub active: bool,
    /// The tokens that were given, and when each ends, in milliseconds since 1970.
    #[serde(skip)]
    pub(super) tokens: BTreeMap<String, i64>,
    pub(super) webhooks: Vec<Webhook>,
    /// The templates that may be sent.
    pub templates: Vec<Template>,
    /// Why the next messages fail, by delivery report.
    pub failing: Vec<String>,
    /// Whether delivery reports are posted at all.
    pub reports: bool,
    /// Whether they come in the wrong order.
    pub reversed: bool,
    /// How often a callback that was not taken is posted again, at once.
    pub repeats: u32,
    /// What is told to go wrong.
    #[serde(skip)]
    pub(crate) faults: Faults<SinchCall>,
    /// Everyone who has WhatsApp, by number or user id.
    pub people: BTreeMap<String, SinchPerson>,
    /// Every call about this app.
    #[serde(skip)]
    pub calls: Calls,
    /// Every callback of this app.
    #[serde(skip)]
    pub posts: Vec<Post>,
    last_event: i64,
}

impl AppState {
    fn new(config: AppConfig) -> Self {
        Self {
            project: config.project,
            id: config.id,
            name: config.name,
            number: config.number,
            key_id: config.key_id,
            key_secret: config.key_secret,
            key_works: true,
            mode: Mode::Conversation,
            active: true,
            tokens: BTreeMap::new(),
            webhooks: Vec::new(),
            templates: Vec::new(),
            failing: Vec::new(),
            reports: true,
            reversed: false,
            repeats: 0,
            faults: Faults::default(),
            people: BTreeMap::new(),
            calls: Calls::default(),
            posts: Vec::new(),
            last_event: 0,
        }
    }

    /// The time of a new event: now, and later than every event before it.
    pub(super) fn tick(&mut self) -> i64 {
        self.last_event = clock::now().max(self.last_event + 1);
        self.last_event
    }

    /// A new token for the key.
    pub(super) fn give_token(&mut self, lives: i64) -> String {
        let token = format!("eyJ{}", ids::letters());
        self.tokens.insert(token.clone(), clock::now() + lives * 1000);
        token
    }

    /// How many webhooks there are, and where they lead.
    pub fn targets(&self) -> Vec<&str> {
        self.webhooks.iter().map(|webhook| webhook.target.as_str()).collect()
    }

    fn summary(&self) -> String {
        let sent = self.people.values().map(|person| format!("{}: {:?}", person.identity, person.texts()));
        let statuses: Vec<_> = self.posts.iter().map(|post| post.status).collect();
        format!("{}; answers to callbacks: {statuses:?}", sent.collect::<Vec<_>>().join(", "))
    }
}

/// All apps, and the files of their customers.
#[derive(Debug, Default)]
pub(crate) struct Sinch {
    apps: Mutex<BTreeMap<String, Arc<Watched<AppState>>>>,
    pub(super) media: Media,
}

impl Sinch {
    /// Adds an app. One that is there already stays as it is.
    pub(crate) fn add(world: &Arc<World>, config: AppConfig) -> SinchApp {
        let mut apps = world.sinch.apps.lock().unwrap_or_else(PoisonError::into_inner);
        let state = apps.entry(config.id.clone());
        let state = state.or_insert_with(|| Arc::new(Watched::new(AppState::new(config), &world.changes)));
        SinchApp { world: Arc::clone(world), state: Arc::clone(state) }
    }

    /// The app with this id.
    pub(crate) fn app(&self, id: &str) -> Option<Arc<Watched<AppState>>> {
        self.apps.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Everything.
    pub(crate) fn all(&self) -> Vec<Arc<Watched<AppState>>> {
        self.apps.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

/// An app to work with. Clones are the same app.
#[derive(Clone, Debug)]
pub struct SinchApp {
    pub(super) world: Arc<World>,
    pub(super) state: Arc<Watched<AppState>>,
}

impl SinchApp {
    pub(crate) const fn new(world: Arc<World>, state: Arc<Watched<AppState>>) -> Self {
        Self { world, state }
    }

    /// The app's id.
    pub fn id(&self) -> String {
        self.state.read(|app| app.id.clone())
    }

    /// Everything there is to know of the app, as it is now.
    pub fn state(&self) -> AppState {
        self.state.read(Clone::clone)
    }

    /// Changes a setting: mode, templates, reports, whether the key works.
    pub fn set(&self, change: impl FnOnce(&mut AppState)) {
        self.state.change(change);
    }

    /// The person with this number (in digits) or user id, who is made if there is none.
    pub fn customer(&self, identity: &str) -> SinchCustomer {
        self.state.change(|app| {
            app.people.entry(identity.to_owned()).or_insert_with(|| SinchPerson::new(identity));
        });
        SinchCustomer::new(self.clone(), identity.to_owned())
    }

    /// What this customer was sent by the business, in order.
    pub fn received(&self, identity: &str) -> Vec<PhoneMessage> {
        self.state.read(|app| {
            app.people.get(identity).map(|person| person.received().into_iter().cloned().collect()).unwrap_or_default()
        })
    }

    /// Adds a webhook as a person does in Sinch's dashboard: for everything that a hub reads.
    pub fn add_webhook(&self, target: &str, secret: &str) {
        let triggers = [
            "MESSAGE_INBOUND",
            "MESSAGE_DELIVERY",
            "EVENT_INBOUND",
            "UNSUPPORTED",
            "OPT_IN",
            "OPT_OUT",
            "CHANNEL_EVENT",
        ];
        let triggers = triggers.iter().map(|trigger| (*trigger).to_owned()).collect();
        let webhook = Webhook { id: ulid(), target: target.to_owned(), secret: secret.to_owned(), triggers };
        self.state.change(|app| app.webhooks.push(webhook));
    }

    /// Ends every token that was given, before its time.
    pub fn end_tokens(&self) {
        self.state.change(|app| app.tokens.values_mut().for_each(|ends| *ends = 0));
    }

    /// Lets the next message that is taken fail, by delivery report with this reason.
    pub fn fail_later(&self, reason: &str) {
        self.state.change(|app| app.failing.push(reason.to_owned()));
    }

    /// Lets calls of one kind fail, or all of them.
    pub fn fail_on(&self, call: Option<SinchCall>, fault: impl Into<Fault>, when: When) {
        self.state.change(|app| app.faults.add(call, fault.into(), when));
    }

    /// Ends all faults, and makes the key work again.
    pub fn mend(&self) {
        self.state.change(|app| {
            app.faults.lift();
            app.failing.clear();
            app.key_works = true;
        });
    }

    /// Posts a callback of any content, signed, to every webhook that asked for `trigger`.
    pub async fn post(&self, trigger: &'static str, kind: &'static str, content: Value) -> Option<Post> {
        let at = self.state.change(AppState::tick);
        let callback = super::callback::Callback { trigger, kind, content, at, correlation_id: "" };
        super::callback::post(&self.world, &self.state, callback).await
    }

    /// What calls of the first webhook are signed with.
    pub fn signs_with(&self) -> String {
        self.state.read(|app| app.webhooks.first().map(|webhook| webhook.secret.clone())).unwrap_or_default()
    }

    /// Posts these very bytes, signed, to the first webhook.
    pub async fn post_bytes(&self, body: &[u8]) -> Option<Post> {
        let webhook = self.state.read(|app| app.webhooks.first().cloned())?;
        Some(webhook::post(&self.world, &self.state, &webhook, Bytes::copy_from_slice(body)).await)
    }

    /// Posts these very bytes to the first webhook, signed with `secret` at `at` (milliseconds since 1970).
    pub async fn post_signed(&self, body: &[u8], secret: &str, at: i64) -> Option<Post> {
        let target = self.state.read(|app| app.webhooks.first().map(|webhook| webhook.target.clone()))?;
        let headers = webhook::signature(secret, body, at);
        Some(webhook::post_once(&self.world.http, &target, Bytes::copy_from_slice(body), headers).await)
    }

    /// Posts a callback again as it was, nonce, time and all.
    pub async fn replay(&self, post: &Post) -> Post {
        webhook::post_once(&self.world.http, &post.url, post.body.clone(), post.headers.clone()).await
    }

    /// Waits until `done`, at most for `patience`, and gives the app as it then is.
    ///
    /// # Errors
    /// [`TimedOut`] says what there is instead.
    pub async fn wait_until(
        &self,
        done: impl FnMut(&AppState) -> bool,
        patience: Duration,
    ) -> Result<AppState, TimedOut> {
        self.state.until(patience, done, AppState::summary).await
    }
}
