//! An agent's file, fetched from Motion by its id and made a message for the customer.

use tokio::time::Instant;

use crate::channel::{Carrier, Content, Handed, OutFile};
use crate::event::MediaKind;
use crate::http::{Client, FetchError, Purpose};
use crate::openchannel::account::MotionApi;
use crate::openchannel::attachment::{self, AttachmentId, Metadata};
use crate::openchannel::file::{file_name, sniff};

/// The longest id of a file, in bytes. Motion's own are numbers.
const LONGEST_ID: usize = 256;
/// How much of what Motion tells of a file is read.
const METADATA_CAP: usize = 64 * 1024;

/// Why a file cannot be had from Motion.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileLacking {
    /// Motion gives no such id to a file.
    #[error("Motion gives no such id to a file")]
    NoSuchId,
    /// The platform takes none of its type.
    #[error("{title} takes no files of the type {mime}")]
    Kind {
        /// What people call the channel.
        title: &'static str,
        /// The MIME type.
        mime: String,
    },
    /// It is larger than the platform takes.
    #[error("it is larger than {} MB", .0 / 1_000_000)]
    TooLarge(usize),
    /// Motion will not hand it over, or may not be asked.
    #[error("{0}")]
    Refused(&'static str),
    /// Motion did not hand it over before the time was up.
    #[error("Motion did not hand it over in time")]
    Late,
    /// Motion stumbled; trying again may help.
    #[error("Motion did not hand it over")]
    Unavailable,
}

/// An id, if Motion may give it to a file.
///
/// # Errors
/// [`FileLacking::NoSuchId`] where it may not.
pub fn check(id: &AttachmentId) -> Result<&AttachmentId, FileLacking> {
    if id.as_str().len() > LONGEST_ID { Err(FileLacking::NoSuchId) } else { Ok(id) }
}

/// Fetches a file for a customer of the channel. `named` is what the agent's answer calls it.
///
/// # Errors
/// [`FileLacking`] says why it cannot be had.
pub async fn fetch(
    http: &Client,
    api: &MotionApi,
    id: &AttachmentId,
    named: Option<&str>,
    carrier: &dyn Carrier,
    deadline: Instant,
) -> Result<Content, FileLacking> {
    check(id)?;
    let cap = carrier.limits().file_bytes;
    let left = || deadline.saturating_duration_since(Instant::now());
    let (told, fetched) = tokio::join!(
        http.send(Purpose::Desk, api.metadata_request(id), left(), METADATA_CAP),
        http.fetch(Purpose::Desk, api.download_request(id), left(), cap),
    );
    // What Motion tells of a file only helps to name it.
    let Metadata { name, mime } = told.map(|answer| attachment::metadata(&answer)).unwrap_or_default();
    let file = fetched.map_err(|error| lacking(&error, cap, left().is_zero()))?;
    let file_type = sniff(&file.bytes, mime.as_deref().or(file.content_type.as_deref()));
    match carrier.largest_file(&file_type.mime) {
        None => return Err(FileLacking::Kind { title: carrier.title(), mime: file_type.mime }),
        Some(largest) if file.bytes.len() > largest => return Err(FileLacking::TooLarge(largest)),
        Some(_) => {}
    }
    let caption = words_beside(name.as_deref(), named);
    let name = name.as_deref().or(named).or(file.file_name.as_deref());
    let name = file_name(kind(&file_type.mime), name, &file_type);
    let out = OutFile { name, content_type: file_type.mime, caption };
    Ok(Content::File(out, Handed::Bytes(file.bytes)))
}

/// What an agent's answer says beside its file. Motion's own clients put the file's name there; an automation may put words. Only
/// what is neither the name that Motion tells nor looks like one is meant for the customer.
fn words_beside(name: Option<&str>, said: Option<&str>) -> Option<String> {
    let (name, said) = (name?.trim().to_lowercase(), said?.trim());
    let lower = said.to_lowercase();
    let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, ""));
    // Motion's own name may have something of its own in front.
    let before = stem.strip_suffix(lower.as_str());
    let is_stem = before.is_some_and(|before| !before.ends_with(char::is_alphanumeric));
    let has_ending = !ending.is_empty() && lower.ends_with(&format!(".{ending}"));
    let is_name = is_stem || has_ending;
    (!is_name && !said.is_empty()).then(|| said.to_owned())
}

/// Why a file cannot be had; `late` where the time was used up by then.
fn lacking(error: &FetchError, cap: usize, late: bool) -> FileLacking {
    FileLacking::Refused(match error {
        FetchError::TooLarge(_) => return FileLacking::TooLarge(cap),
        FetchError::Forbidden(_) => "the hub may not call the address that is set for Motion's API",
        FetchError::Status { status: 401 | 403, .. } => "Motion does not accept the hub's API key",
        FetchError::Status { status: 404 | 410, .. } => "Motion does not have it any more",
        FetchError::Status { status: 400..=499, .. } => "Motion refuses to hand it over",
        FetchError::Failed(_) if late => return FileLacking::Late,
        FetchError::Status { .. } | FetchError::Failed(_) => return FileLacking::Unavailable,
    })
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
    fn words_beside_a_file_are_told_from_its_name() {
        let table = [
            (Some("offer.pdf"), Some("offer.pdf"), None),
            (Some("offer.pdf"), Some("Offer.PDF"), None),
            (Some("1605-offer.pdf"), Some("offer.pdf"), None),
            (
                Some("offer.pdf"),
                Some("Here is the offer. It holds until Friday."),
                Some("Here is the offer. It holds until Friday."),
            ),
            (Some("offer.pdf"), Some(" the offer "), Some("the offer")),
            (Some("1605-scan.pdf"), Some("Scan"), None),
            (Some("book.pdf"), Some("ok"), Some("ok")),
            (Some("offer.pdf"), Some("We open at 9.30"), Some("We open at 9.30")),
            (Some("offer.pdf"), Some("see www.example.com"), Some("see www.example.com")),
            (Some("voice"), Some("voice"), None),
            (Some("offer.pdf"), Some(" "), None),
            (Some("offer.pdf"), None, None),
            (None, Some("the offer"), None), // then it is all that names the file
        ];
        for (name, said, expected) in table {
            assert_eq!(words_beside(name, said).as_deref(), expected, "{name:?} {said:?}");
        }
    }

    #[test]
    fn why_a_file_cannot_be_had() {
        let status = |status| FetchError::Status { host: "motion.example".to_owned(), status };
        let failed = || FetchError::Failed("closed".to_owned());
        let table = [
            (FetchError::TooLarge(25_000_000), false, "it is larger than 25 MB"),
            (
                FetchError::Forbidden("10.0.0.1".to_owned()),
                false,
                "the hub may not call the address that is set for Motion's API",
            ),
            (status(401), false, "Motion does not accept the hub's API key"),
            (status(404), false, "Motion does not have it any more"),
            (status(418), false, "Motion refuses to hand it over"),
            (status(500), true, "Motion did not hand it over"),
            (failed(), false, "Motion did not hand it over"),
            (failed(), true, "Motion did not hand it over in time"),
        ];
        for (error, late, told) in table {
            assert_eq!(lacking(&error, 25_000_000, late).to_string(), told, "{error}");
        }
    }
}
