//! The worker `deliver` run inside the test, on the stack's own table and secrets, with the test in SQS's place.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use aws_sdk_sqs::types::QueueAttributeName;
use std::time::Duration;

use deliver::{Settings, Worker};
use serde_json::Value;
use shared::envelope::Envelope;
use shared::time::Clock;
use upkeep::Round;

use crate::scene::unique;
use crate::stack::stack;

/// How much time an invocation has.
const INVOCATION: Duration = Duration::from_secs(60);

/// Queues of a test's own. What a worker puts there the deployed one never takes: the test says when it is due.
pub struct Queues {
    inbound: String,
    later: String,
}

impl Queues {
    /// Two new ones.
    pub async fn new() -> Self {
        let sqs = aws_sdk_sqs::Client::new(&stack().aws(&stack().aws_url).await);
        let number = unique();
        let inbound = sqs.create_queue().queue_name(format!("bench-{number}.fifo"));
        let inbound = inbound.attributes(QueueAttributeName::FifoQueue, "true").send().await.unwrap();
        let later = sqs.create_queue().queue_name(format!("bench-{number}")).send().await.unwrap();
        Self { inbound: inbound.queue_url.unwrap(), later: later.queue_url.unwrap() }
    }

    /// A worker of a process that just started. `aws` is where it finds AWS.
    pub async fn worker(&self, aws: &str) -> Worker {
        let settings = Settings {
            inbound_queue_url: self.inbound.clone(),
            later_queue_url: self.later.clone(),
            ..deployed_settings()
        };
        Worker::new(&stack().aws(aws).await, settings).unwrap()
    }
}

/// The same on the stack's own queues, with another clock.
pub async fn worker(aws: &str, clock: Clock) -> Worker {
    worker_of(aws, &stack().sandbox_url, clock).await
}

/// The same, with the platform behind `graph` in place of the sandbox's address.
pub async fn worker_of(aws: &str, graph: &str, clock: Clock) -> Worker {
    let stack = stack();
    let mut environment = stack.functions["deliver"]["environment"].clone();
    let direct = environment["GRAPH_BASE_URL"].as_str().unwrap().replace(&stack.sandbox_url, graph);
    environment["GRAPH_BASE_URL"] = direct.into();
    Worker::new(&stack.aws(aws).await, settings(environment)).unwrap().with_clock(clock)
}

fn deployed_settings() -> Settings {
    settings(stack().functions["deliver"]["environment"].clone())
}

fn settings(environment: Value) -> Settings {
    Settings::read(&move |name: &str| environment[name].as_str().map(str::to_owned)).unwrap()
}

/// What the inbound queue holds of one customer, as it is given to a worker.
#[derive(Default)]
pub struct Group {
    /// The records, the oldest first.
    pub records: Vec<SqsMessage>,
    next: usize,
}

impl Group {
    /// Puts work behind all that is there, under the numbers that follow.
    pub fn push(&mut self, work: impl IntoIterator<Item = Envelope>) {
        for envelope in work {
            self.records.push(record(self.next, &envelope));
            self.next += 1;
        }
    }

    /// Takes away what an invocation dealt with.
    pub fn settle(&mut self, response: &SqsBatchResponse) {
        self.records = left(&self.records, response);
    }
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
