//! The school year's frame: how many weeks it has, which days are proposed, and which week of lessons a day lies in.

use std::sync::OnceLock;

use base::{Date, Error, Result, SchoolYear};

use crate::Pack;
use crate::table::rows;

/// The frame, read.
#[derive(Debug)]
pub struct Calendar {
    /// The pack it comes from.
    pub pack: &'static Pack,
    /// Weeks of lessons in the first semester.
    pub first_semester: u32,
    /// Weeks of lessons in the second.
    pub second_semester: u32,
    /// Month and day of the opening ceremony.
    opening: (i8, i8),
    /// Month and day before which the year ends.
    ends_before: (i8, i8),
    /// Weeks without lessons that a proposal keeps room for.
    holiday_weeks: u32,
    /// What provinces have decided.
    pub provinces: Vec<Decision>,
}

/// What a province has decided for a year, as far as it is known.
#[derive(Clone, Copy, Debug)]
pub struct Decision {
    /// The year.
    pub year: SchoolYear,
    /// The province's code.
    pub province: &'static str,
    /// The opening ceremony.
    pub opening: Option<Date>,
    /// The first day of lessons.
    pub first_day: Option<Date>,
    /// The first day of the second semester.
    pub semester_two: Option<Date>,
    /// The year ends before this day.
    pub ends_before: Option<Date>,
    /// The decision.
    pub basis: &'static str,
}

/// A year's days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The first day of lessons.
    pub first_day: Date,
    /// The first day of the second semester.
    pub semester_two: Date,
    /// The last day of lessons.
    pub last_day: Date,
    /// Holidays that take whole weeks or parts of them: first and last day.
    pub holidays: Vec<(Date, Date)>,
}

/// What is odd about a frame. Nothing of it is forbidden: a storm may take a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// The first semester has so many weeks of lessons instead of the frame's.
    FirstSemester(u32),
    /// So has the second.
    SecondSemester(u32),
    /// The last day does not lie before this one.
    EndsLate(Date),
    /// The first day is no Monday, so that its week is cut.
    NoMonday,
}

fn month_day(text: &str) -> Option<(i8, i8)> {
    let (month, day) = text.split_once('-')?;
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    Date::new(2001, month, day).ok().map(|_| (month, day))
}

/// The frame of Viet Nam.
pub fn vietnam() -> Result<&'static Calendar> {
    static CALENDAR: OnceLock<Calendar> = OnceLock::new();
    if let Some(calendar) = CALENDAR.get() {
        return Ok(calendar);
    }
    let read = read()?;
    Ok(CALENDAR.get_or_init(|| read))
}

#[derive(serde::Deserialize)]
struct Figures {
    weeks: Weeks,
    parameters: Parameters,
}
#[derive(serde::Deserialize)]
struct Weeks {
    first_semester: u32,
    second_semester: u32,
}
#[derive(serde::Deserialize)]
struct Parameters {
    opening: Parameter<String>,
    ends_before: Parameter<String>,
    holiday_weeks: Parameter<u32>,
}
#[derive(serde::Deserialize)]
struct Parameter<T> {
    value: T,
}

fn read() -> Result<Calendar> {
    let pack = crate::find("calendar", "vn")?.ok_or_else(|| Error::internal("the calendar is not in the program"))?;
    let figures: Figures = toml::from_str(pack.manifest).map_err(Error::internal)?;
    let day = |text: &str| month_day(text).ok_or_else(|| Error::internal(format!("{text} is no month and day")));
    let maybe = |text: &str| -> Result<Option<Date>> {
        if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(Error::internal) }
    };
    let columns = ["year", "province", "opening", "first_day", "semester_two", "ends_before", "basis"];
    let provinces = rows(pack.file("provinces.tsv")?, columns)?
        .into_iter()
        .map(|[year, province, opening, first_day, semester_two, ends_before, basis]| {
            let year = year.parse().ok().and_then(SchoolYear::starting);
            Ok(Decision {
                year: year.ok_or_else(|| Error::internal("a decision without a year"))?,
                province,
                opening: maybe(opening)?,
                first_day: maybe(first_day)?,
                semester_two: maybe(semester_two)?,
                ends_before: maybe(ends_before)?,
                basis,
            })
        })
        .collect::<Result<_>>()?;
    Ok(Calendar {
        pack,
        first_semester: figures.weeks.first_semester,
        second_semester: figures.weeks.second_semester,
        opening: day(&figures.parameters.opening.value)?,
        ends_before: day(&figures.parameters.ends_before.value)?,
        holiday_weeks: figures.parameters.holiday_weeks.value,
        provinces,
    })
}

