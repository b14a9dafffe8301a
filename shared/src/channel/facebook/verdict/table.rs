//! Graph's errors as data: by code and subcode, what has happened, what class it is and what to do.
//!
//! <https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes>,
//! <https://developers.facebook.com/docs/graph-api/guides/error-handling>

use std::time::Duration;

use crate::channel::FailureClass;

/// One line of the table.
pub(super) struct Rule {
    /// Which errors it is about.
    on: On,
    /// What the caller does.
    pub(super) class: Class,
    /// What has happened, for an agent.
    pub(super) what: &'static str,
    /// What to do, for an agent.
    pub(super) then: &'static str,
}

/// The errors of a line.
enum On {
    /// This code with this subcode.
    Pair(i64, i64),
    /// This number, which Meta gives now as code and now as subcode.
    Either(i64),
    /// These codes, with any subcode that has no line of its own.
    Codes(i64, i64),
    /// What no line is about.
    Other,
}

/// What the caller does.
pub(super) enum Class {
    /// It was certainly not sent.
    Is(FailureClass),
    /// It was not sent, and this is how long to wait at least.
    Throttled(Option<Duration>),
    /// It may have been sent.
    Uncertain(FailureClass),
}

use Class::{Is, Throttled, Uncertain};
use FailureClass::{Configuration, Credential, Permanent, RecipientUnreachable, Transient, WindowClosed};
use On::{Codes, Either, Other, Pair};

const fn code(code: i64) -> On {
    Codes(code, code)
}

const fn minutes(minutes: u64) -> Class {
    Throttled(Some(Duration::from_secs(minutes * 60)))
}

const fn line(on: On, class: Class, what: &'static str, then: &'static str) -> Rule {
    Rule { on, class, what, then }
}

const WAIT: &str = "Try again in a few minutes.";
const RECONNECT: &str = "Nothing can be sent until an administrator connects the page again.";
const NEXT_MESSAGE: &str = "It can be answered again as soon as the customer writes.";
const OTHER_WAY: &str = "Reach the customer in another way.";
const SETTINGS: &str = "An administrator must change this at Facebook.";
const CHANGE: &str = "Change the message and send it again.";

const EXPIRED: &str = "Facebook no longer accepts the hub's access to this page.";
const NO_PERMISSION: &str = "The hub lacks a permission for this page.";
const CLOSED: &str = "Facebook's time for answering this customer is over.";
const TOO_MANY: &str = "Too many messages were sent in a short time, so Facebook did not take this one.";
const STUMBLED: &str = "Facebook has a passing problem and did not take the message.";
const UNREACHABLE: &str =
    "This customer cannot be reached: they blocked the page, left Facebook or cannot get messages.";
const NO_CUSTOMER: &str = "Facebook knows no such customer of this page.";
const OTHER_APP: &str = "Another app holds this conversation, so the hub may not write in it.";
const NO_PROFILE: &str = "Facebook does not tell who this customer is.";
const NO_ADVANCED_ACCESS: &str = "The app at Facebook is not live or lacks Advanced Access.";

