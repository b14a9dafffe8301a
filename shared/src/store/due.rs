//! What is due at a time although nobody asks for it, by `gsi1`: the ends of held messages (`HELD`), and leases on the template
//! that asks a customer to write (`ASKING`). An entry names its item by the keys that every index carries.

use super::{Item, Store, StoreError, conversation, held, text};
use crate::id::{CustomerId, IntegrationId};
use crate::time::Timestamp;

/// The partition of held messages, by the time at which they end.
pub(super) const HELD: &str = "HELD";
/// The partition of conversations whose customer is being asked to write, by the time until which that may take.
pub(super) const ASKING: &str = "ASKING";

/// A conversation in which something was due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The integration.
    pub integration: IntegrationId,
    /// The customer.
    pub customer: CustomerId,
    /// Since when; since the first where there are several.
    pub since: Timestamp,
}

/// A moment as the index orders it.
pub(super) fn index_sk(at: Timestamp) -> String {
    format!("{:020}", at.millis().max(0))
}

impl Store {
    /// Whose held messages have ended by `now`, each customer once; `most` messages are looked at.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn overdue(&self, now: Timestamp, most: usize) -> Result<Vec<Due>, StoreError> {
        self.due(HELD, now, most, held::customer_in).await
    }

    /// Whose lease on the template ended before `now`, as the index knows it: it may be a moment late.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn unasked(&self, now: Timestamp, most: usize) -> Result<Vec<Due>, StoreError> {
        self.due(ASKING, now, most, conversation::direct_customer_in).await
    }

    async fn due(
        &self,
        partition: &str,
        now: Timestamp,
        most: usize,
        customer: fn(&str) -> Option<&str>,
    ) -> Result<Vec<Due>, StoreError> {
        let mut found: Vec<Due> = Vec::new();
        let (mut seen, mut from) = (0, None);
        loop {
            let left = i32::try_from(most - seen).unwrap_or(i32::MAX);
            let call = self.client.query().table_name(&self.table).index_name("gsi1").limit(left);
            let answer = call
                .key_condition_expression("gsi1pk = :partition AND gsi1sk <= :now")
                .expression_attribute_values(":partition", text(partition))
                .expression_attribute_values(":now", text(index_sk(now)))
                .set_exclusive_start_key(from)
                .send()
                .await?;
            for key in answer.items.unwrap_or_default() {
                seen += 1;
                let is_new = |new: &Due| {
                    !found.iter().any(|old| (old.integration, &old.customer) == (new.integration, &new.customer))
                };
                found.extend(whose(&key, customer).filter(is_new));
            }
            from = answer.last_evaluated_key;
            if from.is_none() || seen >= most {
                return Ok(found);
            }
        }
    }
}

/// Whose an entry is; `customer` finds them in its sort key.
fn whose(key: &Item, customer: fn(&str) -> Option<&str>) -> Option<Due> {
    let part = |name: &str| key.get(name).and_then(|value| value.as_s().ok());
    let integration = part("pk")?.strip_prefix("CONVERSATION#")?.parse().ok()?;
    let customer = CustomerId::new(customer(part("sk")?)?);
    let since = Timestamp::from_millis(part("gsi1sk")?.parse().ok()?);
    Some(Due { integration, customer, since })
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn an_entry_names_whose_it_is() {
        let (integration, since) = (IntegrationId::generate(), Timestamp::from_seconds(1_790_259_200));
        let entry = |sk: &str| {
            let keys = [("pk", conversation::pk(integration)), ("sk", sk.to_owned()), ("gsi1sk", index_sk(since))];
            Item::from(keys.map(|(name, key)| (name.to_owned(), text(key))))
        };
        let anna = Due { integration, customer: CustomerId::new("7304418829920156"), since };
        let asked = whose(&entry("PLACE#direct#7304418829920156"), conversation::direct_customer_in);
        assert_eq!(asked.as_ref(), Some(&anna));
        let held = whose(&entry("HELD#7304418829920156#01KAHXJ5V5S6J6M5Q3X0B7T9ZC#00"), held::customer_in);
        assert_eq!(held, Some(anna));
        assert_eq!(whose(&entry("PLACE#public#7#8"), conversation::direct_customer_in), None);
        assert_eq!(whose(&Item::new(), held::customer_in), None);
    }

    #[test]
    fn moments_are_in_their_order() {
        assert!(index_sk(Timestamp::from_millis(999)) < index_sk(Timestamp::from_millis(1_000)));
    }
}
