//! A pupil is admitted: somebody new, or a person whom this school knows or whose number or code stands for them.

use auth::{Capability, Require as _};
use base::{ClassId, Date, EnrolmentId, Error, PersonId, Result, UnitId, vi};
use db::{Entry, Tx, params};
use http::{Answer, App, Created, IdempotencyKey, Json, Path, Signed, State, idempotency};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::stay::{self, Into, NewStay};
use super::store;
use crate::people::kinship::{self, NewRelative};
use crate::people::person::{self, Checked};
use crate::people::store as people;
use crate::people::{
    Closed, Done, NewPerson, PERSON_NOT_FOUND, PERSON_NOT_FOUND_SENTENCE, Secret, Warning, held, personal_number,
    secrets,
};

/// Relatives of one pupil: father, mother, guardian.
const RELATIVES: usize = 3;

/// A pupil who comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Admit {
    /// A person whom this school knows: a former pupil. Otherwise `pupil`.
    #[serde(default)]
    #[schema(value_type = Option<base::Uuid>)]
    pub person: Option<PersonId>,
    /// Who comes. Somebody of the same name whose personal number or code it is, is that person.
    #[serde(default)]
    pub pupil: Option<NewPerson>,
    /// The citizen's 12 digits; what does not agree with sex and birth is told.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "037214000123")]
    pub personal_number: Option<Closed>,
    /// The first day.
    #[schema(value_type = String, format = Date, example = "2026-09-05")]
    pub from: Date,
    /// Into which class.
    #[serde(default)]
    #[schema(value_type = Option<base::Uuid>)]
    pub class: Option<ClassId>,
    /// The place in the class.
    #[serde(default)]
    pub position: Option<i64>,
    /// In this grade once more.
    #[serde(default)]
    pub repeats: bool,
    /// The pupil stays at their own school as well: a talent school beside it.
    #[serde(default)]
    pub beside: bool,
    /// Father, mother, guardian.
    #[serde(default)]
    pub relatives: Vec<NewRelative>,
}

/// Who was admitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// The pupil at this school.
    pub id: EnrolmentId,
    /// The person.
    pub person: PersonId,
    /// What somebody should look at.
    pub warnings: Vec<Warning>,
}

/// Whether a person whom a number or a code stands for is the one who is written down: the same name, apart from marks, and
/// no other birth.
fn is_the_same(known: &people::PersonRow, asked: &Checked) -> bool {
    let births = match (known.birth.as_deref(), asked.birth.as_deref()) {
        (Some(a), Some(b)) => a.starts_with(b) || b.starts_with(a),
        _ => true,
    };
    births && vi::fold(&known.full_name) == vi::fold(&asked.name.full())
}

/// Somebody whom a personal number, a pupil's code or a code of staff stands for, with what to look at where it stands for somebody else.
pub(crate) fn known(
    tx: &mut Tx<'_>,
    asked: &Checked,
    number: Option<&str>,
    warnings: &mut Vec<Warning>,
) -> Result<Option<PersonId>> {
    let mut candidates = Vec::new();
    if let Some(number) = number {
        candidates
            .extend(secrets::find(tx, Secret::PersonalNumber, number)?.into_iter().map(|id| ("personal_number", id)));
    }
    if let Some(code) = &asked.pupil_code {
        let rows: Vec<(PersonId,)> = tx.all(&people::OF_PUPIL_CODE, params![code])?;
        candidates.extend(rows.into_iter().map(|(id,)| ("pupil_code", id)));
    }
    if let Some(code) = &asked.staff_code {
        let rows: Vec<(PersonId,)> = tx.all(&people::OF_STAFF_CODE, params![code])?;
        candidates.extend(rows.into_iter().map(|(id,)| ("staff_code", id)));
    }
    let mut others = Vec::new();
    for (field, id) in candidates {
        if is_the_same(&person::find(tx, id)?, asked) {
            return Ok(Some(id));
        }
        others.push(field);
    }
    others.dedup();
    for field in others {
        let what = match field {
            "pupil_code" => "Mã học sinh",
            "staff_code" => "Mã cán bộ",
            _ => "Số định danh cá nhân",
        };
        warnings.push(Warning {
            field: field.to_owned(),
            code: "person.number_of_another",
            detail: format!(
                "{what} này đang ghi ở hồ sơ của một người khác tên hoặc khác ngày sinh. Hãy kiểm tra lại giấy tờ."
            ),
        });
    }
    Ok(None)
}

