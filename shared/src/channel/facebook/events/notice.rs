//! Everything that is neither message nor status: told to the agent in a line, or only recorded.

use serde_json::value::RawValue;

use super::messaging::Scene;
use super::{Problem, read};
use crate::channel::facebook::payload::{AccountLinking, Messaging, Optin, PolicyEnforcement, ResponseFeedback};
use crate::channel::scalar::words;
use crate::event::{Event, EventKind};

/// A notice that no agent reads.
pub(super) fn recorded(name: &str) -> EventKind {
    EventKind::Notice { name: name.to_owned(), line: None, opens_window: false }
}

/// The kinds of which an agent is told.
pub(super) fn told(scene: &Scene, item: &Messaging<'_>) -> Result<Option<Event>, Problem> {
    let (name, raw, line): (_, _, fn(&RawValue) -> Result<_, Problem>) = match item {
        Messaging { optin: Some(raw), .. } => ("optin", raw, optin),
        Messaging { account_linking: Some(raw), .. } => ("account_linking", raw, account_linking),
        Messaging { response_feedback: Some(raw), .. } => ("response_feedback", raw, response_feedback),
        Messaging { policy_enforcement: Some(raw), .. } => ("policy_enforcement", raw, policy_enforcement),
        _ => return Ok(None),
    };
    let (line, opens_window) = line(raw)?;
    let kind = EventKind::Notice { name: name.to_owned(), line: Some(line), opens_window };
    Ok(Some(scene.hashed(name, raw, kind)))
}

/// A line in the form `[label] text`, and whether it opens the window.
type Told = (String, bool);

fn line(label: &str, text: Option<String>) -> String {
    format!("[{label}] {}", text.unwrap_or_default()).trim_end().to_owned()
}

fn optin(raw: &RawValue) -> Result<Told, Problem> {
    let optin: Optin = read(raw)?;
    let label = match words(optin.notification_messages_status).as_deref() {
        Some("STOP NOTIFICATIONS") => "opted out of marketing messages",
        Some("RESUME NOTIFICATIONS") => "opted in to marketing messages again",
        _ if words(optin.kind).as_deref() == Some("notification_messages") => "opted in to marketing messages",
        // A plugin of our website: this, and not the consent to marketing, opens the window.
        _ => return Ok((line("opted in", words(optin.title).or_else(|| words(optin.reference))), true)),
    };
    Ok((line(label, words(optin.title)), false))
}

fn account_linking(raw: &RawValue) -> Result<Told, Problem> {
    let linking: AccountLinking = read(raw)?;
    let status = words(linking.status).ok_or(Problem::Without("status"))?;
    Ok((line("account", Some(status)), false))
}

fn response_feedback(raw: &RawValue) -> Result<Told, Problem> {
    let feedback: ResponseFeedback = read(raw)?;
    Ok((line("feedback", words(feedback.feedback)), false))
}

/// Nobody's conversation: for the page's administrators.
fn policy_enforcement(raw: &RawValue) -> Result<Told, Problem> {
    let policy: PolicyEnforcement = read(raw)?;
    let label = match words(policy.action).as_deref() {
        Some("warning") => "Facebook warns this page",
        Some("block") => "Facebook blocked this page",
        Some("unblock") => "Facebook unblocked this page",
        _ => "Facebook's policy on this page",
    };
    Ok((line(label, words(policy.reason)), false))
}
