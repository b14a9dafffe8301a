use serde_json::{Value, json};

use crate::testing::start;

struct Control {
    url: String,
    http: reqwest::Client,
}

impl Control {
    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let answer = self.http.post(format!("{}/control/{path}", self.url)).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    async fn state(&self, query: &str) -> Value {
        self.http.get(format!("{}/control/state{query}", self.url)).send().await.unwrap().json().await.unwrap()
    }
}

#[tokio::test]
async fn a_conversation_by_http() {
    let (sandbox, hub) = start().await;
    let control = Control { url: sandbox.url().to_owned(), http: sandbox.world.http.clone() };
    let page = json!({"id": "218", "name": "Northwind Tiles", "access_token": "EAAG1"});
    assert_eq!(control.post("pages", page.clone()).await, (200, page));
    assert_eq!(control.post("pages/218/settings", json!({"subscribed": true})).await.0, 204);
    let person = json!({"psid": "730", "first_name": "Ingrid", "last_name": "Dahl"});
    control.post("pages/218/customers", person).await;
    let file = json!({"name": "tile.png", "content_type": "image/png", "base64": "AQID"});
    let said = json!({"act": "says", "text": "look", "files": [file]});
    let (status, sent) = control.post("pages/218/customers/730", said).await;
    assert_eq!((status, &sent["webhook"]["status"]), (200, &json!(200)));
    let told = hub.wait(1).await[0].json().unwrap();
    assert_eq!(told["entry"][0]["messaging"][0]["message"]["text"], "look");

    let (_, account) = control.post("accounts", json!({"server": "demo", "id": 12})).await;
    assert!(
        account["receive_url"].as_str().unwrap().contains("/motion/demo/api/openchannel/accounts/12/notify?token=")
    );
    let reply = json!({"contact": "730", "text": "Back on Monday"});
    let (status, refused) = control.post("accounts/demo/12/replies", reply.clone()).await;
    assert!(status == 400 && refused["message"].as_str().unwrap().contains("Reply URL"), "{refused}");
    let url = format!("{}/api/reply/int/secret", sandbox.world.hub_url());
    assert_eq!(control.post("accounts/demo/12/settings", json!({"reply_url": url})).await.0, 204);
    let (_, message) = control.post("accounts/demo/12/replies", reply).await;
    assert_eq!(message["answer"]["status"], 200);

    let state = control.state("").await;
    assert_eq!(state["pages"][0]["customers"]["730"]["messages"][0]["files"][0]["name"], "tile.png");
    assert_eq!(state["pages"][0]["webhooks"][0]["kinds"], json!(["message"]));
    assert_eq!(state["accounts"][0]["messages"][0]["body"], "Back on Monday");
}

#[tokio::test]
async fn faults_are_shown_under_the_names_they_were_set_by() {
    let (sandbox, _hub) = start().await;
    let control = Control { url: sandbox.url().to_owned(), http: sandbox.world.http.clone() };
    control.post("pages", json!({"id": "218", "name": "Northwind Tiles"})).await;
    control.post("accounts", json!({"server": "demo", "id": 12})).await;
    for (path, list, names) in [
        ("pages/218/faults", "pages", ["613", "4", "2", "1200", "551", "hang", "drop_after", "slow_250"]),
        (
            "accounts/demo/12/faults",
            "accounts",
            ["503", "401", "404", "429", "hang", "hang_before", "drop_before", "slow_9"],
        ),
    ] {
        for name in names {
            assert_eq!(control.post(path, json!({"fault": name})).await.0, 204, "{name}");
        }
        assert_eq!(control.state("").await[list][0]["faults"], json!(names));
        assert_eq!(control.post(path, json!({"fault": "tea"})).await.0, 400);
        control.http.delete(format!("{}/control/{path}", control.url)).send().await.unwrap();
        assert_eq!(control.state("").await[list][0]["faults"], json!([]));
    }
    assert_eq!(control.post("pages/218/settings", json!({"token": "expired"})).await.0, 204);
    assert_eq!(control.state("").await["pages"][0]["token"], "expired");
    assert_eq!(control.post("pages/999/settings", json!({})).await.0, 404);
}

#[tokio::test]
async fn the_state_can_be_waited_for() {
    let (sandbox, _hub) = start().await;
    let control = Control { url: sandbox.url().to_owned(), http: sandbox.world.http.clone() };
    let version = control.state("").await["version"].as_u64().unwrap();
    let query = format!("?after={version}");
    let (later, _) = tokio::join!(control.state(&query), async { sandbox.add_page("218", "Northwind Tiles", "EAAG1") });
    assert!(later["version"].as_u64().unwrap() > version);
    assert_eq!(later["pages"][0]["id"], "218");
}

