//! What the hub answered to a call.

use reqwest::RequestBuilder;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// An answer, read whole.
#[derive(Clone, Debug)]
pub struct Told {
    /// HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub text: String,
    /// The body as JSON; null where it is none.
    pub json: Value,
}

impl Told {
    /// Makes the call.
    pub async fn to(call: RequestBuilder) -> Self {
        let answer = call.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.unwrap();
        let json = serde_json::from_str(&text).unwrap_or_default();
        Self { status, headers, text, json }
    }

    /// A header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The sentence for a person.
    pub fn message(&self) -> &str {
        self.json["message"].as_str().unwrap_or_default()
    }

    /// The word for a program.
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    /// Holds that it is this refusal, with a sentence; gives the sentence.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> &str {
        assert_eq!((self.status, self.code()), (status, code), "{}", self.text);
        assert!(!self.message().is_empty(), "{}", self.text);
        self.message()
    }

    /// Holds that it is some refusal of what was asked, with a sentence and a word; `case` tells which call it was.
    #[track_caller]
    pub fn refused_somehow(&self, case: &str) {
        assert!((400..500).contains(&self.status), "{case}: {} {}", self.status, self.text);
        assert!(!self.message().is_empty() && !self.code().is_empty(), "{case}: {} {}", self.status, self.text);
    }

    /// Holds that a reply was sent; gives the platform's ids of its messages.
    #[track_caller]
    pub fn sent(&self) -> Vec<String> {
        assert_eq!((self.status, &self.json["status"]), (200, &Value::from("sent")), "{}", self.text);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let first = text(&self.json["message_id"]);
        match self.json["message_ids"].as_array() {
            None => vec![first],
            Some(all) => all.iter().map(text).collect(),
        }
    }
}
