use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::*;
use crate::testing::{FakeHub, PATIENCE, start};
use crate::{Fault, Sandbox, When};

const PROJECT: &str = "5c2f7a10-0c5b-4d6f-9a3b-1f2e3d4c5b6a";
const APP: &str = "01JXSHAREDAPP0000000000001";
const ANN: &str = "447700900123";
const SECRET: &str = "webhook-secret";
const HOUR: Duration = Duration::from_secs(3600);

struct Scene {
    sandbox: Sandbox,
    hub: FakeHub,
    app: SinchApp,
    ann: SinchCustomer,
}

/// An app to which a customer has just written.
async fn scene() -> Scene {
    let (sandbox, hub) = start().await;
    let text = str::to_owned;
    let app = sandbox.add_sinch_app(AppConfig {
        project: text(PROJECT),
        id: text(APP),
        name: text("Northwind"),
        number: text("12025550199"),
        key_id: text("key"),
        key_secret: text("s3cret"),
    });
    app.add_webhook(&format!("{}/webhooks/whatsapp/sinch/X", sandbox.world.hub_url()), SECRET);
    let ann = app.customer(ANN);
    assert!(ann.says("Hello").await.acknowledged());
    Scene { sandbox, hub, app, ann }
}

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

fn status(answer: &(u16, Value)) -> (u16, &str) {
    (answer.0, answer.1["error"]["status"].as_str().unwrap_or_default())
}

fn message(content: Value) -> Value {
    let identity = json!({"channel": "WHATSAPP", "identity": ANN});
    json!({
        "app_id": APP, "recipient": {"identified_by": {"channel_identities": [identity]}}, "message": content,
        "channel_priority_order": ["WHATSAPP"], "correlation_id": "c:1", "message_metadata": "m:1",
    })
}

fn text(text: &str) -> Value {
    json!({"text_message": {"text": text}})
}

impl Scene {
    fn url(&self, path: &str) -> String {
        format!("{}/v1/projects/{PROJECT}/{path}", self.sandbox.sinch_url())
    }

    async fn token(&self, user: &str, password: &str) -> (u16, Value) {
        let request =
            http().post(format!("{}/oauth2/token", self.sandbox.sinch_url())).basic_auth(user, Some(password));
        answer(
            request.header("content-type", "application/x-www-form-urlencoded").body("grant_type=client_credentials"),
        )
        .await
    }

    async fn send(&self, body: &Value) -> (u16, Value) {
        let (_, token) = self.token("key", "s3cret").await;
        let token = token["access_token"].as_str().unwrap().to_owned();
        answer(http().post(self.url("messages:send")).bearer_auth(token).json(body)).await
    }

    async fn ask(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        answer(request.basic_auth("key", Some("s3cret"))).await
    }

    /// The callbacks so far, when there are so many.
    async fn told(&self, number: usize) -> Vec<Value> {
        self.hub.wait(number).await.iter().map(|call| call.json().unwrap()).collect()
    }

    /// The status, or the reason, of the report that follows.
    async fn reported(&self, body: &Value) -> String {
        let before = self.hub.calls.read(Vec::len);
        assert_eq!(self.send(body).await.0, 200);
        let told = self.told(before + 1).await;
        let report = &told[before]["message_delivery_report"];
        let code = report["reason"]["code"].as_str().or_else(|| report["status"].as_str());
        code.unwrap().to_owned()
    }
}

#[tokio::test]
async fn takes_a_text_and_reports_how_far_it_came() {
    let scene = scene().await;
    scene.ann.set(|ann| ann.reads = true);
    let (code, answer) = scene.send(&message(text("Back on Monday 👋"))).await;
    assert_eq!(code, 200, "{answer}");
    let told = scene.told(4).await;
    let steps: Vec<_> = told[1..].iter().map(|call| &call["message_delivery_report"]).collect();
    assert_eq!(
        steps.iter().map(|step| step["status"].as_str().unwrap()).collect::<Vec<_>>(),
        ["QUEUED_ON_CHANNEL", "DELIVERED", "READ"]
    );
    for (step, call) in steps.iter().zip(&told[1..]) {
        assert_eq!((&step["message_id"], &step["metadata"]), (&answer["message_id"], &json!("m:1")));
        assert_eq!((&call["correlation_id"], &call["app_id"]), (&json!("c:1"), &json!(APP)));
    }
    let received = scene.ann.received();
    assert_eq!(
        (received[0].text.as_deref(), &json!(received[0].id)),
        (Some("Back on Monday 👋"), &answer["message_id"])
    );
    for call in scene.hub.wait(4).await {
        let header = |name| call.header(name).unwrap();
        let (nonce, at) = (header("x-sinch-webhook-signature-nonce"), header("x-sinch-webhook-signature-timestamp"));
        assert_eq!(header("x-sinch-webhook-signature"), sign(SECRET, &call.body, nonce, at.parse().unwrap()));
        assert_eq!(header("x-sinch-webhook-signature-algorithm"), "HmacSHA256");
    }
}

