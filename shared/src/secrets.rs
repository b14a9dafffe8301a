//! Secrets Manager behind a small cache: five minutes with jitter, and the old value while AWS fails or hangs.
//!
//! One secret an integration (`PREFIX/integration/ID`), one for the deployment's Meta app (`PREFIX/meta-app`). What is
//! read is a type that cannot be printed.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::channel::{PathGuard, PlatformCredential, WebhookKeys};
use crate::id::{AccountKey, IntegrationId};
use crate::openchannel::account::{Credential, MotionApi};
use crate::store::Integration;
use crate::time::Timestamp;

/// How long a value is taken as current. Up to a fifth more is added, so that a fleet does not ask at once.
const FRESH: Duration = Duration::from_secs(300);
/// How long "there is no such secret" is remembered.
const ABSENT: Duration = Duration::from_secs(60);
/// How often at most a failed authentication may ask for a newer value.
const REFRESH_PAUSE: Duration = Duration::from_secs(30);
/// What was read so short a while ago is as new as it gets.
const JUST_READ: Duration = Duration::from_secs(1);
/// How long a newer value is waited for where an older one is at hand.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long the older value is taken without asking again, where no newer one could be had.
const STALE_PAUSE: Duration = Duration::from_secs(30);
/// How many values are remembered; unknown ids cannot fill the memory.
const CACHE_SIZE: usize = 10_000;

/// What an integration keeps secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IntegrationSecrets {
    /// The account the integration is for. No secret; here so that a webhook needs no other store.
    pub account: AccountKey,
    /// What the platform takes from us.
    pub platform: PlatformCredential,
    /// What the platform signs its calls of the integration's own address with, newest first; empty where the deployment's
    /// app serves it.
    #[serde(default, serialize_with = "all_exposed")]
    pub app_secrets: Vec<SecretString>,
    /// Verify tokens of the integration's own route, newest first.
    #[serde(default, serialize_with = "all_exposed")]
    pub verify_tokens: Vec<SecretString>,
    /// The integration's own webhook address as it was entered at the platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
    /// What stands guard over that address where the platform signs nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook_guard: Option<PathGuard>,
    /// Where Motion takes messages; its query is a credential.
    #[serde(serialize_with = "exposed")]
    pub receive_url: SecretString,
    /// Where Motion's REST API is. No secret; here because the credential is meant for this address alone, and a worker that
    /// knows an older secret must know the address that went with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_base_url: Option<String>,
    /// What Motion's REST API takes from us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk: Option<DeskCredential>,
    /// The unguessable part of the Reply URL, newest first.
    #[serde(serialize_with = "all_exposed")]
    pub reply_secrets: Vec<SecretString>,
}

/// What Motion's REST API takes from us.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DeskCredential {
    /// An API key, sent in the query.
    ApiKey {
        /// The key.
        #[serde(serialize_with = "exposed")]
        key: SecretString,
    },
    /// A user of Motion.
    Basic {
        /// Name or address of the user.
        user: String,
        /// The user's password.
        #[serde(serialize_with = "exposed")]
        password: SecretString,
    },
}

/// The deployment's Meta app. One value of each kind, as the template makes it and a person fills it in, or lists for
/// the time of a rotation, newest first.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct MetaApp {
    /// Its id.
    #[serde(default)]
    pub app_id: String,
    #[serde(default)]
    app_secret: SecretString,
    #[serde(default)]
    app_secrets: Vec<SecretString>,
    #[serde(default)]
    verify_token: SecretString,
    #[serde(default)]
    verify_tokens: Vec<SecretString>,
}

impl MetaApp {
    /// What authenticates its webhook calls.
    pub fn webhook_keys(&self) -> WebhookKeys {
        WebhookKeys {
            secrets: filled(&self.app_secret, &self.app_secrets),
            verify_tokens: filled(&self.verify_token, &self.verify_tokens),
            ..WebhookKeys::default()
        }
    }

    /// The secret to prove calls of Graph with; nothing before a person has filled it in.
    pub fn app_secret(&self) -> Option<SecretString> {
        filled(&self.app_secret, &self.app_secrets).into_iter().next()
    }
}

fn filled(one: &SecretString, more: &[SecretString]) -> Vec<SecretString> {
    std::iter::once(one).chain(more).filter(|secret| !secret.expose_secret().is_empty()).cloned().collect()
}

impl IntegrationSecrets {
    /// What authenticates calls of the integration's own route.
    pub fn webhook_keys(&self) -> WebhookKeys {
        WebhookKeys {
            secrets: self.app_secrets.clone(),
            verify_tokens: self.verify_tokens.clone(),
            url: self.webhook_url.clone(),
            guard: self.webhook_guard.clone(),
        }
    }
}

