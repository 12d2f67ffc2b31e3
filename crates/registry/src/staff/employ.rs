//! Somebody comes to work at a school: somebody new, or a person whom it knows or whose number or code stands for them.

use auth::{Capability, Require as _};
use base::{Date, EmploymentId, Error, PersonId, Result, UnitId, vi};
use db::{Entry, Tx, params};
use http::{Answer, App, Created, IdempotencyKey, Json, Path, Signed, State, idempotency};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::status;
use super::store::{self, At};
use super::work::{self, Post};
use crate::people::person::{self, Checked, NewPerson};
use crate::people::{Closed, Done, PERSON_NOT_FOUND, PERSON_NOT_FOUND_SENTENCE, Secret, Warning, held, secrets};
use crate::pupils::admit::{known, set_personal_number};
use crate::units::view;

/// Who comes to work, as somebody writes them down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStaff {
    /// The whole name, in Vietnamese order.
    #[schema(example = "Nguyễn Thị Thanh Mai")]
    pub full_name: String,
    /// The family name where it has several words.
    #[serde(default)]
    pub family: Option<String>,
    /// The given name where it has several words.
    #[serde(default)]
    pub given: Option<String>,
    /// What is known of the birth: `1985-03-26`, `1985-03`, `1985`; `26/03/1985` is understood too.
    #[serde(default)]
    #[schema(example = "1985-03-26")]
    pub birth: Option<String>,
    /// A code of DM_GIOI_TINH, or its name.
    #[serde(default)]
    pub sex: Option<String>,
    /// A code of DM_NUOC, or its name.
    #[serde(default)]
    pub nationality: Option<String>,
    /// A code of DM_DAN_TOC, or its name.
    #[serde(default)]
    pub ethnic_group: Option<String>,
    /// The code of staff in the sector's database.
    #[serde(default)]
    pub staff_code: Option<String>,
}

impl NewStaff {
    /// Every value checked. `prefix` is the path of the fields in the request.
    pub fn checked(&self, prefix: &str) -> Result<Checked> {
        let new = NewPerson {
            full_name: self.full_name.clone(),
            family: self.family.clone(),
            given: self.given.clone(),
            birth: self.birth.clone(),
            sex: self.sex.clone(),
            nationality: self.nationality.clone(),
            ethnic_group: self.ethnic_group.clone(),
            pupil_code: None,
        };
        let checked = person::checked(&new, prefix)?;
        let staff_code = person::staff_code(self.staff_code.as_deref(), &format!("{prefix}staff_code"))?;
        Ok(Checked { staff_code, ..checked })
    }
}

/// Somebody who comes to work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Employ {
    /// A person whom this school knows: somebody who worked there, or a pupil's parent. Otherwise `staff`.
    #[serde(default)]
    #[schema(value_type = Option<base::Uuid>)]
    pub person: Option<PersonId>,
    /// Who comes. Somebody of the same name whose personal number or code it is, is that person.
    #[serde(default)]
    pub staff: Option<NewStaff>,
    /// The citizen's 12 digits; what does not agree with sex and birth is told.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "037185000123")]
    pub personal_number: Option<Closed>,
    /// A telephone.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub phone: Option<Closed>,
    /// A mail address.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub email: Option<Closed>,
    /// The first day.
    #[schema(value_type = String, format = Date, example = "2026-08-15")]
    pub from: Date,
    /// A code of DM_TRANG_THAI_CAN_BO, or its name; working when not said.
    #[serde(default)]
    pub status: Option<String>,
    /// A code of DM_NHOM_CAN_BO, or its name.
    #[serde(default)]
    #[schema(example = "2")]
    pub staff_group: Option<String>,
    /// A code of DM_LOAI_CAN_BO, or its name.
    #[serde(default)]
    pub position: Option<String>,
    /// A code of DM_HINH_THUC_HOP_DONG, or its name.
    #[serde(default)]
    pub contract: Option<String>,
}

/// Who was employed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Employed {
    /// At this school.
    pub id: EmploymentId,
    /// The person.
    pub person: PersonId,
    /// What somebody should look at.
    pub warnings: Vec<Warning>,
}

fn warning(field: &str, code: &'static str, detail: String) -> Warning {
    Warning { field: field.to_owned(), code, detail }
}

