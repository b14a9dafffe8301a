use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};

use super::*;
use crate::integrations::settings::{read_change, read_new};

const RECEIVE_URL: &str = "https://motion.example.com/api/openchannel/accounts/2/notify?token=T1";

fn object(body: Value) -> Map<String, Value> {
    body.as_object().unwrap().clone()
}

/// A draft of a complete integration.
fn made() -> Draft {
    let (draft, problems) = make(json!({}));
    assert_eq!(problems, Vec::<String>::new());
    draft
}

fn make(more: Value) -> (Draft, Vec<String>) {
    let mut body = object(json!({
        "channel": "facebook", "name": "Tiles", "page_token": "EAAGpage", "receive_url": RECEIVE_URL, "api_key": "motion-key",
    }));
    body.extend(object(more));
    let (new, mut problems) = read_new(body);
    let mut draft = Draft::new(TenantId::generate(), new.channel, Timestamp::from_millis(0)).unwrap();
    draft.apply(new.settings, &mut problems).unwrap();
    draft.check_complete(&mut problems);
    (draft, problems.names().into_iter().map(str::to_owned).collect())
}

fn change(draft: &mut Draft, body: Value) -> (Touched, Vec<String>) {
    let (change, mut problems) = read_change(object(body));
    let touched = draft.apply(change.settings, &mut problems).unwrap();
    (touched, problems.names().into_iter().map(str::to_owned).collect())
}

fn texts(secrets: &[SecretString]) -> Vec<&str> {
    secrets.iter().map(ExposeSecret::expose_secret).collect()
}

#[test]
fn a_new_one_takes_what_its_receive_url_tells() {
    let draft = made();
    assert_eq!(draft.integration.desk_account.as_deref(), Some("2"));
    assert_eq!(draft.integration.api_base_url.as_deref(), Some("https://motion.example.com/api"));
    assert_eq!(draft.integration.map_key.to_string(), "facebook");
    assert_eq!(draft.secrets.receive_url.expose_secret(), RECEIVE_URL);
    assert!(matches!(draft.secrets.desk, Some(DeskCredential::ApiKey { .. })));
    assert_eq!(draft.secrets.reply_secrets.len(), 1);
    assert_eq!(draft.secrets.reply_secrets[0].expose_secret().len(), 43);
    assert!(draft.integration.enabled);
}

#[test]
fn what_a_new_one_must_have() {
    for setting in ["name", "page_token", "receive_url"] {
        assert_eq!(make(json!({ setting: null })).1, [setting]);
    }
    let (new, mut problems) = read_new(Map::new());
    let mut draft = Draft::new(TenantId::generate(), new.channel, Timestamp::from_millis(0)).unwrap();
    draft.apply(new.settings, &mut problems).unwrap();
    draft.check_complete(&mut problems);
    assert_eq!(problems.names(), ["channel", "name", "page_token", "receive_url"]);
}

#[test]
fn what_does_not_go_together() {
    for (more, expected) in [
        (json!({ "app_secret": "0123456789" }), "verify_token"),
        (json!({ "verify_token": "0123456789" }), "app_secret"),
        (json!({ "app_secret": "0123456789", "verify_token": "EAAGpage" }), "verify_token"),
        (json!({ "api_user": "admin", "api_password": "p" }), "api_key"),
        (json!({ "api_user": "admin" }), "api_key"),
        (json!({ "api_key": null, "api_user": "admin" }), "api_password"),
        (json!({ "api_key": null, "api_password": "p" }), "api_user"),
        (json!({ "contact_fields": { "facebook": "x" } }), "contact_fields.facebook"),
        (json!({ "map_key": "cf_3", "contact_fields": { "cf_3": "x" } }), "contact_fields.cf_3"),
    ] {
        assert_eq!(make(more.clone()).1, [expected], "{more}");
    }
}

#[test]
fn an_own_app_comes_rotates_and_goes() {
    let mut draft = made();
    let own = json!({ "app_secret": "secret-one", "verify_token": "verify-one" });
    let (touched, problems) = change(&mut draft, own);
    assert_eq!((touched, problems), (Touched { platform: true, secrets: true, desk: false }, vec![]));
    change(&mut draft, json!({ "app_secret": "secret-two" }));
    assert_eq!(texts(&draft.secrets.app_secrets), ["secret-two", "secret-one"]);
    assert_eq!(texts(&draft.secrets.verify_tokens), ["verify-one"]);
    change(&mut draft, json!({ "app_secret": "secret-three" }));
    assert_eq!(texts(&draft.secrets.app_secrets), ["secret-three", "secret-two"]);
    change(&mut draft, json!({ "app_secret": "secret-three" }));
    assert_eq!(texts(&draft.secrets.app_secrets), ["secret-three", "secret-two"], "the same again");
    assert_eq!(change(&mut draft, json!({ "app_secret": null, "verify_token": "verify-two" })).1, ["app_secret"]);
    assert_eq!(change(&mut draft, json!({ "app_secret": null })).1, Vec::<String>::new());
    assert!(draft.secrets.app_secrets.is_empty() && draft.secrets.verify_tokens.is_empty());
}

