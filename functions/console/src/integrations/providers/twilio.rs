//! WhatsApp through Twilio: an account with its auth token, which signs webhooks, and perhaps an API key for sending.

use secrecy::SecretString;
use shared::channel::whatsapp::twilio::{Credential, connect};
use shared::channel::{PlatformCredential, Provider};
use shared::id::AccountKey;

use super::{ProviderAccount, required};
use crate::error::{ApiError, Problems};
use crate::integrations::draft::{Draft, put_first};
use crate::integrations::findings::Finding;
use crate::integrations::forms;
use crate::integrations::platform::{Asking, refused};
use crate::integrations::settings::{Given, Reader};

/// What Twilio needs.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    account_sid: Given<String>,
    auth_token: Given<SecretString>,
    api_key_sid: Given<String>,
    api_key_secret: Given<SecretString>,
    number: Given<String>,
    messaging_service: Given<String>,
}

impl Settings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            account_sid: reader.text("account_sid", |text| forms::sid(text, "AC")),
            auth_token: reader.text("auth_token", forms::key),
            api_key_sid: reader.text("api_key_sid", |text| forms::sid(text, "SK")),
            api_key_secret: reader.text("api_key_secret", forms::key),
            number: reader.text("number", forms::telephone),
            messaging_service: reader.text("messaging_service", |text| forms::sid(text, "MG")),
        }
    }

    pub(super) fn apply(self, draft: &mut Draft, problems: &mut Problems) {
        let before = match &draft.secrets.platform {
            PlatformCredential::Twilio(credential) => Some(credential.clone()),
            _ => None,
        };
        let kept = |part: fn(&Credential) -> String| before.as_ref().map(part);
        let account = self.account_sid.value().or_else(|| kept(|known| known.account_sid.clone())).unwrap_or_default();
        let number = self.number.value().or_else(|| kept(|known| known.number.clone())).unwrap_or_default();
        if let Some(token) = self.auth_token.value() {
            put_first(&mut draft.secrets.app_secrets, token);
        }
        let auth_token = draft.secrets.app_secrets.first().cloned();
        required(problems, Provider::Twilio, "account_sid", !account.is_empty());
        required(problems, Provider::Twilio, "number", !number.is_empty());
        required(problems, Provider::Twilio, "auth_token", auth_token.is_some());
        let before_user = before.as_ref().filter(|known| known.user != known.account_sid);
        let (user, password) = match (self.api_key_sid, self.api_key_secret) {
            (Given::Value(sid), Given::Value(secret)) => (sid, secret),
            (Given::Absent, Given::Value(secret)) if before_user.is_some() => {
                (before_user.map(|known| known.user.clone()).unwrap_or_default(), secret)
            }
            (Given::Absent, Given::Absent) if before_user.is_some() => {
                before_user.map(|known| (known.user.clone(), known.password.clone())).unwrap_or_default()
            }
            (Given::Value(_), _) => {
                problems.add("twilio.api_key_secret", "is needed with api_key_sid");
                Default::default()
            }
            (_, Given::Value(_)) => {
                problems.add("twilio.api_key_sid", "is needed with api_key_secret");
                Default::default()
            }
            // Without a key of its own the account acts by itself.
            _ => (account.clone(), auth_token.unwrap_or_default()),
        };
        let messaging_service = match self.messaging_service {
            Given::Value(service) => Some(service),
            Given::Null => None,
            Given::Absent => before.and_then(|known| known.messaging_service),
        };
        draft.expect_account(AccountKey::new(format!("whatsapp:twilio:{account}:{number}")));
        draft.secrets.platform =
            PlatformCredential::Twilio(Credential { account_sid: account, user, password, number, messaging_service });
    }
}

/// The account by Twilio's own word. The auth token must be its own, because webhooks are checked with it, and the credential
/// must be good for messages. The number is part of that account and no other, so it may be taken as typed.
pub(crate) async fn account(asking: &Asking<'_>) -> Result<ProviderAccount, ApiError> {
    let connection = asking.connection();
    let token = asking.secrets.app_secrets.first().cloned().unwrap_or_default();
    let (account, messages) =
        tokio::join!(asking.ask(connect::account(&connection, &token)), asking.ask(connect::messages(&connection)));
    let account = account.map_err(|failure| refused(&failure))?;
    messages.map_err(|failure| refused(&failure))?;
    if !account.active {
        return Err(ApiError::PlatformRefused(
            "Twilio says that this account is suspended or closed; its owner must open it again.".to_owned(),
        ));
    }
    let number = asking.secrets.account.platform_id().rsplit(':').next().unwrap_or_default();
    Ok(ProviderAccount {
        key: AccountKey::new(format!("whatsapp:twilio:{}:{number}", account.sid)),
        name: account.name,
        finding: None,
    })
}

/// What a person still has to do at Twilio, as far as Twilio lets us see the sender.
pub(crate) async fn findings(asking: &Asking<'_>) -> Vec<Finding> {
    let ours = asking.secrets.webhook_url.as_deref().unwrap_or_default();
    let to_enter = || {
        vec![Finding::new(
            "webhook_to_enter",
            "Enter webhook_url whole at the WhatsApp sender in Twilio: as incoming message, fallback and status callback \
             URL. Until then nothing comes in.",
        )]
    };
    let Ok(senders) = asking.ask(connect::senders(&asking.connection())).await else { return to_enter() };
    let number = asking.secrets.account.platform_id().rsplit(':').next().unwrap_or_default();
    let Some(sender) = senders.list.iter().find(|sender| sender.number.as_str() == number) else {
        let mut findings = to_enter();
        if !senders.more {
            findings.push(Finding::new(
                "sender_unknown",
                "Twilio lists no WhatsApp sender with this number in the account; only its sandbox is not listed. Check the \
                 number.",
            ));
        }
        return findings;
    };
    let mut findings = Vec::new();
    if sender.webhook.as_deref() != Some(ours) || sender.fallback.as_deref() != Some(ours) {
        findings.extend(to_enter());
    }
    if !sender.online {
        findings.push(Finding::new("sender_offline", "The WhatsApp sender is not online at Twilio yet."));
    }
    findings
}
