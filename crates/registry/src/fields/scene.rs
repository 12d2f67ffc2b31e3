//! The least that records with fields stand on: a school, a class, somebody who works there, a pupil. For measuring
//! coverage in a throw-away database, and for tests.

use auth::grants::{self, NewGrant};
use base::school_year::Turn;
use base::{AccountId, PersonName, Result, SchoolYear, UnitId, Uuid, vi};
use db::{Tx, params};

use crate::load;
use crate::people::words;
use crate::units::Levels;
use crate::units::create::{CreateUnit, create};

db::statements! {
    /// Somebody.
    pub PERSON = "INSERT INTO person (id, full_name, family, middle, given, folded, sort_key, verified, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'no', 1)";
    /// A class.
    pub CLASS = "INSERT INTO class (school, id, year, code, name, sort_key, grade, version)
        VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, 1)";
    /// A pupil.
    pub ENROLMENT = "INSERT INTO enrolment (school, id, person, valid_from, came_by, status, beside, version)
        VALUES (?1, ?2, ?3, ?4, 'imported', ?5, FALSE, 1)";
    /// A pupil in a class.
    pub MEMBER = "INSERT INTO class_member (school, class, enrolment, valid_from, repeats) VALUES (?1, ?2, ?3, ?4, FALSE)";
    /// Somebody who works there.
    pub EMPLOYMENT = "INSERT INTO employment (school, id, person, valid_from, status, account, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1)";
    /// The school holds something about somebody.
    pub HOLDS = "INSERT INTO person_unit (unit, person, kind, valid_from) VALUES (?1, ?2, ?3, ?4)";
}

/// The code of the class.
pub const CLASS_CODE: &str = "CHUA-RO";
/// Its grade.
pub const GRADE: &str = "2";

/// Records of one school.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seats {
    /// The school.
    pub school: UnitId,
    /// A class of this school year.
    pub class: Uuid,
    /// An enrolment, in the class.
    pub pupil: Uuid,
    /// An employment.
    pub staff: Uuid,
}

fn person(tx: &mut Tx<'_>, full: &str) -> Result<Uuid> {
    let id: Uuid = tx.new_id();
    let name = PersonName::split(full).ok_or_else(|| base::Error::internal("a name"))?;
    let (folded, key) = (vi::fold(full), name.collation_key());
    tx.exec_one(&PERSON, params![id, full, name.family, name.middle, name.given, folded, key])?;
    Ok(id)
}

/// Seats a class, a pupil (in the class, or in none yet) and somebody who works at a school. Rights are the caller's.
pub fn seat(tx: &mut Tx<'_>, school: UnitId, account: Option<AccountId>, in_class: bool) -> Result<Seats> {
    let from = tx.today();
    let year = SchoolYear::of(from, Turn::AUGUST_1).map(|year| i64::from(year.start()));
    let class: Uuid = tx.new_id();
    tx.exec_one(&CLASS, params![school, class, year, CLASS_CODE, vi::collation_key_of(CLASS_CODE), GRADE])?;
    let (child, worker) = (person(tx, "Chưa Rõ Một")?, person(tx, "Chưa Rõ Hai")?);
    let pupil: Uuid = tx.new_id();
    tx.exec_one(&ENROLMENT, params![school, pupil, child, from, "01"])?;
    if in_class {
        tx.exec_one(&MEMBER, params![school, class, pupil, from])?;
    }
    tx.exec_one(&HOLDS, params![school, child, "pupil", from])?;
    let staff: Uuid = tx.new_id();
    tx.exec_one(&EMPLOYMENT, params![school, staff, worker, from, "1", account])?;
    tx.exec_one(&HOLDS, params![school, worker, "staff", from])?;
    words::reindex_many(tx, &[child.into(), worker.into()])?;
    Ok(Seats { school, class, pupil, staff })
}

/// The province of throw-away schools: the smallest there is to load.
pub const PROVINCE: &str = "04";

/// The communes of the province.
pub fn communes() -> Result<Vec<&'static str>> {
    let units = rules::units::vietnam()?;
    Ok(units.communes.iter().filter(|commune| commune.province == PROVINCE).map(|commune| commune.code).collect())
}

/// Founds a school in the n-th commune.
pub fn school(tx: &mut Tx<'_>, name: &str, code: &str, level: Option<&str>, commune: usize) -> Result<UnitId> {
    let communes = communes()?;
    let place = communes.get(commune).ok_or_else(|| base::Error::internal("a commune"))?;
    let cmd = CreateUnit {
        kind: "school".to_owned(),
        name: name.to_owned(),
        code: Some(code.to_owned()),
        parent: load::commune(place),
        authority: None,
        level: level.map_or(Levels::None, |level| Levels::One(level.to_owned())),
        from: base::Date::constant(2025, 8, 1),
        basis: None,
    };
    Ok(create(tx, &cmd)?.id)
}

/// An account that leads all these schools and administers their province: whoever may do everything here.
pub fn somebody(tx: &mut Tx<'_>, schools: &[UnitId]) -> Result<AccountId> {
    let account = auth::accounts::insert(tx, "coverage", "Coverage", "-", false)?;
    let from = tx.today();
    let mut give = |role: &str, unit: UnitId| {
        grants::insert(tx, &NewGrant { account, role: role.to_owned(), unit, from, to: None }).map(drop)
    };
    give("department_admin", load::department(PROVINCE))?;
    schools.iter().try_for_each(|school| give("head", *school))?;
    Ok(account)
}