/// The first line that fits is the one: pairs before whole codes.
#[rustfmt::skip]
const TABLE: &[Rule] = &[
    // The window.
    line(Pair(10, 2018278), Is(WindowClosed), CLOSED, NEXT_MESSAGE),
    line(Pair(10, 2534022), Is(WindowClosed), CLOSED, NEXT_MESSAGE),
    line(Pair(10, 2018065), Is(WindowClosed), CLOSED, NEXT_MESSAGE),
    // The customer.
    line(Pair(10, 2018108), Is(RecipientUnreachable), UNREACHABLE, OTHER_WAY),
    line(Pair(200, 1545041), Is(RecipientUnreachable), UNREACHABLE, OTHER_WAY),
    line(code(551), Is(RecipientUnreachable), UNREACHABLE, OTHER_WAY),
    line(Pair(100, 2018001), Is(RecipientUnreachable), NO_CUSTOMER, OTHER_WAY),
    line(Pair(100, 2534014), Is(RecipientUnreachable), NO_CUSTOMER, OTHER_WAY),
    line(Pair(100, 33), Is(Permanent), "What this is about does not exist at Facebook, or this page may not see it.", OTHER_WAY),
    // The page and the app.
    line(Pair(10, 1893063), Is(Configuration), "Facebook does not let this page send messages.", SETTINGS),
    line(Pair(10, 2534077), Is(Credential), "Facebook wants the account's link or its two-factor login renewed.", RECONNECT),
    line(Pair(100, 2534013), Is(Configuration), "The page has no Instagram account linked to it.", SETTINGS),
    line(Pair(200, 2018027), Is(Configuration), NO_ADVANCED_ACCESS, SETTINGS),
    line(Pair(200, 2018028), Is(Configuration), NO_ADVANCED_ACCESS, SETTINGS),
    line(Pair(200, 2534041), Is(Configuration), "The owner of the account does not let apps see its messages.", SETTINGS),
    // Who may write in the conversation.
    line(Either(2534037), Is(Permanent), OTHER_APP, "Take the conversation over at Facebook first."),
    line(Either(2018300), Is(Permanent), OTHER_APP, "Take the conversation over at Facebook first."),
    line(Either(2018321), minutes(5), "Facebook is asking this customer automatic questions, and nobody may write meanwhile.", WAIT),
    // The message.
    line(Pair(100, 2534025), Is(Permanent), "This comment can get no private reply.", "Reply in public."),
    line(Pair(100, 2018008), Is(Permanent), "Facebook could not fetch the file.", "Send the file again, or another one."),
    line(Pair(100, 2018294), Is(Permanent), "Facebook could not fetch the file in time.", "Send a smaller file."),
    line(Pair(100, 2018047), Is(Permanent), "Facebook does not take a file of this kind.", "Send it in another format."),
    line(Pair(100, 2018109), Is(Permanent), "The file is too large for Facebook.", "Send a smaller file."),
    line(Pair(100, 2018074), Is(Permanent), "The stored file is gone from Facebook.", "Send the file again."),
    line(code(506), Is(Permanent), "Facebook has this very text already.", CHANGE),
    line(code(2022), Is(Permanent), "Messages about sales are switched off for this conversation.", OTHER_WAY),
    line(Either(9000001), Is(Permanent), "The message was deleted.", "Nothing is left to do."),
    // Profiles.
    line(Either(2018218), Is(Permanent), NO_PROFILE, "The conversation goes on without the name."),
    line(Either(2018247), Is(Permanent), NO_PROFILE, "The conversation goes on without the name."),
    line(code(230), Is(Permanent), NO_PROFILE, "The conversation goes on without the name."),
    // Limits.
    line(Pair(613, 2018338), minutes(15), "Facebook warns that this page sends far too many messages.", "Send nothing for a while."),
    line(Pair(613, 2534040), minutes(15), TOO_MANY, WAIT),
    line(code(4), Throttled(None), TOO_MANY, WAIT),
    line(code(17), Throttled(None), TOO_MANY, WAIT),
    line(code(32), Throttled(None), TOO_MANY, WAIT),
    line(code(341), Throttled(None), TOO_MANY, WAIT),
    line(code(613), Throttled(None), TOO_MANY, WAIT),
    line(code(80001), Throttled(None), TOO_MANY, WAIT),
    line(code(80002), Throttled(None), TOO_MANY, WAIT),
    line(code(80006), Throttled(None), TOO_MANY, WAIT),
    line(code(368), minutes(180), "Facebook blocks this page for a time because of its rules.", "Send nothing for some hours and tell an administrator."),
    // Access.
    line(Pair(190, 458), Is(Credential), "The hub's app was removed at Facebook by the person who connected this page.", RECONNECT),
    line(Pair(190, 459), Is(Credential), "The person who connected this page must log in to Facebook and pass its check.", RECONNECT),
    line(Pair(190, 460), Is(Credential), "The person who connected this page changed their Facebook password.", RECONNECT),
    line(Pair(190, 463), Is(Credential), "The hub's access to this page has expired.", RECONNECT),
    line(Pair(190, 464), Is(Credential), "The person who connected this page is not confirmed at Facebook.", RECONNECT),
    line(Pair(190, 467), Is(Credential), EXPIRED, RECONNECT),
    line(Pair(190, 492), Is(Credential), "The person who connected this page has no role on it any more.", RECONNECT),
    line(code(190), Is(Credential), EXPIRED, RECONNECT),
    line(code(102), Is(Credential), EXPIRED, RECONNECT),
    line(code(10), Is(Credential), NO_PERMISSION, RECONNECT),
    line(Codes(200, 299), Is(Credential), NO_PERMISSION, RECONNECT),
    // Facebook itself.
    line(Pair(1, 1357046), Uncertain(Transient), "Facebook lost its own answer, so the message may have been sent.",
        "Look into the conversation at Facebook before sending it again."),
    line(code(1), Is(Transient), STUMBLED, WAIT),
    line(code(2), Is(Transient), STUMBLED, "Try again in a few minutes; if it goes on, the customer may have blocked the page."),
    line(code(1200), Is(Transient), STUMBLED, WAIT),
    // Everything else that is wrong with what we asked for, removed message tags among it.
    line(code(100), Is(Permanent), "Facebook did not understand or allow the message.", CHANGE),
];

/// Without a subcode, code 10 is any right that lacks. Of a message that only this right lets through it is this one, which
/// takes nothing from the hub's access to the page.
const NO_HUMAN_AGENT: Rule = line(
    code(10),
    Is(Configuration),
    "Facebook's day for answering is over, and the app at Facebook lacks the feature Human Agent, which a later answer needs.",
    "An administrator must get the feature for the app, or switch human_agent off for this integration.",
);
/// Graph's own failure of which nobody can say whether it came before the message was sent or after.
pub(super) const FELL_OVER: Rule = line(
    Other,
    Uncertain(Transient),
    "Facebook failed while it worked on the message, so it may have been sent.",
    "Look into the conversation at Facebook before sending it again.",
);
const UNKNOWN: Rule = line(Other, Is(Permanent), "Facebook did not take the message.", CHANGE);
const UNKNOWN_TRANSIENT: Rule = line(Other, Is(Transient), STUMBLED, WAIT);

/// How to find the line for an error.
pub(super) type Rules = fn(code: i64, subcode: Option<i64>, transient: bool) -> &'static Rule;

/// The line for an error. `transient` is what the platform says of an error that the table does not know.
pub(super) fn rule(code: i64, subcode: Option<i64>, transient: bool) -> &'static Rule {
    let fits = |rule: &&Rule| match rule.on {
        Pair(a, b) => code == a && subcode == Some(b),
        Either(number) => code == number || subcode == Some(number),
        Codes(first, last) => (first..=last).contains(&code),
        Other => false,
    };
    let unknown = if transient { &UNKNOWN_TRANSIENT } else { &UNKNOWN };
    TABLE.iter().find(fits).unwrap_or(unknown)
}

/// The same for a message that was sent by the right of a human agent.
pub(super) fn rule_when_late(code: i64, subcode: Option<i64>, transient: bool) -> &'static Rule {
    if code == 10 && subcode.is_none() { &NO_HUMAN_AGENT } else { rule(code, subcode, transient) }
}
