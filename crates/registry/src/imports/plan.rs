//! What applying an import writes, worked out beforehand: ids drawn, values encrypted, digests and sort keys computed, so
//! that the transaction only writes.

use std::collections::{BTreeMap, HashMap, HashSet};

use base::{Date, Error, Instant, PersonName, Result, UnitId, Uuid, vi};
use db::keys::{Cipher, Keys, Use};

use super::layout::{DOCUMENTS, RELATIONS, What};
use super::matching::grade_of;
use super::stage::{Change, Found, Stage, Target, Verdict};
use super::standing::{Pupil, Standing, about_document};
use crate::people::secrets;

/// A new person.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// The step that needs them; a relative may be needed by several, and has none.
    pub step: Option<usize>,
    /// Who.
    pub id: Uuid,
    /// The name in its parts.
    pub name: PersonName,
    /// The birth.
    pub birth: Option<String>,
    /// The sex.
    pub sex: Option<String>,
    /// The ethnic group.
    pub ethnic_group: Option<String>,
    /// The ministry's code.
    pub code: Option<String>,
}

/// A closed value.
pub struct Secret {
    /// The step.
    pub step: usize,
    /// Whose.
    pub person: Uuid,
    /// Of which sort.
    pub what: &'static str,
    /// Which of them.
    pub n: i64,
    /// By which it is found.
    pub digest: [u8; 32],
    /// The value encrypted.
    pub sealed: Vec<u8>,
}

/// A new enrolment.
pub struct Enrolment {
    /// The step.
    pub step: usize,
    /// Which.
    pub id: Uuid,
    /// Whose.
    pub person: Uuid,
    /// From when.
    pub from: Date,
    /// `imported`, or `returned`.
    pub came_by: &'static str,
    /// A code of DM_TRANG_THAI_HOC_SINH.
    pub status: String,
}

/// Being in a class.
pub struct Member {
    /// The step.
    pub step: usize,
    /// Which class.
    pub class: Uuid,
    /// Which enrolment.
    pub enrolment: Uuid,
    /// From when.
    pub from: Date,
    /// The class before, and since when.
    pub before: Option<(Uuid, Date)>,
}

/// A document.
pub struct Document {
    /// The step.
    pub step: usize,
    /// Whose.
    pub record: Uuid,
    /// The group.
    pub group: &'static str,
    /// From when.
    pub from: Date,
    /// Its JSON encrypted.
    pub sealed: Vec<u8>,
    /// The day on which the document before began.
    pub before: Option<Date>,
}

/// A relative.
pub struct Kin {
    /// The step.
    pub step: usize,
    /// Whose.
    pub child: Uuid,
    /// `father`, `mother`, `guardian`.
    pub relation: &'static str,
    /// Who.
    pub relative: Uuid,
    /// What they do.
    pub occupation: Option<String>,
    /// Who it was before.
    pub before: Option<Uuid>,
}

/// A new class.
pub struct NewClass {
    /// Which.
    pub id: Uuid,
    /// Its code: as the workbook calls it.
    pub name: String,
    /// Its grade.
    pub grade: String,
}

/// A person whose columns change.
pub struct Corrected {
    /// The step.
    pub step: usize,
    /// What they are from now on.
    pub person: NewPerson,
}

/// An enrolment that changes.
pub struct Retaken {
    /// The step.
    pub step: usize,
    /// Which.
    pub id: Uuid,
    /// Its status.
    pub status: String,
}

/// One row that is applied.
pub struct Step {
    /// Its table and its place there.
    pub at: (usize, usize),
    /// Whom it is about, as they were seen.
    pub target: Option<Target>,
    /// Whom it is about.
    pub person: Uuid,
    /// Whether an enrolment is made.
    pub fresh: bool,
    /// The folded name, by which somebody is met who came meanwhile.
    pub folded: String,
    /// The digests of the personal number, under every key.
    pub digests: Vec<[u8; 32]>,
    /// What differs.
    pub changes: Vec<Change>,
}

