//! What becomes of the assignments of some classes when somebody says which are to hold from a day on: which stay, which
//! end, which begin, and what speaks against it. No database.

use std::collections::BTreeMap;

use base::{ClassId, Date, EmploymentId, Field, Interval, vi};

use super::store::Stands;
use crate::years::subjects::ClassSubject;

/// More periods a week than anybody can teach are a slip of the fingers.
const PERIODS_AT_MOST: i64 = 60;

/// A class.
#[derive(Clone, Debug)]
pub struct Class {
    /// What it is called.
    pub name: String,
    /// Its subjects.
    pub subjects: Vec<ClassSubject>,
}

/// Somebody who works at the school.
#[derive(Clone, Debug)]
pub struct Teacher {
    /// Called.
    pub name: String,
    /// From when to when.
    pub days: Interval,
}

/// What is known of a school.
#[derive(Clone, Debug)]
pub struct Known {
    /// The days of the school year.
    pub year: Interval,
    /// The first day of the second semester.
    pub semester_two: Date,
    /// The classes that are spoken of.
    pub classes: BTreeMap<ClassId, Class>,
    /// Who works there.
    pub teachers: BTreeMap<EmploymentId, Teacher>,
    /// Their assignments of the day and later.
    pub stands: Vec<Stands>,
}

/// An assignment as somebody wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// In which class.
    pub class: ClassId,
    /// Which subject.
    pub subject: String,
    /// Who.
    pub staff: EmploymentId,
    /// 0 the whole year, 1 or 2.
    pub semester: i64,
    /// Periods a week.
    pub periods: Option<i64>,
    /// Answers for the subject.
    pub responsible: bool,
    /// From when; from the day of the whole on when not said.
    pub from: Option<Date>,
    /// Until when.
    pub to: Option<Date>,
}

/// The same with its days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// What is wanted.
    pub wanted: Wanted,
    /// When.
    pub days: Interval,
}

/// What becomes of everything.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// These go on as they are.
    pub keep: Vec<Stands>,
    /// These end on the day.
    pub cut: Vec<Stands>,
    /// These, which were to begin then or later, never do.
    pub drop: Vec<Stands>,
    /// These begin.
    pub add: Vec<Placed>,
    /// What speaks against it, by the place in the request.
    pub faults: Vec<Field>,
}

