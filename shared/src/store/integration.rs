//! `INTEGRATION#id` / `META`; a tenant's integrations by `gsi1`. Created and deleted together with its account claim.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{Health, Item, Store, StoreError, account, incomplete, item, number, record, text, written};
use crate::channel::{Channel, Provider};
use crate::id::{AccountKey, IntegrationId, TenantId};
use crate::openchannel::contact::{ContactField, ContactFields};
use crate::recontact::Recontact;
use crate::time::Timestamp;

/// One account of a channel linked to one Open Channel account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Integration {
    /// Its id.
    pub id: IntegrationId,
    /// The company it belongs to.
    pub tenant: TenantId,
    /// The channel, as `facebook`.
    pub channel: String,
    /// Who carries the channel, where several do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    /// The account at the platform, as the platform itself names it.
    pub account: AccountKey,
    /// The account's name at the platform.
    pub account_name: String,
    /// What people call the integration.
    pub name: String,
    /// The contact field of Motion that holds the customer's id.
    pub map_key: ContactField,
    /// Base of Motion's REST API, to be shown; nothing where it could not be derived and none was given. Who calls it takes the
    /// one beside the credential.
    #[serde(default)]
    pub api_base_url: Option<String>,
    /// Motion's id of the Open Channel account.
    #[serde(default)]
    pub desk_account: Option<String>,
    /// Contact fields that every message sets.
    #[serde(default)]
    pub contact_fields: ContactFields,
    /// Whether the account may use the platform's longer window for human agents.
    #[serde(default)]
    pub human_agent: bool,
    /// Whether customers see that an agent has read them, when the agent answers.
    #[serde(default)]
    pub read_marks: bool,
    /// How customers are written to again whose window is closed; nothing where they are not.
    #[serde(default)]
    pub recontact: Option<Recontact>,
    /// Where `/api/reply` may be called from for this integration; empty is never.
    #[serde(default)]
    pub bridge_sources: Vec<IpNet>,
    /// Whether messages go over; disabled, they are set aside.
    pub enabled: bool,
    /// Since when another integration has the account. What comes in after that is for that one, though it may still come to
    /// this one's own address.
    #[serde(default)]
    pub taken_over_at: Option<Timestamp>,
    /// How Motion answers. Anything but working is the breaker: messages are set aside without a try.
    #[serde(default)]
    pub desk: Health,
    /// How the platform takes our credential.
    #[serde(default)]
    pub platform: Health,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its settings were changed.
    pub updated_at: Timestamp,
    /// Counts changes of settings; a change on top of an older version is a conflict.
    pub revision: u64,
}

/// An integration could not be made.
#[derive(Debug, thiserror::Error)]
pub enum NewIntegration {
    /// Another integration has the account.
    #[error("the account is already connected")]
    AccountTaken,
    /// The table did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Integration {
    /// Its channel; nothing where a newer hub made it.
    pub fn channel(&self) -> Option<Channel> {
        Channel::named(&self.channel, self.provider)
    }
}

impl NewIntegration {
    /// A condition that does not hold means that somebody has the account.
    fn or_taken(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::AccountTaken,
            other => Self::Store(other),
        }
    }
}

pub(super) fn pk(id: IntegrationId) -> String {
    format!("INTEGRATION#{id}")
}

fn to_item(integration: &Integration) -> Result<Item, StoreError> {
    let mut item = item(pk(integration.id), "META".to_owned(), integration)?;
    item.insert("gsi1pk".to_owned(), text(format!("TENANT#{}", integration.tenant)));
    item.insert("gsi1sk".to_owned(), text(pk(integration.id)));
    Ok(item)
}

/// The attributes that no change of settings writes: the keys, and what workers find out about the links.
const NOT_SETTINGS: [&str; 4] = ["pk", "sk", "desk", "platform"];

/// Settings as an update on top of the revision that they were read with.
struct Settings {
    expression: String,
    names: HashMap<String, String>,
    values: Item,
}