fn somebody(tx: &mut Tx<'_>, school: UnitId, cmd: &Admit, warnings: &mut Vec<Warning>) -> Result<PersonId> {
    match (cmd.person, &cmd.pupil) {
        (Some(person), None) if held::is_held(tx, school, person)? => Ok(person),
        (Some(_), None) => Err(PERSON_NOT_FOUND.error(PERSON_NOT_FOUND_SENTENCE)),
        (None, Some(new)) => {
            let new = person::checked(new, "pupil.")?;
            let number = cmd.personal_number.as_ref().map(|number| number.0.as_str());
            if let Some(known) = known(tx, &new, number, warnings)? {
                return Ok(known);
            }
            let folded = vi::fold(&new.name.full());
            let alike = params![school, folded, new.birth];
            if new.birth.is_some() && tx.one::<(EnrolmentId,)>(&store::ALIKE, alike)?.is_some() {
                warnings.push(Warning {
                    field: "pupil.full_name".to_owned(),
                    code: "pupil.alike",
                    detail: format!(
                        "Trường đang có học sinh khác cùng tên {} và cùng ngày sinh. Nếu là một em, hãy xoá lần nhập học này.",
                        new.name.full()
                    ),
                });
            }
            person::insert(tx, school, &new)
        }
        _ => Err(Error::field(
            "pupil",
            "pupil.who",
            "Hãy ghi họ tên học sinh (pupil), hoặc chọn một người trường đã biết (person): một trong hai.",
        )),
    }
}

/// Admits a pupil, into a class where one is said, with the family.
pub fn admit(tx: &mut Tx<'_>, school: UnitId, cmd: &Admit) -> Result<Admitted> {
    tx.require(Capability::PupilEdit, school)?;
    if cmd.relatives.len() > RELATIVES {
        let detail = format!("Mỗi học sinh có nhiều nhất {RELATIVES} người: cha, mẹ, người giám hộ.");
        return Err(Error::field("relatives", "kinship.too_many", detail));
    }
    let mut warnings = Vec::new();
    let person = somebody(tx, school, cmd, &mut warnings)?;
    let new = NewStay {
        school,
        person,
        from: cmd.from,
        came_by: "admitted",
        status: stay::studying(cmd.from)?,
        transfer: None,
        beside: cmd.beside,
    };
    let id = stay::begin(tx, &new)?;
    if let Some(number) = &cmd.personal_number {
        warnings.extend(set_personal_number(tx, person, &number.0)?);
    }
    if let Some(class) = cmd.class {
        let into = Placing { class, from: Some(cmd.from), position: cmd.position, repeats: cmd.repeats };
        place(tx, school, id, &into)?;
    }
    for (n, relative) in cmd.relatives.iter().enumerate() {
        kinship::put(tx, school, person, relative, &format!("relatives.{n}."))?;
    }
    let told = json!({ "person": person, "from": cmd.from, "class": cmd.class, "beside": cmd.beside });
    tx.record(Entry::new("pupil.admitted", "pupil", id).unit(school).version(1).after(&told)?);
    Ok(Admitted { id, person, warnings })
}

/// Keeps the personal number of somebody, and tells what does not agree with it.
pub(crate) fn set_personal_number(tx: &mut Tx<'_>, who: PersonId, number: &str) -> Result<Vec<Warning>> {
    let plain = Secret::PersonalNumber.plain(number);
    if plain.is_empty() {
        return Ok(Vec::new());
    }
    secrets::put(tx, who, Secret::PersonalNumber, 1, &plain)?;
    let row = person::find(tx, who)?;
    personal_number::check(&plain, row.sex.as_deref(), row.birth.as_deref())
}

/// Into which class somebody who comes is put.
pub(crate) struct Placing {
    pub(crate) class: ClassId,
    pub(crate) from: Option<Date>,
    pub(crate) position: Option<i64>,
    pub(crate) repeats: bool,
}

/// Puts somebody who has just come into a class.
pub(crate) fn place(tx: &mut Tx<'_>, school: UnitId, id: EnrolmentId, placing: &Placing) -> Result<()> {
    let found: Option<store::Enrolment> = tx.one(&store::OF, params![school, id])?;
    let stay = found.ok_or_else(super::not_found)?;
    let (class, from) = stay::destination(tx, school, &stay, placing.class, placing.from)?;
    let into = Into { class: class.id, from, position: placing.position, repeats: placing.repeats };
    stay::put_in_class(tx, school, &stay, &into)
}

/// Admits a pupil. Somebody who is a pupil of another school is refused, naming the school.
#[utoipa::path(post, path = "/schools/{school}/pupils", operation_id = "admit_pupil", tag = "pupils",
    params(("school" = base::Uuid, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = Admit,
    responses((status = 201, body = Done), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(school): Path<UnitId>,
    IdempotencyKey(key): IdempotencyKey,
    Json(cmd): Json<Admit>,
) -> Answer<Created<Done>> {
    let done = app
        .db()
        .write(&ctx, move |tx| {
            let mut warnings = Vec::new();
            let made = idempotency::once(tx, key.as_ref(), |tx| {
                let admitted = admit(tx, school, &cmd)?;
                warnings = admitted.warnings;
                Ok(admitted.id)
            })?;
            Ok(Done { id: made.id.0, version: 1, warnings })
        })
        .await?;
    Ok(Created::new(format!("/schools/{school}/pupils/{}", done.id), done.clone()).version(done.version))
}
