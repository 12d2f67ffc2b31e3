//! What is known of a school for its assignments, and what is planned written down.

use std::collections::{BTreeMap, btree_map};

use base::{ClassId, Date, EmploymentId, Error, Interval, Result, SchoolYear, ToValue as _, UnitId, Uuid, Value};
use db::{Entry, Tx, ask, params};

use super::plan::{Class, Known, Plan, Teacher};
use super::store::{self, Stands, SubjectOf, Worker};
use crate::classes::edit;
use crate::classes::store::Bare;
use crate::years::show;
use crate::years::store::SubjectRow;
use crate::years::subjects::{self, ClassSubject};

/// A school's classes of a year, as far as assignments need them.
#[derive(Clone, Debug)]
pub struct Ground {
    /// The classes, in their order.
    pub classes: Vec<Bare>,
    /// Who works there, in the order of names.
    pub workers: Vec<Worker>,
    /// What is known.
    pub known: Known,
}

/// The subjects of each of these classes.
fn subjects_of(classes: &[Bare], rows: Vec<SubjectOf>) -> Result<BTreeMap<ClassId, Vec<ClassSubject>>> {
    let mut set: BTreeMap<ClassId, Vec<ClassSubject>> = BTreeMap::new();
    for row in rows {
        let SubjectOf { class, subject, part, periods, week_one, week_two } = row;
        let subject = subjects::named(SubjectRow { subject, part, periods, week_one, week_two })?;
        set.entry(class).or_default().push(subject);
    }
    for class in classes {
        if let btree_map::Entry::Vacant(unset) = set.entry(class.id) {
            unset.insert(subjects::compulsory(&class.grade)?);
        }
    }
    Ok(set)
}

/// What is known of the classes of a school year on a day; only one class where it is said. Rights are the caller's.
pub fn read(tx: &mut Tx<'_>, school: UnitId, year: SchoolYear, day: Date, only: Option<ClassId>) -> Result<Ground> {
    let semester_two = show::holds(tx, school, year, day)?.plan.semester_two;
    let (of_year, of_staff) = (params![school, year], params![school, day]);
    let (classes, rows, workers) = tx.together((
        ask::<Bare>(&store::CLASSES, of_year),
        ask::<SubjectOf>(&store::SUBJECTS, of_year),
        ask::<Worker>(&store::STAFF, of_staff),
    ))?;
    let classes: Vec<Bare> = classes.into_iter().filter(|class| only.is_none_or(|only| only == class.id)).collect();
    let stands: Vec<Stands> = match only {
        Some(class) => tx.all(&store::OF_CLASS, params![school, class, day])?,
        None => tx.all(&store::OF_YEAR, params![school, year, day])?,
    };
    let mut subjects = subjects_of(&classes, rows)?;
    let known = Known {
        year: year.interval(base::school_year::Turn::default()),
        semester_two,
        classes: classes
            .iter()
            .map(|class| {
                let subjects = subjects.remove(&class.id).unwrap_or_default();
                (class.id, Class { name: class.name.clone(), subjects })
            })
            .collect(),
        teachers: workers
            .iter()
            .filter_map(|one| {
                let days = Interval::new(one.valid_from, one.valid_to).filter(|days| !days.is_empty())?;
                Some((one.id, Teacher { name: one.full_name.clone(), days }))
            })
            .collect(),
        stands,
    };
    Ok(Ground { classes, workers, known })
}

impl Ground {
    /// Only these classes are spoken of.
    #[must_use]
    pub fn only(mut self, classes: &[ClassId]) -> Self {
        self.classes.retain(|class| classes.contains(&class.id));
        self.known.classes.retain(|id, _| classes.contains(id));
        self.known.stands.retain(|row| classes.contains(&row.class));
        self
    }

    /// A number that grows with every change of a class of the year: of its assignments too.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.classes.iter().map(|class| class.version).sum()
    }

    /// Periods a week of a subject of a class in a semester.
    fn weekly(&self, class: ClassId, subject: &str, second: bool) -> i64 {
        let subjects = self.known.classes.get(&class).map(|class| &class.subjects);
        let found = subjects.and_then(|all| all.iter().find(|one| one.subject == subject));
        found.map_or(0, |one| if second { one.week_two } else { one.week_one })
    }

    /// Periods a week of an assignment in a semester: its own, or what the class has of the subject.
    pub(crate) fn periods(&self, row: &Held<'_>, second: bool) -> i64 {
        match row.periods {
            Some(periods) => periods,
            None if row.responsible => self.weekly(row.class, row.subject, second),
            None => 0,
        }
    }

    /// Periods a week of everybody in both semesters, of what holds on a day and what is to hold on the first day of the
    /// second. Of a semester that is over nothing is said.
    #[must_use]
    pub fn sums(&self, rows: &[Held<'_>], day: Date) -> BTreeMap<EmploymentId, [Option<i64>; 2]> {
        let second = self.known.semester_two;
        let mut sums: BTreeMap<EmploymentId, [Option<i64>; 2]> = BTreeMap::new();
        let empty = [(day < second).then_some(0), Some(0)];
        for row in rows {
            let sum = sums.entry(row.staff).or_insert(empty);
            let mut add = |at: usize, on: Date, semester: i64| {
                if row.days.contains(on) && (row.semester == 0 || row.semester == semester) {
                    let periods = self.periods(row, at == 1);
                    sum[at] = sum[at].map(|sum| sum + periods);
                }
            };
            add(0, day, 1);
            add(1, day.max(second), 2);
        }
        sums
    }
}

