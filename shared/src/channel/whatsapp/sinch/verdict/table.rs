//! What Sinch says is wrong, as data: by its code, what has happened, what class it is and what to do. One table for both
//! ways in which it says so: at once, by the status of an error, and later, by the reason of a delivery report.
//!
//! <https://developers.sinch.com/docs/conversation/callbacks>; statuses: <https://cloud.google.com/apis/design/errors>

use crate::channel::FailureClass;

/// One line of the table.
pub(super) struct Rule {
    /// Sinch's code, or the finer one beside it.
    on: &'static str,
    /// What the caller does.
    pub(super) class: FailureClass,
    /// Whether it was certainly not sent.
    pub(super) certain: bool,
    /// What has happened, for an agent.
    pub(super) what: &'static str,
    /// What to do, for an agent.
    pub(super) then: &'static str,
}

use FailureClass::{
    Configuration, Credential, OptedOut, Permanent, RecipientUnreachable, Throttled, Transient, WindowClosed,
};

const fn line(on: &'static str, class: FailureClass, what: &'static str, then: &'static str) -> Rule {
    Rule { on, class, certain: true, what, then }
}

/// Sinch may have failed before it took the message or after.
const fn uncertain(on: &'static str) -> Rule {
    Rule { on, class: Transient, certain: false, what: FELL_OVER, then: LOOK }
}

const WAIT: &str = "Try again in a few minutes.";
const RECONNECT: &str = "Nothing can be sent until an administrator enters a working access key.";
const SETTINGS: &str = "An administrator must change this at Sinch.";
const CHECK: &str = "An administrator must check project, app and region of the integration.";
const TEMPLATE: &str = "An administrator must correct the template of the integration.";
const NEXT_MESSAGE: &str = "It can be answered again as soon as the customer writes.";
const OTHER_WAY: &str = "Reach the customer in another way.";
const CHANGE: &str = "Change the message and send it again.";
const LOOK: &str = "Ask the customer, or look at Sinch, before sending it again.";

const FELL_OVER: &str = "Sinch failed while it worked on the message, so it may have been sent.";
const STUMBLED: &str = "Sinch or WhatsApp had a passing problem and did not send the message.";
const TOO_MANY: &str = "Too many messages were sent in a short time, so this one was not sent.";
const NO_ACCESS: &str = "Sinch no longer accepts the hub's access key.";
const NOT_CONNECTED: &str = "The WhatsApp number of the app is not set up correctly at Sinch.";
const NO_WHATSAPP: &str = "This customer has no WhatsApp number that Sinch can write to.";

