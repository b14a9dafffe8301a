use std::time::Duration;

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::{Account, AccountConfig, Draft, MotionCall, MotionServer, ReceiveForm, Shape, status};
use crate::testing::{PATIENCE, start};
use crate::{Answer, Fault, Sandbox, When};

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

fn message() -> Value {
    json!({
        "from": "4410022003300441", "body": "Hi, where is my order?", "mapKey": "facebook", "AttachmentId": null,
        "firstName": "Livia", "lastName": "Conti", "phone": "none",
    })
}

async fn deliver(account: &Account, message: &Value) -> (u16, Value) {
    answer(http().post(account.receive_url()).json(message)).await
}

fn account(sandbox: &Sandbox, form: ReceiveForm) -> Account {
    let config = AccountConfig { form, custom_fields: [7].into(), ..AccountConfig::new("desk") };
    sandbox.add_account(config)
}

#[tokio::test]
async fn takes_a_message_and_answers_as_motion_does() {
    let (sandbox, _hub) = start().await;
    let account = account(&sandbox, ReceiveForm::Token);
    let (status, record) = deliver(&account, &message()).await;
    assert_eq!(status, 200);
    let known: Value = serde_json::from_str(include_str!("../../../fixtures/motion/receive.response.ok.json")).unwrap();
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&record), names(&known));
    let state = account.state();
    assert_eq!((state.contacts.len(), state.interactions.len(), state.messages.len()), (1, 1, 1));
    assert_eq!(state.bodies_of("4410022003300441"), ["Hi, where is my order?"]);
    assert!(state.messages[0].ignored.is_empty());
}

#[tokio::test]
async fn makes_contacts_the_way_the_documentation_says() {
    let (sandbox, _hub) = start().await;
    let account = account(&sandbox, ReceiveForm::Token);
    deliver(&account, &json!({"from": "12", "body": "a", "mapKey": "cf_7", "deteOfBirth": "1990-01-01"})).await;
    let contact = account.state().contacts[0].clone();
    for field in ["cf_7", "firstName", "phone"] {
        assert_eq!(contact.field(field), Some("12"), "{field}");
    }
    assert_eq!(account.state().messages[0].ignored, ["deteOfBirth"]);
    deliver(&account, &json!({"from": "12", "body": "b", "mapKey": "cf_7", "firstName": "Ada"})).await;
    assert_eq!(account.state().contacts[0].field("firstName"), Some("12"), "a contact that exists stays as it is");
    account.set(|account| account.updates_contacts = true);
    deliver(&account, &json!({"from": "12", "body": "c", "mapKey": "cf_7", "firstName": "Ada"})).await;
    assert_eq!(account.state().contacts[0].field("firstName"), Some("Ada"));
    assert_eq!(account.state().interactions.len(), 1);
    account.set(|account| account.interactions[0].closed = true);
    deliver(&account, &json!({"from": "12", "body": "d", "mapKey": "cf_7"})).await;
    assert_eq!(account.state().interactions.len(), 2);
}

#[tokio::test]
async fn knows_the_five_forms_of_the_receive_url() {
    let (sandbox, _hub) = start().await;
    for (form, end, without_credential) in [
        (ReceiveForm::Token, "/notify?token=", 401),
        (ReceiveForm::Proxy, "/notify?token=", 401),
        (ReceiveForm::ApiKey, "/notify?apikey=", 401),
        (ReceiveForm::Open, "/notify", 200),
        (ReceiveForm::Version1, "/receive", 200),
    ] {
        let account = account(&sandbox, form);
        let url = account.receive_url();
        assert!(url.contains(end), "{url}");
        assert_eq!(deliver(&account, &message()).await.0, 200, "{form:?}");
        let bare = url.split('?').next().unwrap();
        let post = async |url: String| answer(http().post(url).json(&message())).await.0;
        assert_eq!(post(bare.to_owned()).await, without_credential, "{form:?} without its credential");
        assert_eq!(
            post(format!("{bare}?token=x")).await,
            if url == bare { 200 } else { 401 },
            "{form:?}, wrong credential"
        );
        if form != ReceiveForm::Proxy {
            let other =
                if end == "/receive" { url.replace("/receive", "/notify") } else { url.replace("/notify", "/receive") };
            assert_eq!(post(other).await, 404, "{form:?} at the other door");
        }
    }
    assert_eq!(
        answer(
            http().post(format!("{}/motion/desk/api/openchannel/accounts/99/notify", sandbox.url())).json(&message())
        )
        .await
        .0,
        404
    );
    let api = format!("{}/motion-proxy/api/attachments/1", sandbox.url());
    assert_eq!(answer(http().get(api)).await.0, 404, "the proxy has no REST API");
}