/// Everything that is written.
#[derive(Default)]
pub struct Plan {
    /// The rows.
    pub steps: Vec<Step>,
    /// Enrolments that the matching knew.
    pub known: HashSet<Uuid>,
    /// People elsewhere whom the matching knew.
    pub known_outside: HashSet<Uuid>,
    /// New classes.
    pub classes: Vec<NewClass>,
    /// The school year, by the year it begins in.
    pub year: i64,
    /// New people.
    pub people: Vec<NewPerson>,
    /// People whose columns change.
    pub corrected: Vec<Corrected>,
    /// Closed values; those of a sort are written anew as a whole.
    pub secrets: Vec<Secret>,
    /// New enrolments.
    pub enrolments: Vec<Enrolment>,
    /// Enrolments that change.
    pub retaken: Vec<Retaken>,
    /// Classes that pupils are in.
    pub members: Vec<Member>,
    /// Documents.
    pub documents: Vec<Document>,
    /// Relatives.
    pub kin: Vec<Kin>,
}

/// What a step is about.
struct Of<'a> {
    found: &'a Found,
    pupil: Option<&'a Pupil>,
    step: usize,
    person: Uuid,
    record: Uuid,
    from: Date,
}

struct Maker<'a> {
    keys: &'a Keys,
    cipher: Cipher,
    now: Instant,
    today: Date,
    school: UnitId,
    plan: Plan,
    relatives: HashMap<(String, String), Uuid>,
    classes: HashMap<String, Uuid>,
    makes_classes: bool,
}

/// Works out what a stage writes, whose rows were judged against `standing`.
pub fn make(keys: &Keys, now: Instant, school: UnitId, stage: &Stage, standing: &Standing) -> Result<Plan> {
    let cipher = keys.cipher(keys.current(), Use::Field)?;
    let plan = Plan {
        year: standing.year,
        known: standing.pupils.iter().filter_map(|pupil| pupil.enrolment.map(|(id, _)| id)).collect(),
        known_outside: standing
            .outside
            .values()
            .chain(standing.outside_coded.values())
            .flatten()
            .map(|one| one.person)
            .collect(),
        ..Plan::default()
    };
    let (relatives, classes) = (standing.relatives.clone(), HashMap::new());
    let today = now.date_in_vietnam();
    let makes_classes = stage.makes_classes;
    let mut maker = Maker { keys, cipher, now, today, school, plan, relatives, classes, makes_classes };
    for (table_at, table) in stage.of_what(What::Pupils) {
        for (row_at, row) in table.rows.iter().enumerate() {
            match row.found.verdict {
                Verdict::New => maker.fresh((table_at, row_at), &row.found, standing)?,
                Verdict::Changed => maker.changed((table_at, row_at), &row.found, standing)?,
                _ => {}
            }
        }
    }
    Ok(maker.plan)
}

