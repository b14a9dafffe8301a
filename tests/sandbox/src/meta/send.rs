//! `POST /{page}/messages`: what Messenger takes for a customer, and what it tells the app about it afterwards.
//!
//! <https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages>

use std::sync::Arc;

use serde_json::{Value, json};

use super::customer::attachments;
use super::error::GraphError;
use super::outgoing::{Content, Outgoing, Reason};
use super::page::PageState;
use super::params::Params;
use super::phone::PhoneMessage;
use super::{upload, webhook};
use crate::World;
use crate::watched::Watched;
use crate::{clock, ids};

/// The time for free answers, in milliseconds.
const WINDOW: i64 = 24 * 3_600_000;
/// The time in which a human agent may answer, where the app has the feature, in milliseconds.
const HUMAN_AGENT_WINDOW: i64 = 7 * 24 * 3_600_000;
/// What echoes from the page's own inbox name as their app.
const INBOX_APP: u64 = 26_390_203_743_090;

/// Takes one call to send, or refuses it.
pub(super) async fn send(
    world: &Arc<World>,
    page: &Arc<Watched<PageState>>,
    params: &Params,
) -> Result<Value, GraphError> {
    let outgoing = Outgoing::read(params)?;
    page.read(|page| may_send(page, &outgoing))?;
    let Content::Message { text, file, metadata } = &outgoing.content else {
        return Ok(json!({"recipient_id": outgoing.recipient}));
    };
    let (file, attachment_id) = match file {
        None => (None, None),
        Some(source) => {
            let (file, id) = upload::take(world, page, source).await?;
            (Some(file), id)
        }
    };
    let (tag, messaging_type) = outgoing.reason.names();
    let message = PhoneMessage {
        mid: ids::mid(),
        at: page.change(PageState::tick),
        from_page: true,
        text: text.clone(),
        files: file.into_iter().collect(),
        metadata: metadata.clone(),
        messaging_type,
        tag,
        ..PhoneMessage::default()
    };
    let mid = message.mid.clone();
    put_on_phone(world, page, &outgoing.recipient, message, None).await;
    let mut answer = json!({"recipient_id": outgoing.recipient, "message_id": mid});
    if let (Some(id), Some(answer)) = (attachment_id, answer.as_object_mut()) {
        answer.insert("attachment_id".to_owned(), id.into());
    }
    Ok(answer)
}

/// Somebody answers from the page's own inbox.
pub(super) async fn from_inbox(
    world: &Arc<World>,
    page: &Arc<Watched<PageState>>,
    psid: &str,
    text: &str,
) -> webhook::Post {
    let at = page.change(PageState::tick);
    let text = Some(text.to_owned());
    let message = PhoneMessage { mid: ids::mid(), at, from_page: true, text, ..PhoneMessage::default() };
    page.change(|page| page.customers.get_mut(psid).map(|customer| customer.messages.push(message.clone())));
    echo(world, page, psid, &message, Some(INBOX_APP)).await
}

fn may_send(page: &PageState, outgoing: &Outgoing) -> Result<(), GraphError> {
    let customer = page.customers.get(&outgoing.recipient).ok_or_else(GraphError::no_matching_user)?;
    if customer.blocked {
        return Err(GraphError::unavailable());
    }
    let age = customer.last_event_at.map_or(i64::MAX, |at| clock::now() - at);
    match outgoing.reason {
        Reason::HumanAgent if !page.human_agent => Err(GraphError::no_human_agent()),
        Reason::HumanAgent if age <= HUMAN_AGENT_WINDOW => Ok(()),
        Reason::Response | Reason::Update if age <= WINDOW => Ok(()),
        _ => Err(GraphError::outside_window()),
    }
}

/// Shows a message on the customer's phone and tells the app: echo, delivery, and, where the phone is being looked at,
/// that it was read.
async fn put_on_phone(
    world: &Arc<World>,
    page: &Arc<Watched<PageState>>,
    psid: &str,
    message: PhoneMessage,
    app: Option<u64>,
) {
    let (echo_first, receipts) = page.change(|page| {
        if let Some(customer) = page.customers.get_mut(psid) {
            customer.messages.push(message.clone());
        }
        (page.echo_first, page.receipts)
    });
    if !receipts {
        return;
    }
    if echo_first {
        echo(world, page, psid, &message, app).await;
    }
    let (world, page, psid) = (Arc::clone(world), Arc::clone(page), psid.to_owned());
    tokio::spawn(async move {
        if !echo_first {
            echo(&world, &page, &psid, &message, app).await;
        }
        delivery(&world, &page, &psid, &message.mid).await;
        read(&world, &page, &psid, &message.mid).await;
    });
}

async fn echo(
    world: &World,
    page: &Arc<Watched<PageState>>,
    psid: &str,
    message: &PhoneMessage,
    app: Option<u64>,
) -> webhook::Post {
    let (id, own_app) = page.read(|page| (page.id.clone(), page.app.id.parse::<u64>().ok()));
    let mut echo = json!({"mid": message.mid, "is_echo": true});
    let mut set = |name: &str, value: Value| {
        if let Some(echo) = echo.as_object_mut() {
            echo.insert(name.to_owned(), value);
        }
    };
    if let Some(app) = app.or(own_app) {
        set("app_id", app.into());
    }
    if let Some(text) = &message.text {
        set("text", text.as_str().into());
    }
    if let Some(metadata) = &message.metadata {
        set("metadata", metadata.as_str().into());
    }
    if !message.files.is_empty() {
        set("attachments", attachments(&message.files));
    }
    let item = json!({"sender": {"id": id}, "recipient": {"id": psid}, "timestamp": message.at, "message": echo});
    webhook::post_event(world, page, "message_echoes", item).await
}

async fn delivery(world: &World, page: &Arc<Watched<PageState>>, psid: &str, mid: &str) {
    let at = mark(page, psid, mid, |message, at| message.delivered_at = Some(at));
    let item = receipt(page, psid, at, "delivery", json!({"mids": [mid], "watermark": at}));
    webhook::post_event(world, page, "message_deliveries", item).await;
}

async fn read(world: &World, page: &Arc<Watched<PageState>>, psid: &str, mid: &str) {
    if !page.read(|page| page.customers.get(psid).is_some_and(|customer| customer.reads)) {
        return;
    }
    let at = mark(page, psid, mid, |message, at| message.read_at = Some(at));
    let item = receipt(page, psid, at, "read", json!({"watermark": at}));
    webhook::post_event(world, page, "message_reads", item).await;
}

fn mark(page: &Watched<PageState>, psid: &str, mid: &str, mark: impl FnOnce(&mut PhoneMessage, i64)) -> i64 {
    page.change(|page| {
        let at = page.tick();
        if let Some(message) = page.customers.get_mut(psid).and_then(|customer| customer.message_mut(mid)) {
            mark(message, at);
        }
        at
    })
}

fn receipt(page: &Watched<PageState>, psid: &str, at: i64, member: &str, content: Value) -> Value {
    let id = page.read(|page| page.id.clone());
    json!({"sender": {"id": psid}, "recipient": {"id": id}, "timestamp": at, member: content})
}
