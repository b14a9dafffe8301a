//! Every kind of item but messages, and the ids by which events are told apart.

use super::*;

fn id(members: &Value) -> String {
    event(members).id.to_string()
}

#[test]
fn a_message_its_edit_reaction_and_delivery_are_four_events() {
    let edit = json!({"message_edit": {"mid": "m_1", "text": "hello", "num_edit": "2"}});
    assert_eq!(id(&json!({"message": {"mid": "m_1", "text": "hi"}})), "message:m_1");
    assert_eq!(id(&edit), "edit:m_1:2");
    assert_eq!(id(&json!({"message_edit": {"mid": "m_1", "text": "hello", "num_edit": 2}})), "edit:m_1:2");
    assert_eq!(id(&json!({"reaction": {"mid": "m_1", "action": "react"}})), format!("reaction:m_1:{INGRID}:{AT}"));
    assert_eq!(id(&json!({"delivery": {"mids": ["m_1"]}})), "delivery:m_1");
    let EventKind::Edit { message, text } = event(&edit).kind else { panic!() };
    assert_eq!((message, text.as_str()), (MessageId::new("m_1"), "hello"));
}

#[test]
fn without_an_id_the_content_is_the_name() {
    for (first, second) in [
        (json!({"message": {"text": "a"}}), json!({"message": {"text": "b"}})),
        (json!({"postback": {"title": "a"}}), json!({"postback": {"title": "b"}})),
        (json!({"referral": {"ref": "a"}}), json!({"referral": {"ref": "b"}})),
        (json!({"optin": {"ref": "a"}}), json!({"optin": {"ref": "b"}})),
        (json!({"account_linking": {"status": "linked"}}), json!({"account_linking": {"status": "unlinked"}})),
        (json!({"message_edit": {"mid": "m", "text": "a"}}), json!({"message_edit": {"mid": "m", "text": "b"}})),
        (json!({"surprise": 1}), json!({"surprise": 2})),
    ] {
        let with = |members: &Value, name: &str, value: Value| {
            let mut members = members.clone();
            members.as_object_mut().unwrap().insert(name.to_owned(), value);
            members
        };
        assert_eq!(id(&first), id(&first), "a repeat of {first}");
        assert_ne!(id(&first), id(&second));
        assert_ne!(id(&first), id(&with(&first, "timestamp", json!(AT + 1))));
        assert_ne!(id(&first), id(&with(&first, "sender", json!({"id": "8"}))));
    }
}

#[test]
fn a_tap_is_named_by_its_message() {
    let Event { id, kind, .. } = event(&json!({"postback": {"mid": "m_9", "title": "Go", "payload": "P"}}));
    assert_eq!(id.as_str(), "postback:m_9");
    assert!(matches!(kind, EventKind::Message(Message { id: Some(id), .. }) if id.as_str() == "m_9"));
}

#[test]
fn reactions_are_given_and_taken_back() {
    let emoji = |reaction: Value| match event(&json!({ "reaction": reaction })).kind {
        EventKind::Reaction { emoji, .. } => emoji,
        other => panic!("{other:?}"),
    };
    assert_eq!(emoji(json!({"mid": "m", "action": "react", "reaction": "love", "emoji": "❤"})).as_deref(), Some("❤"));
    assert_eq!(emoji(json!({"mid": "m", "action": "react", "reaction": "wow"})).as_deref(), Some("wow"));
    assert_eq!(emoji(json!({"mid": "m", "action": "unreact", "reaction": "wow", "emoji": "❤"})), None);
    assert_eq!(emoji(json!({"mid": "m"})), None);
}

#[test]
fn receipts_are_of_messages_or_of_all_up_to_a_time() {
    let until = Timestamp::from_millis(AT);
    let status = |members: Value| match event(&members) {
        Event { id, kind: EventKind::Status { of, state, .. }, .. } => (id.to_string(), of, state),
        other => panic!("{other:?}"),
    };
    for mids in [json!(null), json!([])] {
        assert_eq!(
            status(json!({"delivery": {"mids": mids, "watermark": AT}})),
            (format!("delivery:{INGRID}:{AT}"), StatusOf::UpTo(until), DeliveryState::Delivered)
        );
    }
    assert_eq!(
        status(json!({"read": {"watermark": AT.to_string()}})),
        (format!("read:{INGRID}:{AT}"), StatusOf::UpTo(until), DeliveryState::Read)
    );
    let one = StatusOf::Message(MessageId::new("m_1"));
    assert_eq!(
        status(json!({"delivery": {"mids": ["m_1"], "watermark": AT}})),
        ("delivery:m_1".to_owned(), one, DeliveryState::Delivered)
    );
}

