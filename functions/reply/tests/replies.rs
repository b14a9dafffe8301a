//! The whole function over a table, secrets, a Graph and a Motion on the loopback: what Motion is answered, what the customer
//! gets, and what it costs.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has found something")]

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use shared::event::Place;
use shared::id::{DeskId, IntegrationId, ThreadId};
use shared::recontact::{Gap, Recontact};
use shared::store::DeskState;
use shared::time::Clock;

mod world;

use world::{CUSTOMER, Fault, Graph, PAGE, SECRET, TOKEN, Told, World};

fn text(id: Option<u32>, body: &str) -> Value {
    json!({"id": id, "body": body, "Contact": {"facebook": CUSTOMER}})
}

/// Three messages of Messenger's limit.
fn long() -> String {
    ["a", "b", "c"].map(|letter| letter.repeat(1_900)).join(" ")
}

fn is(told: &Told, status: i64, code: &str) {
    assert_eq!((told.status, told.code.as_str()), (status, code), "{told:?}");
    assert!(!told.message.is_empty(), "{told:?}");
}

fn sent(told: &Told) {
    assert_eq!((told.status, &told.body["status"]), (200, &json!("sent")), "{told:?}");
}

mod what_goes_out {
    use super::*;

    #[tokio::test]
    async fn a_warm_text_costs_four_calls_and_goes_out_proven() {
        let world = World::new().await;
        sent(&world.reply(&text(Some(1), "warming up")).await);
        world.outside.messages();
        world.aws.calls();

        let told = world.reply(&text(Some(2), "Your parcel leaves today.")).await;
        assert_eq!(world.aws.calls(), ["GetItem", "GetItem", "UpdateItem", "TransactWriteItems"]);
        sent(&told);
        assert_eq!(told.body["recipient_id"], CUSTOMER);
        assert_eq!(told.body["message_id"], "m_1");
        let [message] = &world.outside.messages()[..] else { panic!("one message") };
        assert_eq!(message.path, format!("/v26.0/{PAGE}/messages"));
        assert_eq!(message.token, TOKEN);
        assert!(message.query.starts_with("appsecret_proof="), "{}", message.query);
        let json = message.json();
        assert_eq!(json["recipient"], json!({"id": CUSTOMER}));
        assert_eq!(json["messaging_type"], "RESPONSE");
        assert_eq!(json["message"]["text"], "Your parcel leaves today.");
        let mark = json["message"]["metadata"].as_str().unwrap();
        assert!(mark.contains(&told.correlation), "the echo is to be recognised: {mark}");
        assert_eq!(world.aws.attribute("OUT#m_1", "customer"), Some(json!({"S": CUSTOMER})));
        assert_eq!(world.aws.attribute("OUT#m_1", "quote"), Some(json!({"S": "Your parcel leaves today."})));
    }

    #[tokio::test]
    async fn every_form_in_which_motion_asks_is_understood() {
        let fixture = |name: &str| {
            let path = format!("{}/../../tests/fixtures/motion/{name}", env!("CARGO_MANIFEST_DIR"));
            std::fs::read_to_string(path).unwrap()
        };
        let json = Some("application/json");
        let form = "Contact[facebook]=4410022003300441&body=Hello+Livia";
        let table = [
            (fixture("reply.text.json"), json, "Hello Livia, your parcel leaves the depot today."),
            (fixture("reply.text.documented-only.json"), json, "Hello Livia, your parcel leaves the depot today."),
            (fixture("reply.bot.json"), json, "Thank you, an agent will be with you shortly."),
            (fixture("reply.v1.json"), Some("text/plain"), "Good morning, how can we help?"),
            (
                format!("\u{feff}{}", fixture("reply.text.json")),
                None,
                "Hello Livia, your parcel leaves the depot today.",
            ),
            (form.to_owned(), Some("application/x-www-form-urlencoded"), "Hello Livia"),
        ];
        for (body, content_type, expected) in table {
            for base64 in [false, true] {
                let world = World::new().await;
                let path = format!("/api/reply/{}/{SECRET}", world.integration);
                let body = if base64 { STANDARD.encode(&body) } else { body.clone() };
                sent(&world.call("POST", &path, content_type, &body, base64, "192.0.2.7").await);
                let [message] = &world.outside.messages()[..] else { panic!("one message for {body}") };
                assert_eq!(message.text(), expected);
            }
        }
    }

