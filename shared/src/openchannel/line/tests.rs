use proptest::prelude::*;

use super::*;
use crate::event::{DeliveryState, MediaSource, Place, StatusOf};
use crate::id::{CustomerId, EventId, MessageId};
use crate::time::Timestamp;

fn event(kind: EventKind) -> Event {
    Event {
        id: EventId::new("e1"),
        customer: CustomerId::new("1"),
        aliases: Vec::new(),
        named: None,
        place: Place::Direct,
        at: Timestamp::from_seconds(0),
        kind,
    }
}

fn message(parts: Vec<Part>) -> Message {
    Message { id: Some(MessageId::new("m1")), quotes: None, parts }
}

fn text(text: &str) -> Part {
    Part::Text { text: text.to_owned() }
}

fn image() -> MediaFile {
    MediaFile { kind: MediaKind::Image, source: MediaSource::Url("https://cdn.example/1.jpg".into()), name: None }
}

fn m(id: &str) -> MessageId {
    MessageId::new(id)
}

/// What the agent reads of an event, a message a line; a file as its kind.
fn read(kind: EventKind, quoted: Option<&str>) -> Vec<String> {
    let shown = |part| match part {
        DeskPart::Text(text) => text,
        DeskPart::File(file) => format!("<{}>", file.kind.word()),
    };
    posts(&event(kind), quoted).into_iter().map(shown).collect()
}

fn reads(parts: Vec<Part>) -> Vec<String> {
    read(EventKind::Message(message(parts)), None)
}

#[test]
fn a_message_is_its_text_and_then_its_files() {
    assert_eq!(reads(vec![text("Hi\nthere 😀")]), ["Hi\nthere 😀"]);
    let mixed = vec![Part::File(image()), text("look"), Part::File(image()), text("broken")];
    assert_eq!(reads(mixed), ["look\nbroken", "<image>", "<image>"]);
    assert_eq!(reads(vec![Part::File(image())]), ["<image>"]);
    let answer = Message { quotes: Some(m("m0")), ..message(vec![text("yes")]) };
    assert_eq!(read(EventKind::Message(answer.clone()), Some("is it\nblue?")), ["[reply to] \"is it blue?\"\nyes"]);
    assert_eq!(read(EventKind::Message(answer), None), ["[reply to] an earlier message\nyes"]);
}

#[test]
fn every_part_has_a_readable_form() {
    let place = |latitude, longitude, name: Option<&str>, url: Option<&str>| Part::Location {
        latitude,
        longitude,
        name: name.map(Into::into),
        url: url.map(Into::into),
    };
    let shared = |what: &str, title: Option<&str>, url: Option<&str>| Part::Shared {
        what: what.into(),
        title: title.map(Into::into),
        url: url.map(Into::into),
    };
    let choice =
        |title: &str, payload: Option<&str>| Part::Choice { title: title.into(), payload: payload.map(Into::into) };
    let table = [
        (
            place(45.4642, 9.19, Some("Piazza del Duomo"), None),
            "[location] 45.4642, 9.1900 Piazza del Duomo https://www.google.com/maps?q=45.4642,9.1900",
        ),
        (
            place(-33.856_784_1, 151.0, None, Some("https://maps.example/1")),
            "[location] -33.8567841, 151.0000 https://maps.example/1",
        ),
        (shared("link", Some("Our shop"), Some("https://shop.example/")), "[link] Our shop https://shop.example/"),
        (shared("reel", None, Some("https://fb.example/r")), "[reel] https://fb.example/r"),
        (shared("post", None, None), "[post]"),
        (choice("Yes, please", Some("YES")), "[choice] Yes, please"),
        (choice(" ", Some("YES")), "[choice] YES"),
        (Part::Line { label: "contact".into(), text: "Ada, +39 333".into() }, "[contact] Ada, +39 333"),
        (Part::Line { label: "called".into(), text: String::new() }, "[called]"),
        (Part::Unsupported { what: "order".into() }, "[unsupported message: order]"),
        (text(" \u{0}\u{feff} "), "[empty message]"),
    ];
    for (part, expected) in table {
        assert_eq!(reads(vec![part]), [expected]);
    }
    assert_eq!(reads(vec![]), ["[empty message]"]);
    assert_eq!(reads(vec![choice("Yes", None), text("Yes")]), ["Yes"]);
    assert_eq!(reads(vec![choice("Yes", None), text("Yes, and")]), ["Yes, and\n[choice] Yes"]);
}

#[test]
fn what_happens_to_earlier_messages_is_told() {
    let known = Some("see you at 5");
    let reaction = |emoji: Option<&str>| EventKind::Reaction { message: m("m0"), emoji: emoji.map(Into::into) };
    assert_eq!(read(reaction(Some("❤")), known), ["[reaction] ❤ to \"see you at 5\""]);
    assert_eq!(read(reaction(Some("❤")), None), ["[reaction] ❤ to an earlier message"]);
    assert_eq!(read(reaction(Some("❤")), Some(" ")), ["[reaction] ❤ to an earlier message"]);
    assert_eq!(read(reaction(None), known), ["[reaction removed] from \"see you at 5\""]);
    let edit = |text: &str| EventKind::Edit { message: m("m0"), text: text.into() };
    assert_eq!(read(edit("see you at 6"), known), ["[edited] see you at 6"]);
    assert_eq!(read(edit(""), known), ["[edited]"]);
    let deletion = || EventKind::Deletion { message: m("m0") };
    assert_eq!(read(deletion(), known), ["[deleted] \"see you at 5\""]);
    assert_eq!(read(deletion(), None), ["[deleted] an earlier message"]);
    let family = "👩\u{200d}👩\u{200d}👧";
    let long = family.repeat(100);
    assert_eq!(read(deletion(), Some(&long)), [format!("[deleted] \"{}…\"", family.repeat(80))]);
}

