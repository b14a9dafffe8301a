//! WhatsApp's errors as data: by code, what has happened, what class it is and what to do. One table for those that come at
//! once and those that come later by status.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes>

use std::time::Duration;

use super::payload::Problem;
use crate::channel::FailureClass;
use crate::channel::graph::said;
use crate::channel::quoted::{quoted, without_numbers};
use crate::channel::scalar::{Scalar, UNKNOWN, plain_name, words};
use crate::event::StatusFailure;

/// One line of the table.
pub(in crate::channel::whatsapp) struct Rule {
    /// Which codes it is about, the first and the last.
    on: (i64, i64),
    /// What the caller does.
    pub(in crate::channel::whatsapp) class: FailureClass,
    /// What has happened, for an agent.
    pub(in crate::channel::whatsapp) what: &'static str,
    /// What to do, for an agent.
    pub(in crate::channel::whatsapp) then: &'static str,
}

use FailureClass::{
    Configuration, Credential, OptedOut, Permanent, RecipientUnreachable, Throttled, Transient, WindowClosed,
};

const fn line(code: i64, class: FailureClass, what: &'static str, then: &'static str) -> Rule {
    Rule { on: (code, code), class, what, then }
}

const fn lines(first: i64, last: i64, class: FailureClass, what: &'static str, then: &'static str) -> Rule {
    Rule { on: (first, last), class, what, then }
}

const fn seconds(seconds: u64) -> FailureClass {
    Throttled(Some(Duration::from_secs(seconds)))
}

const HOUR: u64 = 60 * 60;

const WAIT: &str = "Try again in a few minutes.";
const RECONNECT: &str = "Nothing can be sent until an administrator enters a working token for this number.";
const SETTINGS: &str = "An administrator must put this right at WhatsApp.";
const TEMPLATE: &str = "An administrator must correct the template of the integration.";
const NEXT_MESSAGE: &str = "It can be answered again as soon as the customer writes.";
const OTHER_WAY: &str = "Reach the customer in another way.";
const CHANGE: &str = "Change the message and send it again.";
const ALERT: &str = "Send nothing for some hours and tell an administrator.";

const EXPIRED: &str = "WhatsApp no longer accepts the hub's access to this number.";
const NO_PERMISSION: &str = "The hub lacks a permission for this number.";
const TOO_MANY: &str = "Too many messages were sent in a short time, so WhatsApp did not take this one.";
const STUMBLED: &str = "WhatsApp has a passing problem and did not take the message.";
const INVALID: &str = "WhatsApp did not understand or allow the message.";
const LOCKED: &str = "Meta has locked or restricted this WhatsApp account.";
const GAPS: &str = "The template wants other words in its gaps.";
const REGISTRATION: &str = "The number is not registered with WhatsApp as it should be.";
const UNREACHABLE: &str =
    "This customer cannot be reached: they have no WhatsApp, an old version of it, or have blocked this number.";