/// Days since the Monday of the week a day lies in.
fn since_monday(day: Date) -> i64 {
    i64::from(day.weekday().to_monday_zero_offset())
}

fn plus(day: Date, days: i64) -> Date {
    base::time::date_from_days(base::time::days_since_1970(day) + days).unwrap_or(day)
}

/// The Monday of the week a day lies in.
#[must_use]
pub fn monday(day: Date) -> Date {
    plus(day, -since_monday(day))
}

impl Calendar {
    /// What a province has decided for a year.
    #[must_use]
    pub fn decided(&self, year: SchoolYear, province: &str) -> Option<&Decision> {
        self.provinces.iter().find(|decision| decision.year == year && decision.province == province)
    }

    /// The day before which a year ends.
    #[must_use]
    pub fn ends_before(&self, year: SchoolYear, province: Option<&str>) -> Date {
        let decided = province.and_then(|province| self.decided(year, province)).and_then(|one| one.ends_before);
        let (month, day) = self.ends_before;
        decided.unwrap_or_else(|| Date::new(year.end(), month, day).unwrap_or(Date::MAX))
    }

    /// A frame to begin with: what the province has decided, and the pack's parameters for the rest.
    #[must_use]
    pub fn propose(&self, year: SchoolYear, province: Option<&str>) -> Frame {
        let decided = province.and_then(|province| self.decided(year, province));
        let (month, day) = self.opening;
        let opening = decided
            .and_then(|one| one.opening)
            .or_else(|| Date::new(year.start(), month, day).ok())
            .unwrap_or(Date::constant(year.start(), 9, 1));
        let first_day = decided.and_then(|one| one.first_day).unwrap_or_else(|| match since_monday(opening) {
            0 => opening,
            later => plus(opening, 7 - later),
        });
        let weeks = |from: Date, weeks: u32| plus(monday(from), 7 * i64::from(weeks));
        let semester_two =
            decided.and_then(|one| one.semester_two).unwrap_or_else(|| weeks(first_day, self.first_semester));
        let last_day = plus(weeks(semester_two, self.second_semester + self.holiday_weeks), -1);
        Frame { first_day, semester_two, last_day, holidays: Vec::new() }
    }

