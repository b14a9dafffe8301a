//! The form of each setting: what is clearly wrong is refused with a sentence before anyone else is asked. Pure.

use std::net::IpAddr;

use ipnet::IpNet;
use secrecy::SecretString;
use shared::channel::whatsapp;
use shared::openchannel::account;
use shared::openchannel::url::ReceiveUrl;
use url::Url;

type Form<T> = Result<T, &'static str>;

/// The most networks that may use the shared Reply URL for one integration.
pub(super) const MOST_SOURCES: usize = 50;
/// Motion's API keys are long (signed tokens), and so may Receive URLs be that hold one.
const LONGEST_SECRET: usize = 2048;
const TOO_LONG: &str = "is longer than 2048 characters";

/// What people call it: one line.
pub(super) fn name(text: &str) -> Form<String> {
    line(text, 100).ok_or("must be a name of 1 to 100 characters in one line")
}

/// A token of a platform or of Motion.
pub(super) fn token(text: &str) -> Form<SecretString> {
    visible(text, 8, LONGEST_SECRET).ok_or("must be 8 to 2048 characters without blanks; copy it again as a whole")
}

/// A short secret that people type into a form elsewhere.
pub(super) fn key(text: &str) -> Form<SecretString> {
    visible(text, 8, 256).ok_or("must be 8 to 256 characters without blanks")
}

/// An id of digits, as Meta gives them.
pub(super) fn digits(text: &str) -> Form<String> {
    let id = text.trim();
    let fits = (5..=24).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| id.to_owned()).ok_or("must be an id of 5 to 24 digits")
}

/// An id of Twilio: two letters that say what of, and 32 hexadecimal digits.
pub(super) fn sid(text: &str, kind: &str) -> Result<String, String> {
    let id = text.trim();
    let digits = id.strip_prefix(kind).unwrap_or_default();
    let fits = digits.len() == 32 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    fits.then(|| id.to_owned()).ok_or_else(|| format!("must be {kind} and 32 hexadecimal digits"))
}

/// An id or a name of one word.
pub(super) fn word(text: &str) -> Form<String> {
    let word = text.trim();
    let fits = (1..=128).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    fits.then(|| word.to_owned()).ok_or("must be 1 to 128 letters, digits, dashes and underscores")
}

/// A telephone number with its country code.
pub(super) fn telephone(text: &str) -> Form<String> {
    let number = whatsapp::identity::number(text).ok_or("must be a telephone number with its country code")?;
    Ok(number.as_str().to_owned())
}

/// The name of an HTTP header of one's own.
pub(super) fn header_name(text: &str) -> Form<String> {
    const OURS: [&str; 4] = ["authorization", "host", "content-type", "content-length"];
    let name = http::HeaderName::from_bytes(text.trim().as_bytes()).map_err(|_| "must be the name of a header")?;
    if OURS.contains(&name.as_str()) { Err("is a header that HTTP itself uses") } else { Ok(name.as_str().to_owned()) }
}

/// A host of Kaleyra's API.
pub(super) fn kaleyra_host(text: &str) -> Form<String> {
    let host = text.trim().to_ascii_lowercase();
    let region = host.strip_suffix(".kaleyra.io").or_else(|| host.strip_suffix(".kaleyra.ai")).unwrap_or_default();
    let fits = region == "api"
        || region
            .strip_prefix("api.")
            .is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_lowercase()) && !name.is_empty());
    fits.then_some(host).ok_or("must be a host of Kaleyra's API, such as api.in.kaleyra.io")
}

/// A user who shows a password too.
pub(super) fn user(text: &str) -> Form<String> {
    line(text, 256).filter(|user| !user.contains(':')).ok_or("must be a user's name without a colon")
}

/// A password: blanks belong to it.
pub(super) fn password(text: &str) -> Form<SecretString> {
    let fits = !text.is_empty() && text.chars().count() <= 1024 && !text.chars().any(char::is_control);
    fits.then(|| SecretString::from(text)).ok_or("must be a password of 1 to 1024 characters")
}

