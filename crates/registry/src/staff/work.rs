//! An employment and what somebody was in it: what the operations share.

use base::{Code, Date, EmploymentId, Error, Interval, Kind, PersonId, Result, UnitId, vi};
use db::{Tx, params};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::store::{self, Employment, Former};
use super::{not_found, status};
use crate::classes::edit::stale;
use crate::people::words;
use crate::pupils::stay;

/// The person works here already.
pub const HERE: Code = Code::new(Kind::Conflict, "staff.works_here", "Người này đang làm việc ở trường");
/// Somebody has left.
pub const GONE: Code = Code::new(Kind::Conflict, "staff.gone", "Người này đã thôi làm việc ở trường");
/// Something later stands already.
pub const LATER: Code = Code::new(Kind::Conflict, "staff.later_change", "Đã có thay đổi sau ngày này");

/// What somebody is at a school.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StaffPost)]
pub struct Post {
    /// A code of DM_NHOM_CAN_BO, or its name.
    #[serde(default)]
    #[schema(example = "2")]
    pub staff_group: Option<String>,
    /// A code of DM_LOAI_CAN_BO, or its name.
    #[serde(default)]
    #[schema(example = "03")]
    pub position: Option<String>,
    /// A code of DM_HINH_THUC_HOP_DONG, or its name.
    #[serde(default)]
    #[schema(example = "1")]
    pub contract: Option<String>,
}

impl Post {
    /// The same by codes of the sector's lists.
    pub fn checked(&self) -> Result<Self> {
        let one = |key: &str, field: &str, text: &Option<String>| match text.as_deref() {
            Some(text) => status::checked(key, field, text),
            None => Ok(None),
        };
        Ok(Self {
            staff_group: one("staff_group", "staff_group", &self.staff_group)?,
            position: one("staff_type", "position", &self.position)?,
            contract: one("contract", "contract", &self.contract)?,
        })
    }

    /// What an employment says somebody is.
    #[must_use]
    pub fn of(row: &Employment) -> Self {
        Self { staff_group: row.staff_group.clone(), position: row.position.clone(), contract: row.contract.clone() }
    }
}

/// Begins an employment. Somebody who works there already is refused.
pub fn begin(
    tx: &mut Tx<'_>,
    school: UnitId,
    person: PersonId,
    from: Date,
    status: &str,
    post: &Post,
) -> Result<EmploymentId> {
    stay::check_day(tx, "from", from)?;
    let all: Vec<Employment> = tx.all(&store::OF_PERSON, params![school, person])?;
    if let Some(other) = all.iter().find(|one| one.valid_to.is_some_and(|to| from < to)) {
        return Err(Error::field("from", "staff.overlaps", overlaps(other)));
    }
    let id: EmploymentId = tx.new_id();
    let Post { staff_group, position, contract } = post;
    let made = tx.exec(&store::INSERT, params![school, id, person, from, status, staff_group, position, contract])?;
    if made == 0 {
        return Err(HERE.error(
            "Người này đang làm việc ở trường; chưa có gì bị thay đổi. Hãy mở hồ sơ đã có trong danh sách cán bộ.",
        ));
    }
    held(tx, school, person)?;
    Ok(id)
}

pub(super) fn overlaps(other: &Employment) -> String {
    let days = Interval::new(other.valid_from, other.valid_to).unwrap_or(Interval::since(other.valid_from));
    format!(
        "Người này có một lần làm việc khác ở trường {days}, trùng những ngày này. Hãy chọn ngày khác, hoặc sửa lần ấy trước."
    )
}

/// Takes an employment for change: its version grows by one, others wait, and whoever knew an older one is refused.
pub fn take(tx: &mut Tx<'_>, school: UnitId, id: EmploymentId, known: Option<i64>) -> Result<(Employment, i64)> {
    let (version,): (i64,) = tx.one(&store::TAKE, params![school, id])?.ok_or_else(not_found)?;
    if known.is_some_and(|known| known != version - 1) {
        return Err(stale());
    }
    Ok((find(tx, school, id)?, version))
}

/// One employment. Rights are the caller's.
pub fn find(tx: &mut Tx<'_>, school: UnitId, id: EmploymentId) -> Result<Employment> {
    tx.one(&store::OF, params![school, id])?.ok_or_else(not_found)
}

/// Refuses an employment that has ended.
pub fn require_open(row: &Employment) -> Result<()> {
    match row.valid_to {
        None => Ok(()),
        Some(to) => Err(GONE.error(format!(
            "Người này đã thôi làm việc ở trường từ ngày {}; chưa có gì bị thay đổi. Nếu họ quay lại, hãy chọn “Trở lại làm việc”; nếu ghi nhầm, hãy sửa lần làm việc.",
            vi::date(to)
        ))),
    }
}

/// What a school holds about somebody who works there, read anew.
pub fn held(tx: &mut Tx<'_>, school: UnitId, person: PersonId) -> Result<()> {
    tx.exec(&store::HELD_DROP, params![school, person])?;
    tx.exec(&store::HELD_PUT, params![school, person])?;
    words::reindex(tx, person)
}

/// Somebody leads and teaches no class from a day on.
pub fn end_classes(tx: &mut Tx<'_>, school: UnitId, id: EmploymentId, from: Date) -> Result<()> {
    for statement in [&store::HOMEROOM_CUT, &store::HOMEROOM_DROP, &store::TEACHING_CUT, &store::TEACHING_DROP] {
        tx.exec(statement, params![school, id, from])?;
    }
    Ok(())
}

/// What somebody was before, the first first.
pub fn former(tx: &mut Tx<'_>, school: UnitId, id: EmploymentId) -> Result<Vec<Former>> {
    tx.all(&store::FORMER, params![school, id])
}

/// Since when somebody is what an employment says last.
#[must_use]
pub fn since(row: &Employment, former: &[Former]) -> Date {
    former.iter().map(|one| one.valid_to).max().unwrap_or(row.valid_from)
}

/// What somebody is on a day.
pub fn post_on(tx: &mut Tx<'_>, school: UnitId, row: &Employment, on: Date) -> Result<Post> {
    let was = former(tx, school, row.id)?.into_iter().find(|one| one.valid_from <= on && on < one.valid_to);
    Ok(match was {
        Some(one) => Post { staff_group: one.staff_group, position: one.position, contract: one.contract },
        None => Post::of(row),
    })
}

/// An employment as the journal keeps it.
pub(super) fn told(row: &Employment) -> serde_json::Value {
    json!({ "valid_from": row.valid_from, "valid_to": row.valid_to, "status": row.status })
}
