//! `CONVERSATION#integration` / `HELD#customer#correlation#part`: what agents wrote while the platform's window was closed,
//! one message each, until the customer writes. No TTL: each ends by being sent, refused, cancelled or told to have ended.
//!
//! The conversation counts them (`held`), and every write that adds or takes one moves the count with it, both or neither:
//! while the count is not nought, answers queue behind. They stand in the index of what is due (`gsi1`) by the time at which
//! they end.

use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem, Update};
use serde::{Deserialize, Serialize};

use super::{
    Conversation, Store, StoreError, asking, conversation, due, incomplete, item, made, number, record, text, value,
    written,
};
use crate::event::Place;
use crate::id::{CorrelationId, CustomerId, IntegrationId};
use crate::openchannel::attachment::AttachmentId;
use crate::text::shorten;
use crate::time::Timestamp;

/// What the keys of held messages begin with.
pub(super) const HELD: &str = "HELD#";
/// How much of a text its agent is reminded of, in characters.
const QUOTE: usize = 1_000;

/// One message of an agent that is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The answer it belongs to: follows it through logs, records and the platform's echo.
    pub correlation: CorrelationId,
    /// Which part of the answer it is.
    pub part: u32,
    /// Whether it is the last part: with it the answer counts as sent.
    pub last: bool,
    /// Whom it is for.
    pub customer: CustomerId,
    /// The record of the answer; nothing where Motion gave it no id.
    #[serde(default)]
    pub reply: Option<String>,
    /// What it says or is.
    pub content: HeldContent,
    /// Since when it is held.
    pub since: Timestamp,
    /// When it ends if the customer does not write.
    pub until: Timestamp,
    /// Whether it is being sent.
    pub state: HeldState,
    /// Who is sending it. A claim whose answer got lost on the way is recognised by it when AWS's client asks again.
    #[serde(default)]
    pub claim: Option<String>,
    /// Why the platform did not take it when it was last tried.
    #[serde(default)]
    pub trouble: Option<String>,
}

/// What a held message says or is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum HeldContent {
    /// Words within the channel's limit.
    Text {
        /// The words.
        text: String,
    },
    /// A file, fetched from Motion when it is sent.
    File {
        /// Motion's id of it.
        attachment: AttachmentId,
        /// What the agent's answer calls it.
        name: Option<String>,
    },
}

/// Whether a held message is being sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldState {
    /// It waits for the customer.
    Waiting,
    /// A worker has handed it to the platform, or died at it.
    Sending,
    /// A person cancelled it; the agent is to be told, and then it goes.
    Cancelled,
}

/// On which condition an answer is held. Where it does not hold any more, the conversation is to be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// While others are held.
    Behind,
    /// While others are held, or the window is as it was read.
    Closed,
    /// While the window is as it was read, and nobody has sent the template since or is sending it: whose write this is sends
    /// it, and notes how that went by [`Store::asked`] or [`Store::unhold`].
    Asking,
}

impl Held {
    /// What an agent recognises it by.
    pub fn quote(&self) -> String {
        match &self.content {
            HeldContent::Text { text } => shorten(text, QUOTE),
            HeldContent::File { attachment, name } => {
                shorten(name.as_deref().unwrap_or(&format!("file {attachment}")), QUOTE)
            }
        }
    }

    pub(super) fn sk(&self) -> String {
        held_sk(&self.customer, self.correlation, self.part)
    }
}

fn held_sk(customer: &CustomerId, correlation: CorrelationId, part: u32) -> String {
    // Correlation ids begin with their time, so the order of keys is the order of answers.
    format!("{}{correlation}#{part:02}", prefix(customer))
}

fn prefix(customer: &CustomerId) -> String {
    format!("{HELD}{customer}#")
}

/// Whose held message a sort key names. A customer's id may hold anything.
pub(super) fn customer_in(sk: &str) -> Option<&str> {
    sk.strip_prefix(HELD)?.rsplitn(3, '#').nth(2)
}

