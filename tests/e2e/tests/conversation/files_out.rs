//! Files from the agent to the customer: fetched from Motion by id, sent on with name and bytes, or refused with the reason.

use e2e::reply::{on_phone, text};
use e2e::scene::{Scene, any_account, unique};
use e2e::stack::client;
use sandbox::meta::{Customer, FileKind, PhoneFile};
use sandbox::motion::{Draft, MotionCall, Shape};
use sandbox::{Answer, Fault, When};
use serde_json::{Value, json};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n";
const MP3: &[u8] = b"ID3\x04\0\0\0\0\0\0 sound";

/// The newest file on a phone, and its bytes.
async fn newest(customer: &Customer) -> (PhoneFile, Vec<u8>) {
    let file = customer.received().pop().unwrap().files.pop().unwrap();
    let bytes = client().get(&file.url).send().await.unwrap().bytes().await.unwrap().to_vec();
    (file, bytes)
}

fn with_file(to: &Customer, id: impl Into<Value>, name: &str) -> Value {
    json!({"id": unique(), "body": name, "AttachmentId": id.into(), "Contact": {"facebook": to.psid()}})
}

#[tokio::test]
async fn files_arrive_with_their_names_and_bytes() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let agent = scene.desk.agent();
    let table = [
        ("broken tile.png", "image/png", PNG, FileKind::Image),
        ("Rückgabe – Größe 40 €.pdf", "application/pdf", PDF, FileKind::File),
        ("голос.mp3", "audio/mpeg", MP3, FileKind::Audio),
        ("写真 👍🏽.png", "image/png", PNG, FileKind::Image),
        ("price list (50%).txt", "text/plain", b"tiles: 4.50", FileKind::File),
        ("no type.pdf", "application/octet-stream", PDF, FileKind::File),
        ("prices.csv", "application/vnd.ms-excel", b"tile;4.50", FileKind::File),
        ("notes.md", "application/octet-stream", b"# Tiles", FileKind::File),
        ("plan.dwg", "application/octet-stream", b"AC1032\0\0", FileKind::File),
    ];
    for (name, content_type, bytes, kind) in table {
        let answered = agent.reply_with_file(ingrid.psid(), name, content_type, bytes).await.unwrap();
        let answer = answered.answer.unwrap();
        assert_eq!(answer.json["status"], "sent", "{name} {}", answer.text);
        let (file, arrived) = newest(&ingrid).await;
        assert_eq!((file.name.as_str(), file.kind, arrived.as_slice()), (name, kind, bytes));
    }
    assert!(ingrid.received().iter().all(|message| message.text.is_none()), "the name is no text");
}

#[tokio::test]
async fn every_shape_of_a_reply_with_a_file_is_understood() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let mut expected = Vec::new();
    // Version 1 knows no files.
    for shape in Shape::ALL.into_iter().filter(|shape| *shape != Shape::V1) {
        let name = format!("{shape:?}.pdf");
        let id = scene.desk.store(&name, "application/pdf", PDF);
        let answered = scene.desk.agent().send(ingrid.psid(), Draft::file(id).shaped(shape)).await.unwrap();
        let answer = answered.answer.unwrap();
        assert_eq!(answer.json["status"], "sent", "{shape:?} {}", answer.text);
        expected.push(name);
    }
    assert_eq!(on_phone(&ingrid), expected);
}

#[tokio::test]
async fn a_file_is_sent_as_what_it_is_and_not_as_what_it_says() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let answered = scene.desk.agent().reply_with_file(ingrid.psid(), "photo", "image/png", PDF).await.unwrap();
    assert!(answered.answer.unwrap().is_success());
    let (file, _) = newest(&ingrid).await;
    assert_eq!(
        (file.name.as_str(), file.content_type.as_str(), file.kind),
        ("photo.pdf", "application/pdf", FileKind::File)
    );
}

