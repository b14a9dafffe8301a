use serde_json::json;

use super::*;
use crate::openchannel::shown::{answer, fixture, shown};

fn url() -> ReceiveUrl {
    "https://motion.example.com/api/openchannel/accounts/12/notify?token=EXAMPLE_TOKEN".parse().unwrap()
}

fn post(from: &str, body: &str, map_key: &str, name: &str) -> Post {
    Post {
        from: DeskId::new(from),
        body: body.to_owned(),
        map_key: map_key.parse().unwrap(),
        contact: ContactFields::named(name),
        attachment: None,
        thread: None,
        external_url: None,
    }
}

fn described(mut post: Post, description: &str) -> Post {
    post.contact.set(ContactField::Description, description);
    post
}

#[test]
fn requests_are_those_of_the_fixtures() {
    let livia = |body| post("4410022003300441", body, "facebook", "Livia Conti");
    let fan = |body| {
        let mut post = post("nordwind_fan", body, "twitter", "");
        post.contact.set(ContactField::FirstName, "Nordwind Fan");
        post
    };
    let mut kiosk = post("kiosk-0042", "Assistance needed at kiosk 42", "cf_7", "");
    kiosk.contact.set(ContactField::FirstName, "Kiosk 42");
    let table = [
        (
            "receive.messenger.text.request.json",
            described(livia("Hi, where is my order 7719?"), "Created from a Messenger conversation"),
        ),
        (
            "receive.messenger.attachment.request.json",
            Post { attachment: Some(AttachmentId::new("5521")), ..livia("broken-parcel.jpg") },
        ),
        (
            "receive.facebook.comment.request.json",
            Post {
                thread: Some(ThreadId::new("100200300400500_600700800900100")),
                external_url: Some("https://www.facebook.com/100200300400500/posts/600700800900100".into()),
                ..described(
                    post("9900112233445566", "Your shop on Via Roma was closed today!", "facebook", "Renato de Luca"),
                    "Created from a Facebook post or comment",
                )
            },
        ),
        (
            "receive.x.mention.request.json",
            Post {
                thread: Some(ThreadId::new("1890000000000000123")),
                ..fan("@nordwind_support line 4 is late again")
            },
        ),
        ("receive.x.dm.request.json", fan("my ticket number is 88-120")),
        (
            "receive.whatsapp.text.request.json",
            post("393331234500", "Buongiorno, vorrei spostare l'appuntamento", "phone", "Ada"),
        ),
        ("receive.customfield.request.json", kiosk),
    ];
    for (name, post) in table {
        let mut built = payload(&post);
        let expected: Value = serde_json::from_slice(&fixture(name)).unwrap();
        if expected.get("AttachmentId").is_none() {
            // Without a file it is always sent as null, which the official plugin does too.
            assert_eq!(built.as_object_mut().unwrap().remove("AttachmentId"), Some(Value::Null));
        }
        assert_eq!(built, expected, "{name}");
    }
}

