//! A WhatsApp number, its desk and the integration between them, made anew for each test. Whoever carries the number, a test
//! does the same with it.

use std::time::Duration;

use reqwest::Method;
use sandbox::meta::MetaApp;
use sandbox::motion::{Account, AccountState, DeskMessage};
use serde_json::{Value, json};

use crate::hub::Hub;
use crate::reply::post;
use crate::scene::{PATIENCE, any_account, unique, until};
use crate::stack::{ask_aws, stack};
use crate::told::Told;

mod kaleyra;
mod meta;
mod phone;
mod sinch;
mod twilio;

pub use phone::{Phone, Received, Sending};
pub use sandbox::kaleyra::Generation;
pub use sandbox::motion::Agent;

/// What the customer is asked with to write, as it stands on the phone.
pub const TEMPLATE: &str = "Hello Anna, we have an answer for you. May we send it?";
/// The customer's name in WhatsApp.
pub const NAME: &str = "Anna Berg";
/// Longer than the window.
pub const TOO_LONG: Duration = Duration::from_secs(25 * 3600);

/// Who carries a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// Meta's Cloud API.
    Meta,
    /// Twilio Programmable Messaging.
    Twilio,
    /// Sinch Conversation API.
    Sinch,
    /// Kaleyra, by either of its APIs.
    Kaleyra(Generation),
}

impl Carrier {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Meta, Self::Twilio, Self::Sinch, Self::Kaleyra(Generation::V1), Self::Kaleyra(Generation::V2)];

    /// Whether it tells what a customer called a document.
    pub const fn tells_names(self) -> bool {
        !matches!(self, Self::Twilio)
    }

    /// Whether it tells why a message failed that it had taken.
    pub const fn tells_reasons(self) -> bool {
        !matches!(self, Self::Kaleyra(Generation::V1))
    }
}

/// The number at its carrier.
#[derive(Clone, Debug)]
pub enum Number {
    /// Of Meta.
    Meta(sandbox::meta::whatsapp::Number),
    /// Of Twilio.
    Twilio(sandbox::twilio::Number),
    /// Of Sinch.
    Sinch(sandbox::sinch::SinchApp),
    /// Of Kaleyra.
    Kaleyra(sandbox::kaleyra::Number),
}

/// A number linked to a desk.
pub struct Line {
    /// The administrator.
    pub hub: Hub,
    /// The number.
    pub number: Number,
    /// The Open Channel account at Motion.
    pub desk: Account,
    /// The integration as the hub showed it when it was made.
    pub integration: Value,
    /// What the administrator enters of the number, as they sent it.
    settings: Value,
}

impl Line {
    /// A new number linked to a new account, with a template that asks customers to write.
    pub async fn new(carrier: Carrier) -> Self {
        Self::with(carrier, |_| {}).await
    }

    /// The same, after `change` of what the administrator sends.
    pub async fn with(carrier: Carrier, change: impl FnOnce(&mut Value)) -> Self {
        let (number, settings) = match carrier {
            Carrier::Meta => meta::number(),
            Carrier::Twilio => twilio::number(),
            Carrier::Sinch => sinch::number(),
            Carrier::Kaleyra(generation) => kaleyra::number(generation),
        };
        Self::of(number, settings, change).await
    }

    /// Another number of the same business account at Meta, with a desk of its own.
    pub async fn another_of(waba: &str) -> Self {
        let (number, settings) = meta::number_of(waba);
        Self::of(number, settings, |_| {}).await
    }

    /// A number of a business account whose Meta app is its own and not the deployment's.
    pub async fn of_own_app(waba: &str, secret: &str, verify_token: &str) -> Self {
        let (number, settings) = meta::number_of(waba);
        if let Number::Meta(number) = &number {
            let app = MetaApp { id: unique(), secret: secret.to_owned(), verify_token: verify_token.to_owned() };
            number.set_account(|number| number.app = app.clone());
        }
        Self::of(number, settings, |wanted| {
            wanted["meta"]["app_secret"] = json!(secret);
            wanted["meta"]["verify_token"] = json!(verify_token);
        })
        .await
    }

    /// The same number, taken over by another integration with a desk of its own. What is entered by hand at the carrier is
    /// as before.
    pub async fn taken_over(&self) -> Self {
        let hub = Hub::sign_in().await;
        let take_over = |wanted: &mut Value| wanted["take_over"] = json!(true);
        Self::connected(hub, self.number.clone(), self.settings.clone(), take_over).await
    }

    /// The same number, connected by another company after nobody has it any more.
    pub async fn of_another_company(&self) -> Self {
        Self::connected(Hub::sign_in_another().await, self.number.clone(), self.settings.clone(), |_| {}).await
    }

    async fn of(number: Number, settings: Value, change: impl FnOnce(&mut Value)) -> Self {
        let line = Self::connected(Hub::sign_in().await, number, settings, change).await;
        line.number.enter(line.integration["webhook_url"].as_str().unwrap());
        line
    }

