use std::time::Duration;

use serde_json::{Value, json};
use url::form_urlencoded;

use super::{Customer, Number, NumberConfig, Statuses, Template, TwilioCall, TwilioError, sign};
use crate::meta::File;
use crate::testing::{FakeHub, PATIENCE, start};
use crate::{Fault, Sandbox, When};

const SID: &str = "AC000000000000000000000000c0ffee01";
const TOKEN: &str = "00112233445566778899aabbccddeeff";
const MARTA: &str = "447700900123";
const HOUR: Duration = Duration::from_secs(3600);
const REPEATS: &str = "#rc=3&rp=5xx,ct,rt";

struct Scene {
    sandbox: Sandbox,
    hub: FakeHub,
    number: Number,
    marta: Customer,
    url: String,
}

/// A number to which a customer has just written; the hub answers 204.
async fn scene() -> Scene {
    let (sandbox, hub) = start().await;
    hub.answer.change(|answer| answer.0 = 204);
    let number = sandbox.add_twilio_number(NumberConfig {
        account_sid: SID.to_owned(),
        auth_token: TOKEN.to_owned(),
        number: "12025550199".to_owned(),
        name: "Northwind Tiles".to_owned(),
    });
    let url = format!("{}/webhooks/whatsapp/twilio/X", sandbox.world.hub_url());
    number.enter(&format!("{url}{REPEATS}"));
    let marta = number.customer(MARTA, "Marta Rossi");
    assert!(marta.says("Is the Lisbon tile back?").await.webhook.acknowledged());
    Scene { sandbox, hub, number, marta, url }
}

impl Scene {
    fn api(&self, path: &str) -> String {
        format!("{}/{path}", self.sandbox.twilio_url())
    }

    async fn send(&self, pairs: &[(&str, &str)]) -> (u16, Value) {
        let usual = [("To", "whatsapp:+447700900123"), ("From", "whatsapp:+12025550199"), ("Body", "hi")];
        let usual = usual.iter().filter(|(name, _)| !pairs.iter().any(|(given, _)| given == name));
        let pairs: Vec<_> = usual.chain(pairs).filter(|(_, value)| *value != "none").copied().collect();
        let url = self.api(&format!("2010-04-01/Accounts/{SID}/Messages.json"));
        answer(http().post(url).basic_auth(SID, Some(TOKEN)).header("content-type", FORM).body(form(&pairs))).await
    }

    /// The code with which a message is refused.
    async fn refused(&self, pairs: &[(&str, &str)]) -> (u16, u64) {
        let (status, answer) = self.send(pairs).await;
        assert_eq!(answer["status"], status);
        (status, answer["code"].as_u64().unwrap())
    }

    /// The statuses and the last code that are posted about a message.
    async fn told(&self, pairs: &[(&str, &str)]) -> (Vec<String>, Option<String>) {
        let callback = self.callback();
        let pairs = [pairs, &[("StatusCallback", callback.as_str())]].concat();
        let (status, answer) = self.send(&pairs).await;
        assert_eq!(status, 201, "{answer}");
        let sid = answer["sid"].as_str().unwrap().to_owned();
        let reads = self.number.read(|number| number.customers[MARTA].reads);
        let done = |told: &[&str]| {
            let has = |status| told.contains(&status);
            has("failed") || has("undelivered") || (has("delivered") && (has("read") || !reads))
        };
        let state = self.number.wait_until(|number| done(&number.statuses_of(&sid)), PATIENCE).await.unwrap();
        let code = state.webhooks.iter().rev().find_map(|post| post.param("ErrorCode")).map(str::to_owned);
        (state.statuses_of(&sid).into_iter().map(str::to_owned).collect(), code)
    }

    fn callback(&self) -> String {
        format!("{}{REPEATS}", self.url)
    }

