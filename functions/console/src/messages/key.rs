//! The name of a kept message in an address: opaque to whoever holds it, safe in a URL.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared::id::{CorrelationId, CustomerId};
use shared::store::{Held, Kept, KeptPlace, KeptState};

/// Between the parts of a key; no platform's id holds it.
const SEPARATOR: char = '\n';

/// The longest id of a customer in bytes. Far more than any platform's, and with the rest within DynamoDB's 1024 bytes.
const LONGEST_CUSTOMER: usize = 512;

/// Which kept message is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// One that waits, by its place in the order of its customer's messages.
    Waiting {
        /// Whose it is.
        customer: CustomerId,
        /// Its place.
        sequence: String,
    },
    /// One that failed.
    Failed {
        /// Whose it is.
        customer: CustomerId,
        /// What it is kept under.
        correlation: CorrelationId,
    },
    /// One of an agent's that is held.
    Held {
        /// Whom it is for.
        customer: CustomerId,
        /// The answer it belongs to.
        correlation: CorrelationId,
        /// Which part of it.
        part: u32,
    },
}

/// What a listing is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// What goes to the desk by itself.
    Waiting,
    /// What goes to the desk only when someone says so.
    Failed,
    /// What goes to the customer when they write.
    Held,
}

impl State {
    /// The word for it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Failed => "failed",
            Self::Held => "held",
        }
    }

    /// The state of that word.
    pub(crate) fn named(word: &str) -> Option<Self> {
        [Self::Waiting, Self::Failed, Self::Held].into_iter().find(|state| state.word() == word)
    }
}

/// The text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotAKey;

impl Key {
    /// The key of a kept message.
    pub(crate) fn of(kept: &Kept) -> Self {
        let customer = kept.customer.clone();
        match kept.state {
            KeptState::Waiting => Self::Waiting { customer, sequence: kept.sequence.clone() },
            KeptState::Failed => Self::Failed { customer, correlation: kept.correlation },
        }
    }

    /// The key of a held message.
    pub(crate) fn of_held(held: &Held) -> Self {
        Self::Held { customer: held.customer.clone(), correlation: held.correlation, part: held.part }
    }

    /// Among which messages it is.
    pub(crate) const fn state(&self) -> State {
        match self {
            Self::Waiting { .. } => State::Waiting,
            Self::Failed { .. } => State::Failed,
            Self::Held { .. } => State::Held,
        }
    }

    /// Where it is kept, if it is a customer's.
    pub(crate) fn place(&self) -> Option<KeptPlace> {
        match self {
            Self::Waiting { customer, sequence } => Some(KeptPlace::waiting(customer, sequence)),
            Self::Failed { customer, correlation } => Some(KeptPlace::failed(customer, *correlation)),
            Self::Held { .. } => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Waiting { customer, sequence } => format!("w{SEPARATOR}{sequence}{SEPARATOR}{customer}"),
            Self::Failed { customer, correlation } => format!("f{SEPARATOR}{correlation}{SEPARATOR}{customer}"),
            Self::Held { customer, correlation, part } => {
                format!("h{SEPARATOR}{correlation}.{part}{SEPARATOR}{customer}")
            }
        };
        f.write_str(&URL_SAFE_NO_PAD.encode(text))
    }
}

impl FromStr for Key {
    type Err = NotAKey;

    fn from_str(key: &str) -> Result<Self, NotAKey> {
        let text = URL_SAFE_NO_PAD.decode(key).map_err(|_| NotAKey)?;
        let text = String::from_utf8(text).map_err(|_| NotAKey)?;
        let mut parts = text.splitn(3, SEPARATOR);
        let (Some(state), Some(which), Some(customer)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NotAKey);
        };
        if customer.len() > LONGEST_CUSTOMER {
            return Err(NotAKey);
        }
        let customer = CustomerId::new(customer);
        match state {
            // The order of the queue: digits, far below 40.
            "w" if (1..=40).contains(&which.len()) && which.bytes().all(|byte| byte.is_ascii_digit()) => {
                Ok(Self::Waiting { customer, sequence: which.to_owned() })
            }
            "f" => Ok(Self::Failed { customer, correlation: which.parse().map_err(|_| NotAKey)? }),
            "h" => {
                let (correlation, part) = which.split_once('.').ok_or(NotAKey)?;
                let number: u32 = part.parse().map_err(|_| NotAKey)?;
                let correlation = correlation.parse().map_err(|_| NotAKey)?;
                // One message has one key.
                let same = number.to_string() == part;
                same.then_some(Self::Held { customer, correlation, part: number }).ok_or(NotAKey)
            }
            _ => Err(NotAKey),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_come_back() {
        let customer = CustomerId::new("7304418829920156");
        for key in [
            Key::Waiting { customer: customer.clone(), sequence: "18866773842301123328".to_owned() },
            Key::Failed { customer: CustomerId::new("ref:ümlaut/\n#"), correlation: CorrelationId::generate() },
            Key::Held { customer: CustomerId::new("39055#1"), correlation: CorrelationId::generate(), part: 9 },
        ] {
            let text = key.to_string();
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{text}");
            assert_eq!(text.parse(), Ok(key));
        }
    }

    #[test]
    fn what_is_no_key() {
        for text in [
            "",
            "w\n1",
            "x\n1\n7",
            "w\n\n7",
            "w\n1#2\n7",
            "f\nnope\n7",
            "h\n1\n7",
            "h\n01KAHXJ5V5S6J6M5Q3X0B7T9ZC.01\n7",
        ] {
            assert_eq!(URL_SAFE_NO_PAD.encode(text).parse::<Key>(), Err(NotAKey), "{text:?}");
        }
        assert_eq!("not base64!".parse::<Key>(), Err(NotAKey));
        let of = |length: usize| URL_SAFE_NO_PAD.encode(format!("w\n1\n{}", "7".repeat(length))).parse::<Key>();
        assert!(of(512).is_ok());
        assert_eq!(of(513), Err(NotAKey), "DynamoDB takes no such key");
    }

    proptest! {
        #[test]
        fn arbitrary_text_does_no_harm(text: String) {
            let _ = text.parse::<Key>();
        }

        #[test]
        fn one_message_has_one_key(bytes: Vec<u8>) {
            let text = URL_SAFE_NO_PAD.encode(&bytes);
            if let Ok(key) = text.parse::<Key>() {
                prop_assert_eq!(key.to_string(), text);
            }
        }
    }
}
