//! WhatsApp through Meta's Cloud API: a telephone number's id, its business account and a token of a system user.

use secrecy::{ExposeSecret, SecretString};
use shared::channel::whatsapp::meta::{account as account_of, connect};
use shared::channel::{Failure, FailureClass, PlatformCredential, Provider};

use super::{ProviderAccount, required};
use crate::error::{ApiError, Problems};
use crate::integrations::draft::Draft;
use crate::integrations::findings::Finding;
use crate::integrations::forms;
use crate::integrations::platform::{Asking, refused};
use crate::integrations::settings::{Given, Reader};

/// What Meta needs.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    token: Given<SecretString>,
    phone_number_id: Given<String>,
    waba_id: Given<String>,
    app_secret: Given<SecretString>,
    verify_token: Given<SecretString>,
}

impl Settings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            token: reader.text("token", forms::token),
            phone_number_id: reader.text("phone_number_id", forms::digits),
            waba_id: reader.text("waba_id", forms::digits),
            app_secret: reader.text("app_secret", forms::key),
            verify_token: reader.text("verify_token", forms::key),
        }
    }

    pub(super) fn apply(self, draft: &mut Draft, problems: &mut Problems) {
        let (token, waba) = match &draft.secrets.platform {
            PlatformCredential::Graph { token, waba } => (token.clone(), waba.clone()),
            _ => (SecretString::default(), None),
        };
        let token = self.token.value().unwrap_or(token);
        let waba = self.waba_id.value().or(waba);
        let number = self.phone_number_id.value();
        let number = number.or_else(|| draft.account_part(0));
        required(problems, Provider::Meta, "token", !token.expose_secret().is_empty());
        required(problems, Provider::Meta, "waba_id", waba.is_some());
        required(problems, Provider::Meta, "phone_number_id", number.is_some());
        draft.expect_account(account_of(&number.unwrap_or_default()));
        draft.secrets.platform = PlatformCredential::Graph { token, waba };
        draft.apply_app("meta.", self.app_secret, self.verify_token, problems);
    }
}

/// The number by Meta's own word. The token must be good for it, and the business account must have it: what is subscribed
/// is the business account.
pub(crate) async fn account(asking: &Asking<'_>) -> Result<ProviderAccount, ApiError> {
    let connection = asking.connection();
    let (number, numbers) =
        tokio::join!(asking.ask(connect::number(&connection)), asking.ask(connect::numbers(&connection)));
    let number = number.map_err(|failure| refused(&failure))?;
    let numbers = numbers.map_err(|failure| refused(&failure))?;
    if !numbers.more && !numbers.ids.contains(&number.id) {
        return Err(ApiError::PlatformRefused(
            "This WhatsApp business account does not have this number: copy waba_id and phone_number_id from the same page \
             at Meta."
                .to_owned(),
        ));
    }
    Ok(ProviderAccount { key: account_of(&number.id), name: number.name, finding: None })
}

/// Has the business account's events sent to the app, and, where the app is the integration's own, this number's led to the
/// integration's address.
pub(crate) async fn subscribe(asking: &Asking<'_>) -> Vec<Finding> {
    if asking.app_secret.is_none() {
        return vec![Finding::new(
            "no_meta_app",
            "No Meta app is set up: nothing that comes in could be believed. An administrator of the deployment must enter \
             one in its secret, or give the integration its own app_secret and verify_token.",
        )];
    }
    let connection = asking.connection();
    if let Err(failure) = asking.ask(connect::subscribe(&connection)).await {
        return vec![Finding::new(
            "number_not_subscribed",
            format!("The number does not send its events to the Meta app, so nothing comes in. {}", in_words(&failure)),
        )];
    }
    let (led, number) = tokio::join!(lead_here(asking), asking.ask(connect::number(&connection)));
    let mut findings: Vec<Finding> = led.into_iter().collect();
    if number.is_ok_and(|number| !number.connected) {
        findings.push(Finding::new(
            "number_not_connected",
            "The number is not connected at WhatsApp yet, so nothing comes in or goes out; register it there.",
        ));
    }
    findings
}

/// An app has one address, and several numbers may share it: so each number of an own app is led to its own. The deployment's
/// app has the deployment's address.
async fn lead_here(asking: &Asking<'_>) -> Option<Finding> {
    let address = asking.secrets.webhook_url.as_deref()?;
    let by_hand =
        "Enter webhook_url and verify_token in your Meta app as its callback for WhatsApp, with the field messages.";
    if address.len() > connect::LONGEST_CALLBACK {
        return Some(Finding::new("webhook_to_enter", by_hand));
    }
    let token = asking.secrets.verify_tokens.first()?;
    let failure = asking.ask(connect::lead_to(&asking.connection(), address, token)).await.err()?;
    Some(Finding::new(
        "webhook_to_enter",
        format!("Meta did not take the address of this integration by itself. {} {by_hand}", in_words(&failure)),
    ))
}

/// Ends it. The subscription is the business account's, so that it stays while another number of that is connected, here or
/// by somebody else.
pub(crate) async fn unsubscribe(asking: &Asking<'_>) {
    let_go(asking).await;
    let connection = asking.connection();
    match is_shared(asking).await {
        Some(false) if asking.ask(connect::unsubscribe(&connection)).await.is_ok() => {}
        Some(true) => {}
        _ => tracing::warn!("a WhatsApp business account stays subscribed"),
    }
}

/// Leads the number back to the app's own address, where it was led to the integration's.
pub(crate) async fn let_go(asking: &Asking<'_>) {
    if asking.secrets.webhook_url.is_some() && asking.ask(connect::lead_back(&asking.connection())).await.is_err() {
        tracing::warn!("a number at Meta is still led to an integration that does not have it any more");
    }
}

/// Whether another number of the business account is connected; nothing where nobody knows.
async fn is_shared(asking: &Asking<'_>) -> Option<bool> {
    let numbers = asking.ask(connect::numbers(&asking.connection())).await.ok()?;
    for id in &numbers.ids {
        if asking.is_connected(&account_of(id)).await? {
            return Some(true);
        }
    }
    (!numbers.more).then_some(false)
}

/// What is said to agents of a lost answer speaks of messages, and here are none.
fn in_words(failure: &Failure) -> String {
    if failure.platform.is_none() && failure.class == FailureClass::Transient {
        return "WhatsApp gave no usable answer. Try again in a few minutes.".to_owned();
    }
    failure.sentence.clone()
}

#[cfg(test)]
mod tests;
