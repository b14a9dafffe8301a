//! No secret and none of a customer's words are in any log: not those of this test, which does everything that could put
//! them there, and not those of the tests that ran before it on the same stack.

use e2e::hub::Hub;
use e2e::logs::{all_groups, until_logged};
use e2e::scene::Scene;
use e2e::stack::{client, run, stack};
use e2e::whatsapp::{Carrier, Line, Sending};
use sandbox::meta::{File, Token};
use sandbox::motion::MotionCall;
use sandbox::{Answer, Fault, When};
use serde_json::json;

const WORDS: &str = "xylophone-4711";
const NUMBER: &str = "+49 1575 0160042";

#[tokio::test]
async fn no_secret_and_no_word_of_a_customer_is_in_any_log() {
    let scene = Scene::new().await;
    let ingrid = scene.customer();
    let mut numbers = Vec::new();
    let said = format!("{WORDS} call me at {NUMBER}");

    ingrid.sends(Some(&said), vec![File::new(&format!("{WORDS}.pdf"), "application/pdf", &b"%PDF-1.7"[..])]).await;
    scene.until_bodies(&ingrid, 2).await;
    let answered = scene.desk.agent().reply(ingrid.psid(), &said).await.unwrap().answer.unwrap();
    assert_eq!(answered.status, Some(200));

    // A desk that repeats the words in its refusal, one that hangs up, a file that cannot be had.
    let refusal = Answer::json(400, &json!({"message": format!("cannot take {said}")}));
    scene.desk.fail_on(Some(MotionCall::Receive), Fault::Refuse(refusal), When::next(1));
    ingrid.says(&said).await;
    scene.until_kept("failed", 1).await;
    ingrid.sends(None, vec![File::new(&format!("{WORDS}.png"), "image/png", &b"x"[..]).missing_at_first(9)]).await;
    scene.until_bodies(&ingrid, 3).await;

    // A platform that refuses the token, a wrong path secret, a wrong signature, a body that cannot be read.
    scene.page.set(|page| page.token = Token::Expired);
    let refused = scene.desk.agent().reply(ingrid.psid(), &said).await.unwrap().answer.unwrap();
    assert_ne!(refused.status, Some(200));
    let reply_url = scene.integration["reply_url"].as_str().unwrap().to_owned();
    let wrong = client().post(format!("{reply_url}x")).body(said.clone()).send().await.unwrap();
    assert!(wrong.status().is_client_error());
    let unreadable = client().post(&reply_url).body(format!("{{\"body\": \"{said}")).send().await.unwrap();
    assert!(unreadable.status().is_client_error());
    scene.page.post_signed(said.clone().into_bytes(), Some("sha256=00")).await;
    scene.page.post_bytes(said.clone().into_bytes()).await;
    let (status, _) =
        Hub::sign_in().await.call(reqwest::Method::POST, "/api/integrations", Some(&json!({"name": said}))).await;
    assert!((400..500).contains(&status));

    // The same words through everyone who carries WhatsApp, with a file each way, and a round of what looks after the hub.
    for carrier in Carrier::ALL {
        let line = Line::new(carrier).await;
        let anna = line.customer();
        anna.sends(Sending::new("form.pdf", "application/pdf", &b"%PDF-1.7"[..]).captioned(WORDS)).await;
        line.until_bodies(&anna, 2).await;
        line.reply(&anna, &said).await.sent();
        let answer = line.reply_with_file(&anna, WORDS, "application/pdf", b"%PDF-1.7").await.answer.unwrap();
        assert_eq!(answer.status, Some(200), "{answer:?}");
        line.number.fails_later();
        line.reply(&anna, &said).await.sent();
        line.until_told(&anna, "not delivered to the customer").await;
        numbers.push(anna.id().to_owned());
    }
    run("upkeep").await;

    let logs = until_logged(answered.json["correlation_id"].as_str().unwrap()).await;
    for function in stack().functions.keys() {
        assert!(logs.get(function).is_some_and(|lines| !lines.is_empty()), "{function} has logged nothing");
    }
    let reply_secret = reply_url.rsplit('/').next().unwrap();
    let desk = scene.desk.state();
    let never = [
        ("the customer's words", WORDS),
        ("a telephone number", "0160042"),
        ("a page token", "EAAG-hush"),
        ("the Meta app's secret", &stack().meta_app.app_secret),
        ("the verify token", &stack().meta_app.verify_token),
        ("an administrator's password", &stack().administrator.password),
        ("the secret of a Reply URL", reply_secret),
        ("the token of a Receive URL", &desk.token),
        ("an API key of Motion", &desk.api_key),
        ("the query of a Receive URL", "notify?"),
        ("a bearer token", "Bearer "),
        ("an access token", "eyJ"),
        ("a proof for Graph", "appsecret_proof="),
    ];
    let never = never.into_iter().chain(numbers.iter().map(|number| ("a telephone number", number.as_str())));
    let never: Vec<_> = never.chain([("a key of a carrier", "hush")]).collect();
    let groups = all_groups().await;
    for function in stack().functions.values() {
        assert!(groups.contains_key(function["log_group"].as_str().unwrap()), "{function}: {:?}", groups.keys());
    }
    // The access log is searched like any other, but the local AWS writes nothing there, so that this proves nothing of it.
    // What it holds on AWS is what its format says, and that is held by tests/infra/test_access_log.py.
    let access_log = format!("/aws/apigateway/{}", stack().stack);
    assert!(groups.contains_key(&access_log), "{:?}", groups.keys());
    for (group, lines) in groups {
        for line in lines {
            for (what, secret) in &never {
                assert!(!line.contains(*secret), "{what} is in the log {group}: {line}");
            }
        }
    }
}