#[tokio::test]
async fn refuses_a_message_that_motion_refuses() {
    let (sandbox, _hub) = start().await;
    let account = account(&sandbox, ReceiveForm::Token);
    let file = account.store("label.pdf", "application/pdf", vec![1]);
    let with = |name: &str, value: Value| {
        let mut message = message();
        message[name] = value;
        message
    };
    for (name, message, expected) in [
        ("no from", with("from", Value::Null), 400),
        ("from as number", with("from", json!(12)), 400),
        ("empty from", with("from", json!("")), 400),
        ("no body", with("body", Value::Null), 400),
        ("blank body", with("body", json!(" \n")), 400),
        ("no map key", with("mapKey", Value::Null), 400),
        ("unknown map key", with("mapKey", json!("messenger")), 422),
        ("unknown custom field", with("mapKey", json!("cf_8")), 422),
        ("a field as number", with("phone", json!(39_333)), 400),
        ("unknown file", with("AttachmentId", json!(4711)), 500),
        ("file id as text", with("AttachmentId", json!("1000")), 400),
        ("text and file", with("AttachmentId", json!(file)), 400),
        ("no object", json!([1]), 400),
    ] {
        let (status, body) = deliver(&account, &message).await;
        assert_eq!(status, expected, "{name}");
        assert!(body["message"].is_string(), "{name}");
        assert_eq!(body["message"].as_str().unwrap().contains("foreign key"), expected == 500, "{name}");
    }
    let form = "application/x-www-form-urlencoded";
    let form = http().post(account.receive_url()).header("content-type", form).body("from=1&body=b&mapKey=facebook");
    assert_eq!(answer(form).await.0, 400, "a form");
    let broken = http().post(account.receive_url()).header("content-type", "application/json").body("{\"from\":");
    assert_eq!(answer(broken).await.0, 400, "half a message");
    assert!(account.state().messages.is_empty());
    account.set(|account| account.has_list = false);
    assert_eq!(deliver(&account, &message()).await.0, 404, "the list is lost");
}

#[tokio::test]
async fn stores_files_for_whoever_shows_a_credential() {
    let (sandbox, _hub) = start().await;
    let account = account(&sandbox, ReceiveForm::Token);
    let (api, key) = (account.api_url(), account.api_key());
    let upload = async |part: &'static str, name: Option<&'static str>, length: usize, query: String| {
        let file = Part::bytes(vec![b'x'; length]).mime_str("image/jpeg").unwrap();
        let file = name.into_iter().fold(file, Part::file_name);
        answer(http().post(format!("{api}/attachments{query}")).multipart(Form::new().part(part, file))).await
    };
    let by_key = format!("?apikey={key}");
    let (status, stored) = upload("file", Some("broken parcel.jpg"), 3, by_key.clone()).await;
    assert_eq!((status, &stored["name"], &stored["type"]), (201, &json!("broken parcel.jpg"), &json!("image/jpeg")));
    for (name, part, file_name, length, query, expected) in [
        ("no key", "file", Some("a.jpg"), 3, String::new(), 401),
        ("wrong key", "file", Some("a.jpg"), 3, "?apikey=x".to_owned(), 401),
        ("another part", "filedata", Some("a.jpg"), 3, by_key.clone(), 400),
        ("no file name", "file", None, 3, by_key.clone(), 400),
        ("too large", "file", Some("a.jpg"), (25 << 20) + 1, by_key.clone(), 413),
    ] {
        assert_eq!(upload(part, file_name, length, query).await.0, expected, "{name}");
    }
    let id = stored["id"].as_u64().unwrap();
    let (user, password) = account.read(|account| (account.user.clone(), account.password.clone()));
    let basic = |path: String| http().get(format!("{api}{path}")).basic_auth(&user, Some(&password));
    assert_eq!(answer(basic(format!("/attachments/{id}"))).await.1["type"], "image/jpeg");
    for slash in ["", "/"] {
        let file = basic(format!("/attachments/{id}/download{slash}")).send().await.unwrap();
        assert_eq!((file.status().as_u16(), file.bytes().await.unwrap().as_ref()), (200, b"xxx".as_ref()));
    }
    assert_eq!(answer(basic("/attachments/1".to_owned())).await.0, 404);
    assert_eq!(
        answer(http().get(format!("{api}/attachments/{id}")).header("apikey", &key)).await.0,
        401,
        "a key in a header"
    );
    let (status, shown) = answer(basic(format!("/openchannel/accounts/{}", account.id()))).await;
    assert_eq!((status, &shown["mapKey"]), (200, &json!("facebook")));
    assert_eq!(
        deliver(&account, &json!({"from": "1", "body": "broken parcel.jpg", "mapKey": "facebook", "AttachmentId": id}))
            .await
            .0,
        200
    );
    assert_eq!(account.state().messages[0].attachment, Some(id));
}

