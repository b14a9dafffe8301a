//! The whole function over a table, secrets, a Graph and a Motion on the loopback: what Motion is answered, what the customer
//! gets, and what it costs.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has found something")]

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use shared::event::Place;
use shared::id::{DeskId, IntegrationId, ThreadId};
use shared::recontact::{Gap, Recontact};
use shared::store::DeskState;
use shared::time::Clock;

#[path = "../world/mod.rs"]
mod world;

mod a_closed_window_with_a_template;
mod our_own_storage;
mod parts;
mod repeats;
mod the_bridge;
mod the_platform;
mod the_start;
mod the_window;
mod what_goes_out;
mod whatever_is_sent;
mod who_may_ask;
mod whom_it_reaches;

use world::{CUSTOMER, Fault, Graph, PAGE, SECRET, TOKEN, Told, World};

fn text(id: Option<u32>, body: &str) -> Value {
    json!({"id": id, "body": body, "Contact": {"facebook": CUSTOMER}})
}

/// Three messages of Messenger's limit.
fn long() -> String {
    ["a", "b", "c"].map(|letter| letter.repeat(1_900)).join(" ")
}

fn is(told: &Told, status: i64, code: &str) {
    assert_eq!((told.status, told.code.as_str()), (status, code), "{told:?}");
    assert!(!told.message.is_empty(), "{told:?}");
}

fn sent(told: &Told) {
    assert_eq!((told.status, &told.body["status"]), (200, &json!("sent")), "{told:?}");
}
