//! Twilio's errors as data: by code, what has happened, what class it is and what to do. Those below 63000 answer a request,
//! the others come by status.
//!
//! <https://www.twilio.com/docs/api/errors>, <https://www.twilio.com/docs/whatsapp/api/error-code-mapping>

use std::time::Duration;

use crate::channel::FailureClass;

/// One line of the table.
pub(super) struct Rule {
    /// Which errors it is about.
    codes: &'static [i64],
    /// What the caller does.
    pub(super) class: FailureClass,
    /// What has happened, for an agent.
    pub(super) what: &'static str,
    /// What to do, for an agent.
    pub(super) then: &'static str,
}

use FailureClass::{
    Configuration, Credential, OptedOut, Permanent, RecipientUnreachable, Throttled, Transient, WindowClosed,
};

const fn line(codes: &'static [i64], class: FailureClass, what: &'static str, then: &'static str) -> Rule {
    Rule { codes, class, what, then }
}

const fn hours(hours: u64) -> FailureClass {
    Throttled(Some(Duration::from_secs(hours * 60 * 60)))
}

const WAIT: &str = "Try again in a few minutes.";
const RECONNECT: &str = "Nothing can be sent until an administrator connects the number again.";
const SETTINGS: &str = "An administrator must change this at Twilio.";
const TEMPLATE: &str = "An administrator must choose or mend the template.";
const OTHER_WAY: &str = "Reach the customer in another way.";
const CHANGE: &str = "Change the message and send it again.";
const OTHER_FILE: &str = "Send the file again, or in another format.";

const NO_WHATSAPP: &str =
    "This customer cannot be reached: they have no WhatsApp, or not its present version and terms.";
const NO_SENDER: &str = "At Twilio there is no WhatsApp sender with this number.";
const NO_FILE: &str = "The file did not get through to WhatsApp.";
const TOO_MANY: &str = "Too many messages were sent in a short time, so WhatsApp did not take this one.";
const STUMBLED: &str = "WhatsApp has a passing problem and did not deliver the message.";
const REFUSED: &str = "WhatsApp does not take this content.";
const BAD_TEMPLATE: &str = "WhatsApp does not take the template as it is.";

/// Each code stands in one line.
#[rustfmt::skip]
const TABLE: &[Rule] = &[
    // Access.
    line(&[20003], Credential, "Twilio no longer accepts the hub's access to this account.", RECONNECT),
    line(&[20005, 30002], Configuration, "The account at Twilio is suspended.", SETTINGS),
    line(&[20404], Configuration, "Twilio does not know the account or what is asked of it.", SETTINGS),
    line(&[20429], Throttled(None), "Twilio takes no more messages at the moment.", WAIT),
    // The customer.
    line(&[21211, 21604], RecipientUnreachable, "Twilio cannot write to the number or user id by which this customer is known.", OTHER_WAY),
    line(&[21612, 21614], RecipientUnreachable, "Twilio cannot reach this customer's number.", OTHER_WAY),
    line(&[21608], Configuration, "The account at Twilio is on trial and writes only to numbers confirmed there.", SETTINGS),
    line(&[21610], OptedOut, "This customer has asked for no more messages.", "They can be written to again when they send START."),
    line(&[63003, 63024], RecipientUnreachable, NO_WHATSAPP, OTHER_WAY),
    line(&[63014, 63033], RecipientUnreachable, "This customer has blocked the number.", OTHER_WAY),
    line(&[63015], RecipientUnreachable, "This customer has not joined the sandbox at Twilio.", "They join it by sending its code word."),
    line(&[63016], WindowClosed, "WhatsApp's 24 hours for answering this customer are over.", "It can be answered again as soon as the customer writes, or with a template."),
    line(&[63032], Permanent, "WhatsApp keeps advertising away from this customer for an experiment.", OTHER_WAY),
    line(&[63049], Permanent, "WhatsApp chose not to deliver this advertising to the customer.", "Do not send it again within 24 hours."),
    // The sender.
    line(&[21212, 21603, 21606, 63002, 63007], Configuration, NO_SENDER, SETTINGS),
    line(&[21703], Configuration, "The messaging service at Twilio has no sender for WhatsApp.", SETTINGS),
    line(&[21408], Configuration, "The account at Twilio may not send to this customer's country.", SETTINGS),
    line(&[63001, 63008], Configuration, "Twilio's connection of this number to WhatsApp is not in order.", SETTINGS),
    line(&[63020, 63022], Configuration, "The business account at Meta has not confirmed Twilio or the name of the sender.", SETTINGS),
    line(&[63051, 63101], Configuration, "The WhatsApp business account is locked or restricted.", SETTINGS),
    line(&[63059], Configuration, "The number belongs to another WhatsApp business account now.", SETTINGS),
    line(&[63062], Configuration, "The terms for advertising messages are not accepted at Meta.", SETTINGS),
    // The message.
    line(&[21602], Permanent, "The message has no text.", CHANGE),
    line(&[21617], Permanent, "The message is longer than 1600 characters.", "Send it in pieces."),
    line(&[21619, 21620, 21623], Permanent, "Twilio does not take the file.", OTHER_FILE),
    line(&[11751, 63034], Permanent, "The file is too large for WhatsApp.", "Send a smaller file."),
    line(&[63019, 63025, 63037], Permanent, NO_FILE, OTHER_FILE),
    line(&[63005, 63006, 63021, 63030], Permanent, REFUSED, CHANGE),
    line(&[63013], Permanent, "The message breaks WhatsApp's rules.", CHANGE),
    line(&[63026], Permanent, "WhatsApp takes the message for unwanted advertising.", CHANGE),
    // Templates.
    line(&[21655, 63027], Configuration, "There is no such template, or not in this language.", TEMPLATE),
    line(&[21656, 63028], Configuration, "The template's gaps and what was put into them do not fit.", TEMPLATE),
    line(&[63029], Permanent, "The customer's phone could not load the template.", OTHER_WAY),
    line(&[63040, 63041], Configuration, BAD_TEMPLATE, TEMPLATE),
    // Limits.
    line(&[30001, 63017, 63018], Throttled(None), TOO_MANY, WAIT),
    line(&[63038], hours(24), "The account has sent as many messages today as Twilio lets it.", "Try again tomorrow."),
    // WhatsApp itself.
    line(&[63009, 63010, 63011, 63012, 63023], Transient, STUMBLED, WAIT),
];

const UNKNOWN: Rule = line(&[], Permanent, "WhatsApp did not take the message.", CHANGE);

/// The line for an error.
pub(super) fn rule(code: i64) -> &'static Rule {
    TABLE.iter().find(|rule| rule.codes.contains(&code)).unwrap_or(&UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_stands_in_one_line() {
        let mut codes: Vec<i64> = TABLE.iter().flat_map(|rule| rule.codes).copied().collect();
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all);
        assert_eq!(rule(63016).class, WindowClosed);
        assert_eq!(rule(424_242).class, Permanent);
    }
}
