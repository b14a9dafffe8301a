use super::*;

const HOUR: i64 = 3600;
/// How often AWS's client tries a call.
const ATTEMPTS: usize = 3;

/// A customer who wrote so many hours ago, and a template that asks them to write again.
async fn world(hours_ago: i64) -> World {
    let world = World::empty().await;
    world.integrate(world.integration, PAGE, |integration| integration.recontact = Some(recontact())).await;
    world.customer(world.integration, CUSTOMER).await;
    world.wrote(CUSTOMER, hours_ago * HOUR).await;
    world
}

fn recontact() -> Recontact {
    let gap = Gap { name: None, text: "{first_name}".to_owned(), fallback: Some("customer".to_owned()) };
    Recontact { template: "hello_again".to_owned(), language: "it".to_owned(), variables: vec![gap], hold_hours: 48 }
}

/// The texts that are held, in their order.
fn held(world: &World) -> Vec<String> {
    let of = |item: &Value| item["content"]["M"]["text"]["S"].as_str().unwrap().to_owned();
    world.aws.items("HELD#").iter().map(of).collect()
}

fn count(world: &World) -> Option<Value> {
    world.aws.attribute("PLACE#direct", "held").map(|held| held["N"].clone())
}

/// What went to the platform. The double of Messenger takes a template as its name.
fn went(world: &World) -> Vec<String> {
    world.outside.messages().iter().map(|message| message.text()).collect()
}

#[tokio::test]
async fn the_customer_is_asked_once_and_the_replies_are_held_in_order() {
    let world = world(25).await;
    let first = world.reply(&text(Some(1), "hello")).await;
    is(&first, 202, "held");
    for words in ["24 hours", "hello_again", "48 hours"] {
        assert!(first.message.contains(words), "{words}: {}", first.message);
    }
    let second = world.reply(&text(Some(2), "are you there?")).await;
    is(&second, 202, "held");
    assert!(second.message.contains("asked before"), "{}", second.message);
    assert_eq!(went(&world), ["hello_again"]);
    assert_eq!(held(&world), ["hello", "are you there?"]);
    assert_eq!(count(&world), Some(json!("2")));
    assert_eq!(world.aws.attribute("OUT#m_1", "quote"), Some(json!({"S": "hello_again"})));

    let again = world.reply(&text(Some(1), "hello")).await;
    assert_eq!(again, first, "a repeat is told the same");
    assert_eq!((held(&world).len(), went(&world).len()), (2, 0));
}

#[tokio::test]
async fn replies_at_one_moment_ask_once() {
    let world = world(25).await;
    let replies = [text(Some(1), "a"), text(Some(2), "b"), text(Some(3), "c")];
    let (one, two, three) = tokio::join!(world.reply(&replies[0]), world.reply(&replies[1]), world.reply(&replies[2]));
    for told in [one, two, three] {
        is(&told, 202, "held");
    }
    assert_eq!(went(&world), ["hello_again"]);
    assert_eq!((held(&world).len(), count(&world)), (3, Some(json!("3"))));
}

#[tokio::test]
async fn what_is_held_goes_first_although_the_customer_has_written() {
    let world = world(25).await;
    is(&world.reply(&text(Some(1), "hello")).await, 202, "held");
    went(&world);
    world.wrote(CUSTOMER, 1).await;
    let told = world.reply(&text(Some(2), "and welcome")).await;
    is(&told, 202, "held");
    assert!(told.message.contains("on their way"), "{}", told.message);
    assert_eq!(held(&world), ["hello", "and welcome"]);
    assert!(went(&world).is_empty());
}

#[tokio::test]
async fn a_customer_who_writes_at_this_moment_is_answered_directly() {
    let world = world(25).await;
    let at = shared::time::Timestamp::now().millis().to_string();
    world.aws.before("TransactWriteItems", move |table| {
        let place = table.iter_mut().find(|((_, sk), _)| sk.starts_with("PLACE#direct")).unwrap();
        place.1.insert("window_at".to_owned(), json!({"N": at}));
    });
    sent(&world.reply(&text(Some(1), "hello")).await);
    assert_eq!(went(&world), ["hello"]);
    assert_eq!((held(&world).len(), count(&world)), (0, None));
}

#[tokio::test]
async fn what_was_released_at_this_moment_holds_up_nothing() {
    let world = world(1).await;
    world.aws.set("PLACE#direct", "held", json!({"N": "1"}));
    world.aws.before("TransactWriteItems", |table| {
        let place = table.iter_mut().find(|((_, sk), _)| sk.starts_with("PLACE#direct")).unwrap();
        place.1.insert("held".to_owned(), json!({"N": "0"}));
    });
    sent(&world.reply(&text(Some(1), "hello")).await);
    assert_eq!((held(&world).len(), count(&world)), (0, Some(json!("0"))));
}