fn somebody(tx: &mut Tx<'_>, school: UnitId, cmd: &Employ, warnings: &mut Vec<Warning>) -> Result<PersonId> {
    match (cmd.person, &cmd.staff) {
        (Some(person), None) if held::is_held(tx, school, person)? => Ok(person),
        (Some(_), None) => Err(PERSON_NOT_FOUND.error(PERSON_NOT_FOUND_SENTENCE)),
        (None, Some(new)) => {
            let new = new.checked("staff.")?;
            let number = cmd.personal_number.as_ref().map(|number| number.0.as_str());
            if let Some(known) = known(tx, &new, number, warnings)? {
                return Ok(known);
            }
            let folded = vi::fold(&new.name.full());
            let alike = params![school, folded, new.birth];
            if new.birth.is_some() && tx.one::<(EmploymentId,)>(&store::ALIKE, alike)?.is_some() {
                let detail = format!(
                    "Trường đang có người khác cùng tên {} và cùng ngày sinh. Nếu là một người, hãy sửa lần tiếp nhận này thành “ghi nhầm”.",
                    new.name.full()
                );
                warnings.push(warning("staff.full_name", "staff.alike", detail));
            }
            person::insert(tx, school, &new)
        }
        _ => Err(Error::field(
            "staff",
            "staff.who",
            "Hãy ghi họ tên người đến làm việc (staff), hoặc chọn một người trường đã biết (person): một trong hai.",
        )),
    }
}

/// Takes somebody on.
pub fn employ(tx: &mut Tx<'_>, school: UnitId, cmd: &Employ) -> Result<Employed> {
    tx.require(Capability::StaffEdit, school)?;
    let post =
        Post { staff_group: cmd.staff_group.clone(), position: cmd.position.clone(), contract: cmd.contract.clone() };
    let post = post.checked()?;
    let status = match cmd.status.as_deref() {
        Some(text) => status::checked("status", "status", text)?,
        None => None,
    };
    let status = match status {
        Some(status) if status::is_gone(&status)? => {
            let detail = "Trạng thái này là của người đã thôi làm việc ở trường. Hãy chọn trạng thái khác.";
            return Err(Error::field("status", "staff.status", detail));
        }
        Some(status) => status,
        None => status::working()?,
    };
    let mut warnings = Vec::new();
    let person = somebody(tx, school, cmd, &mut warnings)?;
    let id = work::begin(tx, school, person, cmd.from, &status, &post)?;
    if let Some(At { school: other }) = tx.one(&store::ELSEWHERE, params![person, school, cmd.from])? {
        let today = tx.today();
        let detail = format!(
            "Người này đang làm việc ở {} vào ngày ấy. Nếu chuyển hẳn, hãy đề nghị trường đó ghi “Chuyển đi”; nếu dạy ở cả hai nơi thì không cần làm gì.",
            view::name(tx, other, today)?
        );
        warnings.push(warning("from", "staff.works_elsewhere", detail));
    }
    if let Some(number) = &cmd.personal_number {
        warnings.extend(set_personal_number(tx, person, &number.0)?);
    }
    for (what, value) in [(Secret::Phone, &cmd.phone), (Secret::Email, &cmd.email)] {
        if let Some(value) = value {
            secrets::add(tx, person, what, &value.0)?;
        }
    }
    let told = json!({ "person": person, "from": cmd.from, "status": status, "post": post });
    tx.record(Entry::new("staff.employed", "staff", id).unit(school).version(1).after(&told)?);
    Ok(Employed { id, person, warnings })
}

/// Takes somebody on. A person whose personal number or code is known is found again and not made twice.
#[utoipa::path(post, path = "/schools/{school}/staff", operation_id = "employ", tag = "staff",
    params(("school" = base::Uuid, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = Employ,
    responses((status = 201, body = Done), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(school): Path<UnitId>,
    IdempotencyKey(key): IdempotencyKey,
    Json(cmd): Json<Employ>,
) -> Answer<Created<Done>> {
    let done = app
        .db()
        .write(&ctx, move |tx| {
            let mut warnings = Vec::new();
            let made = idempotency::once(tx, key.as_ref(), |tx| {
                let employed = employ(tx, school, &cmd)?;
                warnings = employed.warnings;
                Ok(employed.id)
            })?;
            Ok(Done { id: made.id.0, version: 1, warnings })
        })
        .await?;
    Ok(Created::new(format!("/schools/{school}/staff/{}", done.id), done.clone()).version(done.version))
}
