//! What agents wrote while the window was closed. Messenger takes no templates, and the window engine does not know that: its
//! simulator gets the template's name as a text. What the hub holds for closed is made open at the simulator where needed.

use std::time::Duration;

use e2e::bench::{invoke, left, records, upkeep, worker, worker_of};
use e2e::proxy::{Killer, Moment};
use e2e::reply::{on_phone, text};
use e2e::scene::{Scene, until};
use e2e::stack::stack;
use reqwest::Method;
use sandbox::meta::{Customer, GraphError};
use sandbox::{Answer, Fault, When};
use serde_json::json;
use shared::envelope::{Envelope, Target, Work};
use shared::event::{Event, EventKind, Message, Part, Place};
use shared::id::{AccountKey, CorrelationId, CustomerId, EventId, IntegrationId, MessageId};
use shared::recontact::Recontact;
use shared::store::{Conversation, Held, HeldContent, HeldState, Holding, Integration, Sign, Store};
use shared::time::{Clock, Timestamp};

const DAY: Duration = Duration::from_secs(24 * 3600);
const HOUR: Duration = Duration::from_secs(3600);

/// A scene with the table behind it.
struct Stage {
    scene: Scene,
    store: Store,
    id: IntegrationId,
}

impl Stage {
    async fn new() -> Self {
        let scene = Scene::new().await;
        let aws = stack().aws(&stack().aws_url).await;
        let store = Store::new(aws_sdk_dynamodb::Client::new(&aws), &stack().table_name);
        let id = scene.id().parse().unwrap();
        Self { scene, store, id }
    }

    /// The same with a template that asks customers to write.
    async fn with_template() -> Self {
        let stage = Self::new().await;
        let mut integration = stage.store.current_integration(stage.id).await.unwrap().unwrap();
        integration.recontact = Some(Recontact {
            template: "hello_again".to_owned(),
            language: "it".to_owned(),
            variables: Vec::new(),
            hold_hours: 72,
        });
        stage.store.update_integration(&integration).await.unwrap();
        stage
    }

    /// A customer whose window the hub holds for closed, and the simulator for open.
    async fn silent(&self) -> Customer {
        let customer = self.scene.known_since(DAY + HOUR).await;
        customer.set(|customer| customer.last_event_at = Some(Timestamp::now().millis()));
        customer
    }