    #[tokio::test]
    async fn a_file_goes_from_motion_to_the_customer_under_its_name() {
        let world = World::new().await;
        let reply = json!({"id": 1, "body": "label_7719.pdf", "AttachmentId": 6004, "Contact": {"facebook": CUSTOMER}});
        let told = world.reply(&reply).await;
        sent(&told);
        let [message] = &world.outside.messages()[..] else { panic!("one message: the name is no text") };
        let form = String::from_utf8_lossy(&message.body).into_owned();
        for part in
            ["filename=\"label_7719.pdf\"", "application/pdf", "%PDF-1.7 a label", "\"type\":\"file\"", CUSTOMER]
        {
            assert!(form.contains(part), "{part} in {form}");
        }
        assert_eq!(world.aws.attribute("OUT#m_1", "quote"), Some(json!({"S": "label_7719.pdf"})));
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_had_is_told_and_may_be_tried_again() {
        let world = World::new().await;
        let reply = json!({"id": 1, "body": "x.pdf", "AttachmentId": 6005, "Contact": {"facebook": CUSTOMER}});
        is(&world.reply(&reply).await, 422, "file_unavailable");
        let reply = json!({"body": "x.pdf", "AttachmentId": "6".repeat(70_000), "Contact": {"facebook": CUSTOMER}});
        is(&world.reply(&reply).await, 422, "file_unavailable");
        let reply = json!({"id": 1, "body": "x.pdf", "AttachmentId": 6004, "Contact": {"facebook": CUSTOMER}});
        world.outside.motion_answers(500);
        is(&world.reply(&reply).await, 502, "file_unavailable");
        world.outside.motion_answers(403);
        is(&world.reply(&reply).await, 422, "file_unavailable");
        assert!(world.outside.messages().is_empty());
    }

    #[tokio::test]
    async fn a_file_over_the_cap_is_refused() {
        let world = World::new().await;
        world.outside.motions_file_has(25_000_001);
        let reply = json!({"body": "x.bin", "AttachmentId": 6004, "Contact": {"facebook": CUSTOMER}});
        is(&world.reply(&reply).await, 422, "file_too_large");
        assert!(world.outside.messages().is_empty());
    }

    #[tokio::test]
    async fn a_file_too_large_for_the_time_is_told_so_and_not_to_try_for_ever() {
        let reply = |id: u32| json!({"id": id, "body": "x", "AttachmentId": 6004, "Contact": {"facebook": CUSTOMER}});
        let world = World::new().await;
        world.outside.motion_takes(Duration::from_millis(4_500));
        world.outside.motions_file_has(20_000_000);
        let told = world.reply(&reply(1)).await;
        is(&told, 422, "file_too_large");
        assert!(told.message.contains("a link or a smaller file"), "{}", told.message);
        assert!(world.outside.messages().is_empty());
    }

    #[tokio::test]
    async fn a_file_without_the_address_of_motions_api_is_refused() {
        let world = World::empty().await;
        world.integrate(world.integration, PAGE, |_| {}).await;
        world.change_secrets(world.integration, PAGE, |secrets| secrets.api_base_url = None).await;
        world.customer(world.integration, CUSTOMER).await;
        let reply = json!({"body": "x.bin", "AttachmentId": 6004, "Contact": {"facebook": CUSTOMER}});
        is(&world.reply(&reply).await, 422, "file_unavailable");
    }

    #[tokio::test]
    async fn internal_and_incoming_messages_are_acknowledged_and_not_sent() {
        let world = World::new().await;
        for flag in [json!({"secret": true}), json!({"direction": "in"})] {
            let mut reply = text(Some(1), "for my colleague");
            reply.as_object_mut().unwrap().extend(flag.as_object().unwrap().clone());
            let told = world.reply(&reply).await;
            assert_eq!((told.status, &told.body["status"]), (200, &json!("ignored")));
        }
        assert!(world.outside.messages().is_empty());
    }
}

mod who_may_ask {
    use super::*;

    #[tokio::test]
    async fn an_unknown_integration_and_a_wrong_secret_are_told_the_same() {
        let world = World::new().await;
        let body = text(None, "hello").to_string();
        let other = IntegrationId::generate();
        let mut told = Vec::new();
        for (path, calls) in [
            (format!("/api/reply/{}/wrong", world.integration), 1),
            (format!("/api/reply/{other}/{SECRET}"), 1),
            (format!("/api/reply/{other}/{SECRET}"), 0),
            (format!("/api/reply/{}/{SECRET}", world.integration.to_string().to_lowercase()), 0),
            (format!("/api/reply/218840075512346/{SECRET}"), 0),
            (format!("/api/reply/{}", world.integration), 0),
            ("/api".to_owned(), 0),
        ] {
            world.aws.calls();
            let answer = world.post(&path, Some("application/json"), &body).await;
            is(&answer, 404, "not_found");
            assert_eq!(world.aws.calls().len(), calls, "{path}");
            let mut body = answer.body;
            body.as_object_mut().unwrap().remove("correlation_id");
            told.push(body);
        }
        assert!(told.windows(2).all(|two| two[0] == two[1]), "{told:?}");
        assert!(world.outside.messages().is_empty());
    }

