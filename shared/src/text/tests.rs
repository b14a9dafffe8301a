use proptest::prelude::*;

use super::*;

const CHARACTERS: TextUnit = TextUnit::Characters;

fn parts(text: &str, limit: usize) -> Vec<String> {
    split(text, limit, CHARACTERS, 10).unwrap()
}

#[test]
fn cuts_at_blanks() {
    for (text, limit, expected) in [
        ("", 5, vec![]),
        (" \n\t ", 5, vec![]),
        ("hello", 5, vec!["hello"]),
        ("  hello ", 5, vec!["hello"]),
        ("hello you", 5, vec!["hello", "you"]),
        ("hello you", 8, vec!["hello", "you"]),
        ("hello you", 9, vec!["hello you"]),
        ("a  b", 4, vec!["a  b"]),
        ("a\n\nb c", 5, vec!["a\n\nb", "c"]),
        ("hello          you", 6, vec!["hello", "you"]),
        ("hellothere you", 5, vec!["hello", "there", "you"]),
        ("a hellothere", 5, vec!["a", "hello", "there"]),
    ] {
        assert_eq!(parts(text, limit), expected, "{text:?} {limit}");
    }
}

#[test]
fn counts_in_the_unit_of_the_channel() {
    assert_eq!(parts("жжжж", 2), ["жж", "жж"]);
    assert_eq!(split("жжжж", 4, TextUnit::Bytes, 9).unwrap(), ["жж", "жж"]);
    assert_eq!(split("жжжж", 5, TextUnit::Bytes, 9).unwrap(), ["жж", "жж"]);
}

#[test]
fn never_cuts_a_grapheme() {
    // A family of three joined faces (5 characters), a wave with a skin colour (2), an e with its accent apart (2).
    assert_eq!(parts("👨‍👩‍👧👋🏽", 6), ["👨‍👩‍👧", "👋🏽"]);
    assert_eq!(parts("ae\u{301}", 2), ["a", "e\u{301}"]);
    // A blank with an accent on it is no blank to cut at.
    assert_eq!(parts("a \u{301}b", 3), ["a \u{301}", "b"]);
    assert_eq!(split("👨‍👩‍👧", 4, CHARACTERS, 10), Err(TooLong { parts: 10, limit: 4, unit: CHARACTERS }));
}

#[test]
fn more_parts_than_allowed_are_refused() {
    assert_eq!(split("a b c", 1, CHARACTERS, 3).unwrap(), ["a", "b", "c"]);
    let refused = split("a b c", 1, CHARACTERS, 2).unwrap_err();
    assert_eq!(refused.to_string(), "the text does not fit into 2 messages of 1 characters each");
    assert!(split("a", 0, CHARACTERS, 2).is_err() && split("a", 1, CHARACTERS, 0).is_err());
    assert_eq!(split(" ", 0, CHARACTERS, 0).unwrap(), Vec::<String>::new());
}

#[test]
fn quotes_are_one_short_line() {
    for (text, characters, expected) in [
        ("see you at 5", 12, "see you at 5"),
        ("see you\n at   5", 12, "see you at 5"),
        ("see you at 5", 11, "see you at…"),
        ("see you at 5", 9, "see you…"),
        ("👋🏽👋🏽", 4, "👋🏽👋🏽"),
        ("👋🏽👋🏽", 3, "👋🏽…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("", 5, ""),
    ] {
        assert_eq!(shorten(text, characters), expected, "{text:?} {characters}");
    }
}

fn solid(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Arbitrary text, and text of the pieces that tempt a splitter to go wrong.
fn texts() -> impl Strategy<Value = String> {
    const PIECES: &[&str] =
        &["a", "word", " ", "\n", "\r\n", "\u{301}", "👋🏽", "👨‍👩‍👧", "🇩🇪", "🇩", "ж", "\u{a0}", "\u{200d}"];
    let tempting = prop::collection::vec(prop::sample::select(PIECES), 0..60).prop_map(|pieces| pieces.concat());
    prop_oneof![tempting, any::<String>()]
}

proptest! {
    #[test]
    fn every_part_fits_and_nothing_is_lost(
        text in texts(),
        limit in 1_usize..40,
        unit in prop_oneof![Just(CHARACTERS), Just(TextUnit::Bytes)],
    ) {
        let Ok(parts) = split(&text, limit, unit, usize::MAX) else {
            let size = |grapheme: &str| if unit == CHARACTERS { grapheme.chars().count() } else { grapheme.len() };
            prop_assert!(text.graphemes(true).any(|grapheme| size(grapheme) > limit));
            return Ok(());
        };
        prop_assert_eq!(solid(&parts.concat()), solid(&text));
        for part in &parts {
            let size = if unit == CHARACTERS { part.chars().count() } else { part.len() };
            prop_assert!(size <= limit && !part.trim().is_empty());
        }
        // The parts' graphemes are those of the text: none was cut.
        let whole: Vec<&str> = text.graphemes(true).filter(|grapheme| !is_blank(grapheme)).collect();
        let cut: Vec<&str> =
            parts.iter().flat_map(|part| part.graphemes(true)).filter(|grapheme| !is_blank(grapheme)).collect();
        prop_assert_eq!(whole, cut);
    }

    #[test]
    fn a_word_that_fits_is_never_cut(words in prop::collection::vec("[a-zж]{1,9}", 1..40), limit in 9_usize..40) {
        let parts = split(&words.join(" "), limit, CHARACTERS, usize::MAX).unwrap();
        let again: Vec<&str> = parts.iter().flat_map(|part| part.split(' ')).collect();
        prop_assert_eq!(words, again);
    }

    #[test]
    fn a_quote_is_never_longer_than_asked(text in texts(), characters in 0_usize..30) {
        let quote = shorten(&text, characters);
        prop_assert!(quote.chars().count() <= characters && !quote.contains('\n'));
    }
}