#[tokio::test]
async fn a_long_text_and_a_file_are_held_too() {
    let world = world(25).await;
    is(&world.reply(&text(Some(1), &long())).await, 202, "held");
    let first: Vec<String> = held(&world).iter().map(|text| text[..1].to_owned()).collect();
    assert_eq!(first, ["a", "b", "c"]);
    let file = json!({"id": 2, "body": "label.pdf", "AttachmentId": 6004, "Contact": {"facebook": CUSTOMER}});
    is(&world.reply(&file).await, 202, "held");
    let rows = world.aws.items("HELD#");
    assert_eq!(rows[3]["content"]["M"]["attachment"], json!({"S": "6004"}));
    assert_eq!(count(&world), Some(json!("4")));
    let (since, until) = (rows[0]["since"]["N"].clone(), rows[0]["until"]["N"].clone());
    let millis = |value: &Value| value.as_str().unwrap().parse::<i64>().unwrap();
    assert_eq!(millis(&until) - millis(&since), 48 * HOUR * 1000);
    assert_eq!(rows[0]["gsi1pk"], json!({"S": "HELD"}));
    assert!(rows[0]["gsi1sk"]["S"].as_str().unwrap().ends_with(until.as_str().unwrap()));
}

#[tokio::test]
async fn a_template_that_is_refused_is_told_and_nothing_is_held() {
    let mut world = world(25).await;
    world.outside.graph([Graph::Error(100, 2_018_001)]);
    let told = world.reply(&text(Some(1), "hello")).await;
    assert_eq!(told.status, 400, "{told:?}");
    for words in ["hello_again", "not held either", "Graph's own words"] {
        assert!(told.message.contains(words), "{words}: {}", told.message);
    }
    assert_eq!((held(&world).len(), count(&world)), (0, Some(json!("0"))));
    for noted in ["recontact_at", "asking_until"] {
        assert_eq!(world.aws.attribute("PLACE#direct", noted), None, "{noted}");
    }
    went(&world);
    // The same message again, once the template is in order; and once more, long after the customer never answered.
    is(&world.reply(&text(Some(1), "hello")).await, 202, "held");
    assert_eq!((went(&world).len(), held(&world).len()), (1, 1));
    world.aws.remove("HELD#");
    world.aws.set("PLACE#direct", "held", json!({"N": "0"}));
    is(&world.reply(&text(Some(2), "hello?")).await, 202, "held");
    assert!(went(&world).is_empty(), "they were asked a moment ago");
    world.aws.remove("HELD#");
    world.aws.set("PLACE#direct", "held", json!({"N": "0"}));
    world.shell = world.shell.with_clock(Clock::ahead(Duration::from_secs(48 * 3600)));
    is(&world.reply(&text(Some(3), "hello??")).await, 202, "held");
    assert_eq!(went(&world).len(), 1);
}

#[tokio::test]
async fn a_template_that_fails_when_it_is_sent_anew_leaves_the_next_answer_to_ask() {
    let mut world = world(25).await;
    is(&world.reply(&text(Some(1), "hello")).await, 202, "held");
    went(&world);
    // They never answered, and it ended.
    world.aws.remove("HELD#");
    world.aws.set("PLACE#direct", "held", json!({"N": "0"}));
    world.shell = world.shell.with_clock(Clock::ahead(Duration::from_secs(48 * 3600)));
    world.outside.graph([Graph::Error(100, 2_018_001)]);
    assert_eq!(world.reply(&text(Some(2), "hello?")).await.status, 400);
    went(&world);
    // Another answer was held meanwhile.
    world.aws.set("PLACE#direct", "held", json!({"N": "1"}));
    is(&world.reply(&text(Some(3), "hello??")).await, 202, "held");
    assert_eq!(went(&world), ["hello_again"]);
}

#[tokio::test]
async fn a_template_of_unknown_fate_is_not_sent_again() {
    let world = world(25).await;
    world.outside.graph([Graph::Garbage]);
    let told = world.reply(&text(Some(1), "hello")).await;
    is(&told, 202, "held");
    assert!(told.message.contains("no answer came"), "{}", told.message);
    is(&world.reply(&text(Some(2), "hello?")).await, 202, "held");
    assert_eq!((went(&world).len(), held(&world).len()), (1, 2));
}

