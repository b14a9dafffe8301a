//! Which channel an integration is of, and one account of it acting at its platform. A new channel is a variant here; the
//! functions know none of them by name.

use bytes::Bytes;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

use super::carrier::{Carrier, Template};
use super::credential::PlatformCredential;
use super::facebook::{self, Facebook};
use super::whatsapp::{self, kaleyra::Kaleyra, meta::WhatsAppMeta, sinch::Sinch, twilio::Twilio};
use crate::config::Environment;
use crate::http::Purpose;
use crate::id::{AccountKey, CorrelationId, CustomerId, DeskId};
use crate::secrets::IntegrationSecrets;
use crate::text::shorten;

/// The longest quote of a message, in characters.
const QUOTE: usize = 60;

/// A channel that the hub can talk to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Facebook Messenger.
    Facebook,
    /// WhatsApp, through one of those who carry it.
    WhatsApp(Provider),
}

/// Who carries WhatsApp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Meta's Cloud API.
    Meta,
    /// Twilio Programmable Messaging.
    Twilio,
    /// Sinch Conversation API.
    Sinch,
    /// Kaleyra, either generation.
    Kaleyra,
}

/// Where the platforms answer, as the operator configured it.
#[derive(Clone, Debug)]
pub struct Platforms {
    /// Base of Meta's Graph API.
    pub graph_base_url: Url,
    /// Its version, as `v26.0`.
    pub graph_version: String,
    /// Base of Twilio's REST API.
    pub twilio_base_url: Url,
    /// Base of Sinch's APIs, in place of the hosts of each region; only for tests.
    pub sinch_base_url: Option<Url>,
    /// Base of Kaleyra's API, in place of the host of each region; only for tests.
    pub kaleyra_base_url: Option<Url>,
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
    /// What its platform takes from us.
    pub credential: &'a PlatformCredential,
    /// The secret of the app that the credential was given to, where the platform has apps.
    pub app_secret: Option<&'a SecretString>,
    /// Where a message may have its statuses told.
    pub callback_url: Option<&'a str>,
    /// The token of the moment, where the platform wants one.
    pub login: Option<&'a SecretString>,
}

/// One message to a customer.
#[derive(Clone)]
pub struct OutMessage<'a> {
    /// Whom to.
    pub to: &'a CustomerId,
    /// Other ids by which the platform knows them.
    pub aliases: &'a [CustomerId],
    /// What it says or is.
    pub content: Content,
    /// By the right of a person who answers late.
    pub human_agent: bool,
    /// Follows it through logs, and comes back in the platform's echo or status where the platform carries it.
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
    File(OutFile, Handed),
    /// A place on the map.
    Location {
        /// Degrees north, as the agent wrote them.
        latitude: String,
        /// Degrees east.
        longitude: String,
        /// Its name; may be empty.
        name: String,
    },
    /// What the platform has approved before.
    Template(Template),
}

/// A file to a customer, without its bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct OutFile {
    /// Its name, which the customer sees.
    pub name: String,
    /// Its MIME type.
    pub content_type: String,
    /// Words that stand below it, where the channel has such.
    pub caption: Option<String>,
}

/// How the platform gets a file's bytes: as `Carrier::hands_over` says.
#[derive(Clone, PartialEq, Eq)]
pub enum Handed {
    /// With the message.
    Bytes(Bytes),
    /// The platform has them, under this id.
    Id(String),
    /// The platform fetches them here.
    Link(Url),
}

impl Content {
    /// What an agent wrote, as the channel takes it: a place where the whole text is one as the hub shows places,
    /// `[location] 45.4642, 9.19 Piazza del Duomo https://...`, so that an agent can send on what a customer has sent.
    pub fn written(text: String, channel: Channel) -> Self {
        place(&text).filter(|_| channel.takes_places()).unwrap_or(Self::Text(text))
    }

    /// The first words of it, to quote where a later event speaks of it.
    pub fn quote(&self) -> String {
        let words = match self {
            Self::Text(text) => text,
            Self::File(file, _) => &file.name,
            Self::Location { name, .. } => name,
            Self::Template(template) => &template.name,
        };
        shorten(words, QUOTE)
    }
}

impl Channel {
    /// Whether its platform takes templates that it has approved before, to write to customers whose window is closed.
    pub const fn takes_templates(self) -> bool {
        matches!(self, Self::WhatsApp(_))
    }

    /// Whether its platform shows a place on a map. Elsewhere a place goes out as the words that it is written in.
    pub const fn takes_places(self) -> bool {
        matches!(self, Self::WhatsApp(_))
    }

    /// The channel that an integration's record names.
    pub fn named(name: &str, provider: Option<Provider>) -> Option<Self> {
        match (name, provider) {
            (facebook::NAME, None) => Some(Self::Facebook),
            (whatsapp::NAME, Some(provider)) => Some(Self::WhatsApp(provider)),
            _ => None,
        }
    }

