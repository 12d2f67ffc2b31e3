//! A stay at a school and the classes within it: what the operations share.

use base::{ClassId, Code, Date, EnrolmentId, Error, Interval, Kind, PersonId, Result, UnitId, Uuid, vi};
use db::{Tx, params};

use super::not_found;
use super::status::{Meaning, status};
use super::store::{self, Enrolment, Member};
use crate::classes::edit::stale;
use crate::classes::{self, store::Bare};
use crate::people::held;
use crate::units::view;

/// The person is a pupil of another school.
pub const ELSEWHERE: Code = Code::new(Kind::Conflict, "pupil.enrolled_elsewhere", "Học sinh đang học ở trường khác");
/// The person is a pupil of this school already.
pub const HERE: Code = Code::new(Kind::Conflict, "pupil.enrolled_here", "Học sinh đang học ở trường này");
/// What is said with [`ELSEWHERE`] where the school cannot be named any more: the statement that met it was the last.
pub const ELSEWHERE_SENTENCE: &str = "Học sinh đang học ở một trường khác, hoặc đã có một lần nhập học chưa kết thúc; chưa có gì bị thay đổi. Hãy tra cứu trường đang quản lý học sinh.";
/// The pupil has left.
pub const GONE: Code = Code::new(Kind::Conflict, "pupil.gone", "Học sinh đã rời trường");
/// Something later stands already.
pub const LATER: Code = Code::new(Kind::Conflict, "pupil.later_change", "Đã có thay đổi sau ngày này");
/// The pupil is in this class already.
pub const SAME_CLASS: Code = Code::new(Kind::Conflict, "pupil.same_class", "Học sinh đã ở lớp này");

/// The first day that is believed.
const FIRST: Date = Date::constant(1945, 9, 2);

/// A new stay.
#[derive(Clone, Debug)]
pub struct NewStay {
    /// At which school.
    pub school: UnitId,
    /// Whose.
    pub person: PersonId,
    /// The first day.
    pub from: Date,
    /// `admitted`, `transferred`, `returned`, `imported`.
    pub came_by: &'static str,
    /// A code of DM_TRANG_THAI_HOC_SINH.
    pub status: String,
    /// What it shares with the stay at the former school.
    pub transfer: Option<Uuid>,
    /// Whether it stands beside another, by somebody's decision.
    pub beside: bool,
}

/// Refuses a day that is a slip of the fingers: long ago, or more than a year ahead.
pub fn check_day(tx: &Tx<'_>, field: &str, day: Date) -> Result<()> {
    let today = tx.today();
    let ahead = base::time::date_from_days(base::time::days_since_1970(today) + 400).unwrap_or(today);
    if (FIRST..=ahead).contains(&day) {
        return Ok(());
    }
    let detail = format!("Ngày {} quá xa hôm nay ({}). Hãy kiểm tra lại ngày.", vi::date(day), vi::date(today));
    Err(Error::field(field, "pupil.day", detail))
}

/// Begins a stay. A person who is a pupil elsewhere is refused, and the school is named: it, and nothing it knows.
pub fn begin(tx: &mut Tx<'_>, new: &NewStay) -> Result<EnrolmentId> {
    check_day(tx, "from", new.from)?;
    let id: EnrolmentId = tx.new_id();
    let NewStay { school, person, from, came_by, status, transfer, beside } = new;
    let made = tx.exec(&store::INSERT, params![school, id, person, from, *came_by, status, transfer, beside])?;
    if made == 0 {
        return Err(elsewhere(tx, *school, *person)?);
    }
    held::pupil(tx, *school, *person)?;
    Ok(id)
}

/// The refusal of somebody who is a pupil already.
fn elsewhere(tx: &mut Tx<'_>, school: UnitId, person: PersonId) -> Result<Error> {
    let at: Option<(UnitId,)> = tx.one(&store::OPEN_AT, params![person])?;
    let Some((at,)) = at else { return Ok(ELSEWHERE.error(ELSEWHERE_SENTENCE)) };
    if at == school {
        return Ok(HERE.error(
            "Học sinh này đang học ở trường; chưa có gì bị thay đổi. Hãy mở hồ sơ đã có trong danh sách học sinh.",
        ));
    }
    let today = tx.today();
    let name = view::name(tx, at, today)?;
    Ok(ELSEWHERE.error(format!(
        "Học sinh đang học ở {name}; chưa có gì bị thay đổi. Hãy đề nghị trường đó làm thủ tục chuyển đi rồi tiếp nhận, hoặc đánh dấu học song song nếu học sinh thật sự học ở cả hai nơi."
    )))
}

/// Takes a stay for change: its version grows by one, others wait, and whoever knew an older one is refused.
pub fn take(tx: &mut Tx<'_>, school: UnitId, id: EnrolmentId, known: Option<i64>) -> Result<(Enrolment, i64)> {
    let (version,): (i64,) = tx.one(&store::TAKE, params![school, id])?.ok_or_else(not_found)?;
    if known.is_some_and(|known| known != version - 1) {
        return Err(stale());
    }
    let found: Option<Enrolment> = tx.one(&store::OF, params![school, id])?;
    Ok((found.ok_or_else(not_found)?, version))
}