#[tokio::test]
async fn a_customer_who_writes_while_the_template_fails_gets_what_is_held() {
    let world = world(25).await;
    world.outside.graph([Graph::Throttled { seconds: 1 }, Graph::Error(100, 2_018_001)]);
    let reply = text(Some(1), "hello");
    let watch = async {
        while held(&world).is_empty() {
            tokio::task::yield_now().await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // A release has it.
        world.aws.set("HELD#", "state", json!({"S": "sending"}));
    };
    let (told, ()) = tokio::join!(world.reply(&reply), watch);
    is(&told, 202, "held");
    assert!(told.message.contains("on their way"), "{}", told.message);
}

#[tokio::test]
async fn where_the_platform_knows_better_the_rest_is_held() {
    let world = world(1).await;
    world.outside.graph([Graph::Sent, Graph::Error(10, 2_018_278)]);
    let told = world.reply(&text(Some(1), &long())).await;
    is(&told, 202, "held");
    assert!(told.message.starts_with("Only the first part was sent"), "{}", told.message);
    let first = |texts: Vec<String>| texts.iter().map(|text| text[..1].to_owned()).collect::<Vec<_>>();
    assert_eq!(first(went(&world)), ["a", "b", "h"]);
    assert_eq!(first(held(&world)), ["b", "c"]);
}

#[tokio::test]
async fn a_stranger_is_asked_first_and_known_then() {
    let world = world(25).await;
    let stranger = "7304418829920156";
    let told = world.reply(&json!({"id": 7, "body": "Good morning", "Contact": {"facebook": stranger}})).await;
    is(&told, 202, "held");
    assert!(told.message.contains("no message of this customer"), "{}", told.message);
    assert_eq!(went(&world), ["hello_again"]);
    let known = world.store.customer_by_desk_id(world.integration, &DeskId::new(stranger)).await.unwrap();
    assert_eq!(known.unwrap().as_str(), stranger);
}

#[tokio::test]
async fn a_stranger_is_known_even_if_nobody_lives_to_see_them_asked() {
    let world = world(25).await;
    let stranger = "7304418829920156";
    world.outside.graph([Graph::Throttled { seconds: 3 }]);
    let reply = json!({"id": 7, "body": "Good morning", "Contact": {"facebook": stranger}});
    tokio::select! {
        told = world.reply(&reply) => panic!("it waits for the platform: {told:?}"),
        () = world.outside.until_asked() => {}
    }
    let known = world.store.customer_by_desk_id(world.integration, &DeskId::new(stranger)).await.unwrap();
    assert_eq!((known.unwrap().as_str(), held(&world).len()), (stranger, 1));
}

#[tokio::test]
async fn an_answer_of_aws_that_gets_lost_holds_nothing_twice_and_nothing_in_secret() {
    let held_once = world(25).await;
    held_once.aws.fault("TransactWriteItems", Fault::DoneButLost);
    is(&held_once.reply(&text(Some(1), "hello")).await, 202, "held");
    assert_eq!((held(&held_once).len(), count(&held_once), went(&held_once).len()), (1, Some(json!("1")), 1));

    let nothing = world(25).await;
    nothing.aws.fault("TransactWriteItems", Fault::Down);
    let told = nothing.reply(&text(Some(1), "hello")).await;
    assert!(told.status >= 500, "{told:?}");
    assert_eq!((held(&nothing).len(), went(&nothing).len()), (0, 0));
}

#[tokio::test]
async fn who_dies_before_the_template_went_out_leaves_it_to_the_next() {
    let mut world = world(25).await;
    world.outside.graph([Graph::Throttled { seconds: 3 }]);
    let (reply, second) = (text(Some(1), "hello"), text(Some(2), "hello?"));
    tokio::select! {
        told = world.reply(&reply) => panic!("it waits for the platform: {told:?}"),
        () = world.outside.until_asked() => {}
    }
    assert_eq!(went(&world), ["hello_again"]);
    let told = world.reply(&second).await;
    is(&told, 202, "held");
    assert!(told.message.contains("is being asked at this moment"), "{}", told.message);
    assert!(went(&world).is_empty());
    world.shell = world.shell.with_clock(Clock::ahead(Duration::from_secs(16)));
    let told = world.reply(&text(Some(3), "hello??")).await;
    is(&told, 202, "held");
    assert!(told.message.contains("was asked with the template"), "{}", told.message);
    assert_eq!((went(&world), held(&world).len()), (vec!["hello_again".to_owned()], 3));
}

/// Waits until a message is held, and so the template on its way.
async fn until_held(world: &World) {
    while held(world).is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn what_a_release_may_have_taken_is_not_told_as_not_sent() {
    let world = world(25).await;
    (0..ATTEMPTS).for_each(|_| world.aws.fault("TransactWriteItems", Fault::DoneButLost));
    let reply = text(Some(1), "hello");
    let release = async {
        until_held(&world).await;
        world.wrote(CUSTOMER, 0).await;
        world.aws.set("HELD#", "state", json!({"S": "sending"}));
    };
    let (told, ()) = tokio::join!(world.reply(&reply), release);
    assert_eq!(told.code, "outcome_unknown", "{told:?}");
    assert!(!told.message.contains("Nothing was sent"), "{}", told.message);
}

#[tokio::test]
async fn what_was_certainly_never_held_is_told_so() {
    let world = world(25).await;
    (0..ATTEMPTS).for_each(|_| world.aws.fault("TransactWriteItems", Fault::Refused));
    let told = world.reply(&text(Some(1), "hello")).await;
    assert_eq!((told.code.as_str(), held(&world).len(), went(&world).len()), ("unavailable", 0, 0), "{told:?}");
    is(&world.reply(&text(Some(1), "hello")).await, 202, "held");
}