#[test]
fn the_credential_of_the_desk_changes() {
    let mut draft = made();
    assert_eq!(change(&mut draft, json!({ "api_user": null })).1, Vec::<String>::new());
    assert!(draft.secrets.desk.is_some(), "there was no user to clear");
    change(&mut draft, json!({ "api_key": null }));
    assert!(draft.secrets.desk.is_none());
    let (touched, _) = change(&mut draft, json!({ "api_user": "admin", "api_password": "one" }));
    assert!(touched.desk && touched.secrets && !touched.platform);
    assert_eq!(change(&mut draft, json!({ "api_password": "two" })).1, Vec::<String>::new());
    let Some(DeskCredential::Basic { user, password }) = &draft.secrets.desk else { panic!("a user") };
    assert_eq!((user.as_str(), password.expose_secret()), ("admin", "two"));
    assert_eq!(change(&mut draft, json!({ "api_user": "other" })).1, ["api_password"]);
    change(&mut draft, json!({ "api_key": "another-key" }));
    assert!(matches!(draft.secrets.desk, Some(DeskCredential::ApiKey { .. })), "a key takes the place of a user");
}

#[test]
fn another_receive_url_brings_its_own_defaults() {
    const OTHER: &str = "https://desk.example.org/m/api/openchannel/accounts/9/notify?apikey=K";
    let mut draft = made();
    change(&mut draft, json!({ "receive_url": OTHER }));
    assert_eq!(draft.integration.desk_account.as_deref(), Some("9"));
    assert_eq!(draft.integration.api_base_url.as_deref(), Some("https://desk.example.org/m/api"));

    let mut draft = made();
    change(&mut draft, json!({ "desk_account": "77", "api_base_url": "https://api.example.org/api" }));
    change(&mut draft, json!({ "receive_url": OTHER }));
    assert_eq!(draft.integration.desk_account.as_deref(), Some("77"), "what was said stays");
    assert_eq!(draft.integration.api_base_url.as_deref(), Some("https://api.example.org/api"));
    change(&mut draft, json!({ "desk_account": null, "api_base_url": null }));
    assert_eq!(draft.integration.desk_account.as_deref(), Some("9"), "until it is taken back");
    assert_eq!(draft.integration.api_base_url.as_deref(), Some("https://desk.example.org/m/api"));

    let mut draft = made();
    change(
        &mut draft,
        json!({ "receive_url": "https://chat.xcallymotion.com/api/openchannel/accounts/3/notify?token=T" }),
    );
    assert_eq!(draft.integration.api_base_url, None, "the vendor's proxy tells no base");
}

#[test]
fn what_cannot_be_cleared_stays() {
    let mut draft = made();
    for setting in ["name", "page_token", "receive_url"] {
        assert_eq!(change(&mut draft, json!({ setting: null })).1, [setting]);
    }
    assert_eq!(draft.secrets.receive_url.expose_secret(), RECEIVE_URL);
}

#[test]
fn what_a_change_touches() {
    let none = Touched::default();
    for (body, expected) in [
        (json!({}), none),
        (json!({ "name": "Other" }), none),
        (json!({ "human_agent": true, "bridge_sources": ["192.0.2.1"] }), none),
        (json!({ "map_key": "phone" }), Touched { desk: true, ..none }),
        (json!({ "desk_account": "5" }), Touched { desk: true, ..none }),
        (json!({ "api_base_url": "https://b.example.com/api" }), Touched { desk: true, secrets: true, ..none }),
        (json!({ "receive_url": RECEIVE_URL }), Touched { desk: true, secrets: true, ..none }),
        (json!({ "api_key": "another-key" }), Touched { desk: true, secrets: true, ..none }),
        (json!({ "page_token": "EAAGother" }), Touched { platform: true, secrets: true, ..none }),
    ] {
        assert_eq!(change(&mut made(), body.clone()), (expected, vec![]), "{body}");
    }
}

#[test]
fn a_new_reply_secret_keeps_the_one_before() {
    let mut draft = made();
    let first = texts(&draft.secrets.reply_secrets)[0].to_owned();
    draft.rotate_reply_secret().unwrap();
    let second = texts(&draft.secrets.reply_secrets)[0].to_owned();
    assert_eq!(texts(&draft.secrets.reply_secrets), [&second, &first]);
    assert_ne!(first, second);
    draft.rotate_reply_secret().unwrap();
    assert_eq!(texts(&draft.secrets.reply_secrets)[1], second);
    assert_eq!(draft.secrets.reply_secrets.len(), 2);
}

