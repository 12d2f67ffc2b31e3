//! The keys that stand in columns: the one place that knows which. Everybody else reads and writes values by key.
//!
//! The specification calls more keys typed than there are columns (an address, a religion, who issued a paper): nothing
//! reasons with those yet, so they are in the document of their group like any other, and this table decides.

pub(super) mod class;
mod kin;
mod person;
mod pupil;
mod school;
mod staff;
pub mod store;

use base::{Date, Error, Field, Result};
use db::Tx;

use super::record::{Of, Record};
use super::{Origin, Values};
use crate::people::Secret;

/// How a typed key is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Like any other field.
    Field,
    /// By an operation of its own, which is named here; on a record's page it is shown and not edited.
    Operation(&'static str),
    /// Never: it says whose the record is.
    Nobody,
}

/// A key and its column.
#[derive(Clone, Copy, Debug)]
pub struct Typed {
    /// The kind of record.
    pub kind: &'static str,
    /// The key.
    pub key: &'static str,
    /// Table and column.
    pub column: &'static str,
    /// How it is changed.
    pub by: By,
}

const fn typed(kind: &'static str, key: &'static str, column: &'static str, by: By) -> Typed {
    Typed { kind, key, column, by }
}

use By::{Field as AsField, Nobody, Operation};

/// All of them.
pub static TYPED: &[Typed] = &[
    typed("school", "code", "unit_code.code", Operation("unit_code")),
    typed("school", "name", "unit_name.full_name", Operation("rename_unit")),
    typed("school", "level_group", "unit_level.level", Operation("unit_levels")),
    typed("school", "province", "unit_edge.authority", Operation("move_unit")),
    typed("school", "commune", "unit_edge.authority", Operation("move_unit")),
    typed("campus", "code", "unit_code.code", Operation("create_unit")),
    typed("campus", "name", "unit_name.full_name", Operation("create_unit")),
    typed("class", "school_code", "class.school", Nobody),
    typed("class", "code", "class.code", AsField),
    typed("class", "name", "class.name", AsField),
    typed("class", "grade", "class.grade", AsField),
    typed("class", "campus_code", "class.campus", AsField),
    typed("class", "homeroom_teacher", "homeroom.employment", Operation("set_homeroom")),
    typed("class", "order", "class.position", AsField),
    typed("class_subject", "subject", "teaching.subject", Operation("assign_teaching")),
    typed("class_subject", "semester", "teaching.semester", Operation("assign_teaching")),
    typed("class_subject", "teacher", "teaching.employment", Operation("assign_teaching")),
    typed("staff", "school_code", "employment.school", Nobody),
    typed("staff", "sector_code", "person.staff_code", AsField),
    typed("staff", "full_name", "person.full_name", AsField),
    typed("staff", "birth_date", "person.birth", AsField),
    typed("staff", "sex", "person.sex", AsField),
    typed("staff", "ethnic_group", "person.ethnic_group", AsField),
    typed("staff", "nationality", "person.nationality", AsField),
    typed("staff", "identity_number", "person_secret.identity_number", AsField),
    typed("staff", "email", "person_secret.email", AsField),
    typed("staff", "mobile", "person_secret.phone", AsField),
    typed("staff", "status", "employment.status", Operation("end_work")),
    typed("staff", "staff_group", "employment.staff_group", AsField),
    typed("staff", "staff_type", "employment.position", AsField),
    typed("staff", "contract", "employment.contract", AsField),
    typed("pupil", "sector_code", "person.pupil_code", AsField),
    typed("pupil", "full_name", "person.full_name", AsField),
    typed("pupil", "birth_date", "person.birth", AsField),
    typed("pupil", "sex", "person.sex", AsField),
    typed("pupil", "ethnic_group", "person.ethnic_group", AsField),
    typed("pupil", "nationality", "person.nationality", AsField),
    typed("pupil", "school_code", "enrolment.school", Nobody),
    typed("pupil", "grade", "class.grade", Operation("move_class")),
    typed("pupil", "class_code", "class_member.class", Operation("move_class")),
    typed("pupil", "order", "class_member.position", AsField),
    typed("pupil", "status", "enrolment.status", Operation("leave")),
    typed("pupil", "leave_reason", "enrolment.leave_reason", Operation("leave")),
    typed("pupil", "repeats_year", "class_member.repeats", AsField),
    typed("pupil", "contact_phone", "person_secret.phone", AsField),
    typed("pupil", "personal_number", "person_secret.personal_number", AsField),
    typed("pupil", "father_name", "kinship.relative", AsField),
    typed("pupil", "father_occupation", "kinship.occupation", AsField),
    typed("pupil", "father_birth_year", "kinship.relative", AsField),
    typed("pupil", "mother_name", "kinship.relative", AsField),
    typed("pupil", "mother_occupation", "kinship.occupation", AsField),
    typed("pupil", "mother_birth_year", "kinship.relative", AsField),
    typed("pupil", "guardian_name", "kinship.relative", AsField),
    typed("pupil", "guardian_occupation", "kinship.occupation", AsField),
    typed("pupil", "guardian_birth_year", "kinship.relative", AsField),
];

