//! A class is made in a school year.

use auth::{Capability, Require as _};
use base::{ClassId, Error, Field, Result, SchoolYear, UnitId, vi};
use db::{Entry, Tx, params};
use http::{Answer, App, Created, IdempotencyKey, Json, Path, Signed, State, idempotency};
use rules::sector::Hand;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{show, store};
use crate::people::Done;

/// A class to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateClass {
    /// The school year.
    #[schema(value_type = String, example = "2026-2027")]
    pub year: SchoolYear,
    /// Its code in the school year.
    #[schema(example = "6A1")]
    pub code: String,
    /// Its name; `Lớp` and the code when not said.
    #[serde(default)]
    #[schema(example = "Lớp 6A1")]
    pub name: Option<String>,
    /// A code of DM_KHOI, or its name.
    #[schema(example = "6")]
    pub grade: String,
    /// The campus where it is taught; the school's main site when not said.
    #[serde(default)]
    #[schema(value_type = Option<base::Uuid>)]
    pub campus: Option<UnitId>,
    /// Its place in reports.
    #[serde(default)]
    pub position: Option<i64>,
}

/// What a class is called and where it is taught, checked.
pub(super) struct Checked {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) grade: String,
}

/// Checks what a class is called. A grade that is not among those known is refused: promotion needs its place.
pub(super) fn checked(code: &str, name: Option<&str>, grade: &str) -> Result<Checked> {
    let spec = rules::sector::qd4998()?;
    let mut faults = Vec::new();
    let mut one = |key: &str, field: &str, text: &str| {
        let found = spec.key("class", key).map(|key| (key, key.check(text, Hand::Person, spec)));
        match found {
            Some((_, Ok(Some(checked)))) if key != "grade" || checked.doubt.is_none() => checked.value.stored(),
            Some((_, Err(refusal))) => {
                faults.push(refusal.into_field(field));
                String::new()
            }
            Some((key, Ok(_))) => {
                let detail =
                    format!("{}: hãy nhập một giá trị của danh mục, ví dụ 6A1 cho mã lớp, 6 cho khối.", key.label);
                faults.push(Field { field: field.to_owned(), code: "field.required", detail });
                String::new()
            }
            None => String::new(),
        }
    };
    let code = one("code", "code", code);
    let name = match name.map(vi::clean).filter(|name| !name.is_empty()) {
        Some(name) => one("name", "name", &name),
        None => name_of(&code),
    };
    let grade = one("grade", "grade", grade);
    match Error::fields(faults) {
        Some(error) => Err(error),
        None => Ok(Checked { code, name, grade }),
    }
}

/// What a class is called when nobody says it otherwise.
pub(crate) fn name_of(code: &str) -> String {
    format!("Lớp {code}")
}

/// Refuses a campus that is none of the school's.
pub(super) fn check_campus(tx: &mut Tx<'_>, school: UnitId, campus: Option<UnitId>) -> Result<()> {
    let Some(campus) = campus else { return Ok(()) };
    let today = tx.today();
    if tx.one::<(i64,)>(&store::CAMPUS, params![school, campus, today])?.is_some() {
        return Ok(());
    }
    let detail = "Không tìm thấy điểm trường này của trường. Hãy chọn lại trong danh sách điểm trường.";
    Err(Error::field("campus", "class.campus", detail))
}

/// A grade's place: those of pre-school first, by their ages, then 1 to 12 from 11 on. Whoever goes up goes to the next.
pub(crate) fn rank(grade: &str) -> u8 {
    grade
        .parse::<u8>()
        .map_or(u8::MAX, |grade| if grade > 12 { grade.saturating_sub(12) } else { grade.saturating_add(10) })
}

/// The order in which classes are listed: by grade, then by code.
pub(crate) fn sort_key(grade: &str, code: &str) -> Vec<u8> {
    let mut key = vec![rank(grade)];
    key.extend(vi::collation_key_of(code));
    key
}

/// Makes a class.
pub fn create(tx: &mut Tx<'_>, school: UnitId, cmd: &CreateClass) -> Result<ClassId> {
    let id: ClassId = tx.new_id();
    create_as(tx, school, id, cmd)
}

/// Makes a class whose id is known before.
pub(crate) fn create_as(tx: &mut Tx<'_>, school: UnitId, id: ClassId, cmd: &CreateClass) -> Result<ClassId> {
    tx.require(Capability::SchoolManage, school)?;
    let class = checked(&cmd.code, cmd.name.as_deref(), &cmd.grade)?;
    check_campus(tx, school, cmd.campus)?;
    let key = sort_key(&class.grade, &class.code);
    tx.exec_one(
        &store::INSERT,
        params![school, id, cmd.year, class.code, class.name, key, class.grade, cmd.campus, cmd.position],
    )?;
    tx.record(Entry::new("class.created", "class", id).unit(school).version(1).after(cmd)?);
    Ok(id)
}

/// Makes a class in a school year.
#[utoipa::path(post, path = "/schools/{school}/classes", operation_id = "create_class", tag = "classes",
    params(("school" = base::Uuid, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = CreateClass,
    responses((status = 201, body = Done), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(school): Path<UnitId>,
    IdempotencyKey(key): IdempotencyKey,
    Json(cmd): Json<CreateClass>,
) -> Answer<Created<Done>> {
    let done = app
        .db()
        .write(&ctx, move |tx| {
            let made = idempotency::once(tx, key.as_ref(), |tx| create(tx, school, &cmd))?;
            Ok(Done::new(made.id, show::find(tx, school, made.id)?.version))
        })
        .await?;
    Ok(Created::new(format!("/schools/{school}/classes/{}", done.id), done.clone()).version(done.version))
}
