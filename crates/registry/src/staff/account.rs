//! Which account is somebody's: by it they reach the classes they lead and teach. It is given like a role: freshly confirmed,
//! to whoever has a role at the school already, and never by somebody who sees less than it opens.

use auth::{Capability, Require as _, accounts, confirmation, grants, role};
use base::{AccountId, Code, EmploymentId, Error, Kind, Result, UnitId};
use db::{Entry, Tx, params};
use http::{Answer, App, IfMatch, Json, Path, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{store, work};
use crate::people::Done;

/// The account stands for somebody else.
pub const OF_ANOTHER: Code = Code::new(Kind::Conflict, "staff.account_of_another", "Tài khoản đã gắn với người khác");

/// Whose account it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkAccount {
    /// An account with a role at this school or at a campus of it.
    #[schema(value_type = base::Uuid)]
    pub account: AccountId,
}

/// Goes on for whoever assigns classes, and sees at least what leading a class opens.
fn require(tx: &mut Tx<'_>, school: UnitId) -> Result<()> {
    tx.require(Capability::SchoolManage, school)?;
    if tx.is_house() {
        return Ok(());
    }
    tx.require(Capability::PupilViewProtected, school)
}

/// Says whose account it is. Answers the employment's new version.
pub fn link(
    tx: &mut Tx<'_>,
    school: UnitId,
    staff: EmploymentId,
    known: Option<i64>,
    cmd: &LinkAccount,
) -> Result<i64> {
    require(tx, school)?;
    let (row, version) = work::take(tx, school, staff, known)?;
    work::require_open(&row)?;
    confirmation::require(tx)?;
    let roles = grants::roles_below(tx, cmd.account, school)?;
    if roles.is_empty() {
        return Err(accounts::NOT_FOUND.error(accounts::ACCOUNT.missing_sentence));
    }
    if roles.iter().all(|code| role::find(code).is_none_or(|role| role.technical)) {
        let detail = "Tài khoản này chỉ có vai trò kỹ thuật ở trường, không được mở dữ liệu học sinh. Hãy cấp vai trò Giáo viên cho tài khoản trước, hoặc chọn tài khoản khác.";
        return Err(Error::field("account", "staff.technical_account", detail));
    }
    // Taken first: two who link one account to two people at once do not both.
    tx.lock(&accounts::ACCOUNT, cmd.account, None)?;
    let today = tx.today();
    if tx.one::<(EmploymentId,)>(&store::ACCOUNT_OF_ANOTHER, params![cmd.account, row.person, today])?.is_some() {
        return Err(OF_ANOTHER.error(
            "Tài khoản này đang gắn với hồ sơ của một người khác; chưa có gì bị thay đổi. Hãy gỡ ở hồ sơ ấy trước, hoặc chọn tài khoản khác.",
        ));
    }
    tx.exec_one(&store::SET_ACCOUNT, params![school, staff, cmd.account])?;
    let entry = Entry::new("staff.account_linked", "staff", staff).unit(school).version(version);
    tx.record(entry.before(&serde_json::json!({ "account": row.account }))?.after(cmd)?);
    Ok(version)
}

/// The account is theirs no longer. Answers the employment's new version.
pub fn unlink(tx: &mut Tx<'_>, school: UnitId, staff: EmploymentId, known: Option<i64>) -> Result<i64> {
    tx.require(Capability::SchoolManage, school)?;
    let (row, version) = work::take(tx, school, staff, known)?;
    tx.exec_one(&store::SET_ACCOUNT, params![school, staff, None::<AccountId>])?;
    let entry = Entry::new("staff.account_unlinked", "staff", staff).unit(school).version(version);
    tx.record(entry.before(&serde_json::json!({ "account": row.account }))?);
    Ok(version)
}

/// Says whose account it is: from then on its holder reaches the classes that this person leads and teaches.
#[utoipa::path(put, path = "/schools/{school}/staff/{staff}/account", operation_id = "link_account", tag = "staff",
    params(("school" = base::Uuid, Path), ("staff" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")), request_body = LinkAccount,
    responses((status = 200, body = Done), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody), (status = 412, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn link_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, staff)): Path<(UnitId, EmploymentId)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<LinkAccount>,
) -> Answer<Tagged<Done>> {
    let version = app.db().write(&ctx, move |tx| link(tx, school, staff, Some(known), &cmd)).await?;
    Ok(Tagged::new(version, Done::new(staff, version)))
}

/// The account is theirs no longer: its holder reaches none of their classes.
#[utoipa::path(delete, path = "/schools/{school}/staff/{staff}/account", operation_id = "unlink_account", tag = "staff",
    params(("school" = base::Uuid, Path), ("staff" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")),
    responses((status = 200, body = Done), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn unlink_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, staff)): Path<(UnitId, EmploymentId)>,
    IfMatch(known): IfMatch,
) -> Answer<Tagged<Done>> {
    let version = app.db().write(&ctx, move |tx| unlink(tx, school, staff, Some(known))).await?;
    Ok(Tagged::new(version, Done::new(staff, version)))
}