    async fn connected(hub: Hub, number: Number, settings: Value, change: impl FnOnce(&mut Value)) -> Self {
        let mut config = any_account();
        config.map_key = "phone".to_owned();
        let desk = crate::scene::sandbox().add_account(config);
        let mut wanted = json!({
            "channel": "whatsapp",
            "name": format!("Line {}", unique()),
            "receive_url": desk.receive_url(),
            "api_base_url": desk.api_url(),
            "api_key": desk.api_key(),
            "desk_account": desk.id().to_string(),
            "map_key": "phone",
        });
        merge(&mut wanted, settings.clone());
        change(&mut wanted);
        let told = hub.ask(Method::POST, "/api/integrations", Some(&wanted)).await;
        assert_eq!(told.status, 201, "{}", told.text);
        let integration = told.json;
        desk.set_reply_url(integration["reply_url"].as_str().unwrap());
        Self { hub, number, desk, integration, settings }
    }

    /// The integration's id.
    pub fn id(&self) -> &str {
        self.integration["id"].as_str().unwrap()
    }

    /// A person with a number that nobody else has.
    pub fn customer(&self) -> Phone {
        let digits = unique();
        self.number.phone(&format!("44{}", &digits[digits.len() - 10..]))
    }

    /// A person whose first message the desk has.
    pub async fn known(&self) -> Phone {
        let phone = self.customer();
        phone.says("Hello?").await;
        self.until_bodies(&phone, 1).await;
        phone
    }

    /// Posts a reply with a text, as Motion does, under an id that no other has.
    pub async fn reply(&self, to: &Phone, body: &str) -> Told {
        let reply = json!({"id": unique(), "body": body, "Contact": {"phone": to.id()}});
        post(self.integration["reply_url"].as_str().unwrap(), Some("application/json"), reply.to_string()).await
    }

    /// Answers with a file.
    pub async fn reply_with_file(
        &self,
        to: &Phone,
        name: &str,
        content_type: &str,
        bytes: &'static [u8],
    ) -> DeskMessage {
        self.desk.agent().reply_with_file(to.id(), name, content_type, bytes).await.unwrap()
    }

    /// What the desk got of a customer, in order.
    pub fn bodies(&self, phone: &Phone) -> Vec<String> {
        self.desk.read(|desk| desk.bodies_of(phone.id()).into_iter().map(str::to_owned).collect())
    }

    /// Waits until the desk has this much of a customer; gives all of it.
    pub async fn until_bodies(&self, phone: &Phone, number: usize) -> Vec<String> {
        self.until_desk(|desk| desk.bodies_of(phone.id()).len() >= number).await;
        self.bodies(phone)
    }

    /// Waits until the desk has a line of the hub with these words; gives the line.
    pub async fn until_told(&self, phone: &Phone, words: &str) -> String {
        let told = |bodies: &[&str]| {
            let told = |body: &&&str| body.starts_with("[hub] ") && body.contains(words);
            bodies.iter().find(told).map(|body| (*body).to_owned())
        };
        let desk = self.until_desk(|desk| told(&desk.bodies_of(phone.id())).is_some()).await;
        told(&desk.bodies_of(phone.id())).unwrap()
    }

    /// Waits for a state of the desk.
    pub async fn until_desk(&self, done: impl FnMut(&AccountState) -> bool) -> AccountState {
        self.desk.wait_until(done, PATIENCE).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Waits until so much is on the phone; gives all of it.
    pub async fn until_received(&self, phone: &Phone, number: usize) -> Vec<String> {
        until(async || {
            let texts = phone.texts();
            if texts.len() >= number { Ok(texts) } else { Err(format!("{texts:?}")) }
        })
        .await
    }

    /// Waits until the hub's own record says that a message came so far.
    pub async fn until_state(&self, message: &str, state: &str) {
        let key = json!({"pk": {"S": format!("MESSAGE#{}", self.id())}, "sk": {"S": format!("OUT#{message}")}});
        let request = json!({"TableName": stack().table_name, "Key": key, "ConsistentRead": true});
        until(async || {
            let item = ask_aws("dynamodb", "DynamoDB_20120810.GetItem", &request).await["Item"].clone();
            if item["status"]["S"] == state { Ok(()) } else { Err(item.to_string()) }
        })
        .await;
    }

    /// Lets the customer's last message be too long ago, for the carrier and for the hub.
    pub async fn closes_window(&self, phone: &Phone) {
        phone.move_back(TOO_LONG);
        let at = shared::time::Timestamp::now().minus(TOO_LONG).millis().to_string();
        let key = json!({
            "pk": {"S": format!("CONVERSATION#{}", self.id())}, "sk": {"S": format!("PLACE#direct#{}", phone.id())},
        });
        let request = json!({
            "TableName": stack().table_name, "Key": key,
            "UpdateExpression": "SET window_at = :at, newest_at = :at",
            "ConditionExpression": "attribute_exists(pk)",
            "ExpressionAttributeValues": {":at": {"N": at}},
        });
        ask_aws("dynamodb", "DynamoDB_20120810.UpdateItem", &request).await;
    }

    /// Waits until so many messages are kept in a state.
    pub async fn until_kept(&self, state: &str, number: usize) -> Vec<Value> {
        until(async || {
            let messages = self.hub.messages(self.id(), state).await;
            if messages.len() == number { Ok(messages) } else { Err(format!("{} {state}", messages.len())) }
        })
        .await
    }
}

fn merge(into: &mut Value, more: Value) {
    if let (Some(into), Value::Object(more)) = (into.as_object_mut(), more) {
        into.extend(more);
    }
}
