//! What only Meta's Cloud API does: several numbers in one call, ids that change, messages that are edited and taken back.

use e2e::scene::{sandbox, unique};
use e2e::whatsapp::{Carrier, Line, NAME, Number, Phone};
use sandbox::When;
use sandbox::meta::whatsapp::{Statuses, WhatsAppCall};
use sandbox::meta::{File, FileKind, GraphError};
use serde_json::{Value, json};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0000IHDR";

fn of(line: &Line) -> sandbox::meta::whatsapp::Number {
    let Number::Meta(number) = line.number.clone() else { panic!("it is Meta's") };
    number
}

fn person(phone: &Phone) -> sandbox::meta::whatsapp::Customer {
    let Phone::Meta(customer) = phone.clone() else { panic!("it is Meta's") };
    customer
}

/// What Meta posts about a number, without what is told of it.
fn change(number: &sandbox::meta::whatsapp::Number, members: &Value) -> Value {
    let (id, shown) = number.read(|number| (number.phone_number_id.clone(), number.digits()));
    let mut value = json!({
        "messaging_product": "whatsapp", "metadata": {"display_phone_number": shown, "phone_number_id": id},
    });
    value.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    json!({"field": "messages", "value": value})
}

#[tokio::test]
async fn a_batch_about_two_numbers_of_two_integrations_is_told_each_at_its_own() {
    let waba = format!("7{}", unique());
    let (one, other) = (Line::another_of(&waba).await, Line::another_of(&waba).await);
    let (anna, bert) = (one.known().await, other.known().await);
    let sent = one.reply(&anna, "On its way").await.sent();
    one.until_state(&sent[0], "delivered").await;
    let at = (shared::time::Timestamp::now().millis() / 1000).to_string();
    let text = |from: &Phone, text: &str| json!([{"from": from.id(), "id": format!("wamid.{}", unique()), "timestamp": at, "type": "text", "text": {"body": text}}]);
    let read = json!([{"id": sent[0], "status": "read", "timestamp": at, "recipient_id": anna.id()}]);
    let changes = json!([
        change(&of(&one), &json!({"statuses": read, "messages": text(&anna, "to the one")})),
        change(&of(&other), &json!({"messages": text(&bert, "to the other")})),
    ]);
    let entry = json!({"id": waba, "changes": changes});
    assert!(of(&one).post_entries(vec![entry]).await.acknowledged());
    assert_eq!(one.until_bodies(&anna, 2).await, ["Hello?", "to the one"]);
    assert_eq!(other.until_bodies(&bert, 2).await, ["Hello?", "to the other"]);
    one.until_state(&sent[0], "read").await;
}

#[tokio::test]
async fn what_is_edited_taken_back_quoted_and_reacted_to_is_told() {
    let line = Line::new(Carrier::Meta).await;
    let anna = line.customer();
    let said = person(&anna).says("see you at 5").await;
    line.until_bodies(&anna, 1).await;
    person(&anna).edits(&said.id, "see you at 6").await;
    person(&anna).revokes(&said.id).await;
    let sent = line.reply(&anna, "Which day?").await.sent();
    person(&anna).answers(&sent[0], "Monday").await;
    person(&anna).reacts(&sent[0], "👍").await;
    person(&anna).unreacts(&sent[0]).await;
    person(&anna).shares_contact("Ingrid Dahl", "4740000000").await;
    person(&anna).sends_unsupported("poll_creation").await;
    assert_eq!(
        line.until_bodies(&anna, 8).await,
        [
            "see you at 5",
            "[edited] see you at 6",
            "[deleted] \"see you at 5\"",
            "[reply to] \"Which day?\"\nMonday",
            "[reaction] 👍 to \"Which day?\"",
            "[reaction removed] from \"Which day?\"",
            "[contact] Ingrid Dahl, +4740000000",
            "[unsupported message: poll_creation]",
        ]
    );
}

#[tokio::test]
async fn a_person_known_by_a_user_id_alone_is_answered_by_it() {
    let line = Line::new(Carrier::Meta).await;
    let user_id = format!("DE.{}", unique());
    let anna = of(&line).customer_by_user_id(&user_id, NAME);
    assert!(anna.says("you cannot see my number").await.webhook.acknowledged());
    let anna = Phone::Meta(anna);
    assert_eq!(line.until_bodies(&anna, 1).await, ["you cannot see my number"]);
    line.reply(&anna, "we can answer all the same").await.sent();
    assert_eq!(line.until_received(&anna, 1).await, ["we can answer all the same"]);
}

