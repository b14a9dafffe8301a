use std::fmt::Write as _;

use super::*;
use crate::http::Auth;
use crate::http::Field;

const MARK_OF_PART: &str = "hub:01JDB6Z2H4N8V5QK3W7XR9TYCM:1";

fn shown(outgoing: &Outgoing) -> String {
    let url = masked(outgoing.url.as_str());
    let mut shown = format!("{} {url}\n", outgoing.method);
    match &outgoing.auth {
        Auth::Bearer(_) => shown.push_str("Authorization: Bearer ***\n"),
        _ => panic!("not a bearer token"),
    }
    match &outgoing.body {
        OutBody::Empty | OutBody::Form(_) => {}
        OutBody::Json(value) => writeln!(shown, "\n{value:#}").unwrap(),
        OutBody::Multipart(fields) => {
            for field in fields {
                match field {
                    Field::Text { name, value } => writeln!(shown, "{name} = {value}").unwrap(),
                    Field::File { name, file_name, content_type, bytes } => {
                        writeln!(shown, "{name} = {file_name:?} {content_type} {} bytes", bytes.len()).unwrap();
                    }
                }
            }
        }
    }
    assert!(!shown.contains("token-of-page"));
    shown
}

fn masked(url: &str) -> String {
    match url.split_once("appsecret_proof=") {
        Some((before, proof)) => {
            assert!(proof.len() == 64 && proof.bytes().all(|byte| byte.is_ascii_hexdigit()), "{proof}");
            format!("{before}appsecret_proof=***")
        }
        None => url.to_owned(),
    }
}

fn with_page(base: &str, app_secret: Option<&str>, request: impl FnOnce(&Page<'_>) -> Outgoing) -> String {
    let (base, token) = (Url::parse(base).unwrap(), SecretString::from("token-of-page"));
    let app_secret = app_secret.map(SecretString::from);
    let page =
        Page { base: &base, version: "v26.0", id: "218840075512346", token: &token, app_secret: app_secret.as_ref() };
    shown(&request(&page))
}

fn graph(request: impl FnOnce(&Page<'_>) -> Outgoing) -> String {
    with_page("https://graph.facebook.com", Some("secret"), request)
}

fn ingrid() -> CustomerId {
    CustomerId::new("7304418829920156")
}

fn snapshot(name: &str, request: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, request));
}

fn price_list(content_type: &str) -> File {
    File {
        name: "Preisliste \"2026\" ü.pdf".to_owned(),
        content_type: content_type.to_owned(),
        bytes: Bytes::from_static(b"%PDF-1.7"),
    }
}

#[test]
fn every_request_is_as_its_snapshot_says() {
    let to = ingrid();
    let web = CustomerId::new("user_ref:web-77");
    let back = "It is \"back\" 👋";
    for (name, request) in [
        ("text", graph(|page| text(page, &to, Mode::Response, MARK_OF_PART, back))),
        ("text-human-agent", graph(|page| text(page, &to, Mode::HumanAgent, MARK_OF_PART, back))),
        ("text-user-ref", graph(|page| text(page, &web, Mode::Response, MARK_OF_PART, back))),
        ("file", graph(|page| file(page, &to, Mode::Response, MARK_OF_PART, price_list("application/pdf")))),
        ("image-human-agent", graph(|page| file(page, &to, Mode::HumanAgent, MARK_OF_PART, price_list("image/png")))),
        ("profile", graph(|page| profile(page, &to).unwrap())),
        ("me", graph(me)),
        ("owner", graph(owner)),
        ("subscribe", graph(|page| subscribe(page, &FIELDS))),
        ("subscribe-least", graph(|page| subscribe(page, &LEAST_FIELDS))),
        ("unsubscribe", graph(unsubscribe)),
    ] {
        snapshot(name, &request);
    }
}

#[test]
fn the_base_may_have_a_path_and_the_proof_may_be_missing() {
    for base in ["http://127.0.0.1:9000/graph", "http://127.0.0.1:9000/graph/"] {
        assert_eq!(
            with_page(base, None, unsubscribe),
            "DELETE http://127.0.0.1:9000/graph/v26.0/218840075512346/subscribed_apps\nAuthorization: Bearer ***\n"
        );
        assert_eq!(
            with_page(base, Some(""), me),
            "GET http://127.0.0.1:9000/graph/v26.0/me?fields=id%2Cname%2Ccategory\nAuthorization: Bearer ***\n"
        );
    }
}

#[test]
fn only_a_person_with_an_id_has_a_profile() {
    let (base, token) = (Url::parse("https://graph.facebook.com").unwrap(), SecretString::from("t"));
    let page = Page { base: &base, version: "v26.0", id: "1", token: &token, app_secret: None };
    assert!(profile(&page, &CustomerId::new("user_ref:web-77")).is_none());
    assert!(profile(&page, &CustomerId::nobody()).is_none());
}

#[test]
fn an_id_never_leaves_its_place_in_the_address() {
    let strange = CustomerId::new("../me?fields=x#y");
    assert!(graph(|page| profile(page, &strange).unwrap()).contains("/v26.0/..%2Fme%3Ffields=x%23y?fields=first_name"));
}

#[test]
fn the_kind_of_a_file_follows_its_type() {
    for (content_type, expected) in [
        ("image/jpeg", "image"),
        ("IMAGE/PNG", "image"),
        ("image/svg+xml", "file"),
        ("image/heic", "file"),
        ("audio/ogg; codecs=opus", "audio"),
        ("video/mp4", "video"),
        ("application/pdf", "file"),
        ("text/plain; charset=utf-8", "file"),
        ("", "file"),
        ("image", "file"),
    ] {
        assert_eq!(attachment_type(content_type), expected, "{content_type}");
    }
}

#[test]
fn the_mark_names_the_answer_and_its_part_and_is_known_again() {
    let correlation = CorrelationId::generate();
    assert_eq!(mark(&correlation, 2), format!("hub:{correlation}:2"));
    assert!(LEAST_FIELDS.iter().all(|field| FIELDS.contains(field)));
}
