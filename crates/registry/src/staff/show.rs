//! The page of somebody who works at a school: who they are, as what, which classes they lead and teach, whose account; and
//! what is protected for whoever may, when they ask for it.

use auth::accounts;
use auth::looked::Look;
use base::{AccountId, Date, EmploymentId, PersonId, Result, UnitId, Uuid};
use db::{Tx, ask, params};
use http::{Answer, App, Path, Query, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::list::StaffClass;
use super::store::{self, Employment, Former, Led};
use super::work::{self, Post};
use crate::people::store::{self as people, PersonRow};
use crate::pupils::show::{ProtectedValues, protected_values};
use crate::teaching::of_staff::{self, Taught};

/// Somebody who works at a school.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Staff {
    /// The employment.
    #[schema(value_type = base::Uuid)]
    pub id: EmploymentId,
    /// The version of the employment: of its days, positions and account.
    pub version: i64,
    /// Who they are, with a version of its own.
    pub person: StaffPerson,
    /// A code of DM_TRANG_THAI_CAN_BO.
    pub status: String,
    /// What they are on the day.
    pub post: Post,
    /// The employments at this school, the last first.
    pub work: Vec<StaffWork>,
    /// The classes they lead or led here, the last first.
    pub homeroom: Vec<StaffClass>,
    /// What they teach on the day.
    pub teaching: Taught,
    /// Whose account it is; only for whoever may see accounts there, or one's own.
    pub account: Option<StaffAccount>,
    /// Whether an account is theirs.
    pub has_account: bool,
    /// What is protected; only where it was asked for and the actor may see it.
    pub protected: Option<ProtectedValues>,
    /// What the actor may do with them.
    #[schema(example = json!(["school.manage", "staff.edit", "staff.view_private"]))]
    pub may: Vec<&'static str>,
}

/// Who somebody is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StaffPerson {
    /// Which.
    #[schema(value_type = base::Uuid)]
    pub id: PersonId,
    /// The whole name.
    #[schema(example = "Nguyễn Thị Thanh Mai")]
    pub full_name: String,
    /// Family name.
    pub family: String,
    /// Middle name.
    pub middle: String,
    /// Given name.
    pub given: String,
    /// What is known of the birth: `1985-03-26`, `1985-03`, `1985`.
    pub birth: Option<String>,
    /// A code of DM_GIOI_TINH.
    pub sex: Option<String>,
    /// A code of DM_NUOC.
    pub nationality: Option<String>,
    /// A code of DM_DAN_TOC.
    pub ethnic_group: Option<String>,
    /// The sector's code of staff.
    pub staff_code: Option<String>,
    /// What the population database said of it: `no` (not asked), `yes`, `differs`.
    pub verified: String,
    /// Its version.
    pub version: i64,
}

impl From<PersonRow> for StaffPerson {
    fn from(row: PersonRow) -> Self {
        Self {
            id: row.id,
            full_name: row.full_name,
            family: row.family,
            middle: row.middle,
            given: row.given,
            birth: row.birth,
            sex: row.sex,
            nationality: row.nationality,
            ethnic_group: row.ethnic_group,
            staff_code: row.staff_code,
            verified: row.verified,
            version: row.version,
        }
    }
}

/// A stretch of days at this school.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StaffWork {
    /// The employment.
    #[schema(value_type = base::Uuid)]
    pub id: EmploymentId,
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub valid_from: Date,
    /// The first day after it; the same as the first where it was a mistake.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Option<Date>,
    /// A code of DM_TRANG_THAI_CAN_BO.
    pub status: String,
    /// What they were in it, the last first.
    pub positions: Vec<StaffPosition>,
}

/// What somebody was for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StaffPosition {
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub valid_from: Date,
    /// The first day after it.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Option<Date>,
    /// A code of DM_NHOM_CAN_BO.
    pub staff_group: Option<String>,
    /// A code of DM_LOAI_CAN_BO.
    pub position: Option<String>,
    /// A code of DM_HINH_THUC_HOP_DONG.
    pub contract: Option<String>,
}

