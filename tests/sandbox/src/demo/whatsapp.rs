//! The same by WhatsApp: a number at Twilio with its desk and its integration, a question and an answer.

use serde_json::{Value, json};

use super::hub::Hub;
use super::outside::Outside;
use super::{DemoError, shown, text};

const ACCOUNT_SID: &str = "AC0123456789abcdef0123456789abcdef";
const NUMBER: &str = "12025550142";
const CUSTOMER: &str = "447700900123";
const TEMPLATE: &str = "HX0123456789abcdef0123456789abcdef";
const SERVER: &str = "demo";
const ACCOUNT: u64 = 13;

/// Plays it.
pub(super) async fn play(outside: &Outside, hub: &Hub) -> Result<(), DemoError> {
    let (at_desk, on_phone) = set(outside, hub).await?;
    let question = "Hi, does the Porto tile come in blue too?";
    let act = json!({"act": "says", "text": question});
    let sent = outside.tell(&customer(), &act).await?;
    if sent["sent"][0]["status"] != 204 {
        return Err(DemoError::NotAsExpected(format!("the hub did not take the webhook: {sent}")));
    }
    shown("Anna writes on WhatsApp", question);
    let wanted = |message: &Value| message["body"] == question;
    let message = outside.wait("the message at the agent's desk", |state| find(desk(state), at_desk, wanted)).await?;
    shown("the agent's desk shows it", &format!("from {}", text(&message["payload"]["from"])));

    let answer = "It does, and we have it here 💙";
    let reply = json!({"contact": CUSTOMER, "text": answer});
    let message = outside.tell(&format!("accounts/{SERVER}/{ACCOUNT}/replies"), &reply).await?;
    if message["answer"]["status"] != 200 {
        return Err(DemoError::NotAsExpected(format!("the hub did not send the answer: {}", message["answer"])));
    }
    shown("the agent answers", answer);
    let wanted = |message: &Value| message["text"] == answer;
    let message = outside.wait("the answer on the phone", |state| find(phone(state), on_phone, wanted)).await?;
    shown("Anna's phone shows it", &format!("message {}…", text(&message["id"]).get(..18).unwrap_or_default()));
    Ok(())
}

/// Makes both ends and the integration between them, or finds them as they were left; how far they have come.
async fn set(outside: &Outside, hub: &Hub) -> Result<(usize, usize), DemoError> {
    let line = json!({
        "carrier": "twilio", "name": "Northwind Tiles", "number": NUMBER,
        "account_sid": ACCOUNT_SID, "auth_token": "00demoTokenOfNorthwindTiles00",
    });
    outside.tell("lines", &line).await?;
    let template = json!({"name": TEMPLATE, "body": "Hello {{1}}, we have an answer for you. May we send it?"});
    outside.tell(&at("templates"), &template).await?;
    outside.tell(&at("customers"), &json!({"number": CUSTOMER, "name": "Anna Berg"})).await?;
    let account = json!({
        "server": SERVER, "id": ACCOUNT, "name": "WhatsApp", "map_key": "phone",
        "token": "DemoTokenOfTheReceiveUrl13", "api_key": "demo.api.key",
    });
    let account = outside.tell("accounts", &account).await?;
    let wanted = json!({
        "channel": "whatsapp",
        "provider": "twilio",
        "name": "Demo: Northwind Tiles on WhatsApp",
        "twilio": {"account_sid": ACCOUNT_SID, "auth_token": line["auth_token"], "number": NUMBER},
        "receive_url": account["receive_url"],
        "api_base_url": account["api_url"],
        "api_key": account["api_key"],
        "map_key": account["map_key"],
        "recontact": {"template": TEMPLATE, "variables": [{"text": "{first_name}", "fallback": "there"}]},
    });
    let integration = hub.connect(&format!("whatsapp:twilio:{ACCOUNT_SID}:{NUMBER}"), &wanted).await?;
    outside.tell(&at("webhook"), &json!({"url": integration.webhook_url})).await?;
    let reply_url = json!({"reply_url": integration.reply_url});
    outside.tell(&format!("accounts/{SERVER}/{ACCOUNT}/settings"), &reply_url).await?;
    outside.tell(&customer(), &json!({"act": "set", "reads": true})).await?;
    let verb = if integration.found { "found" } else { "made" };
    shown(&format!("integration {verb}"), &integration.name);
    let state = outside.state().await?;
    Ok((desk(&state).len(), phone(&state).len()))
}

fn at(what: &str) -> String {
    format!("lines/twilio/{ACCOUNT_SID}.{NUMBER}/{what}")
}

fn customer() -> String {
    at(&format!("customers/{CUSTOMER}"))
}

/// The first new message that is as wanted.
fn find(messages: Vec<Value>, known: usize, wanted: impl Fn(&Value) -> bool) -> Option<Value> {
    messages.into_iter().skip(known).find(wanted)
}

/// What customers wrote, as the desk has it.
fn desk(state: &Value) -> Vec<Value> {
    let accounts = state["accounts"].as_array().into_iter().flatten();
    let ours = accounts.filter(|account| account["server"] == SERVER && account["id"] == ACCOUNT);
    let messages = ours.flat_map(|account| account["messages"].as_array().into_iter().flatten());
    messages.filter(|message| message["incoming"] == true).cloned().collect()
}

/// What the number sent, as the phone has it.
fn phone(state: &Value) -> Vec<Value> {
    let lines = state["lines"].as_array().into_iter().flatten().filter(|line| line["number"] == NUMBER);
    let people = lines.flat_map(|line| line["customers"].as_array().into_iter().flatten());
    let messages = people.flat_map(|person| person["messages"].as_array().into_iter().flatten());
    messages.filter(|message| message["from_business"] == true).cloned().collect()
}