#[tokio::test]
async fn a_file_that_motion_does_not_have_is_refused() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    for id in [
        json!(999_999),
        json!("999999"),
        json!("-1"),
        json!("x y"),
        json!(".."),
        json!("../attachments/1001"),
        json!("1?a=b#c"),
    ] {
        let told = scene.reply(&with_file(&ingrid, id.clone(), "x.pdf")).await;
        assert_eq!((told.status, told.code()), (422, "file_unavailable"), "{id} {}", told.text);
    }
    scene.assert_nothing_sent();
}

#[tokio::test]
async fn a_motion_that_does_not_hand_a_file_over_is_told_of_and_the_reply_can_be_tried_again() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let id = scene.desk.store("offer.pdf", "application/pdf", PDF);
    let reply = with_file(&ingrid, id, "offer.pdf");
    for (status, answered) in [(500, 502), (503, 502), (403, 422), (401, 422)] {
        let fault = Fault::Refuse(Answer::json(status, &json!({"message": "no"})));
        scene.desk.fail_on(Some(MotionCall::Download), fault, When::next(2));
        let told = scene.reply(&reply).await;
        told.refused(answered, "file_unavailable");
    }
    scene.desk.fail_on(Some(MotionCall::Download), Fault::DropBefore, When::next(2));
    scene.reply(&reply).await.refused(502, "file_unavailable");
    scene.assert_nothing_sent();
    scene.reply(&reply).await.sent();
    assert_eq!(on_phone(&ingrid), ["offer.pdf"]);
}

#[tokio::test]
async fn only_what_is_too_large_for_the_platform_is_refused() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let large = scene.desk.store("large.bin", "application/octet-stream", vec![0; 25_000_001]);
    let told = scene.reply(&with_file(&ingrid, large, "large.bin")).await;
    assert!(told.refused(422, "file_too_large").contains("25 MB"), "{}", told.text);
    scene.assert_nothing_sent();
    let fits = scene.desk.store("fits.bin", "application/octet-stream", vec![0; 25_000_000]);
    scene.reply(&with_file(&ingrid, fits, "fits.bin")).await.sent();
    let (file, _) = newest(&ingrid).await;
    assert_eq!((file.name.as_str(), file.length), ("fits.bin", Some(25_000_000)));
}

#[tokio::test]
async fn a_file_that_the_platform_refuses_is_told_in_its_words() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let empty = scene.desk.store("empty.txt", "text/plain", Vec::new());
    let told = scene.reply(&with_file(&ingrid, empty, "empty.txt")).await;
    told.refused_somehow("an empty file");
    assert!(on_phone(&ingrid).is_empty());
}

#[tokio::test]
async fn without_a_key_of_motions_api_texts_go_out_and_files_do_not() {
    let scene = Scene::with(|wanted| wanted["api_key"] = Value::Null).await;
    assert!(scene.integration["findings"].to_string().contains("no_api_credential"));
    let ingrid = scene.known().await;
    let id = scene.desk.store("offer.pdf", "application/pdf", PDF);
    let told = scene.reply(&with_file(&ingrid, id, "offer.pdf")).await;
    assert!(told.refused(422, "file_unavailable").contains("no key of Motion's API"), "{}", told.text);
    scene.reply(&text(&ingrid, "See the post instead.")).await.sent();
    assert_eq!(on_phone(&ingrid), ["See the post instead."]);
}

#[tokio::test]
async fn a_user_and_password_of_motion_do_as_well_as_a_key() {
    let mut config = any_account();
    config.password = "p:ss wörd".to_owned();
    let scene = Scene::between(config, |wanted| {
        wanted["api_key"] = Value::Null;
        wanted["api_user"] = json!("admin");
        wanted["api_password"] = json!("p:ss wörd");
    })
    .await;
    let ingrid = scene.known().await;
    let answered = scene.desk.agent().reply_with_file(ingrid.psid(), "a.pdf", "application/pdf", PDF).await.unwrap();
    assert!(answered.answer.unwrap().is_success());
    assert_eq!(on_phone(&ingrid), ["a.pdf"]);
}
