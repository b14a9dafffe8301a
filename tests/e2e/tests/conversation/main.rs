//! Conversations over the real stack: the deployed functions, the queue, the table, the secrets, real HTTP.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should stop")]

mod agent_first;
mod bad_calls;
mod bad_replies;
mod bad_webhooks;
mod bridge;
mod doors;
mod files;
mod files_out;
mod inbound;
mod receipts;
mod refusals;
mod repeats;
mod replies;
mod replies_long;
mod setting_up;
mod windows;
