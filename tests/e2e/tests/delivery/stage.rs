//! A scene behind the killer, and workers that do what lies in one customer's group, whichever of them dies on the way.

use deliver::Worker;
use e2e::bench::{Group, Queues, invoke};
use e2e::proxy::{Killer, Moment};
use e2e::scene::{Scene, any_account, unique};
use e2e::stack::stack;
use sandbox::meta::Customer;
use shared::envelope::{Envelope, Target, Work};
use shared::event::{Event, EventKind, MediaFile, MediaKind, MediaSource, Message, Part, Place};
use shared::id::{AccountKey, CustomerId, EventId, MessageId};
use shared::time::Timestamp;
use tokio::sync::Mutex;

/// Far more invocations than any work takes that one worker dies at.
const INVOCATIONS: usize = 20;

/// A scene whose desk and AWS are both behind the killer.
pub(crate) struct Stage {
    pub(crate) scene: Scene,
    pub(crate) killer: Killer,
    pub(crate) queues: Queues,
    aws: String,
    picture: String,
    /// The worker that is alive, if one is.
    hand: Mutex<Option<Worker>>,
}

impl Stage {
    pub(crate) async fn new() -> Self {
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
        Self { scene, killer, queues: Queues::new().await, aws, picture, hand: Mutex::default() }
    }

    /// Work of the hub's own, or of the platform, for this integration.
    pub(crate) fn envelope(&self, work: Work) -> Envelope {
        let account = AccountKey::of("facebook", &self.scene.page.id());
        let integration = match work {
            Work::Event { .. } | Work::Unreadable { .. } => None,
            _ => Some(self.scene.id().parse().unwrap()),
        };
        Envelope::new(Target { account, integration }, work, Timestamp::now())
    }

    /// A message that a customer wrote.
    pub(crate) fn message(&self, customer: &Customer, parts: Vec<Part>) -> Envelope {
        let id = MessageId::new(format!("m_{}", unique()));
        let event = Event {
            id: EventId::of_message(&id),
            customer: CustomerId::new(customer.psid()),
            aliases: Vec::new(),
            named: None,
            place: Place::Direct,
            at: Timestamp::now(),
            kind: EventKind::Message(Message { id: Some(id), quotes: None, parts }),
        };
        self.envelope(Work::Event { event })
    }

    /// Messages that a customer wrote, each a text.
    pub(crate) fn texts<const N: usize>(&self, customer: &Customer, texts: [&str; N]) -> [Envelope; N] {
        texts.map(|said| self.message(customer, vec![text(said)]))
    }

    /// A picture that can be fetched.
    pub(crate) fn picture(&self) -> Part {
        Part::File(MediaFile {
            kind: MediaKind::Image,
            source: MediaSource::Url(self.picture.clone()),
            name: Some("tile.png".to_owned()),
        })
    }

    /// A worker of a process that just started, behind the killer.
    pub(crate) async fn worker(&self) -> Worker {
        self.queues.worker(&self.aws).await
    }

    /// One invocation of a worker with what is in a group. It lives on for the next; in the place of a killed one comes another.
    pub(crate) async fn invoke(&self, group: &mut Group) {
        let mut hand = self.hand.lock().await;
        let worker = match hand.take() {
            Some(worker) => worker,
            None => self.worker().await,
        };
        if let Some(response) = self.killer.kill(invoke(&worker, &group.records)).await {
            group.settle(&response);
            *hand = Some(worker);
        }
    }

    /// As many as it takes until nothing is left in the group.
    pub(crate) async fn work(&self, group: &mut Group) {
        for _ in 0..INVOCATIONS {
            if group.records.is_empty() {
                return;
            }
            self.invoke(group).await;
        }
        panic!("the work was never finished");
    }

    /// The same, and all that workers put into their queues for later is due at once.
    pub(crate) async fn work_off(&self, group: &mut Group) {
        while !group.records.is_empty() {
            self.work(group).await;
            group.push(self.killer.queued());
        }
    }
}

pub(crate) fn text(text: &str) -> Part {
    Part::Text { text: text.to_owned() }
}

/// Every moment at which a worker may die. After a call and before the next one leave the same behind, so that only before
/// the first call is a moment of its own.
pub(crate) fn deaths() -> impl Iterator<Item = Moment> {
    std::iter::once(Moment::Before(0)).chain((0..).map(Moment::After))
}

/// What is said at the desk, in order: everything once, and once more only next to itself, marked, and at most one.
pub(crate) fn assert_kept(moment: Moment, said: &[&str], bodies: &[String]) {
    let mut order: Vec<&str> = Vec::new();
    let mut repeats = 0;
    for body in bodies {
        let (marked, body) = match body.strip_prefix("[possibly repeated] ") {
            Some(body) => (true, body),
            None => (false, body.as_str()),
        };
        // Of a line in a file's place only that it is one.
        let body = if body.starts_with("[file] ") { "[file]" } else { body };
        if order.last() == Some(&body) {
            assert!(marked, "{moment:?}: a repeat without a mark: {bodies:?}");
            repeats += 1;
        } else {
            order.push(body);
        }
    }
    assert_eq!(order, said, "{moment:?}: {bodies:?}");
    assert!(repeats <= 1, "{moment:?}: {bodies:?}");
}
