use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::openchannel::shown::fixture;

const JSON: Option<&str> = Some("application/json; charset=utf-8");
const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

fn facebook() -> ContactField {
    ContactField::Facebook
}

fn sent(posted: Result<Posted, ReplyError>) -> Reply {
    match posted.unwrap() {
        Posted::Reply(reply) => reply,
        Posted::Internal => panic!("taken for internal"),
    }
}

fn of(body: &Value) -> Result<Posted, ReplyError> {
    read(JSON, body.to_string().as_bytes(), facebook())
}

#[test]
fn every_fixture_is_read() {
    let table = [
        ("reply.text.json", "facebook"),
        ("reply.text.documented-only.json", "facebook"),
        ("reply.attachment.json", "facebook"),
        ("reply.thread.json", "facebook"),
        ("reply.x.thread.json", "twitter"),
        ("reply.whatsapp.json", "phone"),
        ("reply.bot.json", "facebook"),
        ("reply.v1.json", "facebook"),
    ];
    let read: Vec<String> = table
        .iter()
        .map(|(name, map_key)| format!("{name} {:#?}", sent(read(JSON, &fixture(name), map_key.parse().unwrap()))))
        .collect();
    insta::assert_snapshot!(read.join("\n\n"));
}

#[test]
fn the_same_answer_comes_in_many_dresses() {
    let text = r#"{"id":40560,"body":"Ciao è 😀","Contact":{"facebook":"4410022003300441"}}"#;
    let expected = sent(read(JSON, text.as_bytes(), facebook()));
    let form = "id=40560&body=Ciao+%C3%A8+%F0%9F%98%80&";
    let dresses: Vec<(Option<&str>, Vec<u8>)> = vec![
        (Some("APPLICATION/JSON"), text.into()),
        (Some("text/plain"), text.into()),
        (Some("application/vnd.api+json"), text.into()),
        (Some("application/octet-stream"), text.into()),
        (None, text.into()),
        (FORM, text.into()),
        (JSON, format!("\u{feff}{text}").into()),
        (JSON, format!(" \r\n{text}\n").into()),
        (JSON, r#"{"id":"40560","body":"Ciao \u00e8 \ud83d\ude00","contact":{"facebook":4410022003300441}}"#.into()),
        (JSON, r#"{"id":40560,"body":"Ciao è 😀","Contact":"{\"facebook\":\"4410022003300441\"}"}"#.into()),
        (FORM, format!("{form}Contact[facebook]=4410022003300441").into()),
        (FORM, format!("{form}Contact%5Bfacebook%5D=4410022003300441&contact%5Bfacebook%5D=4410022003300441").into()),
        (FORM, format!("{form}Contact=%7B%22facebook%22%3A4410022003300441%7D").into()),
        (Some("application/x-www-form-urlencoded; charset=UTF-8"), format!("{form}to=4410022003300441").into()),
        (None, format!("{form}contact[facebook]=%404410022003300441").into()),
    ];
    for (content_type, body) in dresses {
        let read = sent(read(content_type, &body, facebook()));
        assert_eq!(read, expected, "{}", String::from_utf8_lossy(&body));
    }
}

#[test]
fn ids_keep_every_digit() {
    for id in
        ["44100220033004417", "9007199254740993", "18446744073709551616", "340282366920938463463374607431768211457"]
    {
        let body = format!(
            r#"{{"id":{id},"body":"x","OpenchannelAccountId":{id},"UserId":{id},"AttachmentId":{id},
                "Interaction":{{"threadId":{id}}},"Contact":{{"facebook":{id}}}}}"#
        );
        for body in [body.clone(), body.replace(id, &format!("\"{id}\""))] {
            let reply = sent(read(JSON, body.as_bytes(), facebook()));
            assert_eq!(reply.recipient.as_str(), id);
            assert_eq!(reply.thread.unwrap().as_str(), id);
            assert_eq!(reply.attachment.unwrap().as_str(), id);
            assert_eq!((reply.id.as_deref(), reply.account.as_deref()), (Some(id), Some(id)));
        }
    }
}

