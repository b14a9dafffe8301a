use std::time::Duration;

use serde_json::{Value, json};
use url::form_urlencoded;

use super::{Customer, FileFetch, Generation, KaleyraCall, KaleyraError, Number, NumberConfig, Style, Template};
use crate::meta::File;
use crate::testing::{FakeHub, PATIENCE, start};
use crate::{Fault, Sandbox, When};

const SID: &str = "HXAP16000000000097IN";
const KEY: &str = "A00000000000000000000000000000003";
const OWN: &str = "12025550199";
const MARTA: &str = "447700900123";
const HOUR: Duration = Duration::from_secs(3600);

struct Scene {
    sandbox: Sandbox,
    hub: FakeHub,
    number: Number,
    marta: Customer,
    url: String,
}

/// A number to which a customer has just written.
async fn scene(generation: Generation) -> Scene {
    let (sandbox, hub) = start().await;
    let number = sandbox.add_kaleyra_number(NumberConfig {
        sid: SID.to_owned(),
        api_key: KEY.to_owned(),
        number: OWN.to_owned(),
        generation,
    });
    let url = format!("{}/webhooks/whatsapp/kaleyra/X/secret", sandbox.world.hub_url());
    number.enter(&url);
    let marta = number.customer(MARTA, "Marta Rossi");
    assert!(marta.says("Is the Lisbon tile back?").await.webhook.acknowledged());
    Scene { sandbox, hub, number, marta, url }
}

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

const FORM: &str = "application/x-www-form-urlencoded";

impl Scene {
    fn api(&self, path: &str) -> String {
        format!("{}/{path}", self.sandbox.kaleyra_url())
    }

    /// Sends by the first API; a value of `none` leaves a usual field out.
    async fn form(&self, pairs: &[(&str, &str)]) -> (u16, Value) {
        let usual = [("channel", "whatsapp"), ("from", OWN), ("to", MARTA), ("type", "text"), ("body", "hi")];
        let usual = usual.iter().filter(|(name, _)| !pairs.iter().any(|(given, _)| given == name));
        let pairs = usual.chain(pairs).filter(|(_, value)| *value != "none");
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let url = self.api(&format!("v1/{SID}/messages"));
        answer(http().post(url).header("api-key", KEY).header("content-type", FORM).body(body)).await
    }

    /// The field of which the first API complains.
    async fn complains_of(&self, pairs: &[(&str, &str)]) -> String {
        let (status, answer) = self.form(pairs).await;
        assert_eq!(status, 400, "{pairs:?} {answer}");
        answer["error"].as_object().unwrap().keys().next().unwrap().clone()
    }

    /// Sends by the second API, with these members in place of the usual ones.
    async fn wrapped(&self, members: Value) -> (u16, Value) {
        let mut object = json!({
            "messaging_product": "whatsapp", "recipient_type": "individual", "to": format!("+{MARTA}"), "type": "text",
        });
        if members.get("type").is_none() {
            object["text"] = json!({ "body": "hi", "preview_url": true });
        }
        object.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        self.body(json!({ "messaging_object": object, "extra_info": { "ref": "hub:1" } })).await
    }

    async fn body(&self, body: Value) -> (u16, Value) {
        let url = self.api(&format!("v2/{SID}/whatsapp/+{OWN}/messages"));
        answer(http().post(url).header("api-key", KEY).json(&body)).await
    }

    /// The statuses that are told about a message, once it has arrived or failed.
    async fn told(&self, id: &str) -> Vec<String> {
        let reads = self.number.read(|number| number.customers[MARTA].reads);
        let done = |told: &[&str]| {
            let last = if reads { "read" } else { "delivered" };
            told.iter().any(|status| ["failed", "not-sent", last].contains(status))
        };
        let state = self.number.wait_until(|number| done(&number.statuses_of(id)), PATIENCE).await.unwrap();
        state.statuses_of(id).into_iter().map(str::to_owned).collect()
    }

    async fn told_of_form(&self, pairs: &[(&str, &str)]) -> Vec<String> {
        let (status, answer) = self.form(pairs).await;
        assert_eq!(status, 200, "{answer}");
        self.told(answer["id"].as_str().unwrap()).await
    }

