//! How long to wait before a part that was certainly not sent is tried again. Pure; the budget has the last word.

use std::time::Duration;

use shared::channel::FailureClass;

/// How often one part is tried in all.
const TRIES: u32 = 4;
/// The least wait, whatever the platform says.
const LEAST: Duration = Duration::from_millis(250);
/// The wait after a stumble.
const STUMBLE: Duration = Duration::from_millis(500);
/// The first wait where the platform names none; it doubles.
const UNNAMED: Duration = Duration::from_secs(1);

/// The wait before the next try, after `tries` of them; nothing where trying again cannot help.
pub(crate) fn pause(class: FailureClass, tries: u32) -> Option<Duration> {
    if tries >= TRIES {
        return None;
    }
    match class {
        FailureClass::Throttled(Some(wait)) => Some(wait.max(LEAST)),
        FailureClass::Throttled(None) => Some(UNNAMED * 2_u32.saturating_pow(tries.saturating_sub(1))),
        // More than one stumble in a row is also how Graph tells that the customer has blocked the page.
        FailureClass::Transient => (tries < 2).then_some(STUMBLE),
        FailureClass::Permanent
        | FailureClass::Credential
        | FailureClass::Configuration
        | FailureClass::WindowClosed
        | FailureClass::RecipientUnreachable
        | FailureClass::OptedOut => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use FailureClass::{Credential, Permanent, RecipientUnreachable, Throttled, Transient, WindowClosed};

    #[test]
    fn only_what_may_pass_is_waited_for() {
        let ms = Duration::from_millis;
        let table = [
            (Throttled(Some(ms(2_000))), 1, Some(ms(2_000))),
            (Throttled(Some(ms(0))), 1, Some(LEAST)),
            (Throttled(Some(ms(2_000))), 4, None),
            (Throttled(None), 1, Some(ms(1_000))),
            (Throttled(None), 3, Some(ms(4_000))),
            (Transient, 1, Some(STUMBLE)),
            (Transient, 2, None),
            (Permanent, 1, None),
            (Credential, 1, None),
            (WindowClosed, 1, None),
            (RecipientUnreachable, 1, None),
        ];
        for (class, tries, expected) in table {
            assert_eq!(pause(class, tries), expected, "{class:?} after {tries}");
        }
    }
}