#[test]
fn signs_as_the_published_vector_says() {
    let body = r#"{"app_id":"","accepted_time":"2021-10-18T17:49:13.813615Z","project_id":"e2df3a34-a71b-4448-9db5-a8d2baad28e4","contact_create_notification":{"contact":{"id":"01FJA8B466Y0R2GNXD78MD9SM1","channel_identities":[{"channel":"SMS","identity":"48123456789","app_id":""}],"display_name":"New Test Contact","email":"new.contact@email.com","external_id":"","metadata":"","language":"EN_US"}},"message_metadata":""}"#;
    let signed = sign("foo_secret1234", body.as_bytes(), "01FJA8B4A7BM43YGWSG9GBV067", 1_634_579_353);
    assert_eq!(signed, "6bpJoRmFoXVjfJIVglMoJzYXxnoxRujzR4k2GOXewOE=");
}

#[tokio::test]
async fn lets_nobody_in_without_a_key_or_its_token() {
    let scene = scene().await;
    let send = |url: &str| http().post(url).json(&message(text("hi")));
    let url = scene.url("messages:send");
    assert_eq!(scene.token("key", "wrong").await, (401, json!({"error": "invalid_client"})));
    assert_eq!(status(&answer(send(&url)).await), (401, "UNAUTHENTICATED"));
    assert_eq!(status(&answer(send(&url).bearer_auth("nobody's")).await), (401, "UNAUTHENTICATED"));
    assert_eq!(status(&answer(send(&url).basic_auth("key", Some("wrong"))).await), (401, "UNAUTHENTICATED"));
    let (_, token) = scene.token("key", "s3cret").await;
    let token = token["access_token"].as_str().unwrap();
    let foreign = url.replace(PROJECT, "another-project");
    assert_eq!(status(&answer(send(&foreign).bearer_auth(token)).await), (403, "PERMISSION_DENIED"));
    assert_eq!(answer(send(&url).bearer_auth(token)).await.0, 200);
    assert_eq!(answer(send(&url).basic_auth("key", Some("s3cret"))).await.0, 200);
    scene.app.end_tokens();
    let expired = send(&url).bearer_auth(token).send().await.unwrap();
    assert!(expired.headers()["www-authenticate"].to_str().unwrap().contains("expired"));
    assert_eq!(expired.status().as_u16(), 401);
    scene.app.set(|app| app.key_works = false);
    assert_eq!(scene.token("key", "s3cret").await.0, 401);
}

