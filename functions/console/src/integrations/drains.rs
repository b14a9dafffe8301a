//! Telling the workers to try now what waits for a desk, and what is held for customers who have written since.

use std::collections::BTreeSet;
use std::time::Duration;

use shared::envelope::{Envelope, Target, Work};
use shared::id::CustomerId;
use shared::queue::QueueError;
use shared::store::Integration;
use shared::time::Timestamp;
use tokio::time::Instant;

use super::findings::Finding;
use crate::app::App;
use crate::error::ApiError;

/// How long the queue may take for all of it.
const BUDGET: Duration = Duration::from_secs(8);
/// How many are sent side by side, ten a call.
const AT_ONCE: usize = 500;
/// How many held messages are read at a time.
const PAGE: usize = 100;

/// Whose work it is. The integration is named: what waits is its own, also where its account was taken over.
pub(crate) fn target(integration: &Integration) -> Target {
    Target { account: integration.account.clone(), integration: Some(integration.id) }
}

/// Has everything that waits tried now; tells how many conversations that is.
pub(super) async fn send(app: &App, integration: &Integration) -> Result<usize, ApiError> {
    let now = Timestamp::now();
    let waiting = app.store.waiting_conversations(integration.id).await?;
    let drains: Vec<Envelope> = waiting
        .into_iter()
        .map(|(customer, place)| Envelope::new_drain(target(integration), customer, place, now))
        .collect();
    let count = drains.len();
    let releases = holding(app, integration).await?.into_iter();
    let releases =
        releases.map(|customer| Envelope::new(target(integration), Work::Release { customer, step: 0 }, now));
    let work: Vec<Envelope> = drains.into_iter().chain(releases).collect();
    let deadline = Instant::now() + BUDGET;
    for some in work.chunks(AT_ONCE) {
        let sent = app.inbound.send(some, deadline).await.map_err(|error| QueueError(error.to_string()))?;
        if sent.left > 0 {
            tracing::error!(taken = sent.taken, left = sent.left, "the queue did not take all drains");
            return Err(ApiError::Unavailable);
        }
    }
    Ok(count)
}

/// For whom something is held. A release that met a disabled integration ended; one whose window is closed does nothing.
async fn holding(app: &App, integration: &Integration) -> Result<BTreeSet<CustomerId>, ApiError> {
    let mut customers = BTreeSet::new();
    let mut last = None;
    loop {
        let after = last.as_ref().map(|(customer, correlation, part)| (customer, *correlation, *part));
        let page = app.store.all_held(integration.id, after, PAGE).await?;
        last = page.last().map(|held| (held.customer.clone(), held.correlation, held.part));
        let is_last = page.len() < PAGE;
        customers.extend(page.into_iter().map(|held| held.customer));
        if is_last {
            return Ok(customers);
        }
    }
}

/// The same after a change that is done already: what is not tried now is tried by itself within five minutes.
pub(super) async fn send_after(app: &App, integration: &Integration) -> Option<Finding> {
    if !integration.enabled {
        return None;
    }
    send(app, integration).await.err().map(|_| {
        Finding::new(
            "not_retried_now",
            "What waits could not be tried at once; it is tried by itself within five minutes.",
        )
    })
}
