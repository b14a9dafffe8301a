//! Conversations over the real stack: the deployed functions, the queue, the table, the secrets, real HTTP.

mod inbound;
mod replies;