    /// A customer who may be written to, and for whom these texts are held since `since`.
    async fn holds(&self, texts: &[&str], since: Timestamp) -> Customer {
        let customer = self.scene.customer();
        let (id, now) = (CustomerId::new(customer.psid()), Timestamp::now());
        customer.set(|customer| customer.last_event_at = Some(now.millis()));
        self.store.note_sign(self.id, &Place::Direct, &id, now, Sign::Message(None)).await.unwrap();
        for text in texts {
            let held = one_held(&id, text, since);
            let read = self.conversation(&customer).await;
            self.store.hold(self.id, &id, &[held], &read, Holding::Closed, now).await.unwrap();
            // The next one's id is of a later time.
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        customer
    }

    async fn conversation(&self, customer: &Customer) -> Conversation {
        self.store.conversation(self.id, &Place::Direct, &CustomerId::new(customer.psid())).await.unwrap()
    }

    fn work(&self, work: Work) -> Envelope {
        let account = AccountKey::of("facebook", &self.scene.page.id());
        Envelope::new(Target { account, integration: Some(self.id) }, work, Timestamp::now())
    }

    fn release(&self, customer: &Customer) -> Envelope {
        self.work(Work::Release { customer: CustomerId::new(customer.psid()), step: 0 })
    }

    /// Waits until the desk has a line of the hub that holds these words.
    async fn until_told(&self, customer: &Customer, words: &str) -> String {
        let told = |bodies: &[&str]| {
            bodies.iter().find(|body| body.starts_with("[hub] ") && body.contains(words)).map(|body| (*body).to_owned())
        };
        let desk = self.scene.until_desk(|desk| told(&desk.bodies_of(customer.psid())).is_some()).await;
        told(&desk.bodies_of(customer.psid())).unwrap()
    }

    fn lines(&self, customer: &Customer) -> Vec<String> {
        self.scene.bodies(customer).into_iter().filter(|body| body.starts_with("[hub] ")).collect()
    }

    async fn until_on_phone(&self, customer: &Customer, number: usize) -> Vec<String> {
        until(async || {
            let texts = on_phone(customer);
            if texts.len() >= number { Ok(texts) } else { Err(format!("{texts:?}")) }
        })
        .await
    }
}

fn one_held(customer: &CustomerId, text: &str, since: Timestamp) -> Held {
    Held {
        correlation: CorrelationId::generate(),
        part: 0,
        last: true,
        customer: customer.clone(),
        reply: None,
        content: HeldContent::Text { text: text.to_owned() },
        since,
        until: since.plus(Duration::from_secs(72 * 3600)),
        state: HeldState::Waiting,
        claim: None,
        trouble: None,
    }
}

#[tokio::test]
async fn two_replies_are_held_and_a_third_comes_as_the_customer_answers() {
    let stage = Stage::with_template().await;
    let scene = &stage.scene;
    let anna = stage.silent().await;
    for body in ["first", "second"] {
        let told = scene.reply(&text(&anna, body)).await;
        assert_eq!((told.status, told.code()), (202, "held"), "{}", told.text);
    }
    assert_eq!(on_phone(&anna), ["hello_again"]);
    let held = scene.until_kept("held", 2).await;
    assert_eq!((&held[0]["preview"], &held[1]["preview"]), (&json!("first"), &json!("second")));

    let third = text(&anna, "third");
    let (_, told) = tokio::join!(anna.says("here I am"), scene.reply(&third));
    assert!(told.status == 202 || told.status == 200, "{}", told.text);
    assert_eq!(stage.until_on_phone(&anna, 4).await, ["hello_again", "first", "second", "third"]);
    stage.until_told(&anna, "held messages were sent").await;
    scene.until_kept("held", 0).await;
    assert_eq!(scene.bodies(&anna)[1], "here I am", "the customer's own words come first");
    let conversation = stage.conversation(&anna).await;
    assert_eq!((conversation.held, conversation.released), (0, 0));

    scene.reply(&text(&anna, "fourth")).await.sent();
    assert_eq!(on_phone(&anna).len(), 5);
}

#[tokio::test]
async fn what_is_held_can_be_cancelled() {
    let stage = Stage::with_template().await;
    let anna = stage.silent().await;
    for body in ["first", "second"] {
        assert_eq!(stage.scene.reply(&text(&anna, body)).await.status, 202);
    }
    let held = stage.scene.until_kept("held", 2).await;
    let path = format!("/api/integrations/{}/messages/{}", stage.scene.id(), held[0]["key"].as_str().unwrap());
    let (status, whole) = stage.scene.hub.call(Method::GET, &path, None).await;
    assert_eq!((status, &whole["payload"]), (200, &json!({"text": "first"})), "{whole}");
    assert_eq!(stage.scene.hub.call(Method::DELETE, &path, None).await.0, 204);
    assert_eq!(stage.until_told(&anna, "cancelled").await, "[hub] cancelled before it was sent: \"first\"");
    stage.scene.until_kept("held", 1).await;
    assert_eq!(stage.scene.hub.call(Method::DELETE, &path, None).await.0, 404);
    anna.says("yes?").await;
    assert_eq!(stage.until_told(&anna, "held message").await, "[hub] 1 held message was sent.");
    assert_eq!(on_phone(&anna), ["hello_again", "second"]);
    assert_eq!(stage.conversation(&anna).await.held, 0);
}

#[tokio::test]
async fn a_file_is_fetched_when_it_is_sent() {
    let stage = Stage::with_template().await;
    let anna = stage.silent().await;
    let agent = stage.scene.desk.agent();
    let answer = agent.reply_with_file(anna.psid(), "offer.pdf", "application/pdf", "%PDF-1.7 x").await.unwrap();
    assert_eq!(answer.answer.unwrap().status, Some(202));
    anna.says("yes?").await;
    stage.until_told(&anna, "1 held message was sent").await;
    assert_eq!(on_phone(&anna), ["hello_again", "offer.pdf"]);
}

#[tokio::test]
async fn a_platform_that_takes_no_more_holds_up_no_message_of_the_customer() {
    let stage = Stage::new().await;
    let anna = stage.holds(&["first", "second"], Timestamp::now()).await;
    let limit = Answer::from(GraphError::page_rate_limit()).with("retry-after", "3");
    stage.scene.page.fail(Fault::Refuse(limit), When::next(1));
    anna.says("one").await;
    until(async || stage.conversation(&anna).await.release_at.ok_or_else(|| "not put off".to_owned())).await;
    anna.says("two").await;
    stage.scene.until_bodies(&anna, 2).await;
    assert_eq!(stage.until_told(&anna, "were sent").await, "[hub] 2 held messages were sent.");
    assert_eq!(stage.scene.bodies(&anna)[..2], ["one", "two"]);
    assert_eq!(on_phone(&anna), ["first", "second"]);
    assert_eq!(
        stage.scene.sendings().len(),
        3,
        "the limit was tried once, and what the customer wrote did not try it again"
    );
}

#[tokio::test]
async fn what_the_platform_refuses_is_told_and_the_rest_goes_out() {
    let stage = Stage::new().await;
    let anna = stage.holds(&["first", "second"], Timestamp::now()).await;
    stage.scene.page.fail(GraphError::new(100, None, "(#100) Length of param message[text] is odd"), When::next(1));
    let release = records(&[stage.release(&anna)]);
    let response = invoke(&worker(&stack().aws_url, Clock::default()).await, &release).await;
    assert!(response.batch_item_failures.is_empty());
    let told = stage.until_told(&anna, "was not sent").await;
    assert!(told.contains("\"first\"") && told.contains("is odd"), "{told}");
    stage.until_told(&anna, "1 held message was sent").await;
    assert_eq!(on_phone(&anna), ["second"]);
}

#[tokio::test]
async fn a_window_that_closed_again_keeps_it_held() {
    let stage = Stage::new().await;
    let anna = stage.holds(&["first"], Timestamp::now()).await;
    let late = worker(&stack().aws_url, Clock::ahead(DAY)).await;
    let response = invoke(&late, &records(&[stage.release(&anna)])).await;
    assert!(response.batch_item_failures.is_empty());
    assert_eq!((stage.conversation(&anna).await.held, on_phone(&anna).len()), (1, 0));
    stage.scene.assert_nothing_sent();
}

#[tokio::test]
async fn what_a_disabled_integration_holds_goes_out_when_it_is_enabled() {
    let stage = Stage::new().await;
    let anna = stage.holds(&["first"], Timestamp::now()).await;
    let switch = async |to: &str| {
        let path = format!("/api/integrations/{}/{to}", stage.scene.id());
        let (status, body) = stage.scene.hub.call(Method::POST, &path, None).await;
        assert_eq!(status, 200, "{body}");
    };
    switch("disable").await;
    let response = invoke(&worker(&stack().aws_url, Clock::default()).await, &records(&[stage.release(&anna)])).await;
    assert!(response.batch_item_failures.is_empty());
    assert_eq!((stage.conversation(&anna).await.held, on_phone(&anna).len()), (1, 0));
    switch("enable").await;
    assert_eq!(stage.until_on_phone(&anna, 1).await, ["first"]);
}

#[tokio::test]
async fn what_is_over_ends_and_the_agent_is_told_once() {
    let stage = Stage::new().await;
    let long_ago = Timestamp::now().minus(Duration::from_secs(72 * 3600) + HOUR);
    let anna = stage.holds(&["first", "second"], long_ago).await;
    // They have not written since.
    let (id, now) = (CustomerId::new(anna.psid()), Timestamp::now());
    stage.store.close_window(stage.id, &Place::Direct, &id, now, long_ago.minus(DAY)).await.unwrap();
    let ingrid = stage.holds(&["still held"], Timestamp::now()).await;
    let aws = &stack().aws_url;
    let (one, other) = (upkeep(aws).await, upkeep(aws).await);
    let (one, other) = tokio::join!(one.go(Duration::from_secs(30)), other.go(Duration::from_secs(30)));
    one.and(other).unwrap();
    let told = stage.until_told(&anna, "second").await;
    assert_eq!(told, "[hub] not sent, the customer did not write within 72 hours: \"second\"");
    until(async || match stage.conversation(&anna).await.held {
        0 => Ok(()),
        held => Err(held.to_string()),
    })
    .await;
    upkeep(aws).await.go(Duration::from_secs(30)).await.unwrap();
    anna.says("hello?").await;
    stage.scene.until_bodies(&anna, 3).await;
    assert_eq!(stage.lines(&anna).len(), 2);
    assert!(on_phone(&anna).is_empty());
    assert_eq!(stage.conversation(&ingrid).await.held, 1);
}

#[tokio::test]
async fn what_ends_after_the_account_went_over_says_so() {
    let stage = Stage::new().await;
    let anna = stage.holds(&["first"], Timestamp::now().minus(73 * HOUR)).await;
    let integration = stage.store.current_integration(stage.id).await.unwrap().unwrap();
    let taken_over = Integration { enabled: false, taken_over_at: Some(Timestamp::now()), ..integration };
    stage.store.update_integration(&taken_over).await.unwrap();
    let work = stage.work(Work::EndHeld { customer: CustomerId::new(anna.psid()) });
    let response = invoke(&worker(&stack().aws_url, Clock::default()).await, &records(&[work])).await;
    assert!(response.batch_item_failures.is_empty());
    assert_eq!(stage.conversation(&anna).await.held, 0);
    // Disabled, it waits with the rest of what the agent is to be told.
    let kept = stage.scene.until_kept("waiting", 1).await;
    assert!(kept[0]["preview"].as_str().unwrap().contains("answered by another integration"), "{kept:?}");
}

#[tokio::test]
async fn the_agent_is_told_of_a_template_that_somebody_died_at() {
    let stage = Stage::with_template().await;
    let minute = Duration::from_secs(60);
    let (anna, ingrid, marco) = (stage.silent().await, stage.silent().await, stage.silent().await);
    let now = Timestamp::now();
    for (customer, at) in [(&anna, now.minus(minute)), (&ingrid, now.plus(minute)), (&marco, now.minus(minute))] {
        let (id, read) = (CustomerId::new(customer.psid()), stage.conversation(customer).await);
        let held = one_held(&id, "first", now);
        stage.store.hold(stage.id, &id, &[held], &read, Holding::Asking, at).await.unwrap();
    }
    let id = CustomerId::new(marco.psid());
    let cancelled = stage.store.held(stage.id, &id, 1).await.unwrap();
    stage.store.drop_held(stage.id, &cancelled[0]).await.unwrap();

    for _ in 0..2 {
        upkeep(&stack().aws_url).await.go(Duration::from_secs(30)).await.unwrap();
    }
    let told = stage.until_told(&anna, "nobody knows whether they were asked").await;
    assert!(told.contains("your next message to them asks once more"), "{told}");
    assert_eq!(stage.conversation(&anna).await.asking_until, None);
    assert!(stage.conversation(&ingrid).await.asking_until.is_some(), "somebody is at it");
    assert_eq!(stage.conversation(&marco).await.asking_until, None, "there is nothing to ask for");

    assert_eq!(stage.scene.reply(&text(&anna, "second")).await.status, 202);
    assert_eq!(on_phone(&anna), ["hello_again"]);
    anna.says("yes?").await;
    assert_eq!(stage.until_told(&anna, "were sent").await, "[hub] 2 held messages were sent.");
    assert_eq!(on_phone(&anna), ["hello_again", "first", "second"]);
    let lines = [&anna, &ingrid, &marco].map(|customer| stage.lines(customer).len());
    assert_eq!(lines, [2, 0, 0]);
}

#[tokio::test]
async fn what_is_held_of_an_integration_that_is_gone_is_thrown_away_only_after_a_while() {
    for (over, left) in [(2 * HOUR, 0), (HOUR / 2, 1)] {
        let stage = Stage::new().await;
        let anna = stage.holds(&["first"], Timestamp::now().minus(72 * HOUR + over)).await;
        let integration = stage.store.current_integration(stage.id).await.unwrap().unwrap();
        stage.store.delete_integration(&integration).await.unwrap();
        upkeep(&stack().aws_url).await.go(Duration::from_secs(30)).await.unwrap();
        let held = stage.store.held(stage.id, &CustomerId::new(anna.psid()), 10).await.unwrap();
        assert_eq!(held.len(), left, "{over:?}");
    }
}

#[tokio::test]
async fn what_lies_in_the_redrive_queue_is_kept_and_can_be_done_again() {
    let stage = Stage::new().await;
    let anna = stage.scene.known().await;
    let id = MessageId::new(format!("m_redriven_{}", anna.psid()));
    let parts = vec![Part::Text { text: "nobody got this".to_owned() }];
    let event = Event {
        id: EventId::of_message(&id),
        customer: CustomerId::new(anna.psid()),
        aliases: Vec::new(),
        named: None,
        place: Place::Direct,
        at: Timestamp::now(),
        kind: EventKind::Message(Message { id: Some(id), quotes: None, parts }),
    };
    let envelope = stage.work(Work::Event { event });
    let aws = stack().aws(&stack().aws_url).await;
    let queue = aws_sdk_sqs::Client::new(&aws).send_message().queue_url(&stack().inbound_redrive_queue_url);
    let queue = queue.message_body(envelope.to_body().unwrap()).message_group_id(envelope.group());
    queue.message_deduplication_id(envelope.deduplication()).send().await.unwrap();

    upkeep(&stack().aws_url).await.go(Duration::from_secs(30)).await.unwrap();
    let failed = stage.scene.until_kept("failed", 1).await;
    assert_eq!((&failed[0]["kind"], &failed[0]["preview"]), (&json!("message"), &json!("nobody got this")));
    let key = failed[0]["key"].as_str().unwrap();
    let path = format!("/api/integrations/{}/messages/{key}/replay", stage.scene.id());
    assert_eq!(stage.scene.hub.call(Method::POST, &path, None).await.0, 202);
    assert_eq!(stage.scene.until_bodies(&anna, 2).await[1], "nobody got this");
    stage.scene.until_kept("failed", 0).await;
}

/// Kills a worker at `moment` of a release, lets new ones finish, and holds that nothing was sent twice and nothing is lost.
/// Says whether the moment came.
async fn survives(stage: &Stage, killer: &Killer, aws: &str, graph: &str, moment: Moment) -> bool {
    const SAID: [&str; 3] = ["first", "second", "third"];
    let customer = stage.holds(&SAID, Timestamp::now()).await;
    let mut queue = records(&[stage.release(&customer)]);
    let first = worker_of(aws, graph, Clock::default()).await;
    killer.arm(moment);
    let killed = killer.kill(invoke(&first, &queue)).await;
    let came = killer.calls();
    killer.arm(Moment::Never);
    if let Some(response) = killed {
        queue = left(&queue, &response);
    }
    for _ in 0..6 {
        if queue.is_empty() {
            break;
        }
        let next = worker_of(aws, graph, Clock::default()).await;
        let response = invoke(&next, &queue).await;
        queue = left(&queue, &response);
    }
    assert!(queue.is_empty(), "after {moment:?} the work was never finished");
    let conversation = stage.conversation(&customer).await;
    assert_eq!((conversation.held, conversation.released), (0, 0), "{moment:?}");

    let sent = on_phone(&customer);
    let mut expected = SAID.to_vec();
    expected.retain(|said| sent.iter().any(|sent| sent == said));
    assert_eq!(sent, expected, "{moment:?}: once and in order");
    for lost in SAID.iter().filter(|said| !expected.contains(said)) {
        let told = stage.until_told(&customer, &format!("\"{lost}\"")).await;
        assert!(told.contains("no answer came"), "{moment:?}: {told}");
    }
    stage.until_told(&customer, "sent.").await;
    let lines = stage.lines(&customer);
    let unknown = lines.iter().filter(|line| line.contains("no answer came")).count();
    assert!(unknown <= 1, "{moment:?}: at most the one in hand: {lines:?}");
    let told: usize = 3 - unknown;
    let words =
        if told == 1 { "1 held message was sent.".to_owned() } else { format!("{told} held messages were sent.") };
    assert_eq!(lines.last(), Some(&format!("[hub] {words}")), "{moment:?}: {lines:?}");
    match moment {
        Moment::Before(step) | Moment::After(step) | Moment::Lost(step) => step < came,
        Moment::Never => false,
    }
}

#[tokio::test]
async fn a_release_that_dies_at_any_step_sends_nothing_twice_and_loses_nothing() {
    let stage = Stage::new().await;
    let killer = Killer::new();
    let aws = killer.before(&stack().aws_url).await;
    let graph = killer.before(&stack().sandbox_url).await;
    for strike in [Moment::Before as fn(usize) -> Moment, Moment::After, Moment::Lost] {
        let mut steps = 0;
        while survives(&stage, &killer, &aws, &graph, strike(steps)).await {
            steps += 1;
        }
        // Claim, sending and record of three messages, what is read between them, and the line: fewer would mean that the
        // killer missed them.
        assert!(steps >= 14, "only {steps} steps");
    }
}