#[tokio::test]
async fn the_page_and_its_files_are_there() {
    let (sandbox, _hub) = start().await;
    let get = async |path: &str| sandbox.world.http.get(format!("{}{path}", sandbox.url())).send().await.unwrap();
    let page = get("/").await.text().await.unwrap();
    let sources: Vec<&str> = page.split('"').filter(|part| part.starts_with("/page/")).collect();
    assert!(sources.len() >= 3, "{sources:?}");
    for source in sources {
        let answer = get(source).await;
        assert_eq!(answer.status(), 200, "{source}");
        let text = answer.text().await.unwrap();
        for import in text.split("from './").skip(1).filter_map(|rest| rest.split('\'').next()) {
            assert_eq!(get(&format!("/page/{import}")).await.status(), 200, "{import}");
        }
    }
    assert!(!page.contains("src=\"http") && !page.contains("href=\"http"), "nothing from outside");
}

/// A line of each carrier with a customer on it: its path, the address of its webhook entered.
async fn lines(control: &Control, hub_url: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for carrier in ["twilio", "sinch", "kaleyra", "meta"] {
        let line = json!({"carrier": carrier, "name": "Northwind Tiles", "number": "12025550199"});
        let (status, line) = control.post("lines", line).await;
        assert_eq!((status, &line["number"]), (200, &json!("12025550199")), "{line}");
        let path = format!("lines/{carrier}/{}", line["id"].as_str().unwrap());
        let webhook = json!({"url": format!("{hub_url}/{carrier}"), "secret": "s"});
        assert_eq!(control.post(&format!("{path}/webhook"), webhook).await.0, 204);
        let person = json!({"number": "447700900123", "name": "Marta Neri"});
        let (_, added) = control.post(&format!("{path}/customers"), person).await;
        assert_eq!(added["id"], "447700900123");
        paths.push(path);
    }
    paths
}

#[tokio::test]
async fn customers_of_every_carrier_act_alike() {
    let (sandbox, hub) = start().await;
    let control = Control { url: sandbox.url().to_owned(), http: sandbox.world.http.clone() };
    for (number, path) in lines(&control, &sandbox.world.hub_url()).await.into_iter().enumerate() {
        let marta = format!("{path}/customers/447700900123");
        let file = |name: &str| json!({"name": name, "content_type": "image/png", "base64": "AQID"});
        let said = json!({"act": "says", "text": "look", "files": [file("a.png"), file("b.png")]});
        let (status, answer) = control.post(&marta, said).await;
        assert_eq!(status, 200, "{answer}");
        let statuses: Vec<_> = answer["sent"].as_array().unwrap().iter().map(|sent| &sent["status"]).collect();
        assert_eq!(statuses, [200, 200], "each file is a message");
        let place = json!({"act": "shares_place", "latitude": 45.5, "longitude": 9.25, "name": "Duomo"});
        assert_eq!(control.post(&marta, place).await.0, 200);
        hub.wait(3 * (number + 1)).await;
        assert_eq!(control.post(&marta, json!({"act": "says"})).await.0, 400);
        assert_eq!(control.post(&format!("{path}/customers/1"), json!({"act": "says", "text": "x"})).await.0, 404);

        let shown = control.state("").await["lines"][number].clone();
        let person = &shown["customers"][0];
        assert_eq!((&person["id"], &person["name"]), (&json!("447700900123"), &json!("Marta Neri")));
        let [first, second, place] = person["messages"].as_array().unwrap().as_slice() else { panic!("{person}") };
        assert_eq!((&first["text"], &first["file"]["name"]), (&json!("look"), &json!("a.png")));
        assert_eq!((&second["text"], &second["hub_status"]), (&json!(null), &json!(200)));
        assert_eq!(place["place"], json!({"latitude": 45.5, "longitude": 9.25, "name": "Duomo"}));
        let url = first["file"]["url"].as_str().unwrap();
        let url = if url.starts_with('/') { format!("{}{url}", sandbox.url()) } else { url.to_owned() };
        let got = control.http.get(url).send().await.unwrap();
        assert_eq!(got.headers()["content-type"], "image/png");
        assert_eq!(got.bytes().await.unwrap().as_ref(), [1, 2, 3]);
        assert_eq!(shown["webhooks"].as_array().unwrap().len(), 3);
        assert_eq!(shown["webhooks"][0]["what"], "message");

        let before = person["last_message_at"].as_i64().unwrap();
        let set = json!({"act": "set", "reads": true, "blocked": true});
        for act in [json!({"act": "is_silent", "hours": 25}), set] {
            assert_eq!(control.post(&marta, act).await, (200, json!({"sent": []})));
        }
        let person = control.state("").await["lines"][number]["customers"][0].clone();
        assert_eq!(before - person["last_message_at"].as_i64().unwrap(), 25 * 3_600_000);
        assert_eq!((&person["reads"], &person["blocked"]), (&json!(true), &json!(true)));
    }
}

