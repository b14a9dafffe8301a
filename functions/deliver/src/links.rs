//! From an account at a platform to the desk it is linked to, remembered for half a minute.

use std::time::Duration;

use secrecy::ExposeSecret;
use shared::cache::Cache;
use shared::channel::Channel;
use shared::envelope::{Envelope, Target, Work};
use shared::event::EventKind;
use shared::id::{AccountKey, IntegrationId};
use shared::openchannel::url::ReceiveUrl;
use shared::secrets::{IntegrationSecrets, SecretsError};
use shared::store::{DeskState, Health, Integration, StoreError};
use shared::time::Timestamp;

use crate::set_aside::health;
use crate::worker::Worker;

/// How old a claim or a state may be.
const FRESH: Duration = Duration::from_secs(30);

/// An integration with all that is needed to post to its desk.
pub(crate) struct Link {
    pub(crate) channel: Channel,
    pub(crate) integration: Integration,
    pub(crate) secrets: IntegrationSecrets,
    pub(crate) receive_url: ReceiveUrl,
}

/// Why there is no link. The work comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    #[error("the integration's settings cannot be used: {0}")]
    Unusable(&'static str),
}

/// What is remembered between two batches. Only what is there: what is missing may be made at any moment.
pub(crate) struct Links {
    owners: Cache<AccountKey, IntegrationId>,
    integrations: Cache<IntegrationId, Integration>,
}

/// Whether it is news for the account. What becomes of a message is for whoever sent that.
fn is_for_whoever_has_the_account(envelope: &Envelope) -> bool {
    match &envelope.work {
        Work::Event { event } => !matches!(event.kind, EventKind::Status { .. } | EventKind::Echo { .. }),
        Work::Unreadable { .. } => true,
        _ => false,
    }
}

impl Default for Links {
    fn default() -> Self {
        Self { owners: Cache::new(FRESH), integrations: Cache::new(FRESH) }
    }
}

impl Worker {
    /// The link that work is for; nothing where nobody has connected the account.
    pub(crate) async fn link(&self, envelope: &Envelope) -> Result<Option<Link>, LinkError> {
        let (now, target) = (self.now(), &envelope.target);
        let Some(integration) = self.integration_of(target, now).await? else { return Ok(None) };
        let is_after = |at| envelope.received_at > at;
        let integration = if is_for_whoever_has_the_account(envelope) && integration.taken_over_at.is_some_and(is_after)
        {
            // The platform still calls the address of the one before. Who had the account once may know that address, so that
            // nothing that comes there goes to another company, which may have the account by now.
            let anybodys = Target { account: integration.account.clone(), integration: None };
            let holder = self.integration_of(&anybodys, now).await?;
            holder.filter(|holder| holder.tenant == integration.tenant).unwrap_or(integration)
        } else {
            integration
        };
        self.usable(integration, now).await.map(Some)
    }

    /// The same as it is now, for work that a person may have asked for after changing a setting.
    pub(crate) async fn current_link(&self, id: IntegrationId) -> Result<Option<Link>, LinkError> {
        let now = self.now();
        let Some(integration) = self.store.current_integration(id).await? else { return Ok(None) };
        self.links.integrations.put(id, integration.clone(), now);
        self.secrets.expire(id, now);
        self.usable(integration, now).await.map(Some)
    }

    /// Remembers how the desk answers now, so that this process acts on it at once.
    pub(crate) fn remember_desk_health(&self, link: &Link, health: Health) {
        let changed = Integration { desk: health, ..link.integration.clone() };
        self.links.integrations.change(&link.integration.id, changed);
    }

    /// How the desk answered when it was last written down; fresher than `link` after a change by this process.
    pub(crate) fn desk_health(&self, link: &Link) -> Health {
        let known = self.links.integrations.get(&link.integration.id, self.now());
        known.map_or_else(|| link.integration.desk.clone(), |integration| integration.desk)
    }

    async fn integration_of(&self, target: &Target, now: Timestamp) -> Result<Option<Integration>, StoreError> {
        if let Some(id) = target.integration {
            return self.integration(id, now).await;
        }
        if let Some(id) = self.links.owners.get(&target.account, now)
            && let Some(integration) = self.integration(id, now).await?
        {
            return Ok(Some(integration));
        }
        // Read as it is now: an account that was connected a moment ago must not lose a message.
        let Some(id) = self.store.claim_holder(&target.account).await? else { return Ok(None) };
        self.links.owners.put(target.account.clone(), id, now);
        self.integration(id, now).await
    }

    async fn integration(&self, id: IntegrationId, now: Timestamp) -> Result<Option<Integration>, StoreError> {
        if let Some(known) = self.links.integrations.get(&id, now) {
            return Ok(Some(known));
        }
        let integration = self.store.current_integration(id).await?;
        if let Some(integration) = &integration {
            self.links.integrations.put(id, integration.clone(), now);
        }
        Ok(integration)
    }

    async fn usable(&self, integration: Integration, now: Timestamp) -> Result<Link, LinkError> {
        let channel = integration.channel().ok_or(LinkError::Unusable("an unknown channel"))?;
        let Some(secrets) = self.secrets.integration(integration.id, now).await? else {
            let reason = "the integration's secret is missing; delete the integration and make it again".to_owned();
            let broken = health(DeskState::Refuses, reason, self);
            self.store.set_desk_health(integration.id, &broken).await?;
            return Err(LinkError::Unusable("its secret is missing"));
        };
        let receive_url = secrets.receive_url.expose_secret().parse::<ReceiveUrl>();
        let receive_url = receive_url.map_err(|_| LinkError::Unusable("its Receive URL is none"))?;
        Ok(Link { channel, integration, secrets, receive_url })
    }
}
