//! An integration on its way: its record and its secrets with a call's settings laid over them, checked as a whole. Pure
//! but for the fresh ids of a new one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use shared::channel::{Channel, PlatformCredential, Provider};
use shared::id::{AccountKey, IntegrationId, TenantId};
use shared::openchannel::contact::{ContactField, ContactFields};
use shared::openchannel::url::ReceiveUrl;
use shared::recontact::Recontact;
use shared::secrets::{DeskCredential, IntegrationSecrets};
use shared::store::{Health, Integration};
use shared::time::Timestamp;

use super::providers::{self, ProviderAccount};
use super::settings::{Given, Settings};
use crate::app::HubUrl;
use crate::error::{ApiError, Problems};

/// Bytes of an unguessable part of an address.
const RANDOM_BYTES: usize = 32;

/// An integration as it is to be.
pub(super) struct Draft {
    /// Its record.
    pub(super) integration: Integration,
    /// Its secrets.
    pub(super) secrets: IntegrationSecrets,
}

/// What a change touches, and so what has to follow it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Touched {
    /// The way to the desk: another try is worth it.
    pub(super) desk: bool,
    /// The credential of the platform: it has to be asked whose it is.
    pub(super) platform: bool,
    /// What is kept in the secret store.
    pub(super) secrets: bool,
}

impl Draft {
    /// A new integration of which nothing is known yet.
    pub(super) fn new(tenant: TenantId, channel: Channel, now: Timestamp) -> Result<Self, ApiError> {
        let account = AccountKey::unknown();
        let integration = Integration {
            id: IntegrationId::generate(),
            tenant,
            channel: channel.name().to_owned(),
            provider: channel.provider(),
            account: account.clone(),
            account_name: String::new(),
            name: String::new(),
            map_key: default_map_key(channel),
            api_base_url: None,
            desk_account: None,
            contact_fields: ContactFields::default(),
            human_agent: false,
            read_marks: false,
            recontact: None,
            bridge_sources: Vec::new(),
            enabled: true,
            taken_over_at: None,
            desk: Health::default(),
            platform: Health::default(),
            created_at: now,
            updated_at: now,
            revision: 1,
        };
        let secrets = IntegrationSecrets {
            account,
            platform: PlatformCredential::default(),
            app_secrets: Vec::new(),
            verify_tokens: Vec::new(),
            webhook_url: None,
            webhook_guard: None,
            receive_url: SecretString::default(),
            api_base_url: None,
            desk: None,
            reply_secrets: vec![random_secret()?],
        };
        Ok(Self { integration, secrets })
    }

    /// Gives the Reply URL a new secret; the one before it goes on being taken.
    pub(super) fn rotate_reply_secret(&mut self) -> Result<(), ApiError> {
        put_first(&mut self.secrets.reply_secrets, random_secret()?);
        Ok(())
    }

    /// Lays settings over it and tells what they touch.
    pub(super) fn apply(&mut self, settings: Settings, problems: &mut Problems) -> Result<Touched, ApiError> {
        let platform = settings.page_token.is_given()
            || settings.app_secret.is_given()
            || settings.verify_token.is_given()
            || settings.provider.is_some();
        let credential =
            settings.api_key.is_given() || settings.api_user.is_given() || settings.api_password.is_given();
        let address = settings.receive_url.is_given() || settings.api_base_url.is_given();
        let desk = credential
            || address
            || settings.desk_account.is_given()
            || settings.map_key.is_given()
            || settings.contact_fields.is_given();
        let touched = Touched { desk, platform, secrets: platform || credential || address };

        if let Some(name) = needed("name", settings.name, problems) {
            self.integration.name = name;
        }
        match self.integration.provider {
            None => self.apply_page(settings.page_token, settings.app_secret, settings.verify_token, problems),
            Some(provider) => {
                for (name, is_given) in [
                    ("page_token", settings.page_token.is_given()),
                    ("app_secret", settings.app_secret.is_given()),
                    ("verify_token", settings.verify_token.is_given()),
                ] {
                    if is_given {
                        problems
                            .add(name, format!("is for channel facebook; put it into {}", providers::name(provider)));
                    }
                }
            }
        }
        if let Some(given) = settings.provider {
            if Some(given.provider()) == self.integration.provider {
                given.apply(self, problems)?;
            } else {
                problems.add(providers::name(given.provider()), "is not who carries this integration");
            }
        }
        self.apply_address(settings.receive_url, settings.api_base_url, settings.desk_account, problems);
        self.apply_credential(settings.api_key, settings.api_user, settings.api_password, problems);
        set(&mut self.integration.human_agent, settings.human_agent);
        set(&mut self.integration.read_marks, settings.read_marks);
        self.apply_recontact(settings.recontact, problems);
        set(&mut self.integration.bridge_sources, settings.bridge_sources);
        self.apply_contact(settings.map_key, settings.contact_fields, problems);
        Ok(touched)
    }

