//! Files for a provider to fetch: kept in S3 for an hour under a name that nobody can guess, fetched through the hub's own
//! address. The name is all that guards them, so it is in no log.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::presigning::PresigningConfig;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::channel::OutFile;
use crate::time::Timestamp;

/// How long a link leads to its file. The bucket itself forgets after a day.
pub const LIVES: Duration = Duration::from_secs(3600);
/// How long the address that a link redirects to can be used.
const REDIRECT_LIVES: Duration = Duration::from_secs(300);
/// Bytes of a name.
const RANDOM: usize = 32;
/// What may stand as it is in a file name behind `filename*=`.
///
/// <https://www.rfc-editor.org/rfc/rfc5987#section-3.2.1>
const NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// The unguessable name of a file.
#[derive(Clone, PartialEq, Eq)]
pub struct FileName(String);

/// The text is no name of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a file")]
pub struct NotAName;

/// Why a file could not be kept or looked up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// AWS did not answer as it should; trying again may help.
    #[error("S3: {0}")]
    Unavailable(String),
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    NoRandom,
}

/// What is known of a file without fetching it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptFile {
    /// Its MIME type.
    pub content_type: String,
    /// Its size in bytes.
    pub length: i64,
    /// Its `Content-Disposition`, with its name.
    pub disposition: String,
}

/// The files of a deployment.
#[derive(Clone, Debug)]
pub struct FileLinks {
    client: Client,
    bucket: String,
}

impl FileName {
    fn random() -> Result<Self, LinkError> {
        let mut bytes = [0; RANDOM];
        getrandom::fill(&mut bytes).map_err(|_| LinkError::NoRandom)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    fn key(&self) -> String {
        format!("files/{}", self.0)
    }

    /// Where it is fetched: below the hub's address.
    ///
    /// # Errors
    /// [`NotAName`] where `hub` is no address that a path can follow.
    pub fn link(&self, hub: &Url) -> Result<Url, NotAName> {
        hub.join(&format!("/files/{}", self.0)).map_err(|_| NotAName)
    }
}

impl std::str::FromStr for FileName {
    type Err = NotAName;

    /// Only what can be a name is one, so that guessing costs no call of AWS.
    fn from_str(text: &str) -> Result<Self, NotAName> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotAName)?;
        (bytes.len() == RANDOM).then(|| Self(text.to_owned())).ok_or(NotAName)
    }
}

impl FileLinks {
    /// The files in `bucket`.
    pub fn new(client: Client, bucket: impl Into<String>) -> Self {
        Self { client, bucket: bucket.into() }
    }

    /// Keeps a file.
    ///
    /// # Errors
    /// [`LinkError`] where it could not be kept.
    pub async fn keep(&self, file: &OutFile, bytes: Bytes) -> Result<FileName, LinkError> {
        let name = FileName::random()?;
        let put = self.client.put_object().bucket(&self.bucket).key(name.key());
        let put = put.content_type(&file.content_type).content_disposition(disposition(&file.name)).body(bytes.into());
        put.send().await.map_err(|error| unavailable(error.code()))?;
        Ok(name)
    }

    /// What is known of a file; nothing where there is none, or its hour is over.
    ///
    /// # Errors
    /// [`LinkError`] where AWS does not tell.
    pub async fn look_up(&self, name: &FileName, now: Timestamp) -> Result<Option<KeptFile>, LinkError> {
        let found = self.client.head_object().bucket(&self.bucket).key(name.key()).send().await;
        let head = match found {
            Ok(head) => head,
            // Who may not list the bucket is told 403 for what is not there.
            Err(error) if error.raw_response().is_some_and(|raw| matches!(raw.status().as_u16(), 403 | 404)) => {
                return Ok(None);
            }
            Err(error) => return Err(unavailable(error.code())),
        };
        let kept_at = head.last_modified().map(|at| Timestamp::from_seconds(at.secs()));
        if kept_at.is_none_or(|kept_at| now.since(kept_at) >= LIVES) {
            return Ok(None);
        }
        Ok(Some(KeptFile {
            content_type: head.content_type().unwrap_or("application/octet-stream").to_owned(),
            length: head.content_length().unwrap_or_default(),
            disposition: head.content_disposition().unwrap_or("inline").to_owned(),
        }))
    }

    /// An address of S3 that brings the file for a few minutes.
    ///
    /// # Errors
    /// [`LinkError`] where it cannot be signed.
    pub async fn presigned(&self, name: &FileName) -> Result<String, LinkError> {
        let config = PresigningConfig::expires_in(REDIRECT_LIVES).map_err(|_| unavailable(None))?;
        let get = self.client.get_object().bucket(&self.bucket).key(name.key());
        let request = get.presigned(config).await.map_err(|error| unavailable(error.code()))?;
        Ok(request.uri().to_owned())
    }
}

/// How the file is named to whoever fetches it: in plain letters for old clients, whole for the others.
fn disposition(name: &str) -> String {
    let is_plain = |c: char| c == ' ' || (c.is_ascii_graphic() && !matches!(c, '"' | '\\'));
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    format!("inline; filename=\"{plain}\"; filename*=UTF-8''{}", utf8_percent_encode(name, NAME))
}

fn unavailable(code: Option<&str>) -> LinkError {
    LinkError::Unavailable(code.unwrap_or("no answer").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_random_and_only_a_name_is_one() {
        let (one, other) = (FileName::random().unwrap(), FileName::random().unwrap());
        assert!(one != other);
        assert!(one.0.parse::<FileName>().is_ok());
        for text in ["", "x", "../META", &one.0[1..], &format!("{}A", one.0), &"=".repeat(43), &"é".repeat(43)] {
            assert!(text.parse::<FileName>().is_err(), "{text}");
        }
        let hub: Url = "https://hub.example.com/webhooks/whatsapp/twilio/X#rc=3".parse().unwrap();
        assert_eq!(one.link(&hub).unwrap().as_str(), format!("https://hub.example.com/files/{}", one.0));
    }

    #[test]
    fn every_name_fits_a_header() {
        let table = [
            ("offer.pdf", "inline; filename=\"offer.pdf\"; filename*=UTF-8''offer.pdf"),
            ("Größe \"A\".pdf", "inline; filename=\"Gr__e _A_.pdf\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%22A%22.pdf"),
            ("a\r\nb", "inline; filename=\"a__b\"; filename*=UTF-8''a%0D%0Ab"),
        ];
        for (name, expected) in table {
            assert_eq!(disposition(name), expected);
        }
    }
}
