use serde_json::json;

use super::*;
use crate::test_aws::{Step, TestAws};

fn app(id: &str) -> Step {
    Step::Good(json!({ "SecretString": json!({ "app_id": id }).to_string() }))
}

fn denied() -> Step {
    Step::Bad(json!({"__type": "AccessDeniedException", "message": "no"}))
}

async fn secrets(steps: Vec<Step>) -> (Secrets, TestAws) {
    let aws = TestAws::start(steps).await;
    (Secrets::new(Client::new(&aws.config), "hub"), aws)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_790_000_000 + seconds)
}

#[tokio::test]
async fn the_older_value_is_used_while_aws_fails_or_hangs_and_not_every_call_asks() {
    for trouble in [Step::Hang, denied()] {
        let (secrets, aws) = secrets(vec![app("1"), trouble, app("2")]).await;
        for (seconds, id, calls) in [(0, "1", 1), (299, "1", 1), (400, "1", 2), (429, "1", 2), (430, "2", 3)] {
            let read = tokio::time::timeout(PATIENCE * 2, secrets.meta_app(at(seconds))).await;
            assert_eq!(read.expect("an answer in time").unwrap().app_id, id, "after {seconds} s");
            assert_eq!(aws.calls(), calls, "after {seconds} s");
        }
    }
}

#[tokio::test]
async fn without_an_older_value_the_failure_is_told_by_its_code() {
    let (secrets, _) = secrets(vec![denied()]).await;
    assert_eq!(secrets.meta_app(at(0)).await.unwrap_err().to_string(), "Secrets Manager: AccessDeniedException");
}

#[tokio::test]
async fn an_expired_entry_is_read_anew_and_outlives_trouble() {
    let id = IntegrationId::generate();
    let with = |token: &str| {
        let text = json!({"account": "facebook:1", "platform": {"kind": "graph", "token": token}, "receive_url": "u", "reply_secrets": []});
        Step::Good(json!({ "SecretString": text.to_string() }))
    };
    let (secrets, aws) = secrets(vec![with("old"), denied(), with("new")]).await;
    secrets.expire(id, at(0));
    for (seconds, token, calls) in [(0, "old", 1), (1, "old", 2), (2, "new", 3)] {
        let read = secrets.integration(id, at(seconds)).await.unwrap().unwrap();
        assert_eq!(
            (read.platform.graph_token().unwrap().expose_secret(), aws.calls()),
            (token, calls),
            "after {seconds} s"
        );
        secrets.expire(id, at(seconds + 1));
    }
}

#[tokio::test]
async fn a_failed_authentication_has_it_read_anew_once_in_a_while() {
    let (secrets, aws) = secrets(vec![app("1"), app("2"), app("3")]).await;
    assert_eq!(secrets.meta_app(at(0)).await.unwrap().app_id, "1");
    for (seconds, allowed, id, calls) in
        [(0, false, "1", 1), (2, true, "2", 2), (3, false, "2", 2), (31, false, "2", 2), (32, true, "3", 3)]
    {
        assert_eq!(secrets.refresh(None, at(seconds)), allowed, "after {seconds} s");
        assert_eq!(secrets.meta_app(at(seconds)).await.unwrap().app_id, id, "after {seconds} s");
        assert_eq!(aws.calls(), calls, "after {seconds} s");
    }
}

#[tokio::test]
async fn a_full_cache_still_takes_what_it_knows_and_lets_go_of_what_nobody_has() {
    let (secrets, _) = secrets(vec![denied()]).await;
    let value = |text: &str| Some(SecretString::from(text));
    for number in 0..CACHE_SIZE {
        secrets.remember(&number.to_string(), value("old"), at(0));
    }
    let known = |name: &str| {
        secrets.lock().get(name).and_then(|entry| entry.value.as_ref().map(|value| value.expose_secret().to_owned()))
    };
    secrets.remember("0", value("new"), at(1));
    secrets.remember("one too many", value("new"), at(1));
    assert_eq!((known("0").as_deref(), known("one too many")), (Some("new"), None));

    secrets.remember("1", None, at(1));
    secrets.remember("another", value("new"), at(1));
    assert_eq!(known("another").as_deref(), Some("new"));
    assert!(!secrets.lock().contains_key("1") && secrets.lock().contains_key("2"));
}
