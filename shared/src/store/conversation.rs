//! `CONVERSATION#integration` / `PLACE#direct#customer` or `PLACE#public#thread#customer`: one customer in one place. It
//! carries a copy of the customer's desk id and names, so that a known customer's message costs one call here.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use serde::{Deserialize, Serialize};

use super::{Item, Store, StoreError, made, number, record, text, value};
use crate::event::Place;
use crate::id::{CorrelationId, CustomerId, DeskId, IntegrationId, MessageId};
use crate::time::Timestamp;

/// One customer in one place of an integration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// The time of the customer's newest message at the platform.
    #[serde(default)]
    pub newest_at: Option<Timestamp>,
    /// The platform's id of that message.
    #[serde(default)]
    pub newest_id: Option<MessageId>,
    /// When the platform last opened its window for free answers.
    #[serde(default)]
    pub window_at: Option<Timestamp>,
    /// Other ids by which the platform knows the customer, the newest first.
    #[serde(default)]
    pub aliases: Vec<CustomerId>,
    /// Ids of the customer that are somebody else's by now.
    #[serde(default)]
    pub lost: Vec<CustomerId>,
    /// The customer whose alias this one turned out to be: what comes in for this id is theirs.
    #[serde(default)]
    pub moved_to: Option<CustomerId>,
    /// What Motion knows the customer by; nothing before the customer was looked up.
    #[serde(default)]
    pub desk_id: Option<DeskId>,
    /// First name, if the platform told.
    #[serde(default)]
    pub first_name: Option<String>,
    /// Last name, if the platform told.
    #[serde(default)]
    pub last_name: Option<String>,
    /// How often the platform was asked for the name in vain.
    #[serde(default)]
    pub name_tries: u32,
    /// The living chain of drains, while messages wait for the desk; later ones go behind them.
    #[serde(default)]
    pub waiting: Option<CorrelationId>,
    /// How many messages of agents are held until the customer writes; answers queue behind them.
    #[serde(default)]
    pub held: u32,
    /// When the template was sent last that asks the customer to write.
    #[serde(default)]
    pub recontact_at: Option<Timestamp>,
    /// The platform's id of that template's message; nothing where nobody knows.
    #[serde(default)]
    pub asked_by: Option<MessageId>,
    /// Until when somebody is sending that template: long enough for that, and then whoever died at it stands in nobody's way.
    #[serde(default)]
    pub asking_until: Option<Timestamp>,
    /// How many held messages were sent of which the agent is not told yet.
    #[serde(default)]
    pub released: u32,
    /// When the next try to send held messages is due, where the platform took no more.
    #[serde(default)]
    pub release_at: Option<Timestamp>,
    /// All of ours up to here reached the customer's device.
    #[serde(default)]
    pub delivered_to: Option<Timestamp>,
    /// All of ours up to here were read.
    #[serde(default)]
    pub read_to: Option<Timestamp>,
}

/// What a customer did that opens the platform's window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign<'a> {
    /// They wrote, in a message of this id.
    Message(Option<&'a MessageId>),
    /// They tapped, or reacted.
    Act,
}

pub(super) fn pk(integration: IntegrationId) -> String {
    format!("CONVERSATION#{integration}")
}

/// Before a customer in the sort key of their private conversation.
const DIRECT: &str = "PLACE#direct#";

pub(super) fn place_sk(place: &Place, customer: &CustomerId) -> String {
    match place {
        Place::Direct => format!("{DIRECT}{customer}"),
        Place::Public { thread } => format!("PLACE#public#{thread}#{customer}"),
    }
}

/// Whose private conversation a sort key names.
pub(super) fn direct_customer_in(sk: &str) -> Option<&str> {
    sk.strip_prefix(DIRECT)
}

impl Conversation {
    /// By which ids its customer can be written to, their own first and then the newest. What somebody else has by now is none
    /// of them; who has lost one is known by another.
    pub fn ways_to(&self, customer: &CustomerId) -> (CustomerId, Vec<CustomerId>) {
        let kept = |id: &&CustomerId| !self.lost.contains(id);
        let mut aliases: Vec<CustomerId> = self.aliases.iter().filter(kept).cloned().collect();
        if self.lost.contains(customer)
            && let Some(other) = aliases.pop()
        {
            return (other, aliases);
        }
        (customer.clone(), aliases)
    }
}

