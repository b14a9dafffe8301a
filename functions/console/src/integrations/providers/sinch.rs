//! WhatsApp through Sinch: an app of a project in a region, and an access key. The secret that signs webhooks is ours.

use secrecy::{ExposeSecret, SecretString};
use shared::channel::whatsapp::sinch::{Credential, Region, connect};
use shared::channel::{Failure, PlatformCredential, Provider};
use shared::id::AccountKey;

use super::{ProviderAccount, required};
use crate::error::{ApiError, Problems};
use crate::integrations::draft::{Draft, put_first, random_secret};
use crate::integrations::findings::Finding;
use crate::integrations::forms;
use crate::integrations::platform::{Asking, refused};
use crate::integrations::settings::{Given, Reader};

/// What Sinch needs.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    project: Given<String>,
    app: Given<String>,
    region: Given<Region>,
    key_id: Given<String>,
    key_secret: Given<SecretString>,
    basic: Given<bool>,
    rotate_signing_secret: bool,
}

impl Settings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            project: reader.text("project", forms::word),
            app: reader.text("app", forms::word),
            region: reader.text("region", region),
            key_id: reader.text("key_id", forms::word),
            key_secret: reader.text("key_secret", forms::key),
            basic: reader.flag("basic"),
            rotate_signing_secret: reader.flag("rotate_signing_secret").value().unwrap_or_default(),
        }
    }

    pub(super) fn apply(self, draft: &mut Draft, problems: &mut Problems) -> Result<(), ApiError> {
        let before = match &draft.secrets.platform {
            PlatformCredential::Sinch(credential) => Some(credential.clone()),
            _ => None,
        };
        let kept = |part: fn(&Credential) -> String| before.as_ref().map(part);
        let region = self.region.value().or_else(|| before.as_ref().map(|known| known.region));
        let credential = Credential {
            project: self.project.value().or_else(|| kept(|known| known.project.clone())).unwrap_or_default(),
            app: self.app.value().or_else(|| kept(|known| known.app.clone())).unwrap_or_default(),
            region: region.unwrap_or(Region::Eu),
            key_id: self.key_id.value().or_else(|| kept(|known| known.key_id.clone())).unwrap_or_default(),
            key_secret: self
                .key_secret
                .value()
                .or_else(|| before.as_ref().map(|known| known.key_secret.clone()))
                .unwrap_or_default(),
            basic: self.basic.value().or_else(|| before.as_ref().map(|known| known.basic)).unwrap_or_default(),
        };
        let needed = [
            ("project", !credential.project.is_empty()),
            ("app", !credential.app.is_empty()),
            ("region", region.is_some()),
            ("key_id", !credential.key_id.is_empty()),
            ("key_secret", !credential.key_secret.expose_secret().is_empty()),
        ];
        for (setting, is_there) in needed {
            required(problems, Provider::Sinch, setting, is_there);
        }
        if draft.secrets.app_secrets.is_empty() || self.rotate_signing_secret {
            put_first(&mut draft.secrets.app_secrets, random_secret()?);
        }
        draft.expect_account(AccountKey::new(format!("whatsapp:sinch:{}", credential.app)));
        draft.secrets.platform = PlatformCredential::Sinch(credential);
        Ok(())
    }
}

fn region(text: &str) -> Result<Region, &'static str> {
    match text {
        "us" => Ok(Region::Us),
        "eu" => Ok(Region::Eu),
        "br" => Ok(Region::Br),
        _ => Err("must be us, eu or br, where the app lives"),
    }
}

/// Which app the key and the project lead to, by Sinch's own word.
pub(crate) async fn account(asking: &Asking<'_>) -> Result<ProviderAccount, ApiError> {
    let app = asking.ask(connect::app(&asking.connection())).await.map_err(|failure| refused(&failure))?;
    Ok(ProviderAccount { key: AccountKey::new(format!("whatsapp:sinch:{}", app.id)), name: app.name, finding: None })
}

/// Leads the app's callbacks to us: the webhook that does so already is brought up to date, else one is added.
pub(crate) async fn subscribe(asking: &Asking<'_>) -> Vec<Finding> {
    match lead_here(asking).await {
        Ok(findings) => findings,
        Err(failure) => vec![Finding::new(
            "webhook_not_registered",
            format!("Sinch did not take the hub's webhook, so nothing comes in. {}", failure.sentence),
        )],
    }
}

/// Takes our webhook away.
pub(crate) async fn unsubscribe(asking: &Asking<'_>) {
    let connection = asking.connection();
    let target = asking.secrets.webhook_url.as_deref().unwrap_or_default();
    let ended = async {
        let webhooks = asking.ask(connect::webhooks(&connection)).await?;
        match connect::leading_to(&webhooks, target) {
            Some(webhook) => asking.ask(connect::unregister(&connection, &webhook.id)).await,
            None => Ok(()),
        }
    };
    if ended.await.is_err() {
        tracing::warn!("a webhook at Sinch could not be taken away");
    }
}

fn not_changed(failure: &Failure) -> Finding {
    Finding::new(
        "webhook_not_changed",
        format!(
            "Sinch did not take the change of the hub's webhook. What it signs as before is still taken. Send any field of sinch \
             again, and rotate the secret no further until this is gone. {}",
            failure.sentence
        ),
    )
}

async fn lead_here(asking: &Asking<'_>) -> Result<Vec<Finding>, Failure> {
    let connection = asking.connection();
    let target = asking.secrets.webhook_url.as_deref().unwrap_or_default();
    let secret = asking.secrets.app_secrets.first().cloned().unwrap_or_default();
    let (app, webhooks) =
        tokio::join!(asking.ask(connect::app(&connection)), asking.ask(connect::webhooks(&connection)),);
    let webhooks = webhooks?;
    let mut findings = Vec::new();
    match connect::leading_to(&webhooks, target) {
        Some(webhook) => {
            let changed = asking.ask(connect::change(&connection, &webhook.id, target, &secret)).await;
            findings.extend(changed.err().map(|failure| not_changed(&failure)));
        }
        None => drop(asking.ask(connect::register(&connection, target, &secret)).await?),
    }
    if webhooks.iter().any(|webhook| webhook.target != target) {
        findings.push(Finding::new(
            "other_webhooks",
            "The app at Sinch has other webhooks too: whatever listens there may answer customers as well.",
        ));
    }
    let app = app?;
    if !app.keeps_contacts {
        findings.push(Finding::new(
            "names_not_told",
            "The app at Sinch is in dispatch mode, in which Sinch keeps no contacts: customers' names are not known.",
        ));
    }
    match app.sender {
        None => findings.push(Finding::new(
            "no_whatsapp_sender",
            "The app at Sinch has no WhatsApp sender, so nothing comes in or goes out; add one there.",
        )),
        Some(sender) if !sender.active => findings
            .push(Finding::new("whatsapp_sender_not_active", "The app's WhatsApp sender is not active at Sinch yet.")),
        Some(_) => {}
    }
    Ok(findings)
}
