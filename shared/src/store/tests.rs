use aws_sdk_dynamodb::types::Delete;
use serde_json::json;

use super::*;
use crate::test_aws::{Step, TestAws};

fn cancelled(codes: &[&str]) -> Step {
    let reasons: Vec<_> = codes.iter().map(|code| json!({ "Code": code })).collect();
    Step::Bad(json!({"__type": "TransactionCanceledException", "message": "no", "CancellationReasons": reasons}))
}

#[tokio::test]
async fn a_cancelled_transaction_is_a_conflict_only_where_a_condition_does_not_hold() {
    let (done, met) = (Step::Good(json!({})), cancelled(&["None", "TransactionConflict"]));
    let unavailable = |code: &str| Err(StoreError::Unavailable(code.to_owned()));
    let table = [
        (vec![done.clone()], Ok(()), 1),
        (vec![cancelled(&["None", "ConditionalCheckFailed"])], Err(StoreError::Conflict), 1),
        (vec![cancelled(&["TransactionConflict", "ConditionalCheckFailed"])], Err(StoreError::Conflict), 1),
        (vec![met.clone(), done.clone()], Ok(()), 2),
        (vec![met.clone(), met.clone(), done], Ok(()), 3),
        (vec![met.clone()], unavailable("TransactionConflict"), 3),
        (vec![met, cancelled(&["ConditionalCheckFailed"])], Err(StoreError::Conflict), 2),
        (vec![cancelled(&["None", "ThrottlingError"])], unavailable("ThrottlingError"), 1),
        (vec![cancelled(&[])], unavailable("TransactionCanceledException"), 1),
        (vec![Step::Bad(json!({"__type": "AccessDeniedException"}))], unavailable("AccessDeniedException"), 1),
    ];
    for (index, (steps, expected, calls)) in table.into_iter().enumerate() {
        let aws = TestAws::start(steps).await;
        let store = Store::new(Client::new(&aws.config), "hub");
        let delete = Delete::builder().table_name("hub").key("pk", text("p")).key("sk", text("s")).build().unwrap();
        let written = store.transact(vec![TransactWriteItem::builder().delete(delete).build()]).await;
        assert_eq!((written, aws.calls()), (expected, calls), "line {index}");
    }
}
