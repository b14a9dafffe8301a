//! The worker behind the queues: `inbound.fifo`, whose groups keep the order, and `later`, which only waits.

use aws_lambda_events::sqs::SqsEvent;
use deliver::{Settings, Worker, handle};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::time::Timestamp;
use shared::{aws, config, log};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let settings = Settings::read(&config::process)?;
    log::start(&settings.log_level);
    let aws = aws::settings().await;
    let worker = &Worker::new(&aws, settings)?;
    worker.warm().await;
    run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        let deadline = Timestamp::from_millis(i64::try_from(event.context.deadline).unwrap_or(i64::MAX));
        let left = deadline.since(Timestamp::now());
        Ok::<_, Error>(handle(worker, event.payload, left).await)
    }))
    .await
}
