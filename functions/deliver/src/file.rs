//! A customer's file on its way to the desk: fetched from the platform, uploaded to Motion; and what the agent reads while
//! it cannot be had.

use std::time::Duration;

use shared::channel::{Failure, FailureClass, MediaRequest};
use shared::envelope::{Envelope, LateFile, Work};
use shared::event::{MediaFile, MediaKind};
use shared::http::{Download, FetchError, Outgoing, Purpose};
use shared::openchannel::account::MotionApi;
use shared::openchannel::attachment::{self, AttachmentId, LARGEST, UploadError};
use shared::openchannel::file::{file_name, sniff};
use shared::openchannel::line::{self, FileTrouble};
use shared::queue::Later;
use shared::sender::From;
use tokio::time::Instant;

use crate::links::Link;
use crate::parcel::{Content, Parcel};
use crate::set_aside::target;
use crate::work::Hindered;
use crate::worker::Worker;

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
    /// It will never come; the agent reads this in its place.
    Lost(String),
    /// It is tried again later; the agent reads this, unless they were told before.
    Late { text: Option<String>, late: LateFile },
}

/// Why a file is not at the desk.
enum Lacking {
    /// It will never be.
    Never(String),
    /// It may be later.
    NotYet(String),
    /// Motion does not let us hand it over; someone has to change something.
    Credential(String),
}

impl Worker {
    /// Carries a file to Motion, or says what stands in its place.
    pub(crate) async fn carry(&self, link: &Link, parcel: &Parcel<'_>, index: usize, file: &MediaFile) -> Carried {
        let lacking = match self.bring(link, file).await {
            Ok((id, name)) => return Carried::Uploaded { id, name },
            Err(lacking) => lacking,
        };
        let (trouble, reason, tried_for) = match &lacking {
            Lacking::Never(reason) => return Carried::Lost(line::file(file.kind, FileTrouble::Lost(reason))),
            Lacking::NotYet(reason) => (FileTrouble::Pending, reason, TRIED_FOR),
            Lacking::Credential(reason) => (FileTrouble::Credential, reason, self.settings.waiting.max(TRIED_FOR)),
        };
        let late = self.next_try(parcel, index, file);
        let correlation = parcel.envelope.correlation;
        tracing::warn!(%correlation, part = index, tries = late.tries, "a file cannot be had yet");
        if self.now().since(late.since) >= tried_for {
            return Carried::Lost(line::file(file.kind, FileTrouble::Lost(reason)));
        }
        let text = (late.tries == 1).then(|| line::file(file.kind, trouble));
        Carried::Late { text, late }
    }

    /// The try that follows this one.
    fn next_try(&self, parcel: &Parcel<'_>, index: usize, file: &MediaFile) -> LateFile {
        match parcel.content {
            Content::LateFile(late) => LateFile { tries: late.tries.saturating_add(1), ..late.clone() },
            Content::Event(_) | Content::Line(_) => LateFile {
                customer: parcel.customer().clone(),
                place: parcel.place().clone(),
                event: parcel.id(),
                part: u32::try_from(index).unwrap_or(u32::MAX),
                file: file.clone(),
                since: self.now(),
                tries: 1,
            },
        }
    }

    /// Puts the next try on the way.
    pub(crate) async fn try_later(&self, link: &Link, late: LateFile) -> Result<(), Hindered> {
        let now = self.now();
        let due_at = now.plus(pause(late.tries));
        let envelope = Envelope::new(target(link), Work::LateFile(late), now);
        self.later.send(&Later { due_at, envelope }, now).await?;
        Ok(())
    }

    /// Fetches the file and uploads it, if there is a way in for it at all.
    async fn bring(&self, link: &Link, file: &MediaFile) -> Result<(AttachmentId, String), Lacking> {
        let Some(api) = link.secrets.motion_api(&link.integration) else {
            return Err(Lacking::Credential("the integration has no address or no key of Motion's API".to_owned()));
        };
        // Nobody closes it while the worker lives; without it a file is carried all the same.
        let _place = self.files.acquire().await.ok();
        let download = self.fetch(link, file).await?;
        self.upload(&api, file, download).await
    }

    async fn fetch(&self, link: &Link, file: &MediaFile) -> Result<Download, Lacking> {
        let (deadline, now) = (Instant::now() + FETCH, self.now());
        let later = |failure: Failure| Lacking::NotYet(failure.what);
        let app_secret = self.secrets.app_secret(&link.secrets, now).await;
        let app_secret = app_secret.map_err(|error| Lacking::NotYet(error.to_string()))?;
        let from = From { channel: link.channel, secrets: &link.secrets, app_secret: app_secret.as_ref() };
        let login = self.sender.login(from, deadline, now).await.map_err(later)?;
        let connection = self.sender.connection(from, login.as_deref());
        let carrier = link.channel.carrier();
        let request = match carrier.media(&connection, &file.source) {
            None => return Err(Lacking::Never("the platform gives no address for it".to_owned())),
            Some(MediaRequest::Fetch(request)) => request,
            Some(MediaRequest::Ask(question)) => {
                let auth = question.request.auth.clone();
                match self.sender.ask(&connection, question, deadline).await {
                    Ok(url) => Outgoing::get(url, auth),
                    Err(Failure { class: FailureClass::Permanent, what, .. }) => return Err(Lacking::Never(what)),
                    Err(failure) => return Err(later(failure)),
                }
            }
        };
        let base = carrier.base(&connection);
        let purpose = Purpose::Media { hosts: carrier.media_hosts(), base: &base };
        let left = deadline.saturating_duration_since(Instant::now());
        let fetched = self.http.fetch(purpose, request, left, LARGEST).await;
        fetched.map_err(|error| match error {
            FetchError::Forbidden(_) | FetchError::TooLarge(_) => Lacking::Never(error.to_string()),
            FetchError::Status { .. } | FetchError::Failed(_) => Lacking::NotYet(error.to_string()),
        })
    }

    async fn upload(
        &self,
        api: &MotionApi,
        file: &MediaFile,
        download: Download,
    ) -> Result<(AttachmentId, String), Lacking> {
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
            Err(UploadError::Refused(reason)) => Err(Lacking::Credential(reason)),
            // Whether the desk itself is away the line in the file's place will tell.
            Err(UploadError::Away(reason) | UploadError::Later(reason)) => Err(Lacking::NotYet(reason)),
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
