//! A record of the inbound queue, and how long the queue keeps it out of sight.

use std::time::Duration;

use aws_lambda_events::sqs::SqsMessage;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::ChangeMessageVisibilityBatchRequestEntry;
use shared::envelope::{Envelope, ReadError};

/// A record with what the queue says of it.
#[derive(Debug)]
pub(crate) struct Received {
    /// SQS's id, by which a failure is reported.
    pub(crate) message_id: String,
    pub(crate) receipt_handle: String,
    pub(crate) group: String,
    /// SQS's number of the record, rising within its group.
    pub(crate) sequence: String,
    /// How often the queue has given it out.
    pub(crate) receives: u32,
    /// The body as it lay in the queue.
    pub(crate) body: String,
    pub(crate) content: Result<Envelope, ReadError>,
}

impl Received {
    pub(crate) fn new(mut message: SqsMessage) -> Self {
        let body = message.body.unwrap_or_default();
        let mut attribute = |name: &str| message.attributes.remove(name).unwrap_or_default();
        Self {
            group: attribute("MessageGroupId"),
            sequence: attribute("SequenceNumber"),
            receives: attribute("ApproximateReceiveCount").parse().unwrap_or(1),
            message_id: message.message_id.unwrap_or_default(),
            receipt_handle: message.receipt_handle.unwrap_or_default(),
            content: Envelope::from_body(&body),
            body,
        }
    }
}

/// Changes when records come back.
#[derive(Clone)]
pub(crate) struct Visibility {
    client: Client,
    url: String,
}

impl Visibility {
    pub(crate) fn new(client: Client, url: &str) -> Self {
        Self { client, url: url.to_owned() }
    }

    /// Lets all these records come back after the same time, in one call, so that they stay in order. A failure leaves
    /// them to the queue's own, longer time.
    pub(crate) async fn come_back(&self, records: &[Received], after: Duration) {
        let seconds = i32::try_from(after.as_secs()).unwrap_or(i32::MAX);
        let entries = records.iter().enumerate().filter_map(|(index, record)| {
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(index.to_string());
            entry.receipt_handle(&record.receipt_handle).visibility_timeout(seconds).build().ok()
        });
        let call = self.client.change_message_visibility_batch().queue_url(&self.url);
        match call.set_entries(Some(entries.collect())).send().await {
            Ok(answer) if answer.failed.is_empty() => {}
            Ok(answer) => tracing::warn!(failed = answer.failed.len(), "records come back later than meant"),
            Err(error) => {
                tracing::warn!(code = error.code().unwrap_or("no answer"), "records come back later than meant");
            }
        }
    }
}
