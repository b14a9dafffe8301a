//! `ACCOUNT#key` / `META`: which integration has claimed an account of a platform.

use super::{Item, Store, StoreError, text};
use crate::id::{AccountKey, IntegrationId};

pub(super) fn pk(account: &AccountKey) -> String {
    format!("ACCOUNT#{account}")
}

pub(super) fn claim_item(account: &AccountKey, integration: IntegrationId) -> Item {
    Item::from([
        ("pk".to_owned(), text(pk(account))),
        ("sk".to_owned(), text("META")),
        ("integration".to_owned(), text(integration.to_string())),
    ])
}

impl Store {
    /// The integration that has claimed an account. May be a second old.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn account_owner(&self, account: &AccountKey) -> Result<Option<IntegrationId>, StoreError> {
        self.read_claim(account, false).await
    }

    /// The integration that has claimed an account at this moment.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn claim_holder(&self, account: &AccountKey) -> Result<Option<IntegrationId>, StoreError> {
        self.read_claim(account, true).await
    }

    async fn read_claim(&self, account: &AccountKey, consistent: bool) -> Result<Option<IntegrationId>, StoreError> {
        let Some(item) = self.get(&pk(account), "META", consistent).await? else { return Ok(None) };
        let owner = item.get("integration").and_then(|value| value.as_s().ok()).and_then(|id| id.parse().ok());
        owner.map(Some).ok_or_else(|| StoreError::Unreadable("an account claim without an integration".to_owned()))
    }
}