/// The column of a key; none where it is in a document.
#[must_use]
pub fn of(kind: &str, key: &str) -> Option<&'static Typed> {
    TYPED.iter().find(|typed| typed.kind == kind && typed.key == key)
}

/// Divides values into what stands in columns and what goes into documents.
#[must_use]
pub fn split<V: Clone>(
    kind: &str,
    values: &std::collections::BTreeMap<&'static str, V>,
) -> (std::collections::BTreeMap<&'static str, V>, std::collections::BTreeMap<&'static str, V>) {
    values.iter().map(|(key, value)| (*key, value.clone())).partition(|(key, _)| of(kind, key).is_some())
}

/// What is to be set in columns: a text, or nothing.
pub type Changes = std::collections::BTreeMap<&'static str, Option<String>>;

/// What a record's columns say as of a day, in the groups that are wanted. Only intervals (class, homeroom, names of units)
/// know other days than today; a person has one name.
pub fn read(tx: &mut Tx<'_>, record: &Record, on: Date, wanted: &dyn Fn(&str) -> bool) -> Result<Values> {
    match record.of {
        Of::School => school::read(tx, record, on, wanted),
        Of::Class => class::read(tx, record, on, wanted),
        Of::Pupil => pupil::read(tx, record, on, wanted),
        Of::Staff => staff::read(tx, record, on, wanted),
    }
}

/// Changes a record's columns from a day on. The record has been taken; what is asked differs from what stands there.
pub fn write(tx: &mut Tx<'_>, record: &Record, from: Date, changes: &Changes) -> Result<()> {
    match record.of {
        Of::School => school::write(tx, record, from, changes),
        Of::Class => class::write(tx, record, from, changes),
        Of::Pupil => pupil::write(tx, record, from, changes),
        Of::Staff => staff::write(tx, record, from, changes),
    }
}

/// What is kept under lock, by kind, group and key.
const SECRETS: [(&str, &str, &str, Secret); 5] = [
    ("pupil", "pupil_contact", "contact_phone", Secret::Phone),
    ("pupil", "pupil_papers", "personal_number", Secret::PersonalNumber),
    ("staff", "staff_papers", "identity_number", Secret::IdentityNumber),
    ("staff", "staff_contact", "email", Secret::Email),
    ("staff", "staff_contact", "mobile", Secret::Phone),
];

/// A value as its column keeps it: a telephone without the signs between its digits. Refused where nothing is left of it,
/// rather than kept as nothing.
pub fn kept(kind: &str, key: &str, label: &str, value: String) -> Result<String, Field> {
    let Some((.., what)) = SECRETS.iter().find(|(of, _, name, _)| *of == kind && *name == key) else {
        return Ok(value);
    };
    let plain = what.plain(&value);
    let is_one = match what {
        // As long as a telephone is anywhere, and no longer: two in one field are none.
        Secret::Phone => (8..=15).contains(&plain.len()),
        Secret::Email => plain.contains('@'),
        Secret::PersonalNumber | Secret::IdentityNumber => !plain.is_empty(),
    };
    if is_one {
        return Ok(plain);
    }
    let detail = match what {
        Secret::Phone => format!("{label}: không phải một số điện thoại. Hãy ghi một số như 0912345678."),
        Secret::Email => format!("{label}: không phải một địa chỉ thư điện tử. Hãy ghi như ten@truong.edu.vn."),
        Secret::PersonalNumber | Secret::IdentityNumber => {
            format!("{label}: không có chữ số nào. Hãy ghi đúng số giấy tờ.")
        }
    };
    Err(Field { field: format!("values.{key}"), code: "fields.not_one", detail })
}

