//! What Kaleyra says is wrong, as data: by its code, by the field that it complains of, or by the HTTP status; what has
//! happened, what class it is and what to do. Numbers are Meta's codes, which Kaleyra hands through.
//!
//! <https://developers.kaleyra.io/docs/whatsapp-api-v2-error-codes-for-send-message>,
//! <https://developers.kaleyra.io/docs/whatsapp-error-codes>

use std::time::Duration;

use crate::channel::FailureClass;
use crate::channel::whatsapp::cloud::errors;

/// One line of the table.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    /// What the caller does.
    pub(super) class: FailureClass,
    /// What has happened, for an agent.
    pub(super) what: &'static str,
    /// What to do, for an agent.
    pub(super) then: &'static str,
}

use FailureClass::{Configuration, Credential, Permanent, RecipientUnreachable, Throttled, WindowClosed};

type Line = (&'static str, Rule);

const fn line(on: &'static str, class: FailureClass, what: &'static str, then: &'static str) -> Line {
    (on, Rule { class, what, then })
}

const fn minutes(minutes: u64) -> FailureClass {
    Throttled(Some(Duration::from_secs(minutes * 60)))
}

const RECONNECT: &str = "Nothing can be sent until an administrator enters a working account and key.";
const SETTINGS: &str = "An administrator must put this right at Kaleyra.";
const TEMPLATE: &str = "An administrator must correct the template of the integration.";
const OTHER_WAY: &str = "Reach the customer in another way.";
const CHANGE: &str = "Change the message and send it again.";
const WAIT: &str = "Try again in a few minutes.";

const NO_ACCESS: &str = "Kaleyra no longer accepts the hub's account and key, or they are of another region.";
const NO_BALANCE: &str = "The account at Kaleyra has no balance left.";
const NOT_UNDERSTOOD: &str = "Kaleyra did not understand or allow the message.";
const NO_TEMPLATE: &str = "Kaleyra does not take the template as it is.";
const NO_FILE: &str = "Kaleyra does not take the file.";
const NOT_DELIVERED: &str = "WhatsApp did not deliver the message.";

/// By Kaleyra's code, or its word for the state of a message.
#[rustfmt::skip]
const CODES: &[Line] = &[
    line("RBC001", Credential, NO_ACCESS, RECONNECT),
    line("E110", Configuration, NO_BALANCE, SETTINGS),
    line("WAV2101", minutes(24 * 60), "The account has sent as many messages today as Kaleyra lets it.", "Try again tomorrow."),
    line("WA400", Permanent, NOT_UNDERSTOOD, CHANGE),
    line("WA401", Configuration, "The number or the template is not approved at Kaleyra.", SETTINGS),
    // What it did not do it asks to be tried again after 5, 10 and 15 minutes.
    line("WA500", minutes(5), "Kaleyra had a passing problem and did not send the message.", WAIT),
    line("E13001", Permanent, "Kaleyra misses a part of the message or does not take it.", CHANGE),
    // WhatsApp's own, from before the Cloud API.
    line("470", WindowClosed, "WhatsApp's 24 hours for answering this customer are over.", "It can be answered again as soon as the customer writes."),
    line("1013", RecipientUnreachable, "This customer has no WhatsApp.", OTHER_WAY),
    line("failed", Permanent, NOT_DELIVERED, OTHER_WAY),
    line("0", Permanent, NOT_DELIVERED, OTHER_WAY),
    line("not-sent", Permanent, "Kaleyra did not hand the message to WhatsApp.", "An administrator must look at Kaleyra why."),
];

/// By the field that Kaleyra complains of.
#[rustfmt::skip]
const FIELDS: &[Line] = &[
    line("to", RecipientUnreachable, "Kaleyra cannot write to the number by which this customer is known.", OTHER_WAY),
    line("from", Configuration, "Kaleyra knows no such number of ours.", SETTINGS),
    line("api-key", Credential, NO_ACCESS, RECONNECT),
    line("sid", Credential, NO_ACCESS, RECONNECT),
    line("template_name", Configuration, NO_TEMPLATE, TEMPLATE),
    line("lang_code", Configuration, NO_TEMPLATE, TEMPLATE),
    line("params", Configuration, NO_TEMPLATE, TEMPLATE),
    line("media", Permanent, NO_FILE, "Send the file again, or in another format."),
    line("media_url", Permanent, NO_FILE, "Send the file again, or in another format."),
    line("body", Permanent, "Kaleyra does not take the text.", CHANGE),
    line("caption", Permanent, "Kaleyra does not take the words below the file.", CHANGE),
    line("callback_url", Configuration, "Kaleyra does not take the hub's address for statuses.", SETTINGS),
];

/// By HTTP status, which means the same whoever answers in Kaleyra's name.
#[rustfmt::skip]
const STATUSES: &[(u16, Rule)] = &[
    (401, Rule { class: Credential, what: NO_ACCESS, then: RECONNECT }),
    (402, Rule { class: Configuration, what: NO_BALANCE, then: SETTINGS }),
    (403, Rule { class: Configuration, what: "Kaleyra does not let the hub in: a list of addresses may be set there.", then: SETTINGS }),
    (413, Rule { class: Permanent, what: "This is too large for Kaleyra.", then: "Send something smaller." }),
    (429, Rule { class: Throttled(None), what: "Kaleyra takes no more messages at the moment.", then: WAIT }),
];

const UNKNOWN: Rule = Rule { class: Permanent, what: "Kaleyra or WhatsApp did not take the message.", then: CHANGE };

/// The line for a code: Kaleyra's, else Meta's where it is a number.
pub(super) fn rule(code: &str) -> Rule {
    let own = CODES.iter().find(|(on, _)| on.eq_ignore_ascii_case(code)).map(|(_, rule)| *rule);
    let metas = || {
        let errors::Rule { class, what, then, .. } = errors::rule(code.parse().ok()?, false);
        Some(Rule { class: *class, what, then })
    };
    own.or_else(metas).unwrap_or(UNKNOWN)
}

/// The line for a field.
pub(super) fn of_field(field: &str) -> Option<Rule> {
    FIELDS.iter().find(|(on, _)| *on == field).map(|(_, rule)| *rule)
}

/// The line for an HTTP status.
pub(super) fn of_status(status: u16) -> Option<Rule> {
    STATUSES.iter().find(|(on, _)| *on == status).map(|(_, rule)| *rule)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[test]
    fn every_line_is_of_the_class_and_says_what_its_snapshot_says() {
        let statuses: Vec<(String, Rule)> = STATUSES.iter().map(|(on, rule)| (format!("HTTP {on}"), *rule)).collect();
        let named = CODES.iter().chain(FIELDS).map(|(on, rule)| ((*on).to_owned(), *rule));
        let mut shown = String::new();
        for (on, Rule { class, what, then }) in named.chain(statuses) {
            assert!(what.ends_with('.') && then.ends_with('.'), "{on}");
            writeln!(shown, "{on}: {class:?}\n  {what} {then}").unwrap();
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!("codes", shown));
    }

    #[test]
    fn a_number_is_meta_s_and_a_word_that_nobody_knows_is_final() {
        assert_eq!(rule("131047").class, WindowClosed);
        assert_eq!(rule("131026").class, RecipientUnreachable);
        assert_eq!(rule("rbc001").class, Credential);
        assert_eq!(rule("NOT-SENT").what, "Kaleyra did not hand the message to WhatsApp.");
        assert_eq!(rule("X1").what, UNKNOWN.what);
    }
}
