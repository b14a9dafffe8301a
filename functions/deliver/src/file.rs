//! A customer's file on its way to the desk: fetched from the platform, uploaded to Motion; and what the agent reads while
//! it cannot be had.

use std::time::Duration;

use shared::channel::{Failure, FailureClass, MediaRequest};
use shared::envelope::{Envelope, LateFile, Work};
use shared::event::{MediaFile, MediaKind};
use shared::http::{Auth, Download, FetchError, Outgoing, Purpose, host_of};
use shared::openchannel::account::MotionApi;
use shared::openchannel::attachment::{self, AttachmentId, LARGEST, UploadError};
use shared::openchannel::file::{file_name, sniff};
use shared::openchannel::line::{self, FileTrouble};
use shared::queue::Later;
use shared::sender::From;
use shared::store::{DeskState, Health};
use tokio::time::Instant;

use crate::links::Link;
use crate::parcel::{Content, Parcel};
use crate::set_aside::{health, target};
use crate::work::Hindered;
use crate::worker::Worker;

const FETCH: Duration = Duration::from_secs(15);
const UPLOAD: Duration = Duration::from_secs(12);
const UPLOAD_ANSWER_CAP: usize = 64 * 1024;
/// A platform may tell of a file a moment before it is there; Twilio says so of the first seconds.
///
/// <https://www.twilio.com/docs/messaging/api/media-resource>
const NOT_THERE_YET: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(3)];
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
    NoDeskKey(String),
    /// The platform does not let us have it; someone has to renew something.
    NoCredential(String),
}

impl Worker {
    /// Carries a file to Motion, or says what stands in its place.
    pub(crate) async fn carry(&self, link: &Link, parcel: &Parcel<'_>, index: usize, file: &MediaFile) -> Carried {
        let first = !matches!(parcel.content, Content::LateFile(_));
        let lacking = match self.bring(link, file, first).await {
            Ok((id, name)) => return Carried::Uploaded { id, name },
            Err(lacking) => lacking,
        };
        let (trouble, reason, tried_for) = match &lacking {
            Lacking::Never(reason) => return Carried::Lost(line::file(file.kind, FileTrouble::Lost(reason))),
            Lacking::NotYet(reason) => (FileTrouble::Pending, reason, TRIED_FOR),
            Lacking::NoDeskKey(reason) => (FileTrouble::NoDeskKey, reason, self.settings.waiting.max(TRIED_FOR)),
            Lacking::NoCredential(reason) => (FileTrouble::NoCredential, reason, self.settings.waiting.max(TRIED_FOR)),
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
    async fn bring(&self, link: &Link, file: &MediaFile, first: bool) -> Result<(AttachmentId, String), Lacking> {
        let Some(api) = link.secrets.motion_api(&link.integration) else {
            return Err(Lacking::NoDeskKey("the integration has no address or no key of Motion's API".to_owned()));
        };
        // Nobody closes it while the worker lives; without it a file is carried all the same.
        let _place = self.files.acquire().await.ok();
        let download = match self.fetch(link, file, first).await {
            Err(Lacking::NoCredential(reason)) => {
                self.credential_is_dead(link, &reason).await;
                return Err(Lacking::NoCredential(reason));
            }
            fetched => fetched?,
        };
        self.upload(&api, file, download).await
    }

    /// `first` is whether it was not tried before.
    async fn fetch(&self, link: &Link, file: &MediaFile, first: bool) -> Result<Download, Lacking> {
        let (deadline, now) = (Instant::now() + FETCH, self.now());
        let app_secret = self.secrets.app_secret(&link.secrets, now).await;
        let app_secret = app_secret.map_err(|error| Lacking::NotYet(error.to_string()))?;
        let from = From { channel: link.channel, secrets: &link.secrets, app_secret: app_secret.as_ref() };
        // Whoever wants a token of the moment for messages gives files without one.
        let connection = self.sender.connection(from, None);
        let carrier = link.channel.carrier();
        let request = match carrier.media(&connection, &file.source) {
            None => return Err(Lacking::Never("the platform gives no address for it".to_owned())),
            Some(MediaRequest::Fetch(request)) => request,
            Some(MediaRequest::Ask(question)) => {
                let auth = question.request.auth.clone();
                match self.sender.ask(&connection, question, deadline).await {
                    Ok(url) => Outgoing::get(url, auth),
                    Err(Failure { class: FailureClass::Permanent, what, .. }) => return Err(Lacking::Never(what)),
                    Err(Failure { class: FailureClass::Credential, sentence, .. }) => {
                        return Err(Lacking::NoCredential(sentence));
                    }
                    Err(failure) => return Err(Lacking::NotYet(failure.what)),
                }
            }
        };
        let base = carrier.base(&connection);
        let purpose = Purpose::Media { hosts: carrier.media_hosts(), base: &base };
        let with_credential = !matches!(request.auth, Auth::None);
        // Wherever it redirects to no credential goes along.
        let trusted = host_of(&request.url);
        let mut pauses = NOT_THERE_YET.into_iter();
        let fetched = loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match (self.http.fetch(purpose, request.clone(), left, LARGEST).await, pauses.next()) {
                (Err(FetchError::Status { status: 404, .. }), Some(pause))
                    if first && Instant::now() + pause < deadline =>
                {
                    tokio::time::sleep(pause).await;
                }
                (fetched, _) => break fetched,
            }
        };
        if with_credential && fetched.is_ok() && link.integration.platform.is_broken() {
            self.note_credential(link, &Health::default()).await;
        }
        fetched.map_err(|error| match error {
            FetchError::Forbidden(_) | FetchError::TooLarge(_) => Lacking::Never(error.to_string()),
            FetchError::Status { status: status @ (401 | 403), host } if with_credential && host == trusted => {
                let title = carrier.title();
                Lacking::NoCredential(format!("{title} answered {status} when a customer's file was fetched."))
            }
            FetchError::Status { .. } | FetchError::Failed(_) => Lacking::NotYet(error.to_string()),
        })
    }

    /// Has the next try read the credential anew, and shows people that it is to be renewed.
    pub(crate) async fn credential_is_dead(&self, link: &Link, reason: &str) {
        let id = link.integration.id;
        self.secrets.refresh(Some(id), self.now());
        if link.integration.platform.is_broken() {
            return;
        }
        tracing::warn!(integration = %id, metric = "credential_refused", "the platform no longer accepts the credential");
        self.note_credential(link, &health(DeskState::Refuses, reason.to_owned(), self)).await;
    }

    async fn note_credential(&self, link: &Link, health: &Health) {
        let id = link.integration.id;
        if let Err(error) = self.store.set_platform_health(id, health).await {
            tracing::warn!(integration = %id, %error, "how the platform takes the credential could not be noted");
        }
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
            Err(UploadError::Refused(reason)) => Err(Lacking::NoDeskKey(reason)),
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
