//! What several answers show.

use auth::grants::Grant;
use base::{AccountId, Date, Result, UnitId, Uuid};
use db::Tx;
use serde::Serialize;
use utoipa::ToSchema;

use crate::names;

/// A short list, whole.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Items<T> {
    /// All of it.
    pub items: Vec<T>,
}

/// A unit by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnitRef {
    /// Which.
    #[schema(value_type = Uuid)]
    pub id: UnitId,
    /// What sort.
    #[schema(example = "school")]
    pub kind: String,
    /// How it is called today.
    #[schema(example = "Trường THCS Nguyễn Du")]
    pub name: String,
}

/// An account by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountRef {
    /// Which.
    #[schema(value_type = Uuid)]
    pub id: AccountId,
    /// What is typed to sign in.
    #[schema(example = "lan.nguyen")]
    pub login: String,
    /// How the person is called.
    #[schema(example = "Nguyễn Thị Lan")]
    pub display_name: String,
}

/// A role held at a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GrantView {
    /// Which.
    pub id: Uuid,
    /// The role's code.
    #[schema(example = "head")]
    pub role: String,
    /// The role's name.
    #[schema(example = "Hiệu trưởng")]
    pub role_name: String,
    /// Where.
    pub unit: UnitRef,
    /// From this day.
    #[schema(value_type = String, format = Date, example = "2026-09-05")]
    pub from: Date,
    /// Until before this day; `null` when it has no end.
    #[schema(value_type = Option<String>, format = Date)]
    pub to: Option<Date>,
}

/// The name of a role; its code when the program no longer knows it.
pub(crate) fn role_name(code: &str) -> String {
    auth::role::find(code).map_or(code, |role| role.name).to_owned()
}

pub(crate) fn grants(tx: &mut Tx<'_>, grants: Vec<Grant>) -> Result<Vec<GrantView>> {
    let ids: Vec<_> = grants.iter().map(|grant| grant.unit).collect();
    let units = names::units(tx, &ids)?;
    Ok(grants
        .into_iter()
        .filter_map(|grant| {
            Some(GrantView {
                id: grant.id.0,
                role_name: role_name(&grant.role),
                role: grant.role,
                unit: units.get(&grant.unit)?.clone(),
                from: grant.valid_from,
                to: grant.valid_to,
            })
        })
        .collect())
}
