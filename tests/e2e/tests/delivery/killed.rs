//! The worker dies before the first call it makes and after each: nothing is lost, the order is kept, and at most
//! the one message that it had in hand comes once more, marked.

use e2e::bench::{Group, invoke};
use e2e::proxy::Moment;
use e2e::stack::stack;
use reqwest::Method;

use crate::stage::{Stage, assert_kept, deaths, text};

const SAID: [&str; 4] = ["first", "second", "tile.png", "third"];

/// Kills a worker at `moment` and lets another finish. Whether the moment came.
async fn survived(stage: &Stage, moment: Moment) -> bool {
    let customer = stage.scene.customer();
    let mut group = Group::default();
    let parts = [vec![text("first")], vec![text("second"), stage.picture()], vec![text("third")]];
    group.push(parts.map(|parts| stage.message(&customer, parts)));
    stage.killer.arm(moment);
    stage.work(&mut group).await;
    assert_kept(moment, &SAID, &stage.scene.bodies(&customer));
    stage.killer.struck()
}

#[tokio::test]
async fn a_worker_that_dies_at_any_step_loses_nothing() {
    let stage = Stage::new().await;
    let mut steps = 0;
    for moment in deaths() {
        if !survived(&stage, moment).await {
            break;
        }
        steps += 1;
    }
    // Claims, notes, posts, upload and outcomes of three messages: fewer would mean that the killer missed them.
    assert!(steps >= 18, "only {steps} steps");
}

#[tokio::test]
async fn an_answer_that_gets_lost_repeats_at_most_that_one_message() {
    let stage = Stage::new().await;
    let mut steps = 0;
    while survived(&stage, Moment::Lost(steps)).await {
        steps += 1;
    }
    assert!(steps >= 18, "only {steps} steps");
}

#[tokio::test]
async fn a_message_that_kills_three_workers_is_kept_and_the_next_go_on() {
    let stage = Stage::new().await;
    let (scene, customer) = (&stage.scene, stage.scene.customer());
    let mut group = Group::default();
    group.push(stage.texts(&customer, ["poison", "second", "third"]));
    for death in 1..=3 {
        assert!(scene.hub.messages(scene.id(), "failed").await.is_empty(), "before death {death}");
        // AWS is not behind the killer here, so that the first call it sees is the POST.
        let worker = stage.queues.worker(&stack().aws_url).await;
        stage.killer.arm(Moment::Before(0));
        assert!(stage.killer.kill(invoke(&worker, &group.records)).await.is_none(), "no death {death}");
    }
    stage.work(&mut group).await;
    assert_eq!(scene.bodies(&customer), ["second", "third"]);

    let failed = scene.until_kept("failed", 1).await;
    assert!(failed[0]["reason"].as_str().unwrap().contains("crashed the worker"), "{}", failed[0]);
    let path = format!("/api/integrations/{}/messages/{}", scene.id(), failed[0]["key"].as_str().unwrap());
    let (status, whole) = scene.hub.call(Method::GET, &path, None).await;
    assert!(status == 200 && whole.to_string().contains("poison"), "{status} {whole}");
    let (status, _) = scene.hub.call(Method::POST, &format!("{path}/replay"), None).await;
    assert_eq!(status, 202);
    assert_eq!(scene.until_bodies(&customer, 3).await, ["second", "third", "[possibly repeated] poison"]);
}
