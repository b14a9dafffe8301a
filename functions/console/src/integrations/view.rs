//! An integration as its owner sees it: everything but the secrets.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;
use serde::Serialize;
use shared::channel::{Channel, Provider};
use shared::openchannel::url::ReceiveUrl;
use shared::secrets::{DeskCredential, IntegrationSecrets};
use shared::store::{DeskState, Health, Integration};
use utoipa::ToSchema;

use super::findings::Finding;
use super::{providers, recontact};
use crate::app::HubUrl;
use crate::clock::rfc3339;

/// An integration: one account of a channel linked to one Open Channel account of Motion.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Integration)]
pub(crate) struct View {
    /// Its id.
    id: String,
    /// The channel.
    #[schema(example = "facebook")]
    channel: String,
    /// Who carries WhatsApp.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "twilio")]
    provider: Option<&'static str>,
    /// The account, as the platform itself names it.
    #[schema(example = "facebook:218840075512346")]
    account: String,
    /// The account's name at the platform.
    account_name: String,
    /// What people call the integration.
    name: String,
    /// The contact field of Motion that holds the customer's id.
    map_key: String,
    /// Contact fields that every message sets.
    contact_fields: BTreeMap<String, String>,
    /// Whether answers may use Meta's longer window for human agents.
    human_agent: bool,
    /// Whether customers see, when an agent answers, that they were read; for WhatsApp.
    read_marks: bool,
    /// How customers are written to again whose window is closed; nothing where answers are refused then.
    recontact: Option<recontact::View>,
    /// Where the shared Reply URL may be called from for this integration.
    bridge_sources: Vec<String>,
    /// Whether messages go over; disabled, they are set aside.
    enabled: bool,
    /// How Motion answers.
    desk: Link,
    /// How the platform takes the token.
    platform: Link,
    /// The Receive URL with its query masked.
    #[schema(example = "https://motion.example.com/api/openchannel/accounts/2/notify?***")]
    receive_url: Option<String>,
    /// Base of Motion's API.
    api_base_url: Option<String>,
    /// Motion's id of the Open Channel account.
    desk_account: Option<String>,
    /// Whether an API key is kept.
    has_api_key: bool,
    /// Whether user and password of Motion are kept.
    has_api_user: bool,
    /// Of Facebook, and of WhatsApp through Meta: whether it is served by a Meta app of its own rather than the deployment's.
    has_own_app: bool,
    /// The address to enter at the platform. Kaleyra's holds a secret.
    webhook_url: String,
    /// The Reply URL to enter in Motion; a secret. Not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_url: Option<String>,
    /// What someone should look at.
    findings: Vec<Finding>,
    /// When it was made, RFC 3339.
    created_at: String,
    /// When its settings were last changed, RFC 3339.
    updated_at: String,
    /// To be sent back with a change, which is refused if someone else changed it meanwhile.
    revision: u64,
}

/// How one end of an integration answers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Link {
    /// In a word.
    state: LinkState,
    /// What is wrong and what to do.
    reason: Option<String>,
    /// Since when, RFC 3339.
    since: Option<String>,
}

/// How one end answers, in a word.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LinkState {
    /// As it should.
    Working,
    /// Not at all, or it says that it is too busy.
    Unreachable,
    /// It turns the hub away.
    Refuses,
}

/// How much of an integration is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// One of many.
    Listed,
    /// With its Reply URL.
    Whole,
}

impl View {
    /// An integration as its owner sees it. Its secrets tell only what they are there for.
    pub(super) fn of(
        integration: Integration,
        secrets: Option<&IntegrationSecrets>,
        hub: &HubUrl,
        detail: Detail,
        findings: Vec<Finding>,
    ) -> Self {
        let of_meta = matches!(integration.channel(), Some(Channel::Facebook | Channel::WhatsApp(Provider::Meta)));
        let own_app = of_meta && secrets.is_some_and(|secrets| !secrets.app_secrets.is_empty());
        let desk = secrets.and_then(|secrets| secrets.desk.as_ref());
        let receive_url = secrets.and_then(|secrets| secrets.receive_url.expose_secret().parse::<ReceiveUrl>().ok());
        Self {
            webhook_url: webhook_url(&integration, secrets, hub),
            reply_url: secrets
                .filter(|_| detail == Detail::Whole)
                .and_then(|secrets| reply_url(&integration, secrets, hub)),
            receive_url: receive_url.map(|url| url.to_string()),
            has_api_key: matches!(desk, Some(DeskCredential::ApiKey { .. })),
            has_api_user: matches!(desk, Some(DeskCredential::Basic { .. })),
            has_own_app: own_app,
            id: integration.id.to_string(),
            channel: integration.channel,
            provider: integration.provider.map(providers::name),
            account: integration.account.to_string(),
            account_name: integration.account_name,
            name: integration.name,
            map_key: integration.map_key.to_string(),
            contact_fields: integration
                .contact_fields
                .iter()
                .map(|(field, value)| (field.to_string(), value.to_owned()))
                .collect(),
            human_agent: integration.human_agent,
            read_marks: integration.read_marks,
            recontact: integration.recontact.map(recontact::View::of),
            bridge_sources: integration.bridge_sources.iter().map(ToString::to_string).collect(),
            enabled: integration.enabled,
            desk: Link::of(integration.desk),
            platform: Link::of(integration.platform),
            api_base_url: integration.api_base_url,
            desk_account: integration.desk_account,
            findings,
            created_at: rfc3339(integration.created_at),
            updated_at: rfc3339(integration.updated_at),
            revision: integration.revision,
        }
    }
}

/// The address that goes into the platform; may hold a secret. Empty where a newer hub made the integration.
fn webhook_url(integration: &Integration, secrets: Option<&IntegrationSecrets>, hub: &HubUrl) -> String {
    let own = secrets.and_then(|secrets| secrets.webhook_url.clone());
    own.or_else(|| integration.channel().map(|channel| hub.shared_webhook(channel))).unwrap_or_default()
}

/// The address that goes into Motion.
pub(super) fn reply_url(integration: &Integration, secrets: &IntegrationSecrets, hub: &HubUrl) -> Option<String> {
    let secret = secrets.reply_secrets.first()?;
    Some(hub.reply(integration.id, secret.expose_secret()))
}

impl Link {
    fn of(health: Health) -> Self {
        let state = match health.state {
            DeskState::Working => LinkState::Working,
            DeskState::Unreachable => LinkState::Unreachable,
            DeskState::Refuses => LinkState::Refuses,
        };
        Self { state, reason: health.reason, since: health.since.map(rfc3339) }
    }
}

#[cfg(test)]
mod tests;