#[tokio::test]
async fn a_message_without_an_address_is_not_heard() {
    let (sandbox, _hub) = start().await;
    let control = Control { url: sandbox.url().to_owned(), http: sandbox.world.http.clone() };
    for carrier in ["twilio", "sinch", "kaleyra", "meta"] {
        let (_, line) = control.post("lines", json!({"carrier": carrier})).await;
        let path = format!("lines/{carrier}/{}/customers", line["id"].as_str().unwrap());
        let (_, person) = control.post(&path, json!({"name": "Marta Neri"})).await;
        let path = format!("{path}/{}", person["id"].as_str().unwrap());
        let (_, answer) = control.post(&path, json!({"act": "says", "text": "hello"})).await;
        assert!(answer["sent"][0]["error"].is_string() && answer["sent"][0]["status"].is_null(), "{answer}");
    }
    for line in control.state("").await["lines"].as_array().unwrap() {
        assert!(line["customers"][0]["messages"][0]["hub_error"].is_string(), "{line}");
    }
    assert_eq!(control.post("lines/twilio/AC1.1/webhook", json!({"url": "https://hub.example.com"})).await.0, 404);
}

#[tokio::test]
async fn what_the_business_sends_is_shown_with_what_became_of_it() {
    let (sandbox, hub) = start().await;
    let control = Control { url: sandbox.url().to_owned(), http: sandbox.world.http.clone() };
    let hub_url = sandbox.world.hub_url();
    let path = lines(&control, &hub_url).await.remove(0);
    let marta = format!("{path}/customers/447700900123");
    let template = json!({"name": "HX1", "body": "We have not forgotten you, {{1}}"});
    assert_eq!(control.post(&format!("{path}/templates"), template).await.0, 204);
    control.post(&marta, json!({"act": "set", "reads": true})).await;
    let credentials = control.state("").await["lines"][0]["credentials"].clone();
    let (sid, token) = (credentials[0][1].as_str().unwrap(), credentials[1][1].as_str().unwrap());
    let send = async |more: &str| {
        let to = "To=whatsapp%3A%2B447700900123&From=whatsapp%3A%2B12025550199";
        let url = format!("{}/2010-04-01/Accounts/{sid}/Messages.json", sandbox.twilio_url());
        let request = control.http.post(url).basic_auth(sid, Some(token));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(format!("{to}&StatusCallback={hub_url}/status&{more}")).send().await.unwrap().status().as_u16()
    };
    assert_eq!(send("ContentSid=HX1&ContentVariables=%7B%221%22%3A%22Marta%22%7D").await, 201);
    hub.wait(3).await;
    let line = sandbox.twilio_number(sid, "12025550199").unwrap();
    let told = |count| move |line: &crate::twilio::NumberState| line.webhooks.len() == count;
    line.wait_until(told(3), crate::testing::PATIENCE).await.unwrap();
    let shown = control.state("").await["lines"][0]["customers"][0]["messages"][0].clone();
    assert_eq!((&shown["template"], &shown["read"]), (&json!("HX1"), &json!(true)));
    assert_eq!(shown["text"], "We have not forgotten you, Marta");

    let fault = format!("{path}/faults");
    assert_eq!(control.post(&fault, json!({"fault": "throttled", "times": 1})).await.0, 204);
    assert_eq!(send("Body=hello").await, 429);
    assert_eq!(send("Body=outside").await, 201);
    line.wait_until(told(4), crate::testing::PATIENCE).await.unwrap();
    let told = control.state("").await["lines"][0]["webhooks"][3]["what"].clone();
    assert_eq!(told, "status failed 63016", "the carrier knows of its window");
}

