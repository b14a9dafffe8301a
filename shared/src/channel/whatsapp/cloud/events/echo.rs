//! What our side wrote without the hub: in the phone app, or by another app that shares the number.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/smb_message_echoes>

use serde_json::value::RawValue;

use super::{People, Problem, content, digest, message, notice, read};
use crate::channel::scalar::{Id, Moment, words};
use crate::channel::whatsapp::cloud::payload::{self, Edit, Members, OtherAppsEcho, Reaction};
use crate::event::{EchoSender, Event, EventKind, Message};
use crate::id::MessageId;
use crate::time::Timestamp;

/// Something that a person of ours did in the phone app.
pub(super) fn event(raw: &RawValue, people: &People, sent: Option<Timestamp>) -> Result<Event, Problem> {
    let echo: payload::Message = read(raw)?;
    let at = echo.timestamp.map(|Moment(at)| at).or(sent).ok_or(Problem::NoTime)?;
    let person = people.named(echo.to_user_id.as_ref(), echo.to.as_ref())?;
    let kind = message::kind(&echo);
    let members: Members<'_> = read(raw)?;
    let said = members.get(&kind).copied();
    let own = echo.id.as_ref().map_or_else(|| digest(&person.identity.customer, Some(at), raw), |Id(id)| id.clone());
    let what = match (kind.as_str(), said) {
        ("edit", Some(said)) => told("edited in the phone app", edited(said)?),
        ("revoke", _) => told("deleted in the phone app", Some("an earlier message".to_owned())),
        ("reaction", Some(said)) => told("reaction in the phone app", words(read::<Reaction>(said)?.emoji)),
        _ => {
            let id = echo.id.map(|Id(id)| MessageId::new(id));
            let quotes = echo.context.and_then(|context| context.id).map(|Id(id)| MessageId::new(id));
            let parts = content::parts(&kind, said, echo.errors)?;
            EventKind::Echo { message: Message { id, quotes, parts }, sender: EchoSender::PhoneApp }
        }
    };
    Ok(person.event(format!("echo:{own}"), at, what))
}

fn told(label: &str, text: Option<String>) -> EventKind {
    let line = text.map(|text| format!("[{label}] {text}"));
    EventKind::Notice { name: "echo".to_owned(), line, opens_window: false }
}

fn edited(raw: &RawValue) -> Result<Option<String>, Problem> {
    read::<Edit<'_>>(raw)?.message.map(message::edited).transpose()
}

/// A message of another app, as that app sent it: only recorded.
pub(super) fn of_other_app(raw: &RawValue, sent: Option<Timestamp>) -> Result<Event, Problem> {
    let echo: OtherAppsEcho = read(raw)?;
    let at = echo.timestamp.map(|Moment(at)| at).or(sent).ok_or(Problem::NoTime)?;
    let Id(id) = echo.id.ok_or(Problem::Without("id"))?;
    let to = echo.message.ok_or(Problem::Without("message"))?;
    let person = People::of(None).named(to.recipient.as_ref(), to.to.as_ref())?;
    Ok(person.event(format!("echo:{id}"), at, notice::recorded("echo")))
}
