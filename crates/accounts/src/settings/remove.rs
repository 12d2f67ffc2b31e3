//! Take back what a unit has set: what it inherits holds again.

use auth::{Capability, Require as _};
use base::{Result, UnitId};
use db::Tx;
use http::{Answer, App, IfMatch, Path, Signed, State, Tagged};
use platform::settings::{self, Setting};

use super::SettingView;

/// Takes back what a unit has set, when it is still what the actor knew.
pub fn remove(tx: &mut Tx<'_>, unit: UnitId, setting: &'static Setting, known: i64) -> Result<SettingView> {
    tx.require(Capability::SettingsManage, unit)?;
    super::require_confirmed(tx, setting)?;
    settings::unset_known(tx, setting, unit, known)?;
    super::view::view(tx, setting, unit)
}

/// Takes back what a unit has set. Answers what holds now.
#[utoipa::path(delete, path = "/units/{unit}/settings/{key}", operation_id = "remove_setting", tag = "settings",
    params(("unit" = base::Uuid, Path), ("key" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = SettingView), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody), (status = 412, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((unit, key)): Path<(UnitId, String)>,
    IfMatch(known): IfMatch,
) -> Answer<Tagged<SettingView>> {
    let setting = super::find(&app, &key)?;
    let left = app.db().write(&ctx, move |tx| remove(tx, unit, setting, known)).await?;
    Ok(Tagged::new(left.version, left))
}