/// An assignment that stands or is planned.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    /// In which class.
    pub class: ClassId,
    /// Which subject.
    pub subject: &'a str,
    /// Who.
    pub staff: EmploymentId,
    /// 0 the whole year, 1 or 2.
    pub semester: i64,
    /// Periods a week.
    pub periods: Option<i64>,
    /// Answers for the subject.
    pub responsible: bool,
    /// When.
    pub days: Interval,
}

impl<'a> Held<'a> {
    /// One that stands.
    #[must_use]
    pub fn of(row: &'a Stands) -> Self {
        Self {
            class: row.class,
            subject: &row.subject,
            staff: row.employment,
            semester: row.semester,
            periods: row.periods,
            responsible: row.responsible,
            days: Interval::new(row.valid_from, row.valid_to).unwrap_or(Interval::since(row.valid_from)),
        }
    }

    /// All that a plan leaves and makes.
    #[must_use]
    pub fn after(plan: &'a Plan) -> Vec<Self> {
        let added = plan.add.iter().map(|one| Self {
            class: one.wanted.class,
            subject: &one.wanted.subject,
            staff: one.wanted.staff,
            semester: one.wanted.semester,
            periods: one.wanted.periods,
            responsible: one.wanted.responsible,
            days: one.days,
        });
        plan.keep.iter().map(Self::of).chain(added).collect()
    }
}

/// Writes a plan down, and one entry in the journal for each class that changed. Answers which did.
pub fn write(tx: &mut Tx<'_>, school: UnitId, plan: &Plan, day: Date) -> Result<Vec<(ClassId, i64)>> {
    if let Some(error) = Error::fields(plan.faults.clone()) {
        return Err(error);
    }
    let mut changed = Vec::new();
    for class in plan.changed() {
        changed.push((class, edit::take(tx, school, class, None)?));
    }
    for row in &plan.cut {
        tx.exec_one(&store::CUT, params![school, row.id, day])?;
    }
    for row in &plan.drop {
        tx.exec_one(&store::DROP, params![school, row.id])?;
    }
    let ids: Vec<Uuid> = plan.add.iter().map(|_| tx.new_id()).collect();
    let rows = plan.add.iter().zip(&ids).map(|(one, id)| {
        [
            school.to_value(),
            id.to_value(),
            one.wanted.class.to_value(),
            one.wanted.subject.to_value(),
            one.wanted.semester.to_value(),
            one.wanted.staff.to_value(),
            Value::Date(one.days.from()),
            one.days.to().map_or(Value::Null, Value::Date),
            one.wanted.responsible.to_value(),
            one.wanted.periods.to_value(),
            Value::Int(1),
        ]
    });
    tx.bulk(&store::TEACHING, rows)?;
    for (class, version) in &changed {
        let ended = plan.cut.iter().chain(&plan.drop).filter(|row| row.class == *class);
        let was: Vec<_> = ended
            .map(|row| {
                serde_json::json!({ "id": row.id, "subject": row.subject, "staff": row.employment, "semester": row.semester,
                    "periods": row.periods, "responsible": row.responsible, "from": row.valid_from, "to": row.valid_to })
            })
            .collect();
        let added = plan.add.iter().zip(&ids).filter(|(one, _)| one.wanted.class == *class);
        let is: Vec<_> = added
            .map(|(one, id)| {
                serde_json::json!({ "id": id, "subject": one.wanted.subject, "staff": one.wanted.staff,
                    "semester": one.wanted.semester, "periods": one.wanted.periods,
                    "responsible": one.wanted.responsible, "from": one.days.from(), "to": one.days.to() })
            })
            .collect();
        let entry = Entry::new("class.teaching_set", "class", *class).unit(school).version(*version);
        let told = serde_json::json!({ "from": day, "began": is });
        tx.record(entry.before(&serde_json::json!({ "ended": was }))?.after(&told)?);
    }
    Ok(changed)
}
