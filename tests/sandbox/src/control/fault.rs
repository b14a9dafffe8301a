//! Faults by name, the same names that the state shows.

use std::time::Duration;

use serde::Deserialize;

use super::ControlError;
use crate::faults::{Fault, When};
use crate::meta::GraphError;
use crate::motion;

/// A fault, and for how many calls.
#[derive(Debug, Deserialize)]
pub(super) struct FaultBody {
    /// `hang`, `hang_before`, `drop_after`, `drop_before`, `slow_MILLISECONDS`; for a page also a code of Graph (2, 4,
    /// 551, 613, 1200), for an account also an HTTP status.
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

    fn unknown(&self) -> ControlError {
        ControlError::Invalid(format!("no such fault: {}", self.fault))
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
