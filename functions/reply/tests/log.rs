//! What the function logs. Alone in its process, because what is logged is decided for a whole process.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has found something")]

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

#[expect(dead_code, reason = "the other tests need more of it")]
mod world;

use world::{CUSTOMER, Fault, Graph, SECRET, TOKEN, World};

fn text(id: u32, body: &str) -> Value {
    json!({"id": id, "body": body, "Contact": {"facebook": CUSTOMER}})
}

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

#[tokio::test]
async fn has_one_line_a_reply_with_its_ids_and_nothing_that_anybody_wrote() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::INFO)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let world = World::new().await;
    let words = "the-words-of-the-agent";
    world.outside.graph([Graph::Sent, Graph::Error(190, 463)]);
    let mut told = vec![world.reply(&text(1, words)).await];
    told.push(world.reply(&text(2, words)).await);
    told.push(world.post(&format!("/api/reply/{}/wrong-{words}", world.integration), None, words).await);
    world.aws.fault("TransactWriteItems", Fault::Down);
    told.push(world.reply(&text(3, words)).await);

    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    for never in [words, SECRET, TOKEN, CUSTOMER, "motion-key", "the-apps-secret"] {
        assert!(!log.contains(never), "{never} in {log}");
    }
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let outcomes: Vec<_> = lines.iter().map(|line| line["fields"]["outcome"].as_str()).collect();
    let (dead_credential, failed_write) = (None, None);
    assert_eq!(
        outcomes,
        [Some("sent"), dead_credential, Some("provider_auth"), Some("not_found"), failed_write, Some("sent")]
    );
    let told_of = [&told[0], &told[1], &told[1], &told[2], &told[3], &told[3]];
    for (line, told) in lines.iter().zip(told_of) {
        assert_eq!(line["span"]["correlation"], told.correlation.as_str());
        let integration = (told.code != "not_found").then(|| world.integration.to_string());
        assert_eq!(line["span"]["integration"], json!(integration));
    }
    assert_eq!(lines[0]["fields"]["parts"], 1);
    assert!(lines[0]["fields"]["duration_ms"].is_u64());
    assert_eq!(lines[1]["fields"]["metric"], "credential_refused");
    assert_eq!((&lines[2]["fields"]["code"], &lines[2]["fields"]["subcode"]), (&json!(190), &json!(463)));
}