#[tokio::test]
async fn a_person_who_changes_number_and_user_id_stays_one_contact() {
    let line = Line::new(Carrier::Meta).await;
    let digits = unique();
    let (old, new) = (format!("49{}", &digits[digits.len() - 10..]), format!("48{}", &digits[digits.len() - 10..]));
    let (before, after) = (format!("DE.{digits}"), format!("PL.{digits}"));
    let anna = of(&line).customer_with_user_id(&old, &before, NAME);
    anna.says("my old number").await;
    line.until_desk(|desk| desk.bodies_of(&old).len() == 1).await;
    anna.changes_number(&new, Some(&after)).await;
    line.until_desk(|desk| desk.bodies_of(&old).len() == 2).await;
    anna.says("my new number").await;
    let desk = line.until_desk(|desk| desk.bodies_of(&old).len() == 3).await;
    assert_eq!(desk.bodies_of(&old)[2], "my new number");
    assert_eq!(desk.incoming().len(), 3, "nothing went to another contact");
}

#[tokio::test]
async fn a_number_that_whatsapp_writes_otherwise_is_the_same_customer() {
    let line = Line::new(Carrier::Meta).await;
    let anna = line.known().await;
    of(&line).set(|number| number.statuses = Statuses::Silent);
    let sent = line.reply(&anna, "Good morning").await.sent();
    let other = line.customer();
    let at = (shared::time::Timestamp::now().millis() / 1000).to_string();
    let status = json!([{"id": sent[0], "status": "sent", "timestamp": at, "recipient_id": other.id()}]);
    let entry = json!({"id": "1", "changes": [change(&of(&line), &json!({"statuses": status}))]});
    assert!(of(&line).post_entries(vec![entry]).await.acknowledged());
    line.until_state(&sent[0], "sent").await;
    other.says("and to you").await;
    assert_eq!(line.until_bodies(&anna, 2).await, ["Hello?", "and to you"]);
    assert!(line.bodies(&other).is_empty());
}

#[tokio::test]
async fn ids_that_turn_out_to_be_one_person_s_while_the_desk_is_away_hold_nothing_up() {
    let line = Line::new(Carrier::Meta).await;
    let (anna, phone) = (line.customer(), line.customer());
    line.desk.fail(sandbox::motion::status(503), When::always());
    let number = phone.id().to_owned();
    phone.says("one").await;
    line.until_kept("waiting", 1).await;
    let both = of(&line).customer_with_user_id(anna.id(), &format!("DE.{}", unique()), NAME);
    both.set(|person| person.phone = Some(number.clone()));
    both.set(|person| person.user_id = Some(format!("DE.{}", unique())));
    both.says("two").await;
    line.until_kept("waiting", 2).await;
    phone.says("three").await;
    line.until_kept("waiting", 3).await;
    line.desk.mend();
    let desk = line.until_desk(|desk| desk.incoming().len() == 3).await;
    let mut bodies: Vec<_> = desk.incoming().iter().map(|message| message.body.clone()).collect();
    bodies.sort();
    assert_eq!(bodies, ["one", "three", "two"]);
}

#[tokio::test]
async fn a_number_that_goes_over_to_somebody_else_takes_no_history_along() {
    let line = Line::new(Carrier::Meta).await;
    let digits = unique();
    let (old, new) = (format!("49{}", &digits[digits.len() - 10..]), format!("48{}", &digits[digits.len() - 10..]));
    let anna = of(&line).customer_with_user_id(&old, &format!("DE.{digits}"), NAME);
    anna.says("Anna's old number").await;
    line.until_desk(|desk| desk.bodies_of(&old).len() == 1).await;
    anna.changes_number(&new, Some(&format!("PL.{digits}"))).await;
    line.until_desk(|desk| desk.bodies_of(&old).len() == 2).await;
    let other = format!("DE.9{digits}");
    let bert = of(&line).customer_by_user_id(&other, "Bert Holm");
    bert.set(|person| person.phone = Some(old.clone()));
    bert.says("the number is mine now").await;
    let desk = line.until_desk(|desk| desk.incoming().len() == 3).await;
    assert_eq!((desk.bodies_of(&old).len(), desk.bodies_of(&other)), (2, vec!["the number is mine now"]));
}

#[tokio::test]
async fn an_answer_goes_to_nobody_who_has_the_number_by_now() {
    let line = Line::new(Carrier::Meta).await;
    let anna = line.known().await;
    let number = anna.id().to_owned();
    person(&anna).set(|person| person.user_id = Some(format!("DE.{number}")));
    anna.says("now with a user id").await;
    line.until_bodies(&anna, 2).await;
    // She has given the number back, and nobody said so.
    person(&anna).set(|person| person.phone = None);
    let bert = of(&line).customer_by_user_id(&format!("DE.9{number}"), "Bert Holm");
    bert.set(|person| person.phone = Some(number.clone()));
    bert.says("the number is mine now").await;
    line.until_desk(|desk| desk.incoming().len() == 3).await;
    line.reply(&anna, "for Anna alone").await.sent();
    assert_eq!(line.until_received(&anna, 1).await, ["for Anna alone"]);
    assert!(of(&line).received(&format!("DE.9{number}")).is_empty());
}

