//! What the stack has logged, read as an operator would.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::scene::until;
use crate::stack::{ask_aws, stack};

/// Every line of every function, by the function's name.
pub async fn all_logs() -> BTreeMap<String, Vec<String>> {
    let mut logs = BTreeMap::new();
    for (function, about) in &stack().functions {
        let group = about["log_group"].as_str().unwrap();
        logs.insert(function.clone(), lines_of(group).await);
    }
    logs
}

/// Every line of every log group there is, by the group's name: those of the functions and any other.
pub async fn all_groups() -> BTreeMap<String, Vec<String>> {
    let groups = ask_aws("logs", "Logs_20140328.DescribeLogGroups", &json!({})).await;
    let mut logs = BTreeMap::new();
    for group in groups["logGroups"].as_array().unwrap() {
        let group = group["logGroupName"].as_str().unwrap();
        logs.insert(group.to_owned(), lines_of(group).await);
    }
    logs
}

/// Waits until `word` is in some log; every line there is then.
pub async fn until_logged(word: &str) -> BTreeMap<String, Vec<String>> {
    until(async || {
        let logs = all_logs().await;
        if logs.values().flatten().any(|line| line.contains(word)) {
            Ok(logs)
        } else {
            Err(format!("{word} is in none of {} lines", logs.values().flatten().count()))
        }
    })
    .await
}

/// The most lines that the local AWS gives at a time. It has no token for the next ones; they are asked for by their time.
const PAGE: usize = 10_000;

async fn lines_of(group: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut from = 0;
    loop {
        let request = json!({"logGroupName": group, "limit": PAGE, "startTime": from});
        let events = ask_aws("logs", "Logs_20140328.FilterLogEvents", &request).await["events"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let time = |event: &Value| event["timestamp"].as_i64().unwrap();
        // The lines of a full page's last millisecond may not be all there are; they come again with the next page.
        let newest = if events.len() < PAGE { i64::MAX } else { events.last().map_or(i64::MAX, time) };
        assert!(newest > from, "more lines in a millisecond than the local AWS gives");
        let whole = events.iter().filter(|event| time(event) < newest);
        lines.extend(whole.filter_map(|event| event["message"].as_str().map(str::to_owned)));
        if newest == i64::MAX {
            return lines;
        }
        from = newest;
    }
}
