//! WhatsApp through Twilio: an account with its auth token, which signs webhooks, and perhaps an API key for sending.

use secrecy::{ExposeSecret, SecretString};
use shared::channel::whatsapp::twilio::Credential;
use shared::channel::{PlatformCredential, Provider};
use shared::id::AccountKey;

use super::required;
use crate::error::Problems;
use crate::integrations::draft::{Draft, put_first};
use crate::integrations::forms;
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
            (Given::Absent, Given::Absent) if before_user.is_some() => before_user
                .map(|known| (known.user.clone(), known.password.clone()))
                .unwrap_or_default(),
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
        debug_assert!(draft.secrets.app_secrets.iter().all(|secret| !secret.expose_secret().is_empty()));
    }
}
