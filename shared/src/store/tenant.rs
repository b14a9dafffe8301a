//! `TENANT#id` / `META` and `MEMBER#sub`; a person's tenants by `gsi1`. `PERSON#sub` / `META` keeps a person's first
//! calls, made at the same moment, from making two tenants.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};

use super::{Item, Store, StoreError, number, text};
use crate::id::TenantId;
use crate::time::Timestamp;

impl Store {
    /// A person's tenant. The first call of a person makes it.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn tenant_of(&self, person: &str, now: Timestamp) -> Result<TenantId, StoreError> {
        if let Some(tenant) = self.known_tenant(person).await? {
            return Ok(tenant);
        }
        match self.make_tenant(person, TenantId::generate(), now).await {
            Err(StoreError::Conflict) => self.known_tenant(person).await?.ok_or(StoreError::Conflict),
            made => made,
        }
    }

    async fn known_tenant(&self, person: &str) -> Result<Option<TenantId>, StoreError> {
        let Some(item) = self.get(&format!("PERSON#{person}"), "META", true).await? else { return Ok(None) };
        let tenant = item.get("tenant").and_then(|value| value.as_s().ok()).and_then(|id| id.parse().ok());
        tenant.map(Some).ok_or_else(|| StoreError::Unreadable("a person without a tenant".to_owned()))
    }

    async fn make_tenant(&self, person: &str, tenant: TenantId, now: Timestamp) -> Result<TenantId, StoreError> {
        let pk = format!("TENANT#{tenant}");
        let new = |pk: String, sk: String, more: Vec<(&str, String)>| {
            let mut item = Item::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))]);
            item.insert("created_at".to_owned(), number(now.millis()));
            item.extend(more.into_iter().map(|(name, value)| (name.to_owned(), text(value))));
            let put = Put::builder().table_name(&self.table).set_item(Some(item));
            put.condition_expression("attribute_not_exists(pk)")
                .build()
                .map(|put| TransactWriteItem::builder().put(put).build())
                .map_err(|_| StoreError::Conflict)
        };
        let member = vec![("gsi1pk", format!("MEMBER#{person}")), ("gsi1sk", pk.clone()), ("role", "owner".to_owned())];
        let writes = vec![
            new(pk.clone(), "META".to_owned(), vec![])?,
            new(pk, format!("MEMBER#{person}"), member)?,
            new(format!("PERSON#{person}"), "META".to_owned(), vec![("tenant", tenant.to_string())])?,
        ];
        self.transact(writes).await?;
        Ok(tenant)
    }
}
