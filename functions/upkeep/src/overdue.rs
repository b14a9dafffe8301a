//! Held messages whose time is over: each customer's are ended in the customer's group, by the worker.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

use shared::envelope::{Envelope, Target, Work};
use shared::id::IntegrationId;
use shared::store::Integration;
use shared::time::Timestamp;
use tokio::time::Instant;

use crate::round::{Hindered, Round};

/// How many held messages one round looks at.
const MOST: usize = 1_000;
/// Held messages of an integration that is not there are thrown away when they ended so long ago: whoever deletes one may
/// find something kept at the last moment, and puts it back.
const GONE: Duration = Duration::from_secs(3600);

impl Round {
    /// Sends the work that ends what is over. Sent twice, the second finds nothing.
    pub(crate) async fn end_overdue(&self, deadline: Instant) -> Result<(), Hindered> {
        let now = Timestamp::now();
        let mut integrations: HashMap<IntegrationId, Option<Integration>> = HashMap::new();
        let (mut work, mut gone) = (Vec::new(), HashSet::new());
        for overdue in self.store.overdue(now, MOST).await? {
            if Instant::now() >= deadline {
                break;
            }
            let id = overdue.integration;
            let integration = match integrations.entry(id) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(self.store.current_integration(id).await?),
            };
            let Some(integration) = integration else {
                if now.since(overdue.since) >= GONE {
                    gone.insert(id);
                }
                continue;
            };
            let target = Target { account: integration.account.clone(), integration: Some(id) };
            work.push(Envelope::new(target, Work::EndHeld { customer: overdue.customer }, now));
        }
        for id in gone {
            // Nobody is left to tell.
            self.store.discard_held(id).await?;
        }
        if !work.is_empty() {
            let sent = self.inbound.send(&work, deadline).await?;
            tracing::info!(customers = sent.taken, left = sent.left, "held messages whose time is over are ended");
        }
        Ok(())
    }
}
