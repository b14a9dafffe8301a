//! A customer's file on its way to the desk: fetched from the platform, uploaded to Motion; and what the agent reads while
//! it cannot be had.

use std::time::Duration;

use shared::envelope::{Envelope, LateFile, Work};
use shared::event::{MediaFile, MediaKind, MediaSource};
use shared::http::{Auth, Download, FetchError, Outgoing, Purpose};
use shared::openchannel::attachment::{self, AttachmentId, UploadError};
use shared::openchannel::file::{file_name, sniff};
use shared::openchannel::line::{self, FileTrouble};
use shared::openchannel::receive::Away;
use shared::queue::Later;
use shared::store::{Health, MessageRecord};
use tokio::time::Instant;

use crate::desk::state;
use crate::links::Link;
use crate::parcel::{Content, Parcel};
use crate::received::Received;
use crate::set_aside::{health, target};
use crate::work::{Hindered, Step};
use crate::worker::Worker;

/// The largest file that is carried, in bytes: the most that Motion can be set to take.
const LARGEST: usize = 25 * 1024 * 1024;
const FETCH: Duration = Duration::from_secs(15);
const UPLOAD: Duration = Duration::from_secs(12);
const UPLOAD_ANSWER_CAP: usize = 64 * 1024;
/// How long a file that cannot be had is tried again.
const TRIED_FOR: Duration = Duration::from_secs(24 * 3600);
const FIRST_PAUSE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// A file, as far as it came.
pub(crate) enum Carried {
    /// It lies at Motion.
    Uploaded { id: AttachmentId, name: String },
    /// The agent reads this in its place.
    Line(String),
    /// It is tried again later, and the agent was told so before.
    Later,
    /// The desk did not take it because it is away.
    Away(Health),
}

/// Why a file is not at the desk.
enum Lacking {
    /// It will never be.
    Never(String),
    /// It may be later.
    NotYet(String),
    Away(Health),
}

impl Worker {
    /// Tries again to bring a file that came late.
    pub(crate) async fn late_file(
        &self,
        link: &Link,
        record: &Received,
        envelope: &Envelope,
        late: &LateFile,
        deadline: Instant,
    ) -> Result<Step, Hindered> {
        tracing::debug!(correlation = %envelope.correlation, tries = late.tries, "a file is tried again");
        match Parcel::of(envelope, &record.body, &record.sequence) {
            Some(parcel) => self.parcel(link, &parcel, deadline).await,
            None => Ok(Step::Done),
        }
    }

    /// Carries a file to Motion, or says what stands in its place.
    pub(crate) async fn carry(
        &self,
        link: &Link,
        parcel: &Parcel<'_>,
        message: &MessageRecord,
        index: usize,
        file: &MediaFile,
    ) -> Result<Carried, Hindered> {
        let lacking = match self.fetch(link, file).await {
            Ok(download) => match self.upload(link, file, download).await {
                Ok((id, name)) => return Ok(Carried::Uploaded { id, name }),
                Err(lacking) => lacking,
            },
            Err(lacking) => lacking,
        };
        match lacking {
            Lacking::Away(health) => Ok(Carried::Away(health)),
            Lacking::Never(reason) => Ok(Carried::Line(line::file(file.kind, FileTrouble::Lost(&reason)))),
            Lacking::NotYet(reason) => {
                tracing::warn!(correlation = %message.correlation, part = index, "a file cannot be had yet");
                self.try_later(link, parcel, index, file, &reason).await
            }
        }
    }

    /// Puts another try on the way, or gives the file up after a day.
    async fn try_later(
        &self,
        link: &Link,
        parcel: &Parcel<'_>,
        index: usize,
        file: &MediaFile,
        reason: &str,
    ) -> Result<Carried, Hindered> {
        let now = self.now();
        let late = match parcel.content {
            Content::Event(event) => LateFile {
                customer: event.customer.clone(),
                place: event.place.clone(),
                event: event.id.clone(),
                part: u32::try_from(index).unwrap_or(u32::MAX),
                file: file.clone(),
                since: now,
                tries: 1,
            },
            Content::LateFile(late) => LateFile { tries: late.tries.saturating_add(1), ..late.clone() },
        };
        if now.since(late.since) >= TRIED_FOR {
            return Ok(Carried::Line(line::file(file.kind, FileTrouble::Lost(reason))));
        }
        let due_at = now.plus(pause(late.tries));
        let told_before = late.tries > 1;
        let envelope = Envelope::new(target(link), Work::LateFile(late), now);
        self.later.send(&Later { due_at, envelope }, now).await?;
        Ok(if told_before { Carried::Later } else { Carried::Line(line::file(file.kind, FileTrouble::Pending)) })
    }

    async fn fetch(&self, link: &Link, file: &MediaFile) -> Result<Download, Lacking> {
        let purpose = self.settings.platforms.media(link.channel);
        let MediaSource::Url(address) = &file.source else {
            return Err(Lacking::Never("the platform gives no address for it".to_owned()));
        };
        let url = address.parse().map_err(|_| Lacking::Never("its address is not one".to_owned()))?;
        let fetched = self.http.fetch(purpose, Outgoing::get(url, Auth::None), FETCH, LARGEST).await;
        fetched.map_err(|error| match error {
            FetchError::Forbidden(_) | FetchError::TooLarge(_) => Lacking::Never(error.to_string()),
            FetchError::Status { .. } | FetchError::Failed(_) => Lacking::NotYet(error.to_string()),
        })
    }

    async fn upload(
        &self,
        link: &Link,
        file: &MediaFile,
        download: Download,
    ) -> Result<(AttachmentId, String), Lacking> {
        let Some(api) = link.secrets.motion_api(&link.integration) else {
            return Err(Lacking::NotYet("the integration has no API key of Motion".to_owned()));
        };
        let file_type = sniff(&download.bytes, download.content_type.as_deref());
        if is_a_page(file.kind, &file_type.mime) {
            return Err(Lacking::NotYet("the platform sent a web page in its place".to_owned()));
        }
        let name = file_name(file.kind, file.name.as_deref().or(download.file_name.as_deref()), &file_type);
        let request = api.upload_request(&name, &file_type.mime, download.bytes);
        // Once more at once: nobody sees a file that was uploaded twice before one of them is posted.
        let uploaded = match self.try_upload(&request).await {
            Err(UploadError::Later(_)) => self.try_upload(&request).await,
            settled => settled,
        };
        match uploaded {
            Ok(id) => Ok((id, name)),
            Err(UploadError::Never(reason)) => Err(Lacking::Never(reason)),
            Err(UploadError::Away(reason)) => Err(Lacking::Away(health(state(Away::Unreachable), reason, self))),
            Err(UploadError::Refused(reason) | UploadError::Later(reason)) => Err(Lacking::NotYet(reason)),
        }
    }

    async fn try_upload(&self, request: &Outgoing) -> Result<AttachmentId, UploadError> {
        let answer = self.http.send(Purpose::Desk, request.clone(), UPLOAD, UPLOAD_ANSWER_CAP).await;
        attachment::uploaded(request, &answer)
    }
}

/// Whether a picture, film or sound turned out to be text: an error page of whoever keeps it.
fn is_a_page(kind: MediaKind, mime: &str) -> bool {
    kind != MediaKind::Document && mime.starts_with("text/")
}

fn pause(tries: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1_u32.checked_shl(tries.saturating_sub(1)).unwrap_or(u32::MAX)).min(LONGEST_PAUSE)
}
