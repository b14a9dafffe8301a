//! The platform's time for free answers, and what becomes of an answer outside it. One rule for every channel. Pure: the
//! time is an argument.

use crate::channel::Limits;
use crate::recontact::Recontact;
use crate::store::Conversation;
use crate::time::Timestamp;

/// How the platform lets us answer now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// Freely.
    Open,
    /// Only as a person who answers late, which the account must be allowed to.
    HumanAgent,
    /// Not at all.
    Closed,
}

/// How the platform lets us answer at `now`, when the customer's last sign that counts came at `opened_at`.
///
/// A window ends at its full length: what arrives at the platform on the stroke is late. Where nobody knows of a sign, or
/// the platform knows no window, the window counts as open, and the platform has the last word.
pub fn window(now: Timestamp, opened_at: Option<Timestamp>, limits: &Limits, human_agent: bool) -> Window {
    let (Some(opened_at), Some(free)) = (opened_at, limits.window) else { return Window::Open };
    let passed = now.since(opened_at).saturating_add(limits.told_late);
    if passed < free {
        Window::Open
    } else if human_agent && limits.human_agent_window.is_some_and(|longer| passed < longer) {
        Window::HumanAgent
    } else {
        Window::Closed
    }
}

/// What becomes of an agent's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It is sent now; as a person who answers late, where the free time is over.
    Send {
        /// Whether by the right of a person who answers late.
        human_agent: bool,
    },
    /// Others are held and on their way to the customer; it goes behind them.
    Behind,
    /// It is held until the customer writes.
    Hold {
        /// Whether the customer is to be asked with the template.
        ask: bool,
    },
    /// It is refused with the reason.
    Refuse,
}

/// What an integration may do for its customers' windows.
#[derive(Clone, Copy, Debug)]
pub struct Means<'a> {
    /// The channel's sizes and times.
    pub limits: &'a Limits,
    /// Whether the account may answer late, as a person.
    pub human_agent: bool,
    /// How customers are written to again.
    pub recontact: Option<&'a Recontact>,
}

