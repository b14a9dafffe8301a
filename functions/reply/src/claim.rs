//! Making a repeat harmless: a reply with an id is sent once, and its repeats are told the truth about the first.

use std::time::Duration;

use sha2::{Digest, Sha256};
use shared::id::{CorrelationId, IntegrationId};
use shared::openchannel::reply::Reply;
use shared::store::{ReplyClaim, ReplyRecord, ReplyState};
use shared::time::Timestamp;

use crate::answer::{Answer, lost};
use crate::budget::Budget;
use crate::code::Code;
use crate::shell::Shell;

/// After this time a call that began to send is certainly not running any more: its budget is shorter.
const RUNNING: Duration = Duration::from_secs(10);
/// How much of Motion's own id is shown in ours, in bytes.
const SHOWN: usize = 64;

impl Shell {
    /// Claims a reply. One without an id cannot be told from others, and is not claimed.
    pub(crate) async fn claim(
        &self,
        integration: IntegrationId,
        reply: &Reply,
        correlation: CorrelationId,
        budget: Budget,
    ) -> Result<Option<ReplyRecord>, Answer> {
        let (Some(id), now) = (name(reply), self.now()) else { return Ok(None) };
        let trouble = match budget.work(self.store.claim_reply(integration, &id, correlation, now)).await {
            Ok(Ok(ReplyClaim::Ours(record))) => return Ok(Some(record)),
            Ok(Ok(ReplyClaim::Known(record))) => return Err(repeat(record, now)),
            Ok(Err(error)) => error.into(),
            Err(used_up) => used_up.into(),
        };
        // The claim may be there although no answer came: without this, a later try would wait for an outcome in vain.
        if let Ok(Err(error)) = budget.close(self.store.release_reply(integration, &id, correlation)).await {
            tracing::warn!(%error, "a claim on a reply could not be taken back");
        }
        Err(trouble)
    }
}

/// What tells a reply from all others of its integration. Motion's id alone does not: another server, or the same one set up
/// anew, counts from the beginning, and a message must never be taken for sent because its number was used before.
fn name(reply: &Reply) -> Option<String> {
    let id = reply.id.as_deref()?;
    let mut hash = Sha256::new();
    let attachment = reply.attachment.as_ref().map(|attachment| attachment.as_str());
    let thread = reply.thread.as_ref().map(|thread| thread.as_str());
    for field in [Some(id), Some(reply.recipient.as_str()), reply.text.as_deref(), attachment, thread] {
        // Each with its length, so that no two replies read alike.
        hash.update(field.map_or(u64::MAX, |field| field.len() as u64).to_be_bytes());
        hash.update(field.unwrap_or_default());
    }
    let hash = hex::encode(hash.finalize().get(..16).unwrap_or_default());
    Some(format!("{}#{hash}", id.get(..id.floor_char_boundary(SHOWN)).unwrap_or_default()))
}

/// What a repeat is answered.
fn repeat(record: ReplyRecord, now: Timestamp) -> Answer {
    match (record.state, &record.answer) {
        (ReplyState::Sent | ReplyState::Held, Some(answer)) => Answer::again(answer.clone(), record.correlation),
        (ReplyState::Sending, _) if now.since(record.started_at) < RUNNING => Answer::refused(
            Code::InProgress,
            "This message is being sent at this moment. Its first call tells the outcome.",
        ),
        _ => lost(&record),
    }
}

#[cfg(test)]
mod tests {
    use shared::id::{DeskId, MessageId, ThreadId};
    use shared::openchannel::attachment::AttachmentId;
    use shared::store::ReplyAnswer;

    use super::*;

    fn reply(id: Option<&str>) -> Reply {
        Reply {
            id: id.map(str::to_owned),
            account: None,
            recipient: DeskId::new("7304418829920156"),
            text: Some("ok".to_owned()),
            attachment: None,
            file_name: None,
            thread: None,
            automatic: false,
        }
    }

    #[test]
    fn only_the_same_id_with_the_same_content_is_the_same_reply() {
        let first = name(&reply(Some("40560"))).unwrap();
        assert_eq!(name(&reply(Some("40560"))), Some(first.clone()));
        assert!(first.starts_with("40560#"), "{first}");
        assert_eq!(name(&reply(None)), None);
        let other = [
            reply(Some("40561")),
            Reply { text: Some("ok ".to_owned()), ..reply(Some("40560")) },
            Reply { text: None, attachment: Some(AttachmentId::new("ok")), ..reply(Some("40560")) },
            Reply { recipient: DeskId::new("7304418829920157"), ..reply(Some("40560")) },
            Reply { thread: Some(ThreadId::new("1_2")), ..reply(Some("40560")) },
            reply(Some("4056")),
        ];
        for other in other {
            assert_ne!(name(&other).unwrap(), first, "{other:?}");
        }
        let account = Reply { account: Some("12".to_owned()), ..reply(Some("40560")) };
        assert_eq!(name(&account), Some(first), "the account is the integration's own");
    }

    #[test]
    fn an_id_of_any_length_fits_into_a_key() {
        let long = "é".repeat(600_000);
        let named = name(&reply(Some(&long))).unwrap();
        assert_eq!(named.len(), SHOWN + 1 + 32);
        assert_ne!(name(&reply(Some(&format!("{long}1")))).unwrap(), named);
    }

    #[test]
    fn what_a_repeat_is_answered() {
        let started_at = Timestamp::from_seconds(1_790_000_000);
        let answer = ReplyAnswer { status: 200, body: r#"{"status":"sent"}"#.to_owned() };
        let held = ReplyAnswer { status: 202, body: r#"{"code":"held"}"#.to_owned() };
        let table = [
            (ReplyState::Sending, None, 0, 409, "in_progress"),
            (ReplyState::Sending, None, 9_999, 409, "in_progress"),
            (ReplyState::Sending, None, 10_000, 409, "outcome_unknown"),
            (ReplyState::Unknown, None, 0, 409, "outcome_unknown"),
            (ReplyState::Unknown, None, 60_000, 409, "outcome_unknown"),
            (ReplyState::Sent, Some(answer), 60_000, 200, "repeated"),
            (ReplyState::Held, Some(held), 60_000, 202, "repeated"),
        ];
        for (state, answer, after_ms, status, outcome) in table {
            let record = ReplyRecord {
                id: "40560#0".to_owned(),
                correlation: CorrelationId::generate(),
                state,
                started_at,
                sent: vec![MessageId::new("m_1")],
                answer,
            };
            let now = started_at.plus(Duration::from_millis(after_ms));
            let told = repeat(record, now);
            assert_eq!((told.status, told.outcome), (status, outcome), "{state:?} after {after_ms} ms");
        }
    }
}