impl Plan {
    /// The classes whose assignments change.
    #[must_use]
    pub fn changed(&self) -> Vec<ClassId> {
        let ended = self.cut.iter().chain(&self.drop).map(|one| one.class);
        let mut all: Vec<ClassId> = ended.chain(self.add.iter().map(|one| one.wanted.class)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

const fn same_time(a: i64, b: i64) -> bool {
    a == 0 || b == 0 || a == b
}

impl Known {
    fn fault(&self, at: usize, field: &str, code: &'static str, detail: String) -> Field {
        Field { field: format!("assignments.{at}.{field}"), code, detail }
    }

    /// One assignment with its days, or what speaks against it.
    fn place(&self, at: usize, wanted: &Wanted, day: Date) -> Result<Placed, Field> {
        let Some(class) = self.classes.get(&wanted.class) else {
            let detail = "Không có lớp này trong năm học của trường. Hãy chọn lại lớp.".to_owned();
            return Err(self.fault(at, "class", "class.not_found", detail));
        };
        if !class.subjects.iter().any(|one| one.subject == wanted.subject) {
            let name = super::subject_name(&wanted.subject).unwrap_or_else(|_| wanted.subject.clone());
            let detail = format!(
                "{} không học môn “{}”. Hãy chọn môn khác, hoặc thêm môn ở phần Môn học của lớp.",
                class.name,
                vi::clean(&name)
            );
            return Err(self.fault(at, "subject", "teaching.not_of_class", detail));
        }
        let Some(teacher) = self.teachers.get(&wanted.staff) else {
            let detail =
                "Không có người này trong danh sách cán bộ đang làm việc ở trường. Hãy chọn lại giáo viên.".to_owned();
            return Err(self.fault(at, "staff", "staff.not_found", detail));
        };
        if !(0..=2).contains(&wanted.semester) {
            let detail = "Học kì là 1, 2, hoặc 0 nếu dạy cả năm. Hãy sửa lại.".to_owned();
            return Err(self.fault(at, "semester", "teaching.semester", detail));
        }
        if wanted.periods.is_some_and(|periods| !(0..=PERIODS_AT_MOST).contains(&periods)) {
            let detail = format!("Số tiết mỗi tuần là từ 0 đến {PERIODS_AT_MOST}. Hãy sửa lại.");
            return Err(self.fault(at, "periods", "teaching.periods", detail));
        }
        let start = if wanted.semester == 2 { day.max(self.semester_two) } else { day };
        let from = wanted.from.unwrap_or(start);
        let ends = [wanted.to, teacher.days.to(), (wanted.semester == 1).then_some(self.semester_two)];
        let to = ends.into_iter().flatten().min();
        let days = Interval::new(from, to).filter(|days| !days.is_empty() && self.year.contains(from));
        let Some(days) = days else {
            let detail = match (wanted.semester, to) {
                (1, Some(to)) if to == self.semester_two => {
                    format!(
                        "Học kì I kết thúc trước ngày {}, nên không còn ngày nào để dạy. Hãy bỏ dòng này.",
                        vi::date(to)
                    )
                }
                _ => format!(
                    "Những ngày dạy từ {} không nằm trong năm học, hoặc kết thúc trước khi bắt đầu. Hãy sửa lại ngày.",
                    vi::date(from)
                ),
            };
            return Err(self.fault(at, "from", "teaching.days", detail));
        };
        if !teacher.days.contains(from) {
            let detail = format!(
                "{} làm việc ở trường {}, không dạy được từ ngày {}. Hãy sửa ngày bắt đầu dạy, hoặc chọn người khác.",
                teacher.name,
                teacher.days,
                vi::date(from)
            );
            return Err(self.fault(at, "staff", "teaching.not_there", detail));
        }
        Ok(Placed { wanted: wanted.clone(), days })
    }

    /// What two assignments of one subject of one class have against each other.
    fn clash(&self, at: usize, one: &Placed, other: &Placed) -> Option<Field> {
        let (a, b) = (&one.wanted, &other.wanted);
        let meet = a.class == b.class
            && a.subject == b.subject
            && same_time(a.semester, b.semester)
            && one.days.overlaps(&other.days);
        if !meet {
            return None;
        }
        let class = self.classes.get(&a.class).map_or("Lớp", |class| class.name.as_str());
        let subject = super::subject_name(&a.subject).unwrap_or_else(|_| a.subject.clone());
        let name = |id: EmploymentId| self.teachers.get(&id).map_or("một người", |teacher| teacher.name.as_str());
        if a.staff == b.staff {
            let detail = format!(
                "{} được ghi hai lần cho môn {subject} của {class} trong cùng thời gian. Hãy bỏ một dòng.",
                name(a.staff)
            );
            return Some(self.fault(at, "staff", "teaching.twice", detail));
        }
        if a.responsible && b.responsible {
            let detail = format!(
                "Môn {subject} của {class} có cả {} và {} dạy chính {}. Hãy bỏ một người, sửa ngày dạy, hoặc đánh dấu một người dạy cùng.",
                name(b.staff),
                name(a.staff),
                one.days.clip(&other.days).unwrap_or(one.days)
            );
            return Some(self.fault(at, "staff", "teaching.clash", detail));
        }
        None
    }

    /// What becomes of everything when these are to hold from a day on.
    #[must_use]
    pub fn plan(&self, wanted: &[Wanted], day: Date) -> Plan {
        let mut plan = Plan::default();
        let mut placed: Vec<(usize, Placed)> = Vec::with_capacity(wanted.len());
        for (at, one) in wanted.iter().enumerate() {
            match self.place(at, one, day) {
                Ok(one) => placed.push((at, one)),
                Err(fault) => plan.faults.push(fault),
            }
        }
        // By class and subject: few stand in one.
        let mut groups: BTreeMap<(ClassId, &str), Vec<usize>> = BTreeMap::new();
        for (n, (_, one)) in placed.iter().enumerate() {
            groups.entry((one.wanted.class, one.wanted.subject.as_str())).or_default().push(n);
        }
        for group in groups.values() {
            for (n, here) in group.iter().enumerate() {
                let (at, one) = &placed[*here];
                let clash = group[..n].iter().find_map(|before| self.clash(*at, one, &placed[*before].1));
                plan.faults.extend(clash);
            }
        }
        let mut left: Vec<Option<Placed>> = placed.into_iter().map(|(_, one)| Some(one)).collect();
        let mut places: BTreeMap<(ClassId, String, EmploymentId), Vec<usize>> = BTreeMap::new();
        for (n, one) in left.iter().enumerate() {
            let Some(Placed { wanted, .. }) = one else { continue };
            places.entry((wanted.class, wanted.subject.clone(), wanted.staff)).or_default().push(n);
        }
        for row in &self.stands {
            let same = places.get(&(row.class, row.subject.clone(), row.employment)).and_then(|places| {
                places.iter().copied().find(|n| left[*n].as_ref().is_some_and(|one| goes_on(row, one)))
            });
            if let Some(n) = same {
                left[n] = None;
                plan.keep.push(row.clone());
            } else if row.valid_from < day {
                plan.cut.push(row.clone());
            } else {
                plan.drop.push(row.clone());
            }
        }
        plan.add = left.into_iter().flatten().collect();
        plan
    }
}

/// Whether an assignment that stands is the one that is wanted.
fn goes_on(row: &Stands, one: &Placed) -> bool {
    let Placed { wanted, days } = one;
    let begins = match wanted.from {
        Some(from) => row.valid_from == from,
        None => row.valid_from <= days.from(),
    };
    begins
        && row.semester == wanted.semester
        && row.periods == wanted.periods
        && row.responsible == wanted.responsible
        && row.valid_to == days.to()
}

#[cfg(test)]
mod tests {
    use base::{PersonId, Uuid};

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    fn class(n: u128) -> ClassId {
        ClassId(Uuid::from_u128(n))
    }

    fn staff(n: u128) -> EmploymentId {
        EmploymentId(Uuid::from_u128(n))
    }

    fn subject(code: &str) -> ClassSubject {
        let (subject, name, part) = (code.to_owned(), code.to_owned(), "compulsory".to_owned());
        ClassSubject { subject, name, part, periods: 140, week_one: 4, week_two: 4 }
    }

    fn known(stands: Vec<Stands>) -> Known {
        let teacher = |name: &str, from: &str, to: Option<&str>| Teacher {
            name: name.to_owned(),
            days: Interval::new(day(from), to.map(day)).expect("days"),
        };
        let class_of =
            |name: &str| Class { name: name.to_owned(), subjects: vec![subject("toan"), subject("ngu_van")] };
        Known {
            year: Interval::new(day("2026-08-01"), Some(day("2027-08-01"))).expect("days"),
            semester_two: day("2027-01-11"),
            classes: [(class(1), class_of("Lớp 6A")), (class(2), class_of("Lớp 6B"))].into(),
            teachers: [
                (staff(1), teacher("Lê An", "2020-08-01", None)),
                (staff(2), teacher("Lê Bình", "2020-08-01", Some("2027-03-01"))),
                (staff(3), teacher("Lê Chi", "2026-10-01", None)),
            ]
            .into(),
            stands,
        }
    }

    fn wanted(at: u128, code: &str, who: u128) -> Wanted {
        let (subject, from, to) = (code.to_owned(), None, None);
        Wanted { class: class(at), subject, staff: staff(who), semester: 0, periods: None, responsible: true, from, to }
    }

    fn stands(n: u128, at: u128, code: &str, who: u128, from: &str) -> Stands {
        Stands {
            id: Uuid::from_u128(n),
            class: class(at),
            class_code: "6A".to_owned(),
            class_name: "Lớp".to_owned(),
            subject: code.to_owned(),
            semester: 0,
            employment: staff(who),
            person: PersonId(Uuid::from_u128(who)),
            full_name: "Lê".to_owned(),
            periods: None,
            responsible: true,
            valid_from: day(from),
            valid_to: None,
        }
    }

    fn faults(known: &Known, wanted: &[Wanted], on: &str) -> Vec<(String, &'static str)> {
        known.plan(wanted, day(on)).faults.into_iter().map(|fault| (fault.field, fault.code)).collect()
    }

    #[test]
    fn what_is_said_holds_from_the_day_and_what_is_not_ends() {
        let known = known(vec![
            stands(1, 1, "toan", 1, "2026-09-01"),
            stands(2, 1, "ngu_van", 1, "2026-09-01"),
            stands(3, 2, "toan", 1, "2026-11-02"),
        ]);
        let all = [wanted(1, "toan", 1), wanted(1, "ngu_van", 2), wanted(2, "toan", 3)];
        let plan = known.plan(&all, day("2026-11-02"));
        assert_eq!(plan.faults, []);
        let ids = |rows: &[Stands]| rows.iter().map(|row| row.id.as_u128()).collect::<Vec<_>>();
        assert_eq!((ids(&plan.keep), ids(&plan.cut), ids(&plan.drop)), (vec![1], vec![2], vec![3]));
        let added: Vec<(EmploymentId, Date, Option<Date>)> =
            plan.add.iter().map(|one| (one.wanted.staff, one.days.from(), one.days.to())).collect();
        // Nobody teaches longer than they work there.
        assert_eq!(
            added,
            [(staff(2), day("2026-11-02"), Some(day("2027-03-01"))), (staff(3), day("2026-11-02"), None)]
        );
        assert_eq!(plan.changed(), [class(1), class(2)]);
        // Said once more, nothing changes.
        let again = Known { stands: vec![stands(1, 1, "toan", 1, "2026-09-01")], ..known };
        assert_eq!(again.plan(&[wanted(1, "toan", 1)], day("2026-11-02")).changed(), []);
    }

    #[test]
    fn two_who_answer_for_one_subject_at_one_time_clash_by_name() {
        let known = known(Vec::new());
        let both = [wanted(1, "toan", 1), wanted(1, "toan", 2)];
        let plan = known.plan(&both, day("2026-09-01"));
        assert_eq!((plan.faults[0].field.as_str(), plan.faults[0].code), ("assignments.1.staff", "teaching.clash"));
        for word in ["Lê An", "Lê Bình", "Lớp 6A", "Toán"] {
            assert!(plan.faults[0].detail.contains(word), "{}", plan.faults[0].detail);
        }
        let helping = [wanted(1, "toan", 1), Wanted { responsible: false, ..wanted(1, "toan", 2) }];
        assert_eq!(faults(&known, &helping, "2026-09-01"), []);
        let halves = [Wanted { semester: 1, ..wanted(1, "toan", 1) }, Wanted { semester: 2, ..wanted(1, "toan", 2) }];
        assert_eq!(faults(&known, &halves, "2026-09-01"), []);
        let after = [
            Wanted { to: Some(day("2026-11-02")), ..wanted(1, "toan", 1) },
            Wanted { from: Some(day("2026-11-02")), ..wanted(1, "toan", 2) },
        ];
        assert_eq!(faults(&known, &after, "2026-09-01"), []);
        let overlap = [after[0].clone(), Wanted { from: Some(day("2026-11-01")), ..wanted(1, "toan", 2) }];
        assert_eq!(faults(&known, &overlap, "2026-09-01"), [("assignments.1.staff".to_owned(), "teaching.clash")]);
        let twice = [wanted(1, "toan", 1), Wanted { responsible: false, ..wanted(1, "toan", 1) }];
        assert_eq!(faults(&known, &twice, "2026-09-01"), [("assignments.1.staff".to_owned(), "teaching.twice")]);
    }

    #[test]
    fn a_semester_has_its_days() {
        let known = known(Vec::new());
        let of = |semester| {
            let plan = known.plan(&[Wanted { semester, ..wanted(1, "toan", 1) }], day("2026-09-01"));
            (plan.add[0].days.from(), plan.add[0].days.to())
        };
        assert_eq!(of(1), (day("2026-09-01"), Some(day("2027-01-11"))));
        assert_eq!(of(2), (day("2027-01-11"), None));
        let late = [Wanted { semester: 1, ..wanted(1, "toan", 1) }];
        assert_eq!(faults(&known, &late, "2027-02-01"), [("assignments.0.from".to_owned(), "teaching.days")]);
    }

    #[test]
    fn what_cannot_be_is_named_by_its_place() {
        let known = known(Vec::new());
        for (one, field, code) in [
            (wanted(9, "toan", 1), "class", "class.not_found"),
            (wanted(1, "vat_li", 1), "subject", "teaching.not_of_class"),
            (wanted(1, "toan", 9), "staff", "staff.not_found"),
            (wanted(1, "toan", 3), "staff", "teaching.not_there"),
            (Wanted { semester: 3, ..wanted(1, "toan", 1) }, "semester", "teaching.semester"),
            (Wanted { periods: Some(61), ..wanted(1, "toan", 1) }, "periods", "teaching.periods"),
            (Wanted { to: Some(day("2026-09-01")), ..wanted(1, "toan", 1) }, "from", "teaching.days"),
            (Wanted { from: Some(day("2027-08-01")), ..wanted(1, "toan", 1) }, "from", "teaching.days"),
        ] {
            assert_eq!(faults(&known, &[one], "2026-09-01"), [(format!("assignments.0.{field}"), code)]);
        }
    }
}
