//! WhatsApp's webhooks: what is posted, and to which address.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview>,
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override>

use serde_json::{Map, Value, json};

use super::Kept;
use super::phone::CustomerState;
use super::state::NumberState;
use crate::meta::webhook::{self, Post};
use crate::meta::wire;
use crate::{World, clock};

/// Posts something of the field `messages`: `own` beside what every value has.
pub(super) async fn post_messages(world: &World, number: &Kept, own: Value) -> Post {
    let value = number.read(|number| value(number, own));
    post_change(world, number, "messages", value).await
}

/// What is told of a number, with `own` in it.
pub(super) fn value(number: &NumberState, own: Value) -> Value {
    let metadata = json!({"display_phone_number": number.digits(), "phone_number_id": number.phone_number_id});
    let mut value =
        Map::from_iter([("messaging_product".to_owned(), "whatsapp".into()), ("metadata".to_owned(), metadata)]);
    if let Value::Object(own) = own {
        value.extend(own);
    }
    Value::Object(value)
}

/// A person as `contacts` tells of them.
pub(super) fn contact(customer: &CustomerState) -> Value {
    let mut contact = Map::new();
    if let Some(name) = &customer.name {
        let mut profile = Map::from_iter([("name".to_owned(), name.as_str().into())]);
        profile.extend(customer.username.as_ref().map(|name| ("username".to_owned(), name.as_str().into())));
        contact.insert("profile".to_owned(), Value::Object(profile));
    }
    contact.extend(customer.visible_phone().map(|phone| ("wa_id".to_owned(), phone.into())));
    contact.extend(customer.user_id.as_ref().map(|id| ("user_id".to_owned(), id.as_str().into())));
    Value::Object(contact)
}

/// Posts one change. What is about a conversation has its own time; what is about an account has it in the entry.
pub(super) async fn post_change(world: &World, number: &Kept, field: &str, value: Value) -> Post {
    let mut entry = json!({
        "id": number.read(|number| number.waba_id.clone()),
        "changes": [{"value": value, "field": field}],
    });
    let of_account = value.get("messaging_product").is_none();
    if let Some(entry) = entry.as_object_mut().filter(|_| of_account) {
        entry.insert("time".to_owned(), (clock::now() / 1000).into());
    }
    post_entries(world, number, vec![entry]).await
}

pub(super) async fn post_entries(world: &World, number: &Kept, entries: Vec<Value>) -> Post {
    if !number.read(|number| number.subscribed) {
        return Post::unsubscribed("the account");
    }
    post(world, number, wire(&json!({"object": "whatsapp_business_account", "entry": entries}))).await
}

/// Signs and posts `body`, as often as the number is set to, and keeps what became of it.
pub(super) async fn post(world: &World, number: &Kept, body: Vec<u8>) -> Post {
    let (url, secret, repeats) = number.read(|number| (number.address(), number.app.secret.clone(), number.repeats));
    let post = webhook::post_until_taken(&world.http, &url, &secret, body, repeats).await;
    number.change(|number| number.webhooks.push(post.clone()));
    post
}

/// The statuses that a webhook told.
pub(super) fn statuses(post: &Post) -> Vec<Value> {
    let body: Value = serde_json::from_slice(&post.body).unwrap_or_default();
    let list = |holder: &Value, name: &str| holder.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let changes = list(&body, "entry").into_iter().flat_map(|entry| list(&entry, "changes"));
    changes.flat_map(|change| list(change.get("value").unwrap_or(&Value::Null), "statuses")).collect()
}

/// A time as webhooks write it.
pub(super) fn seconds(at: i64) -> String {
    (at / 1000).to_string()
}
