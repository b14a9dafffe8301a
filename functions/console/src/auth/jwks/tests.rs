use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use shared::http::Guard;

use super::*;
use crate::auth::issuer::{self, KEY_ID};

/// A user pool that answers each question with the next of `answers`, the last one for ever, and counts them.
fn pool(answers: Vec<(u16, String)>) -> (Url, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/.well-known/jwks.json", listener.local_addr().unwrap()).parse().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let index = counter.fetch_add(1, Ordering::SeqCst);
            let (status, body) = &answers[index.min(answers.len() - 1)];
            let _ = connection.read(&mut [0; 4096]);
            let head = format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
            connection.write_all(format!("{head}{body}").as_bytes()).unwrap();
        }
    });
    (url, asked)
}

fn jwks(url: Url) -> Jwks {
    Jwks::new(Client::new(Guard::default()).unwrap(), url)
}

fn good() -> (u16, String) {
    (200, issuer::key_set().to_string())
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_795_165_200 + seconds)
}

#[tokio::test]
async fn the_keys_are_fetched_once_a_day_and_kept_while_that_fails() {
    let mut rotated = issuer::key_set();
    rotated["keys"][0]["kid"] = "k2".into();
    let (url, asked) = pool(vec![good(), (500, String::new()), (200, rotated.to_string())]);
    let jwks = jwks(url);
    let day = 24 * 60 * 60;
    for (seconds, expected) in [(0, 1), (1, 1), (day - 1, 1), (day, 2), (day + 29, 2), (day + 30, 3), (day + 60, 4)] {
        let found = jwks.with(KEY_ID, at(seconds)).await.unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), expected, "after {seconds} s");
        assert_eq!(found.get(KEY_ID).is_some(), expected < 3, "after {seconds} s");
    }
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_every_30_seconds_at_most() {
    let mut rotated = issuer::key_set();
    rotated["keys"][0]["kid"] = "k2".into();
    let (url, asked) = pool(vec![good(), good(), (200, rotated.to_string())]);
    let jwks = jwks(url);
    for (seconds, expected) in [(0, 1), (1, 1), (29, 1), (30, 2), (31, 2), (59, 2), (60, 3)] {
        let found = jwks.with("k2", at(seconds)).await.unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), expected, "after {seconds} s");
        assert_eq!(found.get("k2").is_some(), expected == 3, "after {seconds} s");
    }
}

#[tokio::test]
async fn the_older_keys_outlive_trouble() {
    let (url, _) = pool(vec![good(), (500, String::new()), (200, "no keys".to_owned())]);
    let jwks = jwks(url);
    for seconds in [0, 30, 60] {
        assert!(jwks.with("k2", at(seconds)).await.unwrap().get(KEY_ID).is_some(), "after {seconds} s");
    }
}

#[tokio::test]
async fn without_any_keys_each_call_asks() {
    let (url, asked) = pool(vec![(503, String::new()), (200, "{}".to_owned()), good()]);
    let jwks = jwks(url);
    assert!(jwks.with(KEY_ID, at(0)).await.is_err());
    assert!(jwks.with(KEY_ID, at(0)).await.is_err());
    assert!(jwks.with(KEY_ID, at(0)).await.is_ok());
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}
