//! Messenger toward the Graph API: which request is which, and what its answer means.

use secrecy::SecretString;
use url::Url;

use super::render::{self, File, Mode, Page};
use super::{Facebook, address, limits, verdict};
use crate::channel::{
    Carrier, Connection, Content, Handed, Limits, MediaRequest, OutFile, OutMessage, Profile, Question, Verdict,
};
use crate::event::MediaSource;
use crate::http::{Answer, Auth, HttpError, MediaHosts, Outgoing};
use crate::id::CustomerId;

/// A token that Graph takes for nobody's: stands where a credential is another platform's, which no integration has.
static NO_TOKEN: std::sync::LazyLock<SecretString> = std::sync::LazyLock::new(SecretString::default);

impl Carrier for Facebook {
    fn title(&self) -> &'static str {
        "Messenger"
    }

    fn limits(&self) -> &'static Limits {
        &limits::LIMITS
    }

    fn address(&self, text: &str) -> Option<CustomerId> {
        address(text)
    }

    fn base(&self, connection: &Connection<'_>) -> Url {
        connection.platforms.graph_base_url.clone()
    }

    fn message(&self, connection: &Connection<'_>, message: OutMessage<'_>) -> Outgoing {
        let (page, to, mode) = (page(connection), message.to, mode(message.human_agent));
        let mark = render::mark(&message.correlation, message.part);
        match message.content {
            Content::File(OutFile { name, content_type, .. }, Handed::Bytes(bytes)) => {
                render::file(&page, to, mode, &mark, File { name, content_type, bytes })
            }
            content => render::text(&page, to, mode, &mark, &words(content)),
        }
    }

    fn verdict(&self, answer: &Result<Answer, HttpError>, human_agent: bool) -> Verdict {
        verdict::verdict(answer, mode(human_agent))
    }

    fn profile(&self, connection: &Connection<'_>, customer: &CustomerId) -> Option<Question<Profile>> {
        let request = render::profile(&page(connection), customer)?;
        Some(Question { request, read: verdict::profile })
    }

    fn media(&self, _connection: &Connection<'_>, source: &MediaSource) -> Option<MediaRequest> {
        let MediaSource::Url(address) = source else { return None };
        Some(MediaRequest::Fetch(Outgoing::get(address.parse().ok()?, Auth::None)))
    }

    fn media_hosts(&self) -> MediaHosts<'static> {
        MediaHosts::Under(limits::MEDIA_HOSTS)
    }
}

/// The page that a connection is to.
pub fn page<'a>(connection: &Connection<'a>) -> Page<'a> {
    Page {
        base: &connection.platforms.graph_base_url,
        version: &connection.platforms.graph_version,
        id: connection.account.platform_id(),
        token: connection.credential.graph_token().unwrap_or(&NO_TOKEN),
        app_secret: connection.app_secret,
    }
}

const fn mode(human_agent: bool) -> Mode {
    if human_agent { Mode::HumanAgent } else { Mode::Response }
}

/// What Messenger has no message of its own for, in words.
fn words(content: Content) -> String {
    match content {
        Content::Text(text) => text,
        Content::Location { latitude, longitude, name } => {
            format!("{name} https://www.google.com/maps?q={latitude},{longitude}").trim().to_owned()
        }
        Content::File(file, _) => file.name,
        Content::Template(template) => template.name,
    }
}