impl IntegrationSecrets {
    /// The integration's own webhook address, as a message may name it for its statuses. Nothing where calls must carry more
    /// than the address: what is called by a message's own word carries no more.
    pub fn callback_url(&self) -> Option<&str> {
        let guarded = |guard: &PathGuard| !guard.headers.is_empty() || !guard.users.is_empty();
        self.webhook_url.as_deref().filter(|_| !self.webhook_guard.as_ref().is_some_and(guarded))
    }

    /// Motion's REST API as this integration may use it; nothing without a base address or a credential.
    pub fn motion_api(&self, integration: &Integration) -> Option<MotionApi> {
        let base = self.api_base_url.as_deref()?.parse().ok()?;
        let credential = match self.desk.as_ref()? {
            DeskCredential::ApiKey { key } => Credential::ApiKey(key.clone()),
            DeskCredential::Basic { user, password } => {
                Credential::Basic { user: user.clone(), password: password.clone() }
            }
        };
        Some(MotionApi { base, credential, account: integration.desk_account.clone().unwrap_or_default() })
    }
}

pub(crate) fn exposed<S: serde::Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

pub(crate) fn all_exposed<S: serde::Serializer>(secrets: &[SecretString], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(secrets.iter().map(ExposeSecret::expose_secret))
}

/// Why a secret could not be had or kept.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// AWS did not answer as it should, and nothing older is at hand.
    #[error("Secrets Manager: {0}")]
    Unavailable(String),
    /// The secret's text is not what the hub writes.
    #[error("the secret {0} is not in the form that the hub writes")]
    Malformed(String),
}

/// The secrets of a deployment.
#[derive(Clone)]
pub struct Secrets {
    client: Client,
    prefix: Arc<str>,
    cache: Arc<Mutex<HashMap<String, Entry>>>,
    jitter: Arc<RandomState>,
}

#[derive(Clone)]
struct Entry {
    value: Option<SecretString>,
    read_at: Timestamp,
    /// When a failed authentication last had it read anew.
    refreshed_at: Option<Timestamp>,
    stale_at: Timestamp,
}

impl Secrets {
    /// The secrets whose names begin with `prefix`.
    pub fn new(client: Client, prefix: &str) -> Self {
        Self { client, prefix: prefix.into(), cache: Arc::default(), jitter: Arc::default() }
    }

    /// What an integration keeps secret; nothing where there is no such integration.
    ///
    /// # Errors
    /// [`SecretsError`] when it cannot be had.
    pub async fn integration(
        &self,
        id: IntegrationId,
        now: Timestamp,
    ) -> Result<Option<IntegrationSecrets>, SecretsError> {
        self.read(&self.integration_name(id), now).await
    }

    /// What an integration keeps secret as it is now, for whoever writes it back: an older value would undo a change.
    ///
    /// # Errors
    /// [`SecretsError`] when it cannot be had.
    pub async fn current_integration(
        &self,
        id: IntegrationId,
        now: Timestamp,
    ) -> Result<Option<IntegrationSecrets>, SecretsError> {
        let name = self.integration_name(id);
        self.lock().remove(&name);
        self.read(&name, now).await
    }

    /// The deployment's Meta app; an empty one where none was set up.
    ///
    /// # Errors
    /// [`SecretsError`] when it cannot be had.
    pub async fn meta_app(&self, now: Timestamp) -> Result<MetaApp, SecretsError> {
        Ok(self.read(&self.meta_app_name(), now).await?.unwrap_or_default())
    }

    /// What proves that a token is used by the app it was given to: the secret of the integration's own app, else that of the
    /// deployment's; nothing where neither was set up.
    ///
    /// # Errors
    /// [`SecretsError`] when it cannot be had.
    pub async fn app_secret(
        &self,
        own: &IntegrationSecrets,
        now: Timestamp,
    ) -> Result<Option<SecretString>, SecretsError> {
        match own.app_secrets.first() {
            Some(secret) => Ok(Some(secret.clone())),
            None => Ok(self.meta_app(now).await?.app_secret()),
        }
    }

    /// Has the Meta app's value, or an integration's, read anew, unless this was asked for less than 30 s ago. Says whether a
    /// new read is worth a try: a rotated secret is seen at once, a flood of bad signatures is not passed on to AWS.
    pub fn refresh(&self, integration: Option<IntegrationId>, now: Timestamp) -> bool {
        let name = integration.map_or_else(|| self.meta_app_name(), |id| self.integration_name(id));
        let mut cache = self.lock();
        match cache.get_mut(&name) {
            Some(entry) if now.since(entry.read_at) < JUST_READ => false,
            Some(entry) if entry.refreshed_at.is_some_and(|at| now.since(at) < REFRESH_PAUSE) => false,
            Some(entry) => {
                entry.stale_at = now;
                entry.refreshed_at = Some(now);
                true
            }
            None => true,
        }
    }

    /// Lets the next read of an integration's secrets ask for newer ones. Until those are there the known ones stay at hand.
    pub fn expire(&self, id: IntegrationId, now: Timestamp) {
        if let Some(entry) = self.lock().get_mut(&self.integration_name(id)) {
            entry.stale_at = entry.stale_at.min(now);
        }
    }

