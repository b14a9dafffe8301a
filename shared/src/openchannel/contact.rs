//! The contact that Motion keeps of a customer: its fields by name, and which of them holds our id of the customer.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A field of a contact. The standard ones as Motion spells them, and `cf_N` for a custom field of the list.
///
/// Also the map key of an account: the field by which Motion finds the contact of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ContactField {
    /// `firstName`
    FirstName,
    /// `lastName`
    LastName,
    /// `tags`
    Tags,
    /// `street`
    Street,
    /// `postalCode`
    PostalCode,
    /// `city`
    City,
    /// `country`
    Country,
    /// `dateOfBirth`
    DateOfBirth,
    /// `description`
    Description,
    /// `phone`
    Phone,
    /// `mobile`
    Mobile,
    /// `fax`
    Fax,
    /// `email`
    Email,
    /// `url`
    Url,
    /// `facebook`
    Facebook,
    /// `twitter`
    Twitter,
    /// `cf_N`, the list's custom field with that number.
    Custom(NonZeroU32),
}

/// The text names no field of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a contact field of Motion: use a standard one, such as facebook, twitter, phone or email, or cf_ and the number of a custom field"
)]
pub struct UnknownField;

const STANDARD: [(ContactField, &str); 16] = [
    (ContactField::FirstName, "firstName"),
    (ContactField::LastName, "lastName"),
    (ContactField::Tags, "tags"),
    (ContactField::Street, "street"),
    (ContactField::PostalCode, "postalCode"),
    (ContactField::City, "city"),
    (ContactField::Country, "country"),
    (ContactField::DateOfBirth, "dateOfBirth"),
    (ContactField::Description, "description"),
    (ContactField::Phone, "phone"),
    (ContactField::Mobile, "mobile"),
    (ContactField::Fax, "fax"),
    (ContactField::Email, "email"),
    (ContactField::Url, "url"),
    (ContactField::Facebook, "facebook"),
    (ContactField::Twitter, "twitter"),
];

impl ContactField {
    /// Whether the field holds telephone numbers.
    pub const fn is_phone(self) -> bool {
        matches!(self, Self::Phone | Self::Mobile)
    }

    /// What the platform knows of the person; an integration's fixed fields only stand in for it.
    const fn is_personal(self) -> bool {
        matches!(self, Self::FirstName | Self::LastName | Self::Phone | Self::Mobile | Self::Email)
    }
}

impl fmt::Display for ContactField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Custom(number) => write!(f, "cf_{number}"),
            field => f.write_str(STANDARD.iter().find(|(known, _)| known == field).map_or("", |(_, name)| name)),
        }
    }
}

impl FromStr for ContactField {
    type Err = UnknownField;

    fn from_str(name: &str) -> Result<Self, UnknownField> {
        if let Some((field, _)) = STANDARD.iter().find(|(_, known)| *known == name) {
            return Ok(*field);
        }
        let digits = name.strip_prefix("cf_").ok_or(UnknownField)?;
        let number: NonZeroU32 = digits.parse().map_err(|_| UnknownField)?;
        // One field has one name: no plus sign, no leading zero.
        if digits == number.to_string() { Ok(Self::Custom(number)) } else { Err(UnknownField) }
    }
}

impl TryFrom<String> for ContactField {
    type Error = UnknownField;

    fn try_from(name: String) -> Result<Self, UnknownField> {
        name.parse()
    }
}

impl From<ContactField> for String {
    fn from(field: ContactField) -> Self {
        field.to_string()
    }
}

/// A telephone number as Motion keeps it: country prefix and digits only. What has letters is no number and stays as it is
/// (WhatsApp knows some people by an id of its own instead of a number).
pub fn telephone(text: &str) -> String {
    let text = text.trim();
    if text.chars().any(char::is_alphabetic) {
        return text.to_owned();
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    // No country prefix begins with zero: 00 is how people dial the plus sign.
    digits.strip_prefix("00").map(str::to_owned).unwrap_or(digits)
}

/// What is to stand in a contact. Holds no blank value, and no number that is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<ContactField, String>")]
pub struct ContactFields(BTreeMap<ContactField, String>);

impl From<BTreeMap<ContactField, String>> for ContactFields {
    fn from(values: BTreeMap<ContactField, String>) -> Self {
        let mut fields = Self::default();
        for (field, value) in &values {
            fields.set(*field, value);
        }
        fields
    }
}

impl ContactFields {
    /// The name of a person as platforms tell it: its first word is the first name, the rest the last name.
    pub fn named(full: &str) -> Self {
        let full = full.trim();
        let (first, last) = full.split_once(char::is_whitespace).unwrap_or((full, ""));
        let mut fields = Self::default();
        fields.set(ContactField::FirstName, first);
        fields.set(ContactField::LastName, last);
        fields
    }

    /// Sets a field; a blank value is no value, and neither is a telephone number with letters.
    pub fn set(&mut self, field: ContactField, value: &str) {
        let value = if field.is_phone() { telephone(value) } else { value.trim().to_owned() };
        let is_value = !field.is_phone() || value.bytes().all(|digit| digit.is_ascii_digit());
        if is_value && !value.is_empty() {
            self.0.insert(field, value);
        }
    }

    /// The value of a field.
    pub fn get(&self, field: ContactField) -> Option<&str> {
        self.0.get(&field).map(String::as_str)
    }

    /// All fields with their values.
    pub fn iter(&self) -> impl Iterator<Item = (ContactField, &str)> {
        self.0.iter().map(|(field, value)| (*field, value.as_str()))
    }

    /// These fields with an integration's `fixed` ones over them. Of a person's name, numbers and e-mail address the
    /// platform knows more: there a fixed value only fills a gap.
    #[must_use]
    pub fn with_fixed(mut self, fixed: &Self) -> Self {
        for (field, value) in fixed.iter() {
            if !(field.is_personal() && self.get(field).is_some()) {
                self.set(field, value);
            }
        }
        self
    }
}

#[cfg(test)]
mod tests;
