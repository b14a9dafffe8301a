//! `CUSTOMER#integration` / `ID#id` and `DESK#value`: a customer and what Motion knows them by, made together; `ALIAS#id`:
//! another id by which the platform knows a customer.

use aws_sdk_dynamodb::types::{ConditionCheck, Put, TransactWriteItem};
use serde::{Deserialize, Serialize};

use super::{Item, Store, StoreError, incomplete, item, record, text};
use crate::id::{CustomerId, DeskId, IntegrationId};
use crate::time::Timestamp;

/// A person on a channel, as one integration knows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The platform's stable id.
    pub id: CustomerId,
    /// What Motion knows them by. Once given, it stays.
    pub desk_id: DeskId,
    /// First name, if the platform told.
    #[serde(default)]
    pub first_name: Option<String>,
    /// Last name, if the platform told.
    #[serde(default)]
    pub last_name: Option<String>,
    /// When they were first heard of.
    pub created_at: Timestamp,
}

fn pk(integration: IntegrationId) -> String {
    format!("CUSTOMER#{integration}")
}

impl Store {
    /// A customer by the platform's id.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn customer(&self, integration: IntegrationId, id: &CustomerId) -> Result<Option<Customer>, StoreError> {
        self.get(&pk(integration), &format!("ID#{id}"), true).await?.map(record).transpose()
    }

    /// The customer whom Motion knows by `desk_id`.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn customer_by_desk_id(
        &self,
        integration: IntegrationId,
        desk_id: &DeskId,
    ) -> Result<Option<CustomerId>, StoreError> {
        let Some(item) = self.get(&pk(integration), &format!("DESK#{desk_id}"), true).await? else { return Ok(None) };
        let id = item.get("customer").and_then(|value| value.as_s().ok()).map(CustomerId::new);
        id.map(Some).ok_or_else(|| StoreError::Unreadable("a desk id without a customer".to_owned()))
    }

    /// The customer whom an id names, by itself or as an alias; nothing where nobody is known by it.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn customer_named(
        &self,
        integration: IntegrationId,
        id: &CustomerId,
    ) -> Result<Option<CustomerId>, StoreError> {
        let pk = pk(integration);
        if self.get(&pk, &format!("ID#{id}"), true).await?.is_some() {
            return Ok(Some(id.clone()));
        }
        let Some(item) = self.get(&pk, &format!("ALIAS#{id}"), true).await? else { return Ok(None) };
        let customer = item.get("customer").and_then(|value| value.as_s().ok()).map(CustomerId::new);
        customer.map(Some).ok_or_else(|| StoreError::Unreadable("an alias without a customer".to_owned()))
    }

    /// Makes an id another name of a customer. An id that names somebody already goes on naming them: says whether it names
    /// this one now.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn add_alias(
        &self,
        integration: IntegrationId,
        alias: &CustomerId,
        customer: &CustomerId,
    ) -> Result<bool, StoreError> {
        let pk = pk(integration);
        let nobodys = ConditionCheck::builder()
            .table_name(&self.table)
            .key("pk", text(&pk))
            .key("sk", text(format!("ID#{alias}")))
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .map_err(incomplete)?;
        let put = Put::builder()
            .table_name(&self.table)
            .item("pk", text(&pk))
            .item("sk", text(format!("ALIAS#{alias}")))
            .item("customer", text(customer.as_str()))
            .condition_expression("attribute_not_exists(pk) OR customer = :customer")
            .expression_attribute_values(":customer", text(customer.as_str()))
            .build()
            .map_err(incomplete)?;
        let writes = vec![
            TransactWriteItem::builder().condition_check(nobodys).build(),
            TransactWriteItem::builder().put(put).build(),
        ];
        match self.transact(writes).await {
            Ok(()) => Ok(true),
            Err(StoreError::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes a customer and their desk id, both or neither.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when either is there already.
    pub async fn create_customer(&self, integration: IntegrationId, customer: &Customer) -> Result<(), StoreError> {
        let put = |item: Item| {
            let put = Put::builder().table_name(&self.table).set_item(Some(item));
            put.condition_expression("attribute_not_exists(pk)")
                .build()
                .map(|put| TransactWriteItem::builder().put(put).build())
                .map_err(|_| StoreError::Conflict)
        };
        let pk = pk(integration);
        let desk = Item::from([
            ("pk".to_owned(), text(&pk)),
            ("sk".to_owned(), text(format!("DESK#{}", customer.desk_id))),
            ("customer".to_owned(), text(customer.id.as_str())),
        ]);
        self.transact(vec![put(item(pk, format!("ID#{}", customer.id), customer)?)?, put(desk)?]).await
    }
}
