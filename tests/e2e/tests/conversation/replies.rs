//! From the agent to the customer: whatever Motion posts that names a recipient and has something to send is sent, and
//! nothing else is.

use e2e::reply::{on_phone, post, text};
use e2e::scene::{Scene, any_account, unique};
use sandbox::motion::{AccountConfig, Draft, Shape};
use serde_json::{Value, json};

const JSON: Option<&str> = Some("application/json");
const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

#[tokio::test]
async fn an_answer_reaches_the_customer() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let told = scene.reply(&text(&ingrid, "Back on Monday. 👍")).await;
    let ids = told.sent();
    assert_eq!(told.json["recipient_id"], ingrid.psid());
    let [received] = &ingrid.received()[..] else { panic!("one message") };
    assert_eq!((received.text.as_deref(), &received.mid), (Some("Back on Monday. 👍"), &ids[0]));
    assert_eq!((received.messaging_type.as_deref(), &received.tag), (Some("RESPONSE"), &None));
    let correlation = told.json["correlation_id"].as_str().unwrap();
    assert_eq!(told.header("x-correlation-id"), Some(correlation));
    assert!(received.metadata.as_ref().unwrap().contains(correlation));
}

#[tokio::test]
async fn every_shape_that_motion_servers_post_is_understood() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let mut expected = Vec::new();
    for shape in Shape::ALL {
        let body = format!("{shape:?}: 50 % off & \"free\" <delivery> + più 👍🏽\nsecond line");
        let answered = scene.desk.agent().send(ingrid.psid(), Draft::text(&body).shaped(shape)).await.unwrap();
        let answer = answered.answer.unwrap();
        assert_eq!((answer.status, &answer.json["status"]), (Some(200), &json!("sent")), "{shape:?} {}", answer.text);
        expected.push(body);
    }
    assert_eq!(on_phone(&ingrid), expected);
}

#[tokio::test]
async fn what_the_body_is_counts_more_than_what_it_is_called() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let psid = ingrid.psid();
    let json = |body: &str| json!({"body": body, "Contact": {"facebook": psid}}).to_string();
    let contact = percent(&json!({"firstName": "Ingrid", "facebook": psid}).to_string());
    let table = [
        (Some("application/json; charset=utf-8; version=\"2\""), json("1")),
        (Some("APPLICATION/JSON"), json("2")),
        (Some("text/plain; charset=utf-8"), json("3")),
        (Some("text/json"), json("4")),
        (Some("application/octet-stream"), json("5")),
        (FORM, json("6")),
        (None, json("7")),
        (JSON, format!("\u{feff}{}", json("8"))),
        (None, format!("\u{feff}{}", json("9"))),
        (JSON, format!("\r\n  {}\n", json("10"))),
        (FORM, format!("Contact[facebook]={psid}&body=11")),
        (FORM, format!("body=12&Contact%5Bfacebook%5D={psid}&Contact%5BfirstName%5D=Ingrid")),
        (
            Some("Application/X-WWW-Form-URLencoded; charset=UTF-8"),
            format!("contact[facebook]={psid}&body=13+e+pi%C3%B9"),
        ),
        (FORM, format!("Contact={contact}&body=14")),
        (None, format!("Contact={contact}&body=15&AttachmentId=")),
        (Some("text/plain"), format!("to={psid}&from=1&body=16")),
    ];
    let mut expected = Vec::new();
    for (number, (content_type, body)) in table.into_iter().enumerate() {
        post(scene.reply_url(), content_type, body.clone()).await.sent();
        expected.push(if number == 12 { "13 e più".to_owned() } else { (number + 1).to_string() });
        assert_eq!(on_phone(&ingrid), expected, "{content_type:?} {body}");
    }
}

