//! What the worker works with: clients, settings, the clock and what it remembers between two batches.

use std::time::Duration;

use aws_config::SdkConfig;
use shared::http::{Client, Guard, HttpError};
use shared::links::FileLinks;
use shared::queue::{Inbound, LaterQueue};
use shared::secrets::Secrets;
use shared::sender::Sender;
use shared::store::Store;
use shared::time::{Clock, Timestamp};
use tokio::sync::Semaphore;

use crate::links::Links;
use crate::received::Visibility;
use crate::settings::Settings;

/// The worker of one process.
pub struct Worker {
    pub(crate) settings: Settings,
    pub(crate) store: Store,
    pub(crate) secrets: Secrets,
    pub(crate) inbound: Inbound,
    pub(crate) later: LaterQueue,
    pub(crate) visibility: Visibility,
    pub(crate) http: Client,
    pub(crate) sender: Sender,
    pub(crate) links: Links,
    pub(crate) clock: Clock,
    /// How many files may be in memory at once.
    pub(crate) files: Semaphore,
}

/// Each may be 25 MB, and lies in memory while it is fetched and while it is uploaded.
const FILES_AT_ONCE: usize = 3;

impl Worker {
    /// A worker with clients of its own.
    ///
    /// # Errors
    /// Where the system's certificates cannot be loaded.
    pub fn new(aws: &SdkConfig, settings: Settings) -> Result<Self, HttpError> {
        let sqs = aws_sdk_sqs::Client::new(aws);
        let guard = Guard::new(settings.allowed_private_networks.clone(), settings.runtime_api.clone());
        let http = Client::new(guard)?;
        let links = FileLinks::new(aws_sdk_s3::Client::new(aws), &settings.files_bucket);
        Ok(Self {
            store: Store::new(aws_sdk_dynamodb::Client::new(aws), &settings.table_name),
            secrets: Secrets::new(aws_sdk_secretsmanager::Client::new(aws), &settings.secrets_prefix),
            inbound: Inbound::new(sqs.clone(), &settings.inbound_queue_url),
            later: LaterQueue::new(sqs.clone(), &settings.later_queue_url),
            visibility: Visibility::new(sqs, &settings.inbound_queue_url),
            sender: Sender::new(http.clone(), settings.platforms.clone(), links),
            http,
            links: Links::default(),
            clock: Clock::default(),
            files: Semaphore::new(FILES_AT_ONCE),
            settings,
        })
    }

    /// The same worker with another clock.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Opens connections while the function starts, when time costs nothing. A failure shows again at the first record.
    pub async fn warm(&self) {
        let store = tokio::time::timeout(Duration::from_secs(2), self.store.unclaimed());
        let secrets = tokio::time::timeout(Duration::from_secs(2), self.secrets.meta_app(self.now()));
        let (store, secrets, ()) = tokio::join!(store, secrets, self.inbound.warm());
        if !matches!(store, Ok(Ok(_))) || !matches!(secrets, Ok(Ok(_))) {
            tracing::warn!("AWS did not answer while the function started");
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
