use http::HeaderValue;
use proptest::prelude::*;

use super::*;

const SECRET: &str = "Yf0cQ3mJ8s5nVb2LxT7wKpRz4dHgA1uE";
const OLDER: &str = "older-secret";

fn guard() -> PathGuard {
    PathGuard { secrets: vec![SECRET.into(), OLDER.into()], ..PathGuard::default() }
}

fn with_header() -> PathGuard {
    let header = |name: &str, value: &str| FixedHeader { name: name.to_owned(), value: value.into() };
    PathGuard { headers: vec![header("X-Hub-Token", "the value"), header("X-Hub", "the one before")], ..guard() }
}

fn with_user() -> PathGuard {
    let user = |user: &str, password: &str| BasicUser { user: user.to_owned(), password: password.into() };
    PathGuard { users: vec![user("kaleyra", "pass:word"), user("before", "pass")], ..guard() }
}

fn with_sources() -> PathGuard {
    PathGuard { sources: vec!["192.0.2.0/24".parse().unwrap(), "2001:db8::/32".parse().unwrap()], ..guard() }
}

fn request(secret: &str, headers: &[(&'static str, &str)]) -> RawRequest {
    let mut request = RawRequest {
        path: format!("/webhooks/whatsapp/kaleyra/01JDB6Z2H4N8V5QK3W7XR9TYCM/{secret}"),
        ..Default::default()
    };
    for (name, value) in headers {
        request.headers.append(*name, HeaderValue::from_str(value).unwrap());
    }
    request
}

fn check(guard: Option<PathGuard>, request: &RawRequest) -> Result<(), Refused> {
    webhook(request, &WebhookKeys { guard, ..WebhookKeys::default() })
}

#[test]
fn whoever_knows_the_address_is_let_in() {
    let longer = format!("{SECRET}x");
    let table = [
        (SECRET, Ok(())),
        (OLDER, Ok(())),
        ("another", Err(Refused::WrongToken)),
        (&SECRET[1..], Err(Refused::WrongToken)),
        (&longer, Err(Refused::WrongToken)),
        ("", Err(Refused::WrongToken)),
    ];
    for (secret, expected) in table {
        assert_eq!(check(Some(guard()), &request(secret, &[])), expected, "{secret}");
    }
    assert_eq!(check(None, &request(SECRET, &[])), Err(Refused::WrongToken));
}

#[test]
fn without_a_secret_nothing_comes_in() {
    for secrets in [vec![], vec!["".into()]] {
        let guard = PathGuard { secrets, ..with_header() };
        assert_eq!(check(Some(guard), &request("", &[("x-hub-token", "the value")])), Err(Refused::WrongToken));
    }
}

#[test]
fn the_header_must_be_there_once_with_its_value() {
    let right = ("x-hub-token", "the value");
    let table = [
        (vec![right], Ok(())),
        (vec![("x-hub", "the one before")], Ok(())),
        (vec![("x-hub", "the value")], Err(Refused::WrongSignature)),
        (vec![], Err(Refused::WrongSignature)),
        (vec![("x-hub-token", "The value")], Err(Refused::WrongSignature)),
        (vec![right, ("x-hub-token", "another")], Err(Refused::WrongSignature)),
        (vec![("x-another", "the value")], Err(Refused::WrongSignature)),
    ];
    for (headers, expected) in table {
        assert_eq!(check(Some(with_header()), &request(SECRET, &headers)), expected, "{headers:?}");
    }
    assert_eq!(check(Some(with_header()), &request("another", &[right])), Err(Refused::WrongToken));
    let empty = FixedHeader { name: "x-hub-token".to_owned(), value: "".into() };
    let guard = PathGuard { headers: vec![empty], ..guard() };
    assert_eq!(check(Some(guard), &request(SECRET, &[("x-hub-token", "")])), Err(Refused::WrongSignature));
}

#[test]
fn the_user_must_be_the_one_with_the_password() {
    let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
    let table = [
        (basic("kaleyra:pass:word"), true),
        (basic("kaleyra:pass:word").replace("Basic", "basic"), true),
        (basic("before:pass"), true),
        (basic("kaleyra:pass"), false),
        (basic("before:pass:word"), false),
        (basic("other:pass:word"), false),
        (basic(""), false),
        (format!("Bearer {}", STANDARD.encode("kaleyra:pass:word")), false),
        ("Basic !!".to_owned(), false),
        ("Basic".to_owned(), false),
        (String::new(), false),
    ];
    for (value, is_in) in table {
        let request = request(SECRET, &[("authorization", &value)]);
        assert_eq!(check(Some(with_user()), &request).is_ok(), is_in, "{value}");
    }
    assert_eq!(check(Some(with_user()), &request(SECRET, &[])), Err(Refused::WrongSignature));
}

#[test]
fn a_call_must_come_from_a_listed_network() {
    let table = [
        (Some("192.0.2.7"), Ok(())),
        (Some("::ffff:192.0.2.7"), Ok(())),
        (Some("2001:db8::1"), Ok(())),
        (Some("198.51.100.7"), Err(Refused::WrongToken)),
        (None, Err(Refused::WrongToken)),
    ];
    for (source, expected) in table {
        let mut request = request(SECRET, &[]);
        request.source = source.map(|source| source.parse().unwrap());
        assert_eq!(check(Some(with_sources()), &request), expected, "{source:?}");
        assert_eq!(check(Some(guard()), &request), Ok(()), "{source:?}");
    }
}

proptest! {
    #[test]
    fn nobody_gets_in_by_chance(path in ".{0,80}", value in "[ -~]{0,80}") {
        let mut request = RawRequest { path, ..RawRequest::default() };
        request.headers.insert("authorization", HeaderValue::from_str(&value).unwrap());
        prop_assert!(check(Some(with_user()), &request).is_err());
    }
}
