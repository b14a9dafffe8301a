//! Files on Meta's servers, both ways: stored under an id, told an address for five minutes, and given only to who shows the
//! token.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media>

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use http::header::AUTHORIZATION;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::WhatsAppCall;
use super::kind::{Kind, essence};
use super::phone::SentFile;
use super::state::NumberState;
use crate::faults::Fault;
use crate::meta::error::GraphError;
use crate::meta::graph::answer;
use crate::meta::media::{Fetch, File, body_of};
use crate::meta::params::Params;
use crate::{World, clock, ids};

/// How long an address works, in milliseconds.
const LINK_LIFE: i64 = 5 * 60 * 1000;

/// The files, by media id.
#[derive(Debug, Default)]
pub(super) struct Media(Mutex<BTreeMap<String, Stored>>);

#[derive(Debug)]
struct Stored {
    phone_number_id: String,
    file: File,
    links: Vec<Link>,
    fetches: Vec<Fetch>,
}

/// An address that was told.
#[derive(Debug)]
struct Link {
    hash: String,
    expires_at: i64,
}

impl Media {
    /// Stores a file for a number, and gives its id.
    pub(super) fn store(&self, phone_number_id: &str, file: File) -> SentFile {
        let id = ids::decimal();
        let sent = sent(&id, &file);
        let phone_number_id = phone_number_id.to_owned();
        let stored = Stored { phone_number_id, file, links: Vec::new(), fetches: Vec::new() };
        self.lock().insert(id, stored);
        sent
    }

    /// The file with this id, if it is of this number.
    pub(super) fn file(&self, phone_number_id: &str, id: &str) -> Option<SentFile> {
        let all = self.lock();
        let stored = all.get(id).filter(|stored| stored.phone_number_id == phone_number_id)?;
        Some(sent(id, &stored.file))
    }

    /// The number that a file belongs to.
    pub(super) fn owner(&self, id: &str) -> Option<String> {
        self.lock().get(id).map(|stored| stored.phone_number_id.clone())
    }

    /// A new address of a file.
    pub(super) fn link(&self, base: &str, id: &str, source: &str) -> Option<String> {
        let mut all = self.lock();
        let stored = all.get_mut(id)?;
        if let Some(elsewhere) = &stored.file.elsewhere {
            return Some(elsewhere.clone());
        }
        let (hash, expires_at) = (ids::letters(), clock::now() + LINK_LIFE);
        let ext = expires_at / 1000;
        let url = format!("{base}/graph/whatsapp_business/attachments/?mid={id}&source={source}&ext={ext}&hash={hash}");
        stored.links.push(Link { hash, expires_at });
        Some(url)
    }

    /// Ends the addresses of a file that were told so far.
    pub(super) fn expire(&self, id: &str) {
        for link in self.lock().get_mut(id).into_iter().flat_map(|stored| &mut stored.links) {
            link.expires_at = 0;
        }
    }

    /// Removes a file, and says whether it was there.
    pub(super) fn forget(&self, id: &str) -> bool {
        self.lock().remove(id).is_some()
    }

    pub(super) fn fetches(&self, id: &str) -> Vec<Fetch> {
        self.lock().get(id).map(|stored| stored.fetches.clone()).unwrap_or_default()
    }

