//! A conversation on Messenger and one on WhatsApp, played in the running sandbox and shown in the terminal: what a customer and an agent do, and what
//! became of it at the other end.
//!
//! It may be played again: pages, numbers, desks and integrations are found as they were left.

#![expect(clippy::indexing_slicing, reason = "what a JSON value does not have reads as null")]

mod files;
mod hub;
mod outside;
mod sign_in;
mod stage;
mod whatsapp;

use serde_json::{Value, json};

use crate::config::{ConfigError, HubState, environment};
use hub::Hub;
use outside::Outside;
use stage::{Stage, set};

/// Why the demonstration came to a stop.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("{who} cannot be reached: {error}")]
    Unreachable { who: &'static str, error: reqwest::Error },
    #[error("{who} refused to {what}: {status} {answer}")]
    Refused { who: &'static str, what: String, status: u16, answer: String },
    #[error("{0}")]
    NotAsExpected(String),
    #[error("waited {seconds} s for {what}, in vain; the hub's logs tell more (make logs)")]
    TimedOut { what: String, seconds: u64 },
}

/// Plays the conversation.
pub(crate) async fn play() -> Result<(), DemoError> {
    let state = HubState::read(&environment)?;
    // Everything is on this machine; a proxy from the environment would only be in the way.
    let http = reqwest::Client::builder().no_proxy().build();
    let http = http.map_err(|error| DemoError::Unreachable { who: "the network", error })?;
    let outside = Outside::new(http.clone(), &state.sandbox_url);
    let hub = Hub::sign_in(http, &state).await?;
    println!("\nConversations through the hub at {}\n", state.hub_url);
    let stage = set(&outside, &hub).await?;
    conversation(&stage).await?;
    println!();
    whatsapp::play(&outside, &hub).await?;
    println!("\nTry it yourself: {} shows the phone, the desk and what passes between them.", state.sandbox_url);
    Ok(())
}

async fn conversation(stage: &Stage<'_>) -> Result<(), DemoError> {
    let question = "Hello 👋 is the Lisbon tile back in stock? Über 20 m² @ home 🙂";
    stage.customer_says(json!({"act": "says", "text": question})).await?;
    shown("Ingrid writes on Messenger", question);
    let message = stage.desk_has(|message| message["body"] == question).await?;
    shown("the agent's desk shows it", &from(&message));

    let answer = "Good morning Ingrid, it is back on Monday. Would you send us a picture of the room?";
    stage.agent_answers(("text", &json!(answer))).await?;
    shown("the agent answers", answer);
    let message = stage.phone_has(|message| message["text"] == answer).await?;
    shown("Ingrid's phone shows it", &format!("message {}", short(&message["mid"])));

    let picture = files::picture();
    stage.customer_says(json!({"act": "says", "files": [picture]})).await?;
    shown("Ingrid sends a picture", text(&picture["name"]));
    let message = stage.desk_has(|message| message["attachment"].is_u64()).await?;
    shown("the agent's desk shows it", &format!("{} (file {})", text(&message["body"]), message["attachment"]));

    let offer = files::offer();
    stage.agent_answers(("file", &offer)).await?;
    shown("the agent sends an offer", text(&offer["name"]));
    let message = stage.phone_has(|message| message["files"][0]["kind"] == "file").await?;
    let file = &message["files"][0];
    shown("Ingrid's phone shows it", &format!("{} ({} bytes)", text(&file["name"]), file["length"]));
    Ok(())
}

/// One line: what happened, and its proof.
fn shown(what: &str, proof: &str) {
    println!("  {what:<28} {proof}");
}

fn from(message: &Value) -> String {
    let name = |field: &str| text(&message["payload"][field]).to_owned();
    format!("from {} {}, interaction {}", name("firstName"), name("lastName"), message["interaction"])
}

fn short(mid: &Value) -> String {
    format!("{}…", text(mid).chars().take(18).collect::<String>())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
