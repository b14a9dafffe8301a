//! From an account at a platform to the desk it is linked to, remembered for half a minute.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use secrecy::ExposeSecret;
use shared::channel::Channel;
use shared::envelope::Target;
use shared::id::{AccountKey, IntegrationId};
use shared::openchannel::url::ReceiveUrl;
use shared::secrets::{IntegrationSecrets, SecretsError};
use shared::store::{Health, Integration, StoreError};
use shared::time::Timestamp;

use crate::worker::Worker;

/// How old a claim or a state may be.
const FRESH: Duration = Duration::from_secs(30);
/// How many are remembered, so that foreign accounts cannot fill the memory.
const CACHE_SIZE: usize = 10_000;

/// An integration with all that is needed to post to its desk.
pub(crate) struct Link {
    pub(crate) channel: Channel,
    pub(crate) integration: Integration,
    pub(crate) secrets: IntegrationSecrets,
    pub(crate) receive_url: ReceiveUrl,
}

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    #[error("the integration's settings cannot be used: {0}")]
    Unusable(String),
}

/// What is remembered between two batches.
#[derive(Default)]
pub(crate) struct Links {
    owners: Cache<AccountKey, Option<IntegrationId>>,
    integrations: Cache<IntegrationId, Option<Integration>>,
}

impl Worker {
    /// The link that work is for; nothing where nobody has connected the account.
    pub(crate) async fn link(&self, target: &Target) -> Result<Option<Link>, LinkError> {
        let now = self.now();
        let Some(id) = self.owner(target, now).await? else { return Ok(None) };
        let Some(integration) = self.integration(id, now).await? else { return Ok(None) };
        let Some(secrets) = self.secrets.integration(id, now).await? else { return Ok(None) };
        Self::usable(integration, secrets)
    }

    /// The same as it is now, for work that a person may have asked for after changing a setting.
    pub(crate) async fn current_link(&self, id: IntegrationId) -> Result<Option<Link>, LinkError> {
        let now = self.now();
        let Some(integration) = self.store.current_integration(id).await? else { return Ok(None) };
        self.links.integrations.put(id, Some(integration.clone()), now);
        let Some(secrets) = self.secrets.current_integration(id, now).await? else { return Ok(None) };
        Self::usable(integration, secrets)
    }

    fn usable(integration: Integration, secrets: IntegrationSecrets) -> Result<Option<Link>, LinkError> {
        let receive_url = secrets.receive_url.expose_secret().parse::<ReceiveUrl>();
        let receive_url = receive_url.map_err(|error| LinkError::Unusable(error.to_string()))?;
        let channel = Channel::named(&integration.channel)
            .ok_or_else(|| LinkError::Unusable(format!("{} is no channel of this version", integration.channel)))?;
        Ok(Some(Link { channel, integration, secrets, receive_url }))
    }

    /// Remembers how the desk answers now, so that this process acts on it at once.
    pub(crate) async fn set_desk_health(&self, link: &Link, health: Health) -> Result<(), StoreError> {
        let id = link.integration.id;
        self.store.set_desk_health(id, &health).await?;
        let changed = Integration { desk: health, ..link.integration.clone() };
        self.links.integrations.put(id, Some(changed), self.now());
        Ok(())
    }

    /// How the desk answered when it was last written down; fresher than `link` after a change by this process.
    pub(crate) fn desk_is_away(&self, link: &Link) -> bool {
        let known = self.links.integrations.get(&link.integration.id, self.now()).flatten();
        known.as_ref().unwrap_or(&link.integration).desk.is_broken()
    }

    async fn owner(&self, target: &Target, now: Timestamp) -> Result<Option<IntegrationId>, StoreError> {
        if let Some(id) = target.integration {
            return Ok(Some(id));
        }
        if let Some(known) = self.links.owners.get(&target.account, now) {
            return Ok(known);
        }
        let owner = self.store.account_owner(&target.account).await?;
        self.links.owners.put(target.account.clone(), owner, now);
        Ok(owner)
    }

    async fn integration(&self, id: IntegrationId, now: Timestamp) -> Result<Option<Integration>, StoreError> {
        if let Some(known) = self.links.integrations.get(&id, now) {
            return Ok(known);
        }
        let integration = self.store.integration(id).await?;
        self.links.integrations.put(id, integration.clone(), now);
        Ok(integration)
    }
}

struct Cache<K, V>(Mutex<HashMap<K, (Timestamp, V)>>);

impl<K, V> Default for Cache<K, V> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<K: Eq + Hash, V: Clone> Cache<K, V> {
    fn get(&self, key: &K, now: Timestamp) -> Option<V> {
        let map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        map.get(key).filter(|(read_at, _)| now.since(*read_at) < FRESH).map(|(_, value)| value.clone())
    }

    fn put(&self, key: K, value: V, now: Timestamp) {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if map.len() >= CACHE_SIZE {
            map.retain(|_, (read_at, _)| now.since(*read_at) < FRESH);
        }
        if map.len() < CACHE_SIZE {
            map.insert(key, (now, value));
        }
    }
}