#[test]
fn a_request_carries_the_secret_of_its_address_and_shows_it_nowhere() {
    let request = request(&url(), &post("1", "hello", "facebook", ""));
    assert_eq!(request.url.query(), Some("token=EXAMPLE_TOKEN"));
    insta::assert_snapshot!(shown(&request), @r#"
    POST https://motion.example.com/api/openchannel/accounts/12/notify?token=(13 characters)
    {
      "AttachmentId": null,
      "body": "hello",
      "firstName": "1",
      "from": "1",
      "mapKey": "facebook",
      "phone": "none"
    }
    "#);
}

#[test]
fn the_map_keys_field_is_the_customer_whatever_the_contact_says() {
    let with = |map_key: &str, field: ContactField, value: &str| {
        let mut post = post("1234500", "hello", map_key, "");
        post.contact.set(field, value);
        payload(&post)
    };
    assert_eq!(with("facebook", ContactField::Facebook, "other").get("facebook"), None);
    assert_eq!(with("phone", ContactField::Phone, "999")["phone"], "1234500");
    assert_eq!(with("firstName", ContactField::FirstName, "Ada")["firstName"], "1234500");
    assert_eq!(with("facebook", ContactField::Phone, "+39 333")["phone"], "39333");
    assert_eq!(with("facebook", ContactField::Phone, "unknown")["phone"], "none");
}

#[test]
fn an_attachments_id_is_a_number_where_it_is_one() {
    for (id, sent) in [
        ("5521", json!(5521)),
        ("18446744073709551615", json!(18_446_744_073_709_551_615_u64)),
        ("18446744073709551616", json!("18446744073709551616")),
        ("007", json!("007")),
        ("a7", json!("a7")),
    ] {
        let post = Post { attachment: Some(AttachmentId::new(id)), ..post("1", "file.pdf", "facebook", "") };
        assert_eq!(payload(&post)["AttachmentId"], sent);
    }
}

#[test]
fn every_answer_has_its_outcome() {
    let said = |message: &str| json!({ "message": message }).to_string().into_bytes();
    let table: Vec<(&str, Result<Answer, HttpError>)> = vec![
        ("with an id", answer(200, fixture("receive.response.ok.json"))),
        ("with an id as text", answer(201, r#"{"id":"900719925474099312345"}"#)),
        ("without an id", answer(200, r#"{"status":"ok"}"#)),
        ("not JSON", answer(200, "OK")),
        ("a list", answer(200, "[1]")),
        ("no body", answer(204, "")),
        ("redirect", answer(302, "")),
        ("bad request", answer(400, said("mapKey is not valid"))),
        ("unauthorized", answer(401, fixture("receive.response.unauthorized.json"))),
        ("forbidden, HTML", answer(403, "<html><body>Forbidden</body></html>")),
        ("list gone", answer(404, fixture("receive.response.missing-list.json"))),
        ("not allowed", answer(405, "")),
        ("timeout at the server", answer(408, "")),
        ("conflict", answer(409, "")),
        ("gone", answer(410, "")),
        ("too large", answer(413, "")),
        ("invalid", answer(422, r#"{"error":"body cannot be empty"}"#)),
        ("too many", answer(429, "slow down")),
        ("failure", answer(500, said("Something broke"))),
        ("constraint", answer(500, fixture("receive.response.server-error.json"))),
        ("too long", answer(500, said("ER_DATA_TOO_LONG: Data too long for column 'body'"))),
        ("bad gateway", answer(502, "<html>nginx</html>")),
        ("unavailable", answer(503, "")),
        ("gateway timeout", answer(504, "")),
        ("not let out", Err(HttpError::Forbidden("10.0.0.1 is in a private network".into()))),
        ("not connected", Err(HttpError::NotConnected("motion.example.com: the connection was refused".into()))),
        ("no answer", Err(HttpError::NoAnswer("motion.example.com: no answer in time".into()))),
    ];
    let outcomes: Vec<String> =
        table.iter().map(|(name, answer)| format!("{name}: {:?}", outcome(&url(), answer))).collect();
    insta::assert_snapshot!(outcomes.join("\n"));
}

#[test]
fn a_reason_never_repeats_the_secret_and_is_short() {
    let echo =
        r#"{"message":"Cannot POST /api/openchannel/accounts/12/notify?token=EXAMPLE_TOKEN: EXAMPLE_TOKEN is wrong"}"#;
    let long = format!("{}\u{0}\n{}", "é".repeat(300), "x");
    for status in [302, 400, 401, 404, 429, 500, 503] {
        for body in [echo, &long] {
            let said = format!("{:?}", outcome(&url(), &answer(status, body)));
            assert!(!said.contains("EXAMPLE_TOKEN") && !said.contains("token="), "{said}");
            assert!(said.chars().count() < 450 && !said.contains('\u{0}'), "{said}");
        }
    }
}
