//! What a file really is and what to call it: its bytes count more than what was claimed of them. Pure.

use crate::event::MediaKind;

/// The longest file name, in characters.
const LONGEST_NAME: usize = 100;

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileType {
    /// Its MIME type, without parameters.
    pub mime: String,
    /// The ending of its name, without the dot; nothing where the type has no usual one.
    pub extension: Option<&'static str>,
}

impl FileType {
    fn of(mime: &str) -> Self {
        let extension = EXTENSIONS.iter().find(|(known, _)| *known == mime).map(|(_, extension)| *extension);
        Self { mime: mime.to_owned(), extension }
    }
}

/// The usual ending of a type's names.
const EXTENSIONS: [(&str, &str); 45] = [
    ("application/gzip", "gz"),
    ("application/json", "json"),
    ("application/msword", "doc"),
    ("application/octet-stream", "bin"),
    ("application/ogg", "ogx"),
    ("application/pdf", "pdf"),
    ("application/rtf", "rtf"),
    ("application/vnd.android.package-archive", "apk"),
    ("application/vnd.ms-excel", "xls"),
    ("application/vnd.ms-outlook", "msg"),
    ("application/vnd.ms-powerpoint", "ppt"),
    ("application/vnd.oasis.opendocument.presentation", "odp"),
    ("application/vnd.oasis.opendocument.spreadsheet", "ods"),
    ("application/vnd.oasis.opendocument.text", "odt"),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("application/xml", "xml"),
    ("application/zip", "zip"),
    ("audio/3gpp", "3gp"),
    ("audio/aac", "aac"),
    ("audio/amr", "amr"),
    ("audio/m4a", "m4a"),
    ("audio/mp4", "m4a"),
    ("audio/mpeg", "mp3"),
    ("audio/ogg", "ogg"),
    ("audio/opus", "opus"),
    ("audio/webm", "weba"),
    ("audio/x-m4a", "m4a"),
    ("audio/x-wav", "wav"),
    ("image/gif", "gif"),
    ("image/heic", "heic"),
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/svg+xml", "svg"),
    ("image/webp", "webp"),
    ("text/calendar", "ics"),
    ("text/csv", "csv"),
    ("text/html", "html"),
    ("text/plain", "txt"),
    ("text/vcard", "vcf"),
    ("text/x-vcard", "vcf"),
    ("text/xml", "xml"),
    ("video/3gpp", "3gp"),
    ("video/mp4", "mp4"),
];

/// Types that share one container: which of them it is only the sender can tell.
const FAMILIES: [&[&str]; 7] = [
    &[
        "application/zip",
        "application/epub+zip",
        "application/vnd.android.package-archive",
        "application/vnd.oasis.opendocument.presentation",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ],
    &[
        "application/x-ole-storage",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-outlook",
        "application/vnd.ms-powerpoint",
    ],
    &[
        "video/mp4",
        "video/x-m4v",
        "video/quicktime",
        "video/3gpp",
        "audio/3gpp",
        "audio/m4a",
        "audio/mp4",
        "audio/x-m4a",
    ],
    &["video/x-matroska", "video/webm", "audio/webm"],
    &["audio/ogg", "audio/opus", "video/ogg", "application/ogg"],
    &["image/heif", "image/heic"],
    &["text/xml", "application/xml", "image/svg+xml"],
];

/// Endings that mean the same type.
const SAME_EXTENSION: [&[&str]; 6] = [
    &["jpg", "jpeg", "jfif", "jpe"],
    &["html", "htm"],
    &["tif", "tiff"],
    &["heif", "heic"],
    &["ogg", "oga", "opus"],
    &["mp4", "m4v"],
];

