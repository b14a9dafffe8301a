use super::*;
use crate::channel::carrier::Variable;
use crate::channel::{Channel, Platforms, Provider};
use crate::http::shown::shown;
use crate::id::AccountKey;

pub(crate) const CREDENTIAL_OF: (&str, &str) = ("5c2f7a10-0c5b-4d6f-9a3b-1f2e3d4c5b6a", "01JXSHAREDAPP0000000000001");

fn credential(region: Region, basic: bool) -> Credential {
    Credential {
        project: CREDENTIAL_OF.0.to_owned(),
        app: CREDENTIAL_OF.1.to_owned(),
        region,
        key_id: "key-id".to_owned(),
        key_secret: "key-secret".into(),
        basic,
    }
}

fn connected<R>(
    credential: Credential,
    sinch_base_url: Option<&str>,
    login: Option<&str>,
    look: impl FnOnce(&Connection<'_>) -> R,
) -> R {
    let graph: Url = "https://graph.facebook.com".parse().unwrap();
    let platforms = Platforms {
        graph_base_url: graph.clone(),
        graph_version: "v26.0".to_owned(),
        twilio_base_url: graph,
        sinch_base_url: sinch_base_url.map(|url| url.parse().unwrap()),
        kaleyra_base_url: None,
    };
    let (account, credential) =
        (AccountKey::of(super::super::NAME, CREDENTIAL_OF.1), PlatformCredential::Sinch(credential));
    let login = login.map(SecretString::from);
    look(&Connection {
        channel: Channel::WhatsApp(Provider::Sinch),
        platforms: &platforms,
        account: &account,
        credential: &credential,
        app_secret: None,
        callback_url: None,
        login: login.as_ref(),
    })
}

/// A connection to an app in Europe, with a token.
pub(crate) fn with<R>(look: impl FnOnce(&Connection<'_>) -> R) -> R {
    connected(credential(Region::Eu, false), None, Some("token"), look)
}

fn sent(to: &str, aliases: &[&str], content: Content) -> String {
    let aliases: Vec<CustomerId> = aliases.iter().map(|id| CustomerId::new(*id)).collect();
    let message = OutMessage {
        to: &CustomerId::new(to),
        aliases: &aliases,
        content,
        human_agent: false,
        correlation: "01JDB6Z2H4N8V5QK3W7XR9TYCM".parse().unwrap(),
        part: 1,
    };
    with(|connection| shown(&App::of(connection).message(message)))
}

fn file(content_type: &str, caption: Option<&str>) -> Content {
    let file = OutFile {
        name: "Preisliste \"2026\" ü.pdf".to_owned(),
        content_type: content_type.to_owned(),
        caption: caption.map(str::to_owned),
    };
    Content::File(file, Handed::Link("https://hub.example.com/files/abc".parse().unwrap()))
}

fn place(latitude: &str, longitude: &str, name: &str) -> Content {
    Content::Location { latitude: latitude.to_owned(), longitude: longitude.to_owned(), name: name.to_owned() }
}

fn template() -> Content {
    let variable = |name: Option<&str>, text: &str| Variable { name: name.map(str::to_owned), text: text.to_owned() };
    Content::Template(Template {
        name: "order_update".to_owned(),
        language: "pt_BR".to_owned(),
        variables: vec![variable(None, "Marta"), variable(Some("order"), "A-2231 \"x\"")],
    })
}

#[test]
fn every_request_is_as_its_snapshot_says() {
    let number = "447700900123";
    let text = || Content::Text("It is \"back\" 👋".to_owned());
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (name, request) in [
        ("text", sent(number, &[], text())),
        ("text-user-id", sent("IT.40120088990012", &[], text())),
        ("document", sent(number, &[], file("application/pdf", None))),
        ("document-with-words", sent(number, &[], file("application/pdf", Some("the list")))),
        ("image", sent(number, &[], file("image/jpeg", None))),
        ("image-with-words", sent(number, &[], file("image/jpeg", Some("the part")))),
        ("audio-with-words", sent(number, &[], file("audio/ogg", Some("listen")))),
        ("location", sent(number, &[], place("45.4641943", "9.1896346", "Duomo"))),
        ("location-without-name", sent(number, &[], place("-0.5", "9", " "))),
        ("template", sent(number, &[], template())),
        ("login", with(|connection| shown(&App::of(connection).login()))),
        ("contact", with(|connection| shown(&App::of(connection).contact(&CustomerId::new(number)).unwrap()))),
    ] {
        settings.bind(|| insta::assert_snapshot!(name, request));
    }
}

#[test]
fn the_number_is_written_to_where_there_is_one() {
    let to = |to: &str, aliases: &[&str]| {
        let request = sent(to, aliases, Content::Text("x".to_owned()));
        request.split("\"identity\": \"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    assert_eq!(to("IT.401", &["447700900123"]), "447700900123");
    assert_eq!(to("447700900123", &["447700900999", "IT.401"]), "447700900999");
    assert_eq!(to("IT.401", &[]), "IT.401");
}

#[test]
fn each_region_has_its_host_and_one_sign_in() {
    let hosts = |region, base: Option<&str>| {
        connected(credential(region, false), base, None, |connection| {
            let app = App::of(connection);
            let request = app.request(Method::GET, &["apps", "01/../x"], OutBody::Empty);
            (request.url.to_string(), app.login().url.to_string())
        })
    };
    let sign_in = "https://auth.sinch.com/oauth2/token";
    for (region, name) in [(Region::Us, "us"), (Region::Eu, "eu"), (Region::Br, "br")] {
        let (url, token) = hosts(region, None);
        let project = CREDENTIAL_OF.0;
        assert_eq!(url, format!("https://{name}.conversation.api.sinch.com/v1/projects/{project}/apps/01%2F..%2Fx"));
        assert_eq!(token, sign_in);
    }
    for base in ["http://127.0.0.1:9000/sinch", "http://127.0.0.1:9000/sinch/"] {
        let (url, token) = hosts(Region::Us, Some(base));
        assert!(url.starts_with("http://127.0.0.1:9000/sinch/v1/projects/5c2f7a10-"), "{url}");
        assert_eq!(token, "http://127.0.0.1:9000/sinch/oauth2/token");
    }
}

#[test]
fn the_key_itself_goes_out_only_where_it_is_wanted() {
    let proof = |basic, login| {
        connected(credential(Region::Eu, basic), None, login, |connection| {
            match App::of(connection).request(Method::GET, &[], OutBody::Empty).auth {
                Auth::Basic { user, .. } => format!("basic {user}"),
                Auth::Bearer(_) => "bearer".to_owned(),
                Auth::None => "none".to_owned(),
                Auth::Header { .. } => "header".to_owned(),
            }
        })
    };
    assert_eq!(proof(false, Some("t")), "bearer");
    assert_eq!(proof(false, None), "none");
    assert_eq!(proof(true, None), "basic key-id");
    assert_eq!(proof(true, Some("t")), "basic key-id");
}

#[test]
fn what_fits_no_kind_becomes_words() {
    assert!(sent("447700900123", &[], place("north", "9", "Duomo")).contains("\"text\": \"Duomo\""));
    assert!(sent("447700900123", &[], place("NaN", "9", "")).contains("\"text\": \"NaN, 9\""));
    let long = "ü".repeat(limits::CAPTION + 1);
    assert!(sent("447700900123", &[], file("image/png", Some(&long))).contains("media_message"));
    assert!(!sent("447700900123", &[], file("image/png", Some(&long))).contains("card_message"));
    let bytes = OutFile { name: "a.pdf".to_owned(), content_type: "application/pdf".to_owned(), caption: None };
    let unlinked = Content::File(bytes, Handed::Id("9".to_owned()));
    assert!(sent("447700900123", &[], unlinked).contains("\"text\": \"a.pdf\""));
    with(|connection| assert!(App::of(connection).contact(&CustomerId::nobody()).is_none()));
}