impl Store {
    /// A conversation as it is now; an empty one where nothing was ever said.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn conversation(
        &self,
        integration: IntegrationId,
        place: &Place,
        customer: &CustomerId,
    ) -> Result<Conversation, StoreError> {
        let found = self.get(&pk(integration), &place_sk(place, customer), true).await?;
        Ok(found.map(record).transpose()?.unwrap_or_default())
    }

    /// Notes a sign of the customer that opens the platform's window, and gives back the conversation. One older than the
    /// newest changes nothing, so that a late repeat never opens a window again.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn note_sign(
        &self,
        integration: IntegrationId,
        place: &Place,
        customer: &CustomerId,
        at: Timestamp,
        sign: Sign<'_>,
    ) -> Result<Conversation, StoreError> {
        // A platform that tells whole seconds tells two messages of the same one.
        let later = if sign == Sign::Act { "window_at < :at" } else { "window_at <= :at" };
        let (newest, message) = match sign {
            Sign::Act => ("", None),
            Sign::Message(None) => (", newest_at = :at REMOVE newest_id", None),
            Sign::Message(Some(id)) => {
                (", newest_at = :at, newest_id = :message", Some((":message", text(id.as_str()))))
            }
        };
        let update = self
            .update(pk(integration), place_sk(place, customer))
            .update_expression(format!("SET customer = :customer, window_at = :at{newest}"))
            .condition_expression(format!("attribute_not_exists(window_at) OR {later}"))
            .expression_attribute_values(":customer", text(customer.as_str()))
            .expression_attribute_values(":at", number(at.millis()))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let update =
            message.into_iter().fold(update, |update, (name, id)| update.expression_attribute_values(name, id));
        let updated = update.send().await;
        let item = match updated {
            Ok(answer) => answer.attributes.unwrap_or_default(),
            Err(error) => older(error)?,
        };
        record(item)
    }

    /// Notes that the platform's window was closed at `at`, as if it had opened last at `opened`. A sign of the customer after
    /// that stands.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn close_window(
        &self,
        integration: IntegrationId,
        place: &Place,
        customer: &CustomerId,
        at: Timestamp,
        opened: Timestamp,
    ) -> Result<(), StoreError> {
        let written = self
            .update(pk(integration), place_sk(place, customer))
            .update_expression("SET window_at = :opened")
            .condition_expression("window_at > :opened AND window_at <= :at")
            .expression_attribute_values(":opened", number(opened.millis()))
            .expression_attribute_values(":at", number(at.millis()))
            .send()
            .await;
        made(written).map(drop)
    }

    /// Writes what was learned of the customer.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn introduce(
        &self,
        integration: IntegrationId,
        place: &Place,
        customer: &CustomerId,
        known: &Conversation,
    ) -> Result<(), StoreError> {
        let mut sets = vec!["name_tries = :tries"];
        let mut values = vec![(":tries", number(known.name_tries))];
        let optional = [
            ("desk_id = :desk", ":desk", known.desk_id.as_ref().map(DeskId::as_str)),
            ("first_name = :first", ":first", known.first_name.as_deref()),
            ("last_name = :last", ":last", known.last_name.as_deref()),
        ];
        for (set, name, found) in optional {
            if let Some(found) = found {
                sets.push(set);
                values.push((name, text(found)));
            }
        }
        self.update_place(integration, place, customer, &format!("SET {}", sets.join(", ")), values).await
    }

    /// Writes by which other ids the platform knows the customer, the newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn set_aliases(
        &self,
        integration: IntegrationId,
        place: &Place,
        customer: &CustomerId,
        aliases: &[CustomerId],
    ) -> Result<(), StoreError> {
        let values = vec![(":aliases", value(&aliases)?)];
        self.update_place(integration, place, customer, "SET aliases = :aliases", values).await
    }

    /// Notes that an id of a customer is somebody else's by now: nothing is sent to it any more.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn lose(
        &self,
        integration: IntegrationId,
        customer: &CustomerId,
        id: &CustomerId,
    ) -> Result<(), StoreError> {
        let written = self
            .update(pk(integration), place_sk(&Place::Direct, customer))
            .update_expression("SET lost = list_append(if_not_exists(lost, :none), :ids)")
            .condition_expression("attribute_not_exists(lost) OR NOT contains(lost, :id)")
            .expression_attribute_values(":none", AttributeValue::L(Vec::new()))
            .expression_attribute_values(":ids", AttributeValue::L(vec![text(id.as_str())]))
            .expression_attribute_values(":id", text(id.as_str()))
            .send()
            .await;
        made(written).map(drop)
    }

    /// Writes that an id is an alias of `to`, so that the next event for it is known to be theirs at once.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn move_to(
        &self,
        integration: IntegrationId,
        place: &Place,
        customer: &CustomerId,
        to: &CustomerId,
    ) -> Result<(), StoreError> {
        let values = vec![(":to", text(to.as_str()))];
        self.update_place(integration, place, customer, "SET moved_to = :to", values).await
    }

    /// Makes a chain of drains the one that lives.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn wait_on(
        &self,
        integration: IntegrationId,
        place: &Place,
        customer: &CustomerId,
        chain: CorrelationId,
    ) -> Result<(), StoreError> {
        let values = vec![(":chain", text(chain.to_string()))];
        self.update_place(integration, place, customer, "SET waiting = :chain", values).await
    }

    /// Notes that nothing waits any more.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn nothing_waits(
        &self,
        integration: IntegrationId,
        place: &Place,
        customer: &CustomerId,
    ) -> Result<(), StoreError> {
        self.update_place(integration, place, customer, "REMOVE waiting", vec![]).await
    }

    /// Notes that all of ours up to a time were delivered, or read. A mark never goes back.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn note_watermark(
        &self,
        integration: IntegrationId,
        place: &Place,
        customer: &CustomerId,
        read: bool,
        up_to: Timestamp,
    ) -> Result<(), StoreError> {
        let name = if read { "read_to" } else { "delivered_to" };
        let written = self
            .update(pk(integration), place_sk(place, customer))
            .update_expression("SET #mark = :up_to")
            .condition_expression("attribute_not_exists(#mark) OR #mark < :up_to")
            .expression_attribute_names("#mark", name)
            .expression_attribute_values(":up_to", number(up_to.millis()))
            .send()
            .await;
        made(written).map(drop)
    }

    pub(super) async fn update_place(
        &self,
        integration: IntegrationId,
        place: &Place,
        customer: &CustomerId,
        expression: &str,
        values: Vec<(&str, AttributeValue)>,
    ) -> Result<(), StoreError> {
        let call = self.update(pk(integration), place_sk(place, customer)).update_expression(expression);
        let call = values.into_iter().fold(call, |call, (name, value)| call.expression_attribute_values(name, value));
        call.send().await?;
        Ok(())
    }
}

