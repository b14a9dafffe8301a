//! A carrier that takes no more for a while.

use e2e::whatsapp::{Carrier, Line};
use sandbox::When;

use crate::through_each;

through_each!(one_call_too_many_is_waited_for);

async fn one_call_too_many_is_waited_for(carrier: Carrier) {
    let line = Line::new(carrier).await;
    let anna = line.known().await;
    line.number.fails(line.number.too_many_calls(), When::next(1));
    line.reply(&anna, "a moment later").await.sent();
    assert_eq!(line.until_received(&anna, 1).await, ["a moment later"]);
    assert_eq!(line.number.sendings(), 2);
}

through_each!(a_limit_that_lasts_is_told);

async fn a_limit_that_lasts_is_told(carrier: Carrier) {
    let line = Line::new(carrier).await;
    let anna = line.known().await;
    line.number.fails(line.number.too_many_calls(), When::always());
    let told = line.reply(&anna, "too much").await;
    let sentence = told.refused(503, "throttled");
    assert!(sentence.contains("Try again in a few minutes"), "{sentence}");
    line.number.mend();
    line.reply(&anna, "now it fits").await.sent();
    assert_eq!(line.until_received(&anna, 1).await, ["now it fits"]);
}