/// Refuses what a person may not change here. What stands there already may be said again.
pub fn refuse(kind: &str, key: &str, label: &str, origin: Origin) -> Option<Field> {
    let typed = of(kind, key)?;
    let (code, detail) = match (typed.by, origin) {
        (By::Nobody, _) => (
            "fields.other_school",
            format!("{label}: không phải mã của trường này. Hãy bỏ trống, hoặc ghi đúng mã của trường."),
        ),
        (By::Operation(operation), Origin::Person) => ("fields.by_operation", by_operation(label, operation)),
        _ => return None,
    };
    Some(Field { field: format!("values.{key}"), code, detail })
}

fn by_operation(label: &str, operation: &str) -> String {
    let how = match operation {
        "rename_unit" => "thao tác Đổi tên của trường",
        "move_unit" => "thao tác Chuyển địa bàn của trường",
        "unit_code" | "unit_levels" => "người quản trị của Sở ở trang Đơn vị",
        "create_unit" => "thao tác Lập điểm trường ở trang Đơn vị",
        "set_homeroom" => "thao tác Phân công chủ nhiệm của lớp",
        "assign_teaching" => "trang Phân công giảng dạy",
        "move_class" => "thao tác Chuyển lớp",
        "end_work" => "thao tác Kết thúc công tác hoặc Trở lại làm việc",
        _ => "thao tác Thôi học, Chuyển trường hoặc Trở lại học",
    };
    format!("{label}: không sửa trực tiếp ở đây; hãy dùng {how}.")
}

/// The value of a column that must say something.
fn needed(changes: &Changes, key: &'static str, label: &str, present: String) -> Result<String> {
    match changes.get(key) {
        None => Ok(present),
        Some(Some(value)) => Ok(value.clone()),
        Some(None) => Err(refused(key, "fields.needed", format!("{label}: không được để trống. Hãy ghi giá trị mới."))),
    }
}

/// The value of a column that may say nothing.
fn other(changes: &Changes, key: &'static str, present: Option<String>) -> Option<String> {
    changes.get(key).cloned().unwrap_or(present)
}

fn refused(key: &str, code: &'static str, detail: impl Into<String>) -> Error {
    Error::field(format!("values.{key}"), code, detail)
}

/// Whole numbers are texts here and numbers there.
fn number(key: &str, text: Option<String>) -> Result<Option<i64>> {
    text.map(|text| {
        text.parse()
            .map_err(|_not| refused(key, "sector.not_a_whole_number", format!("“{text}” không phải số nguyên.")))
    })
    .transpose()
}

fn read_secrets(
    tx: &mut Tx<'_>,
    kind: &str,
    person: base::Uuid,
    wanted: &dyn Fn(&str) -> bool,
    values: &mut Values,
) -> Result<()> {
    for (_, _, key, what) in SECRETS.iter().filter(|(of, group, ..)| *of == kind && wanted(group)) {
        put(values, key, person::secret(tx, person, *what)?);
    }
    Ok(())
}

fn write_secrets(tx: &mut Tx<'_>, kind: &str, person: base::Uuid, changes: &Changes) -> Result<()> {
    for (_, _, key, what) in SECRETS.iter().filter(|(of, ..)| *of == kind) {
        if let Some(value) = changes.get(key) {
            person::set_secret(tx, person, *what, value.as_deref())?;
        }
    }
    Ok(())
}

fn put(values: &mut Values, key: &'static str, value: Option<String>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        values.insert(key, value);
    }
}