#[test]
fn what_lacks_what_makes_it_is_unreadable() {
    for (members, reason) in [
        (json!({"delivery": {}}), "without its watermark"),
        (json!({"read": {}}), "without its watermark"),
        (json!({"reaction": {"action": "react"}}), "without its mid"),
        (json!({"message_edit": {"text": "x"}}), "without its mid"),
        (json!({"account_linking": {}}), "without its status"),
        (json!({"sender": null, "message": {"mid": "m"}}), "no customer id"),
        (json!({"sender": {}, "postback": {"mid": "m"}}), "no customer id"),
        (json!({"sender": {"id": null}, "read": {"watermark": AT}}), "no customer id"),
    ] {
        let found = summary(&items(&body(&[entry(&[item(&members)])])));
        assert_eq!(found, [format!("facebook:{PAGE} unreadable: {reason}")], "{members}");
    }
}

#[test]
fn a_link_opens_the_window_and_an_advert_alone_does_not() {
    for (members, line, opens) in [
        (json!({"referral": {"source": "SHORTLINK", "ref": "n"}}), "[from link] ref n", true),
        (json!({"referral": {"source": "ADS", "ad_id": "1"}}), "[from advert] advert 1", false),
        (json!({"referral": {}}), "[referral]", true),
        (
            json!({"referral": {"source": "ADS", "type": "LEAD_COMPLETE"}, "lead": {"data": [
                {"question": "City?", "answer": "Bergen"}, {"question": "Age?", "answer": 40}, {"answer": "x"}, {}]}}),
            "[lead form filled in] City? Bergen; Age? 40; x",
            true,
        ),
        (
            json!({"referral": {"source": "ADS", "type": "LEAD_INCOMPLETE", "ref": "r"}, "lead": {}}),
            "[lead form not finished] ref r",
            true,
        ),
    ] {
        assert_eq!(notice(&event(&members).kind), ("referral", Some(line), opens), "{members}");
    }
}

#[test]
fn consent_and_accounts_are_told_in_a_line() {
    for (members, name, line, opens) in [
        (
            json!({"optin": {"type": "notification_messages", "title": "News"}}),
            "optin",
            "[opted in to marketing messages] News",
            false,
        ),
        (
            json!({"optin": {"type": "notification_messages", "notification_messages_status": "STOP NOTIFICATIONS"}}),
            "optin",
            "[opted out of marketing messages]",
            false,
        ),
        (
            json!({"optin": {"type": "notification_messages", "notification_messages_status": "RESUME NOTIFICATIONS"}}),
            "optin",
            "[opted in to marketing messages again]",
            false,
        ),
        (json!({"optin": {"ref": "checkout"}}), "optin", "[opted in] checkout", true),
        (
            json!({"account_linking": {"status": "linked", "authorization_code": "al_77"}}),
            "account_linking",
            "[account] linked",
            false,
        ),
        (
            json!({"response_feedback": {"feedback": "Bad response", "mid": "m"}}),
            "response_feedback",
            "[feedback] Bad response",
            false,
        ),
        (json!({"response_feedback": {}}), "response_feedback", "[feedback]", false),
    ] {
        assert_eq!(notice(&event(&members).kind), (name, Some(line), opens), "{members}");
    }
}

#[test]
fn somebody_without_an_id_is_known_by_the_plugins_name() {
    for members in [
        json!({"sender": {"user_ref": "web-7"}, "postback": {"title": "Go"}}),
        json!({"sender": {"user_ref": "web-7"}, "message": {"mid": "m"}}),
        json!({"sender": null, "optin": {"ref": "checkout", "user_ref": "web-7"}}),
    ] {
        assert_eq!(event(&members).customer.as_str(), "user_ref:web-7", "{members}");
    }
    assert_eq!(event(&json!({"sender": {"id": "5", "user_ref": "web-7"}, "message": {}})).customer.as_str(), "5");
}

