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
        assert_eq!(get(source).await.status(), 200, "{source}");
    }
    assert!(!page.contains("src=\"http") && !page.contains("href=\"http"), "nothing from outside");
}
