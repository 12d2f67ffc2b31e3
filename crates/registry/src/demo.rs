//! The units and people of `khue demo`: the whole country from its pack, a few invented schools under real communes of one
//! province, and one invented person for each role.

use auth::grants::{self, NewGrant};
use auth::role::{ROLES, Role};
use auth::{accounts, passwords};
use base::{AccountId, ClassId, Ctx, Date, Error, Result, UnitId};
use db::{Db, Entry, Tx};

use crate::classes::{self, create::CreateClass};
use crate::load;
use crate::people::NewPerson;
use crate::people::kinship::{NewRelative, Relation};
use crate::pupils::{self, admit::Admit};
use crate::staff::account::{LinkAccount, link};
use crate::staff::employ::{self, Employ, NewStaff};
use crate::teaching::homeroom::{self, SetHomeroom};
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
    /// The class that the teacher leads.
    class: ClassId,
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
    let (mut last_campus, mut class) = (None, None);
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
        if let Some(first) = fill_school(tx, school, grades(level))?.filter(|_| n == STAFFED) {
            class = Some(first);
        }
        made.push(school);
    }
    Ok(Places {
        office: load::commune_office(communes[0].code),
        school: made[STAFFED],
        campus: last_campus.ok_or_else(|| Error::internal("the demonstration has no campus"))?,
        class: class.ok_or_else(|| Error::internal("the demonstration has no class"))?,
    })
}

/// Pupils of a class.
const IN_A_CLASS: usize = 35;
/// Parts of invented names.
const FAMILIES: [&str; 11] = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô", "Đinh"];
const BOYS: [&str; 13] = [
    "Văn An",
    "Đức Anh",
    "Minh Đức",
    "Quang Huy",
    "Gia Bảo",
    "Hữu Phước",
    "Tuấn Kiệt",
    "Hoàng Long",
    "Nhật Minh",
    "Anh Quân",
    "Thành Trung",
    "Xuân Trường",
    "Quốc Việt",
];
const GIRLS: [&str; 13] = [
    "Thị Ánh",
    "Ngọc Ánh",
    "Khánh Chi",
    "Thuỳ Dương",
    "Thu Hà",
    "Thị Hoa",
    "Bảo Ngọc",
    "Minh Khuê",
    "Phương Linh",
    "Tuyết Mai",
    "Yến Nhi",
    "Thảo Nguyên",
    "Hải Yến",
];

/// The grades of a level that the demonstration fills with a class each.
fn grades(level: &str) -> &'static [i16] {
    match level {
        "TH" => &[1, 2],
        "THCS" => &[6, 7, 8, 9],
        "THPT" => &[10, 11],
        _ => &[],
    }
}

/// Fills a school with a class of each grade and its pupils, with mothers, some of them sisters and brothers. Answers the
/// first class.
pub fn fill_school(tx: &mut Tx<'_>, school: UnitId, grades: &[i16]) -> Result<Option<ClassId>> {
    let year = classes::year_of(tx.today())?;
    let first_day = year.interval(base::school_year::Turn::default()).from();
    let mut first = None;
    for (n, grade) in grades.iter().enumerate() {
        let class = CreateClass {
            year,
            code: format!("{grade}A1"),
            name: None,
            grade: grade.to_string(),
            campus: None,
            position: None,
        };
        let class = classes::create::create(tx, school, &class)?;
        first = first.or(Some(class));
        for i in 0..IN_A_CLASS {
            // Steps that share no factor with the lengths, so that names come back late and not in order.
            let at = n * IN_A_CLASS + i;
            let (family, girl) = (FAMILIES[at * 7 % FAMILIES.len()], at % 2 == 1);
            let given = if girl { GIRLS[at * 5 % GIRLS.len()] } else { BOYS[at * 5 % BOYS.len()] };
            let born = format!("{:04}-{:02}-{:02}", year.start() - grade - 5, at % 12 + 1, at * 3 % 28 + 1);
            let mother = NewRelative {
                relation: Relation::Mother,
                // Every third of a class has a sister or brother in the next.
                full_name: format!(
                    "{} {}",
                    FAMILIES[i % FAMILIES.len()],
                    GIRLS[if i % 3 == 0 { i } else { at } % GIRLS.len()]
                ),
                birth: Some(format!("{}", 1982 + i % 9)),
                phone: None,
                occupation: Some(["Nông dân", "Công nhân", "Giáo viên", "Kinh doanh"][i % 4].to_owned()),
                corrects: None,
            };
            let pupil = NewPerson {
                full_name: format!("{family} {given}"),
                birth: Some(born),
                sex: Some(if girl { "Nữ" } else { "Nam" }.to_owned()),
                nationality: Some("VN".to_owned()),
                ethnic_group: Some(if at % 17 == 3 { "Mường" } else { "Kinh" }.to_owned()),
                ..NewPerson::default()
            };
            let admit = Admit {
                person: None,
                pupil: Some(pupil),
                personal_number: None,
                from: first_day,
                class: Some(class),
                position: None,
                repeats: false,
                beside: false,
                relatives: vec![mother],
            };
            pupils::admit::admit(tx, school, &admit)?;
        }
    }
    Ok(first)
}

/// The teacher who signs in works at the school and leads a class.
fn lead(tx: &mut Tx<'_>, school: UnitId, class: ClassId, account: AccountId, name: &str) -> Result<()> {
    let from = classes::year_of(tx.today())?.interval(base::school_year::Turn::default()).from();
    let cmd = Employ {
        person: None,
        staff: Some(NewStaff { full_name: name.to_owned(), ..NewStaff::default() }),
        personal_number: None,
        phone: None,
        email: None,
        from,
        status: None,
        staff_group: Some("Giáo viên".to_owned()),
        position: None,
        contract: None,
    };
    let staff = employ::employ(tx, school, &cmd)?.id;
    link(tx, school, staff, None, &LinkAccount { account })?;
    homeroom::set(tx, school, class, None, &SetHomeroom { staff: Some(staff), from: Some(from) }).map(drop)
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
    if role.code == "teacher" {
        lead(tx, unit, places.class, account, name)?;
    }
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
