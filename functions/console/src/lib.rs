//! The console's API: integrations are made, watched and mended here, by people who signed in.
//!
//! Every call but the API's own description is made by a person, and every look into the table is made for that person's
//! tenant: what belongs to another does not exist.

pub mod app;
mod auth;
mod body;
mod clock;
pub mod config;
mod error;
pub mod handler;
mod integrations;
mod messages;
mod query;
mod status;
#[cfg(test)]
mod testing;