/// Somebody's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StaffAccount {
    /// Which.
    #[schema(value_type = base::Uuid)]
    pub id: AccountId,
    /// What is typed to sign in.
    pub login: String,
    /// How it is called.
    pub display_name: String,
    /// `active` or `suspended`.
    pub state: String,
}

fn worked(all: Vec<Employment>, former: &[Former]) -> Vec<StaffWork> {
    all.into_iter()
        .map(|row| {
            let of: Vec<Former> = former.iter().filter(|one| one.employment == row.id).cloned().collect();
            let since = work::since(&row, &of);
            let Post { staff_group, position, contract } = Post::of(&row);
            let now = StaffPosition { valid_from: since, valid_to: row.valid_to, staff_group, position, contract };
            let before = of.into_iter().map(|one| StaffPosition {
                valid_from: one.valid_from,
                valid_to: Some(one.valid_to),
                staff_group: one.staff_group,
                position: one.position,
                contract: one.contract,
            });
            StaffWork {
                id: row.id,
                valid_from: row.valid_from,
                valid_to: row.valid_to,
                status: row.status,
                positions: std::iter::once(now).chain(before).collect(),
            }
        })
        .collect()
}

/// Somebody as of a day. With `protected`, papers and telephones too where the actor may see them; the caller records that
/// look before it is answered.
pub fn show(tx: &mut Tx<'_>, school: UnitId, id: EmploymentId, as_of: Option<Date>, protected: bool) -> Result<Staff> {
    let sight = super::sight(tx, school)?;
    sight.require(id)?;
    let row = work::find(tx, school, id)?;
    let on = as_of.unwrap_or_else(|| tx.today());
    let (one, of_school) = (params![row.person], params![school, row.person]);
    let (person, all, former, led) = tx.together((
        ask::<PersonRow>(&people::OF, one),
        ask::<Employment>(&store::OF_PERSON, of_school),
        ask::<Former>(&store::FORMER_OF_PERSON, of_school),
        ask::<Led>(&store::LED, of_school),
    ))?;
    let person = person.into_iter().next().ok_or_else(super::not_found)?;
    let post = work::post_on(tx, school, &row, on)?;
    let account = match row.account {
        Some(account) if sight.sees_account(id) => accounts::find(tx, account)?.map(|found| StaffAccount {
            id: found.id,
            login: found.login,
            display_name: found.display_name,
            state: found.state,
        }),
        _ => None,
    };
    let protected = match protected && sight.sees_protected(id) {
        true => Some(protected_values(tx, row.person)?),
        false => None,
    };
    Ok(Staff {
        id,
        version: row.version,
        person: person.into(),
        status: row.status,
        post,
        work: worked(all, &former),
        homeroom: led.into_iter().map(Into::into).collect(),
        teaching: of_staff::taught(tx, school, id, on)?,
        account,
        has_account: row.account.is_some(),
        protected,
        may: sight.may_with(id),
    })
}

/// What is shown.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OneStaffQuery {
    /// The day; today when not said.
    #[param(value_type = Option<String>, format = Date)]
    pub as_of: Option<Date>,
    /// `true`: papers and telephones too, where the actor may see them. That look is recorded by itself.
    #[serde(default)]
    pub protected: bool,
}

/// Somebody who works at a school: who they are, their positions, classes and account. Recorded as a look.
#[utoipa::path(get, path = "/schools/{school}/staff/{staff}", operation_id = "staff", tag = "staff",
    params(("school" = base::Uuid, Path), ("staff" = base::Uuid, Path), OneStaffQuery),
    responses((status = 200, body = Staff), (status = 404, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, id)): Path<(UnitId, EmploymentId)>,
    Query(query): Query<OneStaffQuery>,
) -> Answer<Tagged<Staff>> {
    let people = |staff: &Staff| -> Vec<Uuid> { vec![staff.person.id.0] };
    let staff = app
        .look(&ctx, "staff.page", move |tx| {
            let staff = show(tx, school, id, query.as_of, query.protected)?;
            Ok((people(&staff), staff))
        })
        .await?;
    if staff.protected.is_some() {
        // Before the answer leaves: what is protected is never shown without a record.
        app.looks()?.at_once(Look::new(&ctx, "staff.protected", people(&staff))).await?;
    }
    Ok(Tagged::new(staff.version, staff))
}
