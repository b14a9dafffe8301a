//! What a provider of WhatsApp needs to be connected, a file a provider: its settings as a person sends them, laid over what
//! is kept, and what the provider itself is asked and told. Reading and laying over is pure.

use shared::channel::{PathGuard, Provider};
use shared::id::AccountKey;

use super::draft::Draft;
use super::findings::Finding;
use super::settings::Reader;
use crate::error::{ApiError, Problems};

pub(crate) mod kaleyra;
pub(crate) mod meta;
pub(crate) mod schema;
pub(crate) mod sinch;
pub(crate) mod twilio;

/// The settings of one provider.
#[derive(Debug)]
pub(crate) enum ProviderSettings {
    Meta(meta::Settings),
    Twilio(twilio::Settings),
    Sinch(sinch::Settings),
    Kaleyra(kaleyra::Settings),
}

/// An account as the provider itself names it.
pub(crate) struct ProviderAccount {
    pub(crate) key: AccountKey,
    pub(crate) name: String,
    /// What the provider left open.
    pub(crate) finding: Option<Finding>,
}

/// The names under which the settings of a provider are sent.
pub(crate) const NAMES: [(&str, Provider); 4] = [
    ("meta", Provider::Meta),
    ("twilio", Provider::Twilio),
    ("sinch", Provider::Sinch),
    ("kaleyra", Provider::Kaleyra),
];

/// What people call a provider in settings.
pub(crate) fn name(provider: Provider) -> &'static str {
    NAMES.iter().find(|(_, known)| *known == provider).map_or("", |(name, _)| name)
}

impl ProviderSettings {
    /// The settings of whichever provider the call names. Two of them are one too many.
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let mut found = None;
        for (name, provider) in NAMES {
            let settings = reader.nested(name, |reader| match provider {
                Provider::Meta => Self::Meta(meta::Settings::read(reader)),
                Provider::Twilio => Self::Twilio(twilio::Settings::read(reader)),
                Provider::Sinch => Self::Sinch(sinch::Settings::read(reader)),
                Provider::Kaleyra => Self::Kaleyra(kaleyra::Settings::read(reader)),
            });
            if settings.is_some() && found.is_some() {
                reader.problem(name, "belongs to another provider; an integration has one");
            }
            found = found.or(settings);
        }
        found
    }

    /// Whose they are.
    pub(crate) const fn provider(&self) -> Provider {
        match self {
            Self::Meta(_) => Provider::Meta,
            Self::Twilio(_) => Provider::Twilio,
            Self::Sinch(_) => Provider::Sinch,
            Self::Kaleyra(_) => Provider::Kaleyra,
        }
    }

    /// Lays them over what is kept.
    pub(super) fn apply(self, draft: &mut Draft, problems: &mut Problems) -> Result<(), ApiError> {
        match self {
            Self::Meta(settings) => settings.apply(draft, problems),
            Self::Twilio(settings) => settings.apply(draft, problems),
            Self::Sinch(settings) => settings.apply(draft, problems)?,
            Self::Kaleyra(settings) => settings.apply(draft, problems)?,
        }
        Ok(())
    }
}

/// A setting that cannot be done without, in the nested settings of a provider.
pub(super) fn required(problems: &mut Problems, provider: Provider, setting: &str, is_there: bool) {
    if !is_there {
        problems.add(format!("{}.{setting}", name(provider)), "is needed");
    }
}

/// The guard of an address that nobody signs, with a fresh secret where there is none.
pub(super) fn guard(draft: &mut Draft) -> Result<&mut PathGuard, ApiError> {
    if draft.secrets.webhook_guard.is_none() {
        draft.secrets.webhook_guard =
            Some(PathGuard { secrets: vec![super::draft::random_secret()?], ..PathGuard::default() });
    }
    draft.secrets.webhook_guard.as_mut().ok_or(ApiError::Unavailable)
}
