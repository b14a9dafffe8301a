//! What a warm text costs in `deliver`: three calls of AWS and one of the desk.

use e2e::bench::{invoke, records, worker};
use e2e::proxy::{Killer, Moment};
use e2e::scene::Scene;
use e2e::stack::stack;
use shared::envelope::{Envelope, Target, Work};
use shared::event::{Event, EventKind, Message, Part, Place};
use shared::id::{AccountKey, CustomerId, EventId, MessageId};
use shared::time::{Clock, Timestamp};

#[tokio::test]
async fn a_warm_text_costs_three_calls() {
    let scene = Scene::new().await;
    let anna = scene.customer();
    let counter = Killer::new();
    let aws = counter.before(&stack().aws_url).await;
    let worker = worker(&aws, Clock::default()).await;
    // A new customer's name is asked for three times; after that the text is warm.
    for number in 0..5 {
        counter.arm(Moment::Never);
        let id = MessageId::new(format!("m_{}_{number}", anna.psid()));
        let event = Event {
            id: EventId::of_message(&id),
            customer: CustomerId::new(anna.psid()),
            aliases: Vec::new(),
            named: None,
            place: Place::Direct,
            at: Timestamp::now(),
            kind: EventKind::Message(Message {
                id: Some(id),
                quotes: None,
                parts: vec![Part::Text { text: format!("text {number}") }],
            }),
        };
        let target = Target { account: AccountKey::of("facebook", &scene.page.id()), integration: None };
        let work = Envelope::new(target, Work::Event { event }, Timestamp::now());
        let response = invoke(&worker, &records(&[work])).await;
        assert!(response.batch_item_failures.is_empty());
    }
    assert_eq!(scene.bodies(&anna), (0..5).map(|number| format!("text {number}")).collect::<Vec<_>>());
    assert_eq!(counter.calls(), 3, "claim, conversation, outcome");
}