    /// Its name in account keys and integration records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Facebook => facebook::NAME,
            Self::WhatsApp(_) => whatsapp::NAME,
        }
    }

    /// Who carries it, where several do.
    pub const fn provider(self) -> Option<Provider> {
        match self {
            Self::Facebook => None,
            Self::WhatsApp(provider) => Some(provider),
        }
    }

    /// What Motion is to know a new customer by.
    pub fn desk_id(self, customer: &CustomerId, aliases: &[CustomerId]) -> DeskId {
        match self {
            Self::Facebook => DeskId::new(customer.as_str()),
            Self::WhatsApp(_) => whatsapp::identity::desk_id(customer, aliases),
        }
    }

    /// Whether all ids of one customer and all of another may be one person's. On WhatsApp two user ids are two people: a
    /// telephone number goes over to somebody else in time.
    pub fn may_be_one(self, ids: &[CustomerId], others: &[CustomerId]) -> bool {
        match self {
            Self::Facebook => true,
            Self::WhatsApp(_) => whatsapp::identity::may_be_one(ids, others),
        }
    }

    /// The customer's telephone number, where their ids tell one.
    pub fn phone<'a>(self, customer: &'a CustomerId, aliases: &'a [CustomerId]) -> Option<&'a str> {
        match self {
            Self::Facebook => None,
            Self::WhatsApp(_) => whatsapp::identity::number_of(customer, aliases).map(CustomerId::as_str),
        }
    }

    /// What it does toward its platform.
    pub const fn carrier(self) -> &'static dyn Carrier {
        match self {
            Self::Facebook => &Facebook,
            Self::WhatsApp(Provider::Meta) => &WhatsAppMeta,
            Self::WhatsApp(Provider::Twilio) => &Twilio,
            Self::WhatsApp(Provider::Sinch) => &Sinch,
            Self::WhatsApp(Provider::Kaleyra) => &Kaleyra,
        }
    }
}

fn place(text: &str) -> Option<Content> {
    let rest = text.trim().strip_prefix("[location]")?;
    let (latitude, rest) = rest.split_once(',')?;
    let (longitude, name) = rest.trim_start().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
    let degrees = |text: &str, most: f64| text.trim().parse::<f64>().is_ok_and(|degrees| degrees.abs() <= most);
    if !degrees(latitude, 90.0) || !degrees(longitude, 180.0) {
        return None;
    }
    let name: Vec<&str> = name.split_whitespace().filter(|word| !word.starts_with("https://")).collect();
    Some(Content::Location {
        latitude: latitude.trim().to_owned(),
        longitude: longitude.to_owned(),
        name: name.join(" "),
    })
}

impl Platforms {
    /// Reads them from a function's environment.
    pub fn read(environment: &mut Environment<'_>) -> Self {
        Self {
            graph_base_url: environment.url("GRAPH_BASE_URL"),
            graph_version: environment.text("GRAPH_VERSION"),
            twilio_base_url: environment.url("TWILIO_BASE_URL"),
            sinch_base_url: environment.optional_url("SINCH_BASE_URL"),
            kaleyra_base_url: environment.optional_url("KALEYRA_BASE_URL"),
        }
    }
}

impl<'a> Connection<'a> {
    /// An account with what its integration keeps secret.
    pub fn new(
        channel: Channel,
        platforms: &'a Platforms,
        secrets: &'a IntegrationSecrets,
        app_secret: Option<&'a SecretString>,
        login: Option<&'a SecretString>,
    ) -> Self {
        Self {
            channel,
            platforms,
            account: &secrets.account,
            credential: &secrets.platform,
            app_secret,
            callback_url: secrets.callback_url(),
            login,
        }
    }

    /// What its requests are for, going out from [`Carrier::base`].
    pub const fn purpose(base: &Url) -> Purpose<'_> {
        Purpose::Platform { base }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_hub_about_a_place_is_a_place_again() {
        let url = "https://www.google.com/maps?q=45.4642,9.1900";
        let table = [
            (
                format!("[location] 45.4642, 9.1900 Piazza del Duomo {url}"),
                Some(("45.4642", "9.1900", "Piazza del Duomo")),
            ),
            (format!(" [location] -45.4642,-9.19 {url}\n"), Some(("-45.4642", "-9.19", ""))),
            ("[location] 45.4642, 9.19".to_owned(), Some(("45.4642", "9.19", ""))),
            ("[location] 91, 9.19".to_owned(), None),
            ("[location] 45.4642, 181".to_owned(), None),
            ("[location] NaN, inf".to_owned(), None),
            ("[location] here, there".to_owned(), None),
            ("[location]".to_owned(), None),
            ("see [location] 45.4642, 9.19".to_owned(), None),
            ("45.4642, 9.19".to_owned(), None),
        ];
        for (text, expected) in table {
            let found = match Content::written(text.clone(), Channel::WhatsApp(Provider::Twilio)) {
                Content::Location { latitude, longitude, name } => Some((latitude, longitude, name)),
                Content::Text(same) => {
                    assert_eq!(same, text);
                    None
                }
                _ => panic!("{text}: neither a place nor a text"),
            };
            let expected = expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
            assert_eq!(found, expected, "{text}");
            assert!(matches!(Content::written(text, Channel::Facebook), Content::Text(_)));
        }
    }
}
