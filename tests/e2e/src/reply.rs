//! Motion's side of a reply: what is posted to the Reply URL, and what of it reaches the platform.

use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use sandbox::Call;
use sandbox::meta::Customer;
use serde_json::{Value, json};

use crate::scene::{Scene, unique};
use crate::stack::client;
use crate::told::Told;

/// A reply with a text, under an id that no other has.
pub fn text(to: &Customer, body: &str) -> Value {
    json!({"id": unique(), "body": body, "Contact": {"facebook": to.psid()}})
}

/// Posts any bytes to any address.
pub async fn post(url: &str, content_type: Option<&str>, body: impl Into<reqwest::Body>) -> Told {
    let call = client().post(url).body(body);
    let call = match content_type {
        Some(content_type) => call.header(CONTENT_TYPE, content_type),
        None => call,
    };
    Told::to(call).await
}

impl Scene {
    /// The Reply URL that the hub gave for Motion.
    pub fn reply_url(&self) -> &str {
        self.integration["reply_url"].as_str().unwrap()
    }

    /// Posts a reply as JSON.
    pub async fn reply(&self, reply: &Value) -> Told {
        post(self.reply_url(), Some("application/json"), reply.to_string()).await
    }

    /// A customer whose first message the desk has.
    pub async fn known(&self) -> Customer {
        let customer = self.customer();
        customer.says("Hello?").await;
        self.until_bodies(&customer, 1).await;
        customer
    }

    /// A customer whose only message the desk has, written so long ago.
    pub async fn known_since(&self, ago: Duration) -> Customer {
        let customer = self.customer();
        let at = shared::time::Timestamp::now().millis() - i64::try_from(ago.as_millis()).unwrap();
        customer.set(|customer| customer.last_event_at = Some(at));
        let item = json!({
            "sender": {"id": customer.psid()}, "recipient": {"id": self.page.id()}, "timestamp": at,
            "message": {"mid": format!("m_{}", unique()), "text": "Hello?"},
        });
        let entry = json!({"id": self.page.id(), "time": at, "messaging": [item]});
        assert!(self.page.post_entries(vec![entry]).await.acknowledged());
        self.until_bodies(&customer, 1).await;
        customer
    }

    /// Every call that asked Graph to send something for the page, in order.
    pub fn sendings(&self) -> Vec<Call> {
        let sends = |call: &&Call| call.path.ends_with("/messages");
        self.page.read(|page| page.calls.0.iter().filter(sends).cloned().collect())
    }

    /// Holds that Graph was not asked to send anything.
    #[track_caller]
    pub fn assert_nothing_sent(&self) {
        assert_eq!(self.sendings().len(), 0);
    }
}

/// The texts, or names of files, that the page sent to a phone, in order.
pub fn on_phone(customer: &Customer) -> Vec<String> {
    customer.received().iter().filter_map(|message| message.summary().map(str::to_owned)).collect()
}