    #[tokio::test]
    async fn the_secret_before_opens_and_a_new_one_is_seen_within_half_a_minute() {
        let mut world = World::new().await;
        let body = text(None, "hello").to_string();
        let path = |secret: &str| format!("/api/reply/{}/{secret}", world.integration);
        let (before, newest) = (path("the-secret-before"), path("the-newest-secret"));
        sent(&world.post(&before, Some("application/json"), &body).await);

        let name = format!("hub/integration/{}", world.integration);
        let secrets = json!({
            "account": format!("facebook:{PAGE}"), "platform": {"kind": "graph", "token": TOKEN}, "receive_url": "https://motion.example.com/x",
            "reply_secrets": ["the-newest-secret", SECRET],
        });
        world.aws.secret(&name, &secrets);
        is(&world.post(&newest, Some("application/json"), &body).await, 404, "not_found");
        world.shell = world.shell.with_clock(Clock::ahead(Duration::from_secs(31)));
        sent(&world.post(&newest, Some("application/json"), &body).await);
        is(&world.post(&before, Some("application/json"), &body).await, 404, "not_found");
    }

    #[tokio::test]
    async fn a_disabled_integration_says_so_and_is_seen_again_within_half_a_minute() {
        let mut world = World::empty().await;
        world.integrate(world.integration, PAGE, |integration| integration.enabled = false).await;
        world.customer(world.integration, CUSTOMER).await;
        is(&world.reply(&text(Some(1), "hello")).await, 403, "integration_disabled");
        let mut stored = world.stored().await;
        stored.enabled = true;
        world.store.update_integration(&stored).await.unwrap();
        world.shell = world.shell.with_clock(Clock::ahead(Duration::from_secs(30)));
        sent(&world.reply(&text(Some(1), "hello")).await);
    }

    #[tokio::test]
    async fn a_large_body_another_method_and_a_bad_body_are_refused() {
        let world = World::new().await;
        let path = format!("/api/reply/{}/{SECRET}", world.integration);
        let large = "x".repeat(1024 * 1024 + 1);
        is(&world.post(&path, None, &large).await, 413, "too_large");
        is(&world.call("GET", &path, None, "", false, "192.0.2.7").await, 405, "method_not_allowed");
        is(&world.call("POST", &path, None, "no base64!", true, "192.0.2.7").await, 400, "not_readable");
        is(&world.post(&path, None, "<xml/>").await, 400, "not_readable");
        is(&world.reply(&json!({"body": "hi", "Contact": {"phone": "none"}})).await, 422, "no_recipient");
        is(&world.reply(&json!({"body": " ", "Contact": {"facebook": CUSTOMER}})).await, 422, "empty");
        let two = json!({"body": "hi", "Contact": {"facebook": CUSTOMER}, "contact": {"facebook": "1234567"}});
        is(&world.reply(&two).await, 422, "two_recipients");
        assert!(world.outside.messages().is_empty());
    }
}

mod whom_it_reaches {
    use super::*;

    #[tokio::test]
    async fn an_agent_may_write_first_and_the_customer_is_known_then() {
        let world = World::new().await;
        let stranger = "7304418829920156";
        let reply = |body: &str| json!({"body": body, "Contact": {"facebook": stranger}});
        sent(&world.reply(&reply("Good morning")).await);
        let desk_id = DeskId::new(stranger);
        let known = world.store.customer_by_desk_id(world.integration, &desk_id).await.unwrap();
        assert_eq!(known.unwrap().as_str(), stranger);
        world.aws.calls();
        sent(&world.reply(&reply("Are you there?")).await);
        assert_eq!(world.aws.calls(), ["GetItem", "GetItem", "TransactWriteItems"], "without an id there is no claim");
    }

    #[tokio::test]
    async fn a_refused_first_message_makes_no_customer() {
        let world = World::new().await;
        world.outside.graph([Graph::Error(100, 2_018_001)]);
        let told = world.reply(&json!({"body": "hi", "Contact": {"facebook": "7304418829920156"}})).await;
        assert_eq!(told.status, 400, "{told:?}");
        assert_eq!(world.aws.keys("DESK#"), [format!("DESK#{CUSTOMER}")]);
    }

    #[tokio::test]
    async fn nobody_is_nobody() {
        let world = World::new().await;
        for recipient in ["livia.conti", "0441", &"4".repeat(2_000), &"é".repeat(200)] {
            let told = world.reply(&json!({"id": 1, "body": "hi", "Contact": {"facebook": recipient}})).await;
            is(&told, 422, "unknown_recipient");
            assert!(told.message.contains("facebook"), "{}", told.message);
        }
        assert!(world.outside.messages().is_empty());
    }

    #[tokio::test]
    async fn a_desk_id_is_not_the_address_but_leads_to_it() {
        let world = World::new().await;
        let customer = shared::store::Customer {
            id: shared::id::CustomerId::new("7304418829920156"),
            desk_id: DeskId::new("ingrid"),
            first_name: None,
            last_name: None,
            created_at: shared::time::Timestamp::now(),
        };
        world.store.create_customer(world.integration, &customer).await.unwrap();
        sent(&world.reply(&json!({"body": "hi", "Contact": {"facebook": "ingrid"}})).await);
        assert_eq!(world.outside.messages()[0].json()["recipient"]["id"], "7304418829920156");
    }