    /// What is told of a message by the second API, and the code of its failure.
    async fn told_of_wrapped(&self, members: Value) -> (Vec<String>, Option<u64>) {
        let (status, answer) = self.wrapped(members).await;
        assert_eq!((status, &answer["code"]), (200, &json!("WA200")), "{answer}");
        let told = self.told(&answer["data"]["id"].as_str().unwrap().replace('-', "")).await;
        let last = self.number.read(|number| number.webhooks.last().unwrap().json().unwrap());
        (told, last.pointer("/meta_object/value/statuses/0/errors/0/code").and_then(Value::as_u64))
    }
}

#[tokio::test]
async fn a_message_comes_in_the_form_that_was_made_for_it() {
    let scene = scene(Generation::V1).await;
    let call = scene.hub.wait(1).await.remove(0);
    assert!(call.method == "GET" && call.body.is_empty() && call.path.ends_with("/kaleyra/X/secret"));
    let first = scene.number.read(|number| number.webhooks[0].clone());
    for (name, value) in [("from", MARTA), ("wanumber", OWN), ("type", "text"), ("body", "Is the Lisbon tile back?")] {
        assert_eq!(first.field(name).as_deref(), Some(value), "{name}");
    }
    scene.number.set(|number| {
        (number.style, number.header) = (Style::Form, Some(("x-hub-token".to_owned(), "v".to_owned())));
        number.basic = Some(("kaleyra".to_owned(), "p".to_owned()));
    });
    scene.marta.set(|marta| (marta.user_id, marta.hides_number) = (Some("GB.1".to_owned()), true));
    assert_eq!(scene.marta.says("It's me").await.webhook.field("from").as_deref(), Some("GB.1"));
    let call = scene.hub.wait(2).await.remove(1);
    assert_eq!((call.method.as_str(), call.header("content-type")), ("POST", Some(FORM)));
    assert_eq!(call.header("x-hub-token"), Some("v"));
    assert_eq!(call.header("authorization"), Some("Basic a2FsZXlyYTpw"));
    scene.number.set(|number| number.style = Style::Json);
    let escaped = scene.marta.says("She said \"yes\"").await.webhook;
    assert_eq!(escaped.json().unwrap()["body"], "She said \"yes\"");
    scene.number.set(|number| number.style = Style::BareJson);
    let bare = scene.marta.says("She said \"yes\"").await.webhook;
    assert!(bare.json().is_none() && bare.body.contains("\"body\": \"She said \"yes\"\""));
    assert_eq!(bare.json().is_none(), scene.number.send_again(&bare).await.json().is_none());
    let news = scene.number.news("FLAGGED").await;
    assert_eq!((news.method.as_str(), news.field("event").as_deref()), ("GET", Some("FLAGGED")));
}

#[tokio::test]
async fn a_callback_is_sent_once_whatever_it_is_answered() {
    let scene = scene(Generation::V1).await;
    scene.hub.answer.change(|answer| answer.0 = 503);
    let sent = scene.marta.says("hello?").await.webhook;
    assert_eq!((sent.status, sent.acknowledged()), (Some(503), false));
    scene.number.enter("http://127.0.0.1:1/none");
    assert!(scene.marta.says("hello?").await.webhook.error.is_some());
    assert_eq!(scene.hub.calls.read(Vec::len), 2);
}

#[tokio::test]
async fn the_second_api_wraps_what_meta_says() {
    let scene = scene(Generation::V2).await;
    let call = scene.hub.wait(1).await.remove(0);
    let told = call.json().unwrap();
    let message = &told["meta_object"]["value"]["messages"][0];
    assert_eq!((call.method.as_str(), &message["from"]), ("POST", &json!(MARTA)));
    assert_eq!(message["text"]["body"], "Is the Lisbon tile back?");
    scene.marta.set(|marta| (marta.user_id, marta.hides_number) = (Some("GB.1".to_owned()), true));
    let told = scene.marta.says("It's me").await.webhook.json().unwrap();
    let value = &told["meta_object"]["value"];
    assert!(value["messages"][0].get("from").is_none() && value["contacts"][0].get("wa_id").is_none());
    assert_eq!(value["messages"][0]["from_user_id"], "GB.1");
}

