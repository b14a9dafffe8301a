use super::*;
use crate::integrations::samples::{integration, secrets};

fn codes(findings: Vec<Finding>) -> Vec<&'static str> {
    assert!(findings.iter().all(|finding| !finding.message.is_empty()));
    findings.into_iter().map(|finding| finding.code).collect()
}

#[test]
fn what_settings_tell() {
    let complete = integration();
    let without_key = IntegrationSecrets { desk: None, ..secrets() };
    let without_base = Integration { api_base_url: None, ..integration() };
    let without_account = Integration { desk_account: None, ..integration() };
    let disabled = Integration { enabled: false, ..integration() };
    let none: [&str; 0] = [];
    assert_eq!(codes(of_settings(&complete, Some(&secrets()))), none);
    assert_eq!(codes(of_settings(&complete, Some(&without_key))), ["no_api_credential"]);
    assert_eq!(codes(of_settings(&without_base, Some(&secrets()))), ["no_api_base_url"]);
    assert_eq!(codes(of_settings(&without_account, Some(&secrets()))), ["no_desk_account"]);
    assert_eq!(codes(of_settings(&disabled, Some(&secrets()))), ["disabled"]);
    assert_eq!(codes(of_settings(&disabled, None)), ["secrets_missing"]);
}

#[test]
fn what_motion_tells() {
    const REPLY_URL: &str = "https://hub.example.com/api/reply/X/S";
    let of = |state: AccountState| codes(of_account(&integration(), REPLY_URL, &state));
    let answered = |map_key: Option<&str>, reply_url: Option<&str>| {
        let map_key = map_key.map(|name| name.parse().unwrap());
        of(AccountState::Answered(Account { name: None, map_key, reply_url: reply_url.map(Into::into), list: None }))
    };
    let none: [&str; 0] = [];
    assert_eq!(answered(None, None), none, "nothing is known, nothing is wrong");
    assert_eq!(answered(Some("facebook"), Some(REPLY_URL)), none);
    assert_eq!(answered(Some("phone"), Some(REPLY_URL)), ["map_key_differs"]);
    assert_eq!(answered(Some("facebook"), Some("")), ["reply_url_differs"]);
    assert_eq!(of(AccountState::Refused { reason: "a new key is needed".to_owned() }), ["desk_refuses"]);
    assert_eq!(of(AccountState::Away { reason: "no answer".to_owned() }), ["desk_away"]);
}