    #[tokio::test]
    async fn an_answer_in_a_public_thread_is_private_only_after_a_private_message() {
        let thread =
            |id: &str| json!({"body": "hi", "Contact": {"facebook": CUSTOMER}, "Interaction": {"threadId": id}});
        let world = World::new().await;
        let public = Place::Public { thread: ThreadId::new("1_2") };
        world.wrote_in(&public, CUSTOMER, 120).await;
        sent(&world.reply(&thread("1_2")).await);
        sent(&world.reply(&thread("a thread that nobody has heard of")).await);
        sent(&world.reply(&thread(&"9".repeat(2_000))).await);
        world.wrote_in(&public, CUSTOMER, 30).await;
        world.outside.messages();
        is(&world.reply(&thread("1_2")).await, 422, "unsupported");
        let author =
            json!({"body": "hi", "Contact": {"facebook": "9900112233445566"}, "Interaction": {"threadId": "1_2"}});
        is(&world.reply(&author).await, 422, "unsupported");
        assert!(world.outside.messages().is_empty());
    }

    #[tokio::test]
    async fn another_channel_is_not_answered_yet() {
        let world = World::empty().await;
        world.integrate(world.integration, PAGE, |integration| integration.channel = "twitter".to_owned()).await;
        is(&world.reply(&text(None, "hi")).await, 422, "unsupported");
    }
}

mod the_window {
    use super::*;

    async fn written(hours_ago: i64, human_agent: bool) -> World {
        let world = World::empty().await;
        world.integrate(world.integration, PAGE, |integration| integration.human_agent = human_agent).await;
        world.customer(world.integration, CUSTOMER).await;
        world.wrote(CUSTOMER, hours_ago * 3600).await;
        world
    }

    #[tokio::test]
    async fn decides_how_the_message_is_marked_or_whether_it_goes() {
        for (hours, human_agent, expected) in [
            (23, false, Some("RESPONSE")),
            (23, true, Some("RESPONSE")),
            (25, true, Some("MESSAGE_TAG")),
            (167, true, Some("MESSAGE_TAG")),
            (25, false, None),
            (169, true, None),
        ] {
            let world = written(hours, human_agent).await;
            let told = world.reply(&text(Some(1), "hello")).await;
            let messages = world.outside.messages();
            match expected {
                Some(kind) => {
                    sent(&told);
                    assert_eq!(messages[0].json()["messaging_type"], kind, "{hours} {human_agent}");
                }
                None => {
                    is(&told, 400, "window_closed");
                    assert!(messages.is_empty());
                }
            }
        }
    }

    #[tokio::test]
    async fn a_message_that_no_person_wrote_has_no_right_to_be_late() {
        let by = |agent: Value| {
            let mut reply = text(Some(1), "we are closed");
            reply["UserId"] = agent;
            reply
        };
        let world = written(25, true).await;
        is(&world.reply(&by(Value::Null)).await, 400, "window_closed");
        assert!(world.outside.messages().is_empty());
        sent(&world.reply(&by(json!(21))).await);
        assert_eq!(world.outside.messages()[0].json()["messaging_type"], "MESSAGE_TAG");
        sent(&written(23, true).await.reply(&by(Value::Null)).await);
    }

    #[tokio::test]
    async fn a_refusal_does_not_block_the_same_message_once_the_customer_wrote() {
        let world = written(25, false).await;
        is(&world.reply(&text(Some(1), "hello")).await, 400, "window_closed");
        world.wrote(CUSTOMER, 1).await;
        sent(&world.reply(&text(Some(1), "hello")).await);
    }

    #[tokio::test]
    async fn a_repeat_of_what_was_sent_is_told_so_after_the_window_closed() {
        let mut world = written(23, false).await;
        let first = world.reply(&text(Some(1), "hello")).await;
        world.shell = world.shell.with_clock(Clock::ahead(Duration::from_secs(2 * 3600)));
        assert_eq!(world.reply(&text(Some(1), "hello")).await.text, first.text);
    }

    #[tokio::test]
    async fn where_the_platform_knows_better_the_longer_right_is_used() {
        for (human_agent, goes) in [(true, true), (false, false)] {
            let world = written(1, human_agent).await;
            world.outside.graph([Graph::Error(10, 2_018_278)]);
            let told = world.reply(&text(Some(1), "hello")).await;
            let kinds: Vec<Value> =
                world.outside.messages().iter().map(|m| m.json()["messaging_type"].clone()).collect();
            if goes {
                sent(&told);
                assert_eq!(kinds, ["RESPONSE", "MESSAGE_TAG"]);
            } else {
                is(&told, 400, "window_closed");
                assert_eq!(told.body["provider"], json!({"code": 10, "subcode": 2_018_278}));
                assert_eq!(kinds, ["RESPONSE"]);
            }
        }
    }
}

mod a_closed_window_with_a_template {
    use super::*;

    const HOUR: i64 = 3600;

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
        Recontact {
            template: "hello_again".to_owned(),
            language: "it".to_owned(),
            variables: vec![gap],
            hold_hours: 48,
        }
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
        let (one, two, three) =
            tokio::join!(world.reply(&replies[0]), world.reply(&replies[1]), world.reply(&replies[2]));
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
        assert_eq!(world.aws.attribute("PLACE#direct", "recontact_at"), None);
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
}

mod repeats {
    use super::*;