/// The item that stood in the way of a condition.
fn older(
    error: aws_sdk_dynamodb::error::SdkError<aws_sdk_dynamodb::operation::update_item::UpdateItemError>,
) -> Result<Item, StoreError> {
    use aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException;
    match error.as_service_error() {
        Some(ConditionalCheckFailedException(stood)) => stood.item.clone().ok_or(StoreError::Conflict),
        _ => Err(StoreError::from(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_written_to_by_what_somebody_else_has() {
        let ids = |text: &str| text.split_whitespace().map(CustomerId::new).collect::<Vec<_>>();
        let table = [
            ("N", "", "", "N", ""),
            ("N", "DE.1", "", "N", "DE.1"),
            ("N", "DE.1", "N", "DE.1", ""),
            ("N", "M DE.1", "N", "DE.1", "M"),
            ("DE.1", "N", "N", "DE.1", ""),
            ("DE.1", "M N", "N", "DE.1", "M"),
            ("N", "", "N", "N", ""), // there is no other way
        ];
        for (customer, aliases, lost, to, others) in table {
            let conversation = Conversation { aliases: ids(aliases), lost: ids(lost), ..Conversation::default() };
            let told = conversation.ways_to(&CustomerId::new(customer));
            assert_eq!(told, (CustomerId::new(to), ids(others)), "{customer} {aliases} {lost}");
        }
    }
}
