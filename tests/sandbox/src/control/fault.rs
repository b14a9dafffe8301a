//! Faults by name, the same names that the state shows.

use std::time::Duration;

use serde::Deserialize;

use super::ControlError;
use crate::faults::{Answer, Fault, When};
use crate::meta::GraphError;
use crate::motion;

/// A fault, and for how many calls.
#[derive(Debug, Deserialize)]
pub(super) struct FaultBody {
    /// `hang`, `hang_before`, `drop_after`, `drop_before`, `slow_MILLISECONDS`; for a page also a code of Graph (2, 4,
    /// 551, 613, 1200), for an account also an HTTP status; for a WhatsApp line also `throttled`, `down`, `unauthorised`,
    /// `later` or `later_CODE` (messages are taken, then fail by status) and `backwards` (the last status comes first).
    fault: String,
    /// So many calls; until it is lifted, if not given.
    times: Option<u32>,
    /// So many calls pass first.
    #[serde(default)]
    after: u32,
    /// Whether calls of every kind are met, not only messages.
    #[serde(default)]
    pub(super) all: bool,
}

impl FaultBody {
    pub(super) const fn when(&self) -> When {
        When { after: self.after, times: self.times }
    }

    pub(super) fn of_page(&self) -> Result<Fault, ControlError> {
        transport(&self.fault).or_else(|| graph(&self.fault)).ok_or_else(|| self.unknown())
    }

    pub(super) fn of_account(&self) -> Result<Fault, ControlError> {
        let status = || self.fault.parse().ok().filter(|status| (300..600).contains(status)).map(motion::status);
        transport(&self.fault).or_else(status).ok_or_else(|| self.unknown())
    }

    pub(super) fn of_line(&self) -> Result<LineFault, ControlError> {
        Ok(match self.fault.as_str() {
            "throttled" => LineFault::Refuses(Refusal::Throttled),
            "down" => LineFault::Refuses(Refusal::Down),
            "unauthorised" => LineFault::Refuses(Refusal::Unauthorised),
            "later" => LineFault::Later(None),
            "backwards" => LineFault::Backwards,
            other => match other.strip_prefix("later_") {
                Some(code) => LineFault::Later(Some(code.to_owned())),
                None => LineFault::Call(transport(other).ok_or_else(|| self.unknown())?),
            },
        })
    }

    fn unknown(&self) -> ControlError {
        ControlError::Invalid(format!("no such fault: {}", self.fault))
    }
}

/// What the carrier of a WhatsApp line is told to get wrong.
#[derive(Debug)]
pub(super) enum LineFault {
    /// Calls fail on their way.
    Call(Fault),
    /// Calls are refused, in the carrier's own words.
    Refuses(Refusal),
    /// Messages are taken, and fail later by status: with this code, or one that the carrier has for somebody out of reach.
    Later(Option<String>),
    /// Statuses are told in the wrong order.
    Backwards,
}

/// Why a carrier refuses calls.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refusal {
    Throttled,
    Down,
    Unauthorised,
}

impl Refusal {
    /// The fault with this answer of the carrier, shown under the name that it was asked for by.
    pub(super) fn by(self, answer: impl Into<Answer>) -> Fault {
        let label = match self {
            Self::Throttled => "throttled",
            Self::Down => "down",
            Self::Unauthorised => "unauthorised",
        };
        Fault::Refuse(Answer { label: label.to_owned(), ..answer.into() })
    }
}

fn transport(name: &str) -> Option<Fault> {
    match name {
        "hang" => Some(Fault::Hang),
        "hang_before" => Some(Fault::HangBefore),
        "drop_after" => Some(Fault::DropAfter),
        "drop_before" => Some(Fault::DropBefore),
        _ => {
            let time = name.strip_prefix("slow_")?.parse().ok()?;
            Some(Fault::Slow(Duration::from_millis(time)))
        }
    }
}

fn graph(code: &str) -> Option<Fault> {
    let error = match code {
        "2" => GraphError::service_down(),
        "4" => GraphError::app_rate_limit(),
        "551" => GraphError::unavailable(),
        "613" => GraphError::page_rate_limit(),
        "1200" => GraphError::send_failure(),
        _ => return None,
    };
    Some(error.into())
}