#[tokio::test]
async fn ids_are_texts_or_numbers_and_keep_every_digit() {
    let scene = Scene::new().await;
    // Beyond 2 to the 64, and beyond what a 64-bit float tells apart.
    let psid = format!("9876{}", unique());
    let ingrid = scene.page.add_customer(Some(&psid), "Ingrid", "Dahl");
    ingrid.says("Hello?").await;
    scene.until_bodies(&ingrid, 1).await;
    let reply = |id: &str, to: &str, body: &str| {
        let body =
            format!(r#"{{"id": {id}, "body": "{body}", "Contact": {{"id": 3, "facebook": {to}}}, "UserId": "x"}}"#);
        let url = scene.reply_url().to_owned();
        async move { post(&url, JSON, body).await }
    };
    let (number, quoted) = (psid.clone(), format!("\"{psid}\""));
    reply("90071992547409931", &number, "one").await.sent();
    reply("90071992547409932", &quoted, "one").await.sent();
    let first = reply("\"90071992547409933\"", &number, "one").await;
    first.sent();
    assert_eq!(on_phone(&ingrid), ["one", "one", "one"], "the last digit makes another reply");
    assert_eq!(reply("90071992547409933", &quoted, "one").await.text, first.text, "text or number, the same reply");
    assert_eq!(on_phone(&ingrid).len(), 3);
    assert_eq!(first.json["recipient_id"], psid.as_str());
}

#[tokio::test]
async fn no_attachment_has_many_spellings() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    for (number, none) in
        [json!(null), json!(""), json!(" "), json!("null"), json!([]), json!({})].into_iter().enumerate()
    {
        let mut reply = text(&ingrid, &format!("{number}"));
        reply["AttachmentId"] = none.clone();
        let told = scene.reply(&reply).await;
        assert_eq!(told.status, 200, "{none} {}", told.text);
    }
    assert_eq!(on_phone(&ingrid), ["0", "1", "2", "3", "4", "5"]);
    assert!(ingrid.received().iter().all(|message| message.files.is_empty()));
}

#[tokio::test]
async fn the_recipient_is_who_the_contact_names_in_the_integrations_own_field() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let psid = ingrid.psid();
    let sent = [
        json!({"Contact": {"facebook": format!("  {psid}\n")}}),
        json!({"Contact": {"facebook": psid}, "contact": {"facebook": psid}}),
        json!({"Contact": {"facebook": null}, "contact": {"facebook": psid}}),
        json!({"Contact": {"facebook": "none"}, "contact": {"facebook": psid}}),
        json!({"Contact": {"facebook": psid, "phone": "none", "twitter": "someone else"}, "mapKey": "twitter"}),
        json!({"Contact": json!({"facebook": psid}).to_string()}),
        json!({"to": psid, "from": "218840075512346"}),
        json!({"contact": {"facebook": psid}, "to": "7304418829920156"}),
    ];
    for (number, reply) in sent.iter().enumerate() {
        let told = scene.reply(&with_body(reply, "hello")).await;
        assert_eq!((told.status, ingrid.received().len()), (200, number + 1), "{reply} {}", told.text);
    }
    let sendings = scene.sendings().len();
    let refused = [
        (json!({}), "no_recipient"),
        (json!({"Contact": {}}), "no_recipient"),
        (json!({"Contact": {"facebook": "none"}}), "no_recipient"),
        (json!({"Contact": {"facebook": " NONE "}}), "no_recipient"),
        (json!({"Contact": {"facebook": ""}}), "no_recipient"),
        (json!({"Contact": {"facebook": " "}}), "no_recipient"),
        (json!({"Contact": {"facebook": null}}), "no_recipient"),
        (json!({"Contact": {"facebook": {"id": psid}}}), "no_recipient"),
        (json!({"Contact": {"facebook": [psid]}}), "no_recipient"),
        (json!({"Contact": {"phone": psid}, "mapKey": "phone"}), "no_recipient"),
        (json!({"Contact": {"phone": "none"}, "to": psid}), "no_recipient"),
        (json!({"to": "none"}), "no_recipient"),
        (json!({"Contact": {"facebook": psid}, "contact": {"facebook": "7304418829920156"}}), "two_recipients"),
        (json!({"Contact": {"facebook": "Livia Conti"}}), "unknown_recipient"),
        (json!({"Contact": {"facebook": "0123456"}}), "unknown_recipient"),
    ];
    for (reply, code) in refused {
        let told = scene.reply(&with_body(&reply, "hello")).await;
        assert_eq!((told.status, told.code()), (422, code), "{reply} {}", told.text);
        told.refused(422, code);
    }
    assert_eq!(scene.sendings().len(), sendings, "nothing was sent");
}

