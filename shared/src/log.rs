//! Logs as JSON lines that CloudWatch can be asked about.
//!
//! Never in a log: tokens, secrets, path secrets, the query of a Receive URL, message texts, phone numbers. Ids of
//! integrations, correlation ids, counts, times and error numbers are fine. Nor what Motion or a platform said in an error:
//! that may repeat a customer's words, so it is stored for people and not logged.

use tracing_subscriber::EnvFilter;

/// Starts logging for the process. `level` is a filter as `info` or `info,deliver=debug`.
pub fn start(level: &str) {
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    let subscriber =
        tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter).with_current_span(true);
    // A second start in one process keeps the first, which is what tests want.
    let _ = subscriber.with_span_list(false).without_time().try_init();
}