#[tokio::test]
async fn a_number_that_was_known_first_goes_over_to_somebody_else_too() {
    let line = Line::new(Carrier::Meta).await;
    let anna = line.known().await;
    let digits = unique();
    let (old, new) = (anna.id().to_owned(), format!("48{}", &digits[digits.len() - 10..]));
    person(&anna).set(|person| person.user_id = Some(format!("DE.{digits}")));
    anna.says("now with a user id").await;
    line.until_bodies(&anna, 2).await;
    person(&anna).changes_number(&new, Some(&format!("PL.{digits}"))).await;
    line.until_desk(|desk| desk.bodies_of(&old).len() == 3).await;
    let other = format!("DE.9{digits}");
    let bert = of(&line).customer_by_user_id(&other, "Bert Holm");
    bert.set(|person| person.phone = Some(old.clone()));
    bert.says("the number is mine now").await;
    let desk = line.until_desk(|desk| desk.incoming().len() == 4).await;
    assert_eq!((desk.bodies_of(&old).len(), desk.bodies_of(&other)), (3, vec!["the number is mine now"]));
}

#[tokio::test]
async fn a_file_is_fetched_with_the_token_and_once_more_where_it_is_missing_at_first() {
    let line = Line::new(Carrier::Meta).await;
    let anna = line.customer();
    let sent = person(&anna).sends(File::new("tile.png", "image/png", PNG), Some("look")).await;
    assert_eq!(line.until_bodies(&anna, 2).await, ["look", "image.png"]);
    let fetches = person(&anna).fetches(sent.file.as_ref().unwrap());
    assert!(!fetches.is_empty() && fetches.iter().all(|fetch| fetch.authorized), "{fetches:?}");
    let late = File::new("late.png", "image/png", PNG).missing_at_first(3);
    person(&anna).sends(late, None).await;
    let bodies = line.until_bodies(&anna, 4).await;
    assert!(bodies[2].starts_with("[file] the image could not be fetched yet"), "{bodies:?}");
    assert_eq!(bodies[3], "image.png");
}

#[tokio::test]
async fn statuses_that_come_twice_or_first_or_of_nobody_s_messages_do_no_harm() {
    let line = Line::new(Carrier::Meta).await;
    let anna = line.known().await;
    of(&line).set(|number| {
        number.statuses = Statuses::Twice;
        number.statuses_first = true;
    });
    anna.reads();
    let sent = line.reply(&anna, "told before it was answered").await.sent();
    line.until_state(&sent[0], "read").await;
    assert!(of(&line).status("wamid.of-nobody", "delivered").await.acknowledged());
    assert!(of(&line).fails("wamid.of-nobody-else", 131_026).await.acknowledged());
    // A failure that is quicker than our own record is told all the same, once.
    of(&line).fail_later(131_026);
    line.reply(&anna, "this one fails").await.sent();
    let told = line.until_told(&anna, "not delivered to the customer").await;
    assert!(told.contains("this one fails"), "{told}");
    anna.says("Thanks").await;
    let bodies = line.until_bodies(&anna, 3).await;
    assert_eq!((bodies.len(), bodies[0].as_str(), bodies[2].as_str()), (3, "Hello?", "Thanks"), "{bodies:?}");
}

#[tokio::test]
async fn an_app_of_one_s_own_has_its_own_address() {
    let secret = format!("own-{}", unique());
    let verify_token = format!("own-{}", unique());
    let (app_secret, token) = (secret.clone(), verify_token.clone());
    let waba = format!("7{}", unique());
    let line = Line::of_own_app(&waba, &app_secret, &token).await;
    let anna = line.customer();
    anna.says("through our own app").await;
    assert_eq!(line.until_bodies(&anna, 1).await, ["through our own app"]);
    line.reply(&anna, "and back").await.sent();
    assert_eq!(line.until_received(&anna, 1).await, ["and back"]);
    let own = of(&line).read(|number| number.own_url.clone()).unwrap();
    assert_eq!(own, line.integration["webhook_url"].as_str().unwrap(), "Meta was told the address");
    let (status, _) = line.hub.call(reqwest::Method::DELETE, &format!("/api/integrations/{}", line.id()), None).await;
    assert_eq!(status, 204);
    let (own, subscribed) = of(&line).read(|number| (number.own_url.clone(), number.subscribed));
    assert_eq!((own, subscribed), (None, false), "what nobody needs any more is taken away");
}

