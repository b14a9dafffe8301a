//! Held messages whose time is over: each customer's are ended in the customer's group, by the worker.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use shared::envelope::{Envelope, Target, Work};
use shared::id::IntegrationId;
use shared::store::Integration;
use shared::time::Timestamp;
use tokio::time::Instant;

use crate::round::{Hindered, Round};

/// How many held messages one round looks at.
const MOST: usize = 1_000;

impl Round {
    /// Sends the work that ends what is over. Sent twice, the second finds nothing.
    pub(crate) async fn end_overdue(&self, deadline: Instant) -> Result<(), Hindered> {
        let now = Timestamp::now();
        let mut integrations: HashMap<IntegrationId, Option<Integration>> = HashMap::new();
        let mut work = Vec::new();
        for overdue in self.store.overdue(now, MOST).await? {
            if Instant::now() >= deadline {
                break;
            }
            let id = overdue.integration;
            let integration = match integrations.entry(id) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(self.store.current_integration(id).await?),
            };
            let Some(integration) = integration else { continue };
            let target = Target { account: integration.account.clone(), integration: Some(id) };
            work.push(Envelope::new(target, Work::EndHeld { customer: overdue.customer }, now));
        }
        for gone in integrations.iter().filter_map(|(id, found)| found.is_none().then_some(*id)) {
            // Nobody is left to tell.
            self.store.discard_all(gone).await?;
        }
        if !work.is_empty() {
            let sent = self.inbound.send(&work, deadline).await?;
            tracing::info!(customers = sent.taken, left = sent.left, "held messages whose time is over are ended");
        }
        Ok(())
    }
}
