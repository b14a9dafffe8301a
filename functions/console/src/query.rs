//! The query of a call: the names it may hold, each at most once.

use http::Uri;

use crate::error::{ApiError, Problems};

/// The values of the `known` names, in their order. A name that is not known is more likely a slip than meant.
pub(crate) fn read<const N: usize>(uri: &Uri, known: [&str; N]) -> Result<[Option<String>; N], ApiError> {
    let mut values = [const { None }; N];
    let mut problems = Problems::default();
    for (name, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        let place = known.iter().zip(values.iter_mut()).find(|(known, _)| **known == name);
        match place {
            Some((_, place)) if place.is_none() => *place = Some(value.into_owned()),
            Some(_) => problems.add(name, "is given twice"),
            None => problems.add(name, format!("is not known here; possible: {}", known.join(", "))),
        }
    }
    problems.check()?;
    Ok(values)
}

/// A switch: `true` or `false`.
pub(crate) fn switch(name: &str, value: Option<String>) -> Result<bool, ApiError> {
    match value.as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Problems::one(name, "must be true or false")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values() {
        let read = |query: &str| read(&format!("/x?{query}").parse().unwrap(), ["state", "limit"]);
        assert_eq!(read("").unwrap(), [None, None]);
        assert_eq!(read("limit=5&state=a%20b").unwrap(), [Some("a b".to_owned()), Some("5".to_owned())]);
        for wrong in ["limti=5", "limit=5&limit=6", "=", "%ff=1"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn switches() {
        assert!(!switch("x", None).unwrap());
        assert!(switch("x", Some("true".to_owned())).unwrap());
        for wrong in ["", "1", "True"] {
            assert!(switch("x", Some(wrong.to_owned())).is_err(), "{wrong}");
        }
    }
}
