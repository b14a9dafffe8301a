//! A batch of the queue: its groups side by side, each group in order. What must come back, and all after it in its
//! group, is reported as failed.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::FutureExt;
use futures_util::future::join_all;
use tokio::time::Instant;

use crate::later;
use crate::received::Received;
use crate::work::{Step, hindered_pause};
use crate::worker::Worker;

/// Time kept back at the end of an invocation, to write down what was done.
const RESERVE: Duration = Duration::from_secs(3);

/// What a record may take before its first part is looked at: claim, conversation, name.
pub(crate) const BEGINNING: Duration = Duration::from_secs(10);

/// Works through a batch of either queue in the time that is `left` to the invocation.
pub async fn handle(worker: &Worker, event: SqsEvent, left: Duration) -> SqsBatchResponse {
    let deadline = Instant::now() + left.saturating_sub(RESERVE);
    let (inbound, waited): (Vec<_>, Vec<_>) = event.records.into_iter().partition(has_group);
    let groups = join_all(by_group(inbound).into_iter().map(|group| handle_group(worker, group, deadline)));
    let (groups, waited) = tokio::join!(groups, later::bring_back(worker, waited));
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = groups.into_iter().flatten().chain(waited).map(failure).collect();
    response
}

fn has_group(message: &SqsMessage) -> bool {
    message.attributes.contains_key("MessageGroupId")
}

fn failure(message_id: String) -> BatchItemFailure {
    let mut failure = BatchItemFailure::default();
    failure.item_identifier = message_id;
    failure
}

/// The records of each group, in the order in which the queue gave them.
fn by_group(messages: Vec<SqsMessage>) -> Vec<Vec<Received>> {
    let mut groups: Vec<Vec<Received>> = Vec::new();
    for received in messages.into_iter().map(Received::new) {
        match groups.iter_mut().find(|group| group.first().is_some_and(|first| first.group == received.group)) {
            Some(group) => group.push(received),
            None => groups.push(vec![received]),
        }
    }
    groups
}

/// Works through one group; gives back the ids of what must come again.
async fn handle_group(worker: &Worker, group: Vec<Received>, deadline: Instant) -> Vec<String> {
    for (index, record) in group.iter().enumerate() {
        let step = if Instant::now() + BEGINNING > deadline {
            Step::ComeBack(Duration::ZERO)
        } else {
            // A record that makes the worker panic must not take the other groups of the batch along.
            AssertUnwindSafe(worker.process(record, deadline)).catch_unwind().await.unwrap_or_else(|_| {
                tracing::error!(message_id = record.message_id, "the worker panicked at a record");
                Step::ComeBack(hindered_pause(record.receives))
            })
        };
        let Step::ComeBack(after) = step else { continue };
        let rest = group.get(index..).unwrap_or_default();
        worker.visibility.come_back(rest, after).await;
        return rest.iter().map(|record| record.message_id.clone()).collect();
    }
    Vec::new()
}
