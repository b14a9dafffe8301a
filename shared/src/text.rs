//! Cuts text for people: into messages that a platform takes, and short enough to quote. Never through a grapheme, which is
//! what a reader takes for one character (an emoji with its skin colour, a letter with its accents).

use unicode_segmentation::UnicodeSegmentation as _;

use crate::channel::TextUnit;

/// The text does not fit into the messages that one answer may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text does not fit into {parts} messages of {limit} {unit} each")]
pub struct TooLong {
    /// The most messages there may be.
    pub parts: usize,
    /// The longest message.
    pub limit: usize,
    /// What it is counted in.
    pub unit: TextUnit,
}

/// Splits a text into messages within `limit`, at blanks where there are any. Keeps everything but the blanks at the cuts
/// and at both ends, in order; no message is blank, so a blank text has none.
///
/// # Errors
/// [`TooLong`] where it would take more than `parts` messages, or one grapheme alone is over the limit.
pub fn split(text: &str, limit: usize, unit: TextUnit, parts: usize) -> Result<Vec<String>, TooLong> {
    let too_long = TooLong { parts, limit, unit };
    let mut found = Vec::new();
    let mut rest = without_leading_blanks(text);
    while !rest.is_empty() {
        if found.len() == parts {
            return Err(too_long);
        }
        let (part, after) = rest.split_at(cut(rest, limit, unit));
        if part.is_empty() {
            return Err(too_long);
        }
        found.push(part.to_owned());
        rest = without_leading_blanks(after);
    }
    Ok(found)
}

/// Where the longest message ends that `text` can begin with: after a word, or inside one that is over the limit itself.
/// `text` begins with no blank. Nought where not even its first grapheme fits.
fn cut(text: &str, limit: usize, unit: TextUnit) -> usize {
    let mut size = 0;
    let mut word_end = 0;
    let mut at_blank = None;
    for (start, grapheme) in text.grapheme_indices(true) {
        size += match unit {
            TextUnit::Characters => grapheme.chars().count(),
            TextUnit::Bytes => grapheme.len(),
        };
        if is_blank(grapheme) {
            at_blank = Some(word_end);
        } else if size > limit {
            return at_blank.unwrap_or(start);
        } else {
            word_end = start + grapheme.len();
        }
    }
    word_end
}

fn without_leading_blanks(text: &str) -> &str {
    let start = text.grapheme_indices(true).find(|(_, grapheme)| !is_blank(grapheme)).map_or(text.len(), |(at, _)| at);
    text.split_at(start).1
}

fn is_blank(grapheme: &str) -> bool {
    grapheme.chars().all(char::is_whitespace)
}

/// The text in one line of at most `characters`, with an ellipsis where something is left out.
pub fn shorten(text: &str, characters: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= characters {
        return line;
    }
    let mut short = String::new();
    let mut size = 1;
    for grapheme in line.graphemes(true) {
        size += grapheme.chars().count();
        if size > characters {
            break;
        }
        short.push_str(grapheme);
    }
    short.truncate(short.trim_end().len());
    if characters > 0 {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests;
