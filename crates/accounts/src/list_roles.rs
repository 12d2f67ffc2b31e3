//! The roles I may give.

use auth::Require as _;
use auth::require::{roles_to_give, roles_to_give_anywhere};
use base::{Result, UnitId, Uuid};
use db::Tx;
use http::{Answer, Json, Query, Reader};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Items;

/// Which roles are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Only those that can be given at this unit.
    pub unit: Option<Uuid>,
}

/// A role that can be given.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RoleView {
    /// Stable code.
    #[schema(example = "teacher")]
    pub code: &'static str,
    /// Its name.
    #[schema(example = "Giáo viên")]
    pub name: &'static str,
    /// What it is for.
    #[schema(example = "Dạy học ở trường.")]
    pub description: &'static str,
}

/// The roles that the signed-in person may give, at a unit or anywhere.
pub fn list_roles(tx: &mut Tx<'_>, unit: Option<UnitId>) -> Result<Vec<RoleView>> {
    tx.require_signed_in()?;
    let roles = match unit {
        Some(unit) => {
            tx.require(auth::Capability::UnitView, unit)?;
            roles_to_give(tx, unit)?
        }
        None => roles_to_give_anywhere(tx)?,
    };
    Ok(roles
        .into_iter()
        .map(|role| RoleView { code: role.code, name: role.name, description: role.description })
        .collect())
}

/// The roles I may give.
#[utoipa::path(get, path = "/roles", operation_id = "list_roles", tag = "accounts", params(Asked),
    responses((status = 200, body = Items<RoleView>)))]
pub async fn route(reader: Reader, Query(asked): Query<Asked>) -> Answer<Json<Items<RoleView>>> {
    let unit = asked.unit.map(UnitId);
    Ok(Json(Items { items: reader.read(move |tx| list_roles(tx, unit)).await? }))
}
