use secrecy::SecretString;

use super::*;
use crate::openchannel::account::Credential;
use crate::openchannel::shown::{answer, fixture, shown};

fn api() -> MotionApi {
    MotionApi {
        base: "https://motion.example.com/api/".parse().unwrap(),
        credential: Credential::ApiKey(SecretString::from("EXAMPLE_KEY")),
        account: "12".to_owned(),
    }
}

fn upload() -> Outgoing {
    api().upload_request("größe.jpg", "image/jpeg", Bytes::from_static(b"\xff\xd8\xff"))
}

#[test]
fn requests_are_those_of_the_documentation() {
    let id = AttachmentId::new("6004");
    let odd = AttachmentId::new("../1?x");
    let requests = [upload(), api().metadata_request(&id), api().download_request(&id), api().download_request(&odd)];
    insta::assert_snapshot!(requests.iter().map(shown).collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn every_answer_to_an_upload_has_its_meaning() {
    let table = [
        ("created", answer(201, fixture("attachment.upload.response.json"))),
        ("id as text", answer(200, r#"{"id":"9007199254740993"}"#)),
        ("no id", answer(200, r#"{"name":"x"}"#)),
        ("not JSON", answer(200, "ok")),
        ("redirect", answer(302, "")),
        ("bad", answer(400, r#"{"message":"no file"}"#)),
        ("unauthorized", answer(401, r#"{"message":"EXAMPLE_KEY is wrong"}"#)),
        ("unknown", answer(404, "")),
        ("too large", answer(413, "<html>")),
        ("too many", answer(429, "")),
        ("failure", answer(500, "")),
        ("unavailable", answer(503, "")),
        ("not let out", Err(HttpError::Forbidden("plain http".into()))),
        ("not connected", Err(HttpError::NotConnected("motion.example.com: the connection was refused".into()))),
        ("no answer", Err(HttpError::NoAnswer("motion.example.com: no answer in time".into()))),
    ];
    let results: Vec<String> =
        table.iter().map(|(name, answer)| format!("{name}: {:?}", uploaded(&upload(), answer))).collect();
    let results = results.join("\n");
    assert!(!results.contains("EXAMPLE_KEY"), "{results}");
    insta::assert_snapshot!(results);
}

#[test]
fn metadata_are_taken_where_they_are_told() {
    let label = Metadata { name: Some("label_7719.pdf".into()), mime: Some("application/pdf".into()) };
    assert_eq!(metadata(&answer(200, fixture("attachment.get.response.json")).unwrap()), label);
    assert_eq!(metadata(&answer(404, fixture("attachment.get.response.json")).unwrap()), Metadata::default());
    for body in ["", "[]", "{}", r#"{"name":null,"type":{}}"#, "\u{feff}x"] {
        assert_eq!(metadata(&answer(200, body).unwrap()), Metadata::default(), "{body}");
    }
}
