//! The first words of a kept message, for a list that people look through. Only for its owner; never in a log.

use shared::envelope::{Envelope, Work};
use shared::openchannel::line::{self, DeskPart};

/// The longest preview, in characters.
const LONGEST: usize = 80;

/// How a kept message begins, as an agent would read it. Nothing for what has no words.
pub(super) fn of(payload: &str) -> Option<String> {
    let event = match Envelope::from_body(payload).ok()?.work {
        Work::Event { event } | Work::Recheck { event } => event,
        Work::Line(line) => return Some(shortened(&line.text)),
        _ => return None,
    };
    let text = match line::posts(&event, None).into_iter().next()? {
        DeskPart::Text(text) => text,
        DeskPart::File(file) => format!("[{}]", file.kind.word()),
    };
    Some(shortened(&text))
}

/// The first words of a text.
pub(super) fn shortened(text: &str) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if one_line.chars().count() <= LONGEST {
        return one_line;
    }
    one_line.chars().take(LONGEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use shared::envelope::Target;
    use shared::event::{Event, EventKind, MediaFile, MediaKind, MediaSource, Message, Part, Place, Unreadable};
    use shared::id::{AccountKey, CustomerId, EventId};
    use shared::time::Timestamp;

    use super::*;

    fn payload(work: Work) -> String {
        let target = Target { account: AccountKey::of("facebook", "1"), integration: None };
        Envelope::new(target, work, Timestamp::from_millis(0)).to_body().unwrap()
    }

    fn message(parts: Vec<Part>) -> String {
        let kind = EventKind::Message(Message { parts, ..Message::default() });
        let event = Event {
            id: EventId::new("message:m_1"),
            customer: CustomerId::new("7"),
            aliases: Vec::new(),
            named: None,
            place: Place::Direct,
            at: Timestamp::from_millis(0),
            kind,
        };
        payload(Work::Event { event })
    }

    #[test]
    fn how_messages_begin() {
        let text = |text: &str| message(vec![Part::Text { text: text.to_owned() }]);
        assert_eq!(of(&text("see you\nat  5 ❤")).as_deref(), Some("see you at 5 ❤"));
        let long = of(&text(&"é".repeat(500))).unwrap();
        assert_eq!(long.chars().count(), LONGEST);
        assert!(long.ends_with('…'));
        let source = MediaSource::Url("https://cdn.example.com/a?signature=secret".to_owned());
        let file = message(vec![Part::File(MediaFile { kind: MediaKind::Image, source, name: None })]);
        assert_eq!(of(&file).as_deref(), Some("[image]"));
    }

    #[test]
    fn what_has_no_words() {
        assert_eq!(of(&payload(Work::Unreadable { unreadable: Unreadable::new("no JSON", b"secret") })), None);
        assert_eq!(of("no queue body"), None);
    }
}