#[test]
fn what_our_side_sent_is_shown_unless_the_desk_sent_it() {
    let echo = |sender, parts| EventKind::Echo { message: message(parts), sender };
    assert!(read(echo(EchoSender::Hub, vec![text("from the desk")]), None).is_empty());
    assert_eq!(read(echo(EchoSender::Inbox, vec![text("hello")]), None), ["[answered in the Page inbox] hello"]);
    assert_eq!(
        read(echo(EchoSender::App(Some("77".into())), vec![text("hello")]), None),
        ["[answered by another app] hello"]
    );
    assert_eq!(
        read(echo(EchoSender::Inbox, vec![Part::File(image())]), None),
        ["[answered in the Page inbox] image", "<image>"]
    );
    let status =
        EventKind::Status { of: StatusOf::Message(m("m0")), state: DeliveryState::Read, failure: None, price: None };
    assert!(read(status, None).is_empty());
    let notice = |line: Option<&str>| EventKind::Notice {
        name: "referral".into(),
        line: line.map(Into::into),
        opens_window: true,
    };
    assert_eq!(read(notice(Some("[referral] came from an ad")), None), ["[referral] came from an ad"]);
    assert!(read(notice(None), None).is_empty());
    assert!(read(notice(Some(" ")), None).is_empty());
}

#[test]
fn an_event_can_be_quoted_by_later_ones() {
    let of = |kind| quotable(&event(kind));
    assert_eq!(of(EventKind::Message(message(vec![text("hello"), Part::File(image())]))).as_deref(), Some("hello"));
    assert_eq!(of(EventKind::Message(message(vec![Part::File(image())]))).as_deref(), Some("image"));
    let echo = EventKind::Echo { message: message(vec![text("answer")]), sender: EchoSender::Hub };
    assert_eq!(of(echo).as_deref(), Some("answer"));
    assert_eq!(of(EventKind::Deletion { message: m("m0") }), None);
    assert_eq!(of(EventKind::Message(message(vec![]))), None);
}

#[test]
fn the_hubs_own_lines_are_marked() {
    assert_eq!(repeated("hello\nthere"), "[possibly repeated] hello\nthere");
    let troubles = [
        FileTrouble::Pending,
        FileTrouble::NoDeskKey,
        FileTrouble::NoCredential,
        FileTrouble::Lost("it is larger than 25 MB"),
    ];
    let lines = troubles.map(|trouble| file(MediaKind::Image, trouble));
    assert_eq!(
        lines,
        [
            "[file] the image could not be fetched yet; the hub keeps trying for 24 hours",
            "[file] the image waits: the hub has no working key to hand files to Motion; an administrator must add it",
            "[file] the image waits: the platform no longer accepts the hub's credential; an administrator must renew it",
            "[file] the image could not be fetched: it is larger than 25 MB",
        ]
    );
}

#[test]
fn control_characters_are_kept_out_and_line_breaks_kept() {
    let table = [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a\u{2028}b\u{2029}c\u{b}d\u{85}e", "a\nb\nc\nd\ne"),
        ("a\tb\u{0}c\u{1b}[31md\u{7f}e\u{9b}f", "a bc[31mdef"),
        ("\u{feff}a\u{fffe}\u{ffff}\u{1fffe}\u{fdd0}b", "ab"),
        ("👩\u{200d}👧 \u{200f}שלום", "👩\u{200d}👧 \u{200f}שלום"),
        ("  \n a \n ", "a"),
        ("", "[empty message]"),
        ("\u{0}\n\t", "[empty message]"),
    ];
    for (sent, shown) in table {
        assert_eq!(clean(sent), shown, "{sent:?}");
    }
}

proptest! {
    #[test]
    fn no_text_is_empty_or_holds_control_characters(said in any::<String>(), quoted in any::<Option<String>>()) {
        let parts = vec![text(&said), Part::Line { label: said.clone(), text: said.clone() }, Part::Unsupported { what: said.clone() }];
        let kinds = [
            EventKind::Message(Message { quotes: Some(m("m0")), ..message(parts) }),
            EventKind::Edit { message: m("m0"), text: said.clone() },
            EventKind::Reaction { message: m("m0"), emoji: Some(said.clone()) },
            EventKind::Echo { message: message(vec![text(&said)]), sender: EchoSender::Inbox },
        ];
        for kind in kinds {
            for shown in read(kind, quoted.as_deref()) {
                prop_assert!(!shown.trim().is_empty());
                prop_assert!(!shown.contains(|c: char| c.is_control() && c != '\n'), "{shown:?}");
            }
        }
    }
}