#[tokio::test]
async fn refuses_at_once_what_has_the_wrong_form() {
    let scene = scene().await;
    let with = |name: &str, value: Value| {
        let mut body = message(text("hi"));
        body[name] = value;
        body
    };
    let to = |channel: &str, identity: &str| {
        with(
            "recipient",
            json!({"identified_by": {"channel_identities": [{"channel": channel, "identity": identity}]}}),
        )
    };
    let place = |latitude: Value| {
        message(json!({"location_message": {"title": "x", "coordinates": {"latitude": latitude, "longitude": 0}}}))
    };
    for (name, body) in [
        ("no app", with("app_id", json!(""))),
        ("unknown member", with("priority", json!("HIGH"))),
        ("no recipient", with("recipient", json!({}))),
        ("another channel", to("SMS", ANN)),
        ("no number", to("WHATSAPP", "Ann")),
        ("long metadata", with("message_metadata", json!("m".repeat(1025)))),
        ("long correlation", with("correlation_id", json!("m".repeat(129)))),
        ("another channel first", with("channel_priority_order", json!(["SMS"]))),
        ("no kind", message(json!({}))),
        ("two kinds", message(json!({"text_message": {"text": "a"}, "media_message": {"url": "https://x.example/"}}))),
        ("no text", message(text(" "))),
        ("no address", message(json!({"media_message": {"url": "here"}}))),
        ("a caption", message(json!({"media_message": {"url": "https://x.example/", "caption": "a"}}))),
        ("no number of degrees", place(json!("45"))),
        ("too far north", place(json!(91))),
        (
            "a template without language",
            message(json!({"template_message": {"channel_template": {"WHATSAPP": {"template_id": "t"}}}})),
        ),
    ] {
        let answer = scene.send(&body).await;
        assert_eq!(status(&answer), (400, "INVALID_ARGUMENT"), "{name}: {answer:?}");
    }
    assert_eq!(status(&scene.send(&with("app_id", json!("01JOTHER"))).await), (404, "NOT_FOUND"));
    assert!(scene.ann.received().is_empty());
    assert_eq!(scene.send(&to("WHATSAPP", "+447700900123")).await.0, 200);
}

#[tokio::test]
async fn tells_later_what_whatsapp_does_not_take() {
    let scene = scene().await;
    let template = |name: &str, language: &str, gaps: usize| {
        let parameters: Value =
            (1..=gaps).map(|gap| (format!("body[{gap}]text"), json!("x"))).collect::<serde_json::Map<_, _>>().into();
        let template = json!({"template_id": name, "language_code": language, "parameters": parameters});
        message(json!({"template_message": {"channel_template": {"WHATSAPP": template}}}))
    };
    scene.app.set(|app| app.templates.push(Template { name: "again".to_owned(), language: "it".to_owned(), gaps: 1 }));
    assert_eq!(scene.reported(&message(text(&"é".repeat(4097)))).await, "BAD_REQUEST");
    scene.app.fail_later("RATE_LIMITED");
    assert_eq!(scene.reported(&message(text("hi"))).await, "RATE_LIMITED");
    scene.ann.move_back(25 * HOUR);
    assert_eq!(scene.reported(&message(text("hi"))).await, "OUTSIDE_ALLOWED_SENDING_WINDOW");
    assert_eq!(scene.reported(&template("unknown", "it", 1)).await, "TEMPLATE_NOT_FOUND");
    assert_eq!(scene.reported(&template("again", "de", 1)).await, "TEMPLATE_NON_EXISTING_LANGUAGE_OR_VERSION");
    assert_eq!(scene.reported(&template("again", "it", 0)).await, "TEMPLATE_INSUFFICIENT_PARAMETERS");
    scene.ann.set(|ann| ann.blocked = true);
    assert_eq!(scene.reported(&message(text("hi"))).await, "RECIPIENT_NOT_REACHABLE");
    scene.ann.set(|ann| (ann.blocked, ann.opted_out) = (false, true));
    assert_eq!(scene.reported(&message(text("hi"))).await, "RECIPIENT_NOT_OPTED_IN");
    scene.ann.set(|ann| ann.opted_out = false);
    assert!(scene.ann.received().is_empty());
    assert_eq!(scene.reported(&template("again", "it", 1)).await, "QUEUED_ON_CHANNEL");
    let mut stranger = message(text("hi"));
    stranger["recipient"]["identified_by"]["channel_identities"][0]["identity"] = json!("447700900999");
    scene.app.wait_until(|app| app.posts.len() >= 11, PATIENCE).await.unwrap();
    assert_eq!(scene.reported(&stranger).await, "RECIPIENT_INVALID_CHANNEL_IDENTITY");
}