    #[tokio::test]
    async fn after_sending_gets_the_same_answer_byte_for_byte() {
        let world = World::new().await;
        let first = world.reply(&text(Some(1), &long())).await;
        sent(&first);
        assert_eq!(first.body["message_ids"], json!(["m_1", "m_2", "m_3"]));
        let again = world.reply(&text(Some(1), &long())).await;
        assert_eq!(again, first);
        assert_eq!(world.outside.messages().len(), 3);
    }

    #[tokio::test]
    async fn the_same_number_with_other_words_is_another_message() {
        let world = World::new().await;
        sent(&world.reply(&text(Some(1), "hello")).await);
        sent(&world.reply(&text(Some(1), "of another server")).await);
        assert_eq!(world.outside.messages().len(), 2);
    }

    #[tokio::test]
    async fn without_an_id_are_not_recognised() {
        let world = World::new().await;
        sent(&world.reply(&text(None, "ok")).await);
        sent(&world.reply(&text(None, "ok")).await);
        assert_eq!(world.outside.messages().len(), 2);
        assert!(world.aws.keys("REPLY#").is_empty());
    }

    #[tokio::test]
    async fn at_the_same_moment_are_sent_once() {
        let world = World::new().await;
        let reply = text(Some(1), "hello");
        let (one, two, three) = tokio::join!(world.reply(&reply), world.reply(&reply), world.reply(&reply));
        assert_eq!(world.outside.messages().len(), 1);
        let told = [&one, &two, &three];
        assert!(told.iter().any(|told| told.status == 200));
        assert!(told.iter().all(|told| told.status == 200 || told.code == "in_progress"), "{told:?}");
    }

    #[tokio::test]
    async fn while_or_after_a_try_that_never_ended() {
        let world = World::new().await;
        sent(&world.reply(&text(Some(1), "hello")).await);
        world.aws.set("REPLY#1#", "state", json!({"S": "sending"}));
        is(&world.reply(&text(Some(1), "hello")).await, 409, "in_progress");
        let long_ago = shared::time::Timestamp::now().millis() - 10_000;
        world.aws.set("REPLY#1#", "started_at", json!({"N": long_ago.to_string()}));
        let told = world.reply(&text(Some(1), "hello")).await;
        is(&told, 409, "outcome_unknown");
        assert_eq!(told.body["sent"], json!(["m_1"]));
        assert_eq!(world.outside.messages().len(), 1);
    }

    #[tokio::test]
    async fn after_thirty_days_are_new() {
        let mut world = World::new().await;
        sent(&world.reply(&text(Some(1), &long())).await);
        world.shell = world.shell.with_clock(Clock::ahead(Duration::from_secs(31 * 24 * 3600)));
        world.outside.messages();
        // The table has not thrown the old record away yet.
        is(&world.reply(&text(Some(1), &long())).await, 400, "window_closed");
        assert_eq!(world.aws.attribute("REPLY#1#", "sent"), Some(json!({"L": []})));
    }
}

mod parts {
    use super::*;

    #[tokio::test]
    async fn go_out_in_order_until_one_is_refused_and_a_later_try_goes_on_there() {
        let world = World::new().await;
        world.outside.graph([Graph::Sent, Graph::Sent, Graph::Error(100, 2_018_001)]);
        let told = world.reply(&text(Some(1), &long())).await;
        assert_eq!(told.status, 400, "{told:?}");
        assert!(told.message.starts_with("Only the first 2 parts of 3 were sent."), "{}", told.message);
        assert!(told.message.ends_with("Send only the rest as a new message."), "{}", told.message);
        assert_eq!(told.body["sent"], json!(["m_1", "m_2"]));
        assert_eq!(world.aws.keys("OUT#"), ["OUT#m_1", "OUT#m_2"]);
        let first: Vec<String> =
            world.outside.messages().iter().map(|message| message.text()[..1].to_owned()).collect();
        assert_eq!(first, ["a", "b", "c"]);

        let told = world.reply(&text(Some(1), &long())).await;
        sent(&told);
        assert_eq!(told.body["message_ids"].as_array().unwrap().len(), 3);
        let second: Vec<String> =
            world.outside.messages().iter().map(|message| message.text()[..1].to_owned()).collect();
        assert_eq!(second, ["c"]);
    }

    #[tokio::test]
    async fn too_many_are_refused_before_the_first() {
        let world = World::new().await;
        is(&world.reply(&text(Some(1), &"x".repeat(20_001))).await, 422, "too_long");
        assert!(world.outside.messages().is_empty());
    }
}

mod the_platform {
    use super::*;

    #[tokio::test]
    async fn takes_no_more_for_a_moment_and_is_waited_for() {
        let world = World::new().await;
        world.outside.graph([Graph::Throttled { seconds: 1 }]);
        sent(&world.reply(&text(Some(1), "hello")).await);
        assert_eq!(world.outside.messages().len(), 2);
    }

