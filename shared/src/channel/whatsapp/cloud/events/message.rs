//! One item of `messages` as an event: what customers write, change and take back, and what WhatsApp says of them there.

use serde_json::value::RawValue;

use super::{People, Person, Problem, content, digest, notice, read, trimmed};
use crate::channel::scalar::{Id, Moment, Scalar, plain_name, words};
use crate::channel::whatsapp::cloud::payload::{self, Context, Edit, Members, Reaction, Referral, Revoke};
use crate::event::{Event, EventKind, Message, Part, Place};
use crate::id::{EventId, MessageId, ThreadId};
use crate::time::Timestamp;

/// A message of a customer, or another thing that comes among those.
pub(super) fn event(raw: &RawValue, people: &People, sent: Option<Timestamp>) -> Result<Event, Problem> {
    let message: payload::Message = read(raw)?;
    let at = message.timestamp.map(|Moment(at)| at).or(sent).ok_or(Problem::NoTime)?;
    let kind = kind(&message);
    let members: Members<'_> = read(raw)?;
    let said = members.get(&kind).copied();
    let person = people.named(message.from_user_id.as_ref(), message.from.as_ref());
    if kind == "system" {
        return notice::by_whatsapp(said, raw, message, person, at);
    }
    let person = person?;
    let (id, what) = match (kind.as_str(), said) {
        ("reaction", Some(said)) => ("reaction", reaction(read(said)?)?),
        ("edit", Some(said)) => ("edit", edit(read(said)?)?),
        ("revoke", Some(said)) => ("revoke", revoke(read(said)?)?),
        ("request_welcome", _) => ("request_welcome", notice::chat_opened()),
        _ => return written(raw, message, &kind, said, person, at),
    };
    let own = message.id.map_or_else(|| digest(&person.identity.customer, Some(at), raw), |Id(id)| id);
    Ok(in_group(message.group_id, person.event(format!("{id}:{own}"), at, what)))
}

/// Meta's name of the kind.
pub(super) fn kind(message: &payload::Message) -> String {
    message
        .kind
        .clone()
        .and_then(|kind| words(Some(kind)))
        .map_or_else(|| "message".to_owned(), |kind| plain_name(&kind))
}

fn written(
    raw: &RawValue,
    message: payload::Message,
    kind: &str,
    said: Option<&RawValue>,
    mut person: Person,
    at: Timestamp,
) -> Result<Event, Problem> {
    if let Some(number) = content::own_number(kind, said) {
        let known = person.identity.customer == number || person.identity.aliases.contains(&number);
        person.identity.aliases.extend((!known).then_some(number));
    }
    let (quotes, mut parts) = origin(message.context, message.referral);
    parts.extend(content::parts(kind, said, message.errors)?);
    let id = message.id.map(|Id(id)| MessageId::new(id));
    let event = match &id {
        Some(id) => EventId::of_message(id),
        None => EventId::new(format!("message:{}", digest(&person.identity.customer, Some(at), raw))),
    };
    let kind = EventKind::Message(Message { id, quotes, parts });
    Ok(in_group(message.group_id, person.event(event.as_str(), at, kind)))
}

/// What is written in a group is not said to us alone.
fn in_group(group: Option<Id>, event: Event) -> Event {
    match group {
        Some(Id(group)) => Event { place: Place::Public { thread: ThreadId::new(group) }, ..event },
        None => event,
    }
}

/// The message that is answered, and where this one comes from: an advert, another chat, a product.
fn origin(context: Option<Context>, referral: Option<Referral>) -> (Option<MessageId>, Vec<Part>) {
    let mut parts: Vec<Part> = referral.map(advert).into_iter().collect();
    let Some(context) = context else { return (None, parts) };
    let forwarded = match (context.frequently_forwarded, context.forwarded) {
        (Some(true), _) => Some("forwarded many times"),
        (_, Some(true)) => Some("forwarded"),
        _ => None,
    };
    parts.extend(forwarded.map(|label| content::line(label, "")));
    let product = context.referred_product.and_then(|product| product.product_retailer_id);
    parts.extend(product.map(|Scalar(number)| content::line("about the product", number)));
    (context.id.map(|Id(id)| MessageId::new(id)), parts)
}

fn advert(referral: Referral) -> Part {
    let told: Vec<String> =
        [referral.headline, referral.body, referral.source_url].into_iter().filter_map(trimmed).collect();
    let number = referral.source_id.map(|Scalar(id)| id).unwrap_or_default();
    content::line("came from an advert", if told.is_empty() { number } else { told.join(", ") })
}

fn reaction(reaction: Reaction) -> Result<EventKind, Problem> {
    let Id(message) = reaction.message_id.ok_or(Problem::Without("message_id"))?;
    Ok(EventKind::Reaction { message: MessageId::new(message), emoji: words(reaction.emoji) })
}

fn edit(edit: Edit<'_>) -> Result<EventKind, Problem> {
    let Id(message) = edit.original_message_id.ok_or(Problem::Without("original_message_id"))?;
    let text = edit.message.map(edited).transpose()?.unwrap_or_default();
    Ok(EventKind::Edit { message: MessageId::new(message), text })
}

/// The words that an edited message has now: its text, or what stands below its file.
pub(super) fn edited(raw: &RawValue) -> Result<String, Problem> {
    let message: payload::Message = read(raw)?;
    let kind = kind(&message);
    let members: Members<'_> = read(raw)?;
    let parts = content::parts(&kind, members.get(&kind).copied(), None)?;
    let texts: Vec<String> = parts.into_iter().filter_map(content::text).collect();
    Ok(if texts.is_empty() { kind } else { texts.join("\n") })
}

fn revoke(revoke: Revoke) -> Result<EventKind, Problem> {
    let Id(message) = revoke.original_message_id.ok_or(Problem::Without("original_message_id"))?;
    Ok(EventKind::Deletion { message: MessageId::new(message) })
}
