use super::*;
use crate::channel::{OutFile, Variable};
use crate::http::shown::shown;
use crate::id::CorrelationId;

const SID: &str = "AC000000000000000000000000c0ffee01";

fn credential(messaging_service: Option<&str>) -> Credential {
    Credential {
        account_sid: SID.to_owned(),
        user: "SK1".to_owned(),
        password: "secret of the key".into(),
        number: "12025550199".to_owned(),
        messaging_service: messaging_service.map(str::to_owned),
    }
}

fn with<R>(base: &str, credential: &Credential, use_it: impl FnOnce(&Account<'_>) -> R) -> R {
    let base = Url::parse(base).unwrap();
    let callback_url = Some("https://hub.example.com/webhooks/whatsapp/twilio/X#rc=3&rp=5xx,ct,rt");
    use_it(&Account { base: &base, credential, callback_url })
}

fn sent(credential: &Credential, to: &str, aliases: &[&str], content: Content) -> String {
    let (to, correlation) = (CustomerId::new(to), CorrelationId::generate());
    let aliases: Vec<CustomerId> = aliases.iter().map(|alias| CustomerId::new(*alias)).collect();
    let out = OutMessage { to: &to, aliases: &aliases, content, human_agent: false, correlation, part: 0 };
    with("https://api.twilio.com", credential, |account| shown(&message(account, out)))
}

fn file(caption: Option<&str>) -> Content {
    let file = OutFile {
        name: "offer.pdf".to_owned(),
        content_type: "application/pdf".to_owned(),
        caption: caption.map(str::to_owned),
    };
    Content::File(file, Handed::Link("https://hub.example.com/files/RANDOM".parse().unwrap()))
}

fn place(name: &str) -> Content {
    Content::Location { latitude: "45.46".to_owned(), longitude: "9.18".to_owned(), name: name.to_owned() }
}

fn template(variables: &[(Option<&str>, &str)]) -> Content {
    let variable =
        |(name, text): &(Option<&str>, &str)| Variable { name: name.map(str::to_owned), text: (*text).to_owned() };
    let variables = variables.iter().map(variable).collect();
    Content::Template(Template { name: "HX1".to_owned(), language: "en".to_owned(), variables })
}

#[test]
fn every_request_is_as_its_snapshot_says() {
    let (number, service) = (credential(None), credential(Some("MG1")));
    let marta = "447700900123";
    let words = || Content::Text("It is \"back\" 👋\n& more".to_owned());
    let asked =
        |of: &dyn Fn(&Account<'_>) -> Outgoing| with("https://api.twilio.com", &number, |account| shown(&of(account)));
    let requests = [
        ("text", sent(&number, marta, &[], words())),
        ("text by messaging service", sent(&service, marta, &[], words())),
        ("text to a user id", sent(&number, "GB.30014422118760", &[], words())),
        ("text to whoever has both", sent(&number, "GB.30014422118760", &[marta], words())),
        ("file", sent(&number, marta, &[], file(None))),
        ("file with caption", sent(&number, marta, &[], file(Some("Our offer")))),
        ("location", sent(&number, marta, &[], place("Duomo | Milano"))),
        ("location without name", sent(&number, marta, &[], place(""))),
        ("template", sent(&service, marta, &[], template(&[(None, "Marta"), (None, "12:30 \"sharp\"")]))),
        ("template with named gaps", sent(&number, marta, &[], template(&[(Some("first"), "Marta")]))),
        ("template without gaps", sent(&number, marta, &[], template(&[]))),
        ("seen", asked(&|account| seen(account, &MessageId::new("SM1")))),
        ("the account itself", asked(&|account| account.itself(&"the auth token".into()))),
    ];
    let text = requests.map(|(name, request)| format!("# {name}\n{request}\n")).join("\n");
    assert!(!text.contains("secret"));
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("requests", text));
}

#[test]
fn the_base_may_have_a_path_and_a_region() {
    let url = |base: &str| {
        with(base, &credential(None), |account| {
            let core = account.request(Method::GET, &["Messages.json"], &[], OutBody::Empty).url.to_string();
            let messaging = account.messaging(Method::GET, &["v2"], &[("a", "b")], OutBody::Empty).url.to_string();
            (core, messaging)
        })
    };
    for (base, core, messaging) in [
        ("https://api.twilio.com", "https://api.twilio.com", "https://messaging.twilio.com"),
        (
            "https://api.dublin.ie1.twilio.com/",
            "https://api.dublin.ie1.twilio.com",
            "https://messaging.dublin.ie1.twilio.com",
        ),
        ("http://127.0.0.1:9000/twilio", "http://127.0.0.1:9000/twilio", "http://127.0.0.1:9000/twilio"),
        ("https://api.example.com", "https://api.example.com", "https://api.example.com"),
    ] {
        let core = format!("{core}/2010-04-01/Accounts/{SID}/Messages.json");
        assert_eq!(url(base), (core, format!("{messaging}/v2?a=b")), "{base}");
    }
}

#[test]
fn only_the_account_s_own_media_get_the_credential() {
    let own = format!("2010-04-01/Accounts/{SID}/Messages/MM1/Media/ME1");
    let other = "2010-04-01/Accounts/AC2/Messages/MM1/Media/ME1";
    let shows = |base: &str, url: &str| {
        let request = with(base, &credential(None), |account| media(account, url.parse().unwrap()));
        assert_eq!(request.method, Method::GET);
        assert_eq!(request.url.as_str(), Url::parse(url).unwrap().as_str());
        !matches!(request.auth, Auth::None)
    };
    let table = [
        (format!("https://api.twilio.com/{own}"), true),
        (format!("https://API.twilio.com/{own}"), true),
        (format!("https://api.dublin.ie1.twilio.com/{own}"), true),
        (format!("https://api.twilio.com/{other}"), false),
        (format!("https://api.twilio.com/x/{own}"), false),
        (format!("https://api.twilio.com/2010-04-01/Accounts/{SID}/../AC2/Media/ME1"), false),
        (format!("https://api.twilio.com/2010-04-01/Accounts/{SID}"), false),
        (format!("https://api.twilio.com:8443/{own}"), false),
        (format!("http://api.twilio.com/{own}"), false),
        (format!("https://evil.twilio.com/{own}"), false),
        (format!("https://api.twilio.com.evil.example/{own}"), false),
        (format!("https://apitwilio.com/{own}"), false),
        (format!("https://api.nottwilio.com/{own}"), false),
        (format!("https://evil.example/{own}"), false),
        (format!("https://api.twilio.com@evil.example/{own}"), false),
        (format!("https://mms.twiliocdn.com/{own}"), false),
        (format!("http://127.0.0.1:9000/twilio/{own}"), false),
    ];
    for (url, expected) in &table {
        assert_eq!(shows("https://api.twilio.com", url), *expected, "{url}");
    }
    for (url, expected) in [
        (format!("http://127.0.0.1:9000/twilio/{own}"), true),
        (format!("http://127.0.0.1:9000/twilio/{other}"), false),
        (format!("http://127.0.0.1:9000/{own}"), false),
        (format!("http://127.0.0.1:9001/twilio/{own}"), false),
    ] {
        assert_eq!(shows("http://127.0.0.1:9000/twilio", &url), expected, "{url}");
    }
}
