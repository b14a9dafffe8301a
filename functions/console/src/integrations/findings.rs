//! What a person should know of an integration although nothing is refused for it.

use secrecy::ExposeSecret;
use serde::Serialize;
use shared::openchannel::account::{Account, AccountState};
use shared::secrets::IntegrationSecrets;
use shared::store::Integration;
use utoipa::ToSchema;

/// Something that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Finding {
    /// What it is, for a program.
    #[schema(example = "no_api_credential")]
    pub(crate) code: &'static str,
    /// What it is and what to do, for a person.
    pub(crate) message: String,
}

impl Finding {
    /// A finding.
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// What the settings alone tell.
pub(crate) fn of_settings(integration: &Integration, secrets: Option<&IntegrationSecrets>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(secrets) = secrets else {
        return vec![Finding::new(
            "secrets_missing",
            "The tokens of this integration are gone from the secret store; delete it and make it again.",
        )];
    };
    if secrets.desk.is_none() {
        findings.push(Finding::new(
            "no_api_credential",
            "Without api_key (or api_user and api_password) no files go over, and Motion cannot be asked whether it works.",
        ));
    }
    if integration.api_base_url.is_none() {
        findings.push(Finding::new(
            "no_api_base_url",
            "The address of Motion's API cannot be told from this Receive URL; set api_base_url, or no files go over.",
        ));
    }
    if integration.desk_account.is_none() {
        findings.push(Finding::new(
            "no_desk_account",
            "The Receive URL does not name the Open Channel account; set desk_account, so that the hub can look whether it \
             works.",
        ));
    }
    if !integration.enabled {
        findings.push(Finding::new("disabled", "Messages are set aside until the integration is enabled."));
    }
    findings
}

/// What Motion's answer about the account tells.
pub(crate) fn of_account(integration: &Integration, reply_url: &str, state: &AccountState) -> Vec<Finding> {
    match state {
        AccountState::Answered(account) => of_answer(integration, reply_url, account),
        AccountState::Refused { reason, .. } => vec![Finding::new("desk_refuses", reason)],
        AccountState::Away { reason } => vec![Finding::new("desk_away", reason)],
    }
}

fn of_answer(integration: &Integration, reply_url: &str, account: &Account) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(theirs) = account.map_key.filter(|theirs| *theirs != integration.map_key) {
        findings.push(Finding::new(
            "map_key_differs",
            format!(
                "In Motion the account's map key is {theirs}, here it is {}; make them the same, or answers find nobody.",
                integration.map_key
            ),
        ));
    }
    if account.reply_url.as_ref().is_some_and(|theirs| theirs.expose_secret() != reply_url) {
        findings.push(Finding::new(
            "reply_url_differs",
            "In Motion the account has another Reply URL; enter reply_url there, or answers do not come here.",
        ));
    }
    findings
}

#[cfg(test)]
mod tests;
