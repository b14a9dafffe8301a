//! `POST .../messages:send`: taken at once, and worked on afterwards; what comes of it is told by delivery reports.

use std::sync::Arc;
use std::time::Duration;

use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::app::{AppState, Mode, ulid};
use super::error::SinchError;
use super::outgoing::{Content, Outgoing, Recipient};
use super::phone::{PhoneFile, PhoneMessage, SinchPerson};
use super::report::{self, Failed, Told};
use crate::World;
use crate::clock;
use crate::watched::Watched;

/// The time for free answers, in milliseconds.
const WINDOW: i64 = 24 * 3_600_000;
/// The longest text, in characters.
const TEXT: usize = 4096;
/// The longest words below a file, in characters.
const CAPTION: usize = 1024;
const FETCH_PATIENCE: Duration = Duration::from_secs(20);

/// Takes a message, or refuses it for its form.
pub(super) fn send(world: &Arc<World>, app: &Arc<Watched<AppState>>, body: &[u8]) -> Result<Value, SinchError> {
    let outgoing = Outgoing::read(body)?;
    let to = app.read(|app| {
        if app.id != outgoing.app {
            return Err(SinchError::not_found("app"));
        }
        match &outgoing.to {
            Recipient::Identity(identity) => Ok(identity.clone()),
            Recipient::Contact(_) if app.mode == Mode::Dispatch => {
                Err(SinchError::invalid("recipient: contact_id in DISPATCH mode"))
            }
            Recipient::Contact(id) => {
                let found = app.people.values().find(|person| person.contact_id == *id);
                found.map(|person| person.identity.clone()).ok_or_else(|| SinchError::not_found("contact"))
            }
        }
    })?;
    let id = ulid();
    let answer = json!({"message_id": id, "accepted_time": clock::iso(clock::now())});
    let (world, app) = (Arc::clone(world), Arc::clone(app));
    tokio::spawn(async move { work(&world, &app, id, to, outgoing).await });
    Ok(answer)
}

async fn work(world: &Arc<World>, app: &Arc<Watched<AppState>>, id: String, to: String, outgoing: Outgoing) {
    let told = Told {
        id: id.clone(),
        identity: to.clone(),
        metadata: outgoing.metadata,
        correlation_id: outgoing.correlation_id,
    };
    let may = app.change(|app| {
        if !app.failing.is_empty() {
            return Err(Failed::new(&app.failing.remove(0)));
        }
        may_send(app, app.people.get(&to), &outgoing.content)
    });
    let made = match may {
        Ok(()) => made(world, outgoing.content).await,
        Err(failed) => Err(failed),
    };
    let shown = match made {
        Ok(shown) => shown,
        Err(failed) => return report::failed(world, app, &told, &failed).await,
    };
    let shown = PhoneMessage {
        id,
        from_business: true,
        metadata: told.metadata.clone(),
        correlation_id: told.correlation_id.clone(),
        ..shown
    };
    let reads = app.change(|app| {
        let at = app.tick();
        let person = app.people.get_mut(&to);
        person.is_some_and(|person| {
            person.messages.push(PhoneMessage { at, ..shown });
            person.reads
        })
    });
    report::arrived(world, app, &told, reads).await;
}