impl Store {
    /// Holds the messages of one answer, all or none, and counts them. `read` is the conversation as it was read;
    /// [`Holding::Asking`] notes that the template is being sent.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where the condition does not hold any more.
    pub async fn hold(
        &self,
        integration: IntegrationId,
        customer: &CustomerId,
        messages: &[Held],
        read: &Conversation,
        holding: Holding,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut writes = Vec::with_capacity(messages.len() + 1);
        for held in messages {
            let mut item = item(conversation::pk(integration), held.sk(), held)?;
            item.insert("gsi1pk".to_owned(), text(due::HELD));
            item.insert("gsi1sk".to_owned(), text(due::index_sk(held.until)));
            let put = Put::builder().table_name(&self.table).set_item(Some(item));
            let put = put.condition_expression("attribute_not_exists(pk)").build().map_err(incomplete)?;
            writes.push(TransactWriteItem::builder().put(put).build());
        }
        let window = if read.window_at.is_some() { "window_at = :window" } else { "attribute_not_exists(window_at)" };
        let template =
            if read.recontact_at.is_some() { "recontact_at = :sent" } else { "attribute_not_exists(recontact_at)" };
        let asks = holding == Holding::Asking;
        let condition = match holding {
            Holding::Behind => "held > :none".to_owned(),
            Holding::Closed => format!("held > :none OR {window}"),
            Holding::Asking => format!(
                "{window} AND {template} AND attribute_not_exists(asking_until) OR {window} AND {template} AND asking_until < :now"
            ),
        };
        let sets = "SET customer = :customer, held = if_not_exists(held, :none) + :parts";
        let mut update = self
            .place_update(integration, customer)
            .update_expression(if asks { format!("{sets}, {}", asking::TAKEN) } else { sets.to_owned() })
            .condition_expression(condition)
            .expression_attribute_values(":customer", text(customer.as_str()))
            .expression_attribute_values(":none", number(0))
            .expression_attribute_values(":parts", number(messages.len()));
        if asks {
            update = update.expression_attribute_values(":now", number(now.millis()));
            update = asking::values(now)
                .into_iter()
                .fold(update, |update, (name, value)| update.expression_attribute_values(name, value));
        }
        if let (Some(at), true) = (read.window_at, holding != Holding::Behind) {
            update = update.expression_attribute_values(":window", number(at.millis()));
        }
        if let (Some(at), true) = (read.recontact_at, asks) {
            update = update.expression_attribute_values(":sent", number(at.millis()));
        }
        writes.push(written(update)?);
        self.transact(writes).await
    }

    /// Takes back what was held, all of it, and with [`Holding::Asking`] that the template is being sent: it did not go out.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where some of it is not held so: the customer wrote, and it is being sent, or it never was.
    pub async fn unhold(
        &self,
        integration: IntegrationId,
        customer: &CustomerId,
        messages: &[Held],
        holding: Holding,
    ) -> Result<(), StoreError> {
        let mut writes =
            messages.iter().map(|held| self.take_held(integration, held)).collect::<Result<Vec<_>, _>>()?;
        let less = "SET held = held - :parts";
        let update = self.place_update(integration, customer).update_expression(match holding {
            Holding::Asking => format!("{less} {}", asking::ENDED),
            Holding::Closed | Holding::Behind => less.to_owned(),
        });
        writes.push(written(update.expression_attribute_values(":parts", number(messages.len())))?);
        self.transact(writes).await
    }