#[tokio::test]
async fn takes_a_text_and_tells_how_far_it_has_come() {
    let scene = scene(Generation::V1).await;
    scene.marta.set(|marta| marta.reads = true);
    let (status, answer) =
        scene.form(&[("body", "Back on Monday 👋"), ("ref", "hub:1"), ("callback_url", &scene.url)]).await;
    let id = answer["id"].as_str().unwrap();
    assert!(status == 200 && id.ends_with(":0"), "{answer}");
    assert_eq!(scene.told(id).await, ["sent", "delivered", "read"]);
    let shown = scene.marta.received().remove(0);
    assert_eq!((shown.text.as_deref(), shown.reference.as_str()), (Some("Back on Monday 👋"), "hub:1"));
    let told = scene.hub.wait(2).await.remove(1);
    assert_eq!((told.method.as_str(), told.query.contains("status=sent")), ("GET", true));

    let scene = self::scene(Generation::V2).await;
    assert_eq!(scene.told_of_wrapped(json!({})).await, (vec!["sent".into(), "delivered".into()], None));
    let told = scene.hub.wait(2).await.remove(1).json().unwrap();
    scene.number.set(|number| number.reversed = true);
    assert_eq!(scene.wrapped(json!({})).await.0, 200);
    let told_last =
        |number: &super::NumberState| number.webhooks.iter().filter(|post| post.status_told.is_some()).count();
    let state = scene.number.wait_until(|number| told_last(number) == 4, PATIENCE).await.unwrap();
    let told_of: Vec<_> = state.webhooks.iter().filter_map(|post| post.status_told.as_ref()).collect();
    assert_eq!(told_of[2].1, "delivered");
    let shown = scene.marta.received().remove(0);
    assert_eq!(told["meta_object"]["value"]["statuses"][0]["id"], shown.id);
    assert_eq!((&told["message_id"], &told["extra_info"]["ref"]), (&json!(shown.wamid), &json!("hub:1")));
}

#[tokio::test]
async fn the_first_api_refuses_what_it_does_not_take() {
    let scene = scene(Generation::V1).await;
    let (text, caption) = ("é".repeat(4097), "é".repeat(1025));
    let media = [("type", "media"), ("body", "none")];
    for (pairs, field) in [
        (vec![("to", "none")], "to"),
        (vec![("to", "07700900123")], "to"),
        (vec![("to", "somebody")], "to"),
        (vec![("from", "none")], "from"),
        (vec![("from", "12025550100")], "from"),
        (vec![("channel", "sms")], "channel"),
        (vec![("type", "otp")], "type"),
        (vec![("body", " ")], "body"),
        (vec![("body", text.as_str())], "body"),
        (vec![("sender", "x")], "sender"),
        (vec![("ref", "x"), ("ref", "y")], "ref"),
        (vec![("callback_url", "no address")], "callback_url"),
        ([&media[..], &[("media_url", "no address")]].concat(), "media_url"),
        ([&media[..], &[("media_url", "https://a/1"), ("caption", caption.as_str())]].concat(), "caption"),
        (vec![("type", "location"), ("param_lat", "north")], "param_lat"),
        (vec![("type", "location"), ("param_lat", "45"), ("param_long", "181")], "param_long"),
        (vec![("type", "template"), ("template_name", "t")], "lang_code"),
        (vec![("type", "template"), ("template_name", "t"), ("lang_code", "it"), ("params", "[\"a\"]")], "params"),
        (vec![("type", "template"), ("template_name", "t"), ("lang_code", "it"), ("params", "\"a\"b\"")], "params"),
    ] {
        assert_eq!(scene.complains_of(&pairs).await, field, "{pairs:?}");
    }
    assert!(scene.marta.received().is_empty());
    assert_eq!(scene.form(&[("to", "+447700900123"), ("body", &"é".repeat(4096))]).await.0, 200);
    let url = scene.api(&format!("v1/{SID}/messages"));
    let json = http().post(url).header("api-key", KEY).json(&json!({ "to": MARTA }));
    assert_eq!(answer(json).await.1["error"]["channel"], "is required", "a form is needed");
}