#[tokio::test]
async fn fetches_what_it_is_to_send() {
    let scene = scene().await;
    scene.app.set(|app| app.reversed = true);
    let media = &scene.sandbox.world.sinch.media;
    let host = |file| media.host(scene.sandbox.url(), file);
    let send = |url: &str| message(json!({"media_message": {"url": url, "filename_override": "list.pdf"}}));
    let pdf = host(File::new("a.pdf", "application/pdf", "%PDF"));
    let picture = json!({"card_message": {"title": "the part", "media_message": {"url": host(File::new("a.png", "image/png", "x"))}}});
    for (name, body, expected) in [
        ("gone", send(&host(File::new("a.pdf", "application/pdf", "x").gone())), "MEDIA_NOT_REACHABLE"),
        ("nowhere", send("http://127.0.0.1:9/a.pdf"), "MEDIA_NOT_REACHABLE"),
        ("of no kind", send(&host(File::new("a.heic", "image/heic", "x"))), "MEDIA_TYPE_UNSUPPORTED"),
        ("too large", send(&host(File::new("a.png", "image/png", vec![0; 5_000_001]))), "MEDIA_TOO_LARGE"),
    ] {
        assert_eq!(scene.reported(&body).await, expected, "{name}");
    }
    assert_eq!(scene.reported(&send(&pdf)).await, "DELIVERED", "in the wrong order, as it was told");
    let statuses: Vec<u16> = media.fetches(&pdf).iter().map(|fetch| fetch.status).collect();
    assert_eq!(statuses, [200, 200], "head and body");
    scene.app.wait_until(|app| app.posts.len() >= 7, PATIENCE).await.unwrap();
    assert_eq!(scene.reported(&message(picture)).await, "DELIVERED");
    let received = scene.ann.received();
    assert_eq!(received[0].file.as_ref().map(|file| (file.name.as_str(), file.length)), Some(("list.pdf", Some(4))));
    assert_eq!((received[1].text.as_deref(), received.len()), (Some("the part"), 2));
}

#[tokio::test]
async fn what_customers_do_is_called_back() {
    let scene = scene().await;
    let picture = File::new("part.jpg", "image/jpeg", "x").missing_at_first(1);
    let sent = scene.ann.sends(picture, Some("this one")).await;
    scene.ann.sends(File::new("invoice.pdf", "application/pdf", "x"), None).await;
    scene.ann.taps("01Q", "Billing", None).await;
    scene.ann.answers("01Q", "no").await;
    scene.ann.shares_place(45.4, 9.1, "Duomo").await;
    scene.ann.shares_contact("Ann Other", "+44 7700 900789").await;
    scene.ann.reacts("01M", Some("👍")).await;
    scene.ann.opts_out().await;
    let told = scene.told(9).await;
    let written = |number: usize| &told[number]["message"]["contact_message"];
    assert_eq!(written(1)["media_card_message"]["caption"], "this one");
    assert_eq!(written(2)["media_message"]["filename_override"], "invoice.pdf");
    assert_eq!(written(3)["choice_response_message"]["postback_data"], "message_id_{01Q, Billing}");
    assert_eq!(written(4)["reply_to"]["message_id"], "01Q");
    assert_eq!(written(5)["location_message"]["coordinates"]["latitude"], 45.4);
    assert!(told[6]["unsupported_callback"]["payload"].as_str().unwrap().contains("Ann Other"));
    assert_eq!(told[7]["event"]["contact_message_event"]["reaction_event"]["emoji"], "👍");
    assert_eq!(told[8]["opt_out_notification"]["identity"], ANN);
    assert_eq!(told[0]["message"]["processing_mode"], "CONVERSATION");
    let file = sent.file.unwrap();
    assert_eq!(http().get(&file.url).send().await.unwrap().status().as_u16(), 404);
    assert_eq!(http().get(&file.url).send().await.unwrap().bytes().await.unwrap().as_ref(), b"x");
    assert!(scene.ann.fetches(&file).iter().all(|fetch| !fetch.authorized));

    scene.app.set(|app| app.mode = Mode::Dispatch);
    scene.app.customer("IT.40120088990012").says("hidden").await;
    let hidden = &scene.told(10).await[9]["message"];
    assert_eq!((&hidden["contact_id"], &hidden["conversation_id"]), (&json!(""), &json!("")));
    assert_eq!(hidden["channel_identity"]["identity"], "IT.40120088990012");
}

#[tokio::test]
async fn a_callback_comes_again_after_a_5xx_only_and_is_signed_anew() {
    let scene = scene().await;
    scene.app.set(|app| app.repeats = 2);
    for (status, attempts) in [(503, 3), (429, 3), (401, 1), (404, 1), (200, 1)] {
        scene.hub.answer.change(|answer| answer.0 = status);
        let post = scene.ann.says("hi").await.post.unwrap();
        assert_eq!((post.attempts, post.status), (attempts, Some(status)), "{status}");
    }
    let calls = scene.hub.wait(4).await;
    let nonces: Vec<_> =
        calls[1..4].iter().map(|call| call.header("x-sinch-webhook-signature-nonce").unwrap()).collect();
    assert_eq!(calls[1].body, calls[3].body);
    assert!(nonces[0] != nonces[1] && nonces[1] != nonces[2]);
    let post = scene.app.state().posts.pop().unwrap();
    assert_eq!(scene.app.replay(&post).await.headers, post.headers);
}

