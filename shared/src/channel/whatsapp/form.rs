//! The answers of a form that a customer filled in inside WhatsApp (a flow), as far as a person can read them. Pure.

use serde_json::Value;

/// Names the form for machines; it is ours and no answer.
const TOKEN: &str = "flow_token";

/// Every value in the JSON of a form, with the name under which it stands; none where it is no JSON.
pub(super) fn answers(json: &str) -> Vec<String> {
    let mut answers = Vec::new();
    if let Ok(value) = serde_json::from_str::<Value>(json) {
        collect(&value, "", &mut answers);
    }
    answers
}

fn collect(value: &Value, name: &str, answers: &mut Vec<String>) {
    let mut add = |value: &str| {
        answers.push(if name.is_empty() { value.to_owned() } else { format!("{name}: {value}") });
    };
    match value {
        _ if name == TOKEN => {}
        Value::Null => {}
        Value::String(text) if text.trim().is_empty() => {}
        Value::String(text) => add(text.trim()),
        Value::Bool(_) | Value::Number(_) => add(&value.to_string()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, name, answers)),
        Value::Object(members) => members.iter().for_each(|(name, member)| collect(member, name, answers)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_read_and_the_token_is_not() {
        let table: [(&str, &[&str]); 5] = [
            (
                r#"{"flow_token":"case-5512","rating":4,"comment":" schnell & nett "}"#,
                &["comment: schnell & nett", "rating: 4"],
            ),
            (r#"{"a":{"b":true,"flow_token":"x"},"c":["1","2"],"d":null,"e":""}"#, &["b: true", "c: 1", "c: 2"]),
            (r#"["yes"]"#, &["yes"]),
            (r#"{"flow_token":"case-5512"}"#, &[]),
            ("no JSON", &[]),
        ];
        for (json, expected) in table {
            assert_eq!(answers(json), expected, "{json}");
        }
    }
}