    #[tokio::test]
    async fn takes_no_more_for_long_and_the_agent_is_told_when() {
        let world = World::new().await;
        world.outside.graph([Graph::Throttled { seconds: 90 }]);
        let told = world.reply(&text(Some(1), "hello")).await;
        is(&told, 503, "throttled");
        assert_eq!(told.retry_after.as_deref(), Some("90"));
        sent(&world.reply(&text(Some(1), "hello")).await);
    }

    #[tokio::test]
    async fn stumbles_once_and_is_asked_again() {
        let world = World::new().await;
        world.outside.graph([Graph::Error(1200, 0)]);
        sent(&world.reply(&text(Some(1), "hello")).await);
        world.outside.graph([Graph::Error(1200, 0), Graph::Error(1200, 0)]);
        is(&world.reply(&text(Some(2), "hello")).await, 502, "provider_trouble");
    }

    #[tokio::test]
    async fn answers_nothing_usable_and_the_message_is_never_sent_again() {
        let world = World::new().await;
        world.outside.graph([Graph::Sent, Graph::Garbage]);
        let told = world.reply(&text(Some(1), &long())).await;
        is(&told, 504, "outcome_unknown");
        assert_eq!(told.body["sent"], json!(["m_1"]));
        let told = world.reply(&text(Some(1), &long())).await;
        is(&told, 409, "outcome_unknown");
        assert_eq!(told.body["sent"], json!(["m_1"]));
        assert_eq!(world.outside.messages().len(), 2);
    }

    #[tokio::test]
    async fn does_not_answer_and_motion_is_answered_in_time() {
        let world = World::new().await;
        world.outside.graph([Graph::Silence]);
        let answer = tokio::time::timeout(Duration::from_secs(8), world.reply(&text(Some(1), "hello"))).await;
        is(&answer.expect("an answer within the budget"), 504, "outcome_unknown");
        is(&world.reply(&text(Some(1), "hello")).await, 409, "outcome_unknown");
        assert_eq!(world.outside.messages().len(), 1);
    }

    #[tokio::test]
    async fn does_not_take_the_credential_and_that_is_noted_once_and_cleared() {
        let world = World::new().await;
        world.outside.graph([Graph::Error(190, 463), Graph::Error(190, 463)]);
        let told = world.reply(&text(Some(1), "hello")).await;
        is(&told, 400, "provider_auth");
        assert_eq!(told.body["provider"], json!({"code": 190, "subcode": 463}));
        assert!(told.message.contains("Graph's own words."), "{}", told.message);
        let health = world.stored().await.platform;
        assert_eq!((health.state, health.reason), (DeskState::Refuses, Some(told.message)));

        world.aws.calls();
        is(&world.reply(&text(Some(1), "hello")).await, 400, "provider_auth");
        assert_eq!(world.aws.calls(), ["GetItem", "GetItem", "UpdateItem", "TransactWriteItems"], "noted before");
        sent(&world.reply(&text(Some(1), "hello")).await);
        assert_eq!(world.stored().await.platform.state, DeskState::Working);
        world.aws.calls();
        sent(&world.reply(&text(Some(2), "hello")).await);
        assert_eq!(world.aws.calls().len(), 4, "cleared before");
    }

    #[tokio::test]
    async fn does_not_take_the_old_credential_and_the_new_one_is_used_at_once() {
        let mut world = World::new().await;
        sent(&world.reply(&text(Some(1), "hello")).await);
        world.put_secrets(world.integration, PAGE, "EAAG-renewed").await;
        world.shell = world.shell.with_clock(Clock::ahead(Duration::from_secs(31)));
        world.outside.messages();
        world.outside.graph([Graph::Error(190, 463)]);
        sent(&world.reply(&text(Some(2), "hello")).await);
        let tokens: Vec<String> = world.outside.messages().into_iter().map(|message| message.token).collect();
        assert_eq!(tokens, [TOKEN, "EAAG-renewed"]);
        assert_eq!(world.stored().await.platform.state, DeskState::Working);
    }
}

mod our_own_storage {
    use super::*;

    #[tokio::test]
    async fn loses_the_answer_to_the_claim_and_the_message_goes_out_once() {
        let world = World::new().await;
        world.aws.fault("UpdateItem", Fault::DoneButLost);
        sent(&world.reply(&text(Some(1), "hello")).await);
        assert_eq!(world.outside.messages().len(), 1);
    }

    #[tokio::test]
    async fn loses_every_answer_to_the_claim_and_a_later_try_goes_out() {
        let world = World::new().await;
        for _every_try_of_the_client in 0..3 {
            world.aws.fault("UpdateItem", Fault::DoneButLost);
        }
        is(&world.reply(&text(Some(1), "hello")).await, 503, "unavailable");
        assert!(world.outside.messages().is_empty());
        sent(&world.reply(&text(Some(1), "hello")).await);
    }

    #[tokio::test]
    async fn loses_the_answer_to_the_outcome_and_a_repeat_is_recognised() {
        let world = World::new().await;
        world.aws.fault("TransactWriteItems", Fault::DoneButLost);
        let first = world.reply(&text(Some(1), "hello")).await;
        sent(&first);
        assert_eq!(world.reply(&text(Some(1), "hello")).await, first);
        assert_eq!(world.outside.messages().len(), 1);
    }

