//! What a school has of its pupils, read at once for matching: the same few statements for ten pupils and two thousand.

use std::collections::{BTreeMap, HashMap};

use base::school_year::Turn;
use base::{Date, Error, Result, SchoolYear, ToValue as _, UnitId, Uuid, Value, vi};
use db::keys::{Cipher, Use};
use db::{Built, Tx, params};

use super::layout::What;
use super::layout::{DOCUMENTS, RELATIONS};
use super::store::{self, ClassRow, DocRow, KinRow, PupilRow};
use crate::people::secrets;

/// A pupil of the school, or somebody who works there, now or formerly.
#[derive(Clone, Debug, Default)]
pub struct Pupil {
    /// Who.
    pub person: Uuid,
    /// The person's version.
    pub version: i64,
    /// The open enrolment, of staff the employment, and its version; none of somebody who was here formerly.
    pub enrolment: Option<(Uuid, i64)>,
    /// The class, and since when.
    pub class: Option<(Uuid, Date)>,
    /// The folded name.
    pub folded: String,
    /// What stands, by the keys of the sheet.
    pub values: BTreeMap<&'static str, String>,
    /// The documents that the sheet's columns are kept in, by group: since when, and what they say.
    pub documents: HashMap<&'static str, (Date, BTreeMap<String, String>)>,
    /// The relative of each relation.
    pub kin: HashMap<&'static str, Uuid>,
}

/// A class of the school year.
#[derive(Clone, Debug)]
pub struct Class {
    /// Which.
    pub id: Uuid,
    /// Its code, by which a workbook calls it.
    pub name: String,
    /// Its grade.
    pub grade: String,
}

/// Somebody whom another school has, or nobody any more.
#[derive(Clone, Debug)]
pub struct Outside {
    /// Who.
    pub person: Uuid,
    /// Their version.
    pub version: i64,
    /// Their folded name.
    pub folded: String,
    /// Their birth.
    pub birth: Option<String>,
    /// The name of the school where they are enrolled now.
    pub school: Option<String>,
}

/// What a school has.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Its pupils.
    pub pupils: Vec<Pupil>,
    /// The school year of today, by the year it begins in.
    pub year: i64,
    classes: HashMap<String, Class>,
    /// Classes that the same workbook makes.
    coming: HashMap<String, Class>,
    by_person: HashMap<Uuid, usize>,
    by_number: HashMap<String, Vec<usize>>,
    by_code: HashMap<String, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
    /// Its pupils' relatives, by folded name and year of birth.
    pub relatives: HashMap<(String, String), Uuid>,
    /// Whom others have, by personal number.
    pub outside: HashMap<String, Vec<Outside>>,
    /// Whom others have, by the ministry's code.
    pub outside_coded: HashMap<String, Vec<Outside>>,
}

/// How a class is looked for: *6 A1* and *Lớp 6A1* are 6A1.
#[must_use]
pub fn class_key(name: &str) -> String {
    let folded = vi::fold(name);
    folded.strip_prefix("lop ").unwrap_or(&folded).replace(' ', "")
}

impl Standing {
    /// Whether the school has no class in this school year yet.
    #[must_use]
    pub fn has_no_class(&self) -> bool {
        self.classes.is_empty()
    }

    /// A class by the way it is written.
    #[must_use]
    pub fn class(&self, name: &str) -> Option<&Class> {
        self.classes.get(&class_key(name))
    }

    /// A class that the same workbook makes.
    #[must_use]
    pub fn coming(&self, name: &str) -> Option<&Class> {
        self.coming.get(&class_key(name))
    }

    /// A class that the same workbook makes.
    pub fn expect(&mut self, class: Class) {
        self.coming.entry(class_key(&class.name)).or_insert(class);
    }

    /// A pupil by person.
    #[must_use]
    pub fn of(&self, person: Uuid) -> Option<&Pupil> {
        self.by_person.get(&person).and_then(|at| self.pupils.get(*at))
    }

    fn those(&self, places: Option<&Vec<usize>>) -> Vec<&Pupil> {
        places.into_iter().flatten().filter_map(|at| self.pupils.get(*at)).collect()
    }

    /// Pupils with a personal number.
    #[must_use]
    pub fn numbered(&self, number: &str) -> Vec<&Pupil> {
        self.those(self.by_number.get(number))
    }