#[tokio::test]
async fn fails_as_it_is_told_and_not_for_the_neighbour() {
    let (sandbox, _hub) = start().await;
    let (ours, theirs) = (account(&sandbox, ReceiveForm::Token), account(&sandbox, ReceiveForm::Token));
    for number in [400, 401, 403, 404, 422, 429, 500, 502, 503, 504] {
        ours.fail(status(number), When::next(1));
        assert_eq!((deliver(&ours, &message()).await.0, deliver(&theirs, &message()).await.0), (number, 200));
    }
    assert!(ours.state().messages.is_empty());
    ours.fail(Fault::RefuseAfter(Answer::html(504)), When::next(1));
    assert_eq!(deliver(&ours, &message()).await.0, 504);
    assert_eq!(ours.state().messages.len(), 1);
    let patient =
        |patience| http().post(ours.receive_url()).json(&message()).timeout(Duration::from_millis(patience)).send();
    for (fault, taken) in [(Fault::DropBefore, 1), (Fault::DropAfter, 2), (Fault::HangBefore, 2), (Fault::Hang, 3)] {
        ours.fail(fault.clone(), When::next(1));
        assert!(patient(200).await.is_err(), "{fault:?}");
        assert_eq!(ours.state().messages.len(), taken, "{fault:?}");
    }
    ours.fail(Fault::Slow(Duration::from_millis(60)), When::next(1));
    assert!(patient(5000).await.is_ok());
    ours.fail_on(None, status(503), When::always());
    let account_url = format!("{}/openchannel/accounts/{}?apikey={}", ours.api_url(), ours.id(), ours.api_key());
    assert_eq!(answer(http().get(&account_url)).await.0, 503);
    ours.mend();
    ours.fail_on(Some(MotionCall::Account), status(401), When::always());
    assert_eq!((answer(http().get(&account_url)).await.0, deliver(&ours, &message()).await.0), (401, 200));
    assert_eq!(theirs.state().messages.len(), 10);
}

#[tokio::test]
async fn a_stopped_server_refuses_connections_and_comes_back() {
    let (sandbox, _hub) = start().await;
    let server = MotionServer::start_on_port(&sandbox, "alone", 0).await.unwrap();
    let account = server.add_account(AccountConfig::new("alone"));
    assert_eq!(deliver(&account, &message()).await.0, 200);
    server.stop().await;
    let refused = http().post(account.receive_url()).json(&message()).send().await.unwrap_err();
    assert!(refused.is_connect(), "{refused:?}");
    server.start().await.unwrap();
    assert_eq!(deliver(&account, &message()).await.0, 200);
    assert_eq!(account.state().messages.len(), 2);
}