    /// What is odd about a frame.
    #[must_use]
    pub fn oddities(&self, frame: &Frame, year: SchoolYear, province: Option<&str>) -> Vec<Oddity> {
        let (one, two) = frame.weeks();
        let late = self.ends_before(year, province);
        [
            (since_monday(frame.first_day) != 0).then_some(Oddity::NoMonday),
            (one != self.first_semester).then_some(Oddity::FirstSemester(one)),
            (two != self.second_semester).then_some(Oddity::SecondSemester(two)),
            (frame.last_day >= late).then_some(Oddity::EndsLate(late)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl Frame {
    fn is_holiday(&self, day: Date) -> bool {
        self.holidays.iter().any(|(from, to)| (*from..=*to).contains(&day))
    }

    /// Whether lessons are held in the week that begins on a Monday: on some day of it up to Saturday.
    fn has_lessons(&self, monday: Date) -> bool {
        (0..6)
            .map(|days| plus(monday, days))
            .any(|day| (self.first_day..=self.last_day).contains(&day) && !self.is_holiday(day))
    }

    fn weeks_between(&self, from: Date, before: Date) -> u32 {
        let mut weeks = 0;
        let mut at = monday(from);
        while at < before {
            weeks += u32::from(self.has_lessons(at));
            at = plus(at, 7);
        }
        weeks
    }

    /// Weeks of lessons in the two semesters. A week in which the second begins after its Monday belongs to the first.
    #[must_use]
    pub fn weeks(&self) -> (u32, u32) {
        let turn = self.turn();
        (self.weeks_between(self.first_day, turn), self.weeks_between(turn, plus(self.last_day, 1)))
    }

    /// The Monday with which the weeks of the second semester begin.
    fn turn(&self) -> Date {
        match since_monday(self.semester_two) {
            0 => self.semester_two,
            later => plus(self.semester_two, 7 - later),
        }
    }

    /// The number of the week of lessons a day lies in, from 1 and over both semesters; `None` on holidays, before and after.
    /// A Sunday belongs to the week before it.
    #[must_use]
    pub fn week(&self, day: Date) -> Option<u32> {
        let monday = monday(day);
        if day < self.first_day || monday > self.last_day || self.is_holiday(day) || !self.has_lessons(monday) {
            return None;
        }
        Some(self.weeks_between(self.first_day, plus(monday, 1)))
    }

    /// The semester a day lies in, 1 or 2; `None` before the first and after the last day.
    #[must_use]
    pub fn semester(&self, day: Date) -> Option<u8> {
        if day < self.first_day || day > self.last_day {
            return None;
        }
        Some(if day < self.semester_two { 1 } else { 2 })
    }

    /// The first day of a week of lessons by its number.
    #[must_use]
    pub fn first_day_of(&self, week: u32) -> Option<Date> {
        let mut at = monday(self.first_day);
        let mut counted = 0;
        while at <= self.last_day {
            counted += u32::from(self.has_lessons(at));
            if counted == week && week > 0 {
                return Some(at.max(self.first_day));
            }
            at = plus(at, 7);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Examples {
        proposed: Vec<Proposed>,
        week: Vec<Week>,
    }
    #[derive(serde::Deserialize)]
    struct Proposed {
        year: String,
        province: String,
        first_day: toml::value::Datetime,
        semester_two: toml::value::Datetime,
        last_day: toml::value::Datetime,
    }
    #[derive(serde::Deserialize)]
    struct Week {
        first_day: toml::value::Datetime,
        semester_two: toml::value::Datetime,
        last_day: toml::value::Datetime,
        holidays: Vec<(toml::value::Datetime, toml::value::Datetime)>,
        days: Vec<Day>,
        weeks: (u32, u32),
    }
    #[derive(serde::Deserialize)]
    struct Day {
        day: toml::value::Datetime,
        week: u32,
    }

    fn day(text: &toml::value::Datetime) -> Date {
        crate::day(text).expect("a day")
    }

    #[test]
    fn the_pack_s_own_examples_hold() {
        let calendar = vietnam().expect("reads");
        assert_eq!(calendar.first_semester + calendar.second_semester, 35);
        let examples: Examples = toml::from_str(calendar.pack.file("examples.toml").expect("is there")).expect("reads");
        assert!(!examples.proposed.is_empty() && !examples.week.is_empty());
        for example in &examples.proposed {
            let year = SchoolYear::parse(&example.year).expect("a year");
            let frame = calendar.propose(year, Some(&example.province));
            assert_eq!(
                (frame.first_day, frame.semester_two, frame.last_day),
                (day(&example.first_day), day(&example.semester_two), day(&example.last_day)),
                "{year}"
            );
        }
        for example in &examples.week {
            let frame = Frame {
                first_day: day(&example.first_day),
                semester_two: day(&example.semester_two),
                last_day: day(&example.last_day),
                holidays: example.holidays.iter().map(|(from, to)| (day(from), day(to))).collect(),
            };
            for one in &example.days {
                assert_eq!(frame.week(day(&one.day)).unwrap_or(0), one.week, "{}", one.day);
            }
            assert_eq!(frame.weeks(), example.weeks);
        }
    }

    #[test]
    fn a_province_s_decision_is_told_from_the_parameter() {
        let calendar = vietnam().expect("reads");
        let year = SchoolYear::starting(2026).expect("a year");
        assert!(calendar.decided(year, "15").is_some_and(|one| one.basis.contains("2796")));
        assert!(calendar.decided(year, "01").is_none());
        let mut frame = calendar.propose(year, Some("15"));
        assert_eq!(calendar.oddities(&frame, year, Some("15")), [Oddity::SecondSemester(19)], "room for Tết");
        frame.holidays.push((plus(frame.semester_two, 21), plus(frame.semester_two, 34)));
        assert_eq!(calendar.oddities(&frame, year, Some("15")), []);
        frame.last_day = Date::constant(2027, 5, 31);
        assert_eq!(
            calendar.oddities(&frame, year, Some("15")),
            [Oddity::SecondSemester(19), Oddity::EndsLate(Date::constant(2027, 5, 31))]
        );
    }

    proptest::proptest! {
        #[test]
        fn weeks_count_up_and_are_found_again(start in 0i64..=20, length in 30i64..=45, from in 0i64..=200, long in 0i64..=30) {
            let first_day = plus(Date::constant(2026, 9, 1), start);
            let frame = Frame {
                first_day,
                semester_two: plus(first_day, 18 * 7),
                last_day: plus(first_day, length * 7),
                holidays: vec![(plus(first_day, from), plus(first_day, from + long))],
            };
            let mut last = 0;
            for days in 0..=length * 7 {
                let day = plus(first_day, days);
                if let Some(week) = frame.week(day) {
                    proptest::prop_assert!(week == last || week == last + 1, "{} after {} on {}", week, last, day);
                    let begins = frame.first_day_of(week);
                    proptest::prop_assert!(begins.is_some_and(|begins| begins <= day && monday(begins) == monday(day)));
                    last = week;
                }
            }
            let (one, two) = frame.weeks();
            proptest::prop_assert_eq!(last, one + two);
        }
    }
}
