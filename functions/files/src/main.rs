//! Short links by which a provider fetches an agent's file: HEAD tells what it is, GET leads to it.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::config::{self, Environment};
use shared::links::FileLinks;
use shared::{aws, log};

mod handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut environment = Environment::new(&config::process);
    let (bucket, log_level) = (environment.text("FILES_BUCKET"), environment.text("RUST_LOG"));
    let (bucket, log_level) = environment.finish((bucket, log_level))?;
    log::start(&log_level);
    let links = &FileLinks::new(aws_sdk_s3::Client::new(&aws::settings().await), bucket);
    run(service_fn(|event: LambdaEvent<ApiGatewayV2httpRequest>| async move {
        Ok::<_, Error>(handler::handle(links, event.payload).await)
    }))
    .await
}