#[tokio::test]
async fn keeps_webhooks_and_contacts() {
    let scene = scene().await;
    let target = "https://hub.example.com/webhooks/whatsapp/sinch/A";
    let webhook = |target: &str| json!({"app_id": APP, "target": target, "target_type": "HTTP", "secret": "s", "triggers": ["MESSAGE_INBOUND"]});
    let register = |body: Value| http().post(scene.url("webhooks")).json(&body);
    let (code, made) = scene.ask(register(webhook(target))).await;
    assert_eq!((code, &made["target"]), (200, &json!(target)));
    for (name, body) in [
        ("twice", webhook(target)),
        ("plain http", webhook("http://hub.example.com/")),
        ("too long", webhook(&format!("https://hub.example.com/{}", "x".repeat(742)))),
        ("unknown trigger", json!({"app_id": APP, "target": "https://b.example/", "triggers": ["EVERYTHING"]})),
        ("no trigger", json!({"app_id": APP, "target": "https://b.example/"})),
    ] {
        assert_eq!(status(&scene.ask(register(body)).await), (400, "INVALID_ARGUMENT"), "{name}");
    }
    let one = scene.url(&format!("webhooks/{}", made["id"].as_str().unwrap()));
    let moved = "https://hub.example.com/webhooks/whatsapp/sinch/B";
    assert_eq!(scene.ask(http().patch(&one).json(&webhook(moved))).await.1["target"], moved);
    let (_, list) = scene.ask(http().get(scene.url(&format!("apps/{APP}/webhooks")))).await;
    assert_eq!(list["webhooks"].as_array().unwrap().len(), 2);
    assert_eq!(scene.ask(http().delete(&one)).await.0, 200);
    assert_eq!(status(&scene.ask(http().delete(&one)).await), (404, "NOT_FOUND"));
    for number in 0..4 {
        assert_eq!(scene.ask(register(webhook(&format!("https://hub.example.com/{number}")))).await.0, 200);
    }
    assert_eq!(scene.ask(register(webhook("https://hub.example.com/5"))).await.0, 400, "five are the most");

    let (_, app) = scene.ask(http().get(scene.url(&format!("apps/{APP}")))).await;
    assert_eq!((&app["id"], &app["channel_credentials"][0]["state"]["status"]), (&json!(APP), &json!("ACTIVE")));
    assert_eq!(status(&scene.ask(http().get(scene.url("apps/01JOTHER"))).await), (404, "NOT_FOUND"));
    scene.ann.set(|ann| ann.display_name = "Ann Other".to_owned());
    let contacts = scene.url(&format!("contacts?channel=WHATSAPP&identity={ANN}&page_size=1"));
    assert_eq!(scene.ask(http().get(&contacts)).await.1["contacts"][0]["display_name"], "Ann Other");
    scene.app.set(|app| app.mode = Mode::Dispatch);
    assert_eq!(scene.ask(http().get(&contacts)).await.1["contacts"], json!([]));
}

#[tokio::test]
async fn can_be_told_to_fail() {
    let scene = scene().await;
    scene.app.fail_on(Some(SinchCall::Send), SinchError::rate_limited(), When::next(1));
    assert_eq!(status(&scene.send(&message(text("hi"))).await), (429, "RESOURCE_EXHAUSTED"));
    scene.app.fail_on(Some(SinchCall::Token), Fault::Refuse(crate::Answer::html(502)), When::next(1));
    assert_eq!(scene.token("key", "s3cret").await.0, 502);
    assert_eq!(scene.send(&message(text("hi"))).await.0, 200);
    let basic = format!("Basic {}", STANDARD.encode("key:s3cret"));
    let call = scene.app.state().calls.0.pop().unwrap();
    assert!(call.header("authorization").is_some_and(|shown| shown != basic));
}
