//! What becomes of a message that Meta took: it is on the phone, or it fails; either is told by status.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use http::header::CONTENT_TYPE;

use super::error::Failed;
use super::outgoing::{Content, Media, Source};
use super::phone::{PhoneMessage, SentFile};
use super::report::{self, Told};
use super::template::Filled;
use super::{Kept, NumberState};
use crate::{World, clock};

/// For how long after the customer's last message anything but templates arrives, in milliseconds.
const WINDOW: i64 = 24 * 60 * 60 * 1000;
/// How long a file to a customer is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A message that Meta took.
pub(super) struct Parcel {
    pub(super) told: Told,
    pub(super) kind: String,
    pub(super) content: Content,
    pub(super) quotes: Option<String>,
    /// Of a template: what it says.
    pub(super) filled: Option<Filled>,
    /// Of a file that was uploaded: the file.
    pub(super) stored: Option<SentFile>,
}

/// Delivers a message and tells how it went, mostly after the call was answered.
pub(super) async fn deliver(world: &Arc<World>, number: &Kept, parcel: Parcel) {
    let told = parcel.told.clone();
    number.change(|number| number.told.insert(told.id.clone(), told.clone()));
    let arrived = arrive(world, number, parcel).await;
    let first = number.read(|number| number.statuses_first);
    let (world, number) = (Arc::clone(world), Arc::clone(number));
    let telling = async move {
        match arrived {
            Ok(steps) => report::arrived(&world, &number, &told, steps).await,
            Err(failed) => report::failed(&world, &number, &told, &failed).await,
        }
    };
    if first {
        telling.await;
    } else {
        tokio::spawn(telling);
    }
}

/// Puts it on the phone, and gives its statuses; else why it failed.
async fn arrive(world: &World, number: &Kept, parcel: Parcel) -> Result<Vec<&'static str>, Failed> {
    if let Some(code) = number.change(|number| number.fail_later.pop_front()) {
        return Err(Failed::new(code, "As told."));
    }
    let key = number.read(|number| reachable(number, &parcel))?;
    let Parcel { told, kind, content, quotes, filled, stored } = parcel;
    let shown = PhoneMessage {
        id: told.id.clone(),
        at: clock::now(),
        from_number: true,
        kind,
        quotes,
        mark: told.mark.clone(),
        ..PhoneMessage::default()
    };
    let shown = match content {
        Content::Reaction { of, emoji } => {
            number.change(|number| {
                for message in number.customers.values_mut().filter_map(|customer| customer.message_mut(&of)) {
                    message.reaction_of_number = Some(emoji.clone()).filter(|emoji| !emoji.is_empty());
                }
            });
            return Ok(vec!["sent"]);
        }
        Content::Text(text) => PhoneMessage { text: Some(text), ..shown },
        Content::Place { latitude, longitude, name } => {
            PhoneMessage { place: Some((latitude, longitude, name)), ..shown }
        }
        Content::Template(_) => PhoneMessage {
            text: filled.as_ref().map(|filled| filled.text.clone()),
            template: filled.map(|filled| (filled.name, filled.language)),
            ..shown
        },
        Content::Media(media) => {
            let file = file(world, &media, stored).await?;
            PhoneMessage { text: media.caption, file: Some(file), voice: media.voice, ..shown }
        }
    };
    let voice = shown.voice;
    let reads = number.change(|number| {
        number.customers.get_mut(&key).is_some_and(|customer| {
            customer.messages.push(shown);
            customer.reads
        })
    });
    let mut steps = vec!["sent", "delivered"];
    steps.extend(reads.then_some("read"));
    steps.extend((reads && voice).then_some("played"));
    Ok(steps)
}

/// Whether the person can be written to now, and the id they are kept by.
fn reachable(number: &NumberState, parcel: &Parcel) -> Result<String, Failed> {
    let undeliverable = || Failed::new(131_026, "The message could not be delivered.");
    let key = parcel.told.key.clone().ok_or_else(undeliverable)?;
    let customer = number.customers.get(&key).filter(|customer| customer.on_whatsapp && !customer.blocked);
    let customer = customer.ok_or_else(undeliverable)?;
    let open = customer.last_message_at.is_some_and(|at| clock::now() - at < WINDOW);
    if open || parcel.filled.is_some() {
        return Ok(key);
    }
    let details = "Message failed to send because more than 24 hours have passed since the customer last replied to this \
                   number.";
    Err(Failed::new(131_047, details))
}

/// The file, if WhatsApp can show it as the message asks.
async fn file(world: &World, media: &Media, stored: Option<SentFile>) -> Result<SentFile, Failed> {
    let mut file = match (stored, &media.from) {
        (Some(stored), _) => stored,
        (None, Source::Id(_)) => return Err(Failed::new(131_053, "The file is gone.")),
        (None, Source::Link(url)) => fetch(world, url).await?,
    };
    if !media.kind.takes(&file.content_type) {
        let (kind, content_type) = (media.kind.word(), &file.content_type);
        return Err(Failed::new(131_053, format!("Media of type {content_type} cannot be sent as {kind}.")));
    }
    let largest = media.kind.largest(&file.bytes);
    if file.length == 0 || file.length > largest {
        return Err(Failed::new(131_053, format!("Media file size must be between 1 and {largest} bytes.")));
    }
    if let Some(name) = &media.filename {
        name.clone_into(&mut file.name);
    }
    Ok(file)
}

async fn fetch(world: &World, url: &str) -> Result<SentFile, Failed> {
    let failed = |why: String| Failed::new(131_053, format!("Downloading media from weblink failed with {why}"));
    let got = world.http.get(url).timeout(PATIENCE).send().await.map_err(|_| failed("no answer".to_owned()))?;
    if got.status() != StatusCode::OK {
        return Err(failed(format!("http code {}", got.status().as_u16())));
    }
    let content_type = got.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or("application/octet-stream").to_owned();
    let name = got.url().path_segments().and_then(|mut path| path.next_back()).unwrap_or("file").to_owned();
    let bytes = got.bytes().await.map_err(|_| failed("a broken answer".to_owned()))?;
    Ok(SentFile { id: String::new(), name, content_type, length: bytes.len(), bytes })
}
