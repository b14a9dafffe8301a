//! The worker dies at every call it makes, before the call and after it: nothing is lost, the order is kept, and at most
//! the one message that it had in hand comes once more, marked.

use e2e::bench::{invoke, left, records, worker};
use e2e::proxy::{Killer, Moment};
use e2e::scene::{Scene, any_account};
use e2e::stack::stack;
use sandbox::meta::Customer;
use shared::envelope::{Envelope, Target, Work};
use shared::event::{Event, EventKind, MediaFile, MediaKind, MediaSource, Message, Part, Place};
use shared::id::{AccountKey, CustomerId, EventId, MessageId};
use shared::time::{Clock, Timestamp};

struct Stage {
    scene: Scene,
    killer: Killer,
    aws: String,
    picture: String,
}

impl Stage {
    /// A scene whose desk and AWS are both behind the killer.
    async fn new() -> Self {
        let killer = Killer::new();
        let aws = killer.before(&stack().aws_url).await;
        let door = killer.before(&stack().sandbox_url).await;
        let config = any_account();
        let scene = Scene::between(config, |wanted| {
            for setting in ["receive_url", "api_base_url"] {
                let direct = wanted[setting].as_str().unwrap();
                wanted[setting] = direct.replace(&stack().sandbox_url, &door).into();
            }
        })
        .await;
        let owner = scene.customer();
        let file = sandbox::meta::File::new("tile.png", "image/png", b"\x89PNG\r\n\x1a\n0000IHDR".to_vec());
        let picture = owner.sends(None, vec![file]).await.files[0].url.clone();
        scene.until_bodies(&owner, 1).await;
        Self { scene, killer, aws, picture }
    }

    /// Three messages of a customer: a text, a text with a picture, a text.
    fn work(&self, customer: &Customer) -> Vec<Envelope> {
        let picture = Part::File(MediaFile {
            kind: MediaKind::Image,
            source: MediaSource::Url(self.picture.clone()),
            name: Some("tile.png".to_owned()),
        });
        let text = |text: &str| Part::Text { text: text.to_owned() };
        let parts = [vec![text("first")], vec![text("second"), picture], vec![text("third")]];
        let at = Timestamp::now();
        parts
            .into_iter()
            .enumerate()
            .map(|(index, parts)| {
                let id = MessageId::new(format!("m_{}_{index}", customer.psid()));
                let event = Event {
                    id: EventId::of_message(&id),
                    customer: CustomerId::new(customer.psid()),
                    aliases: Vec::new(),
                    named: None,
                    place: Place::Direct,
                    at,
                    kind: EventKind::Message(Message { id: Some(id), quotes: None, parts }),
                };
                let account = AccountKey::of("facebook", &self.scene.page.id());
                Envelope::new(Target { account, integration: None }, Work::Event { event }, at)
            })
            .collect()
    }

    /// Kills a worker at `moment`, lets new ones finish, and gives what the desk got. Nothing where the moment never came.
    async fn survive(&self, moment: Moment) -> Option<Vec<String>> {
        let customer = self.scene.customer();
        let mut queue = records(&self.work(&customer));
        let first = worker(&self.aws, Clock::default()).await;
        self.killer.arm(moment);
        let killed = self.killer.kill(invoke(&first, &queue)).await;
        let came = self.killer.calls();
        self.killer.arm(Moment::Never);
        if let Some(response) = killed {
            queue = left(&queue, &response);
        }
        for _ in 0..6 {
            if queue.is_empty() {
                let reached = match moment {
                    Moment::Before(n) | Moment::After(n) | Moment::Lost(n) => n < came,
                    Moment::Never => false,
                };
                return reached.then(|| self.scene.bodies(&customer));
            }
            let next = worker(&self.aws, Clock::default()).await;
            let response = invoke(&next, &queue).await;
            queue = left(&queue, &response);
        }
        panic!("after {moment:?} the work was never finished");
    }
}

const SAID: [&str; 4] = ["first", "second", "tile.png", "third"];

/// Everything once and in order; what is there once more is marked, and is at most one.
fn assert_kept(moment: Moment, bodies: &[String]) {
    let mut order: Vec<&str> = Vec::new();
    let mut repeats = 0;
    for body in bodies {
        let (marked, said) = match body.strip_prefix("[possibly repeated] ") {
            Some(said) => (true, said),
            None => (false, body.as_str()),
        };
        if order.last() == Some(&said) {
            assert!(marked, "{moment:?}: a repeat without a mark: {bodies:?}");
            repeats += 1;
        } else {
            order.push(said);
        }
    }
    assert_eq!(order, SAID, "{moment:?}: {bodies:?}");
    assert!(repeats <= 1, "{moment:?}: {bodies:?}");
}

#[tokio::test]
async fn a_worker_that_dies_at_any_step_loses_nothing() {
    let stage = Stage::new().await;
    for strike in [Moment::Before as fn(usize) -> Moment, Moment::After] {
        let mut steps = 0;
        while let Some(bodies) = stage.survive(strike(steps)).await {
            assert_kept(strike(steps), &bodies);
            steps += 1;
        }
        // Claims, notes, posts, upload and outcomes of three messages: fewer would mean that the killer missed them.
        assert!(steps >= 12, "only {steps} steps");
    }
}

#[tokio::test]
async fn an_answer_that_gets_lost_repeats_at_most_that_one_message() {
    let stage = Stage::new().await;
    let mut steps = 0;
    while let Some(bodies) = stage.survive(Moment::Lost(steps)).await {
        assert_kept(Moment::Lost(steps), &bodies);
        steps += 1;
    }
    assert!(steps >= 12, "only {steps} steps");
}
