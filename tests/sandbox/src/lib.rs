//! The outside world on one machine: Facebook with its customers' phones, and XCALLY Motion with its agents.
//!
//! Both are strict: they refuse what the real ones refuse, in the same words, so that a hub that gets along with them
//! gets along with the world. Both can be told to fail. What they know is kept by page and by account, so tests that run
//! side by side do not disturb each other. Nothing here uses the hub's own code: it is an independent witness.
//!
//! - Graph API: `{url}/graph/v26.0/...`; files of customers: `{url}/graph/media/...`, at WhatsApp
//!   `{url}/graph/whatsapp_business/attachments/...`
//! - The page, for people: `{url}/`; the same by JSON: `{url}/control/...`
//! - Twilio's APIs: `{url}/twilio/...`
//! - Sinch, sign-in and Conversation API: `{url}/sinch/...`; files of customers: `{url}/sinch/media/...`
//! - Kaleyra, both APIs: `{url}/kaleyra/...`; files of customers: `{url}/kaleyra/media/...`
//! - Motion: `{url}/motion/{server}/api/...` for a server of any name; the vendor's proxy: `{url}/motion-proxy/api/...`

mod clock;
mod control;
mod faults;
mod ids;
pub mod kaleyra;
pub mod meta;
pub mod motion;
mod page;
mod record;
mod server;
pub mod sinch;
#[cfg(test)]
mod testing;
pub mod twilio;
mod watched;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get};
use tokio::net::TcpListener;

pub use faults::{Answer, Fault, Faults, When};
use meta::{MetaApp, Page, PageState};
use motion::{Account, AccountConfig, DeskServer};
pub use record::{Call, Calls};
use server::Server;
pub use watched::TimedOut;
use watched::{Changes, Watched};

/// Where the sandbox listens and what it talks to.
#[derive(Clone, Debug)]
pub struct SandboxConfig {
    /// Where to listen; port 0 takes any free one.
    pub addr: SocketAddr,
    /// The hub's base address, without a slash at its end.
    pub hub_url: String,
    /// The Meta app that pages are connected to.
    pub app: MetaApp,
}

/// The running outside world. Clones are the same one; it stops with the last of them, or when told.
#[derive(Clone, Debug)]
pub struct Sandbox {
    pub(crate) world: Arc<World>,
    server: Arc<Mutex<Option<Server>>>,
}

impl Sandbox {
    /// Starts listening.
    ///
    /// # Errors
    /// The address is taken, or is none of this machine.
    pub async fn start(config: SandboxConfig) -> io::Result<Self> {
        let listener = TcpListener::bind(config.addr).await?;
        let world = Arc::new(World::new(listener.local_addr()?, config)?);
        let server = Server::serve(listener, router(Arc::clone(&world)))?;
        Ok(Self { world, server: Arc::new(Mutex::new(Some(server))) })
    }

    /// The base address of everything here.
    pub fn url(&self) -> &str {
        &self.world.url
    }

    /// What the hub takes as base address of the Graph API.
    pub fn graph_url(&self) -> String {
        format!("{}/graph", self.world.url)
    }

    /// The Meta app that new pages are connected to.
    pub fn app(&self) -> &MetaApp {
        &self.world.app
    }

    /// Where new pages post their webhooks to: this address and `/fb/webhook`.
    pub fn set_hub_url(&self, url: &str) {
        *self.world.hub_url.lock().unwrap_or_else(PoisonError::into_inner) = url.trim_end_matches('/').to_owned();
    }

    /// Adds a page. One that is there already stays as it is.
    pub fn add_page(&self, id: &str, name: &str, access_token: &str) -> Page {
        self.world.add_page(id, name, access_token)
    }

    /// Gives a person a token of their own, which is no page's.
    pub fn add_person(&self, id: &str, name: &str, access_token: &str) {
        let person = Person { id: id.to_owned(), name: name.to_owned() };
        self.world.people.lock().unwrap_or_else(PoisonError::into_inner).insert(access_token.to_owned(), person);
    }

    /// The page with this id.
    pub fn page(&self, id: &str) -> Option<Page> {
        let state = self.world.page(id)?;
        Some(Page::new(Arc::clone(&self.world), state))
    }

    /// Adds a number of the WhatsApp Cloud API. One that is there already stays as it is.
    pub fn add_whatsapp_number(&self, config: meta::whatsapp::NumberConfig) -> meta::whatsapp::Number {
        meta::whatsapp::WhatsApp::add(&self.world, config)
    }

    /// The number of the WhatsApp Cloud API with this phone number id.
    pub fn whatsapp_number(&self, phone_number_id: &str) -> Option<meta::whatsapp::Number> {
        let state = self.world.whatsapp.number(phone_number_id)?;
        Some(meta::whatsapp::Number::new(Arc::clone(&self.world), state))
    }

    /// What the hub takes as base address of Twilio's REST API.
    pub fn twilio_url(&self) -> String {
        format!("{}/twilio", self.world.url)
    }

    /// Adds a WhatsApp number at Twilio. One that is there already stays as it is.
    pub fn add_twilio_number(&self, config: twilio::NumberConfig) -> twilio::Number {
        self.world.twilio.add(&self.world, config)
    }

    /// The number (digits) of an account at Twilio.
    pub fn twilio_number(&self, account_sid: &str, number: &str) -> Option<twilio::Number> {
        let state = self.world.twilio.number(account_sid, number)?;
        Some(twilio::Number::new(Arc::clone(&self.world), state))
    }

