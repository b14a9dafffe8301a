use proptest::prelude::*;

use super::*;

fn id(json: &str) -> Option<String> {
    serde_json::from_str(json).ok().map(|Id(id)| id)
}

fn millis(json: &str) -> Option<i64> {
    serde_json::from_str(json).ok().map(|Moment(at)| at.millis())
}

#[test]
fn ids_keep_every_digit() {
    for (json, expected) in [
        ("\"218840075512346\"", "218840075512346"),
        ("218840075512346", "218840075512346"),
        ("9007199254740993", "9007199254740993"),
        ("18446744073709551616123456789", "18446744073709551616123456789"),
        ("0", "0"),
        ("\"007\"", "007"),
        ("\"m_\\u0041-_\"", "m_A-_"),
        (" 7 ", "7"),
    ] {
        assert_eq!(id(json).as_deref(), Some(expected), "{json}");
    }
}

#[test]
fn what_is_no_id_is_refused() {
    for json in ["null", "true", "1.5", "1e3", "-1", "\"\"", "\" \"", "{}", "[1]", "\"\\ud83d\""] {
        assert_eq!(id(json), None, "{json}");
    }
    assert_eq!(id(&format!("\"{}\"", "9".repeat(401))), None);
    assert_eq!(id(&"9".repeat(400)).map(|id| id.len()), Some(400));
}

#[test]
fn times_are_seconds_or_milliseconds_as_number_or_string() {
    for (json, expected) in [
        ("1795165200077", 1_795_165_200_077),
        ("1795165505", 1_795_165_505_000),
        ("\"1527459824\"", 1_527_459_824_000),
        ("99999999999", 99_999_999_999_000),
        ("100000000000", 100_000_000_000),
    ] {
        assert_eq!(millis(json), Some(expected), "{json}");
    }
    for json in ["-1", "1.5", "1e12", "\"soon\"", "\"\"", "null", "{}", "99999999999999999999"] {
        assert_eq!(millis(json), None, "{json}");
    }
}

#[test]
fn half_an_emoji_does_not_cost_the_text() {
    let Text(text) = serde_json::from_str(r#""hi \ud83d there \ud83d\udc4b""#).unwrap();
    assert!(text.starts_with("hi \u{FFFD}") && text.ends_with(" there 👋"), "{text}");
    assert!(serde_json::from_str::<Text>("5").is_err() && serde_json::from_str::<Text>("[1]").is_err());
}

proptest! {
    #[test]
    fn a_string_and_a_number_of_the_same_digits_are_the_same_id(digits in "[1-9][0-9]{0,60}") {
        prop_assert_eq!(id(&digits), Some(digits.clone()));
        prop_assert_eq!(id(&format!("\"{digits}\"")), Some(digits));
    }
}