    /// Pupils with a code of the ministry.
    #[must_use]
    pub fn coded(&self, code: &str) -> Vec<&Pupil> {
        self.those(self.by_code.get(code))
    }

    /// Pupils with a name, marks aside.
    #[must_use]
    pub fn named(&self, name: &str) -> Vec<&Pupil> {
        self.those(self.by_name.get(&vi::fold(name)))
    }

    /// For tests and for reading: a school of these pupils and classes.
    #[must_use]
    pub fn made_of(pupils: Vec<Pupil>, classes: Vec<Class>, year: i64) -> Self {
        let mut standing = Self { pupils, year, ..Self::default() };
        standing.classes = classes.into_iter().map(|class| (class_key(&class.name), class)).collect();
        for (at, pupil) in standing.pupils.iter().enumerate() {
            standing.by_person.insert(pupil.person, at);
            standing.by_name.entry(pupil.folded.clone()).or_default().push(at);
            if let Some(number) = pupil.values.get("personal_number") {
                standing.by_number.entry(number.clone()).or_default().push(at);
            }
            if let Some(code) = pupil.values.get("sector_code") {
                standing.by_code.entry(code.clone()).or_default().push(at);
            }
        }
        standing
    }
}

impl Standing {
    /// A class is found by its name as well, where no other has that for its code.
    pub(super) fn also_called(&mut self, rows: &[ClassRow]) {
        for row in rows {
            let class = Class { id: row.id, name: row.code.clone(), grade: row.grade.clone() };
            self.classes.entry(class_key(&row.name)).or_insert(class);
        }
    }
}

/// Decrypts many values with each key made once.
pub struct Opener<'k> {
    keys: &'k db::keys::Keys,
    made: HashMap<u32, Cipher>,
}

impl<'k> Opener<'k> {
    /// With the installation's keys.
    #[must_use]
    pub fn new(keys: &'k db::keys::Keys) -> Self {
        Self { keys, made: HashMap::new() }
    }

    /// Opens a value as text.
    pub fn open(&mut self, about: &[u8], sealed: &[u8]) -> Result<String> {
        let key = sealed.first_chunk::<4>().map(|id| u32::from_be_bytes(*id)).unwrap_or_default();
        let cipher = match self.made.entry(key) {
            std::collections::hash_map::Entry::Occupied(made) => made.into_mut(),
            std::collections::hash_map::Entry::Vacant(empty) => empty.insert(self.keys.cipher(key, Use::Field)?),
        };
        String::from_utf8(cipher.open(about, sealed)?).map_err(Error::internal)
    }
}

/// What a document is bound to.
#[must_use]
pub fn about_document(school: UnitId, record: Uuid, group: &str) -> Vec<u8> {
    [b"khue record 1 ".as_slice(), school.0.as_bytes(), record.as_bytes(), group.as_bytes()].concat()
}

/// The school year of a day, by the year it begins in.
#[must_use]
pub fn year_of(day: Date) -> i64 {
    SchoolYear::of(day, Turn::AUGUST_1).map_or_else(|| i64::from(day.year()), |year| i64::from(year.start()))
}