    /// Makes an integration's secret, or gives an existing one a new value.
    ///
    /// # Errors
    /// [`SecretsError`] when AWS does not take it.
    pub async fn put_integration(
        &self,
        id: IntegrationId,
        secrets: &IntegrationSecrets,
        now: Timestamp,
    ) -> Result<(), SecretsError> {
        let name = self.integration_name(id);
        let text = serde_json::to_string(secrets).map_err(|_| SecretsError::Malformed(name.clone()))?;
        let put = self.client.put_secret_value().secret_id(&name).secret_string(&text).send().await;
        match put {
            Ok(_) => {}
            Err(error) if error.as_service_error().is_some_and(|e| e.is_resource_not_found_exception()) => {
                let create = self.client.create_secret().name(&name).secret_string(&text);
                create
                    .description("Open Channel Hub: tokens of one integration")
                    .send()
                    .await
                    .map_err(|error| unavailable(&error))?;
            }
            Err(error) => return Err(unavailable(&error)),
        }
        self.remember(&name, Some(SecretString::from(text)), now);
        Ok(())
    }

    /// Deletes an integration's secret at once; one that is already gone is fine.
    ///
    /// # Errors
    /// [`SecretsError`] when AWS does not do it.
    pub async fn delete_integration(&self, id: IntegrationId, now: Timestamp) -> Result<(), SecretsError> {
        let name = self.integration_name(id);
        let deleted = self.client.delete_secret().secret_id(&name).force_delete_without_recovery(true).send().await;
        match deleted {
            Ok(_) => {}
            Err(error) if error.as_service_error().is_some_and(|e| e.is_resource_not_found_exception()) => {}
            Err(error) => return Err(unavailable(&error)),
        }
        self.remember(&name, None, now);
        Ok(())
    }

    async fn read<T: for<'a> Deserialize<'a>>(&self, name: &str, now: Timestamp) -> Result<Option<T>, SecretsError> {
        let Some(text) = self.text(name, now).await? else { return Ok(None) };
        serde_json::from_str(text.expose_secret()).map(Some).map_err(|_| SecretsError::Malformed(name.to_owned()))
    }

    async fn text(&self, name: &str, now: Timestamp) -> Result<Option<SecretString>, SecretsError> {
        let known = self.lock().get(name).cloned();
        if let Some(entry) = &known
            && now < entry.stale_at
        {
            return Ok(entry.value.clone());
        }
        let Some(known) = known else { return self.newest(name, now).await };
        let error = match tokio::time::timeout(PATIENCE, self.newest(name, now)).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer in time".to_owned(),
        };
        tracing::warn!(error, "Secrets Manager fails; the older value is used");
        self.postpone(name, now);
        Ok(known.value)
    }

    /// Asks AWS, and remembers what it says.
    async fn newest(&self, name: &str, now: Timestamp) -> Result<Option<SecretString>, SecretsError> {
        let value = match self.client.get_secret_value().secret_id(name).send().await {
            Ok(answer) => answer.secret_string.map(SecretString::from),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_resource_not_found_exception()) => None,
            Err(error) => return Err(unavailable(&error)),
        };
        self.remember(name, value.clone(), now);
        Ok(value)
    }

    /// Lets a stale value be taken for a little longer, so that not every call waits for AWS in vain.
    fn postpone(&self, name: &str, now: Timestamp) {
        if let Some(entry) = self.lock().get_mut(name) {
            entry.stale_at = entry.stale_at.max(now.plus(STALE_PAUSE));
        }
    }

    fn remember(&self, name: &str, value: Option<SecretString>, now: Timestamp) {
        let fresh = if value.is_some() { FRESH } else { ABSENT };
        let jitter = fresh.mul_f64((self.jitter.hash_one(name) % 1000) as f64 / 5000.0);
        let mut cache = self.lock();
        let refreshed_at = cache.get(name).and_then(|known| known.refreshed_at);
        let entry = Entry { value, read_at: now, refreshed_at, stale_at: now.plus(fresh).plus(jitter) };
        if cache.len() >= CACHE_SIZE {
            // What nobody has is the first to go: anybody can ask for more of it.
            cache.retain(|_, entry| entry.value.is_some());
        }
        if cache.len() >= CACHE_SIZE {
            cache.retain(|known, entry| known == name || now < entry.stale_at);
        }
        if cache.len() < CACHE_SIZE || cache.contains_key(name) {
            cache.insert(name.to_owned(), entry);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Entry>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn integration_name(&self, id: IntegrationId) -> String {
        format!("{}/integration/{id}", self.prefix)
    }

    fn meta_app_name(&self) -> String {
        format!("{}/meta-app", self.prefix)
    }
}

fn unavailable<E>(error: &aws_sdk_secretsmanager::error::SdkError<E>) -> SecretsError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    SecretsError::Unavailable(error.code().map_or_else(|| "no answer".to_owned(), str::to_owned))
}

#[cfg(test)]
mod tests;