#[tokio::test]
async fn a_file_that_meta_has_thrown_away_is_told_of_and_the_words_arrive() {
    let line = Line::new(Carrier::Meta).await;
    let anna = line.customer();
    let gone = GraphError::new(100, 33, "Unsupported get request. Object with ID '1' does not exist");
    of(&line).fail_on(Some(WhatsAppCall::Media), gone, When::always());
    person(&anna).sends(File::new("tile.png", "image/png", PNG), Some("look at this")).await;
    let bodies = line.until_bodies(&anna, 2).await;
    assert_eq!(bodies[0], "look at this");
    assert!(bodies[1].starts_with("[file] the image could not be fetched"), "{bodies:?}");
}

#[tokio::test]
async fn a_file_at_a_foreign_host_is_not_fetched_and_no_token_goes_there() {
    let line = Line::new(Carrier::Meta).await;
    let anna = line.customer();
    let foreign = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    foreign.set_nonblocking(true).unwrap();
    let url = format!("http://{}/tile.png", foreign.local_addr().unwrap());
    person(&anna).sends(File::at(FileKind::Image, &url), Some("look at this")).await;
    let bodies = line.until_bodies(&anna, 2).await;
    assert!(bodies[1].starts_with("[file] the image") && bodies[1].contains("not allowed"), "{bodies:?}");
    assert_eq!(foreign.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "nobody called there");
}

#[tokio::test]
async fn a_customer_sees_that_they_were_read_where_that_is_wanted() {
    for wanted in [true, false] {
        let line = Line::with(Carrier::Meta, |settings| settings["read_marks"] = json!(wanted)).await;
        let anna = line.known().await;
        line.reply(&anna, "one moment").await.sent();
        let person = person(&anna).state().unwrap();
        assert_eq!((person.typing_seen, person.messages[0].read), (u32::from(wanted), wanted));
    }
}

#[tokio::test]
async fn a_call_that_is_posted_again_has_no_effect() {
    let line = Line::new(Carrier::Meta).await;
    let anna = line.customer();
    let sent = person(&anna).says("only once").await;
    for _ in 0..3 {
        assert!(of(&line).post_again(&sent.webhook).await.acknowledged());
    }
    anna.says("and this").await;
    assert_eq!(line.until_bodies(&anna, 2).await, ["only once", "and this"]);
}

#[tokio::test]
async fn an_account_stays_subscribed_while_another_number_of_it_is_connected() {
    let waba = format!("7{}", unique());
    let (one, other) = (Line::another_of(&waba).await, Line::another_of(&waba).await);
    let delete = async |line: &Line| {
        let path = format!("/api/integrations/{}", line.id());
        assert_eq!(line.hub.call(reqwest::Method::DELETE, &path, None).await.0, 204);
    };
    delete(&one).await;
    assert!(of(&other).read(|number| number.subscribed), "the other number needs it");
    delete(&other).await;
    assert!(!of(&other).read(|number| number.subscribed), "nobody does any more");
}

#[tokio::test]
async fn limits_of_every_kind_are_told_or_waited_for() {
    let line = Line::new(Carrier::Meta).await;
    let anna = line.known().await;
    for code in [80007, 131_056] {
        let limit = GraphError::whatsapp(code, "Rate limit hit");
        of(&line).fail(limit, When::always());
        line.reply(&anna, "too much").await.refused(503, "throttled");
        of(&line).mend();
    }
    line.reply(&anna, "now").await.sent();
    assert_eq!(line.until_received(&anna, 1).await, ["now"]);
}

#[tokio::test]
async fn a_file_waits_for_a_token_that_ended() {
    let line = Line::new(Carrier::Meta).await;
    let anna = line.known().await;
    of(&line).set_account(|number| number.token_state = sandbox::meta::Token::Expired);
    person(&anna).sends(File::new("tile.png", "image/png", PNG), None).await;
    let told = line.until_bodies(&anna, 2).await.pop().unwrap();
    assert_eq!(
        told,
        "[file] the image waits: the platform no longer accepts the hub's credential; an administrator must renew it"
    );
    let platform = line.hub.integration(line.id()).await["platform"].clone();
    assert_eq!(platform["state"], "refuses", "{platform}");
    of(&line).set_account(|number| number.token_state = sandbox::meta::Token::Valid);
    assert_eq!(line.until_bodies(&anna, 3).await[2], "image.png");
}

#[tokio::test]
async fn a_token_that_ended_is_told_and_seen_in_the_integration() {
    let line = Line::new(Carrier::Meta).await;
    let anna = line.known().await;
    of(&line).set_account(|number| number.token_state = sandbox::meta::Token::Expired);
    line.reply(&anna, "hello").await.refused(400, "provider_auth");
    assert_eq!(line.hub.integration(line.id()).await["platform"]["state"], "refuses");
    assert!(sandbox().whatsapp_number(&of(&line).read(|number| number.phone_number_id.clone())).is_some());
}
