use super::*;
use crate::openchannel::shown::{answer, fixture, shown};

fn api(base: &str, credential: Credential) -> MotionApi {
    MotionApi { base: base.parse().unwrap(), credential, account: "12".to_owned() }
}

fn key() -> Credential {
    Credential::ApiKey(SecretString::from("EXAMPLE+KEY/=&"))
}

#[test]
fn requests_go_below_the_base_with_their_proof() {
    let basic = Credential::Basic { user: "admin".into(), password: SecretString::from("EXAMPLE_PASSWORD") };
    let requests = [
        api("https://motion.example.com/api", key()).account_request(),
        api("https://motion.example.com/api/", basic).account_request(),
        MotionApi { account: "../a/b?c".into(), ..api("https://motion.example.com:8443/cc/api", key()) }
            .account_request(),
    ];
    assert_eq!(requests[0].url.query(), Some("apikey=EXAMPLE%2BKEY%2F%3D%26"));
    insta::assert_snapshot!(requests.iter().map(shown).collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn every_answer_has_its_state() {
    let asked = api("https://motion.example.com/api", key()).account_request();
    let table = [
        ("account", answer(200, fixture("account.get.response.json"))),
        ("odd fields", answer(200, r#"{"name":7,"mapKey":"nickname","ListId":null,"replyUrl":{}}"#)),
        ("a page", answer(200, "<!DOCTYPE html><html></html>")),
        ("redirect", answer(301, "")),
        ("unauthorized", answer(401, fixture("receive.response.unauthorized.json"))),
        ("forbidden", answer(403, r#"{"message":"the key EXAMPLE+KEY/=& may not"}"#)),
        ("unknown", answer(404, "")),
        ("teapot", answer(418, "")),
        ("too many", answer(429, "")),
        ("failure", answer(500, r#"{"message":"broken"}"#)),
        ("unavailable", answer(503, "")),
        ("not let out", Err(HttpError::Forbidden("10.0.0.1 is in a private network".into()))),
        ("not connected", Err(HttpError::NotConnected("motion.example.com: the name is not known".into()))),
        ("no answer", Err(HttpError::NoAnswer("motion.example.com: no answer in time".into()))),
    ];
    let states: Vec<String> =
        table.iter().map(|(name, answer)| format!("{name}: {:?}", state(&asked, answer))).collect();
    let states = states.join("\n");
    assert!(!states.contains("EXAMPLE+KEY"), "{states}");
    insta::assert_snapshot!(states);
}

#[test]
fn a_base_is_taken_as_people_type_it() {
    use ApiBaseError::{HoldsMore, NotAnAddress};
    let table = [
        ("https://motion.example.com/api", Ok("https://motion.example.com/api")),
        (" https://motion.example.com/api/\n", Ok("https://motion.example.com/api")),
        ("https://motion.example.com", Ok("https://motion.example.com/api")),
        ("http://10.0.0.7:9000/cc/api//", Ok("http://10.0.0.7:9000/cc/api")),
        ("motion.example.com/api", Err(NotAnAddress)),
        ("", Err(NotAnAddress)),
        ("ftp://motion.example.com/api", Err(NotAnAddress)),
        ("https://motion.example.com/api?apikey=SECRET", Err(HoldsMore)),
        ("https://admin:SECRET@motion.example.com/api", Err(HoldsMore)),
        ("https://motion.example.com/api#x", Err(HoldsMore)),
    ];
    for (text, expected) in table {
        let base = api_base(text);
        assert_eq!(base.as_ref().map(Url::as_str), expected.as_ref().copied(), "{text}");
    }
}