    #[tokio::test]
    async fn is_down_before_sending_and_nothing_goes_out() {
        for operation in ["GetItem", "UpdateItem"] {
            let world = World::new().await;
            world.aws.fault(operation, Fault::Down);
            let told = world.reply(&text(Some(1), "hello")).await;
            is(&told, 503, "unavailable");
            assert!(told.retry_after.is_some());
            assert!(world.outside.messages().is_empty());
            world.aws.mend();
            sent(&world.reply(&text(Some(1), "hello")).await);
        }
    }

    #[tokio::test]
    async fn is_down_after_sending_and_the_agent_is_told_the_truth() {
        let world = World::new().await;
        world.aws.fault("TransactWriteItems", Fault::Down);
        sent(&world.reply(&text(Some(1), "hello")).await);
        world.aws.mend();
        is(&world.reply(&text(Some(1), "hello")).await, 409, "in_progress");
        assert_eq!(world.outside.messages().len(), 1);
    }

    #[tokio::test]
    async fn has_no_secret_at_hand_and_that_is_no_unknown_address() {
        let world = World::new().await;
        world.aws.fault("GetSecretValue", Fault::Down);
        is(&world.reply(&text(Some(1), "hello")).await, 503, "unavailable");
    }
}

mod the_bridge {
    use super::*;

    const SOURCE: &str = "203.0.113.40";
    const SECOND: &str = "339900112233445";

    /// Two integrations behind the bridge, of the accounts 12 and 13, with a customer each.
    async fn two() -> (World, IntegrationId) {
        let world = World::empty().await;
        let second = IntegrationId::generate();
        world
            .integrate(world.integration, PAGE, |integration| {
                integration.bridge_sources = vec!["203.0.113.0/24".parse().unwrap()];
            })
            .await;
        world
            .integrate(second, SECOND, |integration| {
                integration.bridge_sources = vec!["203.0.113.40/32".parse().unwrap()];
                integration.desk_account = Some("13".to_owned());
            })
            .await;
        world.customer(world.integration, CUSTOMER).await;
        world.customer(second, "7304418829920156").await;
        (world, second)
    }

    fn reply(to: &str, account: Option<u32>) -> Value {
        let mut reply = json!({"body": "hello", "Contact": {"facebook": to}});
        if let Some(account) = account {
            reply["OpenchannelAccountId"] = account.into();
        }
        reply
    }

    #[tokio::test]
    async fn is_off_for_whoever_is_not_listed() {
        let world = World::new().await;
        is(&world.bridge(SOURCE, &text(None, "hello")).await, 404, "not_found");
        let (world, _) = two().await;
        // The header in which anybody can write what they like says 203.0.113.5.
        for source in ["203.0.114.40", "::ffff:198.51.100.1", "2001:db8::1", "", "unknown"] {
            is(&world.bridge(source, &reply(CUSTOMER, None)).await, 404, "not_found");
        }
        assert!(world.outside.messages().is_empty());
    }

    #[tokio::test]
    async fn finds_the_one_integration_that_is_meant() {
        let (world, _) = two().await;
        for (to, account, page) in [
            (CUSTOMER, Some(12), PAGE),
            (CUSTOMER, None, PAGE),
            ("7304418829920156", Some(13), SECOND),
            ("7304418829920156", None, SECOND),
        ] {
            sent(&world.bridge(SOURCE, &reply(to, account)).await);
            assert_eq!(world.outside.messages()[0].path, format!("/v26.0/{page}/messages"));
        }
        sent(&world.bridge("::ffff:203.0.113.40", &reply(CUSTOMER, None)).await);
    }

    #[tokio::test]
    async fn lets_in_whom_the_integrations_own_record_lists() {
        let world = World::empty().await;
        world.integrate(world.integration, PAGE, |_| {}).await;
        world.customer(world.integration, CUSTOMER).await;
        let mut listed = world.stored().await;
        listed.bridge_sources = vec!["203.0.113.0/24".parse().unwrap()];
        world.store.set_bridge(&listed).await.unwrap();
        is(&world.bridge(SOURCE, &reply(CUSTOMER, None)).await, 404, "not_found");
        assert!(world.outside.messages().is_empty());
    }

    #[tokio::test]
    async fn refuses_what_fits_none_or_several() {
        let (world, second) = two().await;
        is(&world.bridge(SOURCE, &reply("5550001112223", Some(12))).await, 422, "unknown_recipient");
        is(&world.bridge(SOURCE, &reply(CUSTOMER, Some(13))).await, 422, "unknown_recipient");
        is(&world.bridge(SOURCE, &reply(CUSTOMER, Some(99))).await, 422, "unknown_recipient");
        is(&world.bridge("203.0.113.41", &reply("7304418829920156", None)).await, 422, "unknown_recipient");
        is(&world.bridge(SOURCE, &json!({"body": "hi"})).await, 422, "no_recipient");
        world.customer(second, CUSTOMER).await;
        is(&world.bridge(SOURCE, &reply(CUSTOMER, None)).await, 422, "ambiguous_recipient");
        assert!(world.outside.messages().is_empty());
        let told = world.bridge(SOURCE, &json!({"body": "hi", "secret": true})).await;
        assert_eq!((told.status, &told.body["status"]), (200, &json!("ignored")));
    }

