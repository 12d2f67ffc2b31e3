//! What a family sees: its children, as schools have told who they are, and who looked at their records.

use auth::Require as _;
use base::{AccountId, EnrolmentId, Error, Result, UnitId, Uuid};
use db::{Tx, params};
use http::{Answer, App, Json, Path, Query, Signed, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::store::{self, ChildRow};
use super::{CHILD_NOT_FOUND, Days, Glass, Reader, gather};
use crate::units::{UnitRef, view};

/// A child of whoever asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Child {
    /// The pupil: the stay at this school.
    #[schema(value_type = Uuid)]
    pub pupil: EnrolmentId,
    /// How they are called.
    #[schema(example = "Nguyễn Thị Minh Anh")]
    pub full_name: String,
    /// At which school.
    pub school: UnitRef,
    /// `father`, `mother`, `guardian`: what whoever asks is to them, as the school was told.
    #[schema(example = "mother")]
    pub relation: String,
    /// The class today.
    #[schema(example = "Lớp 6A1")]
    pub class: Option<String>,
    /// Whether they are at the school today.
    pub here: bool,
}

/// The children of an account, behind whom nobody else's password stands.
fn rows(tx: &mut Tx<'_>) -> Result<Vec<ChildRow>> {
    let account = tx.require_own_password()?;
    let today = tx.today();
    tx.all(&store::CHILDREN, params![account, today])
}

/// The children of whoever asks, and whose data that is.
pub fn children(tx: &mut Tx<'_>) -> Result<(Vec<Uuid>, Vec<Child>)> {
    let rows = rows(tx)?;
    let schools: Vec<UnitId> = rows.iter().map(|row| row.school).collect();
    let today = tx.today();
    let named = view::refs(tx, &schools, today)?;
    let people = rows.iter().map(|row| row.person.0).collect();
    let children = rows.into_iter().filter_map(|row| {
        Some(Child {
            school: named.iter().find(|unit| unit.id == row.school)?.clone(),
            pupil: EnrolmentId(row.pupil),
            full_name: row.full_name,
            relation: row.relation,
            class: row.class_name,
            here: row.here,
        })
    });
    Ok((people, children.collect()))
}

/// Whether an account is a relative's anywhere: for the navigation.
pub(crate) fn has_children(tx: &mut Tx<'_>, account: AccountId) -> Result<bool> {
    Ok(tx.one::<(i64,)>(&store::ANY_CHILD, params![account])?.is_some())
}

fn not_found() -> Error {
    CHILD_NOT_FOUND.error(
        "Không tìm thấy học sinh này trong những học sinh gắn với tài khoản của bạn. Hãy nhờ nhà trường kiểm tra lại tài khoản của gia đình.",
    )
}

/// Who looked at the record of a child of whoever asks, and whose data that is.
pub fn glass(tx: &mut Tx<'_>, pupil: EnrolmentId, days: Days) -> Result<(Uuid, Glass)> {
    let child = rows(tx)?.into_iter().find(|row| row.pupil == pupil.0).ok_or_else(not_found)?;
    Ok((child.person.0, gather(tx, child.person, Reader::Family, days)?))
}

/// The children of whoever is signed in, as schools have linked them.
#[utoipa::path(get, path = "/me/children", operation_id = "my_children", tag = "glass",
    responses((status = 200, body = Vec<Child>)))]
pub async fn route(State(app): State<App>, Signed(ctx): Signed) -> Answer<Json<Vec<Child>>> {
    Ok(Json(app.look(&ctx, "family.children", children).await?))
}

/// Who looked at the record of one's own child and who changed it, day by day and by role. What the child's names are, a
/// family knows; what stands in the record is not told here.
#[utoipa::path(get, path = "/me/children/{pupil}/glass", operation_id = "my_childs_glass", tag = "glass",
    params(("pupil" = Uuid, Path), Days),
    responses((status = 200, body = Glass), (status = 404, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn glass_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(pupil): Path<EnrolmentId>,
    Query(days): Query<Days>,
) -> Answer<Json<Glass>> {
    let glass = app
        .look(&ctx, "family.glass", move |tx| {
            let (person, glass) = glass(tx, pupil, days)?;
            Ok((vec![person], glass))
        })
        .await?;
    Ok(Json(glass))
}
