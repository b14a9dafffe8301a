//! Conversations over the real stack: the deployed functions, the queue, the table, the secrets, real HTTP.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should stop")]

mod agent_first;
mod doors;
mod inbound;
mod refusals;
mod repeats;
mod replies;
mod replies_long;
mod windows;
