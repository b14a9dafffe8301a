use std::time::Duration;

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::{Customer, Number, NumberConfig, Statuses, Template, WhatsAppCall};
use crate::meta::{File, GraphError, Post, Token, appsecret_proof, sign};
use crate::testing::{FakeHub, PATIENCE, start};
use crate::{Fault, Sandbox, When};

mod customers;
mod graph;

const NUMBER: &str = "404417729935120";
const WABA: &str = "331882004417765";
const TOKEN: &str = "EAAGfakeSystemUserToken";
const MARLENE: &str = "4915750160042";
const USER_ID: &str = "DE.4417720931885523670";
const HOUR: Duration = Duration::from_secs(3600);

struct Scene {
    sandbox: Sandbox,
    hub: FakeHub,
    number: Number,
    marlene: Customer,
    first: String,
}

fn config(id: &str, waba: &str, token: &str) -> NumberConfig {
    NumberConfig {
        phone_number_id: id.to_owned(),
        waba_id: waba.to_owned(),
        display_number: "+1 555-014-2277".to_owned(),
        verified_name: "Northwind Tiles".to_owned(),
        token: token.to_owned(),
    }
}

/// A number to which a customer has just written.
async fn scene() -> Scene {
    let (sandbox, hub) = start().await;
    let number = sandbox.add_whatsapp_number(config(NUMBER, WABA, TOKEN));
    number.subscribe();
    let marlene = number.customer_with_user_id(MARLENE, USER_ID, "Marlene Foss");
    let first = marlene.says("Habt ihr die Lissabon-Fliese noch?").await;
    assert!(first.webhook.acknowledged());
    Scene { sandbox, hub, number, marlene, first: first.id }
}

impl Scene {
    fn url(&self, path: &str) -> String {
        format!("{}/v26.0/{path}", self.sandbox.graph_url())
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        answer(http().post(self.url(path)).bearer_auth(TOKEN).json(body)).await
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        answer(http().get(self.url(path)).bearer_auth(TOKEN)).await
    }

    /// Sends to the customer what is in `own`; a null there takes a member away.
    async fn send(&self, own: Value) -> (u16, Value) {
        let mut body = json!({"messaging_product": "whatsapp", "to": format!("+{MARLENE}")});
        for (name, value) in own.as_object().unwrap() {
            body[name] = value.clone();
        }
        body.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        self.post(&format!("{NUMBER}/messages"), &body).await
    }

    async fn sent(&self, own: Value) -> String {
        let (status, answer) = self.send(own).await;
        assert_eq!(status, 200, "{answer}");
        answer["messages"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Waits for the statuses of a message, and gives the posts that told them.
    async fn statuses(&self, id: &str, number: usize) -> Vec<Value> {
        let state = self.number.wait_until(|state| state.statuses_of(id).len() >= number, PATIENCE).await.unwrap();
        let values = state.webhooks.iter().map(value);
        values.filter(|value| value["statuses"][0]["id"] == *id).collect()
    }

    async fn failure(&self, own: Value) -> Value {
        let id = self.sent(own).await;
        self.statuses(&id, 1).await.remove(0)
    }

    async fn upload(&self, content_type: &str, length: usize) -> (u16, Value) {
        let part = Part::bytes(vec![b'x'; length]).file_name("file.bin").mime_str(content_type).unwrap();
        self.upload_part(part, content_type).await
    }

    async fn upload_part(&self, part: Part, told: &str) -> (u16, Value) {
        let form = Form::new().text("messaging_product", "whatsapp").text("type", told.to_owned()).part("file", part);
        answer(http().post(self.url(&format!("{NUMBER}/media"))).bearer_auth(TOKEN).multipart(form)).await
    }

    async fn uploaded(&self, content_type: &str) -> String {
        let (status, answer) = self.upload(content_type, 100).await;
        assert_eq!(status, 200, "{answer}");
        answer["id"].as_str().unwrap().to_owned()
    }
}

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

/// The one value of a webhook, after a look at what is around it.
fn value(post: &Post) -> Value {
    let body: Value = serde_json::from_slice(&post.body).unwrap();
    assert_eq!(body["object"], "whatsapp_business_account");
    assert_eq!(body["entry"][0]["id"], WABA);
    body["entry"][0]["changes"][0]["value"].clone()
}

fn code(answer: &(u16, Value)) -> (u16, u64) {
    let error = &answer.1["error"];
    assert!(error["fbtrace_id"].is_string(), "{answer:?}");
    (answer.0, error["code"].as_u64().unwrap())
}

fn text(body: &str) -> Value {
    json!({"type": "text", "text": {"body": body}})
}
