//! Who a pupil is, what is protected of them, and their family: changed through the pupil's page.

use auth::{Capability, Require as _};
use base::{EnrolmentId, Patch, PersonId, Result, UnitId};
use db::{Entry, Tx, params};
use http::{Answer, App, IfMatch, Json, Path, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::admit::set_personal_number;
use super::store::Enrolment;
use super::{done, not_found, stay, store};
use crate::duplicates::resolve;
use crate::people::kinship::{self, NewRelative, Relation};
use crate::people::{ChangePerson, Closed, Done, Secret, Warning, person, secrets};

/// What is protected, changed; what is not named stays, `null` takes away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetProtected {
    /// The citizen's 12 digits; what does not agree with sex and birth is told.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<String>, example = "037214000123")]
    pub personal_number: Patch<Closed>,
    /// Another paper.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<String>)]
    pub identity_number: Patch<Closed>,
    /// A telephone.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<String>)]
    pub phone: Patch<Closed>,
    /// A mail address.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<String>)]
    pub email: Patch<Closed>,
}

/// Who is the pupil of a stay.
fn of(tx: &mut Tx<'_>, school: UnitId, pupil: EnrolmentId) -> Result<PersonId> {
    let found: Option<Enrolment> = tx.one(&store::OF, params![school, pupil])?;
    Ok(found.ok_or_else(not_found)?.person)
}

/// Corrects who a pupil is. Answers the person's new version.
pub fn change(
    tx: &mut Tx<'_>,
    school: UnitId,
    pupil: EnrolmentId,
    known: Option<i64>,
    cmd: &ChangePerson,
) -> Result<i64> {
    tx.require(Capability::PupilEdit, school)?;
    // What is corrected is what the page shows: the record that stays.
    let who = of(tx, school, pupil)?;
    let who = resolve::resolve(tx, who)?;
    person::change(tx, school, who, known, cmd)
}

/// Changes what is protected of a pupil. Answers the stay's new version, and what to look at.
pub fn set_protected(
    tx: &mut Tx<'_>,
    school: UnitId,
    pupil: EnrolmentId,
    known: Option<i64>,
    cmd: &SetProtected,
) -> Result<Done> {
    tx.require(Capability::PupilEdit, school)?;
    // Nobody changes what they may not see.
    tx.require(Capability::PupilViewProtected, school)?;
    let (stay, version) = stay::take(tx, school, pupil, known)?;
    let mut done = Done::new(pupil, version);
    done.warnings = write_protected(tx, school, stay.person, cmd)?;
    Ok(done)
}

/// Writes what is protected of somebody. Rights, and that their record was taken, are the caller's. Answers what to look at.
pub(crate) fn write_protected(
    tx: &mut Tx<'_>,
    school: UnitId,
    who: PersonId,
    cmd: &SetProtected,
) -> Result<Vec<Warning>> {
    let before = secrets::open(tx, who)?;
    let mut warnings = Vec::new();
    let (mut was, mut is) = (serde_json::Map::new(), serde_json::Map::new());
    for (what, patch) in [
        (Secret::PersonalNumber, &cmd.personal_number),
        (Secret::IdentityNumber, &cmd.identity_number),
        (Secret::Phone, &cmd.phone),
        (Secret::Email, &cmd.email),
    ] {
        let value = match patch {
            Patch::Absent => continue,
            Patch::Null => None,
            Patch::Value(value) => Some(what.plain(&value.0)).filter(|value| !value.is_empty()),
        };
        match &value {
            None => secrets::remove(tx, who, what, 1)?,
            Some(number) if what == Secret::PersonalNumber => {
                warnings.extend(set_personal_number(tx, who, number)?);
            }
            Some(value) => secrets::put(tx, who, what, 1, value)?,
        }
        let old = before.iter().find(|(sort, n, _)| *sort == what && *n == 1).map(|(.., value)| value.clone());
        was.insert(what.code().to_owned(), old.into());
        is.insert(what.code().to_owned(), value.into());
    }
    let entry = Entry::new("person.protected_changed", "person", who).unit(school);
    tx.record(entry.before(&was)?.after(&is)?);
    Ok(warnings)
}