#[tokio::test]
async fn the_agent_answers_in_every_shape() {
    let (sandbox, hub) = start().await;
    let account = account(&sandbox, ReceiveForm::Token);
    deliver(&account, &message()).await;
    assert!(account.agent().reply("4410022003300441", "hi").await.is_err(), "no Reply URL: no answer box");
    account.set_reply_url(&format!("{}/api/reply/int/secret", sandbox.world.hub_url()));
    let file = account.store("label.pdf", "application/pdf", vec![1]);
    for shape in Shape::ALL {
        let draft = Draft { thread_id: Some("100_600".to_owned()), ..Draft::file(file).shaped(shape) };
        account.agent().send("4410022003300441", draft).await.unwrap();
    }
    let calls = hub.wait(Shape::ALL.len()).await;
    let posted = |shape: Shape| {
        let call = &calls[Shape::ALL.iter().position(|known| *known == shape).unwrap()];
        (call.header("content-type").map(str::to_owned), String::from_utf8(call.body.to_vec()).unwrap())
    };
    let json = |shape: Shape| serde_json::from_str::<Value>(posted(shape).1.trim_start_matches('\u{feff}')).unwrap();
    let full = json(Shape::V2);
    assert_eq!((&full["body"], &full["AttachmentId"]), (&json!("label.pdf"), &json!(file)));
    assert_eq!((&full["Contact"], &full["Contact"]["facebook"]), (&full["contact"], &json!("4410022003300441")));
    assert_eq!(full["Interaction"]["threadId"], "100_600");
    let known: Value = serde_json::from_str(include_str!("../../../fixtures/motion/reply.text.json")).unwrap();
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&full["Contact"]), names(&known["Contact"]));
    assert_eq!(json(Shape::Documented).as_object().unwrap().len(), 3);
    assert!(json(Shape::LowerCase).get("Contact").is_none());
    assert_eq!(json(Shape::V1)["to"], "4410022003300441");
    assert!(posted(Shape::Form).1.contains("Contact%5Bfacebook%5D=4410022003300441"), "{}", posted(Shape::Form).1);
    assert!(posted(Shape::FormJson).1.contains("Contact=%7B"));
    assert!(posted(Shape::Bom).1.starts_with('\u{feff}'));
    assert_eq!(posted(Shape::PlainText).0.as_deref(), Some("text/plain"));
    assert_eq!(posted(Shape::NoType).0, None);
    assert_eq!(json(Shape::TextIds)["AttachmentId"], json!(file.to_string()));
    assert_eq!(json(Shape::TextIds)["Contact"]["id"], json!(full["Contact"]["id"].to_string()));
}

#[tokio::test]
async fn the_agent_sees_what_the_hub_said() {
    let (sandbox, hub) = start().await;
    let account = account(&sandbox, ReceiveForm::Token);
    account.set_reply_url(&format!("{}/api/reply/int/secret", sandbox.world.hub_url()));
    hub.answer
        .change(|answer| *answer = (502, json!({"message": "Facebook refused", "code": "provider_auth"}).to_string()));
    let first = account.agent().reply("999", "Good morning").await.unwrap();
    let said = first.answer.unwrap();
    assert_eq!(
        (said.status, said.message(), said.code()),
        (Some(502), Some("Facebook refused"), Some("provider_auth"))
    );
    assert_eq!(
        account.state().contact("999").unwrap().field("facebook"),
        Some("999"),
        "an agent who starts makes the contact"
    );
    hub.answer.change(|answer| *answer = (200, "{}".to_owned()));
    account.agent().send("999", Draft { id: Some(first.id), ..Draft::text("Good morning") }).await.unwrap();
    let calls = hub.wait(2).await;
    assert_eq!(calls[0].json().unwrap()["id"], calls[1].json().unwrap()["id"]);
    let kept: Vec<_> = account.state().messages.iter().map(|message| message.answer.as_ref().unwrap().status).collect();
    assert_eq!(kept, [Some(502), Some(200)], "the repeat stands beside what it repeats");
    account.set_reply_url("http://127.0.0.1:9/gone?secret");
    let lost = account.agent().reply("999", "?").await.unwrap().answer.unwrap();
    assert!(lost.status.is_none() && !lost.error.unwrap().contains("secret"));
    let waited = account.wait_until(|account| account.messages.len() == 3, PATIENCE).await;
    assert!(waited.is_ok());
}
