use std::time::Duration;

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::{Customer, File, GraphCall, GraphError, Page, Token, appsecret_proof, sign};
use crate::testing::{FakeHub, PATIENCE, start};
use crate::{Fault, Sandbox, When};

const PAGE: &str = "218840075512346";
const TOKEN: &str = "EAAGfakePageToken";
const PSID: &str = "7304418829920156";
const HOUR: Duration = Duration::from_secs(3600);

struct Scene {
    sandbox: Sandbox,
    hub: FakeHub,
    page: Page,
    customer: Customer,
}

/// A page to which a customer has just written.
async fn scene() -> Scene {
    let (sandbox, hub) = start().await;
    let page = sandbox.add_page(PAGE, "Northwind Tiles", TOKEN);
    page.subscribe();
    let customer = page.add_customer(Some(PSID), "Ingrid", "Dahl");
    assert!(customer.says("Is the Lisbon tile back?").await.webhook.acknowledged());
    Scene { sandbox, hub, page, customer }
}

impl Scene {
    fn url(&self, path: &str) -> String {
        format!("{}/v26.0/{path}", self.sandbox.graph_url())
    }

    async fn send(&self, body: Value) -> (u16, Value) {
        let proof = appsecret_proof("s3cret", TOKEN);
        answer(post(&self.url(&format!("{PAGE}/messages?appsecret_proof={proof}")), Some(TOKEN)).json(&body)).await
    }

