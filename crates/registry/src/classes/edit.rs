//! A class gets another code, name, place or grade.

use auth::{Capability, Require as _};
use base::{ClassId, Patch, Result, UnitId};
use db::{Entry, STALE, Tx, params};
use http::{Answer, App, IfMatch, Json, Path, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::create::{check_campus, checked, sort_key};
use super::{not_found, show, store};
use crate::people::Done;

/// An edit; what is not named stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditClass {
    /// Its code in the school year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A code of DM_KHOI, or its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<String>,
    /// The campus where it is taught; `null` is the main site.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<base::Uuid>)]
    pub campus: Patch<UnitId>,
    /// Its place in reports.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<i64>)]
    pub position: Patch<i64>,
}

/// What is said to whoever knew an older version.
pub(crate) fn stale() -> base::Error {
    STALE.error(
        "Bản ghi đã được người khác sửa sau khi bạn mở; chưa có gì bị thay đổi. Hãy tải lại để xem bản mới rồi sửa lại.",
    )
}

/// Takes a class for change: its version grows by one, others wait, and whoever knew an older one is refused.
pub(crate) fn take(tx: &mut Tx<'_>, school: UnitId, class: ClassId, known: Option<i64>) -> Result<i64> {
    let (version,): (i64,) = tx.one(&store::TAKE, params![school, class])?.ok_or_else(not_found)?;
    if known.is_some_and(|known| known != version - 1) {
        return Err(stale());
    }
    Ok(version)
}

/// Edits a class.
pub fn edit(tx: &mut Tx<'_>, school: UnitId, class: ClassId, known: Option<i64>, cmd: &EditClass) -> Result<i64> {
    tx.require(Capability::SchoolManage, school)?;
    let version = take(tx, school, class, known)?;
    let was = show::find(tx, school, class)?;
    let code = cmd.code.as_deref().unwrap_or(&was.code);
    let name = cmd.name.as_deref().unwrap_or(&was.name);
    let is = checked(code, Some(name), cmd.grade.as_deref().unwrap_or(&was.grade))?;
    let (campus, position) = (cmd.campus.over(was.campus), cmd.position.over(was.position));
    if campus != was.campus {
        check_campus(tx, school, campus)?;
    }
    let key = sort_key(&is.grade, &is.code);
    tx.exec_one(&store::SET, params![school, class, is.code, is.name, key, is.grade, campus, position])?;
    let before = EditClass {
        code: cmd.code.as_ref().map(|_| was.code),
        name: cmd.name.as_ref().map(|_| was.name),
        grade: cmd.grade.as_ref().map(|_| was.grade),
        campus: if cmd.campus.is_absent() { Patch::Absent } else { was.campus.map_or(Patch::Null, Patch::Value) },
        position: if cmd.position.is_absent() { Patch::Absent } else { was.position.map_or(Patch::Null, Patch::Value) },
    };
    tx.record(Entry::new("class.edited", "class", class).unit(school).version(version).before(&before)?.after(cmd)?);
    Ok(version)
}

/// Edits a class: its code, name, grade, campus or place in reports.
#[utoipa::path(patch, path = "/schools/{school}/classes/{class}", operation_id = "edit_class", tag = "classes",
    params(("school" = base::Uuid, Path), ("class" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")),
    request_body = EditClass,
    responses((status = 200, body = Done), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody), (status = 412, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, class)): Path<(UnitId, ClassId)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<EditClass>,
) -> Answer<Tagged<Done>> {
    let version = app.db().write(&ctx, move |tx| edit(tx, school, class, Some(known), &cmd)).await?;
    Ok(Tagged::new(version, Done::new(class, version)))
}
