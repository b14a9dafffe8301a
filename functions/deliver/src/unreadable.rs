//! What nobody could read, and what belongs to nobody.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use shared::envelope::{Envelope, Work};
use shared::event::Unreadable;
use shared::id::CustomerId;
use shared::store::{Claim, ClaimBy, Kept, KeptState, MessageRecord};
use shared::time::Timestamp;

use crate::links::Link;
use crate::received::Received;
use crate::work::{Hindered, Step};
use crate::worker::Worker;

/// How often it is logged that events of unconnected accounts come in.
const LOG_PAUSE: Duration = Duration::from_secs(3600);

static LAST_LOGGED: AtomicI64 = AtomicI64::new(i64::MIN);

/// Acknowledges work for an account that nobody has connected: counted, not stored. What could not even be told an
/// account of is kept for the operator.
pub(crate) async fn nobodys(worker: &Worker, envelope: &Envelope) -> Result<Step, Hindered> {
    let now = worker.now();
    if let (Work::Unreadable { unreadable }, true) = (&envelope.work, envelope.target.account.is_unknown()) {
        worker.store.keep_nobodys(envelope.correlation, unreadable, now).await?;
        tracing::warn!(
            correlation = %envelope.correlation, length = unreadable.length, metric = "unreadable",
            "an item could not be read and names no account"
        );
        return Ok(Step::Done);
    }
    if !matches!(envelope.work, Work::Event { .. } | Work::Unreadable { .. }) {
        // The hub's own work for an integration that is gone.
        return Ok(Step::Done);
    }
    worker.store.count_unclaimed(now).await?;
    let last = Timestamp::from_millis(LAST_LOGGED.load(Ordering::Relaxed));
    if now.since(last) >= LOG_PAUSE {
        LAST_LOGGED.store(now.millis(), Ordering::Relaxed);
        let account = envelope.target.account.shown();
        tracing::warn!(account, metric = "unclaimed", "events come in for an account that nobody has connected");
    }
    Ok(Step::Done)
}

impl Worker {
    /// Keeps an item that could not be read where the integration's people see it.
    pub(crate) async fn unreadable(
        &self,
        link: &Link,
        record: &Received,
        envelope: &Envelope,
        unreadable: &Unreadable,
    ) -> Result<Step, Hindered> {
        let Some(event) = envelope.claimed() else { return Ok(Step::Done) };
        let new = MessageRecord::new(event, CustomerId::nobody(), envelope.correlation, envelope.received_at);
        let message = match self.store.claim(link.integration.id, new, ClaimBy::Queue, self.now()).await? {
            Claim::Ours(message) | Claim::Crashed(message) => message,
            Claim::Repeat => return Ok(Step::Done),
        };
        let kept = Kept {
            state: KeptState::Failed,
            sequence: record.sequence.clone(),
            correlation: message.correlation,
            event: message.event.clone(),
            customer: message.customer.clone(),
            place: None,
            kind: envelope.kind().to_owned(),
            since: self.now(),
            reason: format!("the hub could not read it: {}", unreadable.reason),
            payload: record.body.clone(),
        };
        self.store.keep(link.integration.id, &kept, &message, None, None).await?;
        tracing::warn!(
            correlation = %envelope.correlation, integration = %link.integration.id, length = unreadable.length,
            metric = "unreadable", "an item could not be read and is kept"
        );
        Ok(Step::Done)
    }
}