    async fn text(&self, text: &str) -> (u16, Value) {
        self.send(message(json!({ "text": text }))).await
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let proof = appsecret_proof("s3cret", TOKEN);
        let sign = if path.contains('?') { '&' } else { '?' };
        answer(http().get(self.url(&format!("{path}{sign}appsecret_proof={proof}"))).bearer_auth(TOKEN)).await
    }
}

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn post(url: &str, token: Option<&str>) -> reqwest::RequestBuilder {
    let request = http().post(url);
    token.into_iter().fold(request, |request, token| request.bearer_auth(token))
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

fn message(message: Value) -> Value {
    json!({"recipient": {"id": PSID}, "messaging_type": "RESPONSE", "message": message})
}

fn code(answer: &(u16, Value)) -> (u16, u64, Option<u64>) {
    let error = &answer.1["error"];
    assert!(error["fbtrace_id"].is_string(), "{answer:?}");
    (answer.0, error["code"].as_u64().unwrap(), error["error_subcode"].as_u64())
}

#[tokio::test]
async fn takes_a_text_and_tells_the_app_about_it() {
    let scene = scene().await;
    scene.customer.set(|customer| customer.reads = true);
    let (status, answer) = scene.send(message(json!({"text": "Back on Monday 👋", "metadata": "outbox:1"}))).await;
    assert_eq!((status, &answer["recipient_id"]), (200, &json!(PSID)));
    let received = scene.customer.received();
    assert_eq!(received[0].text.as_deref(), Some("Back on Monday 👋"));
    assert_eq!(answer["message_id"], received[0].mid);

    let calls = scene.hub.wait(4).await;
    let events: Vec<Value> =
        calls.iter().map(|call| call.json().unwrap()["entry"][0]["messaging"][0].clone()).collect();
    let echo = &events[1];
    assert_eq!(echo["sender"]["id"], PAGE);
    assert_eq!(echo["message"]["app_id"], 884_200_117_733_019_u64);
    assert_eq!(echo["message"]["metadata"], "outbox:1");
    assert_eq!(events[2]["delivery"]["mids"][0], answer["message_id"]);
    assert!(events[3]["read"]["watermark"].is_i64());
    for call in &calls {
        assert_eq!(call.header("x-hub-signature-256"), Some(sign("s3cret", &call.body).as_str()));
        assert!(call.body.is_ascii());
    }
}

#[tokio::test]
async fn refuses_a_call_without_the_right_credentials() {
    let scene = scene().await;
    let proof = appsecret_proof("s3cret", TOKEN);
    let body = message(json!({"text": "hi"}));
    let messages = scene.url(&format!("{PAGE}/messages"));
    for (name, url, token, expected) in [
        ("no token", format!("{messages}?appsecret_proof={proof}"), None, (400, 2500, None)),
        ("unknown token", format!("{messages}?appsecret_proof={proof}"), Some("EAAGother"), (400, 190, None)),
        ("no proof", messages.clone(), Some(TOKEN), (400, 100, None)),
        (
            "wrong proof",
            format!("{messages}?appsecret_proof={}", appsecret_proof("other", TOKEN)),
            Some(TOKEN),
            (400, 100, None),
        ),
        ("unknown version", messages.replace("v26.0", "v20.0"), Some(TOKEN), (400, 2500, None)),
        ("too long a path", format!("{messages}/more?appsecret_proof={proof}"), Some(TOKEN), (400, 2500, None)),
        (
            "another page",
            messages.replace(PAGE, "111") + "?appsecret_proof=" + &proof,
            Some(TOKEN),
            (400, 100, Some(33)),
        ),
    ] {
        assert_eq!(code(&answer(post(&url, token).json(&body)).await), expected, "{name}");
    }
    scene.page.set(|page| page.token = Token::Expired);
    assert_eq!(code(&scene.text("hi").await), (400, 190, Some(463)));
    scene.page.set(|page| page.token = Token::PasswordChanged);
    assert_eq!(code(&scene.text("hi").await), (400, 190, Some(460)));
    assert!(scene.customer.received().is_empty());
}

#[tokio::test]
async fn refuses_a_message_that_messenger_refuses() {
    let scene = scene().await;
    let url_file = json!({"type": "image", "payload": {"url": "http://127.0.0.1:9/x.png"}});
    let with = |name: &str, value: Value| {
        let mut body = message(json!({"text": "hi"}));
        body[name] = value;
        body
    };
    for (name, body, expected) in [
        ("unknown recipient", with("recipient", json!({"id": "1"})), (400, 100, Some(2_018_001))),
        ("recipient as number", with("recipient", json!({"id": 7_304_418_829_920_156_u64})), (400, 100, None)),
        ("no recipient", with("recipient", Value::Null), (400, 100, None)),
        ("no type", with("messaging_type", Value::Null), (400, 100, None)),
        ("unknown type", with("messaging_type", json!("REPLY")), (400, 100, None)),
        ("a tag without its type", with("tag", json!("HUMAN_AGENT")), (400, 100, None)),
        ("empty text", message(json!({"text": "  "})), (400, 100, Some(2_018_034))),
        ("nothing", message(json!({})), (400, 100, Some(2_018_034))),
        ("text and file", message(json!({"text": "a", "attachment": url_file})), (400, 100, Some(2_018_018))),
        ("text too long", message(json!({"text": "é".repeat(2001)})), (400, 100, None)),
        ("metadata too long", message(json!({"text": "a", "metadata": "m".repeat(1001)})), (400, 100, None)),
        ("unknown member", message(json!({"text": "a", "body": "b"})), (400, 100, None)),
        ("unknown kind of file", message(json!({"attachment": {"type": "photo", "payload": {}}})), (400, 100, None)),
        ("no file", message(json!({"attachment": {"type": "file", "payload": {}}})), (400, 100, None)),
        ("a file that is not there", message(json!({"attachment": url_file})), (400, 100, Some(2_018_008))),
        (
            "a file id of nobody",
            message(json!({"attachment": {"type": "image", "payload": {"attachment_id": "12"}}})),
            (400, 100, Some(2_018_074)),
        ),
        (
            "action and message",
            json!({"recipient": {"id": PSID}, "sender_action": "typing_on", "message": {"text": "a"}}),
            (400, 100, Some(2_018_014)),
        ),
    ] {
        assert_eq!(code(&scene.send(body).await), expected, "{name}");
    }
    let broken = answer(
        post(&scene.url(&format!("me/messages?appsecret_proof={}", appsecret_proof("s3cret", TOKEN))), Some(TOKEN))
            .header("content-type", "application/json")
            .body("{\"recipient\":"),
    );
    assert_eq!(code(&broken.await), (400, 100, None));
    assert!(scene.customer.received().is_empty());
    assert_eq!(scene.text(&"é".repeat(2000)).await.0, 200);
}

#[tokio::test]
async fn keeps_the_window() {
    let scene = scene().await;
    let tagged = |tag: &str| {
        let message = json!({"text": "hi"});
        json!({"recipient": {"id": PSID}, "messaging_type": "MESSAGE_TAG", "tag": tag, "message": message})
    };
    assert_eq!(code(&scene.send(tagged("ACCOUNT_UPDATE")).await), (400, 100, Some(1_893_061)));
    assert_eq!(code(&scene.send(tagged("SOMETHING")).await), (400, 100, None));
    assert_eq!(code(&scene.send(tagged("HUMAN_AGENT")).await), (400, 10, None), "the app has no such feature");
    scene.customer.move_back(25 * HOUR);
    assert_eq!(code(&scene.text("hi").await), (400, 10, Some(2_018_278)));
    scene.page.set(|page| page.human_agent = true);
    assert_eq!(scene.send(tagged("HUMAN_AGENT")).await.0, 200);
    scene.customer.move_back(7 * 24 * HOUR);
    assert_eq!(code(&scene.send(tagged("HUMAN_AGENT")).await), (400, 10, Some(2_018_278)));
    scene.customer.reacts("m_1", "love", "❤️").await;
    assert_eq!(scene.text("hi").await.0, 200, "a reaction opens the window");
    let silent = scene.page.add_customer(None, "Never", "Wrote");
    let body = json!({"recipient": {"id": silent.psid()}, "messaging_type": "RESPONSE", "message": {"text": "hi"}});
    assert_eq!(code(&scene.send(body).await), (400, 10, Some(2_018_278)));
    scene.customer.set(|customer| customer.blocked = true);
    assert_eq!(code(&scene.text("hi").await), (400, 551, Some(1_545_041)));
}

#[tokio::test]
async fn takes_files_and_refuses_what_is_none() {
    let scene = scene().await;
    let proof = appsecret_proof("s3cret", TOKEN);
    let upload = async |edge: &str, kind: &str, content_type: &str, bytes: Vec<u8>| {
        let attachment = json!({"attachment": {"type": kind, "payload": {"is_reusable": true}}}).to_string();
        let part = Part::bytes(bytes).file_name("label 7719.pdf").mime_str(content_type).unwrap();
        let form = Form::new()
            .text("recipient", json!({"id": PSID}).to_string())
            .text("messaging_type", "RESPONSE")
            .text("message", attachment)
            .text("appsecret_proof", proof.clone())
            .part("filedata", part);
        answer(post(&scene.url(&format!("me/{edge}")), Some(TOKEN)).multipart(form)).await
    };
    let (status, sent) = upload("messages", "file", "application/pdf", b"%PDF-1.7".to_vec()).await;
    assert_eq!(status, 200, "{sent}");
    let received = scene.customer.received();
    assert_eq!((received[0].files[0].name.as_str(), received[0].files[0].length), ("label 7719.pdf", Some(8)));
    assert_eq!(
        http().get(&received[0].files[0].url).send().await.unwrap().bytes().await.unwrap().as_ref(),
        b"%PDF-1.7"
    );

    let by_id = json!({"attachment": {"type": "file", "payload": {"attachment_id": sent["attachment_id"]}}});
    assert_eq!(scene.send(message(by_id)).await.0, 200);
    let (status, stored) = upload("message_attachments", "audio", "audio/mp4", vec![1]).await;
    assert!(status == 200 && stored["attachment_id"].is_string(), "{stored}");

    for (name, kind, content_type, length, expected) in [
        ("audio that is none", "audio", "application/pdf", 3, (400, 100, Some(2_018_047))),
        ("empty", "file", "application/pdf", 0, (400, 100, Some(2_018_047))),
        ("too large", "file", "application/pdf", (25 << 20) + 1, (400, 100, Some(2_018_109))),
    ] {
        assert_eq!(code(&upload("messages", kind, content_type, vec![b'x'; length]).await), expected, "{name}");
    }
    assert_eq!(scene.customer.received().len(), 2);
}

#[tokio::test]
async fn names_pages_and_people_and_keeps_the_subscription() {
    let scene = scene().await;
    assert_eq!(scene.get("me?fields=id,name").await, (200, json!({"id": PAGE, "name": "Northwind Tiles"})));
    let (_, person) = scene.get(&format!("{PSID}?fields=first_name,last_name,profile_pic")).await;
    assert_eq!(person, json!({"id": PSID, "first_name": "Ingrid", "last_name": "Dahl"}));
    assert_eq!(code(&scene.get("4711?fields=first_name").await), (400, 100, Some(33)));
    assert_eq!(code(&scene.get(&format!("{PSID}?fields=shoe_size")).await), (400, 100, None));
    scene.customer.hide_profile(GraphError::no_profile());
    assert_eq!(code(&scene.get(PSID).await), (400, 100, Some(2_018_218)));

    let proof = appsecret_proof("s3cret", TOKEN);
    let edge = scene.url(&format!("{PAGE}/subscribed_apps?appsecret_proof={proof}"));
    let subscribe = |fields: &str| answer(post(&format!("{edge}&subscribed_fields={fields}"), Some(TOKEN)));
    assert_eq!(code(&subscribe("messages,tea").await), (400, 100, None));
    assert_eq!(subscribe("messages").await, (200, json!({"success": true})));
    let (_, apps) = answer(http().get(&edge).bearer_auth(TOKEN)).await;
    assert_eq!(apps["data"][0]["subscribed_fields"], json!(["messages"]));
    assert_eq!(scene.customer.looks().await.status, None, "reads are not subscribed to");
    assert_eq!(answer(http().delete(&edge).bearer_auth(TOKEN)).await.0, 200);
    let unheard = scene.customer.says("hello?").await;
    assert!(unheard.webhook.status.is_none() && unheard.webhook.error.is_some());
}

#[tokio::test]
async fn a_person_with_a_token_is_no_page() {
    let scene = scene().await;
    scene.sandbox.add_person("10158812", "Ingrid Dahl", "EAAGpersonToken");
    let proof = appsecret_proof("s3cret", "EAAGpersonToken");
    let get = async |path: &str| {
        let url = scene.url(&format!("{path}appsecret_proof={proof}"));
        answer(http().get(url).bearer_auth("EAAGpersonToken")).await
    };
    assert_eq!(get("me?fields=id,name&").await, (200, json!({"id": "10158812", "name": "Ingrid Dahl"})));
    let refused = get("me?fields=id,name,category&").await;
    assert_eq!(code(&refused), (400, 100, None));
    let message = "(#100) Tried accessing nonexisting field (category) on node type (User)";
    assert_eq!(refused.1["error"]["message"], message);
    assert_eq!(code(&get(&format!("{PAGE}/subscribed_apps?")).await), (400, 100, Some(33)));
    assert_eq!(code(&answer(http().get(scene.url("me")).bearer_auth("EAAGpersonToken")).await), (400, 100, None));
    let (_, page) = scene.get("me?fields=id,name,category").await;
    assert_eq!(page["category"], "Shop");
}

#[tokio::test]
async fn tells_the_app_about_a_token() {
    let scene = scene().await;
    let debug = async |input: &str, token: &str| {
        answer(http().get(scene.url(&format!("debug_token?input_token={input}"))).bearer_auth(token)).await
    };
    let app_token = "884200117733019|s3cret";
    assert_eq!(debug(TOKEN, app_token).await.1["data"]["profile_id"], PAGE);
    assert_eq!(debug("nothing", app_token).await.1["data"]["is_valid"], false);
    assert_eq!(code(&debug(TOKEN, TOKEN).await), (400, 190, None));
}

#[tokio::test]
async fn fails_as_it_is_told() {
    let scene = scene().await;
    for (error, expected) in [
        (GraphError::app_rate_limit(), (400, 4, None)),
        (GraphError::page_rate_limit(), (400, 613, None)),
        (GraphError::send_failure(), (400, 1200, None)),
        (GraphError::service_down(), (500, 2, None)),
        (GraphError::unavailable(), (400, 551, Some(1_545_041))),
    ] {
        scene.page.fail(error, When::next(1));
        assert_eq!(code(&scene.text("hi").await), expected);
    }
    scene.page.fail(GraphError::send_failure(), When::nth(3));
    let statuses = [scene.text("1").await.0, scene.text("2").await.0, scene.text("3").await.0, scene.text("4").await.0];
    assert_eq!(statuses, [200, 200, 400, 200]);
    scene.page.fail_on(Some(GraphCall::Lookup), GraphError::service_down(), When::always());
    assert_eq!((scene.get("me").await.0, scene.text("5").await.0), (500, 200));
    scene.page.mend();
    assert_eq!(scene.get("me").await.0, 200);
}

#[tokio::test]
async fn takes_a_message_and_hangs_up() {
    let scene = scene().await;
    let send = || {
        let url = scene.url(&format!("me/messages?appsecret_proof={}", appsecret_proof("s3cret", TOKEN)));
        post(&url, Some(TOKEN)).json(&message(json!({"text": "hi"}))).timeout(Duration::from_millis(300)).send()
    };
    scene.page.fail(Fault::DropBefore, When::next(1));
    assert!(send().await.is_err());
    assert_eq!(scene.customer.received().len(), 0);
    scene.page.fail(Fault::DropAfter, When::next(1));
    assert!(send().await.is_err());
    assert_eq!(scene.customer.received().len(), 1);
    scene.page.fail(Fault::Hang, When::next(1));
    assert!(send().await.unwrap_err().is_timeout());
    assert_eq!(scene.customer.received().len(), 2);
    scene.page.fail(Fault::HangBefore, When::next(1));
    assert!(send().await.unwrap_err().is_timeout());
    assert_eq!(scene.customer.received().len(), 2);
    let statuses: Vec<_> = scene.page.state().calls.0.iter().map(|call| call.status).collect();
    assert_eq!(statuses[2..], [None, None], "a call that was never answered has no status");
}

#[tokio::test]
async fn posts_the_echo_first_where_told() {
    let scene = scene().await;
    scene.page.set(|page| page.echo_first = true);
    scene.text("hi").await;
    assert!(scene.hub.calls.read(Vec::len) >= 2, "the echo was there before the answer");
}

#[tokio::test]
async fn repeats_a_webhook_that_was_not_acknowledged() {
    let scene = scene().await;
    scene.page.set(|page| page.repeats = 2);
    scene.hub.answer.change(|answer| answer.0 = 503);
    let sent = scene.customer.says("hello?").await;
    assert_eq!((sent.webhook.attempts, sent.webhook.status), (3, Some(503)));
    let calls = scene.hub.wait(4).await;
    assert!(calls[1].body == calls[2].body && calls[2].body == calls[3].body);
}

#[tokio::test]
async fn hosts_files_like_a_file_server() {
    let scene = scene().await;
    let picture = File::new("tile & grout.png", "image/png", vec![1, 2, 3]).missing_at_first(2);
    let elsewhere = File::at(super::FileKind::Image, "https://10.0.0.1/secret.png");
    let sent = scene.customer.sends(Some("look"), vec![picture, elsewhere]).await;
    let event = scene.hub.wait(2).await[1].json().unwrap()["entry"][0]["messaging"][0]["message"].clone();
    assert_eq!(event["attachments"][0]["payload"]["url"], sent.files[0].url);
    assert_eq!(event["attachments"][1]["payload"]["url"], "https://10.0.0.1/secret.png");
    let url = &sent.files[0].url;
    let status = async |url: &str| http().get(url).send().await.unwrap().status().as_u16();
    assert_eq!(status(url.split('?').next().unwrap()).await, 403, "the query is part of the address");
    assert_eq!((status(url).await, status(url).await, status(url).await), (404, 404, 200));
    assert_eq!(
        scene.customer.fetches(&sent.files[0]).iter().map(|fetch| fetch.status).collect::<Vec<_>>(),
        [403, 404, 404, 200]
    );
}

#[tokio::test]
async fn waits_and_says_what_there_is_instead() {
    let scene = scene().await;
    let waiting = scene.page.wait_until(|page| page.received(PSID).len() == 1, PATIENCE);
    let (waited, sent) = tokio::join!(waiting, scene.text("here"));
    assert_eq!((waited.unwrap().customers[PSID].texts(), sent.0), (vec!["here"], 200));
    let never = scene.page.wait_until(|page| page.received(PSID).len() == 2, Duration::from_millis(20)).await;
    assert!(never.unwrap_err().to_string().contains("here"));
}

#[tokio::test]
async fn acts_of_the_customer_are_events_of_their_kind() {
    let scene = scene().await;
    let Scene { customer, page, hub, .. } = &scene;
    let mid = customer.says("see you at 5").await.mid;
    customer.edits(&mid, "see you at 6").await;
    customer.reacts(&mid, "love", "❤️").await;
    customer.takes_reaction_back(&mid).await;
    customer.taps_button("Get Started", "GET_STARTED").await;
    customer.taps_quick_reply("Track", "MENU:TRACK").await;
    page.inbox_says(PSID, "from the inbox").await;
    customer.looks().await;
    let calls = hub.wait(9).await;
    let events: Vec<Value> =
        calls[2..].iter().map(|call| call.json().unwrap()["entry"][0]["messaging"][0].clone()).collect();
    assert_eq!(events[0]["message_edit"], json!({"mid": mid, "text": "see you at 6", "num_edit": 1}));
    assert_eq!(events[1]["reaction"]["emoji"], "❤️");
    assert_eq!(events[2]["reaction"], json!({"mid": mid, "action": "unreact"}));
    assert_eq!(events[3]["postback"]["payload"], "GET_STARTED");
    assert_eq!(events[4]["message"]["quick_reply"]["payload"], "MENU:TRACK");
    assert_eq!(events[5]["message"]["app_id"], 26_390_203_743_090_u64);
    assert!(events[6]["read"]["watermark"].is_i64());
    let times: Vec<i64> = events.iter().map(|event| event["timestamp"].as_i64().unwrap()).collect();
    assert!(times.is_sorted_by(|a, b| a < b), "no two events have one time: {times:?}");
}
