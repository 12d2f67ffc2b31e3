//! Who somebody at a school is, and what is protected of them: changed through their page.

use auth::{Capability, Require as _};
use base::{EmploymentId, Patch, Result, UnitId};
use db::Tx;
use http::{Answer, App, IfMatch, Json, Path, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::work;
use crate::people::{ChangePerson, Done, person};
use crate::pupils::person::{SetProtected, write_protected};

/// A correction; what is not named stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeStaff {
    /// The whole name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// The family name where it has several words; with the whole name only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// The given name where it has several words; with the whole name only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
    /// What is known of the birth.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<String>)]
    pub birth: Patch<String>,
    /// A code of DM_GIOI_TINH, or its name.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<String>)]
    pub sex: Patch<String>,
    /// A code of DM_NUOC, or its name.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<String>)]
    pub nationality: Patch<String>,
    /// A code of DM_DAN_TOC, or its name.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<String>)]
    pub ethnic_group: Patch<String>,
    /// The code of staff in the sector's database.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<String>)]
    pub staff_code: Patch<String>,
}

/// Corrects who somebody is. Answers the person's new version.
pub fn change(
    tx: &mut Tx<'_>,
    school: UnitId,
    staff: EmploymentId,
    known: Option<i64>,
    cmd: &ChangeStaff,
) -> Result<i64> {
    tx.require(Capability::StaffEdit, school)?;
    let who = work::find(tx, school, staff)?.person;
    let change = ChangePerson {
        full_name: cmd.full_name.clone(),
        family: cmd.family.clone(),
        given: cmd.given.clone(),
        birth: cmd.birth.clone(),
        sex: cmd.sex.clone(),
        nationality: cmd.nationality.clone(),
        ethnic_group: cmd.ethnic_group.clone(),
        pupil_code: Patch::Absent,
    };
    person::correct(tx, school, who, known, &change, &cmd.staff_code)
}

/// Changes what is protected of somebody. Answers the employment's new version, and what to look at.
pub fn set_protected(
    tx: &mut Tx<'_>,
    school: UnitId,
    staff: EmploymentId,
    known: Option<i64>,
    cmd: &SetProtected,
) -> Result<Done> {
    tx.require(Capability::StaffEdit, school)?;
    // Nobody changes what they may not see.
    tx.require(Capability::StaffViewPrivate, school)?;
    let (row, version) = work::take(tx, school, staff, known)?;
    let mut done = Done::new(staff, version);
    done.warnings = write_protected(tx, school, row.person, cmd)?;
    Ok(done)
}

/// Corrects who somebody is: name, birth, sex, nationality, ethnic group, code. `If-Match` is the person's own version.
#[utoipa::path(patch, path = "/schools/{school}/staff/{staff}/person", operation_id = "change_staff", tag = "staff",
    params(("school" = base::Uuid, Path), ("staff" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version of the person known")), request_body = ChangeStaff,
    responses((status = 200, body = Done), (status = 404, body = http::ProblemBody), (status = 412, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn change_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, staff)): Path<(UnitId, EmploymentId)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<ChangeStaff>,
) -> Answer<Tagged<Done>> {
    let version = app.db().write(&ctx, move |tx| change(tx, school, staff, Some(known), &cmd)).await?;
    Ok(Tagged::new(version, Done::new(staff, version)))
}

/// Changes what is protected of somebody who works at a school: personal number, papers, telephone, mail.
#[utoipa::path(patch, path = "/schools/{school}/staff/{staff}/protected", operation_id = "set_staff_protected", tag = "staff",
    params(("school" = base::Uuid, Path), ("staff" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")), request_body = SetProtected,
    responses((status = 200, body = Done), (status = 404, body = http::ProblemBody), (status = 412, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn protected_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, staff)): Path<(UnitId, EmploymentId)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<SetProtected>,
) -> Answer<Tagged<Done>> {
    let done = app.db().write(&ctx, move |tx| set_protected(tx, school, staff, Some(known), &cmd)).await?;
    Ok(Tagged::new(done.version, done))
}
