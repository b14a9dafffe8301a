use secrecy::SecretString;

use super::*;
use crate::app::tests::app_without_aws;
use crate::integrations::samples;
use crate::testing::{Around, cancelled, lost};

fn problems(receive_url: &str, api_base_url: Option<&str>) -> Vec<String> {
    let mut draft = Draft { integration: samples::integration(), secrets: samples::secrets() };
    draft.secrets.receive_url = SecretString::from(receive_url);
    draft.integration.api_base_url = api_base_url.map(str::to_owned);
    let mut problems = Problems::default();
    check_addresses(&app_without_aws(), &draft, &mut problems);
    problems.names().into_iter().map(str::to_owned).collect()
}

#[test]
fn addresses_that_nothing_may_be_sent_to() {
    const GOOD: &str = "https://motion.example.com/api/openchannel/accounts/2/notify?token=T";
    let none: [&str; 0] = [];
    assert_eq!(problems(GOOD, None), none);
    assert_eq!(problems(GOOD, Some("https://motion.example.com/api")), none);
    for private in [
        "https://127.0.0.1/x",
        "https://10.0.0.9/x",
        "https://169.254.169.254/x",
        "https://[::1]/x",
        "https://0x7f000001/x",
    ] {
        assert_eq!(problems(private, Some(private)), ["receive_url"], "{private}");
        assert_eq!(problems(GOOD, Some(private)), ["api_base_url"], "{private}");
    }
}

#[tokio::test]
async fn a_secret_goes_only_where_the_record_was_certainly_refused() {
    for (answer, code, deleted) in [(cancelled(), "account_taken", 1), (lost(), "unavailable", 0)] {
        let around = Around::new(move |call| (call.operation == "TransactWriteItems").then(|| answer.clone())).await;
        let draft = Draft { integration: samples::integration(), secrets: samples::secrets() };
        let error = keep(&around.app, &draft, None).await.unwrap_err();
        let conflict = matches!(error, ApiError::Conflict("account_taken", _));
        assert_eq!(conflict, code == "account_taken", "{error:?}");
        assert_eq!(around.calls("DeleteSecret").len(), deleted, "{code}");
    }
}
