//! The platform's own words, made fit to be shown: one line, not too long, without anything that looks like a secret.

use crate::text::shorten;

const LONGEST: usize = 300;
const MASK: &str = "***";
/// So many digits together may be a telephone number.
const NUMBER: usize = 7;

/// Names whose value is a secret, however short it is.
const SECRET_NAMES: [&str; 9] = [
    "access_token",
    "appsecret_proof",
    "client_secret",
    "code",
    "fb_exchange_token",
    "input_token",
    "signed_request",
    "token",
    "verify_token",
];

/// The words to quote; nothing where there are none.
pub(in crate::channel) fn quoted(words: &str) -> Option<String> {
    let plain: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let short = shorten(&masked(&plain), LONGEST).replace('"', "'");
    (!short.is_empty()).then_some(short)
}

/// Some platforms name telephone numbers in their errors, which belong in no log.
pub(in crate::channel) fn without_numbers(words: &str) -> String {
    let mut shown = String::with_capacity(words.len());
    let mut digits = String::new();
    for c in words.chars().map(Some).chain([None]) {
        if let Some(digit) = c.filter(char::is_ascii_digit) {
            digits.push(digit);
            continue;
        }
        shown.push_str(if digits.len() >= NUMBER { MASK } else { &digits });
        digits.clear();
        shown.extend(c);
    }
    shown
}

/// Walks the text run by run of the characters that tokens are made of.
fn masked(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    // The signs that would make the next run the value of a secret's name; and whether one was there.
    let (mut signs, mut assigned): (&[char], bool) = (&[], false);
    for run in runs(text) {
        if !run.starts_with(in_token) {
            assigned |= run.contains(signs);
            masked.push_str(run);
            continue;
        }
        masked.push_str(if assigned || looks_secret(run) { MASK } else { run });
        assigned = false;
        signs = match run.to_ascii_lowercase() {
            name if !SECRET_NAMES.contains(&name.as_str()) => &[],
            // In a sentence, a colon after one of the plain words begins an explanation.
            name if name.contains('_') => &['=', ':'],
            _ => &['='],
        };
    }
    masked
}

/// The text in pieces that are wholly of token characters, or wholly not.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let inside = rest.chars().next().map(in_token)?;
        let end = rest.find(|c| in_token(c) != inside).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        Some(run)
    })
}

fn in_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '|')
}

/// Access tokens begin with EAA, IGA or IGQ, app tokens are `number|secret`, proofs are long hex; words have no digits.
fn looks_secret(run: &str) -> bool {
    let has_digit = run.bytes().any(|byte| byte.is_ascii_digit());
    let known = ["EAA", "IGA", "IGQ"].iter().any(|start| run.contains(start));
    (run.len() >= 20 && has_digit) || (run.len() >= 12 && known) || (run.contains('|') && has_digit)
}
