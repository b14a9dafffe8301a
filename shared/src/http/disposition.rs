//! The name of a file that a server hands out: from Content-Disposition (RFC 6266) or from the path. Pure and tolerant.

use percent_encoding::percent_decode_str;
use url::Url;

/// The file name in a Content-Disposition header, the extended form before the plain one.
pub(super) fn file_name(header: &str) -> Option<String> {
    let parameters = parameters(header);
    let value = |name| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let name = value("filename*").and_then(extended).or_else(|| value("filename").map(str::to_owned));
    name.filter(|name| !name.trim().is_empty())
}

/// The last part of an address's path, decoded, where it has an ending as file names have.
pub(super) fn of_path(url: &Url) -> Option<String> {
    let last = url.path_segments()?.next_back()?;
    let name = percent_decode_str(last).decode_utf8_lossy().into_owned();
    let (stem, ending) = name.rsplit_once('.')?;
    (!stem.is_empty() && !ending.is_empty()).then_some(name)
}

/// `charset'language'percent-encoded`; UTF-8 and its subset ASCII only, as RFC 8187 demands.
fn extended(value: &str) -> Option<String> {
    let mut pieces = value.splitn(3, '\'');
    let (charset, _language, encoded) = (pieces.next()?, pieces.next()?, pieces.next()?);
    let known = charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("us-ascii");
    if !known {
        return None;
    }
    percent_decode_str(encoded).decode_utf8().ok().map(|name| name.into_owned())
}

/// The parameters of a header value with their names in lower case. A semicolon inside quotes ends nothing.
fn parameters(header: &str) -> Vec<(String, String)> {
    let (mut pieces, mut piece, mut quoted, mut escaped) = (Vec::new(), String::new(), false, false);
    for c in header.chars() {
        match c {
            _ if escaped => {
                piece.push(c);
                escaped = false;
            }
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' if !quoted => pieces.push(std::mem::take(&mut piece)),
            _ => piece.push(c),
        }
    }
    pieces.push(piece);
    let pair = |piece: &String| {
        let (name, value) = piece.split_once('=')?;
        Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
    };
    pieces.iter().filter_map(pair).collect()
}

#[cfg(test)]
mod tests;
