//! The queue that only waits: what is due goes back into its group, what is not waits on.

use aws_lambda_events::sqs::SqsMessage;
use futures_util::future::join_all;
use shared::queue::Later;

use crate::worker::Worker;

/// Brings back what is due; gives back the ids of records that could not be handed on.
pub(crate) async fn bring_back(worker: &Worker, messages: Vec<SqsMessage>) -> Vec<String> {
    let handed_on = join_all(messages.into_iter().map(|message| hand_on(worker, message))).await;
    handed_on.into_iter().flatten().collect()
}

/// Hands one record on. Its id, if it must come again.
async fn hand_on(worker: &Worker, message: SqsMessage) -> Option<String> {
    let id = message.message_id.unwrap_or_default();
    let later: Later = match serde_json::from_str(message.body.as_deref().unwrap_or_default()) {
        Ok(later) => later,
        Err(error) => {
            // Nobody but the hub writes here; the redrive queue keeps it for a person.
            tracing::error!(category = ?error.classify(), "work that waited cannot be read");
            return Some(id);
        }
    };
    let now = worker.now();
    let handed_on = if later.due_at > now {
        worker.later.send(&later, now).await
    } else {
        worker.inbound.send_one(&later.envelope).await
    };
    match handed_on {
        Ok(()) => None,
        Err(error) => {
            tracing::warn!(correlation = %later.envelope.correlation, %error, "work that waited could not be handed on");
            Some(id)
        }
    }
}
