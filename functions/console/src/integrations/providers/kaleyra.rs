//! WhatsApp through Kaleyra: an account with an API key, and a number on one of the two APIs. Nobody signs its webhooks: a
//! secret in the path, and whatever else Kaleyra can be told to send, stands guard.

use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use shared::channel::whatsapp::kaleyra::connect::Known;
use shared::channel::whatsapp::kaleyra::{Credential, Generation, connect};
use shared::channel::{BasicUser, FixedHeader, PlatformCredential, Provider};
use shared::id::AccountKey;
use shared::secrets::IntegrationSecrets;

use super::{ProviderAccount, guard, required};
use crate::error::{ApiError, Problems};
use crate::integrations::draft::{Draft, put_first, random_secret};
use crate::integrations::findings::Finding;
use crate::integrations::forms;
use crate::integrations::platform::{Asking, refused};
use crate::integrations::settings::{Given, Reader};

/// What Kaleyra needs.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    sid: Given<String>,
    api_key: Given<SecretString>,
    host: Given<String>,
    number: Given<String>,
    generation: Given<Generation>,
    header_name: Given<String>,
    header_value: Given<SecretString>,
    user: Given<String>,
    password: Given<SecretString>,
    sources: Given<Vec<IpNet>>,
    rotate_path_secret: bool,
}

impl Settings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            sid: reader.text("sid", forms::word),
            api_key: reader.text("api_key", forms::key),
            host: reader.text("host", forms::kaleyra_host),
            number: reader.text("number", forms::telephone),
            generation: reader.text("generation", generation),
            header_name: reader.text("header_name", forms::header_name),
            header_value: reader.text("header_value", forms::key),
            user: reader.text("user", forms::user),
            password: reader.text("password", forms::password),
            sources: reader.networks("sources"),
            rotate_path_secret: reader.flag("rotate_path_secret").value().unwrap_or_default(),
        }
    }

    pub(super) fn apply(self, draft: &mut Draft, problems: &mut Problems) -> Result<(), ApiError> {
        let before = match &draft.secrets.platform {
            PlatformCredential::Kaleyra(credential) => Some(credential.clone()),
            _ => None,
        };
        let kept = |part: fn(&Credential) -> String| before.as_ref().map(part);
        let generation = self.generation.value().or_else(|| before.as_ref().map(|known| known.generation));
        let credential = Credential {
            sid: self.sid.value().or_else(|| kept(|known| known.sid.clone())).unwrap_or_default(),
            api_key: self
                .api_key
                .value()
                .or_else(|| before.as_ref().map(|known| known.api_key.clone()))
                .unwrap_or_default(),
            host: self.host.value().or_else(|| kept(|known| known.host.clone())).unwrap_or_default(),
            number: self.number.value().or_else(|| kept(|known| known.number.clone())).unwrap_or_default(),
            generation: generation.unwrap_or(Generation::V2),
        };
        let needed = [
            ("sid", !credential.sid.is_empty()),
            ("api_key", !credential.api_key.expose_secret().is_empty()),
            ("host", !credential.host.is_empty()),
            ("number", !credential.number.is_empty()),
            ("generation", generation.is_some()),
        ];
        for (setting, is_there) in needed {
            required(problems, Provider::Kaleyra, setting, is_there);
        }
        draft.expect_account(AccountKey::new(format!("whatsapp:kaleyra:{}", credential.number)));
        draft.secrets.platform = PlatformCredential::Kaleyra(credential);
        let guard = guard(draft)?;
        if self.rotate_path_secret {
            put_first(&mut guard.secrets, random_secret()?);
        }
        match (self.header_name, self.header_value) {
            (Given::Absent, Given::Absent) => {}
            (Given::Value(name), Given::Value(value)) => guard.put_header(FixedHeader { name, value }),
            (Given::Null, _) | (_, Given::Null) => guard.headers.clear(),
            _ => problems.add("kaleyra.header_value", "is needed with header_name, and the other way round"),
        }
        match (self.user, self.password) {
            (Given::Absent, Given::Absent) => {}
            (Given::Value(user), Given::Value(password)) => guard.put_user(BasicUser { user, password }),
            (Given::Null, _) | (_, Given::Null) => guard.users.clear(),
            _ => problems.add("kaleyra.password", "is needed with user, and the other way round"),
        }
        match self.sources {
            Given::Absent => {}
            Given::Null => guard.sources.clear(),
            Given::Value(sources) => guard.sources = sources,
        }
        Ok(())
    }
}

fn generation(text: &str) -> Result<Generation, &'static str> {
    match text {
        "v1" => Ok(Generation::V1),
        "v2" => Ok(Generation::V2),
        _ => Err("must be v1 or v2, the API that the number is on"),
    }
}

/// The account, if Kaleyra knows it by this key on this host. It tells neither a name nor the numbers, so that the number is
/// taken as typed and is the name too.
pub(crate) async fn account(asking: &Asking<'_>) -> Result<ProviderAccount, ApiError> {
    let known = asking.ask(connect::account(&asking.connection())).await.map_err(|failure| refused(&failure))?;
    let finding = (known == Known::NotSaid).then(|| {
        Finding::new(
            "account_not_checked",
            "Kaleyra did not tell whether sid, api_key and host fit together: it has no such question for this account. Send a \
             message to yourself to see whether they do.",
        )
    });
    let key = asking.secrets.account.clone();
    let name = format!("+{}", key.platform_id().rsplit(':').next().unwrap_or_default());
    Ok(ProviderAccount { key, name, finding })
}

/// What a person has to enter at Kaleyra.
pub(crate) fn to_enter(secrets: &IntegrationSecrets) -> Finding {
    let guard = secrets.webhook_guard.as_ref();
    let more = match guard {
        Some(guard) if !guard.headers.is_empty() || !guard.users.is_empty() => {
            " Calls without the header or the user that you chose are turned away, so enter it in callback profiles, with \
             the header or the user: a number's plain incoming URL carries neither."
        }
        _ => "",
    };
    Finding::new(
        "webhook_to_enter",
        format!(
            "Enter webhook_url at the number in Kaleyra, as incoming URL and as status callback. It is a password: whoever \
             knows it can write in your customers' names.{more}"
        ),
    )
}
