//! The worker `deliver` run inside the test, on the stack's own table, secrets and queues, with the test in SQS's place.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use std::time::Duration;

use deliver::{Settings, Worker};
use shared::envelope::Envelope;
use shared::time::Clock;
use upkeep::Round;

use crate::stack::stack;

/// How much time an invocation has.
const INVOCATION: Duration = Duration::from_secs(60);

/// A worker of a process that just started. `aws` is where it finds AWS.
pub async fn worker(aws: &str, clock: Clock) -> Worker {
    worker_of(aws, &stack().sandbox_url, clock).await
}

/// The same, with the platform behind `graph` in place of the sandbox's address.
pub async fn worker_of(aws: &str, graph: &str, clock: Clock) -> Worker {
    let stack = stack();
    let mut environment = stack.functions["deliver"]["environment"].clone();
    let direct = environment["GRAPH_BASE_URL"].as_str().unwrap().replace(&stack.sandbox_url, graph);
    environment["GRAPH_BASE_URL"] = direct.into();
    let lookup = move |name: &str| environment[name].as_str().map(str::to_owned);
    let settings = Settings::read(&lookup).unwrap();
    Worker::new(&stack.aws(aws).await, settings).unwrap().with_clock(clock)
}

/// A round of upkeep, of a process that just started.
pub async fn upkeep(aws: &str) -> Round {
    let stack = stack();
    let environment = &stack.functions["upkeep"]["environment"];
    let lookup = |name: &str| environment[name].as_str().map(str::to_owned);
    Round::new(&stack.aws(aws).await, &upkeep::Settings::read(&lookup).unwrap())
}

/// Records of the inbound queue in this order.
pub fn records(work: &[Envelope]) -> Vec<SqsMessage> {
    work.iter().enumerate().map(|(index, envelope)| record(index, envelope)).collect()
}

fn record(index: usize, envelope: &Envelope) -> SqsMessage {
    let mut message = SqsMessage::default();
    message.message_id = Some(format!("{}-{index}", envelope.correlation));
    message.receipt_handle = Some("handle".to_owned());
    message.body = Some(envelope.to_body().unwrap());
    message.attributes.insert("MessageGroupId".to_owned(), envelope.group());
    message.attributes.insert("SequenceNumber".to_owned(), format!("{index:020}"));
    message
}

/// One invocation.
pub async fn invoke(worker: &Worker, records: &[SqsMessage]) -> SqsBatchResponse {
    let mut event = SqsEvent::default();
    event.records = records.to_vec();
    deliver::handle(worker, event, INVOCATION).await
}

/// Which records come again after an invocation.
pub fn left(records: &[SqsMessage], response: &SqsBatchResponse) -> Vec<SqsMessage> {
    let failed: Vec<&str> = response.batch_item_failures.iter().map(|f| f.item_identifier.as_str()).collect();
    records.iter().filter(|r| failed.contains(&r.message_id.as_deref().unwrap())).cloned().collect()
}