#[rustfmt::skip]
const TABLE: &[Rule] = &[
    // At once.
    line("INVALID_ARGUMENT", Permanent, "Sinch did not understand or allow the message.", CHANGE),
    line("OUT_OF_RANGE", Permanent, "Sinch did not understand or allow the message.", CHANGE),
    line("FAILED_PRECONDITION", Configuration, "The app at Sinch is not ready to send this message.", SETTINGS),
    line("UNAUTHENTICATED", Credential, NO_ACCESS, RECONNECT),
    line("PERMISSION_DENIED", Credential, "The hub's access key may not use this app at Sinch.", RECONNECT),
    line("NOT_FOUND", Configuration, "Sinch knows no such project or app in this region.", CHECK),
    line("RESOURCE_EXHAUSTED", Throttled(None), TOO_MANY, WAIT),
    line("UNIMPLEMENTED", Permanent, "Sinch cannot send such a message.", CHANGE),
    uncertain("INTERNAL"),
    uncertain("UNAVAILABLE"),
    uncertain("DEADLINE_EXCEEDED"),
    uncertain("ABORTED"),
    uncertain("CANCELLED"),
    // Later: finer than the code beside them.
    line("ATTACHMENT_REJECTED", Permanent, "WhatsApp did not take the file.", "Send it in another format."),
    line("MEDIA_TYPE_UNDETERMINED", Permanent, "Sinch could not tell what kind of file it is.", "Send it in another format."),
    line("INACTIVE_SENDER", Configuration, "The WhatsApp number of the app is not active.", SETTINGS),
    // Later: the window and the customer.
    line("OUTSIDE_ALLOWED_SENDING_WINDOW", WindowClosed, "WhatsApp's 24 hours for answering this customer are over.", NEXT_MESSAGE),
    line("RECIPIENT_NOT_OPTED_IN", OptedOut, "This customer does not want to get messages.", "Do not write to them."),
    line("RECIPIENT_INVALID_CHANNEL_IDENTITY", RecipientUnreachable, "WhatsApp knows no such number.", OTHER_WAY),
    line("RECIPIENT_NOT_REACHABLE", RecipientUnreachable, "WhatsApp cannot reach this customer, or holds messages like this one back from them.", OTHER_WAY),
    line("CONTACT_NOT_FOUND", RecipientUnreachable, NO_WHATSAPP, OTHER_WAY),
    line("NO_CHANNEL_IDENTITY_FOR_CONTACT", RecipientUnreachable, NO_WHATSAPP, OTHER_WAY),
    line("NO_CHANNELS_LEFT", RecipientUnreachable, "Sinch found no way to send the message to this customer.", OTHER_WAY),
    // Later: the message.
    line("MEDIA_TYPE_UNSUPPORTED", Permanent, "WhatsApp does not take a file of this kind.", "Send it in another format."),
    line("MEDIA_TOO_LARGE", Permanent, "The file is too large for WhatsApp.", "Send a smaller file."),
    line("MEDIA_NOT_REACHABLE", Permanent, "Sinch could not fetch the file.", "Send the file again."),
    line("MESSAGE_SPLIT_REQUIRED", Permanent, "The message is too long for WhatsApp.", "Send it in pieces."),
    line("BAD_REQUEST", Permanent, "WhatsApp did not understand or allow the message.", CHANGE),
    line("CHANNEL_REJECT", Permanent, "WhatsApp did not take the message.", CHANGE),
    line("UNSUPPORTED_OPERATION", Permanent, "WhatsApp cannot send such a message.", CHANGE),
    line("DELIVERY_REJECTED_DUE_TO_POLICY", Permanent, "WhatsApp's rules do not allow the message.", CHANGE),
    line("MESSAGE_EXPIRED", Permanent, "The message could not be delivered in time.", "Send it again if it still matters."),
    line("DELIVERY_REPORT_TIME_OUT", Permanent, "WhatsApp did not say in time whether the message arrived, so it may have.", "Ask the customer before sending it again."),
    line("NO_PROFILE_AVAILABLE", Permanent, "Sinch does not tell who this customer is.", "The conversation goes on without the name."),
    // Later: templates.
    line("TEMPLATE_NOT_FOUND", Configuration, "WhatsApp has no such template.", TEMPLATE),
    line("TEMPLATE_INSUFFICIENT_PARAMETERS", Configuration, "The template wants other words in its gaps.", TEMPLATE),
    line("TEMPLATE_NON_EXISTING_LANGUAGE_OR_VERSION", Configuration, "The template does not exist in this language.", TEMPLATE),
    // Later: the app.
    line("CHANNEL_BAD_CONFIGURATION", Configuration, NOT_CONNECTED, SETTINGS),
    line("CHANNEL_CONFIGURATION_MISSING", Configuration, NOT_CONNECTED, SETTINGS),
    line("INACTIVE_CREDENTIAL", Configuration, NOT_CONNECTED, SETTINGS),
    line("UNKNOWN_APP", Configuration, "Sinch knows no such app.", CHECK),
    line("NO_PERMISSION", Configuration, "The app at Sinch may not send this message.", SETTINGS),
    // Later: Sinch and WhatsApp themselves.
    line("RATE_LIMITED", Throttled(None), TOO_MANY, WAIT),
    line("INTERNAL_ERROR", Transient, STUMBLED, WAIT),
    line("CHANNEL_FAILURE", Transient, STUMBLED, WAIT),
    line("DELIVERY_TIMED_OUT", Transient, STUMBLED, WAIT),
];

/// What no line is about.
const OTHER: Rule = line("", Permanent, "Sinch did not send the message.", CHANGE);

/// The line for a code; a finer one counts more where it has a line of its own.
pub(super) fn rule(code: &str, finer: Option<&str>) -> &'static Rule {
    let of = |wanted: &str| TABLE.iter().find(|rule| rule.on == wanted);
    finer.and_then(of).or_else(|| of(code)).unwrap_or(&OTHER)
}

/// The status that an HTTP status stands for, where the answer has no words of Sinch's own; nothing where only something
/// between us and Sinch says so.
pub(super) const fn named(status: u16) -> Option<&'static str> {
    Some(match status {
        400 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        429 => "RESOURCE_EXHAUSTED",
        501 => "UNIMPLEMENTED",
        503 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        500.. => "INTERNAL",
        _ => return None,
    })
}

/// Every code of the table.
#[cfg(test)]
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|rule| rule.on)
}
