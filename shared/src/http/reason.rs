//! A failed call in our own words: what is known of the request, and no more of the address than its host.

use std::error::Error;
use std::io;

use url::Url;

use super::HttpError;
use super::guard::{Blocked, host_of};
use super::resolver::UnknownName;

/// What a failure of the HTTP library says about the request that it was to carry.
pub(super) fn classify(error: &reqwest::Error, url: &Url) -> HttpError {
    if let Some(blocked) = find::<Blocked>(error) {
        return HttpError::Forbidden(format!("{}: {blocked}", host_of(url)));
    }
    let reason = format!("{}: {}", host_of(url), words(error));
    // A request that could not even be built has not gone out either.
    if error.is_connect() || error.is_builder() { HttpError::NotConnected(reason) } else { HttpError::NoAnswer(reason) }
}

fn words(error: &reqwest::Error) -> String {
    if let Some(unknown) = find::<UnknownName>(error) {
        return unknown.to_string();
    }
    if error.is_timeout() {
        return if error.is_connect() { "no connection in time" } else { "no answer in time" }.to_owned();
    }
    match find::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => "the connection was refused".to_owned(),
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe) => {
            "the connection was dropped".to_owned()
        }
        // The innermost cause is the TLS or HTTP library's own sentence; the address stands in the outermost only.
        _ => innermost(error),
    }
}

fn find<T: Error + 'static>(error: &reqwest::Error) -> Option<&T> {
    causes(error).find_map(|cause| cause.downcast_ref::<T>())
}

fn innermost(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| "the request failed".to_owned(), ToString::to_string)
}

fn causes<'a>(error: &'a reqwest::Error) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause: &&'a (dyn Error + 'static)| (*cause).source())
}