    #[tokio::test]
    async fn is_switched_off_within_half_a_minute() {
        let (mut world, second) = two().await;
        sent(&world.bridge(SOURCE, &reply(CUSTOMER, Some(12))).await);
        world.store.clear_bridge(second).await.unwrap();
        let mut stored = world.stored().await;
        stored.bridge_sources.clear();
        world.store.set_bridge(&stored).await.unwrap();
        world.shell = world.shell.with_clock(Clock::ahead(Duration::from_secs(30)));
        is(&world.bridge(SOURCE, &reply(CUSTOMER, Some(12))).await, 404, "not_found");
    }
}

mod the_start {
    use super::*;

    #[tokio::test]
    async fn opens_connections_and_leaves_the_first_call_warm() {
        let world = World::new().await;
        world.shell.warm().await;
        assert!(world.outside.messages().is_empty(), "nothing is sent by it");
        world.aws.calls();
        is(&world.bridge("192.0.2.7", &text(None, "hello")).await, 404, "not_found");
        assert!(world.aws.calls().is_empty(), "who is behind the bridge is known");
    }

    #[tokio::test]
    async fn outlasts_an_aws_that_is_down() {
        let world = World::new().await;
        world.aws.fault("Query", Fault::Down);
        world.aws.fault("GetSecretValue", Fault::Down);
        world.shell.warm().await;
        world.aws.mend();
        sent(&world.reply(&text(None, "hello")).await);
    }

    #[test]
    fn needs_every_setting_and_tells_all_that_are_missing() {
        let told = reply::Settings::read(&|_| None).unwrap_err().to_string();
        for name in ["TABLE_NAME", "SECRETS_PREFIX", "GRAPH_BASE_URL", "GRAPH_VERSION", "RUST_LOG"] {
            assert!(told.contains(name), "{told}");
        }
        let settings = reply::Settings::read(&|name| match name {
            "GRAPH_BASE_URL" => Some("https://graph.facebook.com".to_owned()),
            "TWILIO_BASE_URL" => Some("https://api.twilio.com".to_owned()),
            "SINCH_BASE_URL" | "KALEYRA_BASE_URL" => Some(String::new()),
            "ALLOWED_PRIVATE_NETWORKS" => Some("10.0.0.0/8".to_owned()),
            "AWS_LAMBDA_RUNTIME_API" => None,
            name => Some(name.to_lowercase()),
        });
        let settings = settings.unwrap();
        assert_eq!(
            (settings.platforms.graph_version.as_str(), settings.allowed_private_networks.len()),
            ("graph_version", 1)
        );
    }
}

mod whatever_is_sent {
    use proptest::prelude::*;
    use proptest::test_runner::{Config, TestRunner};

    use super::*;

    /// What looks like a reply in places, so that it gets past the first doors.
    fn body() -> impl Strategy<Value = String> {
        let value = prop_oneof![
            any::<String>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            Just(Value::Null),
            Just(json!({"facebook": CUSTOMER})),
            Just(json!([])),
        ];
        let name = prop_oneof![
            Just("id"),
            Just("body"),
            Just("Contact"),
            Just("contact"),
            Just("AttachmentId"),
            Just("to"),
            Just("Interaction"),
            Just("direction"),
        ];
        let fields = proptest::collection::btree_map(name.prop_map(str::to_owned), value, 0..6);
        prop_oneof![
            any::<String>(),
            fields.prop_map(|fields| json!(fields).to_string()),
            any::<Vec<u8>>().prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        ]
    }

    #[test]
    fn is_answered_with_a_reason() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let world = runtime.block_on(World::new());
        let own = format!("/api/reply/{}/{SECRET}", world.integration);
        let path =
            prop_oneof![Just(own), Just("/api/reply".to_owned()), any::<String>(), "/api/reply/[^/]{0,30}/[^/]*"];
        let method = prop_oneof![4 => Just("POST"), 1 => Just("GET"), 1 => Just("PATCH")];
        let content_type = proptest::option::of("[ -~]{0,40}");
        let strategy = (method, path, content_type, body(), any::<bool>());
        let mut runner = TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() });
        let result = runner.run(&strategy, |(method, path, content_type, body, base64)| {
            let body = if base64 { STANDARD.encode(&body) } else { body };
            let told = runtime.block_on(world.call(method, &path, content_type.as_deref(), &body, base64, "192.0.2.7"));
            prop_assert!(told.status == 200 || (400..500).contains(&told.status), "{:?}", told);
            prop_assert!(told.status == 200 || (!told.code.is_empty() && !told.message.is_empty()), "{:?}", told);
            Ok(())
        });
        result.unwrap();
    }
}
