use shared::store::ReplyState;
use shared::time::Timestamp;

use super::*;

fn failure(class: FailureClass, what: &str, then: &str) -> Failure {
    Failure { class, sentence: format!("{what} {then}"), what: what.to_owned(), platform: None }
}

fn message(answer: &Answer) -> String {
    match &answer.text {
        Text::New(fields) => fields["message"].as_str().unwrap().to_owned(),
        Text::Recorded(..) => panic!("a recorded answer"),
    }
}

fn parts(count: usize) -> Vec<MessageId> {
    (1..=count).map(|number| MessageId::new(format!("m_{number}"))).collect()
}

/// Every answer that can end a reply of which parts were sent, but the closed window, which has its test beside it.
fn ends() -> Vec<Answer> {
    use FailureClass::{
        Configuration, Credential, Permanent, RecipientUnreachable, Throttled, Transient, WindowClosed,
    };
    let mut ends: Vec<_> = [
        (Permanent, "Change the message and send it again."),
        (Transient, "Try again in a few minutes."),
        (Throttled(None), "Try again in a few minutes."),
        (Credential, "Nothing can be sent until an administrator connects the page again."),
        (Configuration, "An administrator must change this at Facebook."),
        (WindowClosed, "It can be answered again as soon as the customer writes."),
        (RecipientUnreachable, "Reach the customer in another way."),
    ]
    .into_iter()
    .map(|(class, then)| Answer::failed(&failure(class, "What happened.", then), true))
    .collect();
    ends.push(StoreError::Conflict.into());
    ends.push(SecretsError::Unavailable("no answer".to_owned()).into());
    ends.push(UsedUp.into());
    ends
}

#[test]
fn where_parts_went_only_the_rest_is_to_be_sent() {
    for end in ends() {
        let alone = message(&end);
        assert_eq!(message(&end.clone().with_parts(&[], Some(3))), alone);
        for (count, told) in
            [(1, "Only the first part of 3 was sent. "), (2, "Only the first 2 parts of 3 were sent. ")]
        {
            let words = message(&end.clone().with_parts(&parts(count), Some(3)));
            assert!(words.starts_with(told), "{words}");
            assert!(words.ends_with(". Send only the rest as a new message."), "{words}");
            for other in ["Nothing was sent", "ry again", "send it again"] {
                assert!(!words.contains(other), "{words}");
            }
        }
    }
}

#[test]
fn advice_that_is_not_about_sending_again_stays() {
    let lasting = failure(FailureClass::Credential, "The access has expired.", "Connect the page again.");
    let words = message(&Answer::failed(&lasting, true).with_parts(&parts(1), Some(2)));
    assert_eq!(
        words,
        "Only the first part of 2 was sent. The access has expired. Connect the page again. Send only the rest as a new message."
    );
}

#[test]
fn where_the_next_part_may_have_gone_the_agent_looks_first() {
    let unknown = failure(FailureClass::Transient, "No answer, so the message may have been sent.", "Look there.");
    let record = ReplyRecord {
        id: "40560#0".to_owned(),
        correlation: CorrelationId::generate(),
        state: ReplyState::Unknown,
        started_at: Timestamp::from_seconds(1_790_000_000),
        sent: parts(2),
        answer: None,
    };
    for answer in [Answer::failed(&unknown, false).with_parts(&parts(2), None), lost(&record)] {
        let words = message(&answer);
        assert!(words.starts_with("Only the first 2 parts certainly were sent. "), "{words}");
        assert!(words.ends_with("and send only what is missing there as a new message."), "{words}");
        assert!(words.contains("may have") && !words.contains("send it again"), "{words}");
    }
    let none = message(&lost(&ReplyRecord { sent: Vec::new(), ..record }));
    assert!(none.contains("write a new message if it is not there"), "{none}");
}
