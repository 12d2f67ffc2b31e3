//! What the step into the next year would do.

use std::collections::{BTreeSet, HashMap};

use auth::{Capability, Require as _};
use base::{Error, Result, SchoolYear, UnitId, Uuid};
use db::{Tx, params};
use http::{Answer, Json, Path, Reader};
use serde::Serialize;
use utoipa::ToSchema;

use super::RollOver;
use super::plan::{Made, Member, Old, Plan, plan};
use super::store::{self, ClassRow, HomeroomRow, MemberRow};

/// What the step would do. Pupils are named only where something stands in the way, and only to whoever may see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RollOverPreview)]
pub struct Preview {
    /// The year that would begin.
    #[schema(value_type = String, example = "2026-2027")]
    pub to_year: SchoolYear,
    /// Classes, pupils and what stands in the way.
    pub plan: Plan,
    /// How many go up.
    pub promoted: usize,
    /// How many stay in their grade.
    pub repeating: usize,
    /// How many have finished.
    pub finishing: usize,
    /// To be sent with the act: what is done is then what was seen.
    pub seen: String,
}

/// What the step is computed from.
pub(crate) struct Ground {
    pub to_year: SchoolYear,
    pub old: Vec<Old>,
    pub members: Vec<MemberRow>,
    pub homerooms: Vec<HomeroomRow>,
    pub plan: Plan,
    pub seen: String,
}

/// Reads the year that is left and plans the step. Rights are the caller's.
pub(crate) fn ground(tx: &mut Tx<'_>, school: UnitId, cmd: &RollOver) -> Result<Ground> {
    let to_year = cmd.from_year.next().filter(|to| {
        // In summer: the year that is left is over, the new one has not begun its lessons.
        cmd.day.year() == to.start() && (6..=9).contains(&cmd.day.month())
    });
    let Some(to_year) = to_year else {
        return Err(Error::field(
            "day",
            "roll_over.day",
            format!(
                "Ngày chuyển từ năm học {} sang năm học sau nằm trong tháng 6 đến tháng 9 năm {}. Hãy chọn lại ngày.",
                cmd.from_year,
                cmd.from_year.end()
            ),
        ));
    };
    let classes: Vec<ClassRow> = tx.all(&store::CLASSES, params![school, cmd.from_year])?;
    let made: Vec<ClassRow> = tx.all(&store::CLASSES, params![school, to_year])?;
    let members: Vec<MemberRow> = tx.all(&store::MEMBERS, params![school, cmd.from_year])?;
    let mut placed: HashMap<Uuid, BTreeSet<Uuid>> = HashMap::new();
    for row in tx.all::<MemberRow>(&store::MEMBERS, params![school, to_year])? {
        placed.entry(row.class).or_default().insert(row.enrolment);
    }
    let homerooms: Vec<HomeroomRow> = tx.all(&store::HOMEROOMS, params![school, cmd.from_year, cmd.day])?;
    let levels: Vec<(String,)> = tx.all(&crate::units::store::LEVELS, params![school])?;
    let levels: Vec<String> = levels.into_iter().map(|(level,)| level).collect();
    if classes.is_empty() {
        return Err(Error::field(
            "from_year",
            "roll_over.no_classes",
            format!(
                "Trường chưa có lớp nào trong năm học {}, nên chưa có gì để chuyển. Hãy chọn năm khác.",
                cmd.from_year
            ),
        ));
    }
    let mut of_class: HashMap<Uuid, Vec<Member>> = HashMap::new();
    for row in &members {
        let member = Member { enrolment: row.enrolment, valid_from: row.valid_from, position: row.position };
        of_class.entry(row.class).or_default().push(member);
    }
    let led: HashMap<Uuid, Uuid> = homerooms.iter().map(|row| (row.class, row.employment)).collect();
    let old: Vec<Old> = classes
        .into_iter()
        .map(|class| Old {
            homeroom: led.get(&class.id).copied(),
            members: of_class.remove(&class.id).unwrap_or_default(),
            id: class.id,
            code: class.code,
            name: class.name,
            grade: class.grade,
            campus: class.campus,
        })
        .collect();
    let made: Vec<Made> = made
        .into_iter()
        .map(|class| Made {
            members: placed.remove(&class.id).unwrap_or_default(),
            id: class.id,
            code: class.code,
            name: class.name,
            grade: class.grade,
        })
        .collect();
    let plan = plan(cmd, &old, &made, &levels);
    let text = serde_json::to_vec(&(&plan, cmd.day)).map_err(Error::internal)?;
    let seen = db::keys::hex(&db::keys::sha256(&[b"roll over", &text])[..16]);
    Ok(Ground { to_year, old, members, homerooms, plan, seen })
}

/// Names the pupils of whom something stands in the way.
pub(crate) fn name(tx: &mut Tx<'_>, school: UnitId, plan: &mut Plan) -> Result<()> {
    if plan.obstacles.iter().all(|one| one.enrolment.is_none()) || !tx.may(school)?.contains(&Capability::PupilView) {
        return Ok(());
    }
    for obstacle in &mut plan.obstacles {
        let Some(enrolment) = obstacle.enrolment else { continue };
        if let Some((name,)) = tx.one::<(String,)>(&store::CALLED, params![school, enrolment])? {
            obstacle.name(&name);
        }
    }
    Ok(())
}

/// What the step would do. Changes nothing.
pub fn preview(tx: &mut Tx<'_>, school: UnitId, cmd: &RollOver) -> Result<Preview> {
    tx.require(Capability::SchoolManage, school)?;
    let Ground { to_year, mut plan, seen, .. } = ground(tx, school, cmd)?;
    name(tx, school, &mut plan)?;
    let members = || plan.classes.iter().flat_map(|class| &class.members);
    let (all, repeating) = (members().count(), members().filter(|member| member.repeats).count());
    Ok(Preview { to_year, promoted: all - repeating, repeating, finishing: plan.finishing.len(), plan, seen })
}

/// What the step into the next school year would do.
#[utoipa::path(post, path = "/units/{unit}/roll-overs/preview", operation_id = "preview_roll_over", tag = "school years",
    params(("unit" = base::Uuid, Path)), request_body = RollOver,
    responses((status = 200, body = Preview), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody)))]
pub async fn route(reader: Reader, Path(unit): Path<UnitId>, Json(cmd): Json<RollOver>) -> Answer<Json<Preview>> {
    Ok(Json(reader.at(unit).read(move |tx| preview(tx, unit, &cmd)).await?))
}
