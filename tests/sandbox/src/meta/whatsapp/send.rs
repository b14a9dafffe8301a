//! `POST /{number}/messages`: what Meta takes for a customer at once, or refuses at once.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages>,
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/typing-indicators>

use std::sync::Arc;

use serde_json::{Value, json};

use super::deliver::{self, Parcel};
use super::outgoing::{Content, Outgoing, Source, To};
use super::report::Told;
use super::state::NumberState;
use super::{Kept, template, wamid};
use crate::World;
use crate::meta::error::GraphError;
use crate::meta::params::Params;

/// Takes a message, or refuses it.
pub(super) async fn send(world: &Arc<World>, number: &Kept, params: &Params) -> Result<Value, GraphError> {
    product(params)?;
    let (registered, digits) = number.read(|number| (number.registered, number.digits()));
    if !registered {
        return Err(GraphError::whatsapp(133_010, "The number is not registered on the Cloud API."));
    }
    let outgoing = Outgoing::read(params, country(&digits))?;
    let parcel = number.read(|number| check(world, number, outgoing))?;
    let templated = parcel.filled.is_some();
    let told = parcel.told.clone();
    deliver::deliver(world, number, parcel).await;
    let contact = match &told.to {
        To::Number { digits, input } => json!({"input": input, "wa_id": digits}),
        To::User(id) => json!({"input": id, "user_id": id}),
    };
    let mut message = json!({ "id": told.id });
    if let Some(message) = message.as_object_mut().filter(|_| templated) {
        message.insert("message_status".to_owned(), "accepted".into());
    }
    Ok(json!({"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}))
}

/// `{"status": "read"}`: this message and all before it are read, and the customer may see that somebody types.
pub(super) fn read(number: &mut NumberState, params: &Params) -> Result<Value, GraphError> {
    product(params)?;
    if params.text("status") != Some("read") {
        return Err(GraphError::invalid("status"));
    }
    let id = params.text("message_id").ok_or_else(|| GraphError::missing("message_id"))?;
    let typing = match params.json("typing_indicator") {
        None => false,
        Some(typing) if typing == json!({"type": "text"}) => true,
        Some(_) => return Err(GraphError::invalid("typing_indicator")),
    };
    let known = number.by_message(id).and_then(|key| number.customers.get_mut(&key));
    let customer = known.ok_or_else(|| GraphError::invalid("message_id"))?;
    let own = customer.message(id).is_some_and(|message| message.from_number);
    let until = customer.messages.iter().position(|message| message.id == id).filter(|_| !own);
    let until = until.ok_or_else(|| GraphError::invalid("message_id"))?;
    for message in customer.messages.iter_mut().take(until + 1).filter(|message| !message.from_number) {
        message.read = true;
    }
    customer.typing_seen += u32::from(typing);
    Ok(json!({"success": true}))
}

pub(super) fn product(params: &Params) -> Result<(), GraphError> {
    match params.text("messaging_product") {
        Some("whatsapp") => Ok(()),
        Some(_) => Err(GraphError::parameter("Param messaging_product must be one of {WHATSAPP}")),
        None => Err(GraphError::missing("messaging_product")),
    }
}

/// What Meta looks at before it takes a message. Everything else it finds out later.
fn check(world: &World, number: &NumberState, outgoing: Outgoing) -> Result<Parcel, GraphError> {
    let Outgoing { to, kind, content, quotes, mark } = outgoing;
    let key = match &to {
        To::Number { digits, .. } if *digits == number.digits() => {
            return Err(GraphError::whatsapp(131_021, "The recipient is the sender."));
        }
        To::Number { digits, .. } => number.by_phone(digits),
        To::User(id) => Some(number.by_user_id(id).ok_or_else(|| GraphError::invalid("recipient"))?),
    };
    let (mut filled, mut stored) = (None, None);
    match &content {
        Content::Template(asked) => filled = Some(template::fill(&number.templates, asked)?),
        Content::Media(media) => {
            if let Source::Id(id) = &media.from {
                let unknown = || {
                    let kind = media.kind.word();
                    GraphError::parameter(format_args!(
                        "Param {kind}['id'] is not a valid whatsapp business account media attachment ID"
                    ))
                };
                stored = Some(world.whatsapp.media.file(&number.phone_number_id, id).ok_or_else(unknown)?);
            }
        }
        Content::Reaction { of, .. } if number.by_message(of).is_none() => {
            return Err(GraphError::invalid("reaction['message_id']"));
        }
        Content::Reaction { .. } | Content::Text(_) | Content::Place { .. } => {}
    }
    let category = filled.as_ref().map_or("service", |filled| filled.category.as_str()).to_owned();
    let told = Told { id: wamid(), to, key, mark, category };
    Ok(Parcel { told, kind, content, quotes, filled, stored })
}

/// The calling code of a number. One or two digits, which is true enough for the numbers of this sandbox.
fn country(digits: &str) -> &str {
    let length = if digits.starts_with(['1', '7']) { 1 } else { 2 };
    digits.get(..length).unwrap_or_default()
}
