//! Which channel an integration is of, and one account of it acting at its platform. A new channel is a variant here; the
//! functions know none of them by name.

use bytes::Bytes;
use secrecy::SecretString;
use url::Url;

use super::facebook::render::{self, File, Mode, Page};
use super::facebook::{self, limits, verdict};
use super::{Limits, Profile, Verdict};
use crate::http::{Answer, HttpError, Outgoing, Purpose};
use crate::id::{AccountKey, CorrelationId, CustomerId, DeskId};

/// A channel that the hub can talk to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Facebook Messenger.
    Facebook,
}

/// Where the platforms answer, as the operator configured it.
#[derive(Clone, Debug)]
pub struct Platforms {
    /// Base of Meta's Graph API.
    pub graph_base_url: Url,
    /// Its version, as `v26.0`.
    pub graph_version: String,
}

/// One account of a channel with what its platform takes from us.
#[derive(Clone, Copy)]
pub struct Connection<'a> {
    /// The channel.
    pub channel: Channel,
    /// Where its platform answers.
    pub platforms: &'a Platforms,
    /// The account.
    pub account: &'a AccountKey,
    /// The account's token.
    pub token: &'a SecretString,
    /// The secret of the app that the token was given to.
    pub app_secret: Option<&'a SecretString>,
}

/// One message to a customer.
pub struct OutMessage<'a> {
    /// Whom to.
    pub to: &'a CustomerId,
    /// What it says or is.
    pub content: Content,
    /// By the right of a person who answers late.
    pub human_agent: bool,
    /// Follows it through logs and comes back in the platform's echo.
    pub correlation: CorrelationId,
    /// Which part of the agent's answer it is.
    pub part: usize,
}

/// What a message says or is. Not printable: it is what people write.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// Words within the channel's limit.
    Text(String),
    /// A file.
    File {
        /// Its name, which the customer sees.
        name: String,
        /// Its MIME type.
        content_type: String,
        /// Its bytes.
        bytes: Bytes,
    },
}

impl Channel {
    /// The channel that an integration's record names.
    pub fn named(name: &str) -> Option<Self> {
        (name == facebook::NAME).then_some(Self::Facebook)
    }

    /// What people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Facebook => "Messenger",
        }
    }

    /// Its sizes and times.
    pub const fn limits(self) -> &'static Limits {
        match self {
            Self::Facebook => &limits::LIMITS,
        }
    }

    /// Whom a desk id names that nobody has given, if it is an address of the channel: an agent typed it to write first.
    pub fn address(self, desk_id: &DeskId) -> Option<CustomerId> {
        match self {
            Self::Facebook => facebook::address(desk_id.as_str()),
        }
    }
}

impl Platforms {
    /// What a request to a channel's platform is for.
    pub const fn purpose(&self, channel: Channel) -> Purpose<'_> {
        match channel {
            Channel::Facebook => Purpose::Platform { base: &self.graph_base_url },
        }
    }

    /// What fetching a customer's file from a channel's platform is for.
    pub const fn media(&self, channel: Channel) -> Purpose<'_> {
        match channel {
            Channel::Facebook => Purpose::Media { hosts: limits::MEDIA_HOSTS, base: &self.graph_base_url },
        }
    }
}

impl Connection<'_> {
    /// What its requests are for.
    pub const fn purpose(&self) -> Purpose<'_> {
        self.platforms.purpose(self.channel)
    }

    /// The request that sends a message.
    pub fn message(&self, message: OutMessage<'_>) -> Outgoing {
        match self.channel {
            Channel::Facebook => messenger(&self.page(), message),
        }
    }

    /// What the platform's answer to a message means. `human_agent` is as the message had it.
    pub fn verdict(&self, answer: &Result<Answer, HttpError>, human_agent: bool) -> Verdict {
        match self.channel {
            Channel::Facebook => verdict::verdict(answer, mode(human_agent)),
        }
    }

    /// The request for a customer's name, where the platform tells names on request.
    pub fn profile(&self, customer: &CustomerId) -> Option<Outgoing> {
        match self.channel {
            Channel::Facebook => render::profile(&self.page(), customer),
        }
    }

    /// The name in the answer to that.
    pub fn read_profile(&self, answer: &Answer) -> Option<Profile> {
        match self.channel {
            Channel::Facebook => verdict::profile(answer),
        }
    }

    fn page(&self) -> Page<'_> {
        Page {
            base: &self.platforms.graph_base_url,
            version: &self.platforms.graph_version,
            id: self.account.platform_id(),
            token: self.token,
            app_secret: self.app_secret,
        }
    }
}

const fn mode(human_agent: bool) -> Mode {
    if human_agent { Mode::HumanAgent } else { Mode::Response }
}

fn messenger(page: &Page<'_>, message: OutMessage<'_>) -> Outgoing {
    let mode = mode(message.human_agent);
    let mark = render::mark(&message.correlation, message.part);
    match message.content {
        Content::Text(text) => render::text(page, message.to, mode, &mark, &text),
        Content::File { name, content_type, bytes } => {
            render::file(page, message.to, mode, &mark, File { name, content_type, bytes })
        }
    }
}
