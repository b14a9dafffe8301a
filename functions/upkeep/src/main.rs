//! Run by a schedule: what has to be seen to although nobody asks for it.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use shared::time::Timestamp;
use shared::{aws, config, log};
use upkeep::{Round, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let settings = Settings::read(&config::process)?;
    log::start(&settings.log_level);
    let round = &Round::new(&aws::settings().await, &settings);
    run(service_fn(|event: LambdaEvent<Value>| async move {
        let deadline = Timestamp::from_millis(i64::try_from(event.context.deadline).unwrap_or(i64::MAX));
        round.go(deadline.since(Timestamp::now())).await.map_err(Error::from)
    }))
    .await
}
