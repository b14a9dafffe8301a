//! An integration is enabled while a worker still knows it as disabled.

use e2e::bench::{Group, invoke};
use reqwest::Method;

use crate::stage::Stage;

#[tokio::test]
async fn a_worker_that_still_knows_disabled_does_not_end_a_chain_of_drains() {
    let stage = Stage::new().await;
    let scene = &stage.scene;
    let (anna, bert) = (scene.customer(), scene.customer());
    let switch = async |to: &str| {
        let (status, body) =
            scene.hub.call(Method::POST, &format!("/api/integrations/{}/{to}", scene.id()), None).await;
        assert_eq!(status, 200, "{body}");
    };
    // Behind the killer, which remembers what goes into its queues.
    let worker = stage.worker().await;
    switch("disable").await;
    let mut group = Group::default();
    group.push(stage.texts(&anna, ["one"]));
    group.settle(&invoke(&worker, &group.records).await);
    scene.until_kept("waiting", 1).await;

    // The deployed worker does what that asks for; the one here remembers for half a minute how it was.
    switch("enable").await;
    assert_eq!(scene.until_bodies(&anna, 1).await, ["one"]);
    scene.until_kept("waiting", 0).await;
    stage.killer.queued();
    group.push(stage.texts(&bert, ["two"]));
    group.settle(&invoke(&worker, &group.records).await);
    let waits = scene.until_kept("waiting", 1).await;
    assert!(waits[0]["reason"].as_str().unwrap().contains("disabled"), "{}", waits[0]);

    group.push(stage.killer.queued());
    assert_eq!(group.records.len(), 1, "one drain is on the way");
    group.settle(&invoke(&worker, &group.records).await);
    assert_eq!(scene.bodies(&bert), ["two"]);
    scene.until_kept("waiting", 0).await;
}
