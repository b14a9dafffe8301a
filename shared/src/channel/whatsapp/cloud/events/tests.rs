use super::*;

#[test]
fn what_is_wrong_in_one_item_stays_in_that_item() {
    let account = AccountKey::new("whatsapp:meta:106540352242922");
    let scene = Scene { account: &account, sent: None, repaired: false };
    let good = r#"{"from":"447700900123","id":"wamid.1","timestamp":"1795252501","type":"text","text":{"body":"hi"}}"#;
    let value = format!(r#"{{"messages":[{{"type":7}},{good}],"statuses":[5]}}"#);
    let found = items(scene, "messages", serde_json::from_str(&value).unwrap());
    let is_event: Vec<bool> = found.iter().map(|item| matches!(item, Item::Event { .. })).collect();
    assert_eq!(is_event, [false, false, true]);
}