#[tokio::test]
async fn the_second_api_refuses_what_it_does_not_take() {
    let scene = scene(Generation::V2).await;
    for members in [
        json!({ "to": "07700900123" }),
        json!({ "messaging_product": "sms" }),
        json!({ "recipient_type": "group" }),
        json!({ "text": { "body": "é".repeat(4097) } }),
        json!({ "text": { "body": "" } }),
        json!({ "text": { "body": "hi", "colour": "red" } }),
        json!({ "biz_opaque_callback_data": "x" }),
        json!({ "type": "image", "image": { "id": "1" } }),
        json!({ "type": "image", "image": { "link": "no address" } }),
        json!({ "type": "image", "image": { "link": "https://a/1", "filename": "x" } }),
        json!({ "type": "document", "document": { "link": "https://a/1", "caption": "é".repeat(1025) } }),
        json!({ "type": "location", "location": { "latitude": "45", "longitude": 9 } }),
        json!({ "type": "template", "template": { "name": "t" } }),
        json!({ "type": "order", "order": {} }),
    ] {
        let (status, answer) = scene.wrapped(members.clone()).await;
        assert_eq!((status, &answer["code"]), (400, &json!("WA400")), "{members}");
    }
    assert_eq!(scene.body(json!({})).await.0, 400);
    assert!(scene.marta.received().is_empty());
}

#[tokio::test]
async fn a_call_needs_account_key_and_api() {
    let scene = scene(Generation::V1).await;
    let templates = |sid: &str, key: Option<&str>| {
        let request = http().get(scene.api(&format!("v1/{sid}/whatsapp/templates/status")));
        answer(key.into_iter().fold(request, |request, key| request.header("api-key", key)))
    };
    for (sid, key) in [(SID, Some("wrong")), (SID, None), ("HX2", Some(KEY))] {
        let (status, answer) = templates(sid, key).await;
        assert_eq!((status, &answer["code"]), (401, &json!("RBC001")), "{sid} {key:?}");
    }
    scene.number.set(|number| number.templates.push(hello()));
    let (status, told) = templates(SID, Some(KEY)).await;
    assert_eq!((status, &told["data"][0]["template_name"]), (200, &json!("hello_again")));
    assert_eq!(scene.wrapped(json!({})).await.1["code"], "WA401", "the number is on the other API");
    scene.number.set(|number| number.generation = Generation::V2);
    assert_eq!(scene.complains_of(&[]).await, "from");
    assert_eq!(scene.wrapped(json!({})).await.0, 200);
    let other = http().get(scene.api(&format!("v1/{SID}/other"))).header("api-key", KEY);
    assert_eq!(answer(other).await.0, 404);
}

fn hello() -> Template {
    let (name, language) = ("hello_again".to_owned(), "it".to_owned());
    Template { name, language, body: "Ciao {{1}}, ordine {{2}}.".to_owned() }
}

#[tokio::test]
async fn outside_the_window_only_templates_arrive() {
    let scene = scene(Generation::V1).await;
    scene.number.set(|number| number.templates.push(hello()));
    scene.marta.move_back(25 * HOUR);
    assert_eq!(scene.told_of_form(&[]).await, ["failed"]);
    let template = [("type", "template"), ("body", "none"), ("template_name", "hello_again"), ("lang_code", "it")];
    let filled = [&template[..], &[("params", "\"Marta\",\"A-2231, due\"")]].concat();
    assert_eq!(scene.told_of_form(&filled).await, ["sent", "delivered"]);
    assert_eq!(scene.marta.received()[0].text.as_deref(), Some("Ciao Marta, ordine A-2231, due."));
    assert_eq!(scene.told_of_form(&template).await, ["failed"], "its gaps are empty");
    assert_eq!(scene.told_of_form(&[]).await, ["failed"], "a template opens no window");
    scene.marta.says("yes").await;
    assert_eq!(scene.told_of_form(&[]).await, ["sent", "delivered"]);

    scene.number.set(|number| number.generation = Generation::V2);
    scene.marta.move_back(25 * HOUR);
    let failed = |code: u64| (vec!["failed".to_owned()], Some(code));
    assert_eq!(scene.told_of_wrapped(json!({})).await, failed(131_047));
    let template = |language: &str, gaps: &[&str]| {
        let parameters: Vec<Value> = gaps.iter().map(|gap| json!({ "type": "text", "text": gap })).collect();
        json!({ "type": "template", "template": {
            "name": "hello_again", "language": { "code": language },
            "components": [{ "type": "body", "parameters": parameters }],
        } })
    };
    assert_eq!(scene.told_of_wrapped(template("it", &["Marta", "A-1"])).await.0, ["sent", "delivered"]);
    assert_eq!(scene.told_of_wrapped(template("de", &["Marta", "A-1"])).await, failed(132_001));
    assert_eq!(scene.told_of_wrapped(template("it", &["Marta"])).await, failed(132_000));
    assert_eq!(scene.told_of_wrapped(template("it", &["Marta", "A-1", "x"])).await, failed(132_000));
}

