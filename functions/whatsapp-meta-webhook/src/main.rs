//! Meta's webhook for WhatsApp numbers: GET answers the handshake, POST takes events into the queue.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::webhook::{Settings, Shell};
use shared::{aws, config, log};

mod handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let settings = Settings::read(&config::process)?;
    log::start(&settings.log_level);
    let aws = aws::settings().await;
    let shell = &Shell::new(&aws, &settings);
    shell.warm().await;
    run(service_fn(|event: LambdaEvent<ApiGatewayV2httpRequest>| async move {
        Ok::<_, Error>(handler::handle(shell, event.payload).await)
    }))
    .await
}
