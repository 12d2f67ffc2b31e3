//! What a setting would come to, told before it is set.

use auth::{Capability, Require as _};
use base::{Result, UnitId};
use db::Tx;
use http::{Answer, App, Json, Path, Signed, State};
use platform::second_factor;
use platform::settings::{self, Setting};
use serde::Serialize;
use utoipa::ToSchema;

use super::put::{PutSetting, cleaned};

/// What a value would come to, counted from the records of this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct SettingPreview {
    /// Whom it would hold to something; `null` for a setting that holds nobody to anything.
    pub people: Option<PeopleHeld>,
}

/// How many people a value would hold to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PeopleHeld {
    /// Of whom it would be demanded: whoever has an active account and a role at the unit or below, today or later.
    #[schema(example = 128)]
    pub demanded: i64,
    /// Of them, those who do not satisfy it and are not held to it yet: they can do nothing else before they do.
    #[schema(example = 97)]
    pub to_act: i64,
    /// Whether whoever asks is one of these.
    #[schema(example = true)]
    pub yourself: bool,
}

/// Tells what a value would come to at a unit. Nothing is changed; it is refused as setting it would be.
pub fn preview(tx: &mut Tx<'_>, unit: UnitId, setting: &Setting, cmd: &PutSetting) -> Result<SettingPreview> {
    tx.require(Capability::SettingsManage, unit)?;
    let value = cleaned(setting, &cmd.value)?;
    settings::check(setting, &value).map_err(super::beside_its_field)?;
    if setting.key != second_factor::POLICY.key {
        return Ok(SettingPreview::default());
    }
    let me = tx.ctx().actor().account();
    let outlook = second_factor::outlook(tx, unit, value.as_str().unwrap_or_default(), me)?;
    let people = PeopleHeld { demanded: outlook.demanded, to_act: outlook.to_enrol, yourself: outlook.one_of_them };
    Ok(SettingPreview { people: Some(people) })
}

/// Tells what a value would come to at a unit, before it is set; nothing is changed.
#[utoipa::path(post, path = "/units/{unit}/settings/{key}/preview", operation_id = "preview_setting", tag = "settings",
    params(("unit" = base::Uuid, Path), ("key" = String, Path)), request_body = PutSetting,
    responses((status = 200, body = SettingPreview), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((unit, key)): Path<(UnitId, String)>,
    Json(cmd): Json<PutSetting>,
) -> Answer<Json<SettingPreview>> {
    let setting = super::find(&app, &key)?;
    Ok(Json(app.db().read_long(&ctx, move |tx| preview(tx, unit, setting, &cmd)).await?))
}
