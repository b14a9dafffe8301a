use super::*;
use crate::channel::whatsapp::meta::{WhatsAppMeta, account};
use crate::channel::{Carrier as _, Channel, Content, Handed, MediaRequest, Platforms, Provider};
use crate::event::MediaSource;
use crate::http::shown::shown;
use crate::id::CustomerId;

/// A connection to a number, in the name of an app or of none.
pub(crate) fn with<R>(app_secret: Option<&str>, look: impl FnOnce(&Connection<'_>) -> R) -> R {
    let graph: Url = "https://graph.facebook.com".parse().unwrap();
    let platforms = Platforms {
        graph_base_url: graph.clone(),
        graph_version: "v26.0".to_owned(),
        twilio_base_url: graph,
        sinch_base_url: None,
        kaleyra_base_url: None,
    };
    let credential = PlatformCredential::Graph { token: "token".into(), waba: Some("331882004417765".to_owned()) };
    let app_secret = app_secret.map(SecretString::from);
    look(&Connection {
        channel: Channel::WhatsApp(Provider::Meta),
        platforms: &platforms,
        account: &account("404417729935120"),
        credential: &credential,
        app_secret: app_secret.as_ref(),
        callback_url: None,
        login: None,
    })
}

fn file(content_type: &str) -> OutFile {
    OutFile { name: "Rückgabe.pdf".to_owned(), content_type: content_type.to_owned(), caption: None }
}

#[test]
fn every_request_is_as_its_snapshot_says() {
    let to = CustomerId::new("4915750160042");
    let message = |content| OutMessage {
        to: &to,
        aliases: &[],
        content,
        human_agent: false,
        correlation: "01JDB6Z2H4N8V5QK3W7XR9TYCM".parse().unwrap(),
        part: 1,
    };
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let document = || Content::File(file("application/pdf"), Handed::Id("1203344556677889".to_owned()));
    for (name, request) in [
        ("text", with(None, |c| WhatsAppMeta.message(c, message(Content::Text("Grüße 👋".to_owned()))))),
        ("document", with(Some("app secret"), |c| WhatsAppMeta.message(c, message(document())))),
        ("seen", with(None, |c| WhatsAppMeta.seen(c, &MessageId::new("wamid.1")).unwrap())),
        (
            "upload",
            with(None, |c| {
                WhatsAppMeta.upload(c, &file("application/pdf"), Bytes::from_static(b"%PDF")).unwrap().request
            }),
        ),
    ] {
        settings.bind(|| insta::assert_snapshot!(name, shown(&request)));
    }
}

#[test]
fn a_file_of_a_customer_is_asked_for_by_its_id_and_fetched_with_the_token() {
    let asked = with(None, |connection| WhatsAppMeta.media(connection, &MediaSource::Id("1203".to_owned())));
    let Some(MediaRequest::Ask(question)) = asked else { panic!() };
    let url = "https://graph.facebook.com/v26.0/1203?phone_number_id=404417729935120";
    assert_eq!(question.request.url.as_str(), url);
    assert!(matches!(question.request.auth, Auth::Bearer(_)));
    let source = MediaSource::Url("https://lookaside.fbsbx.com/x".to_owned());
    let Some(MediaRequest::Fetch(fetch)) = with(None, |connection| WhatsAppMeta.media(connection, &source)) else {
        panic!()
    };
    assert!(matches!(fetch.auth, Auth::Bearer(_)) && fetch.url.as_str() == "https://lookaside.fbsbx.com/x");
    assert!(with(None, |connection| WhatsAppMeta.media(connection, &MediaSource::Url("x".to_owned()))).is_none());
}
