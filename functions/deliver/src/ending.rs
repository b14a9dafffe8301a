//! What is held and ends without being sent, or of which nobody knows: the agent is told, then it goes.

use shared::envelope::{Envelope, HubLine, Work};
use shared::event::Place;
use shared::id::{CustomerId, EventId};
use shared::openchannel::line;
use shared::store::{Held, HeldState, StoreError};
use shared::time::Timestamp;

use crate::links::Link;
use crate::set_aside::target;
use crate::work::{Hindered, Step};
use crate::worker::Worker;

/// How many ended ones are looked at in one go; upkeep asks again for the rest.
const ENDED: usize = 1_000;

impl Worker {
    /// Ends what is held and was cancelled or whose time is over, and tells the agent.
    pub(crate) async fn end_held(&self, link: &Link, customer: &CustomerId) -> Result<Step, Hindered> {
        let id = link.integration.id;
        let window_at = self.store.conversation(id, &Place::Direct, customer).await?.window_at;
        let elsewhere = link.integration.taken_over_at.is_some();
        for held in self.store.held(id, customer, ENDED).await? {
            match held.state {
                HeldState::Sending => self.nobody_knows(link, &held).await?,
                HeldState::Cancelled => self.cancelled(link, &held).await?,
                HeldState::Waiting if held.until <= self.now() => {
                    let text = if elsewhere { account_elsewhere(&held) } else { ended(&held, window_at) };
                    self.tell_and_drop(link, &held, text).await?;
                }
                HeldState::Waiting => {}
            }
        }
        Ok(Step::Done)
    }

    /// It was handed to the platform, or a worker died when it was about to be: never again.
    pub(crate) async fn nobody_knows(&self, link: &Link, held: &Held) -> Result<(), Hindered> {
        tracing::warn!(
            correlation = %held.correlation, integration = %link.integration.id, "nobody knows whether a held message was sent"
        );
        let text = format!(
            "no answer came whether this held message was sent, and it is not sent again: \"{}\". Look into the conversation at \
             the platform before you write it again.",
            held.quote()
        );
        self.tell_and_drop(link, held, text).await
    }

    /// A person cancelled it, who need not be the agent who wrote it.
    pub(crate) async fn cancelled(&self, link: &Link, held: &Held) -> Result<(), Hindered> {
        self.tell_and_drop(link, held, format!("cancelled before it was sent: \"{}\"", held.quote())).await
    }

    /// Tells first: a message must not be gone without a word. Told twice, it is read once.
    pub(crate) async fn tell_and_drop(&self, link: &Link, held: &Held, text: String) -> Result<(), Hindered> {
        let event = EventId::new(format!("held:{}:{}", held.correlation, held.part));
        self.tell(link, &held.customer, event, &text).await?;
        match self.store.drop_held(link.integration.id, held).await {
            Ok(()) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Puts a line of the hub's own on its way to the desk, behind all that is in the customer's group by now.
    pub(crate) async fn tell(
        &self,
        link: &Link,
        customer: &CustomerId,
        event: EventId,
        text: &str,
    ) -> Result<(), Hindered> {
        let line = HubLine { customer: customer.clone(), event, text: line::hub(text) };
        self.inbound.send_one(&Envelope::new(target(link), Work::Line(line), self.now())).await?;
        Ok(())
    }
}

/// What the agent reads of one that is not sent, and why.
pub(crate) fn refused(held: &Held, why: &str) -> String {
    format!("a held message was not sent: \"{}\". {why}", held.quote())
}

fn account_elsewhere(held: &Held) -> String {
    let quote = held.quote();
    format!(
        "not sent, customers of this account are answered by another integration of your company since: \"{quote}\""
    )
}

/// `window_at` is the customer's newest sign.
fn ended(held: &Held, window_at: Option<Timestamp>) -> String {
    let hours = held.until.since(held.since).as_secs() / 3600;
    let quote = held.quote();
    match &held.trouble {
        None if window_at.is_some_and(|at| at > held.since) => {
            format!("not sent within {hours} hours although the customer has written: \"{quote}\"")
        }
        None => format!("not sent, the customer did not write within {hours} hours: \"{quote}\""),
        Some(trouble) => format!("not sent within {hours} hours: \"{quote}\". {trouble}"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use shared::id::CorrelationId;
    use shared::store::HeldContent;

    use super::*;

    #[test]
    fn what_the_agent_reads_of_one_that_ended() {
        let since = Timestamp::from_seconds(1_790_000_000);
        let held = Held {
            correlation: CorrelationId::generate(),
            part: 0,
            last: true,
            customer: CustomerId::new("7"),
            reply: None,
            content: HeldContent::Text { text: "see you\nat 5".to_owned() },
            since,
            until: since.plus(Duration::from_secs(72 * 3600)),
            state: HeldState::Waiting,
            claim: None,
            trouble: None,
        };
        for before in [None, Some(since)] {
            assert_eq!(ended(&held, before), "not sent, the customer did not write within 72 hours: \"see you at 5\"");
        }
        let wrote = Some(since.plus(Duration::from_secs(60)));
        assert_eq!(ended(&held, wrote), "not sent within 72 hours although the customer has written: \"see you at 5\"");
        let tried = Held { trouble: Some("WhatsApp takes no more for now.".to_owned()), ..held };
        assert_eq!(ended(&tried, wrote), "not sent within 72 hours: \"see you at 5\". WhatsApp takes no more for now.");
    }
}
