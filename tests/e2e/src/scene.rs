//! A page, its desk and the integration between them, made anew for each test so that no test meets another's.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::Method;
use sandbox::meta::{Customer, MetaApp, Page};
use sandbox::motion::{Account, AccountConfig, AccountState};
use sandbox::{Sandbox, SandboxConfig};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::hub::Hub;
use crate::stack::stack;
use crate::told::Told;

/// How long a test waits for what should be there in a moment. Far more than it takes: only a failure waits so long.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A page, its desk and the integration between them.
#[derive(Clone)]
pub struct Scene {
    /// The administrator.
    pub hub: Hub,
    /// The page at Facebook.
    pub page: Page,
    /// The Open Channel account at Motion.
    pub desk: Account,
    /// The integration as the hub showed it when it was made.
    pub integration: Value,
}

/// A page and a desk that nothing links yet.
pub struct Offer {
    /// The administrator.
    pub hub: Hub,
    /// The page at Facebook.
    pub page: Page,
    /// The Open Channel account at Motion.
    pub desk: Account,
    /// What the administrator sends to link them.
    pub wanted: Value,
}

/// The outside world of this process, at the address that the stack expects it at. It outlives every test.
pub fn sandbox() -> &'static Sandbox {
    static WORLD: OnceLock<(Runtime, Sandbox)> = OnceLock::new();
    let (_, sandbox) = WORLD.get_or_init(|| {
        // A runtime of its own, on a thread of its own: a test's runtime ends with the test.
        std::thread::spawn(|| {
            let runtime = Runtime::new().unwrap();
            let stack = stack();
            let config = SandboxConfig {
                addr: stack.sandbox_url.trim_start_matches("http://").parse().unwrap(),
                hub_url: stack.hub_url.clone(),
                app: MetaApp {
                    id: stack.meta_app.app_id.clone(),
                    secret: stack.meta_app.app_secret.clone(),
                    verify_token: stack.meta_app.verify_token.clone(),
                },
            };
            let sandbox = runtime.block_on(Sandbox::start(config)).expect("the sandbox's port is taken");
            (runtime, sandbox)
        })
        .join()
        .unwrap()
    });
    sandbox
}

impl Offer {
    /// A new page and the account that `config` describes.
    pub async fn new(config: AccountConfig) -> Self {
        Self::of(sandbox().add_account(config)).await
    }

    /// A new page and this account.
    pub async fn of(desk: Account) -> Self {
        let number = unique();
        let page = sandbox().add_page(&number, "Northwind Tiles", &format!("EAAG-hush-{number}"));
        let wanted = json!({
            "channel": "facebook",
            "name": format!("Scene {number}"),
            "page_token": page.state().access_token,
            "receive_url": desk.receive_url(),
            "api_base_url": desk.api_url(),
            "api_key": desk.api_key(),
            "desk_account": desk.id().to_string(),
            "map_key": "facebook",
        });
        Self { hub: Hub::sign_in().await, page, desk, wanted }
    }

    /// Asks the hub to link them.
    pub async fn ask(&self) -> Told {
        self.hub.ask(Method::POST, "/api/integrations", Some(&self.wanted)).await
    }

    /// Links them, and enters the Reply URL at the desk.
    pub async fn take(self) -> Scene {
        let told = self.ask().await;
        assert_eq!(told.status, 201, "{}", told.text);
        let integration = told.json;
        self.desk.set_reply_url(integration["reply_url"].as_str().unwrap());
        Scene { hub: self.hub, page: self.page, desk: self.desk, integration }
    }
}

impl Scene {
    /// A new page linked to a new account.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// The same, after `change` of what the administrator sends.
    pub async fn with(change: impl FnOnce(&mut Value)) -> Self {
        Self::between(any_account(), change).await
    }

    /// A new page linked to the account that `config` describes.
    pub async fn between(config: AccountConfig, change: impl FnOnce(&mut Value)) -> Self {
        let mut offer = Offer::new(config).await;
        change(&mut offer.wanted);
        offer.take().await
    }

    /// A new page whose Meta app is its own and not the deployment's, served at an address of its own.
    pub async fn of_own_app() -> Self {
        let mut offer = Offer::new(any_account()).await;
        let app =
            MetaApp { id: unique(), secret: format!("own-{}", unique()), verify_token: format!("own-{}", unique()) };
        offer.wanted["app_secret"] = json!(app.secret);
        offer.wanted["verify_token"] = json!(app.verify_token);
        offer.page.set(|page| page.app = app);
        let scene = offer.take().await;
        let address = scene.integration["webhook_url"].as_str().unwrap();
        scene.page.set_webhook_path(address.strip_prefix(stack().hub_url.as_str()).unwrap());
        scene
    }

    /// The integration's id.
    pub fn id(&self) -> &str {
        self.integration["id"].as_str().unwrap()
    }

    /// A customer of the page.
    pub fn customer(&self) -> Customer {
        self.page.add_customer(None, "Ingrid", "Dahl")
    }

    /// What the desk got of a customer, in order.
    pub fn bodies(&self, customer: &Customer) -> Vec<String> {
        self.desk.read(|desk| desk.bodies_of(customer.psid()).into_iter().map(str::to_owned).collect())
    }

    /// Waits until the desk has this much of a customer; gives all of it.
    pub async fn until_bodies(&self, customer: &Customer, number: usize) -> Vec<String> {
        self.until_desk(|desk| desk.bodies_of(customer.psid()).len() >= number).await;
        self.bodies(customer)
    }

    /// Waits for a state of the desk.
    pub async fn until_desk(&self, done: impl FnMut(&AccountState) -> bool) -> AccountState {
        self.desk.wait_until(done, PATIENCE).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Asks the hub until it shows an integration as wanted.
    pub async fn until_integration(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        until(async || {
            let integration = self.hub.integration(self.id()).await;
            if wanted(&integration) { Ok(integration) } else { Err(integration.to_string()) }
        })
        .await
    }

    /// Asks the hub until this many messages are kept in a state.
    pub async fn until_kept(&self, state: &str, number: usize) -> Vec<Value> {
        until(async || {
            let messages = self.hub.messages(self.id(), state).await;
            if messages.len() == number { Ok(messages) } else { Err(format!("{} {state}", messages.len())) }
        })
        .await
    }
}

/// Asks again until there is an answer; what was seen last, if there is none in time.
pub async fn until<T>(mut ask: impl AsyncFnMut() -> Result<T, String>) -> T {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        match ask().await {
            Ok(found) => return found,
            Err(seen) if tokio::time::Instant::now() > deadline => panic!("not within {PATIENCE:?}: {seen}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

/// An account on a Motion server of its own.
pub fn any_account() -> AccountConfig {
    AccountConfig::new(&format!("server-{}", unique()))
}

/// Digits that no other test has, of this run or an earlier one.
pub fn unique() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{}{next:03}", shared::time::Timestamp::now().millis())
}
