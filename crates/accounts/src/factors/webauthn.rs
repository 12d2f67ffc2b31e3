//! Passkeys as browsers know them (WebAuthn): what a browser is asked, and whether its answer is right. Verifying takes a
//! signature's time and stays outside write closures.

use auth::factors::passkeys::{NewPasskey, Owned};
use auth::tickets::TicketDigest;
use base::{AccountId, Code, Error, Kind, Result, Uuid};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Site;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Url,
    Webauthn, WebauthnBuilder, WebauthnError,
};

/// No passkey works on this connection; the sentence says why.
pub const UNAVAILABLE: Code = Code::new(Kind::Conflict, "passkey.unavailable", "Ở đây không dùng được khoá truy cập");
/// The browser's answer is not right.
pub const REFUSED: Code = Code::new(Kind::Refused, "passkey.refused", "Không nhận được khoá truy cập");

/// What the browser is asked, and the ticket to send back with its answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PasskeyOptions {
    /// To be sent with the answer, once and within five minutes.
    #[schema(example = "q3zN8c1vJr0sT5mXhK2yWb7uLd4fGaE6oPiRtYkQwVs")]
    pub ticket: String,
    /// WebAuthn's options as JSON: `{"publicKey": {…}}`.
    #[schema(value_type = Object)]
    pub options: serde_json::Value,
}

/// What a browser answers, as `PublicKeyCredential.toJSON()` writes it. Only its outline is looked at while it is read:
/// whether it is right is said later, and in one way.
#[derive(Clone, Debug)]
pub struct Credential(serde_json::Value);

impl<'de> Deserialize<'de> for Credential {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(from)?;
        let has_outline =
            ["id", "rawId", "type"].iter().all(|name| value[*name].is_string()) && value["response"].is_object();
        match has_outline {
            true => Ok(Self(value)),
            false => Err(D::Error::custom("not a credential")),
        }
    }
}

/// A ticket that was drawn for a challenge, and what is kept of both.
pub(crate) struct Challenge {
    pub shown: PasskeyOptions,
    pub digest: TicketDigest,
    pub state: String,
}

/// A passkey whose answer was verified against its state as read before.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Whose passkey it is, and its state as it was verified.
    pub owned: Owned,
    /// Its state from now on.
    pub state: String,
}

pub(crate) fn refused() -> Error {
    REFUSED.error(
        "Hệ thống không xác nhận được khoá truy cập này; chưa có gì bị thay đổi. Hãy thử lại; nếu vẫn không được, hãy dùng cách khác.",
    )
}

/// The site as the party a passkey is made for.
fn party(site: &Site) -> Result<Webauthn> {
    if let Some(off) = &site.no_passkeys {
        return Err(UNAVAILABLE.error(off.reason.clone()));
    }
    let unusable = |error: String| {
        UNAVAILABLE
            .error("Khoá truy cập không dùng được ở địa chỉ này. Hãy mở trang bằng tên của máy chủ.")
            .caused_by(error)
    };
    let origin = Url::parse(&site.origin).map_err(|error| unusable(error.to_string()))?;
    WebauthnBuilder::new(&site.host, &origin)
        .map(|builder| builder.rp_name("Khuê"))
        .and_then(WebauthnBuilder::build)
        .map_err(|error| unusable(format!("{error:?}")))
}

/// The host of a site where passkeys work.
pub(crate) fn host(site: &Site) -> Result<String> {
    party(site).map(|_| site.host.clone())
}

fn challenge(mut options: serde_json::Value, state: &impl Serialize) -> Result<Challenge> {
    if let Some(all) = options.as_object_mut() {
        // How the browser offers passkeys is the page's to say.
        all.remove("mediation");
    }
    let (ticket, digest) = auth::tickets::draw()?;
    let state = serde_json::to_string(state).map_err(Error::internal)?;
    Ok(Challenge { shown: PasskeyOptions { ticket, options }, digest, state })
}

fn parse(state: &str) -> Result<Passkey> {
    serde_json::from_str(state).map_err(Error::internal)
}