#[tokio::test]
async fn what_meta_tells_of_a_message_is_shown() {
    let (sandbox, hub) = start().await;
    let control = Control { url: sandbox.url().to_owned(), http: sandbox.world.http.clone() };
    let path = lines(&control, &sandbox.world.hub_url()).await.remove(3);
    let marta = format!("{path}/customers/447700900123");
    let template = json!({"name": "quote_ready", "body": "Hello {{1}}, your quote is ready"});
    assert_eq!(control.post(&format!("{path}/templates"), template).await.0, 204);
    control.post(&marta, json!({"act": "set", "reads": true})).await;
    let credentials = control.state("").await["lines"][3]["credentials"].clone();
    let (id, token) = (credentials[0][1].as_str().unwrap(), credentials[2][1].as_str().unwrap());
    let send = async |own: Value| {
        let mut body = json!({"messaging_product": "whatsapp", "to": "+447700900123"});
        body.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        let url = format!("{}/v26.0/{id}/messages", sandbox.graph_url());
        let answer = control.http.post(url).bearer_auth(token).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let line = sandbox.whatsapp_number(id).unwrap();
    let told = |count| move |line: &crate::meta::whatsapp::NumberState| line.webhooks.len() == count;
    let gaps = json!([{"type": "body", "parameters": [{"type": "text", "text": "Marta"}]}]);
    let template = json!({"name": "quote_ready", "language": {"code": "en"}, "components": gaps});
    assert_eq!(send(json!({"type": "template", "template": template})).await.0, 200);
    line.wait_until(told(3), crate::testing::PATIENCE).await.unwrap();
    hub.wait(3).await;
    let shown = control.state("").await["lines"][3]["customers"][0]["messages"][0].clone();
    assert_eq!((&shown["template"], &shown["read"]), (&json!("quote_ready"), &json!(true)));
    assert_eq!(shown["text"], "Hello Marta, your quote is ready");
    let heart = json!({"act": "reacts", "message": shown["id"], "emoji": "❤️"});
    assert_eq!(control.post(&marta, heart).await.0, 200);
    assert_eq!(control.state("").await["lines"][3]["customers"][0]["messages"][0]["reaction"], "❤️");
    let taken_back = json!({"act": "reacts", "message": shown["id"], "emoji": null});
    assert_eq!(control.post(&marta, taken_back).await.0, 200);
    assert_eq!(control.state("").await["lines"][3]["customers"][0]["messages"][0]["reaction"], json!(null));

    assert_eq!(control.post(&marta, json!({"act": "is_silent", "hours": 25})).await.0, 200);
    let fault = format!("{path}/faults");
    assert_eq!(control.post(&fault, json!({"fault": "throttled", "times": 1})).await.0, 204);
    let text = json!({"type": "text", "text": {"body": "outside"}});
    let (_, refused) = send(text.clone()).await;
    assert_eq!(refused["error"]["code"], 130_429);
    assert_eq!(send(text).await.0, 200);
    line.wait_until(told(6), crate::testing::PATIENCE).await.unwrap();
    let shown = control.state("").await["lines"][3]["webhooks"].clone();
    let told: Vec<_> = shown.as_array().unwrap().iter().map(|post| post["what"].as_str().unwrap()).collect();
    assert_eq!(
        told,
        ["status sent", "status delivered", "status read", "message", "message", "status failed 131047"],
        "Meta knows of its window"
    );
}

#[tokio::test]
async fn faults_of_a_line_are_shown_under_the_names_they_were_set_by() {
    let (sandbox, _hub) = start().await;
    let control = Control { url: sandbox.url().to_owned(), http: sandbox.world.http.clone() };
    let own = ["later_63018", "later_RATE_LIMITED", "later_131026", "later_131047"];
    for (number, path) in lines(&control, &sandbox.world.hub_url()).await.into_iter().enumerate() {
        let path = format!("{path}/faults");
        let names = ["throttled", "down", "unauthorised", "hang", "drop_after", "slow_9", own[number], "backwards"];
        for name in names {
            assert_eq!(control.post(&path, json!({"fault": name})).await.0, 204, "{name}");
        }
        assert_eq!(control.state("").await["lines"][number]["faults"], json!(names));
        assert_eq!(control.post(&path, json!({"fault": "tea"})).await.0, 400);
        control.http.delete(format!("{}/control/{path}", control.url)).send().await.unwrap();
        assert_eq!(control.state("").await["lines"][number]["faults"], json!([]));
        assert_eq!(control.post(&path, json!({"fault": "later", "times": 2})).await.0, 204);
        assert_eq!(control.state("").await["lines"][number]["faults"].as_array().unwrap().len(), 2);
    }
    assert_eq!(control.post("lines/carrier/x/faults", json!({"fault": "down"})).await.0, 400);
}