#[tokio::test]
async fn who_cannot_be_reached_shows_by_status() {
    let scene = scene(Generation::V2).await;
    let failed = |code: u64| (vec!["failed".to_owned()], Some(code));
    assert_eq!(scene.told_of_wrapped(json!({ "to": "+447700900999" })).await, failed(131_026));
    scene.marta.set(|marta| marta.blocked = true);
    assert_eq!(scene.told_of_wrapped(json!({})).await, failed(131_026));
    scene.marta.set(|marta| (marta.blocked, marta.user_id) = (false, Some("GB.1".to_owned())));
    scene.number.fail_later(131_000);
    scene.number.fail_later(0);
    assert_eq!(scene.told_of_wrapped(json!({})).await, failed(131_000));
    assert_eq!(scene.told_of_wrapped(json!({})).await, (vec!["not-sent".to_owned()], None));
    let by_user_id = json!({ "to": null, "recipient": "GB.1" });
    assert_eq!(scene.wrapped(by_user_id).await.0, 400, "a member of null is no number");
    let object =
        json!({ "messaging_product": "whatsapp", "recipient": "GB.1", "type": "text", "text": { "body": "x" } });
    assert_eq!(scene.body(json!({ "messaging_object": object })).await.0, 200);
    scene.number.wait_until(|number| number.customers[MARTA].texts() == ["x"], PATIENCE).await.unwrap();
}

#[tokio::test]
async fn a_file_is_fetched_by_head_and_get() {
    let scene = scene(Generation::V1).await;
    let picture = scene.marta.sends(File::new("tile.png", "image/png", "png"), None).await.file.unwrap();
    let media = [("type", "media"), ("body", "none"), ("media_url", picture.url.as_str())];
    assert_eq!(scene.told_of_form(&[&media[..], &[("caption", "like this")]].concat()).await, ["sent", "delivered"]);
    let shown = scene.marta.received().pop().unwrap();
    let file = shown.file.unwrap();
    assert_eq!(
        (shown.text.as_deref(), &file.bytes[..], file.shown_as.as_str()),
        (Some("like this"), &b"png"[..], "image")
    );
    let statuses: Vec<u16> = scene.marta.fetches(&picture).iter().map(|fetch| fetch.status).collect();
    assert_eq!(statuses, [200, 200]);
    scene.marta.expire(&picture);
    assert_eq!(scene.told_of_form(&media).await, ["failed"]);

    scene.number.set(|number| number.generation = Generation::V2);
    let failed = |code: u64| (vec!["failed".to_owned()], Some(code));
    let sends = |kind: &str, url: &str| json!({ "type": kind, kind: { "link": url } });
    assert_eq!(scene.told_of_wrapped(sends("image", &picture.url)).await, failed(131_052));
    let sound = scene.marta.sends(File::new("a.ogg", "audio/ogg", "ogg"), None).await.file.unwrap();
    assert_eq!(scene.told_of_wrapped(sends("image", &sound.url)).await, failed(131_053), "it is no picture");
    let document =
        json!({ "type": "document", "document": { "link": sound.url, "filename": "a b.ogg", "caption": "x" } });
    assert_eq!(scene.told_of_wrapped(document).await.1, None);
    assert_eq!(scene.marta.received().pop().unwrap().file.unwrap().name, "a b.ogg");
    let large = scene.marta.sends(File::new("l.png", "image/png", vec![0; 5_000_001]), None).await.file.unwrap();
    assert_eq!(scene.told_of_wrapped(sends("image", &large.url)).await, failed(131_053));
    let place = json!({ "type": "location", "location": { "latitude": 45.5, "longitude": 9.2, "name": "Duomo" } });
    assert_eq!(scene.told_of_wrapped(place).await.1, None);
    assert_eq!(scene.marta.received().pop().unwrap().place, Some((45.5, 9.2)));
}

