//! The channels that can be answered: what each takes, and one message handed to it. A new channel is a variant here.

use std::time::Duration;

use secrecy::SecretString;
use shared::channel::facebook::render::{self, File, Mode, Page};
use shared::channel::facebook::{limits, verdict};
use shared::channel::{Limits, Verdict};
use shared::http::Purpose;
use shared::id::{CustomerId, DeskId};
use shared::store::Integration;

use crate::content::Piece;
use crate::shell::Shell;

/// How much of the platform's answer is read.
const ANSWER_CAP: usize = 64 * 1024;

/// A channel that can be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channel {
    /// Facebook Messenger.
    Messenger,
}

/// All that one message needs but its content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Envelope<'a> {
    pub(crate) integration: &'a Integration,
    pub(crate) token: &'a SecretString,
    pub(crate) app_secret: Option<&'a SecretString>,
    pub(crate) to: &'a CustomerId,
    /// By the right of a person who answers late.
    pub(crate) human_agent: bool,
    /// Comes back in the platform's echo.
    pub(crate) mark: &'a str,
}

impl Channel {
    /// The channel of an integration, if it can be answered.
    pub(crate) fn of(integration: &Integration) -> Option<Self> {
        (integration.channel == "facebook").then_some(Self::Messenger)
    }

    /// What people call it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Messenger => "Messenger",
        }
    }

    /// Its sizes and times.
    pub(crate) const fn limits(self) -> &'static Limits {
        match self {
            Self::Messenger => &limits::LIMITS,
        }
    }

    /// Whom a desk id names that nobody has given, if it is an address of the channel: an agent typed it to write first.
    ///
    /// A page-scoped id is a whole number; it never begins with a nought.
    pub(crate) fn address(self, desk_id: &DeskId) -> Option<CustomerId> {
        let id = desk_id.as_str();
        match self {
            Self::Messenger => {
                let digits = (5..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
                (digits && !id.starts_with('0')).then(|| CustomerId::new(id))
            }
        }
    }
}

impl Shell {
    /// Hands one message to the platform.
    pub(crate) async fn hand_over(
        &self,
        channel: Channel,
        envelope: Envelope<'_>,
        piece: Piece,
        timeout: Duration,
    ) -> Verdict {
        match channel {
            Channel::Messenger => {
                let base = &self.settings.graph_base_url;
                let page = Page {
                    base,
                    version: &self.settings.graph_version,
                    id: envelope.integration.account.platform_id(),
                    token: envelope.token,
                    app_secret: envelope.app_secret,
                };
                let mode = if envelope.human_agent { Mode::HumanAgent } else { Mode::Response };
                let request = messenger(&page, envelope, mode, piece);
                verdict::verdict(&self.http.send(Purpose::Platform { base }, request, timeout, ANSWER_CAP).await, mode)
            }
        }
    }
}

fn messenger(page: &Page<'_>, envelope: Envelope<'_>, mode: Mode, piece: Piece) -> shared::http::Outgoing {
    let Envelope { to, mark, .. } = envelope;
    match piece {
        Piece::Text(text) => render::text(page, to, mode, mark, &text),
        Piece::File { name, content_type, bytes } => {
            render::file(page, to, mode, mark, File { name, content_type, bytes })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_scoped_id_is_an_address_of_messenger() {
        let table = [
            ("7304418829920156", true),
            ("24418829920156730", true),
            ("0304418829920156", false),
            ("+7304418829920156", false),
            ("7304418829920156 ", false),
            ("７304418829920156", false),
            ("livia.conti", false),
            ("1234", false),
            ("123456789012345678901", false),
            ("-", false),
        ];
        for (desk_id, is_address) in table {
            let address = Channel::Messenger.address(&DeskId::new(desk_id));
            assert_eq!(address.is_some(), is_address, "{desk_id}");
        }
    }
}
