//! One item of `messaging` as events: who is the customer, which kind it is, and what tells it from all others.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::{Page, Problem, digest, message, notice, read, referral};
use crate::channel::facebook::payload::{Delivery, MessageEdit, Messaging, Optin, Party, Reaction, Read};
use crate::channel::scalar::{Id, Moment, UNKNOWN, plain_name, words};
use crate::event::{DeliveryState, Event, EventKind, StatusOf};
use crate::id::{CustomerId, EventId, MessageId};
use crate::time::Timestamp;

/// What a message of a person who has no id yet is filed under: the plugin's name for them.
pub(in crate::channel::facebook) const USER_REF: &str = "user_ref:";

/// Members that stand beside a kind and are none.
const NO_KINDS: [&str; 5] = ["sender", "recipient", "timestamp", "lead", "hop_context"];

/// Who and when: the same for everything in one item.
pub(super) struct Scene {
    pub(super) customer: CustomerId,
    pub(super) at: Timestamp,
    /// Whether our side acted.
    pub(super) ours: bool,
}

impl Scene {
    /// An event with the platform's own id in its name.
    pub(super) fn named(&self, kind: &str, id: &str, what: EventKind) -> Event {
        let id = EventId::new(format!("{kind}:{id}"));
        Event::direct(id, self.customer.clone(), self.at, what)
    }

    /// An event to which the platform gives no id.
    pub(super) fn hashed(&self, kind: &str, content: &RawValue, what: EventKind) -> Event {
        self.named(kind, &digest(&self.customer, Some(self.at), content), what)
    }
}

/// The events of an item of `messaging`.
pub(super) fn events(raw: &RawValue, page: &Page) -> Result<Vec<Event>, Problem> {
    let item: Messaging<'_> = read(raw)?;
    let written = item.message.map(read).transpose()?;
    let echo = written.as_ref().is_some_and(message::is_echo);
    let scene = scene(&item, page, echo)?;
    if let (Some(content), Some(written)) = (item.message, written) {
        return Ok(vec![message::event(&scene, &item, written, content)?]);
    }
    if scene.ours {
        return Ok(vec![recorded(&scene, raw)?]);
    }
    if let Some(content) = item.postback {
        return Ok(vec![message::postback(&scene, content)?]);
    }
    if let Some(content) = item.order {
        return Ok(vec![message::order(&scene, content)?]);
    }
    if let Some(content) = item.message_edit {
        return Ok(vec![edit(&scene, content)?]);
    }
    if let Some(content) = item.reaction {
        return Ok(vec![reaction(&scene, content)?]);
    }
    if let Some(content) = item.delivery {
        return delivery(&scene, content);
    }
    if let Some(content) = item.read {
        return Ok(vec![seen(&scene, content)?]);
    }
    if let Some(content) = item.referral {
        return Ok(vec![referral::event(&scene, content, item.lead.as_ref())?]);
    }
    Ok(vec![match notice::told(&scene, &item)? {
        Some(event) => event,
        None => recorded(&scene, raw)?,
    }])
}

/// What no agent needs to know: thread control, roles, what our own page did, kinds that came after this was written.
fn recorded(scene: &Scene, raw: &RawValue) -> Result<Event, Problem> {
    let name = kind_name(raw)?;
    Ok(scene.hashed(&name, raw, notice::recorded(&name)))
}

/// What another app that holds the conversation was told: recorded, never a message of the customer. Still the customer's
/// words open the window for us too.
pub(super) fn standby(raw: &RawValue, page: &Page) -> Result<Vec<Event>, Problem> {
    let events = events(raw, page)?;
    Ok(events
        .into_iter()
        .map(|event| Event {
            id: EventId::new(format!("standby:{}", event.id)),
            kind: EventKind::Notice { name: "standby".to_owned(), line: None, opens_window: event.opens_window() },
            ..event
        })
        .collect())
}

