//! What a warm text costs in `deliver`, whoever carries the number: three calls of AWS.

use e2e::bench::{invoke, records, worker};
use e2e::proxy::{Killer, Moment};
use e2e::stack::stack;
use e2e::whatsapp::{Carrier, Line, NAME};
use shared::envelope::{Envelope, Target, Work};
use shared::event::{Event, EventKind, Message, Part, Place};
use shared::id::{AccountKey, CustomerId, EventId, MessageId};
use shared::time::{Clock, Timestamp};

use crate::through_each;

through_each!(a_warm_text_costs_three_calls);

async fn a_warm_text_costs_three_calls(carrier: Carrier) {
    let line = Line::new(carrier).await;
    let anna = line.customer();
    let counter = Killer::new();
    let aws = counter.before(&stack().aws_url).await;
    let worker = worker(&aws, Clock::default()).await;
    for number in 0..3 {
        counter.arm(Moment::Never);
        let id = MessageId::new(format!("m_{}_{number}", anna.id()));
        let event = Event {
            id: EventId::of_message(&id),
            customer: CustomerId::new(anna.id()),
            aliases: Vec::new(),
            named: Some(NAME.to_owned()),
            place: Place::Direct,
            at: Timestamp::now(),
            kind: EventKind::Message(Message {
                id: Some(id),
                quotes: None,
                parts: vec![Part::Text { text: format!("text {number}") }],
            }),
        };
        let account = AccountKey::new(line.integration["account"].as_str().unwrap());
        let target = Target { account, integration: Some(line.id().parse().unwrap()) };
        let work = Envelope::new(target, Work::Event { event }, Timestamp::now());
        let response = invoke(&worker, &records(&[work])).await;
        assert!(response.batch_item_failures.is_empty());
    }
    assert_eq!(line.bodies(&anna), ["text 0", "text 1", "text 2"]);
    assert_eq!(counter.calls(), 3, "claim, conversation, outcome");
}