    /// What a request for an address of a file gets.
    fn fetch(&self, id: &str, hash: &str, authorized: bool, opens: bool) -> Result<File, StatusCode> {
        let mut all = self.lock();
        let stored = all.get_mut(id).ok_or(StatusCode::NOT_FOUND)?;
        let alive = stored.links.iter().any(|link| link.hash == hash && link.expires_at > clock::now());
        let result = if !opens {
            Err(StatusCode::UNAUTHORIZED)
        } else if !alive {
            Err(StatusCode::NOT_FOUND)
        } else if stored.file.missing > 0 {
            stored.file.missing -= 1;
            Err(StatusCode::NOT_FOUND)
        } else {
            Ok(stored.file.clone())
        };
        let status = result.as_ref().map_or_else(StatusCode::as_u16, |_| 200);
        stored.fetches.push(Fetch { status, authorized });
        result
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Stored>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn sent(id: &str, file: &File) -> SentFile {
    SentFile {
        id: id.to_owned(),
        name: file.name.clone(),
        content_type: file.content_type.clone(),
        length: file.bytes.len(),
        bytes: file.bytes.clone(),
    }
}

/// `GET /graph/whatsapp_business/attachments/?mid=...&hash=...`, with the token of who may see the file.
pub(crate) async fn serve(State(world): State<Arc<World>>, request: Request) -> Response {
    let query: BTreeMap<String, String> =
        url::form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes()).into_owned().collect();
    let (id, hash) = (query.get("mid").cloned().unwrap_or_default(), query.get("hash").cloned().unwrap_or_default());
    let header = request.headers().get(AUTHORIZATION);
    let token = header.and_then(|value| value.to_str().ok()).and_then(|value| value.strip_prefix("Bearer "));
    let number = world.whatsapp.media.owner(&id).and_then(|owner| world.whatsapp.number(&owner));
    let opens = number.as_ref().is_some_and(|number| number.read(|number| token == Some(&number.token)));
    let authorized = header.is_some();
    let fault = number.and_then(|number| number.change(|number| number.faults.take(WhatsAppCall::Download)));
    let usual = async {
        match world.whatsapp.media.fetch(&id, &hash, authorized, opens) {
            Ok(file) => body_of(file),
            Err(StatusCode::UNAUTHORIZED) => answer(Err(GraphError::unknown_token().unauthorised())),
            Err(status) => status.into_response(),
        }
    };
    Fault::play(fault, usual).await
}

/// `POST /{number}/media`
pub(super) fn upload(world: &World, number: &NumberState, params: &Params) -> Result<Value, GraphError> {
    if params.text("messaging_product") != Some("whatsapp") {
        return Err(GraphError::missing("messaging_product"));
    }
    let part = params.file("file").ok_or_else(|| GraphError::missing("file"))?;
    let told = part.content_type.as_deref().unwrap_or("application/octet-stream");
    let content_type = params.text("type").unwrap_or(told);
    if part.content_type.is_some() && essence(told) != essence(content_type) {
        return Err(GraphError::whatsapp(131_053, "The type that was told is not the type of the file."));
    }
    let kind = Kind::stored(content_type);
    if !kind.takes(content_type) {
        let message = format!(
            "Param file must be a file with one of the following types: audio/aac, audio/mp4, audio/mpeg, audio/amr, \
             audio/ogg, audio/opus, application/pdf, text/plain, image/jpeg, image/png, image/webp, video/mp4, \
             video/3gpp. Received file of type '{content_type}'."
        );
        return Err(GraphError::parameter(message));
    }
    let largest = kind.largest(&part.bytes);
    if part.bytes.is_empty() || part.bytes.len() > largest {
        let details = format!("Media file size must be between 1 and {largest} bytes.");
        return Err(GraphError::whatsapp(131_053, details));
    }
    let name = part.name.as_deref().filter(|name| !name.is_empty()).ok_or_else(|| GraphError::missing("file"))?;
    let file = world.whatsapp.media.store(&number.phone_number_id, File::new(name, content_type, part.bytes.clone()));
    Ok(json!({ "id": file.id }))
}

/// `GET /{media}`
pub(super) fn lookup(world: &World, number: &NumberState, id: &str, params: &Params) -> Result<Value, GraphError> {
    let of = params.text("phone_number_id").unwrap_or(&number.phone_number_id);
    let missing = || GraphError::no_such_object("get", id);
    let file = world.whatsapp.media.file(of, id).ok_or_else(missing)?;
    let url = world.whatsapp.media.link(&world.url, id, "getMedia").ok_or_else(missing)?;
    Ok(json!({
        "url": url,
        "mime_type": file.content_type,
        "sha256": hex::encode(Sha256::digest(&file.bytes)),
        "file_size": file.length,
        "id": id,
        "messaging_product": "whatsapp",
    }))
}

/// The digest of a file as webhooks tell it.
pub(super) fn digest(file: &SentFile) -> String {
    STANDARD.encode(Sha256::digest(&file.bytes))
}
