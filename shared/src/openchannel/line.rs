//! What the agent reads: every event becomes lines of text and files, never an empty message. Pure.

use unicode_segmentation::UnicodeSegmentation;

use crate::event::{DeliveryState, EchoSender, Event, EventKind, MediaFile, MediaKind, Message, Part};

/// How much of an earlier message is quoted, in characters as people count them.
const LONGEST_QUOTE: usize = 80;

/// What stands where a message has nothing that can be shown.
const EMPTY: &str = "[empty message]";

/// What the hub itself tells the agent stands behind this word.
const HUB: &str = "hub";

/// One message at the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeskPart {
    /// A text, clean and not empty.
    Text(String),
    /// A file to fetch and upload.
    File(MediaFile),
}

/// Why a file is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileTrouble<'a> {
    /// It could not be had yet.
    Pending,
    /// Motion does not take it from us: the integration lacks a working key.
    NoDeskKey,
    /// The platform does not give it to us: it no longer accepts the credential.
    NoCredential,
    /// It will not come, for this reason.
    Lost(&'a str),
}

/// What an event is at the desk, in the order in which it is posted: the text first, then each file. `quoted` is the text of
/// the earlier message that the event is about, if it is known. Nothing for what does not concern an agent.
pub fn posts(event: &Event, quoted: Option<&str>) -> Vec<DeskPart> {
    match &event.kind {
        EventKind::Message(message) => message_parts(message, quoted),
        EventKind::Edit { text, .. } => line("edited", text),
        EventKind::Deletion { .. } => line("deleted", &earlier(quoted)),
        EventKind::Reaction { emoji: Some(emoji), .. } => line("reaction", &format!("{emoji} to {}", earlier(quoted))),
        EventKind::Reaction { emoji: None, .. } => line("reaction removed", &format!("from {}", earlier(quoted))),
        EventKind::Status { state: DeliveryState::Failed, failure: Some(failure), .. } => {
            line(HUB, &format!("not delivered to the customer: {}. {}", earlier(quoted), failure.sentence))
        }
        EventKind::Echo { sender: EchoSender::Hub, .. } | EventKind::Status { .. } => Vec::new(),
        EventKind::Echo { message, sender: EchoSender::Inbox } => echo("answered in the Page inbox", message),
        EventKind::Echo { message, sender: EchoSender::PhoneApp } => echo("answered in the phone app", message),
        EventKind::Echo { message, sender: EchoSender::App(_) } => echo("answered by another app", message),
        EventKind::Notice { line, .. } => {
            line.iter().filter(|line| !line.trim().is_empty()).map(|line| DeskPart::Text(clean(line))).collect()
        }
    }
}

/// What a later event can quote of this one: the words of a message, else what its files are.
pub fn quotable(event: &Event) -> Option<String> {
    let (EventKind::Message(message) | EventKind::Echo { message, .. }) = &event.kind else { return None };
    let lines = words_or_files(message);
    (!lines.is_empty()).then(|| clean(&lines.join("\n")))
}

/// A message that may be at the desk already.
pub fn repeated(body: &str) -> String {
    labelled("possibly repeated", body)
}

/// What the hub itself has to tell the agent.
pub fn hub(text: &str) -> String {
    labelled(HUB, text)
}

/// What stands in place of a file that is not there.
pub fn file(kind: MediaKind, trouble: FileTrouble<'_>) -> String {
    let what = kind.word();
    labelled(
        "file",
        &match trouble {
            FileTrouble::Pending => format!("the {what} could not be fetched yet; the hub keeps trying for 24 hours"),
            FileTrouble::NoDeskKey => {
                format!(
                    "the {what} waits: the hub has no working key to hand files to Motion; an administrator must add it"
                )
            }
            FileTrouble::NoCredential => format!(
                "the {what} waits: the platform no longer accepts the hub's credential; an administrator must renew it"
            ),
            FileTrouble::Lost(why) => format!("the {what} could not be fetched: {why}"),
        },
    )
}

/// A text as every desk can show it: line breaks are kept, other control characters and what is no character are not.
/// Never empty.
pub fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}', '\u{85}', '\u{b}', '\u{c}'], "\n");
    let shown: String = text.chars().filter(|c| is_shown(*c)).map(|c| if c == '\t' { ' ' } else { c }).collect();
    let shown = shown.trim();
    if shown.is_empty() { EMPTY.to_owned() } else { shown.to_owned() }
}

