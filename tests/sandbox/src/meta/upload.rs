//! Files that the page sends: uploaded, fetched from an address, or stored before.
//!
//! <https://developers.facebook.com/docs/messenger-platform/reference/attachment-upload-api>

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::customer::hosted;
use super::error::GraphError;
use super::media::File;
use super::outgoing::{FileSource, From, file_source, object};
use super::page::PageState;
use super::params::{FilePart, Params};
use super::phone::{FileKind, PhoneFile};
use crate::World;
use crate::ids;
use crate::watched::Watched;

/// The largest file, in bytes.
const LARGEST: usize = 25 << 20;
/// The largest image by address, in bytes.
const LARGEST_IMAGE_BY_URL: usize = 8 << 20;
const FETCH_PATIENCE: Duration = Duration::from_secs(75);

/// `POST /{page}/message_attachments`: stores a file to be sent later, even more than once.
pub(super) async fn store(
    world: &Arc<World>,
    page: &Arc<Watched<PageState>>,
    params: &Params,
) -> Result<Value, GraphError> {
    let message = object(params, "message")?;
    let attachment = message.get("attachment").ok_or_else(|| GraphError::missing("message[attachment]"))?;
    let source = FileSource { reusable: true, ..file_source(attachment, params)? };
    let (_, id) = take(world, page, &source).await?;
    Ok(json!({ "attachment_id": id }))
}

/// Takes a file, and stores it where it is to be used again: then it has an id.
pub(super) async fn take(
    world: &Arc<World>,
    page: &Arc<Watched<PageState>>,
    source: &FileSource,
) -> Result<(PhoneFile, Option<String>), GraphError> {
    let file = match &source.from {
        From::Stored(id) => {
            let stored = page.read(|page| page.uploads.get(id).cloned()).ok_or_else(GraphError::unknown_attachment)?;
            return Ok((stored, None));
        }
        From::Upload(part) => uploaded(source.kind, part)?,
        From::Url(url) => fetched(world, source.kind, url).await?,
    };
    let file = hosted(world, file);
    let id = source.reusable.then(ids::decimal);
    if let Some(id) = &id {
        page.change(|page| page.uploads.insert(id.clone(), file.clone()));
    }
    Ok((file, id))
}

fn uploaded(kind: FileKind, part: &FilePart) -> Result<File, GraphError> {
    let name = part.name.as_deref().filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| GraphError::parameter("Must upload exactly one file"))?;
    let content_type = part.content_type.as_deref().unwrap_or("application/octet-stream");
    checked(kind, name, content_type, part.bytes.clone(), LARGEST)
}

async fn fetched(world: &World, kind: FileKind, url: &str) -> Result<File, GraphError> {
    let unreachable = |_| GraphError::file_unreachable();
    let answer = world.http.get(url).timeout(FETCH_PATIENCE).send().await.map_err(unreachable)?;
    let answer = answer.error_for_status().map_err(unreachable)?;
    let content_type = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or("application/octet-stream").to_owned();
    let name = answer.url().path_segments().and_then(|mut path| path.next_back()).unwrap_or("file").to_owned();
    let bytes = answer.bytes().await.map_err(unreachable)?;
    let largest = if kind == FileKind::Image { LARGEST_IMAGE_BY_URL } else { LARGEST };
    checked(kind, &name, &content_type, bytes, largest)
}

fn checked(kind: FileKind, name: &str, content_type: &str, bytes: Bytes, largest: usize) -> Result<File, GraphError> {
    if bytes.len() > largest {
        return Err(GraphError::file_too_large());
    }
    if bytes.is_empty() || (kind != FileKind::File && FileKind::of(content_type) != kind) {
        return Err(GraphError::wrong_file_type());
    }
    Ok(File::new(name, content_type, bytes).shown_as(kind))
}
