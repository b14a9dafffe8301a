//! What the end-to-end tests share: the running stack, its API as an administrator calls it, and ways to break things.
//!
//! The stack is brought up by `make test`, which names it in `E2E_STATE`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

pub mod bench;
pub mod garbage;
pub mod hub;
pub mod logs;
pub mod people;
pub mod proxy;
pub mod reply;
pub mod scene;
pub mod stack;
pub mod told;
pub mod whatsapp;
