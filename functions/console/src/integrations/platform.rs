//! The platform behind an integration, asked and told when it is connected: whose the credential is, and to send us its
//! events. Facebook's part is `graph`, each WhatsApp provider's its own file in `providers`.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use shared::channel::{Channel, Connection, Failure, FailureClass, Provider, Question};
use shared::http::Purpose;
use shared::id::AccountKey;
use shared::secrets::IntegrationSecrets;
use shared::store::Integration;
use shared::time::Timestamp;

use super::findings::Finding;
use super::graph::Graph;
use super::providers::{ProviderAccount, kaleyra, meta, sinch, twilio};
use crate::app::App;
use crate::error::ApiError;

/// How long one question may take.
const TIMEOUT: Duration = Duration::from_secs(6);
/// How much of an answer is read.
const LARGEST_ANSWER: usize = 256 * 1024;

/// The platform of one integration.
pub(super) enum Platform<'a> {
    Page(Graph<'a>),
    Number(Provider, Asking<'a>),
}

/// A provider, asked in the name of one account.
pub(crate) struct Asking<'a> {
    app: &'a App,
    channel: Channel,
    pub(crate) secrets: &'a IntegrationSecrets,
    pub(crate) app_secret: Option<SecretString>,
    login: Option<SecretString>,
}

impl<'a> Platform<'a> {
    /// The platform of an integration as its settings are to be.
    pub(super) async fn of(
        app: &'a App,
        integration: &Integration,
        secrets: &'a IntegrationSecrets,
    ) -> Result<Self, ApiError> {
        match integration.channel() {
            Some(Channel::WhatsApp(provider)) => Ok(Self::Number(provider, Asking::of(app, provider, secrets).await?)),
            _ => Ok(Self::Page(Graph::of(app, secrets).await?)),
        }
    }

    /// Whose the credential is, by the platform's own word.
    pub(super) async fn account(&self) -> Result<ProviderAccount, ApiError> {
        match self {
            Self::Page(graph) => {
                let page = graph.account().await?;
                Ok(ProviderAccount { key: AccountKey::of("facebook", &page.id), name: page.name, finding: None })
            }
            Self::Number(Provider::Meta, asking) => meta::account(asking).await,
            Self::Number(Provider::Twilio, asking) => twilio::account(asking).await,
            Self::Number(Provider::Sinch, asking) => sinch::account(asking).await,
            Self::Number(Provider::Kaleyra, asking) => kaleyra::account(asking).await,
        }
    }

    /// Has the account's events sent to us, where the platform can be told; what a person still has to do there.
    pub(super) async fn subscribe(&self, account: &AccountKey) -> Vec<Finding> {
        match self {
            Self::Page(graph) => graph.subscribe(account.platform_id()).await.into_iter().collect(),
            Self::Number(Provider::Meta, asking) => meta::subscribe(asking).await,
            Self::Number(Provider::Twilio, asking) => twilio::findings(asking).await,
            Self::Number(Provider::Sinch, asking) => sinch::subscribe(asking).await,
            Self::Number(Provider::Kaleyra, asking) => vec![kaleyra::to_enter(asking.secrets)],
        }
    }

    /// Ends it. An account whose credential is dead cannot be told, and sends nothing that is believed.
    pub(super) async fn unsubscribe(&self, account: &AccountKey) {
        match self {
            Self::Page(graph) => graph.unsubscribe(account.platform_id()).await,
            Self::Number(Provider::Meta, asking) => meta::unsubscribe(asking).await,
            Self::Number(Provider::Sinch, asking) => sinch::unsubscribe(asking).await,
            // Their addresses are entered by hand, and taken out by hand.
            Self::Number(Provider::Twilio | Provider::Kaleyra, _) => {}
        }
    }

    /// Ends what leads to the integration's own address alone, after another one took its account over. Addresses that were
    /// entered by hand go on being called; what comes there is for the other one.
    pub(super) async fn let_go(&self, new: &IntegrationSecrets) {
        match self {
            // An app leads a number to one address: that of the new one where it is the same app.
            Self::Number(Provider::Meta, asking) if !is_same_app(asking.secrets, new) => meta::let_go(asking).await,
            Self::Number(Provider::Sinch, asking) => sinch::unsubscribe(asking).await,
            Self::Page(_) | Self::Number(Provider::Meta | Provider::Twilio | Provider::Kaleyra, _) => {}
        }
    }
}

fn is_same_app(one: &IntegrationSecrets, other: &IntegrationSecrets) -> bool {
    let secret = |secrets: &IntegrationSecrets| secrets.app_secrets.first().map(|it| it.expose_secret().to_owned());
    secret(one) == secret(other)
}

impl<'a> Asking<'a> {
    async fn of(app: &'a App, provider: Provider, secrets: &'a IntegrationSecrets) -> Result<Self, ApiError> {
        let app_secret = match provider {
            Provider::Meta => app.secrets.app_secret(secrets, Timestamp::now()).await?,
            _ => None,
        };
        let mut asking = Self { app, channel: Channel::WhatsApp(provider), secrets, app_secret, login: None };
        if let Some(question) = asking.channel.carrier().login(&asking.connection()) {
            let login = asking.ask(question).await.map_err(|failure| refused(&failure))?;
            asking.login = Some(login.token);
        }
        Ok(asking)
    }

    /// The account, as requests are made from.
    pub(crate) fn connection(&self) -> Connection<'_> {
        let platforms = &self.app.config.platforms;
        Connection::new(self.channel, platforms, self.secrets, self.app_secret.as_ref(), self.login.as_ref())
    }

    /// Whether an integration has the account; nothing where nobody knows.
    pub(crate) async fn is_connected(&self, account: &AccountKey) -> Option<bool> {
        self.app.store.claim_holder(account).await.ok().map(|holder| holder.is_some())
    }

    /// Asks the provider.
    pub(crate) async fn ask<T>(&self, question: Question<T>) -> Result<T, Failure> {
        let connection = self.connection();
        let base = self.channel.carrier().base(&connection);
        let purpose = Purpose::Platform { base: &base };
        let answer = self.app.http.send(purpose, question.request, TIMEOUT, LARGEST_ANSWER).await;
        (question.read)(&answer)
    }
}

/// Why an account is not connected, in the platform's own words where it has some.
pub(crate) fn refused(failure: &Failure) -> ApiError {
    match failure.class {
        FailureClass::Transient | FailureClass::Throttled(_) => ApiError::PlatformAway(failure.what.clone()),
        _ => ApiError::PlatformRefused(failure.sentence.clone()),
    }
}
