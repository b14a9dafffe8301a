//! Who a WhatsApp customer is: a business-scoped user id, a telephone number, or both. Pure.
//!
//! The user id comes first, because it stays when a person hides the number; a number beside it is an alias. Numbers are
//! digits with the country code and no plus.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids>

use crate::id::{CustomerId, DeskId};

/// The longest telephone number, in digits (E.164).
const LONGEST_NUMBER: usize = 15;
/// The shortest that is taken for a whole one with its country code.
const SHORTEST_NUMBER: usize = 7;
/// The longest user id behind its country code.
const LONGEST_USER_ID: usize = 128;

/// A customer with all that an event tells of who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The id that stays.
    pub customer: CustomerId,
    /// The other ones.
    pub aliases: Vec<CustomerId>,
}

impl Identity {
    /// From a user id and a number as the provider wrote them, either of which may be missing or blank. Nothing where
    /// neither is one.
    pub fn of(user_id: Option<&str>, number: Option<&str>) -> Option<Self> {
        let mut known = user_id.and_then(self::user_id).into_iter().chain(number.and_then(self::number));
        let customer = known.next()?;
        let aliases = known.filter(|alias| *alias != customer).collect();
        Some(Self { customer, aliases })
    }

    /// From one text that may be either.
    pub fn of_either(text: &str) -> Option<Self> {
        either(text).map(|customer| Self { customer, aliases: Vec::new() })
    }
}

/// A number, however it is written: with or without a plus, blanks, dashes and brackets.
pub fn number(text: &str) -> Option<CustomerId> {
    let text = text.trim();
    let text = text.strip_prefix('+').or_else(|| text.strip_prefix("00")).unwrap_or(text);
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.' | '/' | '\u{a0}')).collect();
    let is_number = (SHORTEST_NUMBER..=LONGEST_NUMBER).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    is_number.then(|| CustomerId::new(digits))
}

/// A business-scoped user id: two capital letters, a dot, perhaps `ENT.`, then letters and digits.
pub fn user_id(text: &str) -> Option<CustomerId> {
    let text = text.trim();
    let (country, rest) = text.split_once('.')?;
    let own = rest.strip_prefix("ENT.").unwrap_or(rest);
    let is_id = country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && (1..=LONGEST_USER_ID).contains(&own.len())
        && own.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_id.then(|| CustomerId::new(text))
}

/// A text that may be either.
pub fn either(text: &str) -> Option<CustomerId> {
    user_id(text).or_else(|| number(text))
}

/// The number by which a customer can be written to, if one is known. `aliases` has the newest first, and after a change of
/// number the newest is the one that works.
pub fn number_of<'a>(customer: &'a CustomerId, aliases: &'a [CustomerId]) -> Option<&'a CustomerId> {
    aliases.iter().chain(std::iter::once(customer)).find(|id| is_number(id))
}

/// The user id by which a customer can be written to, if one is known; the newest, as with numbers.
pub fn user_id_of<'a>(customer: &'a CustomerId, aliases: &'a [CustomerId]) -> Option<&'a CustomerId> {
    aliases.iter().chain(std::iter::once(customer)).find(|id| !is_number(id))
}

/// What Motion knows a customer by: the number, which agents can read and dial, else the user id.
pub fn desk_id(customer: &CustomerId, aliases: &[CustomerId]) -> DeskId {
    DeskId::new(number_of(customer, aliases).unwrap_or(customer).as_str())
}

/// A user name as people write it. It may change, so that nobody is known by it.
pub fn username(text: &str) -> String {
    format!("@{}", text.trim_start_matches('@'))
}

/// Whether the ids that two are known by may be one person's: a person has one user id at a time, and Meta tells when it changes.
pub fn may_be_one(ids: &[CustomerId], others: &[CustomerId]) -> bool {
    let mut own = ids.iter().filter(|id| !is_number(id)).peekable();
    let others: Vec<_> = others.iter().filter(|id| !is_number(id)).collect();
    own.peek().is_none() || others.is_empty() || own.any(|id| others.contains(&id))
}

