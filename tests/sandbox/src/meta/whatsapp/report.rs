//! Statuses: how far a message has come, or why it will not arrive.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status>

use serde_json::{Map, Value, json};

use super::Kept;
use super::error::Failed;
use super::outgoing::To;
use super::phone::CustomerState;
use super::state::{NumberState, Statuses};
use super::webhook;
use crate::meta::Post;
use crate::{World, clock};

/// What is told of a message in its statuses.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) id: String,
    pub(super) to: To,
    /// The id that the person is kept by, if there is such a person.
    pub(super) key: Option<String>,
    pub(super) mark: Option<String>,
    /// What it is charged as.
    pub(super) category: String,
}

/// The message has come so far, in the order that the number is set to.
pub(super) async fn arrived(world: &World, number: &Kept, told: &Told, steps: Vec<&str>) {
    let steps: Vec<_> = match number.read(|number| number.statuses) {
        Statuses::InOrder => steps,
        Statuses::Reversed => steps.into_iter().rev().collect(),
        Statuses::Twice => steps.into_iter().flat_map(|step| [step, step]).collect(),
        Statuses::Silent => return,
    };
    for step in steps {
        post(world, number, told, step, None).await;
    }
}

/// The message will not arrive.
pub(super) async fn failed(world: &World, number: &Kept, told: &Told, failed: &Failed) {
    let times = match number.read(|number| number.statuses) {
        Statuses::InOrder | Statuses::Reversed => 1,
        Statuses::Twice => 2,
        Statuses::Silent => 0,
    };
    for _ in 0..times {
        post(world, number, told, "failed", Some(failed)).await;
    }
}

/// Any status of a message that was taken. Of one that never was, what a status without a recipient tells.
pub(super) async fn on_command(world: &World, number: &Kept, id: &str, status: &str, failed: Option<&Failed>) -> Post {
    let unknown = || {
        let to = To::Number { digits: "10000000000".to_owned(), input: "+10000000000".to_owned() };
        Told { id: id.to_owned(), to, key: None, mark: None, category: "service".to_owned() }
    };
    let told = number.read(|number| number.told.get(id).cloned()).unwrap_or_else(unknown);
    post(world, number, &told, status, failed).await
}

async fn post(world: &World, number: &Kept, told: &Told, status: &str, failed: Option<&Failed>) -> Post {
    let own = number.read(|number| body(number, told, status, failed));
    webhook::post_messages(world, number, own).await
}

/// A failure tells only what the message was sent to; anything else, who it is about.
fn body(number: &NumberState, told: &Told, status: &str, failed: Option<&Failed>) -> Value {
    let customer = told.key.as_ref().and_then(|key| number.customers.get(key));
    let mut tells = Map::from_iter([
        ("id".to_owned(), told.id.as_str().into()),
        ("status".to_owned(), status.into()),
        ("timestamp".to_owned(), webhook::seconds(clock::now()).into()),
    ]);
    let mut set = |name: &str, value: Option<Value>| tells.extend(value.map(|value| (name.to_owned(), value)));
    let (digits, user) = match &told.to {
        To::Number { digits, .. } => (Some(digits.as_str()), None),
        To::User(id) => (None, Some(id.as_str())),
    };
    let known = customer.filter(|_| failed.is_none());
    set("recipient_id", digits.or_else(|| known.and_then(CustomerState::visible_phone)).map(Value::from));
    set("recipient_user_id", user.or_else(|| known?.user_id.as_deref()).map(Value::from));
    set("biz_opaque_callback_data", told.mark.as_deref().map(Value::from));
    let priced = ["sent", "delivered"].contains(&status);
    let pricing =
        json!({"billable": true, "pricing_model": "PMP", "type": "regular", "category": told.category.as_str()});
    set("pricing", priced.then_some(pricing));
    set("errors", failed.map(|failed| json!([failed.body()])));
    let mut own = Map::from_iter([("statuses".to_owned(), json!([tells]))]);
    own.extend(known.map(|known| ("contacts".to_owned(), json!([webhook::contact(known)]))));
    Value::Object(own)
}
