//! The two ends of the demonstration, and what is done at them.

use serde_json::{Value, json};

use super::hub::Hub;
use super::outside::Outside;
use super::{DemoError, shown};

const PAGE: &str = "218840075512346";
const CUSTOMER: &str = "7304418829920156";
const SERVER: &str = "demo";
const ACCOUNT: u64 = 12;

/// A page with a customer, a desk with an agent, and how far their conversation was when the play began.
pub(super) struct Stage<'a> {
    outside: &'a Outside,
    at_desk: usize,
    on_phone: usize,
}

/// Makes both ends and the integration between them, or finds them as they were left.
pub(super) async fn set<'a>(outside: &'a Outside, hub: &Hub) -> Result<Stage<'a>, DemoError> {
    // Always the same credentials: the integration outlives the sandbox, which keeps everything in memory.
    let page = json!({"id": PAGE, "name": "Northwind Tiles", "access_token": "EAAGdemoTokenOfNorthwindTiles"});
    let page = outside.tell("pages", &page).await?;
    let person = json!({"psid": CUSTOMER, "first_name": "Ingrid", "last_name": "Dahl"});
    outside.tell(&format!("pages/{PAGE}/customers"), &person).await?;
    let account =
        json!({"server": SERVER, "id": ACCOUNT, "token": "DemoTokenOfTheReceiveUrl", "api_key": "demo.api.key"});
    let account = outside.tell("accounts", &account).await?;
    let wanted = json!({
        "channel": "facebook",
        "name": "Demo: Northwind Tiles",
        "page_token": page["access_token"],
        "receive_url": account["receive_url"],
        "api_base_url": account["api_url"],
        "api_key": account["api_key"],
        "map_key": account["map_key"],
    });
    let integration = hub.connect(&format!("facebook:{PAGE}"), &wanted).await?;
    if integration.found {
        // At Facebook a subscription stays; here it went with the sandbox that the integration was made with.
        outside.tell(&format!("pages/{PAGE}/settings"), &json!({"subscribed": true})).await?;
    }
    let reply_url = json!({"reply_url": integration.reply_url});
    outside.tell(&format!("accounts/{SERVER}/{ACCOUNT}/settings"), &reply_url).await?;
    // A phone that is being looked at, so that the reads go over too.
    outside.tell(&customer(), &json!({"act": "set", "reads": true})).await?;
    let state = outside.state().await?;
    let verb = if integration.found { "found" } else { "made" };
    shown(&format!("integration {verb}"), &integration.name);
    Ok(Stage { outside, at_desk: desk(&state).len(), on_phone: phone(&state).len() })
}

impl Stage<'_> {
    /// The customer does something, and the hub has to acknowledge it.
    pub(super) async fn customer_says(&self, act: Value) -> Result<(), DemoError> {
        let sent = self.outside.tell(&customer(), &act).await?;
        match sent["webhook"]["status"].as_u64() {
            Some(200) => Ok(()),
            _ => Err(DemoError::NotAsExpected(format!("the hub did not take the webhook: {}", sent["webhook"]))),
        }
    }

    /// The agent answers, and the hub has to say that it is sent.
    pub(super) async fn agent_answers(&self, (kind, content): (&str, &Value)) -> Result<(), DemoError> {
        let answer = json!({"contact": CUSTOMER, kind: content});
        let message = self.outside.tell(&format!("accounts/{SERVER}/{ACCOUNT}/replies"), &answer).await?;
        match message["answer"]["status"].as_u64() {
            Some(200) => Ok(()),
            _ => Err(DemoError::NotAsExpected(format!("the hub did not send the answer: {}", message["answer"]))),
        }
    }

    /// Waits until the desk has a new message of the customer that is as wanted.
    pub(super) async fn desk_has(&self, wanted: impl Fn(&Value) -> bool) -> Result<Value, DemoError> {
        let new = |state: &Value| desk(state).into_iter().skip(self.at_desk).find(|message| wanted(message));
        self.outside.wait("the message at the agent's desk", new).await
    }

    /// Waits until the phone has a new message of the page that is as wanted.
    pub(super) async fn phone_has(&self, wanted: impl Fn(&Value) -> bool) -> Result<Value, DemoError> {
        let new = |state: &Value| phone(state).into_iter().skip(self.on_phone).find(|message| wanted(message));
        self.outside.wait("the answer on the customer's phone", new).await
    }
}

fn customer() -> String {
    format!("pages/{PAGE}/customers/{CUSTOMER}")
}

/// What customers wrote, as the desk has it.
fn desk(state: &Value) -> Vec<Value> {
    let accounts = state["accounts"].as_array().into_iter().flatten();
    let ours = accounts.filter(|account| account["server"] == SERVER && account["id"] == ACCOUNT);
    let messages = ours.flat_map(|account| account["messages"].as_array().into_iter().flatten());
    messages.filter(|message| message["incoming"] == true).cloned().collect()
}

/// What the page wrote, as the phone has it.
fn phone(state: &Value) -> Vec<Value> {
    let pages = state["pages"].as_array().into_iter().flatten().filter(|page| page["id"] == PAGE);
    let messages = pages.flat_map(|page| page["customers"][CUSTOMER]["messages"].as_array().into_iter().flatten());
    messages.filter(|message| message["from_page"] == true).cloned().collect()
}
