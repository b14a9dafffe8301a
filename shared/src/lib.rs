//! The rooms that two or more functions of the Open Channel Hub share.
//!
//! The core ([`event`], [`envelope`], [`channel`], [`openchannel`]) is free of I/O: plain functions of bytes, values and
//! the time. The shell ([`queue`], [`store`], [`secrets`], [`http`]) talks to AWS, the platforms and Motion.

pub mod aws;
pub mod cache;
pub mod channel;
pub mod config;
pub mod envelope;
pub mod event;
pub mod gateway;
pub mod http;
pub mod id;
pub mod log;
pub mod openchannel;
pub mod queue;
pub mod secrets;
pub mod store;
pub mod text;
pub mod time;
pub mod webhook;
pub mod window;
