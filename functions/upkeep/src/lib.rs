//! What has to be seen to every few minutes although nobody asks for it: held messages whose time is over, templates that somebody
//! died at, and records that the worker could not deal with. Each round is bounded, and two at the same time do no harm.

mod overdue;
mod redrive;
mod round;
mod settings;
mod unasked;

pub use round::{Hindered, Round};
pub use settings::Settings;
