use std::io;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::Instant;

use axum::Router;
use axum::extract::Multipart;
use axum::routing::post;
use http::Method;
use secrecy::SecretString;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use url::Url;

use super::*;
use crate::http::test_server::{Server, Step, ok};

const SOON: Duration = Duration::from_secs(5);
const CAP: usize = 1000;

fn client() -> Client {
    Client::new(Guard::new(vec!["127.0.0.0/8".parse().unwrap()], None)).unwrap()
}

fn client_that_finds(addresses: &'static [&'static str]) -> Client {
    let lookup: Lookup = Arc::new(move |_name| {
        Box::pin(async move {
            if addresses.is_empty() {
                return Err(io::Error::other("no such name"));
            }
            Ok(addresses.iter().map(|address| address.parse::<IpAddr>().unwrap()).collect())
        })
    });
    Client::with_lookup(Guard::new(vec!["127.0.0.0/8".parse().unwrap()], None), lookup).unwrap()
}

fn post_to(url: &Url) -> Outgoing {
    let url = url.join("notify?token=SECRET_TOKEN").unwrap();
    Outgoing { method: Method::POST, url, auth: Auth::None, body: OutBody::Json(json!({"body": "hello"})) }
}

async fn send(client: &Client, request: Outgoing) -> Result<Answer, HttpError> {
    client.send(Purpose::Desk, request, SOON, CAP).await
}

fn failure(result: Result<Answer, HttpError>) -> HttpError {
    let error = result.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("SECRET"), "{error:?}");
    error
}

#[tokio::test]
async fn a_request_goes_out_as_it_was_built() {
    let server = Server::start(vec![ok("{}"), ok(""), ok("")]).await;
    let client = client();
    let answer = send(&client, post_to(&server.url)).await.unwrap();
    assert_eq!((answer.status, &answer.body[..]), (200, &b"{}"[..]));
    let auth = Auth::Basic { user: "admin".into(), password: SecretString::from("päss") };
    send(&client, Outgoing::get(server.url.clone(), auth)).await.unwrap();
    let auth = Auth::Bearer(SecretString::from("TOKEN"));
    send(&client, Outgoing::get(server.url.clone(), auth)).await.unwrap();

    let seen = server.seen();
    assert!(seen[0].starts_with("POST /notify?token=SECRET_TOKEN HTTP/1.1\r\n"), "{}", seen[0]);
    assert!(seen[0].contains("content-type: application/json\r\n"), "{}", seen[0]);
    assert!(seen[0].contains("user-agent: open-channel-hub/"), "{}", seen[0]);
    assert!(seen[0].ends_with("\r\n\r\n{\"body\":\"hello\"}"), "{}", seen[0]);
    assert!(seen[1].contains("authorization: Basic YWRtaW46cMOkc3M=\r\n"), "{}", seen[1]);
    assert!(seen[2].contains("authorization: Bearer TOKEN\r\n"), "{}", seen[2]);
    assert_eq!(server.connections(), 1, "one connection serves them all");
}

#[tokio::test]
async fn nothing_listens_so_it_was_not_sent() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let error = failure(send(&client(), post_to(&url)).await);
    assert_eq!(error, HttpError::NotConnected("127.0.0.1: the connection was refused".into()));
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_was_not_sent_to() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("https://{}/", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    let error = failure(send(&client(), post_to(&url)).await);
    assert_eq!(error, HttpError::NotConnected("127.0.0.1: received corrupt message of type InvalidContentType".into()));
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_never_ends_was_no_connection() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("https://{}/", listener.local_addr().unwrap())).unwrap();
    let error = failure(send(&client(), post_to(&url)).await);
    assert_eq!(error, HttpError::NotConnected("127.0.0.1: no connection in time".into()));
}

#[tokio::test]
async fn an_unknown_name_was_not_sent_to() {
    let url = Url::parse("https://motion.example.com/").unwrap();
    let error = failure(send(&client_that_finds(&[]), post_to(&url)).await);
    assert_eq!(error, HttpError::NotConnected("motion.example.com: the name is not known".into()));
}

#[tokio::test]
async fn one_forbidden_address_of_a_name_is_enough() {
    let url = Url::parse("https://motion.example.com/").unwrap();
    let error = failure(send(&client_that_finds(&["93.184.216.34", "192.168.7.7"]), post_to(&url)).await);
    let why = "motion.example.com: 192.168.7.7 is in a private network that AllowedPrivateNetworks does not open";
    assert_eq!(error, HttpError::Forbidden(why.into()));
}

#[tokio::test]
async fn a_name_over_plain_http_must_lie_inside_the_networks() {
    let server = Server::start(vec![ok("")]).await;
    let mut url = server.url.clone();
    url.set_host(Some("motion.internal")).unwrap();
    assert_eq!(send(&client_that_finds(&["127.0.0.1"]), post_to(&url)).await.unwrap().status, 200);
    let error = failure(send(&client_that_finds(&["93.184.216.34"]), post_to(&url)).await);
    assert!(matches!(error, HttpError::Forbidden(_)), "{error:?}");
}

