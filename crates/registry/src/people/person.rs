//! Who somebody is: made, and corrected.

use auth::{Capability, Require as _};
use base::{Error, Field, Patch, PersonId, PersonName, Result, UnitId, vi};
use db::{Entry, Tx, params};
use rules::sector::{Found, Hand, Spec, Values as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use utoipa::ToSchema;

use super::store::{self, PersonRow};
use super::{PERSON_NOT_FOUND, PERSON_NOT_FOUND_SENTENCE, held, words};

/// The longest name; the sector's specification allows no more.
const NAME_LETTERS: usize = 100;

/// A person as somebody writes them down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// The whole name, in Vietnamese order.
    #[schema(example = "Nguyễn Thị Minh Anh")]
    pub full_name: String,
    /// The family name where it has several words (`Tôn Thất`): the beginning of the whole name. The first word when not
    /// said.
    #[serde(default)]
    pub family: Option<String>,
    /// The given name where it has several words: the end of the whole name. The last word when not said.
    #[serde(default)]
    pub given: Option<String>,
    /// What is known of the birth: `2014-03-26`, `2014-03`, `2014`; `26/03/2014` is understood too.
    #[serde(default)]
    #[schema(example = "2014-03-26")]
    pub birth: Option<String>,
    /// A code of DM_GIOI_TINH, or its name.
    #[serde(default)]
    #[schema(example = "2")]
    pub sex: Option<String>,
    /// A code of DM_NUOC, or its name.
    #[serde(default)]
    #[schema(example = "VN")]
    pub nationality: Option<String>,
    /// A code of DM_DAN_TOC, or its name.
    #[serde(default)]
    #[schema(example = "01")]
    pub ethnic_group: Option<String>,
    /// A pupil's code in the sector's database.
    #[serde(default)]
    pub pupil_code: Option<String>,
}

/// A correction; what is not named stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePerson {
    /// The whole name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// The family name where it has several words; with the whole name only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// The given name where it has several words; with the whole name only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
    /// What is known of the birth.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<String>)]
    pub birth: Patch<String>,
    /// A code of DM_GIOI_TINH, or its name.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<String>)]
    pub sex: Patch<String>,
    /// A code of DM_NUOC, or its name.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<String>)]
    pub nationality: Patch<String>,
    /// A code of DM_DAN_TOC, or its name.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<String>)]
    pub ethnic_group: Patch<String>,
    /// A pupil's code in the sector's database.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<String>)]
    pub pupil_code: Patch<String>,
}

/// A person whose every value was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The name in its parts.
    pub name: PersonName,
    /// The text of what is known of the birth.
    pub birth: Option<String>,
    /// A code of DM_GIOI_TINH.
    pub sex: Option<String>,
    /// A code of DM_NUOC.
    pub nationality: Option<String>,
    /// A code of DM_DAN_TOC.
    pub ethnic_group: Option<String>,
    /// A pupil's code.
    pub pupil_code: Option<String>,
    /// A code of staff.
    pub staff_code: Option<String>,
}

/// The code of a list that a name stands for; lists are provisional, so codes are chosen by their meaning.
#[must_use]
pub fn code(spec: &Spec, list: &str, name: &str) -> Option<String> {
    match spec.find(list, name) {
        Found::Code(code) | Found::Doubtful(code, _) => Some(code),
        Found::Missing | Found::Open => None,
    }
}

/// A name in its parts, of which those of several words are known and not guessed.
pub fn name(full: &str, family: Option<&str>, given: Option<&str>) -> Result<PersonName, String> {
    let full = vi::clean(full);
    if full.chars().count() > NAME_LETTERS {
        return Err(format!("Họ tên dài quá {NAME_LETTERS} chữ cái. Hãy kiểm tra lại."));
    }
    let split = PersonName::split(&full).ok_or("Hãy nhập họ tên.")?;
    let (family, given) = (family.map(vi::clean), given.map(vi::clean));
    if family.is_none() && given.is_none() {
        return Ok(split);
    }
    let family = family.unwrap_or(split.family);
    let given = given.unwrap_or(split.given);
    let parts = |middle: &str| PersonName::from_parts(&family, middle, &given).filter(|name| name.full() == full);
    let middle = full.strip_prefix(&family).and_then(|rest| rest.strip_suffix(&given)).map(str::trim).and_then(parts);
    middle.ok_or_else(|| format!("Họ “{family}” và tên “{given}” không ghép lại thành “{full}”. Hãy sửa lại cho khớp."))
}