/// The first line that fits is the one.
#[rustfmt::skip]
const TABLE: &[Rule] = &[
    // The window and the customer.
    line(131047, WindowClosed, "WhatsApp's 24 hours for answering this customer are over.", NEXT_MESSAGE),
    line(131026, RecipientUnreachable, UNREACHABLE, OTHER_WAY),
    line(131050, OptedOut, "This customer does not want to get advertising.", "Send them nothing of the kind."),
    line(131049, Permanent, "WhatsApp chose not to deliver this message, to keep advertising away from the customer.", "Do not send it again within 24 hours."),
    line(130472, Permanent, "WhatsApp keeps advertising away from this customer for an experiment.", OTHER_WAY),
    line(130497, RecipientUnreachable, "WhatsApp does not let this business write to customers in that country.", OTHER_WAY),
    line(131021, Permanent, "The message was addressed to our own number.", CHANGE),
    line(131062, Permanent, "This customer hides their number, and WhatsApp sends such a message only to a number.", "Ask the customer for their number."),
    line(137000, Permanent, "The customer's identity at WhatsApp has changed.", OTHER_WAY),
    // Limits.
    line(131056, seconds(6), "Too many messages were sent to this customer in a short time, so WhatsApp did not take this one.", WAIT),
    line(130429, seconds(1), TOO_MANY, WAIT),
    line(4, Throttled(None), TOO_MANY, WAIT),
    line(80007, Throttled(None), TOO_MANY, WAIT),
    line(132069, Throttled(None), "The form of the message was sent too often in a short time.", WAIT),
    line(131048, seconds(HOUR), "WhatsApp holds this number's messages back, because too many customers took them for spam.", ALERT),
    line(368, seconds(3 * HOUR), LOCKED, ALERT),
    // The message.
    line(131051, Permanent, "WhatsApp cannot send a message of this kind.", CHANGE),
    line(131052, Permanent, "WhatsApp could not fetch the file.", "Send the file again, or another one."),
    line(131053, Permanent, "WhatsApp does not take this file: it is of another kind than it says, or too large.", "Send it in another format."),
    line(131008, Permanent, INVALID, CHANGE),
    line(131009, Permanent, INVALID, CHANGE),
    line(100, Permanent, INVALID, CHANGE),
    line(132068, Permanent, "WhatsApp has blocked the form of the message.", CHANGE),
    line(135000, Permanent, "WhatsApp did not take the message and does not say why.", CHANGE),
    // Templates.
    line(132000, Configuration, GAPS, TEMPLATE),
    line(132012, Configuration, GAPS, TEMPLATE),
    line(132008, Configuration, GAPS, TEMPLATE),
    line(132001, Configuration, "The template does not exist in this language, or WhatsApp has not approved it.", TEMPLATE),
    line(132005, Configuration, "The template becomes too long with these words in its gaps.", TEMPLATE),
    line(132007, Configuration, "The template offends against WhatsApp's rules.", TEMPLATE),
    line(132015, Configuration, "WhatsApp has paused the template, because customers disliked it.", TEMPLATE),
    line(132016, Configuration, "WhatsApp has switched the template off for good.", TEMPLATE),
    line(131063, Configuration, "Advertising templates are switched off for this number.", SETTINGS),
    line(131064, Configuration, "WhatsApp has cut this business's limit, because its templates were of another kind than they said.", SETTINGS),
    // The number and its account.
    line(33, Configuration, "WhatsApp knows no such number of ours.", SETTINGS),
    line(131030, Configuration, "This is a test number, and the customer is not on its list of recipients.", SETTINGS),
    line(131031, Configuration, LOCKED, SETTINGS),
    line(131037, Configuration, "WhatsApp has not approved the number's display name.", SETTINGS),
    line(131042, Configuration, "WhatsApp cannot charge this business: something is wrong with its way of paying.", SETTINGS),
    line(131045, Configuration, REGISTRATION, SETTINGS),
    line(134011, Configuration, "The terms for payments by WhatsApp are not accepted.", SETTINGS),
    // WhatsApp itself.
    line(1, Transient, STUMBLED, WAIT),
    line(2, Transient, STUMBLED, WAIT),
    line(131000, Transient, STUMBLED, WAIT),
    line(131016, Transient, STUMBLED, WAIT),
    line(133004, Transient, STUMBLED, WAIT),
    line(131057, Transient, "WhatsApp is working on this number for about a minute.", WAIT),
    lines(133000, 133016, Configuration, REGISTRATION, SETTINGS),
    // Access.
    line(0, Credential, EXPIRED, RECONNECT),
    line(190, Credential, EXPIRED, RECONNECT),
    line(3, Credential, NO_PERMISSION, RECONNECT),
    line(10, Credential, NO_PERMISSION, RECONNECT),
    lines(200, 299, Credential, NO_PERMISSION, RECONNECT),
    line(131005, Credential, NO_PERMISSION, RECONNECT),
];

const UNKNOWN_CODE: Rule = line(-1, Permanent, "WhatsApp did not take the message.", CHANGE);
const UNKNOWN_TRANSIENT: Rule = line(-1, Transient, STUMBLED, WAIT);

