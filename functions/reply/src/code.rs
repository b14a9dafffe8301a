//! Why a reply was not sent at once, in words that programs can rely on. Documented for whoever reads the answers.

use shared::channel::FailureClass;
use shared::openchannel::reply::ReplyError;

/// Why a reply was not sent at once, in a word that programs can rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// The address is not one of ours: no such integration, or not its secret.
    NotFound,
    /// Not a POST.
    MethodNotAllowed,
    /// The request is too large.
    TooLarge,
    /// The request cannot be understood, or lacks what it must have; the word is the reader's own.
    Request(ReplyError),
    /// The integration is switched off.
    IntegrationDisabled,
    /// Nobody is known by that desk id, and it is no address of the channel.
    UnknownRecipient,
    /// More than one integration behind the bridge knows the recipient.
    AmbiguousRecipient,
    /// The channel cannot do this.
    Unsupported,
    /// The text needs more messages than one reply may become.
    TooLong,
    /// The agent's file cannot be had from Motion.
    FileUnavailable,
    /// The agent's file is larger than the platform takes.
    FileTooLarge,
    /// The same reply is being sent at this moment.
    InProgress,
    /// The reply was handed over, and nobody knows whether it was sent.
    OutcomeUnknown,
    /// The platform's time for free answers is over.
    WindowClosed,
    /// It is held until the customer writes.
    Held,
    /// The platform does not take our credential.
    ProviderAuth,
    /// The settings of the account or the app at the platform forbid it.
    ProviderConfiguration,
    /// The platform does not take this message.
    ProviderRefused,
    /// The customer cannot be reached.
    RecipientUnreachable,
    /// The platform stumbled.
    ProviderTrouble,
    /// The platform takes no more for now.
    Throttled,
    /// The time was used up before the platform was asked.
    Timeout,
    /// The hub's own storage does not answer.
    Unavailable,
}

impl Code {
    /// What to call it where the platform certainly did not send it.
    pub(crate) const fn of(class: FailureClass) -> Self {
        match class {
            FailureClass::Permanent => Self::ProviderRefused,
            FailureClass::Throttled(_) => Self::Throttled,
            FailureClass::Transient => Self::ProviderTrouble,
            FailureClass::Credential => Self::ProviderAuth,
            FailureClass::Configuration => Self::ProviderConfiguration,
            FailureClass::WindowClosed => Self::WindowClosed,
            FailureClass::RecipientUnreachable | FailureClass::OptedOut => Self::RecipientUnreachable,
        }
    }

    /// The word in the answer.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::TooLarge => "too_large",
            Self::Request(error) => error.code(),
            Self::IntegrationDisabled => "integration_disabled",
            Self::UnknownRecipient => "unknown_recipient",
            Self::AmbiguousRecipient => "ambiguous_recipient",
            Self::Unsupported => "unsupported",
            Self::TooLong => "too_long",
            Self::FileUnavailable => "file_unavailable",
            Self::FileTooLarge => "file_too_large",
            Self::InProgress => "in_progress",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::WindowClosed => "window_closed",
            Self::Held => "held",
            Self::ProviderAuth => "provider_auth",
            Self::ProviderConfiguration => "provider_configuration",
            Self::ProviderRefused => "provider_refused",
            Self::RecipientUnreachable => "recipient_unreachable",
            Self::ProviderTrouble => "provider_trouble",
            Self::Throttled => "throttled",
            Self::Timeout => "timeout",
            Self::Unavailable => "unavailable",
        }
    }

    /// The HTTP status that goes with it. 400 is what the vendor's own plugin answers where the platform refuses; agents see its text.
    pub(crate) const fn status(self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::TooLarge => 413,
            Self::Request(error) => error.status(),
            Self::IntegrationDisabled => 403,
            Self::UnknownRecipient
            | Self::AmbiguousRecipient
            | Self::Unsupported
            | Self::TooLong
            | Self::FileUnavailable
            | Self::FileTooLarge => 422,
            Self::InProgress => 409,
            // The one answer that is neither "sent" nor "not sent".
            Self::Held => 202,
            Self::WindowClosed
            | Self::ProviderAuth
            | Self::ProviderConfiguration
            | Self::ProviderRefused
            | Self::RecipientUnreachable => 400,
            Self::ProviderTrouble => 502,
            Self::Throttled | Self::Unavailable => 503,
            Self::OutcomeUnknown | Self::Timeout => 504,
        }
    }
}
