//! Short links by which a provider fetches an agent's file: HEAD tells what it is, GET leads to it.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::links::FileLinks;
use shared::{aws, config, log};

mod handler;
mod settings;

use settings::Settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let settings = Settings::read(&config::process)?;
    log::start(&settings.log_level);
    let links = &FileLinks::new(aws_sdk_s3::Client::new(&aws::settings().await), settings.files_bucket);
    run(service_fn(|event: LambdaEvent<ApiGatewayV2httpRequest>| async move {
        Ok::<_, Error>(handler::handle(links, event.payload).await)
    }))
    .await
}