#[test]
fn the_account_is_what_the_platform_says() {
    let mut draft = made();
    let key = AccountKey::of("facebook", "218840075512346");
    draft.name_account(&ProviderAccount { key, name: "Northwind".to_owned(), finding: None });
    assert_eq!(draft.integration.account.as_str(), "facebook:218840075512346");
    assert_eq!(draft.secrets.account, draft.integration.account);
    assert_eq!(draft.integration.account_name, "Northwind");
}

#[test]
fn a_template_is_for_channels_that_have_templates() {
    let recontact = json!({"recontact": {"template": "hello_again", "language": "it"}});
    assert_eq!(make(recontact.clone()).1, ["recontact"]);

    let mut draft = made();
    draft.integration.channel = "whatsapp".to_owned();
    draft.integration.provider = Some(Provider::Meta);
    assert!(change(&mut draft, recontact).1.is_empty());
    assert_eq!(draft.integration.recontact.as_ref().unwrap().template, "hello_again");
    assert!(change(&mut draft, json!({"name": "Tiles"})).1.is_empty());
    assert!(draft.integration.recontact.is_some(), "what is not said stays");
    let nameless = json!({"recontact": {"template": "HX0123"}});
    assert_eq!(change(&mut draft, nameless.clone()).1, ["recontact.language"]);
    draft.integration.provider = Some(Provider::Twilio);
    assert!(change(&mut draft, nameless).1.is_empty(), "Twilio's id names one language");
    assert!(change(&mut draft, json!({"recontact": null})).1.is_empty());
    assert_eq!(draft.integration.recontact, None);
}

fn number(body: Value) -> (Draft, Vec<String>) {
    let mut whole = object(json!({ "channel": "whatsapp", "name": "Service", "receive_url": RECEIVE_URL }));
    whole.extend(object(body));
    let (new, mut problems) = read_new(whole);
    let mut draft = Draft::new(TenantId::generate(), new.channel, Timestamp::from_millis(0)).unwrap();
    draft.apply(new.settings, &mut problems).unwrap();
    draft.check_complete(&mut problems);
    (draft, problems.names().into_iter().map(str::to_owned).collect())
}

const ACCOUNT_SID: &str = "AC000000000000000000000000c0ffee01";

fn twilio() -> Value {
    json!({ "provider": "twilio", "twilio": {
        "account_sid": ACCOUNT_SID, "auth_token": "the-auth-token", "number": "+1 (202) 555-0199",
    } })
}

fn sinch() -> Value {
    json!({ "provider": "sinch", "sinch": {
        "project": "5c2f0f1e", "app": "01JX8Q", "region": "eu", "key_id": "k-1", "key_secret": "the-key-secret",
    } })
}

fn kaleyra() -> Value {
    json!({ "provider": "kaleyra", "kaleyra": {
        "sid": "HXAP1600000000IN", "api_key": "the-api-key", "host": "api.in.kaleyra.io", "number": "+44 20 7946 0018",
        "generation": "v2",
    } })
}

#[test]
fn a_number_is_told_by_what_its_provider_needs() {
    let table = [
        (twilio(), format!("whatsapp:twilio:{ACCOUNT_SID}:12025550199"), vec![]),
        (sinch(), "whatsapp:sinch:01JX8Q".to_owned(), vec![]),
        (kaleyra(), "whatsapp:kaleyra:442079460018".to_owned(), vec![]),
        (json!({ "provider": "twilio" }), "unknown:".to_owned(), vec!["twilio"]),
        (json!({ "provider": "smoke" }), "unknown:".to_owned(), vec!["page_token", "provider"]),
        (
            json!({ "provider": "twilio", "twilio": { "account_sid": "AC1", "surprise": 1 } }),
            "whatsapp:twilio::".to_owned(),
            vec!["twilio.account_sid", "twilio.auth_token", "twilio.number", "twilio.surprise"],
        ),
        (
            json!({ "provider": "sinch", "sinch": {} }),
            "whatsapp:sinch:".to_owned(),
            vec!["sinch.app", "sinch.key_id", "sinch.key_secret", "sinch.project", "sinch.region"],
        ),
    ];
    for (body, account, expected) in table {
        let (draft, problems) = number(body.clone());
        assert_eq!(problems, expected, "{body}");
        assert_eq!(draft.secrets.account.as_str(), account, "{body}");
    }
    let (draft, _) = number(twilio());
    assert_eq!(draft.integration.map_key.to_string(), "phone");
    assert_eq!(texts(&draft.secrets.app_secrets), ["the-auth-token"], "what webhooks are checked with");
    let (draft, _) = number(sinch());
    assert_eq!(draft.secrets.app_secrets[0].expose_secret().len(), 43, "the hub's own");
}

