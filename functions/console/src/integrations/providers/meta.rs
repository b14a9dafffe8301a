//! WhatsApp through Meta's Cloud API: a telephone number's id, its business account and a token of a system user.

use secrecy::{ExposeSecret, SecretString};
use shared::channel::{PlatformCredential, Provider};
use shared::id::AccountKey;

use super::{ProviderAccount, required};
use crate::error::{ApiError, Problems};
use crate::integrations::draft::Draft;
use crate::integrations::findings::Finding;
use crate::integrations::forms;
use crate::integrations::platform::Asking;
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
        draft.expect_account(AccountKey::new(format!("whatsapp:meta:{}", number.unwrap_or_default())));
        draft.secrets.platform = PlatformCredential::Graph { token, waba };
        draft.apply_app("meta.", self.app_secret, self.verify_token, problems);
    }
}

pub(crate) async fn account(_: &Asking<'_>) -> Result<ProviderAccount, ApiError> {
    Err(ApiError::Unavailable)
}

pub(crate) async fn subscribe(_: &Asking<'_>) -> Vec<Finding> {
    Vec::new()
}

pub(crate) async fn unsubscribe(_: &Asking<'_>) {}