#[tokio::test]
async fn a_customer_s_file_needs_no_credential_and_expires() {
    let scene = scene(Generation::V1).await;
    let late = File::new("tile 1.png", "image/png", "png").missing_at_first(1);
    let file = scene.marta.sends(late, Some("broken")).await.file.unwrap();
    let fetch = || http().get(&file.url).send();
    assert_eq!(fetch().await.unwrap().status(), 404);
    let got = fetch().await.unwrap();
    assert_eq!(got.headers()["content-type"], "image/png");
    assert_eq!(&got.bytes().await.unwrap()[..], b"png");
    http().get(&file.url).header("api-key", KEY).send().await.unwrap();
    scene.marta.expire(&file);
    assert_eq!(fetch().await.unwrap().status(), 403);
    let expected = [(404, false), (200, false), (200, true), (403, false)];
    let expected = expected.map(|(status, with_credential)| FileFetch { status, with_credential });
    assert_eq!(scene.marta.fetches(&file), expected);
}

#[tokio::test]
async fn every_act_of_a_customer_is_told_by_both_apis() {
    let scene = scene(Generation::V1).await;
    let marta = &scene.marta;
    let sticker = || File::new("s.webp", "image/webp", "webp");
    let paper = || File::new("a.pdf", "application/pdf", "pdf");
    for (sent, name, value) in [
        (marta.sends_sticker(sticker()).await, "type", "sticker"),
        (marta.sends(paper(), None).await, "body", "a.pdf"),
        (marta.sends(File::new("a.ogg", "audio/ogg", "ogg"), None).await, "type", "voice"),
        (
            marta.shares_place(45.5, 9.2, "Duomo").await,
            "location",
            r#"{"latitude":45.5,"longitude":9.2,"name":"Duomo"}"#,
        ),
        (marta.taps_button("58f8:0", "Yes", "y").await, "reply_to", "58f8:0"),
        (marta.chooses("58f8:0", "Billing", "b").await, "body", "Billing"),
        (marta.answers("58f8:0", "no").await, "reply_to", "58f8:0"),
    ] {
        assert_eq!(sent.webhook.field(name).as_deref(), Some(value), "{name}");
    }
    scene.number.set(|number| number.generation = Generation::V2);
    for (sent, place, value) in [
        (marta.sends_sticker(sticker()).await, "/sticker/mime_type", "image/webp"),
        (marta.sends(paper(), Some("see")).await, "/document/filename", "a.pdf"),
        (marta.sends(File::new("a.ogg", "audio/ogg", "ogg"), None).await, "/type", "audio"),
        (marta.shares_contact("Anna", "+447700900111").await, "/contacts/0/phones/0/phone", "+447700900111"),
        (marta.shares_place(45.5, 9.2, "Duomo").await, "/location/name", "Duomo"),
        (marta.taps_button("58f8", "Yes", "y").await, "/button/payload", "y"),
        (marta.chooses("58f8", "Billing", "b").await, "/interactive/list_reply/title", "Billing"),
        (marta.answers("58f8", "no").await, "/context/id", "58f8"),
    ] {
        let told = sent.webhook.json().unwrap();
        let message = &told["meta_object"]["value"]["messages"][0];
        assert_eq!(message.pointer(place), Some(&json!(value)), "{message}");
        assert_eq!(message["id"], sent.wamid);
        let url = sent.file.map(|file| file.url).unwrap_or_default();
        assert_eq!(told["extra_info"]["media_url"], url);
    }
    scene.number.set(|number| number.tells_file_addresses = false);
    let told = marta.sends(paper(), None).await.webhook.json().unwrap();
    assert_eq!(told["extra_info"]["media_url"], "");
}

#[tokio::test]
async fn fails_as_told() {
    let scene = scene(Generation::V1).await;
    scene.number.fail(KaleyraError::daily_limit(), When::next(1));
    let (status, answer) = scene.form(&[]).await;
    assert_eq!((status, &answer["code"]), (429, &json!("WAV2101")));
    scene.number.fail_on(Some(KaleyraCall::Templates), KaleyraError::internal(), When::always());
    assert_eq!(scene.form(&[]).await.0, 200, "another kind of call is not met");
    scene.number.mend();
    scene.number.fail(Fault::DropAfter, When::next(1));
    let url = scene.api(&format!("v1/{SID}/messages"));
    let body = format!("channel=whatsapp&from={OWN}&to={MARTA}&type=text&body=lost+answer");
    let lost = http().post(url).header("api-key", KEY).header("content-type", FORM).body(body).send().await;
    assert!(lost.is_err());
    let arrived = |number: &super::NumberState| number.customers[MARTA].texts().contains(&"lost answer");
    scene.number.wait_until(arrived, PATIENCE).await.unwrap();
    assert!(scene.sandbox.kaleyra_number(OWN).is_some());
}
