//! `BRIDGE` / `INTEGRATION#id`: the integrations that may be answered through the address all share, and from where.
//!
//! A partition of its own, so that one small read finds them all. Written when a person switches the bridge on or off.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{Integration, Store, StoreError, item, record, text};
use crate::id::IntegrationId;
use crate::openchannel::contact::ContactField;

/// The most integrations that can share the address.
const MOST: usize = 1000;

/// One integration that may be answered through the shared address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bridge {
    /// The integration.
    pub integration: IntegrationId,
    /// The networks that its answers come from. Never empty.
    pub sources: Vec<IpNet>,
    /// The contact field of Motion that holds the customer's id.
    pub map_key: ContactField,
    /// Motion's id of its account; nothing where that is not known.
    #[serde(default)]
    pub desk_account: Option<String>,
}

const PK: &str = "BRIDGE";

fn sk(id: IntegrationId) -> String {
    format!("INTEGRATION#{id}")
}

impl Store {
    /// Makes the shared address know an integration as its record says, or forget it where the record names no sources. To
    /// be called whenever a record was made or changed.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn set_bridge(&self, integration: &Integration) -> Result<(), StoreError> {
        if integration.bridge_sources.is_empty() {
            return self.clear_bridge(integration.id).await;
        }
        let bridge = Bridge {
            integration: integration.id,
            sources: integration.bridge_sources.clone(),
            map_key: integration.map_key,
            desk_account: integration.desk_account.clone(),
        };
        let item = item(PK.to_owned(), sk(integration.id), &bridge)?;
        self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await?;
        Ok(())
    }

    /// Makes the shared address forget an integration; one that it does not know is fine.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn clear_bridge(&self, id: IntegrationId) -> Result<(), StoreError> {
        self.client.delete_item().table_name(&self.table).key("pk", text(PK)).key("sk", text(sk(id))).send().await?;
        Ok(())
    }

    /// All integrations that the shared address knows.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn bridges(&self) -> Result<Vec<Bridge>, StoreError> {
        self.list(PK, "INTEGRATION#", MOST).await?.into_iter().map(record).collect()
    }
}
