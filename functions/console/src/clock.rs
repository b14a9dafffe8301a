//! Moments as people and programs read them: RFC 3339, UTC.

use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};
use shared::time::Timestamp;

/// A moment as `2026-11-21T09:30:00Z`; empty for one so far away that no calendar has it.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    DateTime::from_millis(at.millis()).fmt(DateTimeFormat::DateTime).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        for (millis, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_795_165_200_000, "2026-11-20T09:00:00Z"),
            (1_795_165_200_120, "2026-11-20T09:00:00.12Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (i64::MAX, ""),
        ] {
            assert_eq!(rfc3339(Timestamp::from_millis(millis)), expected, "{millis}");
        }
    }
}