    /// Notes which account a provider's settings name. It is claimed only once the provider has confirmed it.
    pub(super) fn expect_account(&mut self, account: AccountKey) {
        self.secrets.account = account;
    }

    /// A piece of the provider's id of the account that is kept, between its colons.
    pub(super) fn account_part(&self, index: usize) -> Option<String> {
        self.integration
            .account
            .platform_id()
            .split(':')
            .skip(1)
            .nth(index)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
    }

    /// The address that goes into the platform, where the account has one of its own.
    pub(super) fn set_webhook_url(&mut self, hub: &HubUrl) {
        let guard = self.secrets.webhook_guard.as_ref().and_then(|guard| guard.secrets.first());
        let own_app = !self.secrets.app_secrets.is_empty();
        self.secrets.webhook_url = self.integration.channel().and_then(|channel| {
            hub.own_webhook(channel, self.integration.id, own_app, guard.map(|s| s.expose_secret()))
        });
    }

    /// A page's token and the app that it was given to.
    fn apply_page(
        &mut self,
        token: Given<SecretString>,
        app_secret: Given<SecretString>,
        verify_token: Given<SecretString>,
        problems: &mut Problems,
    ) {
        if let Some(token) = needed("page_token", token, problems) {
            self.secrets.platform = PlatformCredential::Graph { token, waba: None };
        }
        self.apply_app("", app_secret, verify_token, problems);
    }

    /// Gives it the account that the platform names.
    pub(super) fn name_account(&mut self, account: &ProviderAccount) {
        self.integration.account = account.key.clone();
        self.integration.account_name.clone_from(&account.name);
        self.secrets.account = self.integration.account.clone();
    }

    /// What a new one must have.
    pub(super) fn check_complete(&self, problems: &mut Problems) {
        let platform = self.integration.provider.map_or("page_token", providers::name);
        let is_missing = match self.integration.provider {
            None => page_token(&self.secrets).is_empty(),
            // What of a provider's settings is missing was told when they were read.
            Some(_) => self.secrets.account.is_unknown(),
        };
        let missing = [
            ("name", self.integration.name.is_empty()),
            (platform, is_missing),
            ("receive_url", self.secrets.receive_url.expose_secret().is_empty()),
        ];
        for (setting, _) in missing.into_iter().filter(|(_, missing)| *missing) {
            problems.add(setting, "is needed");
        }
    }

    /// The Receive URL, once there is one.
    pub(super) fn receive_url(&self) -> Option<ReceiveUrl> {
        self.secrets.receive_url.expose_secret().parse().ok()
    }

    /// The integration's own app at the platform: its secret and its verify token, or neither.
    /// `prefix` is what stands before their names in the call.
    pub(super) fn apply_app(
        &mut self,
        prefix: &str,
        secret: Given<SecretString>,
        token: Given<SecretString>,
        problems: &mut Problems,
    ) {
        let (app_secret, verify_token) = (format!("{prefix}app_secret"), format!("{prefix}verify_token"));
        let secrets = &mut self.secrets;
        match (secret, token) {
            (Given::Null, Given::Value(_)) => problems.add(&app_secret, "is needed where verify_token is set"),
            (Given::Value(_), Given::Null) => problems.add(&verify_token, "is needed where app_secret is set"),
            (Given::Null, _) | (_, Given::Null) => {
                secrets.app_secrets.clear();
                secrets.verify_tokens.clear();
            }
            (secret, token) => {
                secret.value().into_iter().for_each(|secret| put_first(&mut secrets.app_secrets, secret));
                token.value().into_iter().for_each(|token| put_first(&mut secrets.verify_tokens, token));
            }
        }
        match (secrets.app_secrets.is_empty(), secrets.verify_tokens.is_empty()) {
            (true, false) => {
                problems.add(&app_secret, "is needed where verify_token is set: both belong to your Meta app")
            }
            (false, true) => {
                problems.add(&verify_token, "is needed where app_secret is set: choose one and enter it at Meta")
            }
            _ => {}
        }
        let token = secrets.verify_tokens.first().map(ExposeSecret::expose_secret);
        if token == Some(page_token(secrets)) {
            problems.add(verify_token, "must not be the page token: it travels in addresses and logs");
        }
    }

    /// The way to the desk. What the Receive URL tells is a default; what was said otherwise stays.
    fn apply_address(
        &mut self,
        receive_url: Given<ReceiveUrl>,
        api_base_url: Given<url::Url>,
        desk_account: Given<String>,
        problems: &mut Problems,
    ) {
        let before = self.receive_url();
        if let Some(url) = needed("receive_url", receive_url, problems) {
            self.secrets.receive_url = SecretString::from(url.expose().as_str());
        }
        let now = self.receive_url();
        let integration = &mut self.integration;
        let base = |url: &Option<ReceiveUrl>| url.as_ref().and_then(ReceiveUrl::api_base).map(String::from);
        let account = |url: &Option<ReceiveUrl>| url.as_ref().and_then(ReceiveUrl::account).map(str::to_owned);
        match api_base_url {
            Given::Value(url) => integration.api_base_url = Some(url.into()),
            Given::Absent if integration.api_base_url != base(&before) => {}
            Given::Absent | Given::Null => integration.api_base_url = base(&now),
        }
        self.secrets.api_base_url.clone_from(&integration.api_base_url);
        match desk_account {
            Given::Value(id) => integration.desk_account = Some(id),
            Given::Absent if integration.desk_account != account(&before) => {}
            Given::Absent | Given::Null => integration.desk_account = account(&now),
        }
    }