/// What `bytes` are. `declared` is the type that the sender claims; it decides where the bytes leave it open.
pub fn sniff(bytes: &[u8], declared: Option<&str>) -> FileType {
    let declared = declared.map(essence);
    let declared = declared.as_deref().filter(|mime| mime.contains('/'));
    let text = is_text(bytes);
    let found = infer::get(bytes);
    match (found, declared) {
        // Some marks are only two letters long, which ordinary words begin with.
        (_, Some(declared)) if text && is_text_type(declared) => FileType::of(declared),
        (Some(found), Some(declared)) if same_family(found.mime_type(), declared) => FileType::of(declared),
        (Some(found), _) => FileType { mime: found.mime_type().to_owned(), extension: Some(found.extension()) },
        (None, _) if text => FileType::of("text/plain"),
        (None, Some(declared)) if !is_text_type(declared) && !has_mark(declared) => FileType::of(declared),
        (None, _) => FileType::of("application/octet-stream"),
    }
}

/// A name under which a file of `kind` can be kept anywhere: no path, nothing that steers a terminal or a screen, not too
/// long, and with the ending of what it is. `name` is what sender or server call it.
pub fn file_name(kind: MediaKind, name: Option<&str>, file_type: &FileType) -> String {
    let name = name.map(harmless).unwrap_or_default();
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && is_extension(extension) => (stem, Some(extension)),
        _ => (name.as_str(), None),
    };
    let (stem, extension) = match (extension, file_type.extension) {
        (Some(given), None) => (stem, given),
        (Some(given), Some(real)) if same_extension(given, real) || may_end_in(given, &file_type.mime) => (stem, given),
        // A known ending that lies is replaced; what only looks like one, as in "offer.v2", belongs to the name.
        (Some(given), Some(real)) if is_known_extension(given) => (stem, real),
        (_, Some(real)) => (name.as_str(), real),
        (None, None) => (name.as_str(), "bin"),
    };
    let stem = if stem.is_empty() { kind.word() } else { stem };
    let room = LONGEST_NAME.saturating_sub(extension.chars().count() + 1);
    let stem: String = stem.chars().take(room).collect();
    format!("{}.{extension}", stem.trim_end())
}

/// A MIME type without its parameters.
fn essence(mime: &str) -> String {
    mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0'))
}

fn is_text_type(mime: &str) -> bool {
    mime.starts_with("text/") || mime.ends_with("+xml") || matches!(mime, "application/json" | "application/xml")
}

/// Types that every file of begins with a mark for: without it, it is something else.
fn has_mark(mime: &str) -> bool {
    matches!(
        mime,
        "image/jpeg" | "image/png" | "image/gif" | "image/webp" | "application/pdf" | "application/zip" | "video/mp4"
    )
}

fn same_family(found: &str, declared: &str) -> bool {
    found == declared || FAMILIES.iter().any(|family| family.contains(&found) && family.contains(&declared))
}

fn same_extension(given: &str, real: &str) -> bool {
    let given = given.to_ascii_lowercase();
    given == real || SAME_EXTENSION.iter().any(|same| same.contains(&given.as_str()) && same.contains(&real))
}

/// Whether a file of which only `mime` is known may be what a name's ending says: a container holds many kinds, a text may be
/// any kind of text, and where nothing is known an ending that we do not know is the better word.
fn may_end_in(given: &str, mime: &str) -> bool {
    let given = given.to_ascii_lowercase();
    let mut known = EXTENSIONS.iter().filter(|(_, extension)| *extension == given).map(|(mime, _)| *mime).peekable();
    if known.peek().is_none() {
        return matches!(mime, "text/plain" | "application/octet-stream") && !is_known_extension(&given);
    }
    known.any(|known| same_family(mime, known) || (mime == "text/plain" && is_text_type(known)))
}

fn is_extension(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric())
}

fn is_known_extension(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    EXTENSIONS.iter().any(|(_, known)| *known == text)
        || SAME_EXTENSION.iter().any(|same| same.contains(&text.as_str()))
}

/// The last part of a path, without what a file system or a screen takes for an order.
fn harmless(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = last.chars().filter(|c| !c.is_control() && !is_direction_mark(*c));
    let kept: String =
        kept.map(|c| if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { c }).collect();
    kept.trim_matches(|c: char| c == '.' || c.is_whitespace()).to_owned()
}

/// Characters that turn the order of letters round, so that `exe.jpg` reads as `gpj.exe`.
const fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests;