/// Keeps a relative of a pupil. Answers the stay's new version.
pub fn set_relative(
    tx: &mut Tx<'_>,
    school: UnitId,
    pupil: EnrolmentId,
    known: Option<i64>,
    cmd: &NewRelative,
) -> Result<i64> {
    tx.require(Capability::PupilEdit, school)?;
    let (stay, version) = stay::take(tx, school, pupil, known)?;
    kinship::put(tx, school, stay.person, cmd, "")?;
    Ok(version)
}

/// Takes a relative of a pupil away. Answers the stay's new version.
pub fn remove_relative(
    tx: &mut Tx<'_>,
    school: UnitId,
    pupil: EnrolmentId,
    known: Option<i64>,
    relation: Relation,
) -> Result<i64> {
    tx.require(Capability::PupilEdit, school)?;
    let (stay, version) = stay::take(tx, school, pupil, known)?;
    kinship::remove(tx, school, stay.person, relation)?;
    Ok(version)
}

/// Corrects who a pupil is: name, birth, sex, nationality, ethnic group, code. `If-Match` is the person's own version.
#[utoipa::path(patch, path = "/schools/{school}/pupils/{pupil}/person", operation_id = "change_pupil", tag = "pupils",
    params(("school" = base::Uuid, Path), ("pupil" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version of the person known")), request_body = ChangePerson,
    responses((status = 200, body = Done), (status = 404, body = http::ProblemBody), (status = 412, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn change_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, pupil)): Path<(UnitId, EnrolmentId)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<ChangePerson>,
) -> Answer<Tagged<Done>> {
    done(&app, &ctx, pupil, move |tx| change(tx, school, pupil, Some(known), &cmd)).await
}

/// Changes what is protected of a pupil: personal number, papers, telephone, mail.
#[utoipa::path(patch, path = "/schools/{school}/pupils/{pupil}/protected", operation_id = "set_protected", tag = "pupils",
    params(("school" = base::Uuid, Path), ("pupil" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")), request_body = SetProtected,
    responses((status = 200, body = Done), (status = 404, body = http::ProblemBody), (status = 412, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn protected_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, pupil)): Path<(UnitId, EnrolmentId)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<SetProtected>,
) -> Answer<Tagged<Done>> {
    let done = app.db().write(&ctx, move |tx| set_protected(tx, school, pupil, Some(known), &cmd)).await?;
    Ok(Tagged::new(done.version, done))
}

/// Keeps the father, the mother or the guardian of a pupil: somebody whom the school knows, found by name and year of birth
/// or telephone, or somebody new.
#[utoipa::path(put, path = "/schools/{school}/pupils/{pupil}/relatives", operation_id = "set_relative", tag = "pupils",
    params(("school" = base::Uuid, Path), ("pupil" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")), request_body = NewRelative,
    responses((status = 200, body = Done), (status = 404, body = http::ProblemBody), (status = 412, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn relative_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, pupil)): Path<(UnitId, EnrolmentId)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<NewRelative>,
) -> Answer<Tagged<Done>> {
    done(&app, &ctx, pupil, move |tx| set_relative(tx, school, pupil, Some(known), &cmd)).await
}

/// Takes the father, the mother or the guardian of a pupil away.
#[utoipa::path(delete, path = "/schools/{school}/pupils/{pupil}/relatives/{relation}", operation_id = "remove_relative",
    tag = "pupils", params(("school" = base::Uuid, Path), ("pupil" = base::Uuid, Path), ("relation" = Relation, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")),
    responses((status = 200, body = Done), (status = 404, body = http::ProblemBody), (status = 412, body = http::ProblemBody),
        (status = 428, body = http::ProblemBody)))]
pub async fn remove_relative_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, pupil, relation)): Path<(UnitId, EnrolmentId, Relation)>,
    IfMatch(known): IfMatch,
) -> Answer<Tagged<Done>> {
    done(&app, &ctx, pupil, move |tx| remove_relative(tx, school, pupil, Some(known), relation)).await
}
