//! The settings of a unit.

use auth::{Capability, Require as _};
use base::{Result, UnitId};
use db::Tx;
use http::{Answer, App, Json, Path, Reader, State};
use platform::settings::Setting;

use super::SettingView;
use crate::Items;

/// All settings of a unit: what holds, and where it comes from.
pub fn list(tx: &mut Tx<'_>, unit: UnitId, all: &[&'static Setting]) -> Result<Vec<SettingView>> {
    tx.require(Capability::SettingsManage, unit)?;
    // Some dozens, each two look-ups by key.
    all.iter().map(|setting| super::view::view(tx, setting, unit)).collect()
}

/// The settings of a unit.
#[utoipa::path(get, path = "/units/{unit}/settings", operation_id = "list_settings", tag = "settings",
    params(("unit" = base::Uuid, Path)),
    responses((status = 200, body = Items<SettingView>), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    reader: Reader,
    Path(unit): Path<UnitId>,
) -> Answer<Json<Items<SettingView>>> {
    let all = super::all(&app);
    Ok(Json(Items { items: reader.at(unit).read(move |tx| list(tx, unit, &all)).await? }))
}
