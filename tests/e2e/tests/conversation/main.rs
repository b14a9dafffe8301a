//! Conversations over the real stack: the deployed functions, the queue, the table, the secrets, real HTTP.

mod files;
mod inbound;
mod replies;
