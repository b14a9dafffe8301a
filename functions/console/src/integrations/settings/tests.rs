use std::collections::BTreeSet;

use proptest::prelude::*;
use secrecy::ExposeSecret;
use serde_json::json;
use utoipa::{PartialSchema, ToSchema};

use super::*;
use crate::error::ApiError;
use crate::integrations::{providers, schema};

fn complete() -> Map<String, Value> {
    let body = json!({
        "channel": "facebook",
        "take_over": true,
        "name": "Northwind Tiles",
        "page_token": "EAAGm0PX4ZCpsBAPage",
        "app_secret": "0123456789abcdef0123456789abcdef",
        "verify_token": "choose-me-well",
        "receive_url": "https://motion.example.com/api/openchannel/accounts/2/notify?token=T%2f1",
        "api_base_url": "https://motion.example.com/api/",
        "desk_account": "2",
        "api_key": "eyJhbGciOiJIUzI1NiJ9.e30.x",
        "api_user": "admin",
        "api_password": "pass word",
        "map_key": "cf_7",
        "contact_fields": { "tags": "messenger", "description": "from the hub" },
        "human_agent": true,
        "read_marks": true,
        "recontact": { "template": "hello_again", "language": "it" },
        "bridge_sources": ["192.0.2.10", "198.51.100.0/24"],
    });
    body.as_object().unwrap().clone()
}

#[test]
fn everything_that_can_be_set() {
    let (NewSettings { settings, take_over, channel }, problems) = read_new(complete());
    assert_eq!(channel, Channel::Facebook);
    assert_eq!(problems.names(), Vec::<&str>::new());
    assert!(take_over);
    assert_eq!(settings.name, Given::Value("Northwind Tiles".to_owned()));
    assert_eq!(settings.page_token.value().unwrap().expose_secret(), "EAAGm0PX4ZCpsBAPage");
    let receive_url = settings.receive_url.value().unwrap();
    assert_eq!(receive_url.expose().query(), Some("token=T%2f1"), "byte for byte");
    assert_eq!(settings.map_key.value().unwrap().to_string(), "cf_7");
    assert_eq!(settings.contact_fields.value().unwrap().iter().count(), 2);
    assert_eq!(settings.bridge_sources.value().unwrap().len(), 2);
    assert_eq!(settings.human_agent, Given::Value(true));
    assert_eq!(settings.read_marks, Given::Value(true));
    assert_eq!(settings.recontact.value().unwrap().template, "hello_again");
}

#[test]
fn each_wrong_setting_is_named() {
    let wrong = [
        ("channel", json!("telegram")),
        ("channel", json!(1)),
        ("channel", json!(null)),
        ("take_over", json!("yes")),
        ("name", json!("")),
        ("name", json!(["a"])),
        ("page_token", json!("has a blank")),
        ("page_token", json!(12345678)),
        ("app_secret", json!("short")),
        ("verify_token", json!({})),
        ("receive_url", json!("motion.example.com")),
        ("receive_url", json!("https://motion.example.com/")),
        ("receive_url", json!(format!("https://motion.example.com/{}", "x".repeat(2048)))),
        ("api_base_url", json!("https://motion.example.com/api?apikey=1")),
        ("api_base_url", json!(false)),
        ("desk_account", json!("a/b")),
        ("desk_account", json!(2)),
        ("api_key", json!("x")),
        ("api_user", json!("a:b")),
        ("api_password", json!("")),
        ("map_key", json!("nickname")),
        ("map_key", json!("cf_0")),
        ("contact_fields", json!([])),
        ("contact_fields.nickname", json!({ "nickname": "x" })),
        ("contact_fields.tags", json!({ "tags": 1 })),
        ("contact_fields.tags", json!({ "tags": "" })),
        ("human_agent", json!(1)),
        ("read_marks", json!("yes")),
        ("recontact.template", json!({ "language": "it" })),
        ("bridge_sources", json!("192.0.2.10")),
        ("bridge_sources", json!(vec!["192.0.2.10"; 51])),
        ("bridge_sources.1", json!(["192.0.2.10", "0.0.0.0/0"])),
        ("bridge_sources.0", json!([7])),
        ("receiveUrl", json!("https://motion.example.com/x")),
        ("revision", json!(1)),
    ];
    for (field, value) in wrong {
        let setting = field.split('.').next().unwrap();
        let mut body = complete();
        body.insert(setting.to_owned(), value.clone());
        let (_, problems) = read_new(body);
        assert_eq!(problems.names(), [field], "{value}");
    }
}