fn is_shown(c: char) -> bool {
    let is_noncharacter = matches!(u32::from(c), 0xfdd0..=0xfdef) || u32::from(c) & 0xfffe == 0xfffe;
    matches!(c, '\n' | '\t') || !(c.is_control() || is_noncharacter || c == '\u{feff}')
}

fn message_parts(message: &Message, quoted: Option<&str>) -> Vec<DeskPart> {
    let mut lines = texts(message);
    if message.quotes.is_some() {
        lines.insert(0, labelled("reply to", &earlier(quoted)));
    }
    let files: Vec<DeskPart> = files(message).cloned().map(DeskPart::File).collect();
    let text = (!lines.is_empty() || files.is_empty()).then(|| DeskPart::Text(clean(&lines.join("\n"))));
    text.into_iter().chain(files).collect()
}

/// A message of our side: the agent sees that someone answered, and what.
fn echo(label: &str, message: &Message) -> Vec<DeskPart> {
    let text = DeskPart::Text(labelled(label, &words_or_files(message).join("\n")));
    std::iter::once(text).chain(files(message).cloned().map(DeskPart::File)).collect()
}

fn words_or_files(message: &Message) -> Vec<String> {
    let lines = texts(message);
    if lines.is_empty() { files(message).map(|file| file.kind.word().to_owned()).collect() } else { lines }
}

/// Everything of a message that can be read, words before lines.
fn texts(message: &Message) -> Vec<String> {
    let words = message.parts.iter().filter_map(|part| match part {
        Part::Text { text } => Some(text.clone()),
        _ => None,
    });
    let words: Vec<String> = words.collect();
    let lines = message.parts.iter().filter_map(readable);
    // Some platforms send the title of a tapped button as a text too.
    let lines = lines.filter(|line| !words.iter().any(|word| *line == labelled("choice", word)));
    words.iter().cloned().chain(lines).collect()
}

fn files(message: &Message) -> impl Iterator<Item = &MediaFile> {
    message.parts.iter().filter_map(|part| match part {
        Part::File(file) => Some(file),
        _ => None,
    })
}

/// A part that is neither words nor a file, as a line.
fn readable(part: &Part) -> Option<String> {
    match part {
        Part::Text { .. } | Part::File(_) => None,
        Part::Location { latitude, longitude, name, url } => {
            Some(labelled("location", &location(*latitude, *longitude, name.as_deref(), url.as_deref())))
        }
        Part::Shared { what, title, url } => {
            let shown: Vec<&str> = title.iter().chain(url).map(String::as_str).collect();
            Some(labelled(what, &shown.join(" ")))
        }
        Part::Choice { title, payload } => {
            let said = if title.trim().is_empty() { payload.as_deref().unwrap_or_default() } else { title };
            Some(labelled("choice", said))
        }
        Part::Line { label, text } => Some(labelled(label, text)),
        Part::Unsupported { what } => Some(format!("[unsupported message: {}]", one_line(what))),
    }
}

fn location(latitude: f64, longitude: f64, name: Option<&str>, url: Option<&str>) -> String {
    let (latitude, longitude) = (degrees(latitude), degrees(longitude));
    let map = format!("https://www.google.com/maps?q={latitude},{longitude}");
    let place = name.map(|name| format!(" {}", one_line(name))).unwrap_or_default();
    format!("{latitude}, {longitude}{place} {}", url.unwrap_or(&map))
}

/// At least four decimals, 11 metres, so that a place reads as one; as many more as the platform sent.
fn degrees(value: f64) -> String {
    let exact = value.to_string();
    let decimals = exact.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    if decimals < 4 { format!("{value:.4}") } else { exact }
}

fn earlier(quoted: Option<&str>) -> String {
    let Some(quoted) = quoted.map(one_line).filter(|quoted| !quoted.is_empty()) else {
        return "an earlier message".to_owned();
    };
    let mut letters = quoted.graphemes(true);
    let shown: String = letters.by_ref().take(LONGEST_QUOTE).collect();
    let rest = if letters.next().is_some() { "…" } else { "" };
    format!("\"{}{rest}\"", shown.trim_end())
}

fn line(label: &str, text: &str) -> Vec<DeskPart> {
    vec![DeskPart::Text(labelled(label, text))]
}

fn labelled(label: &str, text: &str) -> String {
    clean(&format!("[{}] {text}", one_line(label)))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
