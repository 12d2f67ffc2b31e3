//! The settings of a unit: what holds there, where it comes from, and changing it.

pub mod list;
pub mod preview;
pub mod put;
pub mod remove;
pub mod try_mail;
mod view;

use auth::confirmation;
use base::{Code, Error, Kind, Result};
use db::Tx;
use http::App;
use platform::settings::{self, Setting};

pub use view::{SettingValue, SettingView};

/// There is no such setting.
pub const NOT_FOUND: Code = Code::new(Kind::NotFound, "setting.not_found", "Không có thiết lập này");

/// The settings that units may change, in the order of the rooms.
fn all(app: &App) -> Vec<&'static Setting> {
    app.modules().iter().flat_map(|room| room.settings.iter().copied()).collect()
}

/// A value that does not fit is told where it was typed.
fn beside_its_field(error: Error) -> Error {
    match error.is(&settings::REFUSED) {
        true => Error::field("value", "setting.refused", error.detail().to_owned()),
        false => error,
    }
}

/// The setting of a key.
fn find(app: &App, key: &str) -> Result<&'static Setting> {
    all(app).into_iter().find(|setting| setting.key == key).ok_or_else(|| {
        NOT_FOUND.error(format!("Không có thiết lập “{key}”. Hãy tải lại trang Thiết lập để xem danh sách hiện nay."))
    })
}

/// What holds people to something, and where a password is sent, is changed only by whoever is still there, and not by
/// whoever found a device left open.
fn require_confirmed(tx: &mut Tx<'_>, setting: &Setting) -> Result<()> {
    let weighs = matches!(setting.kind, settings::Kind::Rising(_) | settings::Kind::Secret);
    if weighs || !setting.secrets.is_empty() { confirmation::require(tx) } else { Ok(()) }
}
