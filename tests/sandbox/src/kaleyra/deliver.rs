//! What becomes of a message that Kaleyra took: it is on the phone, or it fails; either is told by status.
//!
//! <https://developers.kaleyra.io/docs/whatsapp-callback-url>

use std::sync::Arc;

use super::number::{NumberState, Template};
use super::phone::PhoneMessage;
use super::webhook::{self, Callback, Status};
use super::{Kept, media};
use crate::{World, clock};

/// For how long after the customer's last message anything but templates arrives, in milliseconds.
const WINDOW: i64 = 24 * 60 * 60 * 1000;
/// The longest text, in characters.
pub(super) const TEXT: usize = 4096;
/// The longest words below a file, in characters.
pub(super) const CAPTION: usize = 1024;

/// Meta's codes, which Kaleyra hands through.
const NOT_REACHABLE: u32 = 131_026;
const WINDOW_CLOSED: u32 = 131_047;
const NO_TEMPLATE: u32 = 132_001;
const OTHER_GAPS: u32 = 132_000;

/// A message that Kaleyra took.
pub(super) struct Outgoing {
    /// Kaleyra's id, as statuses have it.
    pub(super) id: String,
    /// Meta's, which the first API does not tell.
    pub(super) wamid: String,
    /// A number in digits, or a user id.
    pub(super) to: String,
    pub(super) content: Content,
    /// Where its statuses go.
    pub(super) callback: Option<String>,
    pub(super) reference: String,
}

/// What it says or is.
pub(super) enum Content {
    Text(String),
    File { url: String, caption: Option<String>, name: Option<String>, shown_as: Option<String> },
    Place { latitude: f64, longitude: f64, name: Option<String> },
    Template { name: String, language: String, gaps: Vec<String> },
}

/// Delivers a message and tells how it went.
pub(super) async fn deliver(world: Arc<World>, number: Kept, message: Outgoing) {
    let mut told = match arrive(&world, &number, &message).await {
        Ok(true) => vec![("sent", None), ("delivered", None), ("read", None)],
        Ok(false) => vec![("sent", None), ("delivered", None)],
        Err(Failed::Stopped) => vec![("not-sent", None)],
        Err(Failed::By(code)) => vec![("failed", Some(code))],
    };
    let callback = match (&message.callback, number.read(|number| number.status_url.clone())) {
        // What a message names itself is called without the header and the user of a callback profile.
        (Some(url), _) => Callback { url: url.clone(), bare: true },
        (None, Some(url)) => Callback { url, bare: false },
        (None, None) => return,
    };
    if number.read(|number| number.reversed) {
        told.reverse();
    }
    for (status, code) in told {
        let Outgoing { id, wamid, to, reference, .. } = &message;
        webhook::status(&world, &number, &callback, Status { id, wamid, to, reference, status, code }).await;
    }
}

/// Why a message does not arrive.
enum Failed {
    /// Kaleyra did not hand it on.
    Stopped,
    /// WhatsApp says no, with this code.
    By(u32),
}

/// Puts it on the phone, and says whether it was read.
async fn arrive(world: &World, number: &Kept, message: &Outgoing) -> Result<bool, Failed> {
    if let Some(code) = number.change(|number| number.fail_later.pop_front()) {
        return Err(if code == 0 { Failed::Stopped } else { Failed::By(code) });
    }
    number.change(|number| may_arrive(number, message)).map_err(Failed::By)?;
    let shown = shown(world, number, message).await.map_err(Failed::By)?;
    number.change(|number| {
        let customer = number.person(&message.to).ok_or(Failed::By(NOT_REACHABLE))?;
        customer.messages.push(shown);
        Ok(customer.reads)
    })
}

fn may_arrive(number: &mut NumberState, message: &Outgoing) -> Result<(), u32> {
    let customer = number.person(&message.to).filter(|customer| customer.on_whatsapp && !customer.blocked);
    let customer = customer.ok_or(NOT_REACHABLE)?;
    let open = customer.last_message_at.is_some_and(|at| clock::now() - at < WINDOW);
    let is_template = matches!(message.content, Content::Template { .. });
    if is_template || open { Ok(()) } else { Err(WINDOW_CLOSED) }
}

/// The message as the phone shows it.
async fn shown(world: &World, number: &Kept, message: &Outgoing) -> Result<PhoneMessage, u32> {
    let shown = PhoneMessage {
        id: message.id.clone(),
        wamid: message.wamid.clone(),
        at: clock::now(),
        from_number: true,
        reference: message.reference.clone(),
        ..PhoneMessage::default()
    };
    Ok(match &message.content {
        Content::Text(text) => PhoneMessage { text: Some(text.clone()), ..shown },
        Content::File { url, caption, name, shown_as } => {
            let file = media::fetch(world, url, name.as_deref(), shown_as.as_deref()).await?;
            // Below a sound no words are shown.
            let text = caption.clone().filter(|_| !file.content_type.starts_with("audio/"));
            PhoneMessage { text, file: Some(file), ..shown }
        }
        Content::Place { latitude, longitude, name } => {
            PhoneMessage { place: Some((*latitude, *longitude)), text: name.clone(), ..shown }
        }
        Content::Template { name, language, gaps } => {
            let templates = number.read(|number| number.templates.clone());
            let found = templates.into_iter().find(|template| template.name == *name && template.language == *language);
            let Template { body, .. } = found.ok_or(NO_TEMPLATE)?;
            let numbered = gaps.iter().enumerate();
            let filled = numbered.fold(body.clone(), |text, (index, gap)| text.replace(&mark(index), gap));
            if filled.contains("{{") || (!gaps.is_empty() && !body.contains(&mark(gaps.len() - 1))) {
                return Err(OTHER_GAPS);
            }
            PhoneMessage { text: Some(filled), template: Some(name.clone()), ..shown }
        }
    })
}

fn mark(index: usize) -> String {
    format!("{{{{{}}}}}", index + 1)
}
