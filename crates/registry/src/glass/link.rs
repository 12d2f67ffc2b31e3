//! A school says which account a pupil's father, mother or guardian signs in with, and takes it back.

use auth::{Capability, Require as _};
use base::{EnrolmentId, Error, Instant, PersonId, Result, UnitId, Uuid};
use db::{Entry, Tx, params};
use http::{Answer, App, IfMatch, Json, Path, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store::{self, LinkRow};
use crate::people::Done;
use crate::people::kinship::Relation;
use crate::pupils::{self, stay};
use crate::reach;

/// Which account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkGuardian {
    /// What the account signs in with. It was invited to the school as a family before.
    #[schema(example = "me.minhanh")]
    pub login: String,
}

/// A relative of a pupil, and the account they sign in with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GuardianLink {
    /// `father`, `mother`, `guardian`.
    #[schema(example = "mother")]
    pub relation: String,
    /// Who.
    #[schema(value_type = Uuid)]
    pub person: PersonId,
    /// How they are called.
    pub full_name: String,
    /// What they sign in with; `null` where no account is theirs.
    pub login: Option<String>,
    /// How the account is called.
    pub account_name: Option<String>,
    /// Since when.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Instant>,
}

impl From<LinkRow> for GuardianLink {
    fn from(row: LinkRow) -> Self {
        Self {
            relation: row.relation,
            person: row.guardian,
            full_name: row.full_name,
            login: row.login,
            account_name: row.account_name,
            since: row.given_at,
        }
    }
}

/// The relatives of a pupil with their accounts, and whose data that is.
pub fn links(tx: &mut Tx<'_>, school: UnitId, pupil: EnrolmentId) -> Result<(Vec<Uuid>, Vec<GuardianLink>)> {
    tx.require(Capability::PupilEdit, school)?;
    let reach = reach::of_school(tx, school)?;
    let (stay, _) = pupils::show::find(tx, &reach, school, pupil)?;
    let rows: Vec<LinkRow> = tx.all(&store::LINKS, params![school, stay.person])?;
    let people = rows.iter().map(|row| row.guardian.0).chain([stay.person.0]).collect();
    Ok((people, rows.into_iter().map(GuardianLink::from).collect()))
}

fn relative(tx: &mut Tx<'_>, school: UnitId, child: PersonId, relation: Relation) -> Result<LinkRow> {
    let rows: Vec<LinkRow> = tx.all(&store::LINKS, params![school, child])?;
    rows.into_iter().find(|row| row.relation == relation.code()).ok_or_else(|| {
        let detail =
            format!("Hồ sơ chưa có {} của học sinh. Hãy thêm vào mục Gia đình rồi gắn tài khoản.", relation.word());
        Error::field("relation", "guardian.none", detail)
    })
}

/// Links an account to a relative of a pupil, in place of another. It then sees the glass of all pupils of the school whose
/// relative that is. Answers the pupil's new version.
pub fn link(
    tx: &mut Tx<'_>,
    school: UnitId,
    pupil: EnrolmentId,
    known: Option<i64>,
    relation: Relation,
    cmd: &LinkGuardian,
) -> Result<i64> {
    tx.require(Capability::PupilEdit, school)?;
    let (stay, version) = stay::take(tx, school, pupil, known)?;
    let who = relative(tx, school, stay.person, relation)?;
    let (login, today) = (auth::accounts::fold_login(&cmd.login), tx.today());
    // Of other accounts nothing is told, not even that they are there.
    let Some((account,)) = tx.one::<(base::AccountId,)>(&store::FAMILY, params![login, school, today])? else {
        let detail = "Trường chưa có tài khoản phụ huynh nào với tên đăng nhập này. Hãy mời phụ huynh vào trường với vai trò Phụ huynh, rồi gắn tài khoản sau khi họ nhận lời mời.";
        return Err(Error::field("login", "guardian.account", detail));
    };
    let (by, now) = (tx.ctx().actor().name(), tx.now());
    tx.exec_one(&store::LINK, params![school, who.guardian, account, by, now])?;
    let told = serde_json::json!({ "relation": relation.code(), "relative": who.guardian, "account": account });
    tx.record(Entry::new("guardian.linked", "pupil", pupil).unit(school).version(version).after(&told)?);
    Ok(version)
}

/// Takes the account of a relative away. Answers the pupil's new version.
pub fn unlink(
    tx: &mut Tx<'_>,
    school: UnitId,
    pupil: EnrolmentId,
    known: Option<i64>,
    relation: Relation,
) -> Result<i64> {
    tx.require(Capability::PupilEdit, school)?;
    let (stay, version) = stay::take(tx, school, pupil, known)?;
    let who = relative(tx, school, stay.person, relation)?;
    if tx.exec(&store::UNLINK, params![school, who.guardian])? > 0 {
        let told = serde_json::json!({ "relation": relation.code(), "relative": who.guardian });
        tx.record(Entry::new("guardian.unlinked", "pupil", pupil).unit(school).version(version).after(&told)?);
    }
    Ok(version)
}

/// The father, mother and guardian of a pupil, and the accounts they sign in with.
#[utoipa::path(get, path = "/schools/{school}/pupils/{pupil}/guardians", operation_id = "guardians", tag = "glass",
    params(("school" = Uuid, Path), ("pupil" = Uuid, Path)),
    responses((status = 200, body = Vec<GuardianLink>), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, pupil)): Path<(UnitId, EnrolmentId)>,
) -> Answer<Json<Vec<GuardianLink>>> {
    Ok(Json(app.look(&ctx, "pupil.page", move |tx| links(tx, school, pupil)).await?))
}

/// Says which account a pupil's father, mother or guardian signs in with.
#[utoipa::path(put, path = "/schools/{school}/pupils/{pupil}/relatives/{relation}/account", operation_id = "link_guardian",
    tag = "glass", params(("school" = Uuid, Path), ("pupil" = Uuid, Path), ("relation" = Relation, Path),
        ("If-Match" = String, Header, description = "the version of the pupil known")), request_body = LinkGuardian,
    responses((status = 200, body = Done), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn put_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, pupil, relation)): Path<(UnitId, EnrolmentId, Relation)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<LinkGuardian>,
) -> Answer<Tagged<Done>> {
    let version = app.db().write(&ctx, move |tx| link(tx, school, pupil, Some(known), relation, &cmd)).await?;
    Ok(Tagged::new(version, Done::new(pupil, version)))
}

/// Takes the account of a pupil's father, mother or guardian away: it sees nothing of the child any more.
#[utoipa::path(delete, path = "/schools/{school}/pupils/{pupil}/relatives/{relation}/account", operation_id = "unlink_guardian",
    tag = "glass", params(("school" = Uuid, Path), ("pupil" = Uuid, Path), ("relation" = Relation, Path),
        ("If-Match" = String, Header, description = "the version of the pupil known")),
    responses((status = 200, body = Done), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn delete_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, pupil, relation)): Path<(UnitId, EnrolmentId, Relation)>,
    IfMatch(known): IfMatch,
) -> Answer<Tagged<Done>> {
    let version = app.db().write(&ctx, move |tx| unlink(tx, school, pupil, Some(known), relation)).await?;
    Ok(Tagged::new(version, Done::new(pupil, version)))
}
