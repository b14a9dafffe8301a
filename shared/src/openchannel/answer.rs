//! What Motion says in an answer, in its own words and safe to show: never a token, never a page of HTML.

use url::Url;

use super::loose::Object;

/// The longest piece of Motion's own words that the hub shows, in characters.
const LONGEST_QUOTE: usize = 200;

/// The shortest part of a query that counts as a secret; anything shorter would blot out ordinary words.
const SHORTEST_SECRET: usize = 4;

/// Motion's own words as the end of a sentence, `: "..."`; empty where it says nothing readable. What `asked` held in its
/// query is blotted out: some servers repeat the address in their error.
pub(super) fn quote(body: &[u8], asked: &Url) -> String {
    let Some(said) = message(body) else { return String::new() };
    let shown: String = without_query(&said, asked).chars().filter(|c| !c.is_control()).take(LONGEST_QUOTE).collect();
    format!(": \"{}\"", shown.trim())
}

fn message(body: &[u8]) -> Option<String> {
    if let Some(object) = Object::in_bytes(body) {
        return object.word("message").or_else(|| object.word("error"));
    }
    let text = std::str::from_utf8(body).ok()?.trim();
    (!text.is_empty() && !text.starts_with(['<', '{', '['])).then(|| text.to_owned())
}

fn without_query(said: &str, asked: &Url) -> String {
    let mut secrets: Vec<String> = asked.query().into_iter().map(str::to_owned).collect();
    secrets.extend(asked.query_pairs().map(|(_, value)| value.into_owned()));
    secrets.retain(|secret| secret.len() >= SHORTEST_SECRET);
    secrets.iter().fold(said.to_owned(), |said, secret| said.replace(secret.as_str(), "***"))
}
