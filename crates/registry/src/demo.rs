//! The units and people of `khue demo`: the whole country from its pack, a few invented schools under real communes of one
//! province with everybody at them, and somebody who signs in for each role. Who is at the schools comes from `synth`.

use auth::grants::{self, NewGrant};
use auth::role::{ROLES, Role};
use auth::{accounts, passwords};
use base::{Ctx, Date, EmploymentId, Error, Result, UnitId};
use db::{Db, Entry, Tx, params};

use crate::classes;
use crate::load;
use crate::load::people::{People, School};
use crate::people::person;
use crate::staff::account::{LinkAccount, link};
use crate::units::Levels;
use crate::units::create::{CreateUnit, create};
use crate::years;

db::statements! {
    /// Who leads the first class of a school on a day.
    pub LEADER = "SELECT e.id, p.full_name FROM class c
          JOIN homeroom h ON h.school = c.school AND h.class = c.id AND h.valid_from <= ?2 AND (h.valid_to IS NULL OR h.valid_to > ?2)
          JOIN employment e ON e.school = h.school AND e.id = h.employment
          JOIN person p ON p.id = e.person
        WHERE c.school = ?1 ORDER BY c.sort_key, c.id LIMIT 1";
    /// Somebody in a position at a school.
    pub IN_POSITION = "SELECT e.id, p.full_name FROM employment e JOIN person p ON p.id = e.person
        WHERE e.school = ?1 AND e.position = ?2 AND e.valid_to IS NULL ORDER BY e.id LIMIT 1";
}

/// Roles that somebody of the school's staff has who holds such a position.
const IN_OFFICE: [(&str, &str); 3] =
    [("head", "Hiệu trưởng"), ("deputy_head", "Phó hiệu trưởng"), ("clerk", "Nhân viên văn thư")];

/// A made-up province: what a demonstration is filled with.
#[derive(Clone, Debug)]
pub struct Village {
    /// The province's code.
    pub province: &'static str,
    /// Its schools.
    pub schools: Vec<School>,
    /// From when they are.
    pub from: Date,
    /// Everybody at them, school by school, in the order in which they are loaded.
    pub people: Vec<(UnitId, People)>,
    /// The school whose people sign in.
    pub staffed: UnitId,
    /// The campuses of a school, by its place in the list.
    pub campuses: (usize, Vec<&'static str>),
}

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
pub async fn make(
    db: &Db,
    ctx: &Ctx,
    village: Village,
    mut draw: impl FnMut() -> Result<String>,
) -> Result<Vec<SignIn>> {
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
            load::people::schools(tx, &village.schools, village.from)?;
            for (school, people) in &village.people {
                load::people::people(tx, *school, people)?;
            }
            let places = places(tx, &village)?;
            given
                .iter()
                .map(|(role, name, digest)| sign_in(tx, &places, role, name, digest))
                .collect::<Result<Vec<_>>>()
        })
        .await?;
    let signs_in = |((role, _, password, _), held): ((&Role, _, String, _), Held)| SignIn {
        role: role.code.to_owned(),
        login: held.login,
        password,
        display_name: held.name,
        unit: held.unit,
    };
    Ok(people.into_iter().zip(held).map(signs_in).collect())
}

/// Where roles are held.
struct Places {
    department: UnitId,
    office: UnitId,
    school: UnitId,
    campus: UnitId,
}

fn places(tx: &mut Tx<'_>, village: &Village) -> Result<Places> {
    let missing = || Error::internal("the demonstration has no such school");
    let today = tx.today();
    let year = classes::year_of(today)?;
    for school in &village.schools {
        let proposed = years::show::holds(tx, school.id, year, today)?.plan;
        years::open::open(tx, school.id, year, &proposed)?;
    }
    let (nth, campuses) = &village.campuses;
    let parent = village.schools.get(*nth).ok_or_else(missing)?.id;
    let mut campus = None;
    for name in campuses {
        let new = CreateUnit {
            kind: "campus".to_owned(),
            name: (*name).to_owned(),
            code: None,
            parent,
            authority: None,
            level: Levels::None,
            from: village.from,
            basis: Some("Điểm trường dựng sẵn của bản dùng thử".to_owned()),
        };
        campus = Some(create(tx, &new)?.id);
    }
    let staffed = village.schools.iter().find(|school| school.id == village.staffed).ok_or_else(missing)?;
    Ok(Places {
        department: load::department(village.province),
        office: load::commune_office(staffed.commune),
        school: staffed.id,
        campus: campus.ok_or_else(missing)?,
    })
}

/// What became of somebody who signs in.
#[derive(Debug)]
struct Held {
    login: String,
    name: String,
    unit: String,
}

/// Whom a role belongs to among the staff of a school: the teacher leads its first class.
fn of_staff(tx: &mut Tx<'_>, school: UnitId, role: &str) -> Result<Option<(EmploymentId, String)>> {
    let today = tx.today();
    if role == "teacher" {
        return tx.one(&LEADER, params![school, today]);
    }
    let Some((_, position)) = IN_OFFICE.iter().find(|(code, _)| *code == role) else { return Ok(None) };
    let position = person::code(rules::sector::qd4998()?, "DM_LOAI_CAN_BO", position);
    tx.one(&IN_POSITION, params![school, position])
}

/// One person of a role, by their own name where they are of the staff.
fn sign_in(tx: &mut Tx<'_>, places: &Places, role: &Role, name: &str, digest: &str) -> Result<Held> {
    let unit = match role.unit_kinds {
        kinds if kinds.contains(&"school") => places.school,
        kinds if kinds.contains(&"campus") => places.campus,
        kinds if kinds.contains(&"commune_office") => places.office,
        kinds if kinds.contains(&"department") => places.department,
        _ => load::ministry(),
    };
    let from = tx.today();
    let staff = of_staff(tx, unit, role.code)?;
    let name = staff.as_ref().map_or(name, |(_, name)| name);
    let login = accounts::check_login(&role.code.replace('_', "."))?;
    let account = accounts::insert(tx, &login, name, digest, false)?;
    let grant = grants::insert(tx, &NewGrant { account, role: role.code.to_owned(), unit, from, to: None })?;
    if let Some((staff, _)) = &staff {
        link(tx, unit, *staff, None, &LinkAccount { account })?;
    }
    tx.record(Entry::new("account.created", "account", account).unit(unit).version(1));
    tx.record(Entry::new("grant.given", "grant", grant).unit(unit).version(1).after(&role.code)?);
    Ok(Held { login, name: name.to_owned(), unit: crate::units::view::name(tx, unit, from)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_person_for_every_role() {
        assert!(PEOPLE.len() >= ROLES.len());
    }
}