/// Refuses a stay that has ended.
pub fn require_open(stay: &Enrolment) -> Result<()> {
    match stay.valid_to {
        None => Ok(()),
        Some(to) => Err(GONE.error(format!(
            "Học sinh đã rời trường từ ngày {}; chưa có gì bị thay đổi. Nếu học sinh quay lại, hãy chọn “Học lại”; nếu ghi nhầm, hãy sửa lần học.",
            vi::date(to)
        ))),
    }
}

/// How a stay ends.
#[derive(Clone, Copy, Debug)]
pub struct Ending<'a> {
    /// The first day without it.
    pub from: Date,
    /// `transferred`, `left`, `finished`, `mistake`.
    pub left_by: &'static str,
    /// A code of DM_TRANG_THAI_HOC_SINH.
    pub status: &'a str,
    /// A code of DM_LY_DO_THOI_HOC.
    pub reason: Option<&'a str>,
    /// What it shares with the stay at the next school.
    pub transfer: Option<Uuid>,
}

/// Ends a stay, and with it the stretch in a class.
pub fn end(tx: &mut Tx<'_>, school: UnitId, stay: &Enrolment, how: &Ending<'_>) -> Result<()> {
    require_open(stay)?;
    check_day(tx, "from", how.from)?;
    let first = how.from < stay.valid_from || (how.from == stay.valid_from && how.left_by != "mistake");
    if first {
        let detail = format!("Học sinh vào trường ngày {}; hãy chọn ngày sau đó.", vi::date(stay.valid_from));
        return Err(Error::field("from", "pupil.before_coming", detail));
    }
    let Ending { from, left_by, status, reason, transfer } = *how;
    tx.exec_one(&store::END, params![school, stay.id, from, left_by, status, reason, transfer.or(stay.transfer)])?;
    tx.exec(&store::MEMBER_CUT, params![school, stay.id, from])?;
    tx.exec(&store::MEMBER_DROP, params![school, stay.id, from])?;
    held::pupil(tx, school, stay.person)
}

/// The stretches of a stay in classes, the first first.
pub fn members(tx: &mut Tx<'_>, school: UnitId, stay: EnrolmentId) -> Result<Vec<Member>> {
    tx.all(&store::MEMBERS, params![school, stay])
}

/// Where a pupil is to be from a day on.
#[derive(Clone, Copy, Debug)]
pub struct Into {
    /// In which class.
    pub class: ClassId,
    /// From which day.
    pub from: Date,
    /// At which place in it.
    pub position: Option<i64>,
    /// In this grade once more.
    pub repeats: bool,
}

/// The class and the day somebody is to be in it from: the day that was said, or the nearest day of the class's year to
/// today that lies within the stay.
pub fn destination(
    tx: &mut Tx<'_>,
    school: UnitId,
    stay: &Enrolment,
    class: ClassId,
    from: Option<Date>,
) -> Result<(Bare, Date)> {
    let class = match classes::show::find(tx, school, class) {
        Err(error) if error.is(&classes::CLASS_NOT_FOUND) => {
            return Err(Error::field("class", "class.not_found", error.detail().to_owned()));
        }
        other => other?,
    };
    let today = tx.today();
    let from = from.unwrap_or_else(|| classes::day_in(class.year, today).max(stay.valid_from));
    let year = class.year.interval(base::school_year::Turn::default());
    if !year.contains(from) {
        let detail = format!(
            "Lớp {} là của năm học {}, không nhận học sinh từ ngày {}. Hãy chọn ngày trong năm học ấy.",
            class.code,
            class.year,
            vi::date(from)
        );
        return Err(Error::field("from", "pupil.outside_year", detail));
    }
    if Interval::new(stay.valid_from, stay.valid_to).is_none_or(|days| !days.contains(from)) {
        let detail = format!("Ngày {} nằm ngoài thời gian học ở trường. Hãy chọn ngày khác.", vi::date(from));
        return Err(Error::field("from", "pupil.outside_stay", detail));
    }
    Ok((class, from))
}

/// Puts a pupil into a class from a day on; the stretch in the class before ends there, or was wrong where it began on the
/// same day.
pub fn put_in_class(tx: &mut Tx<'_>, school: UnitId, stay: &Enrolment, into: &Into) -> Result<()> {
    let members = members(tx, school, stay.id)?;
    if let Some(later) = members.iter().find(|member| member.valid_from > into.from) {
        return Err(LATER.error(format!(
            "Học sinh đã được xếp lớp từ ngày {}, sau ngày muốn chuyển; chưa có gì bị thay đổi. Hãy chọn ngày sau đó, hoặc sửa lần xếp lớp ấy trước.",
            vi::date(later.valid_from)
        )));
    }
    let now = members.iter().find(|member| member.valid_to.is_none_or(|to| into.from < to));
    if now.is_some_and(|now| now.class == into.class && now.repeats == into.repeats) {
        return Err(SAME_CLASS
            .error("Học sinh đã ở lớp này vào ngày ấy; chưa có gì bị thay đổi. Hãy chọn lớp khác hoặc ngày khác."));
    }
    tx.exec(&store::MEMBER_CUT, params![school, stay.id, into.from])?;
    tx.exec(&store::MEMBER_DROP, params![school, stay.id, into.from])?;
    tx.exec_one(
        &store::MEMBER_INSERT,
        params![school, into.class, stay.id, into.from, stay.valid_to, into.position, into.repeats],
    )
}

/// The state of somebody who is there.
pub fn studying(on: Date) -> Result<String> {
    status(Meaning::Studying, on)
}
