use super::*;

const HOSTS: &[&str] = &["fbcdn.net", "lookaside.fbsbx.com"];

fn guard(networks: &[&str]) -> Guard {
    let networks = networks.iter().map(|network| network.parse().unwrap()).collect();
    Guard::new(networks, Some("127.0.0.1:9001".to_owned()))
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

#[test]
fn the_desk_may_be_any_public_https_address_and_what_the_operator_opened() {
    let open = guard(&["127.0.0.0/8", "10.20.0.0/16", "fd12::/16"]);
    let table = [
        ("https://motion.example.com/api/openchannel/accounts/1/notify?token=T", Ok(Reach::PublicOrListed)),
        ("https://motion.example.com:8443/x", Ok(Reach::PublicOrListed)),
        ("https://8.8.8.8/x", Ok(Reach::PublicOrListed)),
        ("https://10.20.1.2/x", Ok(Reach::PublicOrListed)),
        ("https://[fd12::5]/x", Ok(Reach::PublicOrListed)),
        ("http://10.20.1.2:8080/x", Ok(Reach::Listed)),
        ("http://127.0.0.1:4000/x", Ok(Reach::Listed)),
        ("http://motion.internal/x", Ok(Reach::Listed)),
        ("http://8.8.8.8/x", Err(Blocked::PlainHttp("8.8.8.8".into()))),
        ("https://10.21.1.2/x", Err(Blocked::Private("10.21.1.2".into()))),
        ("https://192.168.1.1/x", Err(Blocked::Private("192.168.1.1".into()))),
        ("https://[::1]/x", Err(Blocked::Private("::1".into()))),
        ("https://169.254.169.254/latest/meta-data", Err(Blocked::Never("169.254.169.254".into()))),
        ("https://[fd00:ec2::254]/", Err(Blocked::Never("fd00:ec2::254".into()))),
        ("https://[::ffff:127.0.0.1]/", Err(Blocked::Never("::ffff:127.0.0.1".into()))),
        ("https://[::ffff:10.20.1.2]/", Err(Blocked::Never("::ffff:10.20.1.2".into()))),
        ("https://0.0.0.0/", Err(Blocked::Never("0.0.0.0".into()))),
        ("ftp://motion.example.com/", Err(Blocked::Scheme)),
        ("file:///etc/passwd", Err(Blocked::Scheme)),
        ("data:text/plain,x", Err(Blocked::Scheme)),
        ("https://user:pass@motion.example.com/", Err(Blocked::UserInfo("motion.example.com".into()))),
        ("https://user@motion.example.com/", Err(Blocked::UserInfo("motion.example.com".into()))),
    ];
    for (text, expected) in table {
        assert_eq!(open.check(Purpose::Desk, &url(text)), expected, "{text}");
    }
}

#[test]
fn without_a_listed_network_plain_http_is_refused_before_a_name_is_looked_up() {
    let desk = |networks: &[&str]| guard(networks).check(Purpose::Desk, &url("http://motion.internal/x"));
    assert_eq!(desk(&[]), Err(Blocked::PlainHttp("motion.internal".into())));
    assert_eq!(desk(&["10.0.0.0/8"]), Ok(Reach::Listed));
}

#[test]
fn an_address_written_as_a_number_is_the_address() {
    let closed = guard(&[]);
    for text in [
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://017700000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://127.0.0.1./",
        "https://%31%32%37.0.0.1/",
        "https://\u{ff11}\u{ff12}\u{ff17}.0.0.1/",
        "https://127\u{3002}0\u{3002}0\u{3002}1/",
    ] {
        assert_eq!(closed.check(Purpose::Desk, &url(text)), Err(Blocked::Private("127.0.0.1".into())), "{text}");
    }
    assert_eq!(
        closed.check(Purpose::Desk, &url("https://2852039166/latest/meta-data")),
        Err(Blocked::Never("169.254.169.254".into()))
    );
}

#[test]
fn nothing_of_a_tenant_reaches_the_runtime_api() {
    let open = guard(&["127.0.0.0/8", "0.0.0.0/0", "::/0"]);
    for text in [
        "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
        "http://127.0.0.2:9001/",
        "http://[::1]:9001/",
        "http://localhost:9001/",
        "http://anything.example.com:9001/",
    ] {
        assert_eq!(open.check(Purpose::Desk, &url(text)), Err(Blocked::Never(host_of(&url(text)))), "{text}");
    }
    // The same port elsewhere, or over TLS, which the runtime API does not speak, is nobody's secret.
    assert!(open.check(Purpose::Desk, &url("http://10.1.2.3:9001/")).is_ok());
    assert!(open.check(Purpose::Desk, &url("https://motion.example.com:9001/")).is_ok());
    assert!(open.check(Purpose::Desk, &url("http://localhost:9002/")).is_ok());
}

#[test]
fn an_all_embracing_network_still_opens_no_metadata() {
    let open = guard(&["0.0.0.0/0", "::/0"]);
    for text in
        ["https://169.254.169.254/", "https://[fd00:ec2::254]/", "https://[fe80::1]/", "http://169.254.100.1:9001/"]
    {
        assert_eq!(
            open.check(Purpose::Desk, &url(text)),
            Err(Blocked::Never(host_of(&url(text)).replace(['[', ']'], "")))
        );
    }
}

#[test]
fn a_platform_is_trusted_at_its_configured_origin_alone() {
    let open = guard(&["127.0.0.0/8"]);
    let base = url("http://127.0.0.1:4100/graph");
    let platform = Purpose::Platform { base: &base };
    assert_eq!(open.check(platform, &url("http://127.0.0.1:4100/graph/v25.0/me")), Ok(Reach::Trusted));
    assert_eq!(open.check(platform, &url("https://graph.facebook.com/v25.0/me")), Ok(Reach::Public));
    assert_eq!(open.check(platform, &url("https://127.0.0.1:4100/")), Err(Blocked::Private("127.0.0.1".into())));
    assert_eq!(open.check(platform, &url("http://127.0.0.1:4101/")), Err(Blocked::PlainHttp("127.0.0.1".into())));
    assert_eq!(
        open.check(platform, &url("http://graph.facebook.com/")),
        Err(Blocked::PlainHttp("graph.facebook.com".into()))
    );
}

#[test]
fn files_come_from_the_platforms_hosts_alone() {
    let open = guard(&["127.0.0.0/8", "10.0.0.0/8"]);
    let base = url("http://127.0.0.1:4100/");
    let media = Purpose::Media { hosts: MediaHosts::Under(HOSTS), base: &base };
    let table = [
        ("https://scontent.xx.fbcdn.net/v/1.jpg?_nc=1", Ok(Reach::Public)),
        ("https://fbcdn.net/1.jpg", Ok(Reach::Public)),
        ("https://LOOKASIDE.fbsbx.com/1.jpg", Ok(Reach::Public)),
        ("http://127.0.0.1:4100/files/1.jpg", Ok(Reach::Trusted)),
        ("http://scontent.xx.fbcdn.net/1.jpg", Err(Blocked::PlainHttp("scontent.xx.fbcdn.net".into()))),
        ("https://evilfbcdn.net/1.jpg", Err(Blocked::ForeignHost("evilfbcdn.net".into()))),
        ("https://fbcdn.net.evil.example/1.jpg", Err(Blocked::ForeignHost("fbcdn.net.evil.example".into()))),
        ("https://fbcdn.net@evil.example/1.jpg", Err(Blocked::UserInfo("evil.example".into()))),
        ("https://evil.example/fbcdn.net", Err(Blocked::ForeignHost("evil.example".into()))),
        ("https://10.1.2.3/1.jpg", Err(Blocked::ForeignHost("10.1.2.3".into()))),
        ("http://127.0.0.1:4101/1.jpg", Err(Blocked::ForeignHost("127.0.0.1".into()))),
        ("https://169.254.169.254/1.jpg", Err(Blocked::ForeignHost("169.254.169.254".into()))),
    ];
    for (text, expected) in table {
        assert_eq!(open.check(media, &url(text)), expected, "{text}");
    }
}

#[test]
fn a_resolved_address_is_judged_by_the_reach_of_its_request() {
    let open = guard(&["10.0.0.0/8"]);
    let ip = |text: &str| -> IpAddr { text.parse().unwrap() };
    let table = [
        (Reach::Public, "8.8.8.8", true),
        (Reach::Public, "10.0.0.1", false),
        (Reach::PublicOrListed, "8.8.8.8", true),
        (Reach::PublicOrListed, "10.0.0.1", true),
        (Reach::PublicOrListed, "192.168.0.1", false),
        (Reach::Listed, "10.0.0.1", true),
        (Reach::Listed, "8.8.8.8", false),
        (Reach::Listed, "192.168.0.1", false),
        (Reach::Trusted, "127.0.0.1", true),
        (Reach::Trusted, "8.8.8.8", true),
        (Reach::Trusted, "169.254.169.254", false),
    ];
    for (reach, address, allowed) in table {
        assert_eq!(open.check_address(reach, ip(address)).is_ok(), allowed, "{reach:?} {address}");
    }
}
