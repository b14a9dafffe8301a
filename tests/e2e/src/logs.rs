//! What the functions have logged, read as an operator would.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::scene::until;
use crate::stack::{client, signed, stack};

/// Every line of every function, by the function's name.
pub async fn all_logs() -> BTreeMap<String, Vec<String>> {
    let mut logs = BTreeMap::new();
    for (function, about) in &stack().functions {
        let group = about["log_group"].as_str().unwrap();
        logs.insert(function.clone(), lines_of(group).await);
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

async fn lines_of(group: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let mut request = json!({"logGroupName": group, "limit": 10_000});
        if let Some(token) = &next {
            request["nextToken"] = token.as_str().into();
        }
        let answer = call("FilterLogEvents", &request).await;
        let events = answer["events"].as_array().cloned().unwrap_or_default();
        lines.extend(events.iter().filter_map(|event| event["message"].as_str().map(str::to_owned)));
        next = answer["nextToken"].as_str().map(str::to_owned);
        if next.is_none() || events.is_empty() {
            return lines;
        }
    }
}

async fn call(action: &str, request: &Value) -> Value {
    let call = client().post(&stack().aws_url).header("x-amz-target", format!("Logs_20140328.{action}"));
    let call = call.header("content-type", "application/x-amz-json-1.1").header("authorization", signed("logs"));
    call.body(request.to_string()).send().await.unwrap().json().await.unwrap()
}
