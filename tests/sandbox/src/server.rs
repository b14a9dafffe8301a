//! A listener whose connections can be closed without an answer, and which can be stopped so that connections are refused.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tower::ServiceExt;

/// A running listener. Dropping it stops it.
#[derive(Debug)]
pub(crate) struct Server {
    addr: SocketAddr,
    serving: JoinHandle<()>,
}

impl Server {
    /// Listens on `addr` (port 0: any free one) and serves `router`.
    pub(crate) async fn start(addr: SocketAddr, router: Router) -> io::Result<Self> {
        Self::serve(TcpListener::bind(addr).await?, router)
    }

    /// Serves `router` on a listener that is already there.
    pub(crate) fn serve(listener: TcpListener, router: Router) -> io::Result<Self> {
        Ok(Self { addr: listener.local_addr()?, serving: tokio::spawn(accept(listener, router)) })
    }

    pub(crate) const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Closes the listener and every connection, and returns when they are closed.
    pub(crate) async fn stop(mut self) {
        self.serving.abort();
        // The task was told to end; that it was cancelled is the expected result.
        let _cancelled = (&mut self.serving).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Ends with the listener: the connections live in the set and go with it.
async fn accept(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(connection(stream, router.clone()));
                }
            }
            Some(_ended) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, router: Router) {
    // Without it small answers wait for the peer's delayed acknowledgement.
    let _best_effort = stream.set_nodelay(true);
    let service = service_fn(move |request: http::Request<Incoming>| answer(router.clone(), request));
    // An error here is a peer that went away, or a connection that a fault closed: nothing to do about either.
    let _closed = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(router: Router, request: http::Request<Incoming>) -> Result<Response, HungUp> {
    let response: Result<Response, Infallible> = router.oneshot(request.map(Body::new)).await;
    match response {
        Ok(response) if response.extensions().get::<HungUp>().is_some() => Err(HungUp),
        Ok(response) => Ok(response),
        Err(never) => match never {},
    }
}

/// Marks a response that is never sent: the connection is closed in its place.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the connection was closed without an answer, as told")]
struct HungUp;

/// What a handler returns to close the connection without an answer.
pub(crate) fn hang_up() -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(HungUp);
    response
}
