//! What the function works with: clients, settings, and what it remembers between two calls.

use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use shared::cache::Cache;
use shared::http::{Auth, Client, Guard, HttpError, Outgoing, Purpose};
use shared::id::IntegrationId;
use shared::links::FileLinks;
use shared::secrets::Secrets;
use shared::sender::Sender;
use shared::store::{Bridge, Health, Integration, Store, StoreError};
use shared::time::{Clock, Timestamp};

use crate::settings::Settings;

/// How old the record of an integration, or the list of those behind the bridge, may be.
const FRESH: Duration = Duration::from_secs(30);
/// How long each call may take that only opens a connection while the function starts.
const WARM_UP: Duration = Duration::from_secs(2);

/// The clients and the memory of one process.
pub struct Shell {
    pub(crate) settings: Settings,
    pub(crate) store: Store,
    pub(crate) secrets: Secrets,
    pub(crate) http: Client,
    pub(crate) sender: Sender,
    clock: Clock,
    integrations: Cache<IntegrationId, Arc<Integration>>,
    bridges: Cache<(), Arc<[Bridge]>>,
}

impl Shell {
    /// A shell with clients of its own.
    ///
    /// # Errors
    /// Where the system's certificates cannot be loaded.
    pub fn new(aws: &SdkConfig, settings: Settings) -> Result<Self, HttpError> {
        let guard = Guard::new(settings.allowed_private_networks.clone(), settings.runtime_api.clone());
        let http = Client::new(guard)?;
        let links = FileLinks::new(aws_sdk_s3::Client::new(aws), &settings.files_bucket);
        Ok(Self {
            store: Store::new(aws_sdk_dynamodb::Client::new(aws), &settings.table_name),
            secrets: Secrets::new(aws_sdk_secretsmanager::Client::new(aws), &settings.secrets_prefix),
            sender: Sender::new(http.clone(), settings.platforms.clone(), links),
            http,
            clock: Clock::default(),
            integrations: Cache::new(FRESH),
            bridges: Cache::new(FRESH),
            settings,
        })
    }

    /// The same shell with another clock.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Opens connections while the function starts, when time costs nothing. A failure shows again at the first call.
    pub async fn warm(&self) {
        let base = &self.settings.platforms.graph_base_url;
        let hello = Outgoing::get(base.clone(), Auth::None);
        let platform = self.http.send(Purpose::Platform { base }, hello, WARM_UP, 0);
        let store = tokio::time::timeout(WARM_UP, self.bridges(self.now()));
        let secrets = tokio::time::timeout(WARM_UP, self.secrets.meta_app(self.now()));
        let (platform, store, secrets) = tokio::join!(platform, store, secrets);
        let (platform, store, secrets) = (platform.is_ok(), matches!(store, Ok(Ok(_))), matches!(secrets, Ok(Ok(_))));
        if !(platform && store && secrets) {
            tracing::warn!(platform, store, secrets, "not everything answered while the function started");
        }
    }

    /// An integration by its id; half a minute old at most.
    pub(crate) async fn integration(
        &self,
        id: IntegrationId,
        now: Timestamp,
    ) -> Result<Option<Arc<Integration>>, StoreError> {
        if let Some(known) = self.integrations.get(&id, now) {
            return Ok(Some(known));
        }
        let found = self.store.integration(id).await?.map(Arc::new);
        if let Some(integration) = &found {
            self.integrations.put(id, integration.clone(), now);
        }
        Ok(found)
    }

    /// The integrations behind the bridge; half a minute old at most.
    pub(crate) async fn bridges(&self, now: Timestamp) -> Result<Arc<[Bridge]>, StoreError> {
        if let Some(known) = self.bridges.get(&(), now) {
            return Ok(known);
        }
        let found: Arc<[Bridge]> = self.store.bridges().await?.into();
        self.bridges.put((), found.clone(), now);
        Ok(found)
    }

    /// Writes down how the platform takes an integration's credential. The next reply of this process knows it as well.
    pub(crate) async fn set_platform_health(
        &self,
        integration: &Integration,
        health: Health,
    ) -> Result<(), StoreError> {
        self.store.set_platform_health(integration.id, &health).await?;
        let changed = Integration { platform: health, ..integration.clone() };
        self.integrations.change(&integration.id, Arc::new(changed));
        Ok(())
    }
}