/// The line for a code. `transient` is what the platform says of an error that the table does not know.
pub(in crate::channel::whatsapp) fn rule(code: i64, transient: bool) -> &'static Rule {
    let fits = |rule: &&Rule| (rule.on.0..=rule.on.1).contains(&code);
    TABLE.iter().find(fits).unwrap_or(if transient { &UNKNOWN_TRANSIENT } else { &UNKNOWN_CODE })
}

/// Why a message will not arrive, from the errors of its status: the first one counts.
pub(in crate::channel::whatsapp) fn reported(problems: Option<Vec<Problem>>) -> StatusFailure {
    let problem = problems.into_iter().flatten().next();
    let (code, told) = match problem {
        Some(Problem { code, title, message, error_data }) => {
            let details = error_data.and_then(|data| data.details);
            let told = [details, message, title].into_iter().find_map(words);
            (
                code.map(|Scalar(code)| plain_name(&code)),
                told.as_deref().and_then(quoted).as_deref().map(without_numbers),
            )
        }
        None => (None, None),
    };
    let code = code.unwrap_or_else(|| UNKNOWN.to_owned());
    let Rule { class, what, then, .. } = rule(code.parse().unwrap_or(-1), false);
    let said = said("WhatsApp", told.as_deref(), &code);
    StatusFailure {
        sentence: format!("{what} {said} {then}"),
        window_closed: *class == FailureClass::WindowClosed,
        code,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[test]
    fn every_code_is_of_the_class_and_says_what_its_snapshot_says() {
        let mut shown = String::new();
        for Rule { on, class, what, then } in TABLE {
            let codes = if on.0 == on.1 { on.0.to_string() } else { format!("{} to {}", on.0, on.1) };
            writeln!(shown, "{codes}: {class:?}\n  {what} {then}").unwrap();
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!("codes", shown));
    }

    #[test]
    fn no_line_hides_another_and_every_sentence_ends() {
        for Rule { on, what, then, .. } in TABLE {
            assert_eq!(rule(on.1, false).on, *on, "hidden");
            assert!(what.ends_with('.') && then.ends_with('.'), "{on:?}");
        }
        assert_eq!(rule(133004, false).class, Transient);
        assert_eq!(rule(133010, false).class, Configuration);
    }

    #[test]
    fn what_nobody_knows_is_final_unless_the_platform_says_that_it_passes() {
        assert_eq!(rule(999_999, false).class, Permanent);
        assert_eq!(rule(999_999, true).class, Transient);
        assert_eq!(rule(131047, true).class, WindowClosed);
    }

    #[test]
    fn a_failed_status_tells_the_agent_why() {
        let read = |json: &str| reported(serde_json::from_str(json).unwrap());
        let closed = read(
            r#"[{"code":131047,"title":"T","message":"M","error_data":{"details":"24 hours passed."}},{"code":1}]"#,
        );
        assert_eq!(
            closed,
            StatusFailure {
                code: "131047".to_owned(),
                sentence:
                    "WhatsApp's 24 hours for answering this customer are over. WhatsApp says: \"24 hours passed.\" \
                           It can be answered again as soon as the customer writes."
                        .to_owned(),
                window_closed: true,
            }
        );
        let other = read(r#"[{"code":"131026"}]"#);
        assert!(!other.window_closed && other.sentence.contains("gives the code 131026."), "{}", other.sentence);
        for json in ["null", "[]", "[{}]", r#"[{"code":"x y"}]"#] {
            let unknown = read(json);
            assert_eq!(unknown.code, "unknown", "{json}");
            assert!(unknown.sentence.starts_with("WhatsApp did not take the message."), "{json}");
        }
        let secret = read(r#"[{"code":1,"message":"token EAAGm0PX4ZCpsBAKZCZBqZAZC1234567890 expired"}]"#);
        assert!(!secret.sentence.contains("EAAG"), "{}", secret.sentence);
    }
}