#[tokio::test]
async fn a_connection_closed_without_an_answer_leaves_it_open() {
    let server = Server::start(vec![Step::Close]).await;
    let error = failure(send(&client(), post_to(&server.url)).await);
    assert!(matches!(error, HttpError::NoAnswer(_)), "{error:?}");
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn silence_ends_with_the_time() {
    let server = Server::start(vec![Step::Hang]).await;
    let begun = Instant::now();
    let call = client();
    let result = call.send(Purpose::Desk, post_to(&server.url), Duration::from_millis(200), CAP).await;
    assert_eq!(failure(result), HttpError::NoAnswer("127.0.0.1: no answer in time".into()));
    assert!(begun.elapsed() < SOON);
}

#[tokio::test]
async fn a_status_stands_even_if_its_body_breaks_off() {
    for step in [Step::Write, Step::WriteAndClose]
        .map(|step| step("HTTP/1.1 201 Created\r\ncontent-length: 99\r\n\r\n{\"id".into()))
    {
        let server = Server::start(vec![step]).await;
        let answer = client().send(Purpose::Desk, post_to(&server.url), Duration::from_millis(300), CAP).await.unwrap();
        assert_eq!((answer.status, &answer.body[..]), (201, &b"{\"id"[..]));
    }
}

#[tokio::test]
async fn a_body_is_read_up_to_the_cap() {
    let server = Server::start(vec![ok(&"x".repeat(CAP)), ok(&"x".repeat(3 * CAP))]).await;
    let client = client();
    for _ in 0..2 {
        assert_eq!(send(&client, post_to(&server.url)).await.unwrap().body.len(), CAP);
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_like_any_other() {
    let redirect = "HTTP/1.1 307 Temporary Redirect\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n";
    let server = Server::start(vec![Step::Write(redirect.into())]).await;
    assert_eq!(send(&client(), post_to(&server.url)).await.unwrap().status, 307);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_post_on_a_connection_that_dies_under_it_is_not_repeated() {
    let server = Server::start(vec![ok("1"), Step::Close, ok("3")]).await;
    let client = client();
    send(&client, post_to(&server.url)).await.unwrap();
    let error = failure(send(&client, post_to(&server.url)).await);
    assert!(matches!(error, HttpError::NoAnswer(_)), "{error:?}");
    assert_eq!((server.seen().len(), server.connections()), (2, 1));
}

#[tokio::test]
async fn a_connection_closed_while_idle_costs_no_message() {
    let closing = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned();
    let server = Server::start(vec![Step::WriteAndClose(closing), ok("2")]).await;
    let client = client();
    send(&client, post_to(&server.url)).await.unwrap();
    assert_eq!(send(&client, post_to(&server.url)).await.unwrap().status, 200);
    assert_eq!((server.seen().len(), server.connections()), (2, 2));
}

#[tokio::test]
async fn a_refusing_platform_is_not_asked_twice() {
    let unavailable = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n";
    let server = Server::start(vec![Step::Write(unavailable.into())]).await;
    let purpose = Purpose::Platform { base: &server.url };
    let answer = client().send(purpose, post_to(&server.url), SOON, CAP).await.unwrap();
    assert_eq!((answer.status, server.seen().len()), (503, 1));
}

/// Runs a test of this file again in a process whose environment names a proxy that does not exist.
#[test]
fn a_proxy_of_the_environment_is_not_used() {
    let mut run = std::process::Command::new(std::env::current_exe().unwrap());
    for name in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        run.env(name, "http://127.0.0.1:9");
    }
    let run = run.args(["--exact", "http::client::tests::a_request_goes_out_as_it_was_built"]).output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
async fn a_server_gets_file_names_as_they_are() {
    type Part = (String, String, String, usize);
    let got: Arc<Mutex<Vec<Part>>> = Arc::default();
    let saved = got.clone();
    let upload = async move |mut form: Multipart| {
        while let Some(field) = form.next_field().await.unwrap() {
            let text = |value: Option<&str>| value.unwrap_or("-").to_owned();
            let (name, file, kind) = (text(field.name()), text(field.file_name()), text(field.content_type()));
            let length = field.bytes().await.unwrap().len();
            saved.lock().unwrap().push((name, file, kind, length));
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/", post(upload))).await });

    let names = ["plain.jpg", "größe 日本 😀.pdf", "with \"quotes\" and \\.txt", "line\r\nX-Injected: 1\r\n.txt"];
    let mut fields = vec![Field::Text { name: "note".into(), value: "ciao è".into() }];
    fields.extend(names.map(|name| Field::File {
        name: "file".into(),
        file_name: name.into(),
        content_type: "image/jpeg".into(),
        bytes: Bytes::from_static(b"\xff\xd8\r\n--x"),
    }));
    let request = Outgoing { method: Method::POST, url, auth: Auth::None, body: OutBody::Multipart(fields) };
    assert_eq!(send(&client(), request).await.unwrap().status, 200);

    let file = |name: &str| ("file".to_owned(), name.to_owned(), "image/jpeg".to_owned(), 7);
    let expected = [
        ("note".to_owned(), "-".to_owned(), "-".to_owned(), 7),
        file(names[0]),
        file(names[1]),
        file("with _quotes_ and _.txt"),
        file("lineX-Injected: 1.txt"),
    ];
    assert_eq!(*got.lock().unwrap(), expected);
}

#[test]
fn a_request_is_printed_without_what_it_carries() {
    let request = Outgoing {
        auth: Auth::Bearer(SecretString::from("SECRET")),
        ..post_to(&Url::parse("https://u:SECRET@motion.example.com/SECRET/").unwrap())
    };
    assert_eq!(format!("{request:?}"), "POST motion.example.com");
}
