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
    let answered = |account: Account| of(AccountState::Answered(account));
    let none: [&str; 0] = [];
    assert_eq!(answered(Account::default()), none, "nothing is known, nothing is wrong");
    let same =
        Account { map_key: Some(integration().map_key), reply_url: Some(REPLY_URL.to_owned()), ..Account::default() };
    assert_eq!(answered(same.clone()), none);
    assert_eq!(answered(Account { map_key: "phone".parse().ok(), ..same.clone() }), ["map_key_differs"]);
    assert_eq!(answered(Account { reply_url: Some(String::new()), ..same }), ["reply_url_differs"]);
    assert_eq!(of(AccountState::Refused { reason: "a new key is needed".to_owned() }), ["desk_refuses"]);
    assert_eq!(of(AccountState::Away { reason: "no answer".to_owned() }), ["desk_away"]);
}
