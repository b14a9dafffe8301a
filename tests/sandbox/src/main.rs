//! The sandbox as a program: `sandbox serve` is the outside world, `sandbox demo` plays a conversation in it.

#![expect(clippy::print_stdout, reason = "a program of the terminal")]

mod config;
mod demo;

use std::error::Error;
use std::process::ExitCode;

use config::Config;
use sandbox::Sandbox;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    let done = match std::env::args().nth(1).as_deref() {
        None | Some("serve") => serve().await,
        Some("demo") => demo::play().await.map_err(Into::into),
        Some(other) => Err(format!("there is no command {other:?}; there are: serve, demo").into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start(Config::read(&config::environment)?.sandbox()).await?;
    println!("page, phone and desk  {}\nGraph API             {}", sandbox.url(), sandbox.graph_url());
    println!("Motion                {}/motion/SERVER/api", sandbox.url());
    let (mut terminated, mut interrupted) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! { _ = terminated.recv() => {}, _ = interrupted.recv() => {} }
    sandbox.stop().await;
    Ok(())
}