    async fn get(&self, path: &str, user: &str, password: &str) -> (u16, Value) {
        answer(http().get(self.api(path)).basic_auth(user, Some(password))).await
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn params(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).into_owned().collect()
}

#[tokio::test]
async fn a_customer_s_message_comes_signed_over_the_address_without_its_fragment() {
    let scene = scene().await;
    let call = scene.hub.wait(1).await.remove(0);
    let sent = params(&call.body);
    assert_eq!(call.header("x-twilio-signature"), Some(sign(TOKEN, &scene.url, &sent).as_str()));
    assert!(call.header("i-twilio-idempotency-token").is_some());
    let get = |name: &str| sent.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!(get("From"), Some("whatsapp:+447700900123"));
    assert_eq!(get("SmsStatus"), Some("received"));
    assert_eq!(get("Body"), Some("Is the Lisbon tile back?"));

    scene.number.set(|number| (number.asks_by_get, number.signs_port) = (true, false));
    scene.marta.set(|marta| (marta.user_id, marta.hides_number) = (Some("GB.1".to_owned()), true));
    assert!(scene.marta.says("It's me").await.webhook.acknowledged());
    let call = scene.hub.wait(2).await.remove(1);
    assert!(call.method == "GET" && call.body.is_empty());
    let url = format!("{}?{}", scene.url, call.query);
    assert_eq!(call.header("x-twilio-signature"), Some(sign(TOKEN, &url, &[]).as_str()));
    let asked = params(call.query.as_bytes());
    assert!(asked.contains(&("From".to_owned(), "whatsapp:GB.1".to_owned())));
    assert!(!asked.iter().any(|(name, _)| name == "WaId"));
}

#[tokio::test]
async fn the_address_says_how_often_it_is_asked_again_and_then_comes_the_fallback() {
    let scene = scene().await;
    scene.hub.answer.change(|answer| answer.0 = 503);
    let sent = scene.marta.says("hello?").await;
    assert_eq!((sent.webhook.attempts, sent.webhook.status), (4, Some(503)));
    let fallback = sent.webhook.fallback.unwrap();
    assert_eq!((fallback.param("ErrorCode"), fallback.param("MessageSid")), (Some("11200"), Some(sent.sid.as_str())));
    assert_eq!(scene.hub.wait(9).await.len(), 9);
    // Without a word about it, only a connection that does not come about is tried again.
    scene.number.enter(&scene.url);
    assert_eq!(scene.marta.says("hello?").await.webhook.attempts, 1);
    scene.number.enter("http://127.0.0.1:1/none");
    assert_eq!(scene.marta.says("hello?").await.webhook.attempts, 2);
    scene.hub.answer.change(|answer| answer.0 = 403);
    scene.number.enter(&format!("{}{REPEATS}", scene.url));
    assert_eq!(scene.marta.says("hello?").await.webhook.attempts, 1);
    assert!(scene.number.read(|number| number.warnings.contains(&11200)));
}

#[tokio::test]
async fn an_answer_with_words_reaches_the_customer() {
    let scene = scene().await;
    scene.hub.answer.change(|answer| *answer = (200, "OK".to_owned()));
    assert!(scene.marta.says("hello").await.webhook.acknowledged());
    let received = scene.marta.received();
    assert_eq!(received[0].text.as_deref(), Some("OK"));
    assert!(received[0].from_an_answer);
    scene.hub.answer.change(|answer| *answer = (204, String::new()));
    scene.marta.says("hello").await;
    assert_eq!(scene.marta.received().len(), 1);
}

#[tokio::test]
async fn takes_a_text_and_tells_how_far_it_has_come() {
    let scene = scene().await;
    let (status, answer) = scene.send(&[]).await;
    assert_eq!((status, &answer["status"], &answer["num_media"]), (201, &json!("queued"), &json!("0")));
    scene.marta.set(|marta| marta.reads = true);
    assert_eq!(
        scene.told(&[("Body", "Back on Monday 👋")]).await,
        (vec!["sent".into(), "delivered".into(), "read".into()], None)
    );
    assert_eq!(scene.marta.received().last().unwrap().text.as_deref(), Some("Back on Monday 👋"));
    scene.number.set(|number| number.statuses = Statuses::Reversed);
    let (statuses, _) = scene.told(&[]).await;
    assert_eq!(statuses[0], "read");
    for call in scene.hub.wait(4).await {
        let sent = params(&call.body);
        assert_eq!(call.header("x-twilio-signature"), Some(sign(TOKEN, &scene.url, &sent).as_str()));
    }
}

#[tokio::test]
async fn refuses_what_twilio_refuses_at_once() {
    let scene = scene().await;
    let long = "é".repeat(1601);
    for (pairs, expected) in [
        (vec![("To", "none")], (400, 21604)),
        (vec![("To", "+447700900123")], (400, 21211)),
        (vec![("To", "whatsapp:447700900123")], (400, 21211)),
        (vec![("From", "none")], (400, 21603)),
        (vec![("From", "whatsapp:+12025550100")], (400, 63007)),
        (vec![("From", "+12025550199")], (400, 63007)),
        (vec![("From", "none"), ("MessagingServiceSid", "MG1")], (400, 21703)),
        (vec![("Body", " ")], (400, 21602)),
        (vec![("Body", long.as_str())], (400, 21617)),
        (vec![("MediaUrl", "no address")], (400, 21620)),
        (vec![("MediaUrl", "https://a/1"), ("MediaUrl", "https://a/2")], (400, 21623)),
        (vec![("ContentSid", "HX1")], (400, 21655)),
        (vec![("PersistentAction", "geo:here")], (400, 63021)),
        (vec![("StatusCallback", "https://under_score.example/")], (400, 21609)),
    ] {
        assert_eq!(scene.refused(&pairs).await, expected, "{pairs:?}");
    }
    assert!(scene.marta.received().is_empty());
    assert_eq!(scene.send(&[("Body", &"é".repeat(1600))]).await.0, 201);
    let json = http().post(scene.api(&format!("2010-04-01/Accounts/{SID}/Messages.json"))).basic_auth(SID, Some(TOKEN));
    assert_eq!(answer(json.json(&json!({"To": "whatsapp:+447700900123"}))).await.1["code"], 21604, "a form is needed");
}

#[tokio::test]
async fn a_call_needs_the_credential_of_its_account() {
    let scene = scene().await;
    let path = format!("2010-04-01/Accounts/{SID}/Messages.json");
    for (path, user, password) in
        [(path.as_str(), SID, "wrong"), (&path, "SK1", "secret"), (&path.replace("ee01", "ee02"), SID, TOKEN)]
    {
        let (status, answer) = scene.get(path, user, password).await;
        assert_eq!((status, &answer["code"]), (401, &json!(20003)), "{path} {user}");
    }
    assert_eq!(answer(http().get(scene.api(&path))).await.0, 401);
    scene.number.set(|number| drop(number.api_keys.insert("SK1".to_owned(), "secret".to_owned())));
    assert_eq!(scene.get(&path, "SK1", "secret").await.0, 200);
    let account = format!("2010-04-01/Accounts/{SID}.json");
    assert_eq!(scene.get(&account, "SK1", "secret").await.0, 401, "a key may not see the account");
    let (status, answer) = scene.get(&account, SID, TOKEN).await;
    assert_eq!((status, &answer["sid"], &answer["status"]), (200, &json!(SID), &json!("active")));
    assert_eq!(scene.get(&format!("2010-04-01/Accounts/{SID}/Other.json"), SID, TOKEN).await.0, 404);
}

#[tokio::test]
async fn senders_services_and_typing() {
    let scene = scene().await;
    let (_, senders) = scene.get("v2/Channels/Senders?Channel=whatsapp&PageSize=100", SID, TOKEN).await;
    let sender = &senders["senders"][0];
    assert_eq!((&sender["sender_id"], &sender["status"]), (&json!("whatsapp:+12025550199"), &json!("ONLINE")));
    assert_eq!(sender["webhook"]["callback_url"], scene.callback());
    assert_eq!(scene.get("v2/Channels/Senders", SID, TOKEN).await.0, 400);
    assert_eq!(scene.get("v1/Services/MG1", SID, TOKEN).await.0, 404);
    scene.number.set(|number| number.messaging_service = Some("MG1".to_owned()));
    assert_eq!(scene.get("v1/Services/MG1", SID, TOKEN).await.1["sid"], "MG1");
    let by_service = scene.send(&[("From", "none"), ("MessagingServiceSid", "MG1")]).await;
    assert_eq!((by_service.0, &by_service.1["status"], &by_service.1["from"]), (201, &json!("accepted"), &Value::Null));

    let written = scene.number.read(|number| number.customers[MARTA].messages[0].sid.clone());
    for (body, status) in [
        (json!({"channel": "WHATSAPP", "messageId": written}), 200),
        (json!({"channel": "WHATSAPP", "messageId": "SM1"}), 400),
        (json!({"messageId": written}), 400),
    ] {
        let typing = http().post(scene.api("v3/Indicators/Typing.json")).basic_auth(SID, Some(TOKEN)).json(&body);
        assert_eq!(answer(typing).await.0, status, "{body}");
    }
    assert_eq!(scene.number.read(|number| number.customers[MARTA].typing_seen), 1);
}

#[tokio::test]
async fn what_is_wrong_with_window_and_customer_shows_by_status() {
    let scene = scene().await;
    let failed =
        |status: &[&str], code: &str| (status.iter().map(|it| (*it).to_owned()).collect(), Some(code.to_owned()));
    scene.marta.move_back(25 * HOUR);
    assert_eq!(scene.told(&[]).await, failed(&["failed"], "63016"));
    scene.number.set(|number| {
        number.templates.insert("HX1".to_owned(), Template { body: "Hello {{1}}, write to us.".to_owned() });
    });
    assert_eq!(scene.refused(&[("ContentSid", "HX1"), ("ContentVariables", "{\"1\":5}")]).await, (400, 21656));
    let (statuses, _) = scene.told(&[("ContentSid", "HX1"), ("ContentVariables", "{\"1\":\"Marta\"}")]).await;
    assert_eq!(statuses.last().map(String::as_str), Some("delivered"));
    assert_eq!(scene.marta.received()[0].text.as_deref(), Some("Hello Marta, write to us."));
    assert_eq!(scene.told(&[("ContentSid", "HX1")]).await, failed(&["failed"], "63028"));
    assert_eq!(scene.told(&[]).await, failed(&["failed"], "63016"), "a template opens no window");
    scene.marta.says("yes").await;
    assert_eq!(scene.told(&[]).await.0.last().map(String::as_str), Some("delivered"));
    assert_eq!(scene.told(&[("To", "whatsapp:+447700900999")]).await, failed(&["sent", "undelivered"], "63024"));
    scene.marta.set(|marta| marta.blocked = true);
    assert_eq!(scene.told(&[]).await, failed(&["failed"], "63014"));
    scene.marta.set(|marta| (marta.blocked, marta.user_id) = (false, Some("GB.1".to_owned())));
    scene.number.fail_later(63018);
    assert_eq!(scene.told(&[]).await, failed(&["failed"], "63018"));
    assert_eq!(scene.told(&[("To", "whatsapp:GB.1")]).await.0.last().map(String::as_str), Some("delivered"));
}

#[tokio::test]
async fn a_file_is_fetched_by_head_and_get() {
    let scene = scene().await;
    // The hub of this test answers both with its own words and no type.
    scene.hub.answer.change(|answer| *answer = (200, "bytes".to_owned()));
    let link = format!("{}/files/RANDOM", scene.sandbox.world.hub_url());
    let (statuses, code) = scene.told(&[("MediaUrl", &link)]).await;
    assert_eq!((statuses, code.as_deref()), (vec!["failed".to_owned()], Some("63021")), "plain text is not taken");
    scene.hub.answer.change(|answer| answer.0 = 404);
    assert_eq!(scene.told(&[("MediaUrl", &link)]).await.1.as_deref(), Some("63019"));
    let asked: Vec<String> = scene.hub.calls.read(|calls| {
        calls.iter().filter(|call| call.path == "/files/RANDOM").map(|call| call.method.clone()).collect()
    });
    assert_eq!(asked, ["HEAD", "HEAD"]);

    let picture = scene.marta.sends(File::new("tile.png", "image/png", "png"), None).await.file.unwrap();
    let direct = http().get(&picture.url).basic_auth(SID, Some(TOKEN)).send().await.unwrap();
    let cdn = direct.headers()["location"].to_str().unwrap().to_owned();
    let (statuses, _) = scene.told(&[("MediaUrl", &cdn), ("Body", "like this")]).await;
    assert_eq!(statuses.last().map(String::as_str), Some("delivered"));
    let shown = scene.marta.received().pop().unwrap();
    assert_eq!((shown.text.as_deref(), &shown.file.unwrap().bytes[..]), (Some("like this"), &b"png"[..]));
}

#[tokio::test]
async fn a_customer_s_file_needs_the_credential_and_expires() {
    let scene = scene().await;
    let file = scene
        .marta
        .sends(File::new("tile.png", "image/png", "png").missing_at_first(1), Some("broken"))
        .await
        .file
        .unwrap();
    assert_eq!(http().get(&file.url).send().await.unwrap().status(), 401);
    let fetch = || http().get(&file.url).basic_auth(SID, Some(TOKEN)).send();
    assert_eq!(fetch().await.unwrap().status(), 404);
    let redirect = fetch().await.unwrap();
    assert_eq!(redirect.status(), 307);
    let link = redirect.headers()["location"].to_str().unwrap().to_owned();
    let got = http().get(&link).send().await.unwrap();
    assert_eq!(got.headers()["content-type"], "image/png");
    assert_eq!(&got.bytes().await.unwrap()[..], b"png");
    scene.marta.expire(&file);
    assert_eq!(fetch().await.unwrap().status(), 404);
    assert_eq!(http().get(&link).send().await.unwrap().status(), 403);
    let fetches = scene.marta.fetches(&file);
    let statuses =
        |fetches: &[crate::meta::Fetch]| fetches.iter().map(|it| (it.status, it.authorized)).collect::<Vec<_>>();
    assert_eq!(statuses(&fetches.api), [(401, false), (404, true), (307, true), (404, true)]);
    assert_eq!(statuses(&fetches.link), [(200, false), (403, false)]);
}

#[tokio::test]
async fn every_act_of_a_customer_has_its_parameters() {
    let scene = scene().await;
    let (at, marta) = (scene.number.read(|number| number.number.clone()), &scene.marta);
    assert_eq!(at, "12025550199");
    let sticker = File::new("s.webp", "image/webp", "webp");
    for (sent, expected) in [
        (marta.sends_sticker(sticker).await, vec![("MessageType", "sticker"), ("NumMedia", "1"), ("Body", "")]),
        (marta.shares_contact("Anna", "+447700900111").await, vec![("MediaContentType0", "text/vcard")]),
        (
            marta.shares_place("45.5", "9.2", "Duomo").await,
            vec![("Latitude", "45.5"), ("Label", "Duomo"), ("Body", "")],
        ),
        (
            marta.taps_button("SM1", "Yes", "y").await,
            vec![("ButtonText", "Yes"), ("ButtonPayload", "y"), ("Body", "Yes")],
        ),
        (
            marta.chooses("SM1", "Billing", "b").await,
            vec![("ListId", "b"), ("ListTitle", "Billing"), ("Body", "Billing")],
        ),
        (marta.answers("SM1", "no").await, vec![("OriginalRepliedMessageSid", "SM1"), ("Body", "no")]),
        (marta.says_after_advert("hi", "Spring").await, vec![("ReferralHeadline", "Spring"), ("Body", "hi")]),
    ] {
        for (name, value) in expected {
            assert_eq!(sent.webhook.param(name), Some(value), "{name}");
        }
        assert_eq!(sent.webhook.param("MessageSid"), Some(sent.sid.as_str()));
    }
}

#[tokio::test]
async fn fails_as_told() {
    let scene = scene().await;
    scene.number.fail(TwilioError::too_many_requests(), When::next(1));
    assert_eq!(scene.refused(&[]).await, (429, 20429));
    scene.number.fail_on(Some(TwilioCall::Media), TwilioError::internal(), When::always());
    assert_eq!(scene.send(&[]).await.0, 201, "another kind of call is not met");
    scene.number.mend();
    scene.number.fail(Fault::DropAfter, When::next(1));
    let url = scene.api(&format!("2010-04-01/Accounts/{SID}/Messages.json"));
    let pairs = [("To", "whatsapp:+447700900123"), ("From", "whatsapp:+12025550199"), ("Body", "lost answer")];
    let lost =
        http().post(url).basic_auth(SID, Some(TOKEN)).header("content-type", FORM).body(form(&pairs)).send().await;
    assert!(lost.is_err());
    let arrived = |number: &super::NumberState| number.customers[MARTA].texts().contains(&"lost answer");
    scene.number.wait_until(arrived, PATIENCE).await.unwrap();
}
