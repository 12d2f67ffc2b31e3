//! The units and people of `khue demo`: the whole country from its pack, a few invented schools under real communes of one
//! province, and one invented person for each role.

use auth::grants::{self, NewGrant};
use auth::role::{ROLES, Role};
use auth::{accounts, passwords};
use base::{Ctx, Date, Error, Result, UnitId};
use db::{Db, Entry, Tx};

use crate::load;
use crate::units::Levels;
use crate::units::create::{CreateUnit, create};

/// Ninh Bình: three provinces of before, with towns, plains and hills.
const PROVINCE: &str = "37";

/// The schools: name, level, in which of the chosen communes, and their campuses.
const SCHOOLS: &[(&str, &str, usize, &[&str])] = &[
    ("Trường Mầm non Hoa Gạo", "MN", 0, &[]),
    ("Trường Tiểu học Đồng Xanh", "TH", 0, &["Điểm trường Bến Đò", "Điểm trường Gốc Đa"]),
    ("Trường THCS Nguồn Sáng", "THCS", 0, &[]),
    ("Trường Tiểu học và THCS Suối Trong", "TH,THCS", 1, &[]),
    ("Trường THPT Chân Trời", "THPT", 1, &[]),
    ("Trung tâm GDNN-GDTX Hướng Dương", "GDTX", 2, &[]),
];
/// The school whose people sign in.
const STAFFED: usize = 2;

/// Invented people; any likeness is by chance. There are at least as many as roles, a test counts.
const PEOPLE: &[&str] = &[
    "Lương Thị Khánh An",
    "Đỗ Minh Khuê",
    "Trịnh Thu Hạ",
    "Phùng Đức Bảo",
    "Nguyễn Thị Thanh Mai",
    "Vũ Quốc Trí",
    "Hà Anh Thư",
    "Bùi Thị Ngọc Lan",
    "Đặng Hoàng Nam",
    "Cao Thị Bích Đào",
    "Tạ Văn Phúc",
    "Mai Hồng Nhung",
    "Quách Tuấn Kiệt",
    "Đinh Thị Sen",
    "Lại Xuân Trường",
    "Phan Thị Diệu",
];

/// Somebody who can sign in to the demonstration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// The role's code.
    pub role: String,
    /// What to sign in with.
    pub login: String,
    /// The password that was drawn.
    pub password: String,
    /// How the person is called.
    pub display_name: String,
    /// Where the role is held.
    pub unit: String,
}

/// Fills an empty demonstration. `draw` draws one password at a time; `ctx` is an act of the operator.
pub async fn make(db: &Db, ctx: &Ctx, mut draw: impl FnMut() -> Result<String>) -> Result<Vec<SignIn>> {
    let mut people = Vec::with_capacity(ROLES.len());
    for (role, name) in ROLES.iter().zip(PEOPLE) {
        let password = draw()?;
        // Hashed here: never inside a transaction.
        let digest = passwords::hash(&password)?;
        people.push((role, *name, password, digest));
    }
    let given: Vec<(&'static Role, &'static str, String)> =
        people.iter().map(|(role, name, _, digest)| (*role, *name, digest.clone())).collect();
    let held = db
        .write_long(ctx, "the demonstration loads the whole country", move |tx| {
            load::vietnam(tx)?;
            let places = schools(tx)?;
            given
                .iter()
                .map(|(role, name, digest)| sign_in(tx, &places, role, name, digest))
                .collect::<Result<Vec<_>>>()
        })
        .await?;
    Ok(people
        .into_iter()
        .zip(held)
        .map(|((role, name, password, _), (login, unit))| SignIn {
            role: role.code.to_owned(),
            login,
            password,
            display_name: name.to_owned(),
            unit,
        })
        .collect())
}

/// The unit that runs the demonstration's server.
#[must_use]
pub fn runs_it() -> UnitId {
    load::department(PROVINCE)
}

/// Where roles are held.
struct Places {
    office: UnitId,
    school: UnitId,
    campus: UnitId,
}

fn schools(tx: &mut Tx<'_>) -> Result<Places> {
    let units = rules::units::vietnam()?;
    // One town and two villages, the first by their codes.
    let of_kind = |kind: &str, nth: usize| {
        let mut found = units.communes.iter().filter(|commune| commune.province == PROVINCE && commune.kind == kind);
        found.nth(nth).ok_or_else(|| Error::internal(format!("the demonstration's province has no {kind}")))
    };
    let communes = [of_kind("phuong", 0)?, of_kind("xa", 0)?, of_kind("phuong", 1)?];
    let from = Date::constant(2025, 8, 1);
    let mut made = Vec::with_capacity(SCHOOLS.len());
    let mut last_campus = None;
    for (n, (name, level, place, campuses)) in SCHOOLS.iter().enumerate() {
        let new = |kind: &str, name: &str, parent: UnitId, level: Levels, code: Option<String>| CreateUnit {
            kind: kind.to_owned(),
            name: name.to_owned(),
            code,
            parent,
            authority: None,
            level,
            from,
            basis: Some("Trường dựng sẵn của bản dùng thử".to_owned()),
        };
        let code = Some(format!("{PROVINCE}THU{:02}", n + 1));
        let parent = load::commune(communes[*place].code);
        let school = create(tx, &new("school", name, parent, Levels::One((*level).to_owned()), code))?.id;
        for campus in *campuses {
            last_campus = Some(create(tx, &new("campus", campus, school, Levels::None, None))?.id);
        }
        made.push(school);
    }
    Ok(Places {
        office: load::commune_office(communes[0].code),
        school: made[STAFFED],
        campus: last_campus.ok_or_else(|| Error::internal("the demonstration has no campus"))?,
    })
}

/// One person of a role: answers login and the unit's name.
fn sign_in(tx: &mut Tx<'_>, places: &Places, role: &Role, name: &str, digest: &str) -> Result<(String, String)> {
    let unit = match role.unit_kinds {
        kinds if kinds.contains(&"school") => places.school,
        kinds if kinds.contains(&"campus") => places.campus,
        kinds if kinds.contains(&"commune_office") => places.office,
        kinds if kinds.contains(&"department") => load::department(PROVINCE),
        _ => load::ministry(),
    };
    let login = accounts::check_login(&role.code.replace('_', "."))?;
    let account = accounts::insert(tx, &login, name, digest, false)?;
    let from = tx.today();
    let grant = grants::insert(tx, &NewGrant { account, role: role.code.to_owned(), unit, from, to: None })?;
    tx.record(Entry::new("account.created", "account", account).unit(unit).version(1));
    tx.record(Entry::new("grant.given", "grant", grant).unit(unit).version(1).after(&role.code)?);
    Ok((login, crate::units::view::name(tx, unit, from)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_person_for_every_role() {
        assert!(PEOPLE.len() >= ROLES.len());
    }
}
