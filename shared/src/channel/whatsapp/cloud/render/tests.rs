use bytes::Bytes;

use super::*;
use crate::channel::Variable;
use crate::id::CustomerId;

fn sent(to: &str, aliases: &[&str], content: Content) -> Value {
    let aliases: Vec<CustomerId> = aliases.iter().map(|id| CustomerId::new(*id)).collect();
    message(OutMessage {
        to: &CustomerId::new(to),
        aliases: &aliases,
        content,
        human_agent: false,
        correlation: "01JDB6Z2H4N8V5QK3W7XR9TYCM".parse().unwrap(),
        part: 1,
    })
}

fn file(content_type: &str, caption: Option<&str>) -> OutFile {
    let caption = caption.map(str::to_owned);
    OutFile { name: "Rückgabe.bin".to_owned(), content_type: content_type.to_owned(), caption }
}

fn template(variables: Vec<Variable>) -> Content {
    Content::Template(Template { name: "hello_again".to_owned(), language: "pt_BR".to_owned(), variables })
}

#[test]
fn every_message_is_as_its_snapshot_says() {
    let link = || Handed::Link("https://hub.example.com/files/abc".parse().unwrap());
    let id = || Handed::Id("1203344556677889".to_owned());
    let location = |name: &str| Content::Location {
        latitude: "53.550341".to_owned(),
        longitude: " 10.000654".to_owned(),
        name: name.to_owned(),
    };
    let variable = |name: Option<&str>| Variable { name: name.map(str::to_owned), text: "Marlene".to_owned() };
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (name, content) in [
        ("text", Content::Text("Grüße 👋 https://shop.example".to_owned())),
        ("image-with-caption", Content::File(file("image/jpeg", Some("the tile")), id())),
        ("document", Content::File(file("application/pdf", None), id())),
        ("document-by-link", Content::File(file("application/pdf", Some("the form")), link())),
        ("audio", Content::File(file("audio/ogg; codecs=opus", Some("never shown")), id())),
        ("location", location("Rathausmarkt")),
        ("location-without-name", location(" ")),
        ("template-without-gaps", template(Vec::new())),
        ("template-counted-gaps", template(vec![variable(None), variable(None)])),
        ("template-named-gaps", template(vec![variable(Some("first_name"))])),
    ] {
        let object = sent("DE.4417720931885523670", &["4915750160042"], content);
        settings.bind(|| insta::assert_snapshot!(name, format!("{object:#}")));
    }
}

#[test]
fn a_number_goes_before_a_user_id_and_never_beside_it() {
    let text = || Content::Text("hi".to_owned());
    let table = [
        ("DE.1", vec!["4915750160042"], Some("+4915750160042"), None),
        ("4915750160042", vec!["DE.1"], Some("+4915750160042"), None),
        ("4915750160042", vec!["4915750169999", "DE.2"], Some("+4915750169999"), None),
        ("DE.1", vec![], None, Some("DE.1")),
        ("DE.1", vec!["DE.2"], None, Some("DE.2")),
    ];
    for (to, aliases, number, user_id) in table {
        let object = sent(to, &aliases, text());
        assert_eq!(object.get("to").and_then(Value::as_str), number, "{to} {aliases:?}");
        assert_eq!(object.get("recipient").and_then(Value::as_str), user_id, "{to} {aliases:?}");
    }
}

#[test]
fn what_cannot_be_sent_as_it_is_becomes_words() {
    let body = |content| sent("4915750160042", &[], content)["text"]["body"].clone();
    let bytes = Content::File(file("image/png", None), Handed::Bytes(Bytes::from_static(b"x")));
    assert_eq!(body(bytes), "Rückgabe.bin");
    let (latitude, longitude) = ("53° N".to_owned(), "10".to_owned());
    assert_eq!(body(Content::Location { latitude, longitude, name: "Hamburg".to_owned() }), "Hamburg 53° N, 10");
}

#[test]
fn words_below_a_file_are_left_out_where_they_are_too_long() {
    let caption = |length: usize| {
        let file = file("image/png", Some(&"ä".repeat(length)));
        sent("4915750160042", &[], Content::File(file, Handed::Id("1".to_owned())))["image"].get("caption").is_some()
    };
    assert!(caption(1024) && !caption(1025));
}