/// What WhatsApp knows of the recipient.
fn may_send(app: &AppState, person: Option<&SinchPerson>, content: &Content) -> Result<(), Failed> {
    if !app.active {
        return Err(Failed::finer("CHANNEL_BAD_CONFIGURATION", "INACTIVE_SENDER"));
    }
    let person = person.ok_or_else(|| Failed::new("RECIPIENT_INVALID_CHANNEL_IDENTITY"))?;
    if person.opted_out {
        return Err(Failed::new("RECIPIENT_NOT_OPTED_IN"));
    }
    if person.blocked {
        return Err(Failed::new("RECIPIENT_NOT_REACHABLE"));
    }
    if let Content::Template { name, language, parameters } = content {
        let mut named = app.templates.iter().filter(|template| template.name == *name).peekable();
        named.peek().ok_or_else(|| Failed::new("TEMPLATE_NOT_FOUND"))?;
        let template = named.find(|template| template.language == *language);
        let template = template.ok_or_else(|| Failed::new("TEMPLATE_NON_EXISTING_LANGUAGE_OR_VERSION"))?;
        let filled = (1..=template.gaps).all(|gap| parameters.contains_key(&format!("body[{gap}]text")));
        let fits = filled && parameters.len() == template.gaps;
        return fits.then_some(()).ok_or_else(|| Failed::new("TEMPLATE_INSUFFICIENT_PARAMETERS"));
    }
    let open = person.last_event_at.is_some_and(|at| clock::now() - at <= WINDOW);
    open.then_some(()).ok_or_else(|| Failed::new("OUTSIDE_ALLOWED_SENDING_WINDOW"))
}

/// The message as the phone shows it.
async fn made(world: &World, content: Content) -> Result<PhoneMessage, Failed> {
    let shown = PhoneMessage::default();
    Ok(match content {
        Content::Text(text) if text.chars().count() > TEXT => return Err(Failed::new("BAD_REQUEST")),
        Content::Text(text) => PhoneMessage { text: Some(text), ..shown },
        Content::Media { caption: Some(caption), .. } if caption.chars().count() > CAPTION => {
            return Err(Failed::new("BAD_REQUEST"));
        }
        Content::Media { url, name, caption } => {
            PhoneMessage { file: Some(fetched(world, &url, name).await?), text: caption, ..shown }
        }
        Content::Place { latitude, longitude, title } => {
            PhoneMessage { place: Some((latitude, longitude, title)), ..shown }
        }
        Content::Template { name, parameters, .. } => {
            let words = parameters.values().filter_map(Value::as_str).map(str::to_owned).collect();
            PhoneMessage { template: Some((name, words)), ..shown }
        }
    })
}

/// Fetches a file as Sinch does: its head first, to see what it is, and then all of it.
async fn fetched(world: &World, url: &str, name: Option<String>) -> Result<PhoneFile, Failed> {
    let unreachable = || Failed::new("MEDIA_NOT_REACHABLE");
    let head = world.http.head(url).timeout(FETCH_PATIENCE).send().await.map_err(|_| unreachable())?;
    let head = head.error_for_status().map_err(|_| unreachable())?;
    let content_type = head.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let content_type =
        content_type.ok_or_else(|| Failed::finer("MEDIA_TYPE_UNSUPPORTED", "MEDIA_TYPE_UNDETERMINED"))?;
    let largest = largest(&content_type).ok_or_else(|| Failed::new("MEDIA_TYPE_UNSUPPORTED"))?;
    let answer = world.http.get(url).timeout(FETCH_PATIENCE).send().await.map_err(|_| unreachable())?;
    let answer = answer.error_for_status().map_err(|_| unreachable())?;
    let bytes = answer.bytes().await.map_err(|_| unreachable())?;
    if bytes.len() > largest {
        return Err(Failed::new("MEDIA_TOO_LARGE"));
    }
    let last = url.split('?').next().and_then(|url| url.rsplit('/').next()).unwrap_or_default();
    let name = name.unwrap_or_else(|| last.to_owned());
    Ok(PhoneFile { name, content_type, length: Some(bytes.len()), url: url.to_owned() })
}

/// WhatsApp's limits, in bytes.
fn largest(content_type: &str) -> Option<usize> {
    const MB: usize = 1_000_000;
    match content_type.split(';').next().unwrap_or_default().trim() {
        "image/jpeg" | "image/png" => Some(5 * MB),
        "image/webp" => Some(MB / 10),
        "video/mp4" | "video/3gpp" | "audio/aac" | "audio/amr" | "audio/mp4" | "audio/mpeg" | "audio/ogg" => {
            Some(16 * MB)
        }
        other if ["image/", "video/", "audio/"].iter().any(|kind| other.starts_with(kind)) => None,
        _ => Some(100 * MB),
    }
}