/// Checks one value by the sector's specification.
fn value(spec: &Spec, key: &str, field: &str, text: Option<&str>, faults: &mut Vec<Field>) -> Option<String> {
    let key = spec.key("pupil", key)?;
    match key.check(text?, Hand::Person, spec) {
        Ok(checked) => checked.map(|checked| checked.value.stored()),
        Err(refusal) => {
            faults.push(refusal.into_field(field));
            None
        }
    }
}

/// Checks a person. `prefix` is the path of the fields in the request. A code that is not among those known is kept.
pub fn checked(new: &NewPerson, prefix: &str) -> Result<Checked> {
    let spec = rules::sector::qd4998()?;
    let mut faults = Vec::new();
    let field = |name: &str| format!("{prefix}{name}");
    let split = name(&new.full_name, new.family.as_deref(), new.given.as_deref())
        .map_err(|detail| faults.push(Field { field: field("full_name"), code: "person.name", detail }));
    let mut one =
        |key: &str, name: &str, text: &Option<String>| value(spec, key, &field(name), text.as_deref(), &mut faults);
    let birth = one("birth_date", "birth", &new.birth);
    let sex = one("sex", "sex", &new.sex);
    let nationality = one("nationality", "nationality", &new.nationality);
    let ethnic_group = one("ethnic_group", "ethnic_group", &new.ethnic_group);
    let pupil_code = one("sector_code", "pupil_code", &new.pupil_code);
    match (Error::fields(faults), split) {
        (None, Ok(name)) => Ok(Checked { name, birth, sex, nationality, ethnic_group, pupil_code, staff_code: None }),
        (Some(error), _) => Err(error),
        (None, Err(())) => Err(Error::internal("a name was refused without a reason")),
    }
}

/// The sector's code of staff, checked.
pub fn staff_code(text: Option<&str>, field: &str) -> Result<Option<String>> {
    let spec = rules::sector::qd4998()?;
    let (Some(key), Some(text)) = (spec.key("staff", "sector_code"), text) else { return Ok(None) };
    match key.check(text, Hand::Person, spec) {
        Ok(checked) => Ok(checked.map(|checked| checked.value.stored())),
        Err(refusal) => Error::fields(vec![refusal.into_field(field)]).map_or(Ok(None), Err),
    }
}

impl Checked {
    fn of(row: PersonRow) -> Self {
        Self {
            name: PersonName { family: row.family, middle: row.middle, given: row.given },
            birth: row.birth,
            sex: row.sex,
            nationality: row.nationality,
            ethnic_group: row.ethnic_group,
            pupil_code: row.pupil_code,
            staff_code: row.staff_code,
        }
    }

    fn write(&self, tx: &mut Tx<'_>, sql: &db::Sql, id: PersonId) -> Result<()> {
        let Self { name, birth, sex, nationality, ethnic_group, pupil_code, staff_code } = self;
        let full = name.full();
        tx.exec_one(
            sql,
            params![
                id,
                full,
                name.family,
                name.middle,
                name.given,
                vi::fold(&full),
                name.collation_key(),
                birth,
                sex,
                nationality,
                ethnic_group,
                pupil_code,
                staff_code
            ],
        )
    }

    /// As the journal keeps them.
    fn told(&self) -> Map<String, Json> {
        let mut told = Map::new();
        told.insert("full_name".to_owned(), json!(self.name.full()));
        told.insert("name".to_owned(), json!([self.name.family, self.name.middle, self.name.given]));
        for (field, value) in [
            ("birth", &self.birth),
            ("sex", &self.sex),
            ("nationality", &self.nationality),
            ("ethnic_group", &self.ethnic_group),
            ("pupil_code", &self.pupil_code),
            ("staff_code", &self.staff_code),
        ] {
            told.insert(field.to_owned(), json!(value));
        }
        told
    }
}

/// One more person, whom a unit is the first to know. Rights are the caller's.
pub fn insert(tx: &mut Tx<'_>, unit: UnitId, new: &Checked) -> Result<PersonId> {
    let id: PersonId = tx.new_id();
    new.write(tx, &store::INSERT, id)?;
    tx.record(Entry::new("person.created", "person", id).unit(unit).version(1).after(&new.told())?);
    Ok(id)
}

/// Somebody by id.
pub fn find(tx: &mut Tx<'_>, id: PersonId) -> Result<PersonRow> {
    tx.one(&store::OF, params![id])?.ok_or_else(|| PERSON_NOT_FOUND.error(PERSON_NOT_FOUND_SENTENCE))
}

