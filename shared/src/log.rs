//! Logs as JSON lines that CloudWatch can be asked about.
//!
//! Never in a log: tokens, secrets, path secrets, the query of a Receive URL, message texts, phone numbers. Ids of
//! integrations, correlation ids, counts, times and error numbers are fine. Nor what Motion or a platform said in an error:
//! that may repeat a customer's words, so it is stored for people and not logged.

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{FilterExt, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

/// The crates whose lines keep the rule above at every level.
const OURS: [&str; 12] = [
    "shared",
    "facebook_webhook",
    "whatsapp_meta_webhook",
    "whatsapp_twilio_webhook",
    "whatsapp_sinch_webhook",
    "whatsapp_kaleyra_webhook",
    "deliver",
    "reply",
    "files",
    "console",
    "upkeep",
    "sandbox",
];

/// Starts logging for the process. `level` is a filter as `info` or `info,deliver=debug`. Crates of others are never heard
/// below `info`: they print whole requests there.
pub fn start(level: &str) {
    // A second start in one process keeps the first, which is what tests want.
    let _ = subscriber(level, std::io::stdout).try_init();
}

fn subscriber<W>(level: &str, writer: W) -> impl Subscriber + Send + Sync + 'static
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // Not the filter that knows spans and fields: it would bring a regex engine, a sixth of a webhook's size.
    let asked = level.parse().unwrap_or_else(|_| Targets::new().with_default(LevelFilter::INFO));
    let ours = OURS.map(|name| (name, LevelFilter::TRACE));
    let allowed = Targets::new().with_default(LevelFilter::INFO).with_targets(ours);
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(true);
    let lines = lines.with_span_list(false).without_time().with_writer(writer);
    Registry::default().with(lines.with_filter(asked.and(allowed)))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// The messages that are logged at a level, of our own crates and of another's.
    fn logged(level: &str) -> Vec<String> {
        let lines = Lines::default();
        let writer = lines.clone();
        tracing::subscriber::with_default(subscriber(level, move || writer.clone()), || {
            tracing::info!(target: "aws_smithy_runtime::client", "theirs: info");
            tracing::debug!(target: "aws_smithy_runtime::client", "theirs: a whole request");
            tracing::trace!(target: "hyper_util", "theirs: bytes");
            tracing::info!("ours: info");
            tracing::debug!(target: "facebook_webhook::handler", "ours: debug");
            tracing::trace!(target: "deliver", "ours: trace");
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let message = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["message"].clone();
        text.lines().map(|line| message(line).as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn no_level_makes_other_crates_print_requests() {
        let all = ["theirs: info", "ours: info", "ours: debug", "ours: trace"];
        let table: [(&str, &[&str]); 6] = [
            ("trace", &all),
            ("trace,aws_smithy_runtime=trace,hyper_util=trace", &all),
            ("debug", &["theirs: info", "ours: info", "ours: debug"]),
            ("info,deliver=trace", &["theirs: info", "ours: info", "ours: trace"]),
            ("warn", &[]),
            ("no=such=level", &["theirs: info", "ours: info"]),
        ];
        for (level, expected) in table {
            assert_eq!(logged(level), expected, "{level}");
        }
    }
}
