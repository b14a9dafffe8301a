use serde_json::json;

use super::*;
use crate::integrations::samples;
use crate::testing::Around;

/// What comes of a token for which Graph answers `with_category`, and `without` where no category is asked for.
async fn account(
    with_category: (u16, serde_json::Value),
    without: (u16, serde_json::Value),
) -> Result<Account, ApiError> {
    let around = Around::new(move |call| {
        let asked = call.operation.starts_with("GET /v26.0/me");
        let category = call.query.contains("category");
        asked.then(|| if category { with_category.clone() } else { without.clone() })
    })
    .await;
    Graph::of(&around.app, &samples::secrets()).await.unwrap().account().await
}

fn refused(message: &str) -> (u16, serde_json::Value) {
    (400, json!({"error": {"message": message, "type": "OAuthException", "code": 100, "fbtrace_id": "A1"}}))
}

#[tokio::test]
async fn a_persons_token_is_no_pages() {
    let person = (200, json!({"id": "10158", "name": "Ingrid Dahl"}));
    let no_field = refused("(#100) Tried accessing nonexisting field (category) on node type (User)");
    let error = account(no_field, person).await.unwrap_err();
    let ApiError::PlatformRefused(sentence) = error else { panic!("{error:?}") };
    assert!(sentence.contains("a person's token"), "{sentence}");

    let no_proof = refused("API calls from the server require an appsecret_proof argument");
    let error = account(no_proof.clone(), no_proof).await.unwrap_err();
    let ApiError::PlatformRefused(sentence) = error else { panic!("{error:?}") };
    assert!(sentence.contains("appsecret_proof"), "Graph's own words: {sentence}");

    let page = (200, json!({"id": "218840075512346", "name": "Northwind Tiles", "category": "Shop"}));
    assert_eq!(account(page.clone(), page).await.unwrap().id, "218840075512346");
}
