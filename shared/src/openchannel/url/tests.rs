use proptest::prelude::*;

use super::*;

fn parsed(text: &str) -> ReceiveUrl {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn all_five_forms_are_taken_as_they_are() {
    let table = [
        (
            "https://motion.example.com/api/openchannel/accounts/12/notify?token=EXAMPLE_TOKEN",
            Some("12"),
            Some("https://motion.example.com/api"),
            "https://motion.example.com/api/openchannel/accounts/12/notify?***",
        ),
        (
            "https://chat.xcallymotion.com/api/openchannel/accounts/12/notify?token=EXAMPLE_TOKEN",
            Some("12"),
            None,
            "https://chat.xcallymotion.com/api/openchannel/accounts/12/notify?***",
        ),
        (
            "https://motion.example.com/api/openchannel/accounts/7/notify?apikey=aaa.bbb-ccc_ddd",
            Some("7"),
            Some("https://motion.example.com/api"),
            "https://motion.example.com/api/openchannel/accounts/7/notify?***",
        ),
        (
            "http://10.0.0.7:9000/api/openchannel/accounts/8/notify",
            Some("8"),
            Some("http://10.0.0.7:9000/api"),
            "http://10.0.0.7:9000/api/openchannel/accounts/8/notify",
        ),
        (
            "https://motion.example.com/api/openchannel/accounts/3/receive",
            Some("3"),
            Some("https://motion.example.com/api"),
            "https://motion.example.com/api/openchannel/accounts/3/receive",
        ),
        // What a reverse proxy in front of Motion made of them.
        (
            "https://motion.example.com/cc/api/openchannel/accounts/3/notify?a=b&token=x%20y%27&token=",
            Some("3"),
            Some("https://motion.example.com/cc/api"),
            "https://motion.example.com/cc/api/openchannel/accounts/3/notify?***",
        ),
        ("https://motion.example.com/in/12?k=v", None, None, "https://motion.example.com/in/12?***"),
        (
            "https://motion.example.com/openchannel/accounts/",
            None,
            Some("https://motion.example.com/"),
            "https://motion.example.com/openchannel/accounts/",
        ),
    ];
    for (text, account, base, masked) in table {
        let url = parsed(&format!("\n {text}\t"));
        assert_eq!(url.expose().as_str(), text);
        assert_eq!(url.account(), account, "{text}");
        assert_eq!(url.api_base().as_ref().map(Url::as_str), base, "{text}");
        assert_eq!(url.to_string(), masked);
        assert_eq!(format!("{url:?}"), format!("ReceiveUrl({masked})"));
    }
}

#[test]
fn what_is_no_receive_url_is_told_what_to_paste() {
    use ReceiveUrlError::{Altered, Empty, NoPath, NotAnAddress, NotOpenChannel, ReplyUrl, UserInfo};
    let table = [
        ("", Empty),
        (" \n", Empty),
        ("motion.example.com/api/openchannel/accounts/12/notify", NotAnAddress),
        ("/api/openchannel/accounts/12/notify?token=SECRET", NotAnAddress),
        ("ftp://motion.example.com/api", NotAnAddress),
        ("https:motion.example.com/api", NotAnAddress),
        ("javascript:alert(1)", NotAnAddress),
        ("https://", NotAnAddress),
        ("https://motion.example.com", NoPath),
        ("https://motion.example.com/", NoPath),
        ("https://motion.example.com/?token=SECRET", NoPath),
        ("https://admin:SECRET@motion.example.com/api/openchannel/accounts/12/notify", UserInfo),
        ("https://admin@motion.example.com/api/openchannel/accounts/12/notify", UserInfo),
        ("https://hub.example.net/api/reply/01J0/SECRET", ReplyUrl),
        ("https://motion.example.com/api/whatsapp/accounts/4/notify?token=SECRET", NotOpenChannel),
        ("https://motion.example.com/api/openchannel/accounts/12/notify?token=SEC RET", Altered),
        ("https://motion.example.com/api/openchannel/accounts/12/notify?token=SECRET'", Altered),
        ("https://motion.example.com/api/openchannel/accounts/12/notify?token=SECRETß", Altered),
        ("https://motion.example.com/api/openchannel/accounts/12/notify?token=SEC\nRET", Altered),
        ("https://motion.example.com/api/openchannel/accounts/12/notify?token=SECRET#x", Altered),
        ("https://motion.example.com/api/../api/openchannel/accounts/12/notify?token=SECRET", Altered),
        ("https://motion.example.com/api\\openchannel\\accounts\\12\\notify?token=SECRET", Altered),
    ];
    for (text, expected) in table {
        let error = text.parse::<ReceiveUrl>().unwrap_err();
        assert_eq!(error, expected, "{text}");
        let said = error.to_string();
        assert!(said.contains("paste") || said.contains("copy"), "{said}");
    }
}

#[test]
fn a_stored_one_is_read_again_and_a_bad_one_is_not_repeated_in_the_error() {
    let url: ReceiveUrl = serde_json::from_str("\"https://motion.example.com/in?token=T\"").unwrap();
    assert_eq!(url.expose().query(), Some("token=T"));
    let error = serde_json::from_str::<ReceiveUrl>("\"nothing?token=SECRET\"").unwrap_err();
    assert!(!error.to_string().contains("SECRET"), "{error}");
}

proptest! {
    #[test]
    fn a_url_is_kept_byte_for_byte_or_refused(text in "(https?://)?[a-z.]{0,9}(:[0-9]{0,5})?/?\\PC{0,40}") {
        match text.parse::<ReceiveUrl>() {
            Ok(url) => {
                let (_, rest) = text.trim().split_once("://").unwrap();
                let sent = &url.expose()[Position::BeforePath..];
                prop_assert_eq!(&rest[rest.find('/').unwrap()..], sent);
                let query = url.expose().query().unwrap_or_default();
                prop_assert!(query.len() < 4 || !url.to_string().ends_with(query));
                let _ = (url.account(), url.api_base());
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}
