use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;

/// What looks like a reply in places, so that it gets past the first doors.
fn body() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        any::<String>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        Just(json!({"facebook": CUSTOMER})),
        Just(json!([])),
    ];
    let name = prop_oneof![
        Just("id"),
        Just("body"),
        Just("Contact"),
        Just("contact"),
        Just("AttachmentId"),
        Just("to"),
        Just("Interaction"),
        Just("direction"),
    ];
    let fields = proptest::collection::btree_map(name.prop_map(str::to_owned), value, 0..6);
    prop_oneof![
        any::<String>(),
        fields.prop_map(|fields| json!(fields).to_string()),
        any::<Vec<u8>>().prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
    ]
}

#[test]
fn is_answered_with_a_reason() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = runtime.block_on(World::new());
    let own = format!("/api/reply/{}/{SECRET}", world.integration);
    let path = prop_oneof![Just(own), Just("/api/reply".to_owned()), any::<String>(), "/api/reply/[^/]{0,30}/[^/]*"];
    let method = prop_oneof![4 => Just("POST"), 1 => Just("GET"), 1 => Just("PATCH")];
    let content_type = proptest::option::of("[ -~]{0,40}");
    let strategy = (method, path, content_type, body(), any::<bool>());
    let mut runner = TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() });
    let result = runner.run(&strategy, |(method, path, content_type, body, base64)| {
        let body = if base64 { STANDARD.encode(&body) } else { body };
        let told = runtime.block_on(world.call(method, &path, content_type.as_deref(), &body, base64, "192.0.2.7"));
        prop_assert!(told.status == 200 || (400..500).contains(&told.status), "{:?}", told);
        prop_assert!(told.status == 200 || (!told.code.is_empty() && !told.message.is_empty()), "{:?}", told);
        Ok(())
    });
    result.unwrap();
}