    /// What the hub takes as base address of Sinch's APIs.
    pub fn sinch_url(&self) -> String {
        format!("{}/sinch", self.world.url)
    }

    /// Adds a Sinch app. One that is there already stays as it is.
    pub fn add_sinch_app(&self, config: sinch::AppConfig) -> sinch::SinchApp {
        sinch::Sinch::add(&self.world, config)
    }

    /// The Sinch app with this id.
    pub fn sinch_app(&self, id: &str) -> Option<sinch::SinchApp> {
        let state = self.world.sinch.app(id)?;
        Some(sinch::SinchApp::new(Arc::clone(&self.world), state))
    }

    /// What the hub takes as base address of Kaleyra's API.
    pub fn kaleyra_url(&self) -> String {
        format!("{}/kaleyra", self.world.url)
    }

    /// Adds a WhatsApp number at Kaleyra. One that is there already stays as it is.
    pub fn add_kaleyra_number(&self, config: kaleyra::NumberConfig) -> kaleyra::Number {
        self.world.kaleyra.add(&self.world, config)
    }

    /// The number (digits) at Kaleyra.
    pub fn kaleyra_number(&self, number: &str) -> Option<kaleyra::Number> {
        let state = self.world.kaleyra.number(number)?;
        Some(kaleyra::Number::new(Arc::clone(&self.world), state))
    }

    /// Adds an Open Channel account. One that is there already stays as it is.
    pub fn add_account(&self, config: AccountConfig) -> Account {
        Account::add(&self.world, &self.world.url, config)
    }

    /// The account with this id on the Motion server of this name.
    pub fn account(&self, server: &str, id: u64) -> Option<Account> {
        Account::find(&self.world, server, id)
    }

    /// Closes the listener and every connection.
    pub async fn stop(&self) {
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(server) = server {
            server.stop().await;
        }
    }
}

/// What the simulators know.
#[derive(Debug)]
pub(crate) struct World {
    url: String,
    hub_url: Mutex<String>,
    app: MetaApp,
    http: reqwest::Client,
    changes: Changes,
    pages: Mutex<BTreeMap<String, Arc<Watched<PageState>>>>,
    people: Mutex<BTreeMap<String, Person>>,
    media: meta::media::Media,
    whatsapp: meta::whatsapp::WhatsApp,
    twilio: twilio::Twilio,
    sinch: sinch::Sinch,
    kaleyra: kaleyra::Kaleyra,
    desks: Mutex<BTreeMap<String, Arc<DeskServer>>>,
}

impl World {
    fn new(addr: SocketAddr, config: SandboxConfig) -> io::Result<Self> {
        // Everything is on this machine; a proxy from the environment would only be in the way.
        // No connection is kept: each lives on the runtime of the test that opened it, and ends with that.
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().map_err(io::Error::other)?;
        Ok(Self {
            url: format!("http://{addr}"),
            hub_url: Mutex::new(config.hub_url.trim_end_matches('/').to_owned()),
            app: config.app,
            http,
            changes: Changes::new(),
            pages: Mutex::default(),
            people: Mutex::default(),
            media: meta::media::Media::default(),
            whatsapp: meta::whatsapp::WhatsApp::default(),
            twilio: twilio::Twilio::default(),
            sinch: sinch::Sinch::default(),
            kaleyra: kaleyra::Kaleyra::default(),
            desks: Mutex::default(),
        })
    }

    pub(crate) fn hub_url(&self) -> String {
        self.hub_url.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn add_page(self: &Arc<Self>, id: &str, name: &str, access_token: &str) -> Page {
        let webhook_url = format!("{}/fb/webhook", self.hub_url());
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        let state = pages.entry(id.to_owned()).or_insert_with(|| {
            let (id, name, token) = (id.to_owned(), name.to_owned(), access_token.to_owned());
            Arc::new(Watched::new(PageState::new(id, name, token, self.app.clone(), webhook_url), &self.changes))
        });
        Page::new(Arc::clone(self), Arc::clone(state))
    }

    pub(crate) fn all_pages(&self) -> Vec<Arc<Watched<PageState>>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    pub(crate) fn page(&self, id: &str) -> Option<Arc<Watched<PageState>>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    pub(crate) fn page_of_token(&self, token: &str) -> Option<Arc<Watched<PageState>>> {
        self.all_pages().into_iter().find(|page| page.read(|page| page.access_token == token))
    }

    pub(crate) fn person_of_token(&self, token: &str) -> Option<Person> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner).get(token).cloned()
    }
}

/// Somebody with an account at Facebook, by the token of whom an app may act.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// Everything that can be asked of the outside world.
pub(crate) fn router(world: Arc<World>) -> Router {
    Router::new()
        .route("/graph/media/{id}/{name}", get(meta::media::serve))
        .route("/graph/whatsapp_business/attachments/", get(meta::whatsapp::serve_file))
        .route("/graph/{*path}", any(meta::graph::serve))
        .merge(twilio::router())
        .route("/sinch/media/{id}/{name}", get(sinch::media::serve))
        .route("/sinch/{*path}", any(sinch::door::serve))
        .merge(kaleyra::router())
        .merge(motion::door::router())
        .merge(control::router())
        .merge(page::router())
        // How large a body may be is each simulator's own to say.
        .layer(DefaultBodyLimit::disable())
        .with_state(world)
}