/// Finds the customer. The other side, if it is named, must be the page of the entry: what is meant for one page is never
/// shown at another.
fn scene(item: &Messaging<'_>, page: &Page, echo: bool) -> Result<Scene, Problem> {
    let id = |party: &Option<Party>| party.as_ref().and_then(|party| party.id.as_ref()).map(|Id(id)| id.clone());
    let (sender, recipient) = (id(&item.sender), id(&item.recipient));
    let ours = echo || sender.as_ref() == Some(&page.id);
    let (person, our_side, party) =
        if ours { (recipient, sender, &item.recipient) } else { (sender, recipient, &item.sender) };
    if our_side.is_some_and(|our_side| our_side != page.id) {
        return Err(Problem::OtherPage);
    }
    let user_ref = match (party.as_ref().and_then(|party| party.user_ref.as_ref()), item.optin) {
        (Some(Id(user_ref)), _) => Some(user_ref.clone()),
        (None, Some(optin)) => read::<Optin>(optin)?.user_ref.map(|Id(user_ref)| user_ref),
        (None, None) => None,
    };
    let customer = person
        .or_else(|| user_ref.map(|user_ref| format!("{USER_REF}{user_ref}")))
        .map_or_else(CustomerId::nobody, CustomerId::new);
    let personal =
        [item.message, item.message_edit, item.postback, item.order, item.reaction, item.read, item.delivery];
    if customer.is_nobody() && personal.iter().any(Option::is_some) {
        return Err(Problem::NoCustomer);
    }
    let at = item.timestamp.map(|Moment(at)| at).or(page.sent).ok_or(Problem::NoTime)?;
    Ok(Scene { customer, at, ours })
}

/// The platform's name of the kind: the member that is none of those that every kind has.
fn kind_name(raw: &RawValue) -> Result<String, Problem> {
    let members: BTreeMap<String, IgnoredAny> = read(raw)?;
    let kind = members.into_keys().find(|member| !NO_KINDS.contains(&member.as_str()));
    Ok(kind.map_or_else(|| UNKNOWN.to_owned(), |kind| plain_name(&kind)))
}

fn edit(scene: &Scene, raw: &RawValue) -> Result<Event, Problem> {
    let edit: MessageEdit = read(raw)?;
    let Id(message) = edit.mid.ok_or(Problem::Without("mid"))?;
    let which = edit.num_edit.map_or_else(|| digest(&scene.customer, Some(scene.at), raw), |Id(number)| number);
    let id = format!("{message}:{which}");
    let text = words(edit.text).unwrap_or_default();
    Ok(scene.named("edit", &id, EventKind::Edit { message: MessageId::new(message), text }))
}

fn reaction(scene: &Scene, raw: &RawValue) -> Result<Event, Problem> {
    let reaction: Reaction = read(raw)?;
    let Id(message) = reaction.mid.ok_or(Problem::Without("mid"))?;
    let id = format!("{message}:{}:{}", scene.customer, scene.at.millis());
    let taken_back = words(reaction.action).as_deref() == Some("unreact");
    let emoji = words(reaction.emoji).or_else(|| words(reaction.reaction)).filter(|_| !taken_back);
    Ok(scene.named("reaction", &id, EventKind::Reaction { message: MessageId::new(message), emoji }))
}

fn delivery(scene: &Scene, raw: &RawValue) -> Result<Vec<Event>, Problem> {
    let delivery: Delivery = read(raw)?;
    let status = |of| EventKind::Status { of, state: DeliveryState::Delivered, failure: None, price: None };
    let messages = delivery.mids.unwrap_or_default();
    if messages.is_empty() {
        let Moment(until) = delivery.watermark.ok_or(Problem::Without("watermark"))?;
        let id = format!("{}:{}", scene.customer, until.millis());
        return Ok(vec![scene.named("delivery", &id, status(StatusOf::UpTo(until)))]);
    }
    let each = |Id(message): Id| scene.named("delivery", &message, status(StatusOf::Message(MessageId::new(&message))));
    Ok(messages.into_iter().map(each).collect())
}

fn seen(scene: &Scene, raw: &RawValue) -> Result<Event, Problem> {
    let read: Read = read(raw)?;
    let Moment(until) = read.watermark.ok_or(Problem::Without("watermark"))?;
    let id = format!("{}:{}", scene.customer, until.millis());
    let kind = EventKind::Status { of: StatusOf::UpTo(until), state: DeliveryState::Read, failure: None, price: None };
    Ok(scene.named("read", &id, kind))
}
