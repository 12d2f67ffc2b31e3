//! Begin to add an authenticator app: its secret, to be scanned or typed. It counts from its first code on.

use auth::factors::totp::{self, Secret};
use auth::{Require as _, accounts, confirmation};
use base::{Error, Instant, Result};
use db::Tx;
use http::{Answer, App, Json, Signed, Site, State};
use qrcodegen::{QrCode, QrCodeEcc};
use serde::Serialize;
use utoipa::ToSchema;

/// The secret, which is shown this once.
#[derive(Serialize, ToSchema)]
pub struct TotpBegun {
    /// To be typed into the app, when nothing can be scanned.
    #[schema(example = "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ")]
    pub secret: String,
    /// The same as an address that apps open.
    #[schema(example = "otpauth://totp/Khu%C3%AA:lan.nguyen?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Khu%C3%AA")]
    pub uri: String,
    /// The same as a QR code, an SVG image.
    #[schema(example = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 49 49\"></svg>")]
    pub qr: String,
    /// The first code is waited for until then.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Instant,
}

/// A QR code as an image, black on white whatever the theme: cameras want it so.
fn qr(text: &str) -> Result<String> {
    const QUIET: i32 = 4;
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(Error::internal)?;
    let side = code.size() + 2 * QUIET;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            path.push_str(&format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET));
        }
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\"{path}\"/></svg>"
    ))
}

/// Keeps a secret, drawn outside, until its first code is shown. Answers the login and until when.
pub fn begin_totp(tx: &mut Tx<'_>, secret: &Secret) -> Result<(String, Instant)> {
    let account = tx.require_own_password()?;
    confirmation::require(tx)?;
    let expires_at = totp::begin(tx, account, secret)?;
    let found = accounts::find(tx, account)?
        .ok_or_else(|| accounts::NOT_FOUND.error("Không tìm thấy tài khoản của phiên này. Hãy đăng nhập lại."))?;
    Ok((found.login, expires_at))
}

/// Begins to add an authenticator app.
#[utoipa::path(post, path = "/me/totp", operation_id = "begin_totp", tag = "accounts",
    responses((status = 200, body = TotpBegun), (status = 403, body = http::ProblemBody)))]
pub async fn route(State(app): State<App>, Signed(ctx): Signed, site: Site) -> Answer<Json<TotpBegun>> {
    let secret = Secret::draw()?;
    let kept = secret.clone();
    let (login, expires_at) = app.db().write(&ctx, move |tx| begin_totp(tx, &kept)).await?;
    let product = app.settings().product;
    let at = if site.host.is_empty() { product.to_owned() } else { format!("{product} {}", site.host) };
    let uri = secret.uri(&at, &login)?;
    Ok(Json(TotpBegun { secret: secret.shown(), qr: qr(&uri)?, uri, expires_at }))
}