impl Maker<'_> {
    fn id(&self) -> Result<Uuid> {
        Ok(base::id::uuid_v7(self.now.unix_ms(), db::keys::random()?))
    }

    fn seal(&self, about: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        self.cipher.seal(self.keys.current(), &db::keys::random::<32>()?, about, plain)
    }

    fn step(&mut self, at: (usize, usize), found: &Found, person: Uuid, fresh: bool) -> Result<usize> {
        let digests = match found.values.get("personal_number") {
            Some(number) if fresh => super::standing::digests(self.keys, "personal_number", number)?,
            _ => Vec::new(),
        };
        self.plan.steps.push(Step {
            at,
            target: found.target,
            person,
            fresh,
            folded: found.values.get("full_name").map(|name| vi::fold(name)).unwrap_or_default(),
            digests,
            changes: found.changes.clone(),
        });
        Ok(self.plan.steps.len() - 1)
    }

    fn fresh(&mut self, at: (usize, usize), found: &Found, standing: &Standing) -> Result<()> {
        let pupil = found.target.and_then(|target| standing.of(target.person));
        let person = match found.target {
            Some(target) => target.person,
            None => self.id()?,
        };
        let record = self.id()?;
        let step = self.step(at, found, person, true)?;
        // Somebody whom nobody had was here all year, as far as Khuê knows; of others it is known where they were.
        let begins = jiff_day(self.plan.year).filter(|day| found.target.is_none() && *day <= self.today);
        let from = begins.unwrap_or(self.today);
        let of = Of { found, pupil, step, person, record, from };
        match (found.target, pupil) {
            (None, _) => {
                let new = person_of(&of, |key| found.values.get(key).cloned())?;
                self.plan.people.push(new);
                self.secrets(&of, |_| true)?;
            }
            (Some(_), Some(pupil)) => self.correct(&of, pupil)?,
            // Of somebody whom others had, this school says nothing otherwise than by its own records.
            (Some(_), None) => {}
        }
        self.plan.enrolments.push(Enrolment {
            step,
            id: record,
            person,
            from,
            came_by: if pupil.is_some() { "returned" } else { "imported" },
            status: found.values.get("status").cloned().unwrap_or_else(|| "01".to_owned()),
        });
        self.member(&of, standing)?;
        for (group, keys) in DOCUMENTS {
            let body: BTreeMap<String, String> =
                keys.iter().filter_map(|key| Some(((*key).to_owned(), found.values.get(*key)?.clone()))).collect();
            if !body.is_empty() {
                self.document(&of, group, &body, None)?;
            }
        }
        self.kin(&of, |_| true)
    }

    fn changed(&mut self, at: (usize, usize), found: &Found, standing: &Standing) -> Result<()> {
        let Some((target, pupil)) = found.target.and_then(|target| Some((target, standing.of(target.person)?))) else {
            return Err(Error::internal("a changed row without its pupil"));
        };
        let Some((record, _)) = target.enrolment else {
            return Err(Error::internal("a changed row without enrolment"));
        };
        let step = self.step(at, found, target.person, false)?;
        let of = Of { found, pupil: Some(pupil), step, person: target.person, record, from: self.today };
        let says = |key: &str| found.changes.iter().any(|change| change.key == key);
        self.correct(&of, pupil)?;
        let status = found.values.get("status").or_else(|| pupil.values.get("status")).cloned();
        self.plan.retaken.push(Retaken { step, id: record, status: status.unwrap_or_else(|| "01".to_owned()) });
        if says("class") {
            self.member(&of, standing)?;
        }
        for (group, keys) in DOCUMENTS {
            if !keys.iter().any(|key| says(key)) {
                continue;
            }
            let before = pupil.documents.get(group);
            let mut body = before.map(|(_, body)| body.clone()).unwrap_or_default();
            for key in keys.iter().filter(|key| says(key)) {
                if let Some(value) = found.values.get(*key) {
                    body.insert((*key).to_owned(), value.clone());
                }
            }
            self.document(&of, group, &body, before.map(|(from, _)| *from))?;
        }
        self.kin(&of, says)
    }

    /// Columns and closed values of a person that the workbook says otherwise.
    fn correct(&mut self, of: &Of<'_>, pupil: &Pupil) -> Result<()> {
        const COLUMNS: [&str; 5] = ["full_name", "birth_date", "sex", "ethnic_group", "sector_code"];
        let says = |key: &str| of.found.changes.iter().any(|change| change.key == key);
        if COLUMNS.iter().any(|key| says(key)) {
            let value = |key: &str| {
                let said = of.found.values.get(key).filter(|_| says(key));
                said.or_else(|| pupil.values.get(key)).cloned()
            };
            let person = person_of(of, value)?;
            self.plan.corrected.push(Corrected { step: of.step, person });
        }
        self.secrets(of, says)
    }

    fn secrets(&mut self, of: &Of<'_>, says: impl Fn(&str) -> bool) -> Result<()> {
        let sorts = [
            ("personal_number", "personal_number"),
            ("identity_number", "identity_number"),
            ("contact_phone", "phone"),
        ];
        for (key, what) in sorts {
            let Some(value) = of.found.values.get(key).filter(|_| says(key)) else { continue };
            for (n, one) in (1i64..).zip(value.split(", ")) {
                let digest = self.keys.keyed_digest(Use::Blind, &[what.as_bytes(), one.as_bytes()])?;
                let sealed = self.seal(&secrets::about(of.person.as_bytes(), what.as_bytes()), one.as_bytes())?;
                self.plan.secrets.push(Secret { step: of.step, person: of.person, what, n, digest, sealed });
            }
        }
        Ok(())
    }

    fn member(&mut self, of: &Of<'_>, standing: &Standing) -> Result<()> {
        let Some(name) = of.found.values.get("class") else { return Ok(()) };
        let class = match (standing.class(name), self.classes.get(name)) {
            (Some(class), _) => class.id,
            (None, Some(id)) => *id,
            (None, None) if !self.makes_classes && standing.coming(name).is_none() => {
                return Err(super::apply::CHANGED.error(format!(
                    "Lớp {name} vừa bị bỏ; chưa có gì được nhập. Hãy xem lại bản xem trước rồi nhập lại."
                )));
            }
            (None, None) => {
                let id = self.id()?;
                let said = standing.coming(name).map(|class| class.grade.clone());
                let grade = said.or_else(|| of.found.values.get("grade").cloned()).or_else(|| grade_of(name));
                let Some(grade) = grade else { return Err(Error::internal("a class without a grade")) };
                self.plan.classes.push(NewClass { id, name: name.clone(), grade });
                self.classes.insert(name.clone(), id);
                id
            }
        };
        let before = of.pupil.filter(|pupil| pupil.enrolment.is_some()).and_then(|pupil| pupil.class);
        self.plan.members.push(Member { step: of.step, class, enrolment: of.record, from: of.from, before });
        Ok(())
    }

    fn document(
        &mut self,
        of: &Of<'_>,
        group: &'static str,
        body: &BTreeMap<String, String>,
        before: Option<Date>,
    ) -> Result<()> {
        let json = serde_json::to_vec(body).map_err(Error::internal)?;
        let sealed = self.seal(&about_document(self.school, of.record, group), &json)?;
        self.plan.documents.push(Document { step: of.step, record: of.record, group, from: of.from, sealed, before });
        Ok(())
    }

    fn kin(&mut self, of: &Of<'_>, says: impl Fn(&str) -> bool) -> Result<()> {
        for (relation, name_key, work_key, year_key) in RELATIONS {
            if ![name_key, work_key, year_key].into_iter().any(&says) {
                continue;
            }
            let stands = of.pupil.map(|pupil| &pupil.values);
            let value = |key: &str| of.found.values.get(key).or_else(|| stands.and_then(|all| all.get(key))).cloned();
            let Some(name) = value(name_key).and_then(|full| PersonName::split(&full)) else { continue };
            let before = of.pupil.and_then(|pupil| pupil.kin.get(relation)).copied();
            let same = !says(name_key) && !says(year_key);
            let relative = match before.filter(|_| same) {
                Some(relative) => relative,
                None => self.relative(relation, name, value(year_key))?,
            };
            let occupation = value(work_key);
            self.plan.kin.push(Kin { step: of.step, child: of.person, relation, relative, occupation, before });
        }
        Ok(())
    }

    /// A relative, found again among the school's own by name and year, so that siblings have one mother.
    fn relative(&mut self, relation: &str, name: PersonName, year: Option<String>) -> Result<Uuid> {
        let key = year.as_ref().map(|year| (vi::fold(&name.full()), year.clone()));
        if let Some(known) = key.as_ref().and_then(|key| self.relatives.get(key)) {
            return Ok(*known);
        }
        let id = self.id()?;
        if let Some(key) = key {
            self.relatives.insert(key, id);
        }
        let sex = match relation {
            "father" => Some("1".to_owned()),
            "mother" => Some("2".to_owned()),
            _ => None,
        };
        self.plan.people.push(NewPerson { step: None, id, name, birth: year, sex, ethnic_group: None, code: None });
        Ok(id)
    }
}

/// The first of August.
fn jiff_day(year: i64) -> Option<Date> {
    i16::try_from(year).ok().and_then(|year| Date::new(year, 8, 1).ok())
}

fn person_of(of: &Of<'_>, value: impl Fn(&str) -> Option<String>) -> Result<NewPerson> {
    let name = value("full_name").and_then(|full| PersonName::split(&full));
    let Some(name) = name else { return Err(Error::internal("a pupil without a name was accepted")) };
    Ok(NewPerson {
        step: Some(of.step),
        id: of.person,
        name,
        birth: value("birth_date"),
        sex: value("sex"),
        ethnic_group: value("ethnic_group"),
        code: value("sector_code"),
    })
}
