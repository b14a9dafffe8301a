//! The platform's time for free answers. Pure: the time is an argument.

use crate::channel::Limits;
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
    let passed = now.since(opened_at);
    if passed < free {
        Window::Open
    } else if human_agent && limits.human_agent_window.is_some_and(|longer| passed < longer) {
        Window::HumanAgent
    } else {
        Window::Closed
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
}