    /// What is held for a customer, in order, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn held(
        &self,
        integration: IntegrationId,
        customer: &CustomerId,
        limit: usize,
    ) -> Result<Vec<Held>, StoreError> {
        let items = self.list(&conversation::pk(integration), &prefix(customer), limit).await?;
        items.into_iter().map(record).collect()
    }

    /// One held message.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn held_message(
        &self,
        integration: IntegrationId,
        customer: &CustomerId,
        correlation: CorrelationId,
        part: u32,
    ) -> Result<Option<Held>, StoreError> {
        let found = self.get(&conversation::pk(integration), &held_sk(customer, correlation, part), true).await?;
        found.map(record).transpose()
    }

    /// What is held of a whole integration, by customer and in order, behind a message that need not be there any more; at
    /// most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn all_held(
        &self,
        integration: IntegrationId,
        after: Option<(&CustomerId, CorrelationId, u32)>,
        limit: usize,
    ) -> Result<Vec<Held>, StoreError> {
        let pk = conversation::pk(integration);
        let after = after.map(|(customer, correlation, part)| held_sk(customer, correlation, part));
        let items = self.list_after(&pk, HELD, after, limit).await?;
        items.into_iter().map(record).collect()
    }

    /// Cancels a held message that waits: it is not sent any more, and due to be told of at once. False where it is being sent.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn cancel_held(
        &self,
        integration: IntegrationId,
        held: &Held,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let written = self
            .update(conversation::pk(integration), held.sk())
            .update_expression("SET #state = :cancelled, gsi1sk = :now")
            .condition_expression("#state IN (:waiting, :cancelled)")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":waiting", value(&HeldState::Waiting)?)
            .expression_attribute_values(":cancelled", value(&HeldState::Cancelled)?)
            .expression_attribute_values(":now", text(due::index_sk(now)))
            .send()
            .await;
        made(written)
    }

    /// Takes a held message out that is not sent, or of which nobody knows, in the state in which it was read.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where it is not held so any more.
    pub async fn drop_held(&self, integration: IntegrationId, held: &Held) -> Result<(), StoreError> {
        let less = self.place_update(integration, &held.customer).update_expression("SET held = held - :one");
        let less = less.expression_attribute_values(":one", number(1));
        let writes = vec![self.take_held(integration, held)?, written(less)?];
        self.transact(writes).await
    }

    /// Deletes a held message in the state in which it was read.
    pub(super) fn take_held(&self, integration: IntegrationId, held: &Held) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.table)
            .key("pk", text(conversation::pk(integration)))
            .key("sk", text(held.sk()))
            .condition_expression("#state = :state")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":state", value(&held.state)?);
        Ok(TransactWriteItem::builder().delete(delete.build().map_err(incomplete)?).build())
    }

    /// An update of the conversation that messages are held in: only private answers know a window.
    pub(super) fn place_update(&self, integration: IntegrationId, customer: &CustomerId) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.table)
            .key("pk", text(conversation::pk(integration)))
            .key("sk", text(conversation::place_sk(&Place::Direct, customer)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(customer: &str, part: u32) -> Held {
        Held {
            correlation: "01KAHXJ5V5S6J6M5Q3X0B7T9ZC".parse().unwrap(),
            part,
            last: true,
            customer: CustomerId::new(customer),
            reply: None,
            content: HeldContent::Text { text: "hello\n\nworld".to_owned() },
            since: Timestamp::from_seconds(1_790_000_000),
            until: Timestamp::from_seconds(1_790_259_200),
            state: HeldState::Waiting,
            claim: None,
            trouble: None,
        }
    }

    #[test]
    fn keys_are_in_the_order_of_answers_and_their_parts() {
        let first = held("7", 0);
        let later = Held { correlation: "01KAHXJ5V6S6J6M5Q3X0B7T9ZC".parse().unwrap(), ..held("7", 0) };
        let keys = [first.sk(), held("7", 1).sk(), held("7", 9).sk(), held("7", 10).sk(), later.sk()];
        assert!(keys.is_sorted(), "{keys:?}");
    }

    #[test]
    fn a_key_names_whose_it_is() {
        for customer in ["7304418829920156", "a#b", "#"] {
            assert_eq!(customer_in(&held(customer, 3).sk()), Some(customer));
        }
        assert_eq!(customer_in("PLACE#direct#7304418829920156"), None);
    }

    #[test]
    fn an_agent_recognises_it_by_its_words_or_its_name() {
        assert_eq!(held("7", 0).quote(), "hello world");
        let file = |name: Option<&str>| HeldContent::File {
            attachment: AttachmentId::new("6004"),
            name: name.map(str::to_owned),
        };
        for (name, quote) in [(Some("offer.pdf"), "offer.pdf"), (None, "file 6004")] {
            assert_eq!(Held { content: file(name), ..held("7", 0) }.quote(), quote);
        }
    }
}
