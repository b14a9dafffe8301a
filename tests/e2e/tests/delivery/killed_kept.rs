//! The worker dies at every call it makes for what does not go straight through the queue: a message set aside and brought
//! by a drain, one that failed and is replayed, a file that comes late. It holds what holds of the queue's own path.

use e2e::bench::{Group, invoke};
use e2e::proxy::Moment;
use e2e::stack::stack;
use sandbox::meta::Customer;
use sandbox::motion::MotionCall;
use sandbox::{Answer, Fault, When};
use serde_json::json;
use shared::envelope::{Envelope, Work};
use shared::id::CustomerId;

use crate::stage::{Stage, assert_kept, deaths, text};

impl Stage {
    fn refuse(&self, call: MotionCall, status: u16, when: When) {
        let answer = Answer::json(status, &json!({"message": "out of order"}));
        self.scene.desk.fail_on(Some(call), Fault::Refuse(answer), when);
    }

    /// A message that the desk would not take, and the work that brings it again.
    async fn failed(&self, customer: &Customer, said: &str) -> Envelope {
        let [message] = self.texts(customer, [said]);
        let failed = message.correlation;
        self.refuse(MotionCall::Receive, 400, When::next(1));
        let mut group = Group::default();
        group.push([message]);
        self.work(&mut group).await;
        self.envelope(Work::Replay { customer: CustomerId::new(customer.psid()), failed })
    }

    /// Has a group worked off that began while the desk would not take something and takes all again now. What was put into
    /// queues comes first, then one more message.
    async fn mend(&self, customer: &Customer, mut group: Group) {
        self.scene.desk.mend();
        group.push(self.killer.queued());
        group.push(self.texts(customer, ["last"]));
        self.work_off(&mut group).await;
    }

    /// Kills a worker at each moment of a story, each time with another customer. A story arms the killer itself.
    async fn survives(&self, said: &[&str], at_least: usize, story: impl AsyncFn(&Customer, Moment)) {
        let mut steps = 0;
        for moment in deaths() {
            let customer = self.scene.customer();
            story(&customer, moment).await;
            assert_kept(moment, said, &self.scene.bodies(&customer));
            if !self.killer.struck() {
                break;
            }
            steps += 1;
        }
        // Fewer would mean that the killer missed them.
        assert!(steps >= at_least, "only {steps} steps");
        for state in ["waiting", "failed"] {
            let kept = self.scene.hub.messages(self.scene.id(), state).await;
            assert!(kept.is_empty(), "{state}: {kept:?}");
        }
    }
}

#[tokio::test]
async fn a_worker_that_dies_while_it_sets_aside_or_drains_loses_nothing() {
    let stage = Stage::new().await;
    let story = async |customer: &Customer, moment| {
        let mut group = Group::default();
        group.push(stage.texts(customer, ["first", "second"]));
        stage.refuse(MotionCall::Receive, 503, When::always());
        for _ in 0..2 {
            stage.invoke(&mut group).await;
        }
        // The third try is the last.
        stage.killer.arm(moment);
        stage.work(&mut group).await;
        assert!(stage.scene.bodies(customer).is_empty());
        stage.mend(customer, group).await;
    };
    // The try, the breaker, the first drain and the messages set aside; then each of them posted and taken out, the breaker,
    // and those who are woken.
    stage.survives(&["first", "second", "last"], 30, story).await;
}

#[tokio::test]
async fn a_worker_that_dies_at_a_replay_loses_nothing() {
    let stage = Stage::new().await;
    let story = async |customer: &Customer, moment| {
        let mut group = Group::default();
        group.push([stage.failed(customer, "first").await]);
        stage.killer.arm(moment);
        stage.mend(customer, group).await;
    };
    stage.survives(&["first", "last"], 12, story).await;
}

#[tokio::test]
async fn a_worker_that_dies_at_a_replay_for_a_desk_that_is_away_loses_nothing() {
    let stage = Stage::new().await;
    let story = async |customer: &Customer, moment| {
        let mut group = Group::default();
        group.push([stage.failed(customer, "first").await]);
        stage.refuse(MotionCall::Receive, 503, When::always());
        stage.killer.arm(moment);
        stage.work(&mut group).await;
        // The drain that follows is like any other.
        stage.killer.spare();
        stage.mend(customer, group).await;
    };
    stage.survives(&["first", "last"], 7, story).await;
}

#[tokio::test]
async fn a_worker_that_dies_at_a_file_that_comes_late_loses_nothing() {
    let stage = Stage::new().await;
    let story = async |customer: &Customer, moment| {
        let mut group = Group::default();
        group.push([stage.message(customer, vec![text("first"), stage.picture()])]);
        group.push(stage.texts(customer, ["second"]));
        stage.refuse(MotionCall::Upload, 503, When::always());
        stage.killer.arm(moment);
        stage.work(&mut group).await;
        stage.mend(customer, group).await;
    };
    stage.survives(&["first", "[file]", "second", "tile.png", "last"], 25, story).await;
}

#[tokio::test]
async fn a_message_that_kills_three_drains_is_kept_and_the_next_go_on() {
    let stage = Stage::new().await;
    let customer = stage.scene.customer();
    let mut group = Group::default();
    group.push(stage.texts(&customer, ["poison", "second"]));
    stage.refuse(MotionCall::Receive, 503, When::always());
    stage.work(&mut group).await;
    stage.scene.desk.mend();
    group.push(stage.killer.queued());
    for death in 1..=3 {
        let worker = stage.queues.worker(&stack().aws_url).await;
        stage.killer.arm(Moment::Before(0));
        assert!(stage.killer.kill(invoke(&worker, &group.records)).await.is_none(), "no death {death}");
    }
    stage.mend(&customer, group).await;
    assert_eq!(stage.scene.bodies(&customer), ["second", "last"]);
    let failed = stage.scene.until_kept("failed", 1).await;
    assert!(failed[0]["reason"].as_str().unwrap().contains("crashed the worker"), "{}", failed[0]);
    stage.scene.until_kept("waiting", 0).await;
}
