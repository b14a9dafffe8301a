use super::*;
use crate::channel::{Channel, Platforms, Provider, Variable};
use crate::http::shown::shown;
use crate::id::AccountKey;

pub(in crate::channel::whatsapp::kaleyra) fn with<R>(
    generation: Generation,
    use_it: impl FnOnce(&Connection<'_>) -> R,
) -> R {
    at(None, "api.in.kaleyra.io", generation, use_it)
}

fn at<R>(base: Option<&str>, host: &str, generation: Generation, use_it: impl FnOnce(&Connection<'_>) -> R) -> R {
    let url = |text: &str| Url::parse(text).unwrap();
    let platforms = Platforms {
        graph_base_url: url("https://graph.facebook.com"),
        graph_version: "v26.0".to_owned(),
        twilio_base_url: url("https://api.twilio.com"),
        sinch_base_url: None,
        kaleyra_base_url: base.map(url),
    };
    let credential = PlatformCredential::Kaleyra(Credential {
        sid: "HXAP16000000000097IN".to_owned(),
        api_key: "A-secret-key".into(),
        host: host.to_owned(),
        number: "12025550199".to_owned(),
        generation,
    });
    use_it(&Connection {
        channel: Channel::WhatsApp(Provider::Kaleyra),
        platforms: &platforms,
        account: &AccountKey::new("whatsapp:kaleyra:12025550199"),
        credential: &credential,
        app_secret: None,
        callback_url: Some("https://hub.example.com/webhooks/whatsapp/kaleyra/ID/path-secret"),
        login: None,
    })
}

fn sent(generation: Generation, to: &str, aliases: &[&str], content: Content) -> String {
    let aliases: Vec<CustomerId> = aliases.iter().map(|alias| CustomerId::new(*alias)).collect();
    let message = OutMessage {
        to: &CustomerId::new(to),
        aliases: &aliases,
        content,
        human_agent: false,
        correlation: "01JDB6Z2H4N8V5QK3W7XR9TYCM".parse().unwrap(),
        part: 1,
    };
    with(generation, |connection| shown(&Account::of(connection).message(message)))
}

fn file(content_type: &str, caption: Option<&str>) -> Content {
    let caption = caption.map(str::to_owned);
    let file = OutFile { name: "offer.pdf".to_owned(), content_type: content_type.to_owned(), caption };
    Content::File(file, Handed::Link("https://hub.example.com/files/RANDOM".parse().unwrap()))
}

fn place(name: &str) -> Content {
    Content::Location { latitude: "45.46".to_owned(), longitude: "9.18".to_owned(), name: name.to_owned() }
}

fn template(gaps: &[&str]) -> Content {
    let variables = gaps.iter().map(|text| Variable { name: None, text: (*text).to_owned() }).collect();
    Content::Template(Template { name: "order_update".to_owned(), language: "it".to_owned(), variables })
}

#[test]
fn every_request_is_as_its_snapshot_says() {
    let marta = "447700900123";
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (generation, snapshot) in [(Generation::V1, "first"), (Generation::V2, "second")] {
        let requests = [
            ("text", sent(generation, marta, &[], Content::Text("It is \"back\" 👋\n& more".to_owned()))),
            ("text to a user id", sent(generation, "GB.30014422118760", &[], Content::Text("hi".to_owned()))),
            ("text to both", sent(generation, "GB.30014422118760", &[marta], Content::Text("hi".to_owned()))),
            ("image", sent(generation, marta, &[], file("image/jpeg", None))),
            ("image with caption", sent(generation, marta, &[], file("image/jpeg", Some("Our offer")))),
            ("audio", sent(generation, marta, &[], file("audio/ogg; codecs=opus", Some("never shown")))),
            ("video", sent(generation, marta, &[], file("video/mp4", None))),
            ("document", sent(generation, marta, &[], file("application/pdf", None))),
            ("document with caption", sent(generation, marta, &[], file("application/pdf", Some("Our offer")))),
            ("caption too long", sent(generation, marta, &[], file("application/pdf", Some(&"x".repeat(1025))))),
            ("location", sent(generation, marta, &[], place("Duomo di Milano"))),
            ("location without name", sent(generation, marta, &[], place(" "))),
            ("template", sent(generation, marta, &[], template(&["Marta", "12:30 \"sharp\", A-2231"]))),
            ("template without gaps", sent(generation, marta, &[], template(&[]))),
        ];
        let text = requests.map(|(name, request)| format!("# {name}\n{request}\n")).join("\n");
        assert!(!text.contains("A-secret-key"));
        settings.bind(|| insta::assert_snapshot!(snapshot, text));
    }
}

#[test]
fn the_base_is_the_host_of_the_region_or_the_one_that_is_set() {
    let url = |base: Option<&str>, host: &str, generation| {
        at(base, host, generation, |connection| {
            let account = Account::of(connection);
            let message = OutMessage {
                to: &CustomerId::new("447700900123"),
                aliases: &[],
                content: Content::Text("hi".to_owned()),
                human_agent: false,
                correlation: "01JDB6Z2H4N8V5QK3W7XR9TYCM".parse().unwrap(),
                part: 0,
            };
            account.message(message).url.to_string()
        })
    };
    let sid = "HXAP16000000000097IN";
    for (base, host, begins) in [
        (None, "api.in.kaleyra.io", "https://api.in.kaleyra.io"),
        (None, "api.na.kaleyra.ai", "https://api.na.kaleyra.ai"),
        (None, "", "https://api.kaleyra.io"),
        (Some("http://127.0.0.1:9000/kaleyra"), "api.in.kaleyra.io", "http://127.0.0.1:9000/kaleyra"),
    ] {
        assert_eq!(url(base, host, Generation::V1), format!("{begins}/v1/{sid}/messages"));
        assert_eq!(url(base, host, Generation::V2), format!("{begins}/v2/{sid}/whatsapp/+12025550199/messages"));
    }
}