/// Whether an id of the hub's own making is a number.
pub fn is_number(id: &CustomerId) -> bool {
    id.as_str().bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_form() {
        let table = [
            ("447700900123", Some("447700900123")),
            ("+447700900123", Some("447700900123")),
            ("00447700900123", Some("447700900123")),
            (" +44 (7700) 900-123 ", Some("447700900123")),
            ("07700900123", None),
            ("none", None),
            ("", None),
            ("123456", None),
            ("1234567890123456", None),
            ("+44٧٧٠٠٩٠٠١٢٣", None),
            ("447700900123x", None),
        ];
        for (text, expected) in table {
            assert_eq!(number(text).as_ref().map(CustomerId::as_str), expected, "{text}");
        }
    }

    #[test]
    fn after_a_change_the_newest_id_is_written_to() {
        let ids = |ids: &[&str]| ids.iter().map(|id| CustomerId::new(*id)).collect::<Vec<_>>();
        let table = [
            ("447700900123", vec![], Some("447700900123"), None),
            ("DE.1", vec!["447700900123"], Some("447700900123"), Some("DE.1")),
            ("447700900123", vec!["447700900999", "DE.2", "DE.1"], Some("447700900999"), Some("DE.2")),
            ("DE.1", vec![], None, Some("DE.1")),
        ];
        for (customer, aliases, number, user_id) in table {
            let (customer, aliases) = (CustomerId::new(customer), ids(&aliases));
            assert_eq!(number_of(&customer, &aliases).map(CustomerId::as_str), number, "{customer} {aliases:?}");
            assert_eq!(user_id_of(&customer, &aliases).map(CustomerId::as_str), user_id, "{customer} {aliases:?}");
        }
    }

    #[test]
    fn a_user_id_is_taken_whole() {
        let table = [
            ("DE.4417720931885523670", true),
            ("DE.ENT.90211844730015577432", true),
            ("de.4417720931885523670", false),
            ("DEU.44177", false),
            ("DE.", false),
            ("DE.44.77", false),
            ("447700900123", false),
        ];
        for (text, is_id) in table {
            assert_eq!(user_id(text).is_some(), is_id, "{text}");
        }
    }

    #[test]
    fn the_user_id_comes_first_and_the_number_stands_beside_it() {
        let ids = |identity: Option<Identity>| {
            identity.map(|identity| {
                let mut ids = vec![identity.customer.to_string()];
                ids.extend(identity.aliases.iter().map(ToString::to_string));
                ids
            })
        };
        let table = [
            (Some("DE.1"), Some("+447700900123"), Some(vec!["DE.1", "447700900123"])),
            (Some("DE.1"), None, Some(vec!["DE.1"])),
            (Some(""), Some("447700900123"), Some(vec!["447700900123"])),
            (None, Some("447700900123"), Some(vec!["447700900123"])),
            (None, Some("none"), None),
            (None, None, None),
        ];
        for (user_id, number, expected) in table {
            let found = ids(Identity::of(user_id, number));
            assert_eq!(
                found,
                expected.map(|ids| ids.into_iter().map(str::to_owned).collect()),
                "{user_id:?} {number:?}"
            );
        }
    }

    #[test]
    fn two_user_ids_are_two_people() {
        let ids = |text: &str| text.split(' ').map(CustomerId::new).collect::<Vec<_>>();
        let table = [
            ("DE.1", "DE.1", true),
            ("DE.1", "DE.2", false),
            ("DE.1", "447700900123", true),
            ("44770090", "DE.1", true),
            ("DE.9 447700900123", "447700900123 DE.1", false),
            ("PL.1 48600700800", "447700900123 PL.1 DE.1", true),
            ("447700900123", "447700900123 DE.1", true),
        ];
        for (one, other, expected) in table {
            assert_eq!(may_be_one(&ids(one), &ids(other)), expected, "{one} {other}");
            assert_eq!(may_be_one(&ids(other), &ids(one)), expected, "{other} {one}");
        }
    }
}
