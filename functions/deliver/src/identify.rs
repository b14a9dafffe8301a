//! Who a customer is that the platform knows by more than one id. One id names the customer for good, the others are aliases
//! of it; what comes in for an alias goes over into the customer's own group, which alone may post for them.

use shared::envelope::{Envelope, Work};
use shared::event::{Event, Place};
use shared::id::CustomerId;
use shared::store::Conversation;

use crate::links::Link;
use crate::work::Hindered;
use crate::worker::Worker;

/// How many ids of one customer are kept at hand; more than anybody changes numbers.
const MOST_ALIASES: usize = 8;

impl Worker {
    /// The customer whom an event is really about, where that is another than it names. Learns on the way what ids it tells
    /// of, and adds them to `conversation`. For a known customer without news it costs nothing.
    pub(crate) async fn identify(
        &self,
        link: &Link,
        event: &Event,
        conversation: &mut Conversation,
    ) -> Result<Option<CustomerId>, Hindered> {
        if conversation.moved_to.is_some() {
            return Ok(conversation.moved_to.clone());
        }
        let (id, place, customer) = (link.integration.id, &event.place, &event.customer);
        if conversation.desk_id.is_none()
            && let Some(owner) = self.owner(link, event).await?
            && owner != *customer
            && self.store.add_alias(id, customer, &owner).await?
        {
            self.store.move_to(id, place, customer, &owner).await?;
            return Ok(Some(owner));
        }
        let mut news = Vec::new();
        for alias in event.aliases.iter().filter(|alias| !conversation.aliases.contains(alias)) {
            // One that names somebody else goes on doing so: two contacts of the desk cannot be made one.
            if self.store.add_alias(id, alias, customer).await? {
                news.push(alias.clone());
            }
        }
        if !news.is_empty() {
            news.append(&mut conversation.aliases);
            news.truncate(MOST_ALIASES);
            conversation.aliases = news;
            self.store.set_aliases(id, place, customer, &conversation.aliases).await?;
        }
        Ok(None)
    }

    /// Whom any of the event's ids names already, its own before the others. What only another id says is believed where by
    /// all that is known it can be the same person.
    async fn owner(&self, link: &Link, event: &Event) -> Result<Option<CustomerId>, Hindered> {
        let id = link.integration.id;
        if let Some(owner) = self.store.customer_named(id, &event.customer).await? {
            return Ok(Some(owner));
        }
        let ids: Vec<_> = std::iter::once(&event.customer).chain(&event.aliases).cloned().collect();
        for alias in &event.aliases {
            let Some(owner) = self.store.customer_named(id, alias).await? else { continue };
            // What ids they have is told in private conversations, and in groups.
            let mut owners = self.store.conversation(id, &Place::Direct, &owner).await?.aliases;
            if event.place != Place::Direct {
                owners.extend(self.store.conversation(id, &event.place, &owner).await?.aliases);
            }
            owners.push(owner.clone());
            if link.channel.may_be_one(&ids, &owners) {
                return Ok(Some(owner));
            }
            self.store.lose(id, &owner, alias).await?;
        }
        Ok(None)
    }

    /// Sends an event over into the group of the customer whom it is about. Its deduplication id stays, so that a worker that
    /// dies here and sends it twice does no harm.
    pub(crate) async fn pass_on(&self, envelope: &Envelope, event: &Event, owner: CustomerId) -> Result<(), Hindered> {
        let mut aliases = Vec::from_iter(Some(event.customer.clone()).filter(|id| !id.is_nobody()));
        aliases.extend(event.aliases.iter().filter(|alias| **alias != owner).cloned());
        let event = Event { customer: owner, aliases, ..event.clone() };
        let work = match &envelope.work {
            Work::Recheck { .. } => Work::Recheck { event },
            _ => Work::Event { event },
        };
        self.inbound.send_one(&Envelope { work, ..envelope.clone() }).await?;
        tracing::info!(correlation = %envelope.correlation, "an event went over to the customer whom it is about");
        Ok(())
    }
}