/// Motion's id of the Open Channel account.
pub(super) fn desk_account(text: &str) -> Form<String> {
    let id = text.trim();
    let fits = (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    fits.then(|| id.to_owned()).ok_or("must be the id of the Open Channel account, the number in its Receive URL")
}

/// Where Motion takes messages. The sentence for a wrong one is the desk's own.
pub(super) fn receive_url(text: &str) -> Result<ReceiveUrl, String> {
    if text.len() > LONGEST_SECRET {
        return Err(TOO_LONG.to_owned());
    }
    text.parse::<ReceiveUrl>().map_err(|problem| problem.to_string())
}

/// The base of Motion's API. The sentence for a wrong one is the desk's own.
pub(super) fn api_base_url(text: &str) -> Result<Url, String> {
    if text.len() > LONGEST_SECRET {
        return Err(TOO_LONG.to_owned());
    }
    account::api_base(text).map_err(|problem| problem.to_string())
}

/// The value of a contact field that every message sets.
pub(super) fn field_value(text: &str) -> Form<String> {
    line(text, 500).ok_or("must be text of 1 to 500 characters in one line")
}

/// The name of a template at its platform, or its id.
pub(super) fn template(text: &str) -> Form<String> {
    plain(text, 512, |c| !c.is_whitespace()).ok_or("must be the name or the id of a template, without blanks")
}

/// The language of a template, as platforms write it.
pub(super) fn language(text: &str) -> Form<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    plain(text, 15, fits).ok_or("must be the template's language, such as it or pt_BR")
}

/// The name of a gap in a template.
pub(super) fn gap_name(text: &str) -> Form<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    plain(text, 100, fits).ok_or("must be the gap's name as the template has it, such as first_name")
}

/// A network or a single address that answers may come from. The whole internet is none.
pub(super) fn network(text: &str) -> Form<IpNet> {
    let text = text.trim();
    let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    let network = network.map_err(|_| "must be an address or a network, such as 192.0.2.10 or 198.51.100.0/24")?;
    let widest = if network.addr().is_ipv4() { 8 } else { 32 };
    if network.prefix_len() < widest {
        return Err("is wider than one network can be (/8, or /32 for IPv6): anyone could answer in your name");
    }
    Ok(network.trunc())
}

fn plain(text: &str, longest: usize, fits: impl Fn(char) -> bool) -> Option<String> {
    line(text, longest).filter(|text| text.chars().all(fits))
}

fn line(text: &str, longest: usize) -> Option<String> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= longest && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

fn visible(text: &str, shortest: usize, longest: usize) -> Option<SecretString> {
    let text = text.trim();
    let fits = (shortest..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| SecretString::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong<T>(read: impl Fn(&str) -> Form<T>, texts: &[&str]) {
        for text in texts {
            assert!(read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn names() {
        assert_eq!(name(" Tiles, Milan ✿ ").unwrap(), "Tiles, Milan ✿");
        wrong(name, &["", "  ", "a\nb", &"x".repeat(101)]);
    }

    #[test]
    fn secrets() {
        assert!(token(" EAAGm0PX4ZCpsBA|x_-.= ").is_ok());
        wrong(token, &["", "short", "EAAG two words", "EAAGümlaut", &"x".repeat(2049)]);
        assert!(key("0123456789abcdef").is_ok());
        wrong(key, &["", "1234567", &"x".repeat(257)]);
        assert!(password(" ").is_ok());
        wrong(password, &["", "a\tb", &"x".repeat(1025)]);
        assert!(user("admin@example.com").is_ok());
        wrong(user, &["", "a:b", "a\nb"]);
    }

    #[test]
    fn accounts() {
        for id in ["2", "17", "5f0c-aa"] {
            assert_eq!(desk_account(id).unwrap(), id);
        }
        wrong(desk_account, &["", "a/b", "1?x", "ü", &"9".repeat(65)]);
    }

    #[test]
    fn addresses() {
        assert_eq!(api_base_url("https://motion.example.com/api/").unwrap().as_str(), "https://motion.example.com/api");
        assert!(api_base_url(&format!("https://motion.example.com/{}", "x".repeat(2048))).is_err());
        assert!(receive_url(&format!("https://motion.example.com/{}", "x".repeat(2048))).is_err());
    }

    #[test]
    fn networks() {
        for (text, expected) in [
            ("192.0.2.10", "192.0.2.10/32"),
            ("198.51.100.7/24", "198.51.100.0/24"),
            ("2001:db8::/32", "2001:db8::/32"),
        ] {
            assert_eq!(network(text).unwrap().to_string(), expected);
        }
        wrong(network, &["", "0.0.0.0/0", "128.0.0.0/1", "::/0", "10.0.0.0/33", "example.com", "10.0.0"]);
    }
}
