//! An agent's file, fetched from Motion by its id, or what to tell where it cannot be had.

use shared::agent_file::{self, FileLacking};
use shared::channel::{Carrier, Content};
use shared::openchannel::account::MotionApi;
use shared::openchannel::attachment::AttachmentId;
use tokio::time::Instant;

use crate::answer::Answer;
use crate::budget::Budget;
use crate::code::Code;
use crate::door::Door;
use crate::shell::Shell;

impl Shell {
    /// Fetches a file. `named` is what the reply calls it.
    pub(crate) async fn file(
        &self,
        door: &Door,
        id: &AttachmentId,
        named: Option<&str>,
        carrier: &dyn Carrier,
        budget: Budget,
    ) -> Result<Content, Answer> {
        let api = motion_api(door)?;
        let deadline = Instant::now() + budget.left();
        let fetched = agent_file::fetch(&self.http, &api, id, named, carrier, deadline);
        fetched.await.map_err(lacking)
    }
}

/// Motion's API, without which no file can be sent.
pub(crate) fn motion_api(door: &Door) -> Result<MotionApi, Answer> {
    door.secrets.motion_api(&door.integration).ok_or_else(|| {
        Answer::refused(
            Code::FileUnavailable,
            "Files cannot be sent, because the integration has no address or no key of Motion's API. Nothing was sent; an \
             administrator can add them.",
        )
    })
}

/// An id that Motion may give to a file.
pub(crate) fn checked_id(id: &AttachmentId) -> Result<&AttachmentId, Answer> {
    agent_file::check(id).map_err(lacking)
}

/// What to tell of a file that cannot be had.
fn lacking(lacking: FileLacking) -> Answer {
    let (code, told) = match lacking {
        FileLacking::TooLarge(_) => (Code::FileTooLarge, format!("The file was not sent: {lacking}.")),
        FileLacking::Kind { .. } => (
            Code::ProviderRefused,
            format!("The file was not sent: {lacking}. Send it as a PDF, or send a link to it."),
        ),
        FileLacking::NoSuchId => (Code::FileUnavailable, format!("The file was not sent: {lacking}.")),
        FileLacking::Refused(why) => {
            (Code::FileUnavailable, format!("The file was not sent: {why}. An administrator must look at it."))
        }
        FileLacking::Late => {
            let told = "Motion did not hand over the file in the time that an answer may take, so it was not sent. Send a link \
                        or a smaller file; try again in a minute if the file is small.";
            return Answer::refused(Code::FileUnavailable, told).with_status(502);
        }
        FileLacking::Unavailable => {
            let told = "Motion did not hand over the file, so it was not sent. Try again in a minute.";
            return Answer::refused(Code::FileUnavailable, told).with_status(502);
        }
    };
    Answer::refused(code, told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_of_a_file_that_cannot_be_had() {
        let table = [
            (FileLacking::TooLarge(25_000_000), 422, "file_too_large", "25 MB"),
            (
                FileLacking::Kind { title: "WhatsApp", mime: "image/gif".to_owned() },
                400,
                "provider_refused",
                "image/gif",
            ),
            (FileLacking::NoSuchId, 422, "file_unavailable", "no such id"),
            (FileLacking::Refused("Motion refuses to hand it over"), 422, "file_unavailable", "refuses"),
            (FileLacking::Unavailable, 502, "file_unavailable", "Try again"),
            (FileLacking::Late, 502, "file_unavailable", "a link or a smaller file"),
        ];
        for (lack, status, outcome, words) in table {
            let answer = lacking(lack.clone());
            assert_eq!((answer.status, answer.outcome), (status, outcome), "{lack}");
            assert!(format!("{answer:?}").contains(words), "{answer:?}");
        }
    }
}
