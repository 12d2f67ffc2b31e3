//! Set a setting of a unit.

use auth::{Capability, Require as _};
use base::{Error, Result, UnitId};
use db::Tx;
use http::{Answer, App, IfMatch, Json, Path, Signed, State, Tagged};
use platform::settings::{self, Kind, Setting};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{SettingValue, SettingView};

/// What shall hold.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutSetting {
    /// The value, of the setting's kind.
    #[schema(example = json!("smtp.truong.edu.vn"))]
    pub value: SettingValue,
}

impl std::fmt::Debug for PutSetting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // It may be a password.
        f.write_str("PutSetting(…)")
    }
}

/// What was typed, cleaned; a password as it is.
pub(super) fn cleaned(setting: &Setting, value: &SettingValue) -> Result<Value> {
    let text = match value {
        SettingValue::Bool(value) => return Ok(Value::Bool(*value)),
        SettingValue::Int(value) => return Ok(Value::from(*value)),
        SettingValue::Text(text) => text,
    };
    let text = if setting.kind == Kind::Secret { text.clone() } else { base::vi::clean(text) };
    if text.is_empty() {
        return Err(Error::field(
            "value",
            "setting.refused",
            "Hãy nhập giá trị; nếu muốn dùng lại giá trị của cấp trên hoặc mặc định, hãy bấm Bỏ giá trị riêng.",
        ));
    }
    Ok(Value::String(text))
}

/// Sets a setting of a unit, when what stands there is still what the actor knew; version 0 for nothing.
pub fn put(
    tx: &mut Tx<'_>,
    unit: UnitId,
    setting: &'static Setting,
    known: i64,
    cmd: &PutSetting,
) -> Result<SettingView> {
    tx.require(Capability::SettingsManage, unit)?;
    super::require_confirmed(tx, setting)?;
    let value = cleaned(setting, &cmd.value)?;
    settings::set_known(tx, setting, unit, known, &value).map_err(super::beside_its_field)?;
    super::view::view(tx, setting, unit)
}

/// Sets a setting of a unit.
#[utoipa::path(put, path = "/units/{unit}/settings/{key}", operation_id = "put_setting", tag = "settings",
    params(("unit" = base::Uuid, Path), ("key" = String, Path), ("If-Match" = String, Header)), request_body = PutSetting,
    responses((status = 200, body = SettingView), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody), (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((unit, key)): Path<(UnitId, String)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<PutSetting>,
) -> Answer<Tagged<SettingView>> {
    let setting = super::find(&app, &key)?;
    let set = app.db().write(&ctx, move |tx| put(tx, unit, setting, known, &cmd)).await?;
    Ok(Tagged::new(set.version, set))
}