#[test]
fn all_problems_come_together() {
    let body = json!({ "channel": "x", "name": 1, "page_token": "", "receive_url": "ftp://x", "map_key": "?", "colour": "red" });
    let (_, problems) = read_new(body.as_object().unwrap().clone());
    assert_eq!(problems.names(), ["channel", "colour", "map_key", "name", "page_token", "receive_url"]);
    assert!(matches!(problems.check(), Err(ApiError::Invalid(_))));
}

#[test]
fn absent_null_and_set_are_three_things() {
    let body = json!({ "api_key": null, "human_agent": false, "revision": 3, "rotate_reply_secret": true });
    let (change, problems) = read_change(body.as_object().unwrap().clone());
    assert_eq!(problems.names(), Vec::<&str>::new());
    assert!(matches!(change.settings.api_key, Given::Null));
    assert!(matches!(change.settings.api_user, Given::Absent));
    assert_eq!(change.settings.human_agent, Given::Value(false));
    assert_eq!(change.revision, Some(3));
    assert!(change.rotate_reply_secret);
}

#[test]
fn what_a_change_does_not_take() {
    for (field, value) in [
        ("channel", json!("facebook")),
        ("take_over", json!(true)),
        ("account", json!("facebook:1")),
        ("revision", json!(-1)),
        ("revision", json!("1")),
        ("revision", json!(1.5)),
        ("rotate_reply_secret", json!("yes")),
    ] {
        let (_, problems) = read_change(Map::from_iter([(field.to_owned(), value)]));
        assert_eq!(problems.names(), [field]);
    }
}

#[test]
fn many_unknown_names_are_not_all_said_back() {
    let body = (0..100_000).map(|index| (format!("{index}{}", "x".repeat(100)), Value::Null)).collect();
    let (_, problems) = read_change(body);
    assert_eq!(problems.names().len(), UNKNOWN_TOLD);
    assert!(problems.names().iter().all(|name| name.len() <= 60));
}

/// What is described is what is read.
#[test]
fn the_description_names_every_setting() {
    fn described<T: ToSchema + PartialSchema>() -> BTreeSet<String> {
        fn names(schema: &Value, found: &mut BTreeSet<String>) {
            if let Some(properties) = schema["properties"].as_object() {
                found.extend(properties.keys().cloned());
            }
            for part in schema["allOf"].as_array().into_iter().flatten() {
                names(part, found);
            }
        }
        let mut found = BTreeSet::new();
        names(&serde_json::to_value(T::schema()).unwrap(), &mut found);
        found
    }
    let mut complete: BTreeSet<String> = complete().into_iter().map(|(name, _)| name).collect();
    complete.insert("provider".to_owned());
    complete.extend(providers::NAMES.map(|(name, _)| name.to_owned()));
    assert_eq!(described::<schema::NewIntegration>(), complete);
    let mut change = complete;
    change.retain(|name| !matches!(name.as_str(), "channel" | "provider" | "take_over"));
    change.extend(["revision".to_owned(), "rotate_reply_secret".to_owned()]);
    assert_eq!(described::<schema::IntegrationChange>(), change);
    let of_providers = [
        ("meta", described::<providers::schema::Meta>()),
        ("twilio", described::<providers::schema::Twilio>()),
        ("sinch", described::<providers::schema::Sinch>()),
        ("kaleyra", described::<providers::schema::Kaleyra>()),
    ];
    for (provider, names) in of_providers {
        let settings: Map<String, Value> = names.iter().map(|name| (name.clone(), json!(null))).collect();
        let body = json!({ provider: settings });
        let (_, problems) = read_change(body.as_object().unwrap().clone());
        assert_eq!(problems.names(), Vec::<&str>::new(), "{provider}: described and not read");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_of_any_setting_is_read_or_named(values in prop::collection::vec(any_json(), 19)) {
        let names = complete().into_iter().map(|(name, _)| name).chain(["revision".to_owned(), "rotate_reply_secret".to_owned()]);
        let body: Map<String, Value> = names.zip(values).collect();
        let (_, problems) = read_new(body.clone());
        prop_assert!(!problems.names().is_empty(), "two of them are no settings of a new one");
        let _ = read_change(body);
    }
}