#[test]
fn the_recipient_is_found_or_the_answer_refused() {
    use ReplyError::{NoRecipient, TwoRecipients};
    let phone = ContactField::Phone;
    let twitter = ContactField::Twitter;
    let custom: ContactField = "cf_7".parse().unwrap();
    let table = [
        (json!({"Contact": {"facebook": " 12 "}}), facebook(), Ok("12")),
        (json!({"Contact": {"facebook": "12"}, "contact": {"facebook": 12}}), facebook(), Ok("12")),
        (json!({"Contact": {"facebook": null}, "contact": {"facebook": "12"}}), facebook(), Ok("12")),
        (json!({"Contact": [], "contact": {"facebook": "12"}}), facebook(), Ok("12")),
        (json!({"Contact": {"facebook": "12"}, "contact": {"facebook": "13"}}), facebook(), Err(TwoRecipients)),
        (json!({"Contact": {"facebook": "12"}, "to": "13"}), facebook(), Ok("12")),
        (json!({"Contact": {"phone": "12"}, "to": "13"}), facebook(), Err(NoRecipient)),
        (json!({"Contact": {}, "to": "13"}), facebook(), Err(NoRecipient)),
        (json!({"Contact": null, "to": "13"}), facebook(), Ok("13")),
        (json!({"to": 13}), facebook(), Ok("13")),
        (json!({"to": "none"}), facebook(), Err(NoRecipient)),
        (json!({"from": "13"}), facebook(), Err(NoRecipient)),
        (json!({"Contact": {"facebook": ""}}), facebook(), Err(NoRecipient)),
        (json!({"Contact": {"facebook": "None"}}), facebook(), Err(NoRecipient)),
        (json!({"Contact": {"facebook": "null"}}), facebook(), Err(NoRecipient)),
        (json!({"Contact": {"facebook": true}}), facebook(), Err(NoRecipient)),
        (json!({"Contact": {"facebook": {"id": "1"}}}), facebook(), Err(NoRecipient)),
        (json!({"Contact": {"facebook": ["1"]}}), facebook(), Err(NoRecipient)),
        (json!({"Contact": {"facebook": "1"}, "mapKey": "twitter"}), twitter, Err(NoRecipient)),
        (json!({"Contact": {"twitter": " @nordwind_fan "}}), twitter, Ok("nordwind_fan")),
        (json!({"Contact": {"twitter": "@"}}), twitter, Err(NoRecipient)),
        (json!({"Contact": {"phone": "+39 333 123-45.00"}}), phone, Ok("393331234500")),
        (json!({"Contact": {"phone": "0039 333 1234500"}}), phone, Ok("393331234500")),
        (json!({"Contact": {"phone": "IT.13491208655302741918"}}), phone, Ok("IT.13491208655302741918")),
        (json!({"Contact": {"phone": "none"}}), phone, Err(NoRecipient)),
        (json!({"Contact": {"phone": "+"}}), phone, Err(NoRecipient)),
        (json!({"Contact": {"phone": "+39 333"}, "contact": {"phone": "39333"}}), phone, Ok("39333")),
        (json!({"Contact": {"cf_7": "kiosk-0042"}}), custom, Ok("kiosk-0042")),
    ];
    for (mut body, map_key, expected) in table {
        body["body"] = "hello".into();
        let read = read(JSON, body.to_string().as_bytes(), map_key).map(|posted| sent(Ok(posted)).recipient);
        assert_eq!(read.as_ref().map(DeskId::as_str), expected.as_ref().copied(), "{body}");
    }
}

#[test]
fn text_or_file_is_needed() {
    let with = |fields: Value| {
        let mut body = json!({"Contact": {"facebook": "1"}});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        of(&body)
    };
    for nothing in
        [json!(null), json!(""), json!(" "), json!("null"), json!("undefined"), json!(false), json!({}), json!([1])]
    {
        let reply = sent(with(json!({"body": " hello\n", "AttachmentId": nothing})));
        assert_eq!(
            (reply.text.as_deref(), reply.attachment, reply.file_name),
            (Some(" hello\n"), None, None),
            "{nothing}"
        );
        assert_eq!(with(json!({"body": " \n", "AttachmentId": nothing})), Err(ReplyError::Empty), "{nothing}");
    }
    let reply = sent(with(json!({"body": "label.pdf", "AttachmentId": "6004"})));
    assert_eq!(
        (reply.text, reply.attachment.unwrap().as_str(), reply.file_name.as_deref()),
        (None, "6004", Some("label.pdf"))
    );
    let reply = sent(with(json!({"AttachmentId": 6004})));
    assert_eq!((reply.text, reply.attachment.unwrap().as_str(), reply.file_name), (None, "6004", None));
    for body in [json!(null), json!({"a": 1}), json!(true), json!(["x"])] {
        assert_eq!(with(json!({"body": body})), Err(ReplyError::Empty), "{body}");
    }
    assert_eq!(sent(with(json!({"body": 12.50}))).text.as_deref(), Some("12.5"));
    let half_an_emoji = br#"{"body":"ok \ud83d","Contact":{"facebook":"1"}}"#;
    let reply = sent(read(JSON, half_an_emoji, facebook()));
    assert!(reply.text.is_some_and(|text| text.starts_with("ok \u{fffd}")));
}

#[test]
fn a_thread_is_public_only_where_the_interaction_has_one() {
    let with = |interaction: Value| {
        sent(of(&json!({"body": "x", "Contact": {"facebook": "1"}, "Interaction": interaction}))).thread
    };
    assert_eq!(with(json!({"threadId": "100_200"})), Some(ThreadId::new("100_200")));
    for private in [
        json!(null),
        json!({}),
        json!({"threadId": null}),
        json!({"threadId": ""}),
        json!({"threadId": "null"}),
        json!("x"),
    ] {
        assert_eq!(with(private.clone()), None, "{private}");
    }
    let form = b"body=x&Contact[facebook]=1&Interaction[threadId]=100_200&Interaction[id]=3";
    assert_eq!(sent(read(FORM, form, facebook())).thread, Some(ThreadId::new("100_200")));
}

