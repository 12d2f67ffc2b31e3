//! What whoever answers for a school's records sees: who looked at a pupil's record and changed it.

use auth::{Capability, Require as _};
use base::{EnrolmentId, Result, UnitId, Uuid};
use db::Tx;
use http::{Answer, App, Json, Path, Query, Signed, State};

use super::{Days, Glass, Reader, gather};
use crate::{pupils, reach};

/// Who looked at a pupil's record. Answers with whom it is about.
pub fn looks(tx: &mut Tx<'_>, school: UnitId, pupil: EnrolmentId, days: Days) -> Result<(Uuid, Glass)> {
    tx.require(Capability::JournalView, school)?;
    let reach = reach::of_school(tx, school)?;
    let (enrolment, _) = pupils::show::find(tx, &reach, school, pupil)?;
    Ok((enrolment.person.0, gather(tx, enrolment.person, Reader::School(school), days)?))
}

/// Who looked at a pupil's record and who changed it, day by day: in which role, and of the school's own people by name.
/// For whoever reads the school's journal and sees the pupil; itself recorded as a look.
#[utoipa::path(get, path = "/schools/{school}/pupils/{pupil}/looks", operation_id = "pupil_looks", tag = "glass",
    params(("school" = Uuid, Path), ("pupil" = Uuid, Path), Days),
    responses((status = 200, body = Glass), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, pupil)): Path<(UnitId, EnrolmentId)>,
    Query(days): Query<Days>,
) -> Answer<Json<Glass>> {
    let glass = app
        .look(&ctx, "pupil.looks", move |tx| {
            let (person, glass) = looks(tx, school, pupil, days)?;
            Ok((vec![person], glass))
        })
        .await?;
    Ok(Json(glass))
}
