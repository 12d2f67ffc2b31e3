//! A school's year: its days and weeks, its half days, the subjects of its classes, and the step into the next year.

pub mod hours;
pub mod open;
pub mod roll_over;
pub mod show;
pub mod store;
pub mod subjects;

use auth::{Capability, Require as _};
use base::{Code, Date, Error, Kind, Result, SchoolYear, UnitId, Uuid, vi};
use db::{Tx, params};
use rules::calendar::{self, Frame, Oddity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use hours::{HalfDay, Hours};

/// Nobody has opened this year there.
pub const NOT_OPEN: Code = Code::new(Kind::NotFound, "year.not_open", "Năm học chưa được mở");
/// It is open already.
pub const OPEN_ALREADY: Code = Code::new(Kind::Conflict, "year.open_already", "Năm học đã được mở");
/// The class is not there.
pub const CLASS_NOT_FOUND: Code = Code::new(Kind::NotFound, "class.not_found", "Không tìm thấy lớp");
/// What is said with it.
pub const CLASS_NOT_FOUND_SENTENCE: &str =
    "Không tìm thấy lớp này, hoặc lớp ngoài phạm vi của bạn. Hãy tìm lại trong danh sách lớp của trường.";

/// Days without lessons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SchoolHoliday)]
pub struct Holiday {
    /// The first of them.
    #[schema(value_type = String, format = Date, example = "2027-02-01")]
    pub first_day: Date,
    /// The last of them.
    #[schema(value_type = String, format = Date, example = "2027-02-14")]
    pub last_day: Date,
    /// What for.
    #[schema(example = "Tết Nguyên đán")]
    pub name: String,
}

/// The days of a school year, as somebody sets them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct YearPlan {
    /// The first day of lessons.
    #[schema(value_type = String, format = Date, example = "2026-09-07")]
    pub first_day: Date,
    /// The first day of the second semester.
    #[schema(value_type = String, format = Date, example = "2027-01-11")]
    pub semester_two: Date,
    /// The last day of lessons.
    #[schema(value_type = String, format = Date, example = "2027-05-23")]
    pub last_day: Date,
    /// Days without lessons.
    #[serde(default)]
    pub holidays: Vec<Holiday>,
    /// Days of the week, half days and periods; those of the level when not said.
    #[serde(default)]
    pub hours: Option<Hours>,
    /// The decision it rests on.
    #[serde(default)]
    pub basis: Option<String>,
}

impl YearPlan {
    /// Its days, for counting weeks.
    #[must_use]
    pub fn frame(&self) -> Frame {
        Frame {
            first_day: self.first_day,
            semester_two: self.semester_two,
            last_day: self.last_day,
            holidays: self.holidays.iter().map(|one| (one.first_day, one.last_day)).collect(),
        }
    }
}

/// Goes on only for whoever may change the year of a unit: at a school whoever manages it, above whoever keeps its settings.
pub(crate) fn require_change(tx: &mut Tx<'_>, unit: UnitId) -> Result<()> {
    let kind: Option<(String,)> = tx.one(&store::UNIT_KIND, params![unit])?;
    let manages = kind.is_none_or(|(kind,)| kind == "school");
    tx.require(if manages { Capability::SchoolManage } else { Capability::SettingsManage }, unit)
}

/// Goes on for whoever works at a school, by a role that sees it or by an employment of today.
pub(crate) fn require_sight(tx: &mut Tx<'_>, school: UnitId) -> Result<()> {
    let seen = tx.require(Capability::UnitView, school);
    let Err(error) = seen else { return Ok(()) };
    let (Some(account), true) = (tx.ctx().actor().account(), error.is(&auth::UNIT_NOT_FOUND)) else {
        return Err(error);
    };
    let today = tx.today();
    match tx.one::<(Uuid,)>(&store::WORKS_AT, params![account, school, today])? {
        Some(_) => {
            tx.allowed_by("works at the school");
            Ok(())
        }
        None => Err(error),
    }
}

/// The days checked: in order, and within what a school year is.
pub(crate) fn checked(year: SchoolYear, plan: &YearPlan) -> Result<()> {
    let refuse = |field: &str, sentence: String| Err(Error::field(field, "year.days", sentence));
    let within = |day: Date| (year.start()..=year.end()).contains(&day.year());
    for (field, day) in
        [("first_day", plan.first_day), ("semester_two", plan.semester_two), ("last_day", plan.last_day)]
    {
        if !within(day) {
            return refuse(field, format!("Ngày {} không thuộc năm học {year}. Hãy kiểm tra lại năm.", vi::date(day)));
        }
    }
    if plan.semester_two <= plan.first_day {
        let sentence = format!(
            "Học kì II bắt đầu ngày {}, không sau ngày đầu năm học {}. Hãy sửa một trong hai ngày.",
            vi::date(plan.semester_two),
            vi::date(plan.first_day)
        );
        return refuse("semester_two", sentence);
    }
    if plan.last_day <= plan.semester_two {
        let sentence = format!(
            "Năm học kết thúc ngày {}, không sau ngày đầu học kì II {}. Hãy sửa một trong hai ngày.",
            vi::date(plan.last_day),
            vi::date(plan.semester_two)
        );
        return refuse("last_day", sentence);
    }
    let mut holidays: Vec<&Holiday> = plan.holidays.iter().collect();
    holidays.sort_by_key(|one| one.first_day);
    for one in &holidays {
        if one.last_day < one.first_day || one.first_day < plan.first_day || one.last_day > plan.last_day {
            let sentence = format!(
                "Kì nghỉ “{}” từ {} đến {} không nằm trong năm học. Hãy sửa lại ngày.",
                one.name,
                vi::date(one.first_day),
                vi::date(one.last_day)
            );
            return refuse("holidays", sentence);
        }
        if vi::clean(&one.name).is_empty() || one.name.chars().count() > 80 {
            return refuse("holidays", "Mỗi kì nghỉ cần một tên, dài nhất 80 chữ cái.".to_owned());
        }
    }
    for pair in holidays.windows(2) {
        if pair[1].first_day <= pair[0].last_day {
            let sentence = format!("Kì nghỉ “{}” và “{}” trùng ngày. Hãy sửa lại ngày.", pair[0].name, pair[1].name);
            return refuse("holidays", sentence);
        }
    }
    if holidays.len() > 40 {
        return refuse("holidays", "Một năm học ghi được tối đa 40 kì nghỉ.".to_owned());
    }
    match &plan.hours {
        Some(hours) => hours.checked(),
        None => Ok(()),
    }
}

/// What is unusual about the days, as people read it.
pub(crate) fn told(oddities: &[Oddity], calendar: &calendar::Calendar) -> Vec<String> {
    oddities
        .iter()
        .map(|oddity| match oddity {
            Oddity::FirstSemester(weeks) => {
                format!("Học kì I có {weeks} tuần thực học, khung là {} tuần.", calendar.first_semester)
            }
            Oddity::SecondSemester(weeks) => {
                format!("Học kì II có {weeks} tuần thực học, khung là {} tuần.", calendar.second_semester)
            }
            Oddity::EndsLate(before) => format!("Năm học nên kết thúc trước ngày {}.", vi::date(*before)),
            Oddity::NoMonday => "Ngày đầu năm học không phải thứ hai, nên tuần 1 bị thiếu ngày.".to_owned(),
        })
        .collect()
}
