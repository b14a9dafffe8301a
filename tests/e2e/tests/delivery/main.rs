//! What delivery promises when things break: the worker is killed at every step, answers get lost, the desk is away.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should stop")]

mod away;
mod calls;
mod enabled;
mod held;
mod killed;
mod killed_kept;
mod stage;
mod time;