#[test]
fn what_concerns_the_page_is_nobodys_conversation() {
    for (members, name, line) in [
        (
            json!({"policy_enforcement": {"action": "block", "reason": "Spam"}}),
            "policy_enforcement",
            Some("[Facebook blocked this page] Spam"),
        ),
        (
            json!({"policy-enforcement": {"action": "unblock"}}),
            "policy_enforcement",
            Some("[Facebook unblocked this page]"),
        ),
        (
            json!({"policy_enforcement": {"action": "warning"}}),
            "policy_enforcement",
            Some("[Facebook warns this page]"),
        ),
        (json!({"policy_enforcement": {}}), "policy_enforcement", Some("[Facebook's policy on this page]")),
        (json!({"app_roles": {"884": ["primary_receiver"]}}), "app_roles", None),
    ] {
        let mut members = members;
        members.as_object_mut().unwrap().insert("sender".to_owned(), Value::Null);
        let found = event(&members);
        assert!(found.customer.is_nobody());
        assert_eq!(notice(&found.kind), (name, line, false), "{members}");
    }
}

#[test]
fn what_no_agent_needs_is_recorded_under_its_name() {
    for (members, name) in [
        (json!({"pass_thread_control": {"new_owner_app_id": "1"}}), "pass_thread_control"),
        (json!({"take_thread_control": {"previous_owner_app_id": null}}), "take_thread_control"),
        (json!({"request_thread_control": {"requested_owner_app_id": 1}}), "request_thread_control"),
        (json!({"game_play": {"score": 5}}), "game_play"),
        (json!({"something new": 1}), "unknown"),
        (json!({}), "unknown"),
        (json!({"sender": {"id": PAGE}, "recipient": {"id": INGRID}, "reaction": {"mid": "m"}}), "reaction"),
    ] {
        let found = event(&members);
        assert_eq!(notice(&found.kind), (name, None, false), "{members}");
        assert_eq!(found.customer.as_str(), INGRID);
    }
}

#[test]
fn what_another_app_was_told_is_recorded_and_never_a_message() {
    let standby = |item: Value| {
        let found = items(&body(&[json!({"id": PAGE, "time": 1, "standby": [item]})]));
        match found.into_iter().next() {
            Some(Item::Event { event, .. }) => {
                (event.id.to_string(), notice(&event.kind).1.is_none(), event.opens_window())
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(standby(text("m_1", "hi")), ("standby:message:m_1".to_owned(), true, true));
    assert_eq!(standby(item(&json!({"postback": {"mid": "m_2"}}))), ("standby:postback:m_2".to_owned(), true, true));
    assert_eq!(
        standby(item(&json!({"delivery": {"mids": ["m_3"]}}))),
        ("standby:delivery:m_3".to_owned(), true, false)
    );
    let echo = json!({"sender": {"id": PAGE}, "recipient": {"id": INGRID}, "timestamp": AT, "message": {"mid": "m_4", "is_echo": true}});
    assert_eq!(standby(echo), ("standby:echo:m_4".to_owned(), true, false));
}

#[test]
fn changes_of_the_page_are_recorded_under_their_field() {
    let change = |change: Value| {
        let found = items(&body(&[json!({"id": PAGE, "time": 1_795_165_601, "changes": [change]})]));
        match found.into_iter().next() {
            Some(Item::Event { event, .. }) => {
                assert!(event.customer.is_nobody() && event.at.millis() == 1_795_165_601_000);
                (event.id.to_string(), notice(&event.kind).0.to_owned())
            }
            other => panic!("{other:?}"),
        }
    };
    let (first, name) = change(json!({"field": "feed", "value": {"item": "comment", "verb": "add"}}));
    let (second, _) = change(json!({"field": "feed", "value": {"item": "comment", "verb": "remove"}}));
    assert_eq!(name, "feed");
    assert_ne!(first, second);
    assert_eq!(change(json!({"field": "a b", "value": 5})).1, "unknown");
    assert_eq!(change(json!({"field": "feed"})).1, "feed");
    for bad in [json!({"value": 1}), json!({"field": 5}), json!(5)] {
        let found = items(&body(&[json!({"id": PAGE, "time": 1, "changes": [bad]})]));
        assert!(matches!(&found[..], [Item::Unreadable { account: Some(_), .. }]), "{bad}");
    }
}
