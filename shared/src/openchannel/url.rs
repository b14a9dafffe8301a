//! The Receive URL: opaque, kept byte for byte, and never printed with its query, which is its password.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use url::{Position, Url};

/// The vendor's proxy for servers without a public address. Nothing says that it forwards the rest of the API.
const VENDOR_PROXY: &str = "chat.xcallymotion.com";

/// The address that Motion made for one Open Channel account.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct ReceiveUrl(Url);

/// Why a text cannot be a Receive URL, and what to paste instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiveUrlError {
    /// Nothing there.
    #[error("paste the Receive URL that Motion shows in the Open Channel account")]
    Empty,
    /// Not an absolute address of the web.
    #[error(
        "this is no web address; paste the whole Receive URL from the Open Channel account, from https:// to the end"
    )]
    NotAnAddress,
    /// It holds characters that would have to be changed on the way.
    #[error(
        "the address holds characters that an address cannot carry unchanged, such as blanks or quotes; copy the Receive URL again with nothing around it"
    )]
    Altered,
    /// A user or password in front of the host.
    #[error(
        "the address must not hold a user and password; paste the Receive URL as Motion shows it and give user and password as credentials of the API"
    )]
    UserInfo,
    /// Only a server, no account.
    #[error(
        "this is only the address of the server; paste the whole Receive URL of the Open Channel account, which ends in /notify or /receive"
    )]
    NoPath,
    /// The address that goes the other way.
    #[error(
        "this is a Reply URL, which is typed into Motion; paste the Receive URL that Motion shows in the same account"
    )]
    ReplyUrl,
    /// Motion's own WhatsApp channel, which speaks another language.
    #[error(
        "this belongs to Motion's own WhatsApp channel; make an Open Channel account in Motion and paste its Receive URL"
    )]
    NotOpenChannel,
}

impl ReceiveUrl {
    /// The address with its secret, for the request alone.
    pub fn expose(&self) -> &Url {
        &self.0
    }

    /// The account's id, where the path names it. A default that a setting may override.
    pub fn account(&self) -> Option<&str> {
        let mut segments = self.0.path_segments()?;
        segments.find(|segment| *segment == "accounts")?;
        segments.next().filter(|id| !id.is_empty())
    }

    /// The base of Motion's API, as `https://HOST/api`: a default that a setting may override. Nothing for the vendor's proxy.
    pub fn api_base(&self) -> Option<Url> {
        if self.0.host_str() == Some(VENDOR_PROXY) {
            return None;
        }
        let (before, _) = self.0.path().split_once("/openchannel/")?;
        let mut base = self.0.clone();
        base.set_path(before);
        base.set_query(None);
        Some(base)
    }
}

impl FromStr for ReceiveUrl {
    type Err = ReceiveUrlError;

    fn from_str(text: &str) -> Result<Self, ReceiveUrlError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ReceiveUrlError::Empty);
        }
        let url = Url::parse(text).map_err(|_| ReceiveUrlError::NotAnAddress)?;
        if !matches!(url.scheme(), "https" | "http") || !text.contains("://") {
            return Err(ReceiveUrlError::NotAnAddress);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ReceiveUrlError::UserInfo);
        }
        if url.path() == "/" {
            return Err(ReceiveUrlError::NoPath);
        }
        if url.path().contains("/api/reply") {
            return Err(ReceiveUrlError::ReplyUrl);
        }
        if url.path().contains("/whatsapp/") {
            return Err(ReceiveUrlError::NotOpenChannel);
        }
        // The parser mends what it can; a mended secret would be another secret. A fragment would not be sent at all.
        let pasted = text.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)));
        if url.fragment().is_some() || pasted != Some(&url[Position::BeforePath..]) {
            return Err(ReceiveUrlError::Altered);
        }
        Ok(Self(url))
    }
}

impl TryFrom<String> for ReceiveUrl {
    type Error = ReceiveUrlError;

    fn try_from(text: String) -> Result<Self, ReceiveUrlError> {
        text.parse()
    }
}

impl fmt::Display for ReceiveUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0[..Position::AfterPath])?;
        f.write_str(if self.0.query().is_some() { "?***" } else { "" })
    }
}

impl fmt::Debug for ReceiveUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReceiveUrl({self})")
    }
}

#[cfg(test)]
mod tests;