/// Reads what a school has today. Rights are the caller's.
pub fn read(tx: &mut Tx<'_>, school: UnitId) -> Result<Standing> {
    let today = tx.today();
    let year = year_of(today);
    let mut pupils: Vec<Pupil> = Vec::new();
    let mut by_person: HashMap<Uuid, usize> = HashMap::new();
    let mut by_record: HashMap<Uuid, usize> = HashMap::new();
    // Open enrolments come first, so that somebody who came back is here and not gone.
    for row in tx.all::<PupilRow>(&store::PUPILS, params![school])? {
        if by_person.contains_key(&row.person) {
            continue;
        }
        let at = pupils.len();
        by_person.insert(row.person, at);
        if row.open {
            by_record.insert(row.enrolment, at);
        }
        pupils.push(of_row(row));
    }
    let classes: Vec<ClassRow> = tx.all(&store::CLASSES, params![school, year])?;
    let names: HashMap<Uuid, &String> = classes.iter().map(|class| (class.id, &class.code)).collect();
    for (enrolment, class, from) in tx.all::<(Uuid, Uuid, Date)>(&store::MEMBERS, params![school, today])? {
        let (Some(pupil), Some(name)) =
            (by_record.get(&enrolment).and_then(|at| pupils.get_mut(*at)), names.get(&class))
        else {
            continue;
        };
        pupil.class = Some((class, from));
        pupil.values.insert("class", (*name).clone());
    }
    let secrets: Vec<(Uuid, String, i64, Vec<u8>)> = tx.all(&store::SECRETS, params![school])?;
    let documents: Vec<DocRow> = tx.all(&store::DOCUMENTS, params![school, today])?;
    let keys = tx.keys().clone();
    let mut opener = Opener::new(&keys);
    for (person, what, _, sealed) in secrets {
        let Some(pupil) = by_person.get(&person).and_then(|at| pupils.get_mut(*at)) else { continue };
        let value = opener.open(&secrets::about(person.as_bytes(), what.as_bytes()), &sealed)?;
        match what.as_str() {
            "personal_number" => pupil.values.entry("personal_number").or_insert(value),
            "identity_number" => pupil.values.entry("identity_number").or_insert(value),
            "phone" => pupil
                .values
                .entry("contact_phone")
                .and_modify(|all| {
                    all.push_str(", ");
                    all.push_str(&value);
                })
                .or_insert(value),
            _ => continue,
        };
    }
    for row in documents {
        let Some(pupil) = by_record.get(&row.record).and_then(|at| pupils.get_mut(*at)) else { continue };
        let Some((group, keys)) = DOCUMENTS.iter().find(|(group, _)| *group == row.field_group) else { continue };
        let body = body(&mut opener, school, row.record, group, row.plain.as_deref(), row.sealed.as_deref())?;
        for key in *keys {
            if let Some(value) = body.get(*key) {
                pupil.values.insert(key, value.clone());
            }
        }
        pupil.documents.insert(group, (row.valid_from, body));
    }
    let mut relatives = HashMap::new();
    for kin in tx.all::<KinRow>(&store::KIN, params![school])? {
        let year = kin.birth.as_deref().and_then(|birth| birth.get(..4)).map(str::to_owned);
        if let Some(year) = &year {
            relatives.insert((vi::fold(&kin.full_name), year.clone()), kin.relative);
        }
        let Some(pupil) = by_person.get(&kin.child).and_then(|at| pupils.get_mut(*at)) else { continue };
        let Some((relation, name, work, born)) = RELATIONS.iter().find(|(code, ..)| *code == kin.relation) else {
            continue;
        };
        pupil.kin.insert(relation, kin.relative);
        pupil.values.insert(name, kin.full_name);
        if let Some(occupation) = kin.occupation {
            pupil.values.insert(work, occupation);
        }
        if let Some(year) = year {
            pupil.values.insert(born, year);
        }
    }
    let mut standing = Standing::made_of(pupils, classes_of(&classes), year);
    standing.also_called(&classes);
    standing.relatives = relatives;
    Ok(standing)
}

/// What a school has beside its pupils, for a workbook that has none.
pub fn without_pupils(tx: &mut Tx<'_>, school: UnitId) -> Result<Standing> {
    let year = year_of(tx.today());
    let classes: Vec<ClassRow> = tx.all(&store::CLASSES, params![school, year])?;
    let mut standing = Standing::made_of(Vec::new(), classes_of(&classes), year);
    standing.also_called(&classes);
    Ok(standing)
}

/// Classes as matching knows them.
pub(super) fn classes_of(rows: &[ClassRow]) -> Vec<Class> {
    rows.iter().map(|row| Class { id: row.id, name: row.code.clone(), grade: row.grade.clone() }).collect()
}

/// The values of a document.
pub fn body(
    opener: &mut Opener<'_>,
    school: UnitId,
    record: Uuid,
    group: &str,
    plain: Option<&str>,
    sealed: Option<&[u8]>,
) -> Result<BTreeMap<String, String>> {
    let json = match (plain, sealed) {
        (Some(plain), _) => plain.to_owned(),
        (None, Some(sealed)) => opener.open(&about_document(school, record, group), sealed)?,
        (None, None) => return Ok(BTreeMap::new()),
    };
    serde_json::from_str(&json).map_err(Error::internal)
}