#[test]
fn settings_of_another_channel_or_provider_are_told() {
    let mut both = twilio();
    both["sinch"] = sinch()["sinch"].clone();
    assert_eq!(number(both).1, ["sinch"]);
    let mut page = twilio();
    page["page_token"] = json!("EAAGpage");
    assert_eq!(number(page).1, ["page_token"]);
    assert_eq!(make(twilio()).1, ["provider", "twilio"]);
    let (mut draft, _) = number(twilio());
    assert_eq!(change(&mut draft, json!({ "sinch": sinch()["sinch"] })).1, ["sinch"]);
}

#[test]
fn a_part_of_a_providers_settings_changes_alone() {
    let (mut draft, _) = number(twilio());
    let credential = |draft: &Draft| match &draft.secrets.platform {
        PlatformCredential::Twilio(credential) => {
            (credential.user.clone(), credential.password.expose_secret().to_owned())
        }
        _ => panic!("not Twilio's"),
    };
    assert_eq!(credential(&draft), (ACCOUNT_SID.to_owned(), "the-auth-token".to_owned()));
    assert_eq!(change(&mut draft, json!({ "twilio": { "auth_token": "the-newer-token" } })).1, Vec::<String>::new());
    assert_eq!(texts(&draft.secrets.app_secrets), ["the-newer-token", "the-auth-token"]);
    assert_eq!(credential(&draft).1, "the-newer-token");
    let key = format!("SK{}", "0".repeat(32));
    assert_eq!(change(&mut draft, json!({ "twilio": { "api_key_sid": key } })).1, ["twilio.api_key_secret"]);
    let both = json!({ "twilio": { "api_key_sid": key, "api_key_secret": "the-keys-secret" } });
    assert_eq!(change(&mut draft, both).1, Vec::<String>::new());
    change(&mut draft, json!({ "twilio": { "auth_token": "the-newest-token" } }));
    assert_eq!(credential(&draft), (key, "the-keys-secret".to_owned()), "the key stays");
    change(&mut draft, json!({ "twilio": { "api_key_sid": null } }));
    assert_eq!(credential(&draft), (ACCOUNT_SID.to_owned(), "the-newest-token".to_owned()));
}

#[test]
fn the_secret_before_is_kept_where_calls_are_checked() {
    let (mut draft, _) = number(sinch());
    let first = draft.secrets.app_secrets[0].expose_secret().to_owned();
    change(&mut draft, json!({ "sinch": { "basic": true } }));
    assert_eq!(texts(&draft.secrets.app_secrets), [&first], "nobody asked for a new one");
    change(&mut draft, json!({ "sinch": { "rotate_signing_secret": true } }));
    let known = texts(&draft.secrets.app_secrets);
    assert!(known.len() == 2 && known[0].len() == 43 && known[0] != first && known[1] == first, "{known:?}");

    let (mut draft, problems) = number(kaleyra());
    assert_eq!(problems, Vec::<String>::new());
    let guarded = |draft: &Draft| {
        let guard = draft.secrets.webhook_guard.clone().unwrap();
        let headers = guard.headers.iter().map(|known| known.value.expose_secret().to_owned());
        let users = guard.users.iter().map(|known| known.password.expose_secret().to_owned());
        (headers.collect::<Vec<_>>(), users.collect::<Vec<_>>())
    };
    assert_eq!(guarded(&draft), (vec![], vec![]));
    for value in ["the-first-value", "the-second-value", "the-second-value", "the-third-value"] {
        let both = json!({ "header_name": "X-Hub", "header_value": value, "user": "kaleyra", "password": value });
        assert_eq!(change(&mut draft, json!({ "kaleyra": both })).1, Vec::<String>::new());
    }
    let newest = || vec!["the-third-value".to_owned(), "the-second-value".to_owned()];
    assert_eq!(guarded(&draft), (newest(), newest()));
    change(&mut draft, json!({ "kaleyra": { "user": null } }));
    assert_eq!(guarded(&draft), (newest(), vec![]));
    assert_eq!(change(&mut draft, json!({ "kaleyra": { "header_name": "X" } })).1, ["kaleyra.header_value"]);
    change(&mut draft, json!({ "kaleyra": { "header_value": null } }));
    assert_eq!(guarded(&draft), (vec![], vec![]));
}

#[test]
fn each_address_is_the_providers_own() {
    let hub = HubUrl("https://hub.example.com".to_owned());
    let (mut draft, _) = number(twilio());
    draft.set_webhook_url(&hub);
    let id = draft.integration.id;
    let expected = format!("https://hub.example.com/webhooks/whatsapp/twilio/{id}#rc=3&rp=5xx,ct,rt");
    assert_eq!(draft.secrets.webhook_url, Some(expected));
    let mut draft = made();
    draft.set_webhook_url(&hub);
    assert_eq!(draft.secrets.webhook_url, None, "the deployment's app serves it");
}