impl Settings {
    fn of(integration: &Integration) -> Result<Self, StoreError> {
        let next = Integration { revision: integration.revision + 1, ..integration.clone() };
        // With the nulls that an item leaves out, so that what was cleared is written as well.
        let mut attributes: Item =
            serde_dynamo::to_item(&next).map_err(|error| StoreError::Unreadable(error.to_string()))?;
        attributes.extend(to_item(&next)?);
        attributes.retain(|name, _| !NOT_SETTINGS.contains(&name.as_str()));
        let mut names = HashMap::new();
        let mut values = Item::from([(":read".to_owned(), number(integration.revision))]);
        let (mut sets, mut removes) = (Vec::new(), Vec::new());
        for (index, (name, value)) in attributes.into_iter().enumerate() {
            names.insert(format!("#a{index}"), name);
            if matches!(value, AttributeValue::Null(_)) {
                removes.push(format!("#a{index}"));
            } else {
                sets.push(format!("#a{index} = :a{index}"));
                values.insert(format!(":a{index}"), value);
            }
        }
        let mut expression = format!("SET {}", sets.join(", "));
        if !removes.is_empty() {
            expression.push_str(&format!(" REMOVE {}", removes.join(", ")));
        }
        Ok(Self { expression, names, values })
    }
}

impl Store {
    /// An integration by its id. May be a second old.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn integration(&self, id: IntegrationId) -> Result<Option<Integration>, StoreError> {
        self.get(&pk(id), "META", false).await?.map(record).transpose()
    }

    /// An integration by its id, as it is now.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn current_integration(&self, id: IntegrationId) -> Result<Option<Integration>, StoreError> {
        self.get(&pk(id), "META", true).await?.map(record).transpose()
    }

    /// A tenant's integration as it is now.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn tenants_integration(
        &self,
        tenant: TenantId,
        id: IntegrationId,
    ) -> Result<Option<Integration>, StoreError> {
        let found: Option<Integration> = self.get(&pk(id), "META", true).await?.map(record).transpose()?;
        Ok(found.filter(|integration| integration.tenant == tenant))
    }

    /// A tenant's integrations, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn integrations(&self, tenant: TenantId) -> Result<Vec<Integration>, StoreError> {
        let mut integrations = Vec::new();
        let mut from = None;
        loop {
            let call = self.client.query().table_name(&self.table).index_name("gsi1");
            let answer = call
                .key_condition_expression("gsi1pk = :tenant AND begins_with(gsi1sk, :prefix)")
                .expression_attribute_values(":tenant", text(format!("TENANT#{tenant}")))
                .expression_attribute_values(":prefix", text("INTEGRATION#"))
                .set_exclusive_start_key(from)
                .send()
                .await?;
            for key in answer.items.unwrap_or_default() {
                let Some(Ok(pk)) = key.get("pk").map(|pk| pk.as_s().cloned()) else { continue };
                // The index may name one that was deleted a moment ago.
                if let Some(item) = self.get(&pk, "META", true).await? {
                    integrations.push(record(item)?);
                }
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(integrations);
            }
        }
    }

    /// Makes an integration and claims its account, both or neither.
    ///
    /// # Errors
    /// [`NewIntegration::AccountTaken`] when another integration has the account.
    pub async fn create_integration(&self, integration: &Integration) -> Result<(), NewIntegration> {
        self.put_back_integration(integration, true).await
    }

    /// Makes an integration as it was before it was deleted, with its claim if it had one, both or neither.
    ///
    /// # Errors
    /// [`NewIntegration::AccountTaken`] when another integration has the account, or this one is there already.
    pub async fn put_back_integration(
        &self,
        integration: &Integration,
        with_claim: bool,
    ) -> Result<(), NewIntegration> {
        let put = |item: Item| {
            let put = Put::builder().table_name(&self.table).set_item(Some(item));
            put.condition_expression("attribute_not_exists(pk)").build().map_err(|_| StoreError::Conflict)
        };
        let mut writes = vec![TransactWriteItem::builder().put(put(to_item(integration)?)?).build()];
        if with_claim {
            let claim = put(account::claim_item(&integration.account, integration.id))?;
            writes.push(TransactWriteItem::builder().put(claim).build());
        }
        self.transact(writes).await.map_err(NewIntegration::or_taken)
    }

    /// Makes an integration in the place of `old`, which loses its account and is disabled; all of it or nothing. What
    /// waits stays with `old`.
    ///
    /// # Errors
    /// [`NewIntegration::AccountTaken`] when `old` was changed meanwhile or no longer has the account.
    pub async fn take_over(&self, integration: &Integration, old: &Integration) -> Result<(), NewIntegration> {
        let at = integration.created_at;
        let disabled = Integration { enabled: false, taken_over_at: Some(at), updated_at: at, ..old.clone() };
        let put = Put::builder().table_name(&self.table).set_item(Some(to_item(integration)?));
        let put = put.condition_expression("attribute_not_exists(pk)").build().map_err(incomplete)?;
        let claim = Put::builder()
            .table_name(&self.table)
            .set_item(Some(account::claim_item(&integration.account, integration.id)))
            .condition_expression("integration = :old")
            .expression_attribute_values(":old", text(old.id.to_string()))
            .build()
            .map_err(incomplete)?;
        let writes = vec![
            TransactWriteItem::builder().put(put).build(),
            TransactWriteItem::builder().put(claim).build(),
            self.settings_write(&disabled)?,
        ];
        self.transact(writes).await.map_err(NewIntegration::or_taken)
    }

    /// Writes changed settings. `integration.revision` is the one they were read with. How the two links answer is not
    /// written: a worker may have found something else meanwhile. A transaction of one write, because its token lets it be
    /// sent again after a lost answer: a plain update would then meet its own revision and look like a conflict.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when someone else changed them since.
    pub async fn update_integration(&self, integration: &Integration) -> Result<Integration, StoreError> {
        let write = self.settings_write(integration)?;
        self.transact(vec![write]).await?;
        self.current_integration(integration.id).await?.ok_or(StoreError::Conflict)
    }

    /// Writes changed settings and claims the account, both or neither.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when someone else changed the settings, or has the account.
    pub async fn update_and_claim(&self, integration: &Integration) -> Result<(), StoreError> {
        let claim = Put::builder()
            .table_name(&self.table)
            .set_item(Some(account::claim_item(&integration.account, integration.id)))
            .condition_expression("attribute_not_exists(pk) OR integration = :ours")
            .expression_attribute_values(":ours", text(integration.id.to_string()))
            .build()
            .map_err(incomplete)?;
        let writes = vec![self.settings_write(integration)?, TransactWriteItem::builder().put(claim).build()];
        self.transact(writes).await
    }

    /// Deletes an integration and frees its account, both or neither. An account that another one took over stays there.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it was changed since it was read, or its account went over at this moment.
    pub async fn delete_integration(&self, integration: &Integration) -> Result<(), StoreError> {
        let record = Delete::builder()
            .table_name(&self.table)
            .key("pk", text(pk(integration.id)))
            .key("sk", text("META"))
            .condition_expression("revision = :read")
            .expression_attribute_values(":read", number(integration.revision));
        let mut writes = vec![TransactWriteItem::builder().delete(record.build().map_err(incomplete)?).build()];
        if self.claim_holder(&integration.account).await? == Some(integration.id) {
            let claim = Delete::builder()
                .table_name(&self.table)
                .key("pk", text(account::pk(&integration.account)))
                .key("sk", text("META"))
                .condition_expression("integration = :ours")
                .expression_attribute_values(":ours", text(integration.id.to_string()));
            writes.push(TransactWriteItem::builder().delete(claim.build().map_err(incomplete)?).build());
        }
        self.transact(writes).await
    }

    fn settings_write(&self, integration: &Integration) -> Result<TransactWriteItem, StoreError> {
        let Settings { expression, names, values } = Settings::of(integration)?;
        let update = Update::builder()
            .table_name(&self.table)
            .key("pk", text(pk(integration.id)))
            .key("sk", text("META"))
            .update_expression(expression)
            .condition_expression("revision = :read")
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values));
        written(update)
    }
}
