//! Who holds a role at a unit.

use std::collections::HashMap;

use auth::{Capability, Require as _, grants, over};
use base::{AccountId, PersonName, Result, UnitId};
use db::Tx;
use http::{Answer, App, Json, Path, Signed, State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{AccountRef, GrantView, Items, view};

/// Somebody who holds roles at a unit.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnitAccount {
    /// Who.
    pub account: AccountRef,
    /// The roles here, today or later.
    pub grants: Vec<GrantView>,
    /// Nobody signs in with it until it is restored.
    #[schema(example = false)]
    pub suspended: bool,
    /// What the actor may do to this account.
    #[schema(example = json!(["session.end_other"]))]
    pub may: Vec<&'static str>,
}

/// The people who hold a role at a unit, in the order of their given names.
pub fn list_accounts(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<UnitAccount>> {
    tx.require(Capability::AccountView, unit)?;
    let held = grants::at_unit(tx, unit)?;
    let owners: Vec<AccountId> = held.iter().map(|grant| grant.account).collect();
    let mut by_account: HashMap<AccountId, Vec<GrantView>> = HashMap::new();
    for (owner, grant) in owners.into_iter().zip(view::grants(tx, held)?) {
        by_account.entry(owner).or_default().push(grant);
    }
    let mut may = over::at_unit(tx, unit)?;
    let mut people = grants::people(tx, unit)?;
    people.sort_by_cached_key(|person| {
        let key = PersonName::split(&person.display_name).map(|name| name.collation_key()).unwrap_or_default();
        (key, person.id)
    });
    Ok(people
        .into_iter()
        .map(|person| UnitAccount {
            grants: by_account.remove(&person.id).unwrap_or_default(),
            may: may.remove(&person.id).unwrap_or_default().into_iter().map(Capability::as_str).collect(),
            suspended: person.state == "suspended",
            account: AccountRef { id: person.id, login: person.login, display_name: person.display_name },
        })
        .collect())
}

/// Who holds a role at a unit. Recorded as a look at those people.
#[utoipa::path(get, path = "/units/{unit}/accounts", operation_id = "list_accounts", tag = "accounts",
    params(("unit" = base::Uuid, Path)),
    responses((status = 200, body = Items<UnitAccount>), (status = 404, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(unit): Path<UnitId>,
) -> Answer<Json<Items<UnitAccount>>> {
    let items = app
        .look(&ctx, "unit.accounts", move |tx| {
            let people = list_accounts(tx, unit)?;
            Ok((people.iter().map(|one| one.account.id.0).collect(), people))
        })
        .await?;
    Ok(Json(Items { items }))
}