fn of_row(row: PupilRow) -> Pupil {
    let mut values = BTreeMap::new();
    let mut put = |key: &'static str, value: Option<String>| {
        if let Some(value) = value {
            values.insert(key, value);
        }
    };
    put("full_name", Some(row.full_name));
    put("birth_date", row.birth);
    put("sex", row.sex);
    put("ethnic_group", row.ethnic_group);
    put("sector_code", row.pupil_code);
    put("status", row.open.then_some(row.status));
    Pupil {
        person: row.person,
        version: row.person_version,
        enrolment: row.open.then_some((row.enrolment, row.version)),
        folded: row.folded,
        values,
        ..Pupil::default()
    }
}

/// So many at once are looked for in the whole installation.
const AT_ONCE: usize = 200;

/// The digest by which a value is found.
pub fn digests(keys: &db::keys::Keys, what: &str, value: &str) -> Result<Vec<[u8; 32]>> {
    keys.keyed_digests(Use::Blind, &[what.as_bytes(), value.as_bytes()])
}

/// Looks for those whom the school has not in the whole installation: who they are is for matching alone, and of where
/// they are enrolled only the school's name is ever told.
pub fn look_outside(
    tx: &mut Tx<'_>,
    school: UnitId,
    what: What,
    numbers: &[String],
    codes: &[String],
    into: &mut Standing,
) -> Result<()> {
    let today = tx.today();
    let mut by_digest: HashMap<Vec<u8>, &String> = HashMap::new();
    for number in numbers {
        for digest in digests(tx.keys(), "personal_number", number)? {
            by_digest.insert(digest.to_vec(), number);
        }
    }
    let mut all: Vec<&Vec<u8>> = by_digest.keys().collect();
    all.sort_unstable();
    let mut met: Vec<(String, bool, Met)> = Vec::new();
    for some in all.chunks(AT_ONCE) {
        let mut values: Vec<Value<'_>> = some.iter().map(|digest| digest.to_value()).collect();
        let text = match what {
            What::Staff => store::outside_staff("s.digest", values.len()),
            _ => store::outside("s.digest", values.len()),
        };
        if what == What::Staff {
            values.push(Value::Date(today));
        }
        let sql = Built::new("OUTSIDE", &text, tx.dialect());
        for row in tx.all::<Met>(&sql, &values)? {
            if let Some(number) = row.digest.as_ref().and_then(|digest| by_digest.get(digest)) {
                met.push(((*number).clone(), true, row));
            }
        }
    }
    for some in codes.chunks(AT_ONCE) {
        let mut values: Vec<Value<'_>> = some.iter().map(base::ToValue::to_value).collect();
        let text = match what {
            What::Staff => store::outside_staff_coded(values.len()),
            _ => store::outside_coded(values.len()),
        };
        if what == What::Staff {
            values.push(Value::Date(today));
        }
        let sql = Built::new("OUTSIDE_CODED", &text, tx.dialect());
        for row in tx.all::<Met>(&sql, &values)? {
            if let Some(code) = row.code.clone() {
                met.push((code, false, row));
            }
        }
    }
    let mut schools: Vec<UnitId> = met.iter().filter_map(|(.., row)| row.school.map(UnitId)).collect();
    schools.sort_unstable();
    schools.dedup();
    let names: HashMap<UnitId, String> =
        crate::units::store::called(tx, &schools, today)?.into_iter().map(|(id, _, name)| (id, name)).collect();
    for (key, by_number, row) in met {
        let known = row.school.map(UnitId).filter(|other| *other != school);
        let outside = Outside {
            person: row.id,
            version: row.version,
            folded: row.folded,
            birth: row.birth,
            school: known.map(|other| names.get(&other).cloned().unwrap_or_else(|| "một trường khác".to_owned())),
        };
        let map = if by_number { &mut into.outside } else { &mut into.outside_coded };
        map.entry(key).or_default().push(outside);
    }
    Ok(())
}

db::row! {
    /// Somebody who was found by a number or a code.
    pub(super) struct Met {
        pub digest: Option<Vec<u8>>,
        pub code: Option<String>,
        pub id: Uuid,
        pub version: i64,
        pub folded: String,
        pub birth: Option<String>,
        pub school: Option<Uuid>,
    }
}