/// Asks for a new passkey of an account, other than those it has.
pub(crate) fn to_make(
    site: &Site,
    account: AccountId,
    login: &str,
    display_name: &str,
    states: &[String],
) -> Result<Challenge> {
    let known: Vec<_> =
        states.iter().map(|state| parse(state).map(|key| key.cred_id().clone())).collect::<Result<_>>()?;
    let (options, state) = party(site)?
        .start_passkey_registration(account.0, login, display_name, Some(known))
        .map_err(|error| Error::internal(format!("{error:?}")))?;
    let mut options = serde_json::to_value(options).map_err(Error::internal)?;
    // A device that can shall offer it at the sign-in page without a name typed.
    options["publicKey"]["authenticatorSelection"]["residentKey"] = "preferred".into();
    challenge(options, &state)
}

/// The new passkey that a browser answers with; nothing when the answer is not right.
pub(crate) fn made(site: &Site, state: &str, answer: Credential, name: String) -> Result<Option<NewPasskey>> {
    let party = party(site)?;
    let state: PasskeyRegistration = serde_json::from_str(state).map_err(Error::internal)?;
    let Ok(answer) = serde_json::from_value::<RegisterPublicKeyCredential>(answer.0) else { return Ok(None) };
    let Ok(key) = party.finish_passkey_registration(&answer, &state) else { return Ok(None) };
    let state = serde_json::to_string(&key).map_err(Error::internal)?;
    Ok(Some(NewPasskey { name, host: site.host.clone(), credential: key.cred_id().to_vec(), state }))
}

/// Asks for a signature by one of these passkeys; of none in particular, the device offers those it holds.
pub(crate) fn to_sign(site: &Site, states: &[String]) -> Result<Challenge> {
    let (options, state) =
        party(site)?.start_discoverable_authentication().map_err(|error| Error::internal(format!("{error:?}")))?;
    let mut options = serde_json::to_value(options).map_err(Error::internal)?;
    let allowed: Vec<serde_json::Value> = states
        .iter()
        .map(|state| {
            let id = URL_SAFE_NO_PAD.encode(parse(state)?.cred_id());
            Ok(serde_json::json!({ "type": "public-key", "id": id }))
        })
        .collect::<Result<_>>()?;
    options["publicKey"]["allowCredentials"] = allowed.into();
    challenge(options, &state)
}

/// The browser's answer to [`to_sign`], read: by which passkey it says it was signed.
pub(crate) struct Signed(PublicKeyCredential);

impl Signed {
    /// Reads an answer; nothing when it is none.
    pub(crate) fn read(answer: Credential) -> Option<Self> {
        serde_json::from_value(answer.0).ok().map(Self)
    }

    /// The id of the passkey.
    pub(crate) fn credential(&self) -> Vec<u8> {
        self.0.get_credential_id().to_vec()
    }

    /// Verifies the answer with the passkey it names. Nothing when it is not right: another challenge, site, person or
    /// signature, a counter that did not grow, or nobody was asked for finger, face or PIN. `named` says that somebody was
    /// known before; else the device must say whose passkey it is.
    pub(crate) fn verify(&self, site: &Site, state: &str, owned: Owned, named: bool) -> Result<Option<Verified>> {
        let party = party(site)?;
        let state: DiscoverableAuthentication = serde_json::from_str(state).map_err(Error::internal)?;
        let mut key = parse(&owned.state)?;
        let says = self.0.get_user_unique_id().map(|id| Uuid::from_slice(id).ok());
        let is_owner = match says {
            Some(says) => says == Some(owned.account.0),
            None => named,
        };
        if !is_owner {
            return Ok(None);
        }
        match party.finish_discoverable_authentication_v2(&self.0, state, &key) {
            Ok(result) if result.user_verified() => {
                key.update_credential(&result);
                let state = serde_json::to_string(&key).map_err(Error::internal)?;
                Ok(Some(Verified { owned, state }))
            }
            Ok(_) => Ok(None),
            Err(error) => {
                if matches!(error, WebauthnError::CredentialPossibleCompromise) {
                    tracing::warn!(account = %owned.account, "a passkey's counter did not grow: it may have been copied");
                }
                Ok(None)
            }
        }
    }
}