impl Means<'_> {
    /// What becomes of an answer at `now` in `conversation`.
    ///
    /// Where nobody knows of a sign of the customer but a template is set, the window counts as closed: such a platform lets
    /// nobody write freely to strangers, and some tell so only after they have taken the message.
    pub fn way(&self, now: Timestamp, conversation: &Conversation) -> Way {
        let Conversation { window_at, held, .. } = conversation;
        let unknown = window_at.is_none() && self.limits.window.is_some();
        match window(now, *window_at, self.limits, self.human_agent) {
            Window::Closed => self.hold(now, conversation, self.closed_at(conversation)),
            Window::Open if unknown && self.recontact.is_some() => self.hold(now, conversation, None),
            Window::Open | Window::HumanAgent if *held > 0 => Way::Behind,
            Window::Open => Way::Send { human_agent: false },
            Window::HumanAgent => Way::Send { human_agent: true },
        }
    }

    /// The same after the platform said that the window is closed, although it looks open from here. Since when it is closed
    /// nobody knows; a template that went out after the customer's last sign is not sent again.
    pub fn way_after_refusal(&self, now: Timestamp, conversation: &Conversation) -> Way {
        self.hold(now, conversation, conversation.window_at)
    }

    fn hold(&self, now: Timestamp, conversation: &Conversation, closed_at: Option<Timestamp>) -> Way {
        let Conversation { recontact_at, asking_until, held, .. } = conversation;
        let is_asking = asking_until.is_some_and(|until| now <= until);
        match self.recontact {
            Some(recontact) => Way::Hold { ask: !is_asking && recontact.is_due(now, *recontact_at, closed_at, *held) },
            // The template is not set any more, but what was held with it goes first.
            None if *held > 0 => Way::Hold { ask: false },
            None => Way::Refuse,
        }
    }

    /// When the window closed that the customer opened last.
    fn closed_at(&self, conversation: &Conversation) -> Option<Timestamp> {
        let longer = self.limits.human_agent_window.filter(|_| self.human_agent);
        Some(conversation.window_at?.plus(longer.max(self.limits.window)?.saturating_sub(self.limits.told_late)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Window::{Closed, HumanAgent, Open};
    use super::*;
    use crate::channel::TextUnit;

    const HOUR: i64 = 3_600_000;
    const OPENED: Timestamp = Timestamp::from_seconds(1_790_000_000);

    fn limits(window_hours: Option<u64>, human_agent_hours: Option<u64>) -> Limits {
        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        Limits {
            text: 2000,
            text_unit: TextUnit::Characters,
            parts: 10,
            file_bytes: 25_000_000,
            window: window_hours.map(hours),
            human_agent_window: human_agent_hours.map(hours),
            told_late: Duration::ZERO,
        }
    }

    #[test]
    fn each_window_ends_at_its_full_length() {
        let messenger = limits(Some(24), Some(7 * 24));
        let table = [
            // Milliseconds after the customer's last sign, then without and with the right to the longer window.
            (-HOUR, Open, Open), // the platform's clock may be ahead of ours
            (0, Open, Open),
            (24 * HOUR - 1, Open, Open),
            (24 * HOUR, Closed, HumanAgent),
            (24 * HOUR + 1, Closed, HumanAgent),
            (7 * 24 * HOUR - 1, Closed, HumanAgent),
            (7 * 24 * HOUR, Closed, Closed),
            (7 * 24 * HOUR + 1, Closed, Closed),
            (i64::MAX, Closed, Closed),
        ];
        for (after, without, with) in table {
            let now = Timestamp::from_millis(OPENED.millis().saturating_add(after));
            assert_eq!(window(now, Some(OPENED), &messenger, false), without, "{after} ms");
            assert_eq!(window(now, Some(OPENED), &messenger, true), with, "{after} ms as human agent");
        }
    }

    #[test]
    fn where_nothing_is_known_the_platform_decides() {
        let late = Timestamp::from_millis(OPENED.millis() + 1000 * HOUR);
        let table = [
            (None, limits(Some(24), Some(168)), Open),
            (Some(OPENED), limits(None, None), Open),
            (Some(OPENED), limits(Some(24), None), Closed),
        ];
        for (opened_at, limits, expected) in table {
            assert_eq!(window(late, opened_at, &limits, true), expected, "{opened_at:?} {limits:?}");
        }
    }

    fn recontact() -> Recontact {
        Recontact {
            template: "hello_again".to_owned(),
            language: "it".to_owned(),
            variables: Vec::new(),
            hold_hours: 72,
        }
    }

    #[test]
    fn what_becomes_of_an_answer() {
        use Way::{Behind, Hold, Refuse, Send};
        const SEND: Way = Send { human_agent: false };
        const ASK: Way = Hold { ask: true };
        const WAIT: Way = Hold { ask: false };
        let at = |millis: i64| Timestamp::from_millis(OPENED.millis() + millis);
        let whatsapp = limits(Some(24), None);
        let day = 24 * HOUR;
        let table = [
            // Now, how many are held, when the template was sent; then without and with a template.
            (day - 1, 0, None, SEND, SEND),
            (day, 0, None, Refuse, ASK),
            (day + HOUR, 0, None, Refuse, ASK),
            (day + HOUR, 1, Some(day), WAIT, ASK), // sent on the stroke, for the window before
            (day + HOUR, 1, Some(day + 1), WAIT, WAIT),
            (day + HOUR, 0, Some(day + 1), Refuse, WAIT), // what was held was cancelled
            (day + HOUR, 2, Some(-HOUR), WAIT, ASK),      // a release got stuck until the window closed again
            (100 * HOUR, 0, Some(28 * HOUR), Refuse, ASK), // they never answered
            (100 * HOUR, 1, Some(28 * HOUR), WAIT, WAIT),
            (1, 2, Some(-HOUR), Behind, Behind), // the customer answered; the release is on its way
            (day - 1, 1, None, Behind, Behind),
        ];
        for (now, held, sent_at, without, with) in table {
            let conversation = Conversation {
                window_at: Some(OPENED),
                held,
                recontact_at: sent_at.map(at),
                ..Conversation::default()
            };
            for (recontact, expected) in [(None, without), (Some(&recontact()), with)] {
                let means = Means { limits: &whatsapp, human_agent: false, recontact };
                let told = means.way(at(now), &conversation);
                assert_eq!(told, expected, "{now} {held} {sent_at:?} {}", recontact.is_some());
            }
        }
    }

    #[test]
    fn where_the_platform_tells_no_time_the_window_ends_so_much_earlier_than_we_know() {
        let whatsapp = Limits { told_late: Duration::from_secs(60), ..limits(Some(24), None) };
        let at = |millis: i64| Timestamp::from_millis(OPENED.millis() + 24 * HOUR - 60_000 + millis);
        for (now, expected) in [(-1, Open), (0, Closed)] {
            assert_eq!(window(at(now), Some(OPENED), &whatsapp, false), expected, "{now}");
        }
        // Asked in that minute, they are not asked again for the same window.
        let recontact = recontact();
        let means = Means { limits: &whatsapp, human_agent: false, recontact: Some(&recontact) };
        let asked =
            Conversation { window_at: Some(OPENED), held: 1, recontact_at: Some(at(1)), ..Conversation::default() };
        assert_eq!(means.way(at(90_000), &asked), Way::Hold { ask: false });
    }

    #[test]
    fn one_asks_at_a_time() {
        let (recontact, whatsapp) = (recontact(), limits(Some(24), None));
        let means = Means { limits: &whatsapp, human_agent: false, recontact: Some(&recontact) };
        let at = |millis: i64| Timestamp::from_millis(OPENED.millis() + 30 * HOUR + millis);
        let asking =
            Conversation { window_at: Some(OPENED), held: 1, asking_until: Some(at(15)), ..Default::default() };
        for (now, ask) in [(0, false), (15, false), (16, true)] {
            assert_eq!(means.way(at(now), &asking), Way::Hold { ask }, "{now}");
        }
    }

    #[test]
    fn a_customer_who_gave_no_sign_is_asked_where_there_is_a_template() {
        let recontact = recontact();
        let means = |limits, recontact| Means { limits, human_agent: false, recontact };
        let (day, none) = (limits(Some(24), None), limits(None, None));
        let stranger = Conversation::default();
        let asked = Conversation { recontact_at: Some(OPENED), held: 1, ..Conversation::default() };
        let now = OPENED.plus(Duration::from_secs(60));
        assert_eq!(means(&day, None).way(now, &stranger), Way::Send { human_agent: false });
        assert_eq!(means(&day, Some(&recontact)).way(now, &stranger), Way::Hold { ask: true });
        assert_eq!(means(&day, Some(&recontact)).way(now, &asked), Way::Hold { ask: false });
        assert_eq!(means(&none, Some(&recontact)).way(now, &stranger), Way::Send { human_agent: false });
    }

    #[test]
    fn the_longer_window_is_used_up_first() {
        let (recontact, messenger) = (recontact(), limits(Some(24), Some(7 * 24)));
        let means = Means { limits: &messenger, human_agent: true, recontact: Some(&recontact) };
        let at = |hours: i64| Timestamp::from_millis(OPENED.millis() + hours * HOUR);
        let asked = |hours: i64| Conversation {
            window_at: Some(OPENED),
            recontact_at: Some(at(hours)),
            held: 1,
            ..Conversation::default()
        };
        let free = Conversation { window_at: Some(OPENED), ..Conversation::default() };
        assert_eq!(means.way(at(25), &free), Way::Send { human_agent: true });
        assert_eq!(means.way(at(25), &asked(-2)), Way::Behind);
        assert_eq!(means.way(at(168), &free), Way::Hold { ask: true });
        assert_eq!(means.way(at(169), &asked(100)), Way::Hold { ask: true }, "sent before the longer window closed");
        assert_eq!(means.way(at(170), &asked(169)), Way::Hold { ask: false });
    }

    #[test]
    fn where_the_platform_knows_better_the_template_goes_once_for_each_sign() {
        let (recontact, whatsapp) = (recontact(), limits(Some(24), None));
        let with = Means { limits: &whatsapp, human_agent: false, recontact: Some(&recontact) };
        let without = Means { recontact: None, ..with };
        let at = |hours: i64| Timestamp::from_millis(OPENED.millis() + hours * HOUR);
        let table = [(None, true), (Some(-1), true), (Some(0), true), (Some(1), false)];
        for (sent_at, ask) in table {
            let conversation =
                Conversation { window_at: Some(OPENED), recontact_at: sent_at.map(at), ..Conversation::default() };
            assert_eq!(with.way_after_refusal(at(2), &conversation), Way::Hold { ask }, "{sent_at:?}");
            assert_eq!(without.way_after_refusal(at(2), &conversation), Way::Refuse);
        }
    }
}
