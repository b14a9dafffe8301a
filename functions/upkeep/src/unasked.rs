//! Customers of whom nobody knows whether they were asked to write, because the function died that sent the template: the agent
//! is told. Another template by ourselves might be the second, and the agent may know better by now what to do.

use shared::envelope::{Envelope, HubLine, Target, Work};
use shared::event::Place;
use shared::id::EventId;
use shared::openchannel::line;
use shared::store::Due;
use shared::time::Timestamp;
use tokio::time::Instant;

use crate::round::{Hindered, Round};

/// How many of them one round looks at.
const MOST: usize = 100;

const TOLD: &str = "the hub stopped while it asked the customer to write, so nobody knows whether they were asked. What is held \
                    for them goes out if they write; your next message to them asks once more.";

impl Round {
    /// Tells the agents. Told first, then noted: told twice under one id, it is read once.
    pub(crate) async fn tell_unasked(&self, deadline: Instant) -> Result<(), Hindered> {
        let now = Timestamp::now();
        let mut hindered = Ok(());
        for due in self.store.unasked(now, MOST).await? {
            if Instant::now() >= deadline {
                break;
            }
            // One that cannot be told does not stand in the way of the others.
            hindered = hindered.and(self.tell_one(&due, now).await);
        }
        hindered
    }

    async fn tell_one(&self, due: &Due, now: Timestamp) -> Result<(), Hindered> {
        let conversation = self.store.conversation(due.integration, &Place::Direct, &due.customer).await?;
        // The index may be a moment late, and somebody else may be asking by now.
        let Some(until) = conversation.asking_until.filter(|until| *until < now) else { return Ok(()) };
        if let Some(integration) = self.store.current_integration(due.integration).await?
            && conversation.held > 0
        {
            let target = Target { account: integration.account.clone(), integration: Some(integration.id) };
            let line = told(due, until);
            self.inbound.send_one(&Envelope::new(target, Work::Line(line), now)).await?;
            tracing::warn!(integration = %integration.id, "nobody knows whether a customer was asked to write; the agent is told");
        }
        self.store.end_asking(due.integration, &due.customer, until).await?;
        Ok(())
    }
}

fn told(due: &Due, until: Timestamp) -> HubLine {
    let event = EventId::new(format!("unasked:{}:{}", due.customer, until.millis()));
    HubLine { customer: due.customer.clone(), event, text: line::hub(TOLD) }
}
