//! From the queue to the agent's desk: each customer's messages in order, each once, none lost.
//!
//! The FIFO group is the only lock: whatever posts to the desk, or sends what agents' answers were held, runs here as an event
//! of its customer's group.

mod batch;
mod claimed;
mod desk;
mod drain;
mod ending;
mod event;
mod file;
mod identify;
mod introduce;
mod later;
mod links;
mod news;
mod parcel;
mod probe;
mod received;
mod release;
mod replay;
mod set_aside;
mod settings;
mod unreadable;
mod work;
mod worker;

pub use batch::handle;
pub use settings::Settings;
pub use worker::Worker;
