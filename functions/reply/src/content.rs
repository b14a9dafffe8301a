//! What an agent wrote: read from the call, and cut into the messages that the channel takes. Pure.

use std::time::Duration;

use http::header::CONTENT_TYPE;
use shared::channel::{Content, Handed, Limits};
use shared::gateway::Call;
use shared::openchannel::contact::ContactField;
use shared::openchannel::reply::{self, Posted, Reply};
use shared::text::split;

use crate::answer::Answer;
use crate::budget::UsedUp;
use crate::code::Code;

/// The least time for a call to the platform: several times what Graph usually takes for a text.
const LEAST_CALL: Duration = Duration::from_millis(1_500);
/// How fast a file goes out at least, in bytes a millisecond.
const UPLOAD_PER_MS: usize = 10_000;

/// From this size on, in bytes, a file's own size is why the time ran out.
const LARGE: usize = 1_000_000;

/// The least time that a message is begun to be sent with. Too little time would leave its fate unknown, and one that was
/// not begun can be sent later.
pub(crate) fn least_time(content: &Content) -> Duration {
    let bytes = match content {
        Content::File(_, Handed::Bytes(bytes)) => bytes.len(),
        _ => 0,
    };
    LEAST_CALL + Duration::from_millis(u64::try_from(bytes / UPLOAD_PER_MS).unwrap_or(u64::MAX))
}

/// What to tell where less than the least time is left. What takes a large file its time takes it again at the next try.
pub(crate) fn too_late(content: &Content) -> Answer {
    match content {
        Content::File(_, Handed::Bytes(bytes)) if bytes.len() >= LARGE => Answer::refused(
            Code::FileTooLarge,
            "The file is too large to be sent in the time that an answer may take. Nothing was sent; send a link or a smaller \
             file.",
        ),
        _ => UsedUp.into(),
    }
}

/// What is to be sent, read with an integration's map key.
pub(crate) fn read(call: &Call, map_key: ContactField) -> Result<Reply, Answer> {
    let content_type = call.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    match reply::read(content_type, &call.body, map_key)? {
        Posted::Reply(reply) => Ok(reply),
        Posted::Internal => Err(Answer::ignored()),
    }
}

/// A text as messages, in order.
pub(crate) fn texts(text: &str, limits: &Limits) -> Result<Vec<String>, Answer> {
    split(text, limits.text, limits.text_unit, limits.parts).map_err(|too_long| {
        Answer::refused(
            Code::TooLong,
            format!("Nothing was sent: {too_long}. Shorten it, or send it in several answers."),
        )
    })
}