/// Corrects who a pupil or a relative of a school is. The journal keeps what was believed before. Answers the new version.
pub fn change(
    tx: &mut Tx<'_>,
    school: UnitId,
    person: PersonId,
    known: Option<i64>,
    cmd: &ChangePerson,
) -> Result<i64> {
    tx.require(Capability::PupilEdit, school)?;
    // The school may hold them under a record that was merged into this one.
    let mut is_held = false;
    for record in crate::duplicates::resolve::records(tx, person)? {
        is_held = is_held || held::is_held(tx, school, record)?;
    }
    if !is_held {
        return Err(PERSON_NOT_FOUND.error(PERSON_NOT_FOUND_SENTENCE));
    }
    correct(tx, school, person, known, cmd, &Patch::Absent)
}

/// Corrects who somebody is, as a school knows them. That it may, and that it knows them, is the caller's. Answers the new
/// version.
pub(crate) fn correct(
    tx: &mut Tx<'_>,
    school: UnitId,
    person: PersonId,
    known: Option<i64>,
    cmd: &ChangePerson,
    code: &Patch<String>,
) -> Result<i64> {
    let version = tx.lock(&store::PERSON, person, known)?;
    let before = Checked::of(find(tx, person)?);
    let asked = NewPerson {
        full_name: cmd.full_name.clone().unwrap_or_else(|| before.name.full()),
        // A name that stays keeps its parts.
        family: if cmd.full_name.is_some() { cmd.family.clone() } else { Some(before.name.family.clone()) },
        given: if cmd.full_name.is_some() { cmd.given.clone() } else { Some(before.name.given.clone()) },
        birth: cmd.birth.clone().over(before.birth.clone()),
        sex: cmd.sex.clone().over(before.sex.clone()),
        nationality: cmd.nationality.clone().over(before.nationality.clone()),
        ethnic_group: cmd.ethnic_group.clone().over(before.ethnic_group.clone()),
        pupil_code: cmd.pupil_code.clone().over(before.pupil_code.clone()),
    };
    let code = match code {
        Patch::Absent => before.staff_code.clone(),
        Patch::Null => None,
        Patch::Value(code) => staff_code(Some(code), "staff_code")?,
    };
    let after = Checked { staff_code: code, ..checked(&asked, "")? };
    if after == before {
        return Ok(version);
    }
    after.write(tx, &store::SET, person)?;
    if after.name.full() != before.name.full() {
        words::reindex(tx, person)?;
    }
    let (mut was, mut is) = (before.told(), after.told());
    let same: Vec<String> =
        was.iter().filter(|(field, value)| is.get(*field) == Some(*value)).map(|(f, _)| f.clone()).collect();
    for field in same {
        was.remove(&field);
        is.remove(&field);
    }
    let entry = Entry::new("person.corrected", "person", person).unit(school).version(version);
    tx.record(entry.before(&was)?.after(&is)?);
    Ok(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(full: &str, family: Option<&str>, given: Option<&str>) -> Result<(String, String, String), String> {
        name(full, family, given).map(|name| (name.family, name.middle, name.given))
    }

    #[test]
    fn names_of_several_words_are_said_and_must_fit() {
        let three = |a: &str, b: &str, c: &str| Ok((a.to_owned(), b.to_owned(), c.to_owned()));
        assert_eq!(parts(" Nguyễn  Thị Minh Anh", None, None), three("Nguyễn", "Thị Minh", "Anh"));
        assert_eq!(parts("Tôn Thất Minh Hoàng", Some("Tôn Thất"), None), three("Tôn Thất", "Minh", "Hoàng"));
        assert_eq!(parts("Lê Hoàng Anh", None, Some("Hoàng Anh")), three("Lê", "", "Hoàng Anh"));
        assert!(parts("Lê Hoàng Anh", Some("Trần"), None).is_err());
        // The family name is whole words.
        assert!(parts("Lê Hoàng Anh", Some("L"), None).is_err());
        assert!(parts("  ", None, None).is_err());
        assert!(parts(&"a".repeat(101), None, None).is_err());
    }

    #[test]
    fn every_fault_of_a_person_is_named() {
        let new = NewPerson { full_name: " ".to_owned(), birth: Some("31/02/2014".to_owned()), ..NewPerson::default() };
        let error = checked(&new, "pupil.").expect_err("two faults");
        let fields: Vec<&str> = error.refused_fields().iter().map(|field| field.field.as_str()).collect();
        assert_eq!(fields, ["pupil.full_name", "pupil.birth"]);
        let new = NewPerson {
            full_name: "Lê An".to_owned(),
            birth: Some("3/2014".to_owned()),
            sex: Some("nữ".to_owned()),
            ethnic_group: Some("kinh".to_owned()),
            ..NewPerson::default()
        };
        let checked = checked(&new, "").expect("is right");
        assert_eq!(checked.birth.as_deref(), Some("2014-03"));
        assert_eq!((checked.sex.as_deref(), checked.ethnic_group.as_deref()), (Some("2"), Some("01")));
    }
}