#[test]
fn internal_and_incoming_messages_are_no_answers() {
    for fields in [
        json!({"secret": true}),
        json!({"secret": "true"}),
        json!({"secret": 1}),
        json!({"direction": "in"}),
        json!({"direction": "IN", "body": "x", "Contact": {"facebook": "1"}}),
    ] {
        assert_eq!(of(&fields), Ok(Posted::Internal), "{fields}");
    }
    for fields in [json!({"secret": false}), json!({"secret": "0", "direction": "out"}), json!({"direction": null})] {
        let mut body = json!({"body": "x", "Contact": {"facebook": "1"}});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        assert!(matches!(of(&body), Ok(Posted::Reply(_))), "{body}");
    }
}

#[test]
fn unknown_fields_of_any_type_harm_nothing() {
    let body = br#"{"body":"x","Contact":{"facebook":"1","tags":[{"a":[]}],"url":{}},"interface":["SIP",{}],"agent":7,
        "UserId":{"id":3},"id":[1],"OpenchannelAccountId":null,"huge":1e999,"deep":[[[[[[[[]]]]]]]],"Interaction":[],
        "body2":"\ud800","body":"last wins"}"#;
    let reply = sent(read(JSON, body, facebook()));
    assert_eq!((reply.id, reply.account, reply.thread), (None, None, None));
    assert_eq!(reply.text.as_deref(), Some("last wins"));
}

#[test]
fn what_is_neither_json_nor_a_form_is_refused() {
    let deep = format!(r#"{{"body":"x","Contact":{}1{}}}"#, "[".repeat(200_000), "]".repeat(200_000));
    for (content_type, body) in [
        (JSON, &b""[..]),
        (JSON, b"null"),
        (JSON, b"[{\"body\":\"x\"}]"),
        (JSON, b"\"x\""),
        (JSON, b"{\"body\":\"x\""),
        (JSON, b"{\"body\":\"x\"} trailing"),
        (JSON, b"{\"body\":\"\xff\"}"),
        (JSON, b"body=x&Contact[facebook]=1"),
        (Some("multipart/form-data; boundary=b"), b"--b\r\nContent-Disposition: form-data; name=\"body\"\r\n\r\nx=1"),
        (Some("text/xml"), b"<a b=\"c\"/>"),
        (FORM, b"hello"),
    ] {
        assert_eq!(
            read(content_type, body, facebook()),
            Err(ReplyError::NotReadable),
            "{}",
            String::from_utf8_lossy(body)
        );
    }
    assert_eq!(read(JSON, deep.as_bytes(), facebook()), Err(ReplyError::NoRecipient));
}

fn has_code_and_message(read: &Result<Posted, ReplyError>) -> bool {
    read.as_ref().err().is_none_or(|error| {
        (400..500).contains(&error.status()) && !error.code().is_empty() && !error.to_string().is_empty()
    })
}

/// JSON as it might come: the names that are read, with values of every kind.
fn any_post() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "[0-9]{1,20}".prop_map(Value::from),
    ];
    let name = prop::sample::select(vec![
        "body",
        "Contact",
        "contact",
        "facebook",
        "to",
        "AttachmentId",
        "Interaction",
        "threadId",
        "id",
        "secret",
        "direction",
        "UserId",
        "other",
    ]);
    let value = leaf.prop_recursive(4, 40, 6, {
        let name = name.clone();
        move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::vec((name.clone(), inner), 0..6).prop_map(object_of),
            ]
        }
    });
    prop::collection::vec((name, value), 0..8).prop_map(object_of)
}

fn object_of(fields: Vec<(&'static str, Value)>) -> Value {
    Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300), kind in 0..4_usize) {
        let kind = [None, JSON, FORM, Some("text/plain")][kind];
        prop_assert!(has_code_and_message(&read(kind, &bytes, facebook())));
    }

    #[test]
    fn any_form_is_read_or_refused(body in "(body|Contact\\[facebook\\]|Contact|id|x\\[|\\[\\]|\\]|a\\[b\\]\\[c\\])=\\PC{0,20}(&\\PC{0,30}){0,5}") {
        prop_assert!(has_code_and_message(&read(FORM, body.as_bytes(), facebook())));
    }

    #[test]
    fn any_object_is_read_or_refused(body in any_post()) {
        let read = of(&body);
        prop_assert!(has_code_and_message(&read));
        if let Ok(Posted::Reply(reply)) = read {
            prop_assert!(!reply.recipient.as_str().trim().is_empty());
            prop_assert!(reply.text.as_ref().is_some_and(|text| !text.trim().is_empty()) != reply.attachment.is_some());
        }
    }
}
