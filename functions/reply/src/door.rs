//! Whose reply it is, by the secret in the path: all that proves a call comes from Motion.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use shared::id::IntegrationId;
use shared::secrets::IntegrationSecrets;
use shared::store::Integration;
use shared::time::Timestamp;
use subtle::{Choice, ConstantTimeEq};

use crate::answer::Answer;
use crate::budget::Budget;
use crate::route::unknown;
use crate::shell::Shell;

/// An integration whose reply was let in.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    pub(crate) integration: Arc<Integration>,
    pub(crate) secrets: IntegrationSecrets,
}

impl Shell {
    /// Opens the door to whoever knows an integration's path secret.
    pub(crate) async fn by_secret(
        &self,
        id: IntegrationId,
        secret: &str,
        budget: Budget,
        now: Timestamp,
    ) -> Result<Door, Answer> {
        let read = async || budget.work(self.secrets.integration(id, now)).await?.map_err(Answer::from);
        let mut secrets = read().await?.ok_or_else(unknown)?;
        if !is_one_of(secret, &secrets.reply_secrets) {
            // It may have been changed since we looked.
            if !self.secrets.refresh(Some(id), now) {
                return Err(unknown());
            }
            secrets = read().await?.filter(|newer| is_one_of(secret, &newer.reply_secrets)).ok_or_else(unknown)?;
        }
        self.door(id, secrets, budget, now).await
    }

    /// The door to an integration that is already known to be meant. From here on every line of the log names it.
    pub(crate) async fn door(
        &self,
        id: IntegrationId,
        secrets: IntegrationSecrets,
        budget: Budget,
        now: Timestamp,
    ) -> Result<Door, Answer> {
        let integration = budget.work(self.integration(id, now)).await??.ok_or_else(unknown)?;
        tracing::Span::current().record("integration", tracing::field::display(integration.id));
        Ok(Door { integration, secrets })
    }
}

/// Whether `given` is one of the secrets, in a time that tells nothing of them.
fn is_one_of(given: &str, secrets: &[SecretString]) -> bool {
    let same = |secret: &SecretString| given.as_bytes().ct_eq(secret.expose_secret().as_bytes());
    bool::from(secrets.iter().fold(Choice::from(0), |found, secret| found | same(secret)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_listed_secret_opens_and_nothing_else() {
        let secrets: Vec<SecretString> = ["newer-secret", "older-secret"].map(SecretString::from).into();
        let table = [
            ("newer-secret", true),
            ("older-secret", true),
            ("newer-secre", false),
            ("newer-secret2", false),
            ("NEWER-SECRET", false),
            ("", false),
        ];
        for (given, opens) in table {
            assert_eq!(is_one_of(given, &secrets), opens, "{given}");
        }
        assert!(!is_one_of("", &[]));
    }
}
