//! `DEPLOYMENT` / `UNCLAIMED`: how much came in for accounts that nobody has connected; and what nobody could read and no
//! account could be told of. Numbers only, but for the last, which is kept 30 days for the operator.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Store, StoreError, item, number, record};
use crate::event::Unreadable;
use crate::id::CorrelationId;
use crate::time::Timestamp;

const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 3600);

/// What came in and belonged to nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unclaimed {
    /// Events of accounts that nobody has connected.
    #[serde(default)]
    pub events: u64,
    /// Items that could not be read and named no account.
    #[serde(default)]
    pub unreadable: u64,
    /// When the last of them came.
    #[serde(default)]
    pub last_at: Option<Timestamp>,
}

impl Store {
    /// Counts an event of an account that nobody has connected.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn count_unclaimed(&self, now: Timestamp) -> Result<(), StoreError> {
        self.count("events", now).await
    }

    /// Counts and keeps an item that could not be read and names no account.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn keep_nobodys(
        &self,
        correlation: CorrelationId,
        unreadable: &Unreadable,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut item = item("DEPLOYMENT".to_owned(), format!("UNREADABLE#{correlation}"), unreadable)?;
        item.insert("expires_at".to_owned(), number(now.plus(KEPT_FOR).seconds()));
        self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await?;
        self.count("unreadable", now).await
    }

    /// The numbers.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn unclaimed(&self) -> Result<Unclaimed, StoreError> {
        Ok(self.get("DEPLOYMENT", "UNCLAIMED", false).await?.map(record).transpose()?.unwrap_or_default())
    }

    async fn count(&self, counter: &str, now: Timestamp) -> Result<(), StoreError> {
        self.update("DEPLOYMENT", "UNCLAIMED")
            .update_expression("ADD #counter :one SET last_at = :now")
            .expression_attribute_names("#counter", counter)
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":now", number(now.millis()))
            .send()
            .await?;
        Ok(())
    }
}
