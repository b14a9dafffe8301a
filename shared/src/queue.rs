//! SQS: the inbound FIFO queue, where a customer's group keeps the order, and `later`, which only waits.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::envelope::{Envelope, TooLarge, ascii_json};
use crate::time::Timestamp;

/// SQS takes this many entries in one call.
const BATCH_ENTRIES: usize = 10;
/// SQS takes this many bytes in one call (1 MiB), less room for what it counts beside the bodies.
const BATCH_BYTES: usize = 1024 * 1024 - 4096;
/// How long the next try of a refused entry waits at first; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// How long a connection may take to open while the function starts.
const WARM_UP: Duration = Duration::from_secs(2);
/// The longest delay of one message of a standard queue.
pub const LONGEST_HOP: Duration = Duration::from_secs(900);

/// What was handed to SQS and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// How many entries SQS took.
    pub taken: usize,
    /// How many it did not take, or were held back behind such a one of their group.
    pub left: usize,
}

/// The queue did not take the work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the queue did not take the work: {0}")]
pub struct QueueError(pub String);

/// Work that waits for its time and then goes back into its group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Later {
    /// When it is due.
    pub due_at: Timestamp,
    /// The work.
    pub envelope: Envelope,
}

/// Sends into the inbound queue.
#[derive(Clone)]
pub struct Inbound {
    client: Client,
    url: String,
}

struct Entry {
    group: String,
    deduplication: String,
    body: String,
}

impl Inbound {
    /// The inbound queue at `url`.
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self { client, url: url.into() }
    }

    /// Opens a connection with a call that changes nothing. What it comes to does not matter.
    pub async fn warm(&self) {
        let call = self.client.get_queue_attributes().queue_url(&self.url).send();
        if tokio::time::timeout(WARM_UP, call).await.is_err() {
            tracing::warn!("the queue did not answer while the function started");
        }
    }

    /// Hands over work, in order within each group, and tries again until `deadline`.
    ///
    /// One call never holds two entries of one group: SQS may refuse one entry of a batch and take a later one, and then
    /// the order of that group would be lost. So the work goes in waves, the first of each group, then the second.
    ///
    /// # Errors
    /// [`TooLarge`] when a piece of work fits into no queue body; nothing was sent then.
    pub async fn send(&self, work: &[Envelope], deadline: Instant) -> Result<Sent, TooLarge> {
        let mut groups = by_group(work)?;
        let mut sent = Sent { taken: 0, left: work.len() };
        while !groups.is_empty() {
            let wave: Vec<Entry> = groups.values_mut().filter_map(VecDeque::pop_front).collect();
            groups.retain(|_, entries| !entries.is_empty());
            let size = wave.len();
            let refused = self.send_wave(wave, deadline).await;
            sent.taken += size - refused.len();
            groups.retain(|group, _| !refused.contains(group));
        }
        sent.left -= sent.taken;
        Ok(sent)
    }

    /// Hands over one piece of work.
    ///
    /// # Errors
    /// [`QueueError`] when SQS does not take it, or it is too large for it.
    pub async fn send_one(&self, envelope: &Envelope) -> Result<(), QueueError> {
        let body = envelope.to_body().map_err(|error| QueueError(error.to_string()))?;
        let call = self.client.send_message().queue_url(&self.url).message_body(body);
        call.message_group_id(envelope.group())
            .message_deduplication_id(envelope.deduplication())
            .send()
            .await
            .map(drop)
            .map_err(|error| QueueError(error.code().unwrap_or("no answer").to_owned()))
    }

    /// Sends at most one entry of each group; gives back the groups whose entry was not taken by `deadline`.
    async fn send_wave(&self, wave: Vec<Entry>, deadline: Instant) -> HashSet<String> {
        let batches = join_all(cut(wave).into_iter().map(|batch| self.send_batch(batch, deadline))).await;
        batches.into_iter().flatten().collect()
    }

    async fn send_batch(&self, mut batch: Vec<Entry>, deadline: Instant) -> Vec<String> {
        let mut pause = FIRST_PAUSE;
        loop {
            batch = self.try_batch(batch, deadline).await;
            if batch.is_empty() || Instant::now() + pause >= deadline {
                return batch.into_iter().map(|entry| entry.group).collect();
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }

    /// One call; gives back what was not taken.
    async fn try_batch(&self, batch: Vec<Entry>, deadline: Instant) -> Vec<Entry> {
        let entries = batch.iter().enumerate().filter_map(|(index, entry)| {
            let request = SendMessageBatchRequestEntry::builder().id(index.to_string()).message_body(&entry.body);
            request.message_group_id(&entry.group).message_deduplication_id(&entry.deduplication).build().ok()
        });
        let call = self.client.send_message_batch().queue_url(&self.url).set_entries(Some(entries.collect()));
        let taken: HashSet<String> = match tokio::time::timeout_at(deadline, call.send()).await {
            Ok(Ok(answer)) => answer.successful.into_iter().map(|entry| entry.id).collect(),
            Ok(Err(error)) => {
                tracing::warn!(code = error.code().unwrap_or("no answer"), "the queue did not take a batch");
                HashSet::new()
            }
            Err(_) => {
                tracing::warn!("the queue did not answer in time");
                HashSet::new()
            }
        };
        let numbered = batch.into_iter().enumerate();
        numbered.filter(|(index, _)| !taken.contains(&index.to_string())).map(|(_, entry)| entry).collect()
    }
}

fn by_group(work: &[Envelope]) -> Result<HashMap<String, VecDeque<Entry>>, TooLarge> {
    let mut groups: HashMap<String, VecDeque<Entry>> = HashMap::new();
    for envelope in work {
        let group = envelope.group();
        let entry = Entry { group: group.clone(), deduplication: envelope.deduplication(), body: envelope.to_body()? };
        groups.entry(group).or_default().push_back(entry);
    }
    Ok(groups)
}

/// Cuts entries into calls that SQS takes.
fn cut(entries: Vec<Entry>) -> Vec<Vec<Entry>> {
    let mut batches: Vec<Vec<Entry>> = Vec::new();
    let mut bytes = 0;
    for entry in entries {
        match batches.last_mut() {
            Some(batch) if batch.len() < BATCH_ENTRIES && bytes + entry.body.len() <= BATCH_BYTES => {
                bytes += entry.body.len();
                batch.push(entry);
            }
            _ => {
                bytes = entry.body.len();
                batches.push(vec![entry]);
            }
        }
    }
    batches
}

/// Sends into the queue that only waits.
#[derive(Clone)]
pub struct LaterQueue {
    client: Client,
    url: String,
}

impl LaterQueue {
    /// The waiting queue at `url`.
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self { client, url: url.into() }
    }

    /// Keeps work until `later.due_at`, in as many hops as that takes.
    ///
    /// # Errors
    /// [`QueueError`] when SQS does not take it.
    pub async fn send(&self, later: &Later, now: Timestamp) -> Result<(), QueueError> {
        let delay = later.due_at.since(now).min(LONGEST_HOP);
        // Rounded up, so that what comes back is due.
        let seconds = i32::try_from(delay.as_millis().div_ceil(1000)).unwrap_or(0).min(900);
        let call = self.client.send_message().queue_url(&self.url).message_body(ascii_json(later));
        call.delay_seconds(seconds)
            .send()
            .await
            .map(drop)
            .map_err(|error| QueueError(error.code().unwrap_or("no answer").to_owned()))
    }
}