    /// The credential of Motion's API: a key, or user and password.
    fn apply_credential(
        &mut self,
        key: Given<SecretString>,
        user: Given<String>,
        password: Given<SecretString>,
        problems: &mut Problems,
    ) {
        let desk = &mut self.secrets.desk;
        let cleared = match desk {
            Some(DeskCredential::ApiKey { .. }) => matches!(key, Given::Null),
            Some(DeskCredential::Basic { .. }) => matches!(user, Given::Null) || matches!(password, Given::Null),
            None => false,
        };
        if cleared {
            *desk = None;
        }
        let known_user = match desk {
            Some(DeskCredential::Basic { user, .. }) => Some(user.clone()),
            _ => None,
        };
        match (key.value(), user.value(), password.value()) {
            (None, None, None) => {}
            (Some(key), None, None) => *desk = Some(DeskCredential::ApiKey { key }),
            (Some(_), _, _) => problems.add("api_key", "give either api_key, or api_user and api_password"),
            (None, Some(_), None) => problems.add("api_password", "is needed with api_user"),
            (None, user, Some(password)) => match user.or(known_user) {
                Some(user) => *desk = Some(DeskCredential::Basic { user, password }),
                None => problems.add("api_user", "is needed with api_password"),
            },
        }
    }

    /// The template, where the channel has such and its name tells all that the platform wants to know.
    fn apply_recontact(&mut self, recontact: Given<Recontact>, problems: &mut Problems) {
        let integration = &mut self.integration;
        if let (Given::Value(recontact), Some(channel)) = (&recontact, integration.channel()) {
            if !channel.takes_templates() {
                let title = channel.carrier().title();
                problems.add(
                    "recontact",
                    format!("{title} has no templates; answers are refused once its window is closed"),
                );
            } else if recontact.language.is_empty() && channel != Channel::WhatsApp(Provider::Twilio) {
                problems.add("recontact.language", "is needed: a template's name does not tell it");
            }
        }
        match recontact {
            Given::Value(recontact) => integration.recontact = Some(recontact),
            Given::Null => integration.recontact = None,
            Given::Absent => {}
        }
    }

    fn apply_contact(&mut self, map_key: Given<ContactField>, fields: Given<ContactFields>, problems: &mut Problems) {
        let integration = &mut self.integration;
        match map_key {
            Given::Value(field) => integration.map_key = field,
            Given::Null => integration.map_key = integration.channel().map_or(integration.map_key, default_map_key),
            Given::Absent => {}
        }
        set(&mut integration.contact_fields, fields);
        if integration.contact_fields.get(integration.map_key).is_some() {
            let field = format!("contact_fields.{}", integration.map_key);
            problems.add(field, "is the map key, which holds the customer's id; choose another field");
        }
    }
}

/// A setting that an integration cannot be without.
fn needed<T>(setting: &str, given: Given<T>, problems: &mut Problems) -> Option<T> {
    if matches!(given, Given::Null) {
        problems.add(setting, "cannot be cleared");
    }
    given.value()
}

fn page_token(secrets: &IntegrationSecrets) -> &str {
    secrets.platform.graph_token().map_or("", |token| token.expose_secret())
}

fn set<T: Default>(to: &mut T, given: Given<T>) {
    match given {
        Given::Absent => {}
        Given::Null => *to = T::default(),
        Given::Value(value) => *to = value,
    }
}

/// The newest in front, and the one before it kept.
pub(super) fn put_first(secrets: &mut Vec<SecretString>, newest: SecretString) {
    secrets.retain(|known| known.expose_secret() != newest.expose_secret());
    secrets.insert(0, newest);
    secrets.truncate(2);
}

/// What holds a customer's id where nothing else is said: the field that agents know it by.
const fn default_map_key(channel: Channel) -> ContactField {
    match channel {
        Channel::Facebook => ContactField::Facebook,
        Channel::WhatsApp(_) => ContactField::Phone,
    }
}

/// An unguessable text that fits into a path.
pub(super) fn random_secret() -> Result<SecretString, ApiError> {
    let mut bytes = [0; RANDOM_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| {
        tracing::error!(%error, "the system gives no random bytes");
        ApiError::Unavailable
    })?;
    Ok(SecretString::from(URL_SAFE_NO_PAD.encode(bytes)))
}

#[cfg(test)]
mod tests;