#[tokio::test]
async fn nothing_to_send_is_refused() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    for body in
        [json!(null), json!(""), json!(" \n\t "), json!("\u{a0}"), json!([]), json!({"text": "hi"}), json!(true)]
    {
        let mut reply = text(&ingrid, "");
        reply["body"] = body.clone();
        let told = scene.reply(&reply).await;
        assert_eq!((told.status, told.code()), (422, "empty"), "{body} {}", told.text);
    }
    scene.assert_nothing_sent();
}

#[tokio::test]
async fn fields_that_nobody_knows_are_ignored_whatever_is_in_them() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let mut reply = text(&ingrid, "understood");
    let odd = json!({
        "interface": ["SIP/agent21"], "UserId": {"a": [1]}, "OpenchannelAccountId": [[]], "ContactId": 1.5e300,
        "Interaction": [null], "agent": 7, "sentBy": {"x": "y"}, "direction": 4, "secret": "no", "": {"": {}},
        "template": "{{body}}", "headers": null,
    });
    reply.as_object_mut().unwrap().extend(odd.as_object().unwrap().clone());
    reply["Contact"]["tags"] = json!([{"name": "vip"}]);
    scene.reply(&reply).await.sent();
    assert_eq!(on_phone(&ingrid), ["understood"]);
}

#[tokio::test]
async fn notes_among_agents_and_the_customers_own_messages_are_acknowledged_and_stay_inside() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    for flag in [json!({"secret": true}), json!({"secret": 1}), json!({"secret": "true"}), json!({"direction": "in"})] {
        let mut reply = text(&ingrid, "the customer is difficult");
        reply.as_object_mut().unwrap().extend(flag.as_object().unwrap().clone());
        let told = scene.reply(&reply).await;
        assert_eq!((told.status, &told.json["status"]), (200, &json!("ignored")), "{flag} {}", told.text);
    }
    scene.assert_nothing_sent();
    let automatic = Draft { sent_by: Some("auto_routing".to_owned()), ..Draft::text("An agent is with you soon.") };
    let answered = scene.desk.agent().send(ingrid.psid(), automatic).await.unwrap().answer.unwrap();
    assert_eq!(answered.json["status"], "sent", "{}", answered.text);
    assert_eq!(on_phone(&ingrid), ["An agent is with you soon."]);
}

#[tokio::test]
async fn a_thread_makes_nothing_public_that_began_in_private() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let mut reply = text(&ingrid, "between us");
    reply["Interaction"] =
        json!({"id": 9, "threadId": "218840075512346_9001", "externalUrl": "https://shop.example/9001"});
    scene.reply(&reply).await.sent();
    assert_eq!(on_phone(&ingrid), ["between us"]);
    // Of whom no private message is known, the id may be that of somebody who wrote below a post.
    let author = scene.customer();
    let mut reply = text(&author, "between us");
    reply["Interaction"] = json!({"threadId": "218840075512346_9001"});
    assert!(scene.reply(&reply).await.refused(422, "unsupported").contains("Public replies are not available"));
    assert_eq!(scene.sendings().len(), 1);
}

#[tokio::test]
async fn a_custom_field_can_be_the_map_key() {
    let config = AccountConfig { map_key: "cf_3".to_owned(), custom_fields: [3].into(), ..any_account() };
    let scene = Scene::between(config, |wanted| wanted["map_key"] = json!("cf_3")).await;
    let ingrid = scene.known().await;
    let answered = scene.desk.agent().reply(ingrid.psid(), "Good morning").await.unwrap().answer.unwrap();
    assert_eq!(answered.json["status"], "sent", "{}", answered.text);
    scene.reply(&json!({"body": "hi", "Contact": {"facebook": ingrid.psid()}})).await.refused(422, "no_recipient");
    assert_eq!(on_phone(&ingrid), ["Good morning"]);
}

fn with_body(reply: &Value, body: &str) -> Value {
    let mut reply = reply.clone();
    reply["body"] = body.into();
    reply
}

fn percent(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
