use super::*;
use crate::http::test_server::{Server, Step, ok};
use crate::http::{Guard, MediaHosts};
use secrecy::SecretString;

const SOON: Duration = Duration::from_secs(5);
const CAP: usize = 1000;

fn client() -> Client {
    Client::new(Guard::new(vec!["127.0.0.0/8".parse().unwrap()], None)).unwrap()
}

async fn fetch(server: &Server, path: &str) -> Result<Download, FetchError> {
    let media = Purpose::Media { hosts: MediaHosts::Under(&["fbcdn.net"]), base: &server.url };
    let auth = Auth::Bearer(SecretString::from("TOKEN"));
    client().fetch(media, Outgoing::get(server.url.join(path).unwrap(), auth), SOON, CAP).await
}

fn redirect(to: &str) -> Step {
    Step::Write(format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n"))
}

#[tokio::test]
async fn a_file_comes_with_its_type_and_name() {
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: Image/PNG; x=1\r\ncontent-disposition: attachment; filename=\"a b.png\"\r\n";
    let server = Server::start(vec![Step::Write(format!("{head}content-length: 3\r\n\r\nPNG")), ok("x")]).await;
    let file = fetch(&server, "v/1.bin?sig=1").await.unwrap();
    assert_eq!((&file.bytes[..], file.content_type.as_deref()), (&b"PNG"[..], Some("image/png")));
    assert_eq!(file.file_name.as_deref(), Some("a b.png"));
    let file = fetch(&server, "v/photo.jpg?sig=1").await.unwrap();
    assert_eq!((file.content_type, file.file_name.as_deref()), (None, Some("photo.jpg")));
}

#[tokio::test]
async fn a_file_over_the_cap_is_refused_whether_or_not_its_length_was_told() {
    let chunk = format!("{:x}\r\n{}\r\n", CAP, "x".repeat(CAP));
    let steps = vec![
        Step::Write(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", CAP + 1)),
        Step::Write(format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunk}{chunk}")),
        Step::WriteAndClose(format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(CAP + 1))),
        ok(&"x".repeat(CAP)),
    ];
    let server = Server::start(steps).await;
    for _ in 0..3 {
        assert_eq!(fetch(&server, "f").await, Err(FetchError::TooLarge(CAP)));
    }
    assert_eq!(fetch(&server, "f").await.unwrap().bytes.len(), CAP);
}

#[tokio::test]
async fn a_file_that_breaks_off_is_no_file() {
    let broken = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf".to_owned();
    let server = Server::start(vec![Step::WriteAndClose(broken), Step::Close]).await;
    for _ in 0..2 {
        let error = fetch(&server, "f?sig=SECRET").await.unwrap_err();
        assert!(matches!(&error, FetchError::Failed(why) if !why.contains("SECRET")), "{error:?}");
    }
}

#[tokio::test]
async fn a_slow_file_ends_with_the_time() {
    let slow = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf".to_owned();
    let server = Server::start(vec![Step::Write(slow)]).await;
    let media = Purpose::Media { hosts: MediaHosts::Under(&[]), base: &server.url };
    let request = Outgoing::get(server.url.clone(), Auth::None);
    let error = client().fetch(media, request, Duration::from_millis(200), CAP).await.unwrap_err();
    assert_eq!(error, FetchError::Failed("127.0.0.1: no answer in time".into()));
}

#[tokio::test]
async fn other_answers_are_told_with_their_status() {
    let steps = [204, 206, 401, 404, 500]
        .map(|status| Step::Write(format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n")));
    let server = Server::start(steps.to_vec()).await;
    for status in [204, 206, 401, 404, 500] {
        assert_eq!(fetch(&server, "f").await, Err(FetchError::Status { host: "127.0.0.1".into(), status }));
    }
}

#[tokio::test]
async fn redirects_are_followed_three_times_and_no_more() {
    let steps = vec![redirect("/b"), redirect("c?d=1"), redirect("/e"), ok("file")];
    let server = Server::start(steps).await;
    assert_eq!(&fetch(&server, "a").await.unwrap().bytes[..], b"file");
    assert!(server.seen().iter().all(|request| request.contains("authorization: Bearer TOKEN")));

    let server = Server::start(vec![redirect("/a"); 5]).await;
    assert!(matches!(fetch(&server, "a").await, Err(FetchError::Forbidden(_))));
    assert_eq!(server.seen().len(), 4);
}

#[tokio::test]
async fn a_redirect_leads_nowhere_but_to_the_platform() {
    let other = Server::start(vec![ok("secret of another service")]).await;
    let steps = vec![
        redirect(other.url.as_str()),
        redirect("https://evil.example/x"),
        redirect("http://169.254.169.254/latest/meta-data"),
        redirect("https://10.0.0.1/x"),
        redirect("file:///etc/passwd"),
    ];
    let count = steps.len();
    let server = Server::start(steps).await;
    for _ in 0..count {
        let error = fetch(&server, "a").await.unwrap_err();
        assert!(matches!(error, FetchError::Forbidden(_)), "{error:?}");
    }
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn only_media_follow_redirects() {
    let server = Server::start(vec![redirect("/b"), ok("file")]).await;
    let request = Outgoing::get(server.url.clone(), Auth::None);
    let error = client().fetch(Purpose::Desk, request, SOON, CAP).await.unwrap_err();
    assert_eq!(error, FetchError::Status { host: "127.0.0.1".into(), status: 302 });
}

#[test]
fn a_credential_stays_at_its_origin() {
    let answer = |to: &str| {
        let response = http::Response::builder().status(302).header("location", to).body(String::new()).unwrap();
        reqwest::Response::from(response)
    };
    let from = Url::parse("https://api.example.com/media/1").unwrap();
    let secret = || Auth::Bearer(SecretString::from("TOKEN"));
    let next = |to: &str| next_hop(&answer(to), &from, secret()).unwrap();
    assert!(matches!(next("/media/2").auth, Auth::Bearer(_)));
    assert!(matches!(next("https://cdn.example.com/2").auth, Auth::None));
    assert!(matches!(next("http://api.example.com/2").auth, Auth::None));
    assert!(matches!(next("https://api.example.com:8443/2").auth, Auth::None));
    assert!(next_hop(&answer("http://"), &from, secret()).is_err());
}
