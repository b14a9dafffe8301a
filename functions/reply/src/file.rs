//! An agent's file, fetched from Motion by its id.

use shared::channel::{Content, Handed, Limits, OutFile};
use shared::event::MediaKind;
use shared::http::{FetchError, Purpose};
use shared::openchannel::account::MotionApi;
use shared::openchannel::attachment::{self, AttachmentId, Metadata};
use shared::openchannel::file::{file_name, sniff};

use crate::answer::Answer;
use crate::budget::Budget;
use crate::code::Code;
use crate::door::Door;
use crate::shell::Shell;

/// The longest id of a file, in bytes. Motion's own are numbers.
const LONGEST_ID: usize = 256;
/// How much of what Motion tells of a file is read.
const METADATA_CAP: usize = 64 * 1024;

impl Shell {
    /// Fetches a file. `named` is what the reply calls it.
    pub(crate) async fn file(
        &self,
        door: &Door,
        id: &AttachmentId,
        named: Option<&str>,
        limits: &Limits,
        budget: Budget,
    ) -> Result<Content, Answer> {
        if id.as_str().len() > LONGEST_ID {
            return Err(Answer::refused(
                Code::FileUnavailable,
                "The file was not sent: Motion gives no such id to a file.",
            ));
        }
        let api = motion_api(door)?;
        let cap = limits.file_bytes;
        let (told, fetched) = tokio::join!(
            self.http.send(Purpose::Desk, api.metadata_request(id), budget.left(), METADATA_CAP),
            self.http.fetch(Purpose::Desk, api.download_request(id), budget.left(), cap),
        );
        // What Motion tells of a file only helps to name it.
        let Metadata { name, mime } = told.map(|answer| attachment::metadata(&answer)).unwrap_or_default();
        let file = fetched.map_err(|error| lacking(&error, cap, budget.left().is_zero()))?;
        let file_type = sniff(&file.bytes, mime.as_deref().or(file.content_type.as_deref()));
        let name = name.as_deref().or(named).or(file.file_name.as_deref());
        let name = file_name(kind(&file_type.mime), name, &file_type);
        let out = OutFile { name, content_type: file_type.mime, caption: None };
        Ok(Content::File(out, Handed::Bytes(file.bytes)))
    }
}

fn motion_api(door: &Door) -> Result<MotionApi, Answer> {
    door.secrets.motion_api(&door.integration).ok_or_else(|| {
        Answer::refused(
            Code::FileUnavailable,
            "Files cannot be sent, because the integration has no address or no key of Motion's API. Nothing was sent; an \
             administrator can add them.",
        )
    })
}

/// What to tell of a file that cannot be had; `late` where the time was used up by then.
fn lacking(error: &FetchError, cap: usize, late: bool) -> Answer {
    let why = match error {
        FetchError::TooLarge(_) => {
            let told = format!("The file is larger than {} MB, so it was not sent.", cap / 1_000_000);
            return Answer::refused(Code::FileTooLarge, told);
        }
        FetchError::Forbidden(_) => "the hub may not call the address that is set for Motion's API",
        FetchError::Status { status: 401 | 403, .. } => "Motion does not accept the hub's API key",
        FetchError::Status { status: 404 | 410, .. } => "Motion does not have it any more",
        FetchError::Status { status: 400..=499, .. } => "Motion refuses to hand it over",
        FetchError::Failed(_) if late => {
            let told = "Motion did not hand over the file in the time that an answer may take, so it was not sent. Send a link \
                        or a smaller file; try again in a minute if the file is small.";
            return Answer::refused(Code::FileUnavailable, told).with_status(502);
        }
        FetchError::Status { .. } | FetchError::Failed(_) => {
            let told = "Motion did not hand over the file, so it was not sent. Try again in a minute.";
            return Answer::refused(Code::FileUnavailable, told).with_status(502);
        }
    };
    Answer::refused(Code::FileUnavailable, format!("The file was not sent: {why}. An administrator must look at it."))
}

fn kind(mime: &str) -> MediaKind {
    match mime.split_once('/') {
        Some(("image", _)) => MediaKind::Image,
        Some(("video", _)) => MediaKind::Video,
        Some(("audio", _)) => MediaKind::Audio,
        _ => MediaKind::Document,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_of_a_file_that_cannot_be_had() {
        let status = |status| FetchError::Status { host: "motion.example".to_owned(), status };
        let table = [
            (FetchError::TooLarge(25_000_000), false, 422, "file_too_large", "25 MB"),
            (FetchError::Forbidden("10.0.0.1".to_owned()), false, 422, "file_unavailable", "may not call"),
            (status(401), false, 422, "file_unavailable", "API key"),
            (status(404), false, 422, "file_unavailable", "any more"),
            (status(418), false, 422, "file_unavailable", "refuses"),
            (status(500), true, 502, "file_unavailable", "Try again"),
            (FetchError::Failed("closed".to_owned()), false, 502, "file_unavailable", "Try again"),
            (
                FetchError::Failed("no answer in time".to_owned()),
                true,
                502,
                "file_unavailable",
                "a link or a smaller file",
            ),
        ];
        for (error, late, status, outcome, words) in table {
            let answer = lacking(&error, 25_000_000, late);
            assert_eq!((answer.status, answer.outcome), (status, outcome), "{error}");
            assert!(format!("{answer:?}").contains(words), "{answer:?}");
        }
    }
}
