//! The rooms that two or more functions of the Open Channel Hub share.
//!
//! The core ([`event`], [`channel`], [`openchannel`], [`window`], [`text`]) is free of I/O: plain functions of bytes,
//! values and the time. The shell ([`queue`], [`store`], [`secrets`], [`http`]) talks to AWS, platforms and Motion.

pub mod channel;
pub mod event;
pub mod http;
pub mod id;
pub mod text;
pub mod time;
