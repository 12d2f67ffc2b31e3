//! What `khue demo` is filled with: a neighbourhood of three communes with a school of every kind, by names of their own.

use base::{Date, Error, Result, UnitId};
use registry::demo::Village;
use registry::load::people::School;

use crate::country::{Country, Wanted};
use crate::draw::Draw;
use crate::plan::{Kind, Neighbourhood, Planned, moment};

/// Ninh Bình: three provinces of before, with towns, plains and hills.
pub const PROVINCE: &str = "37";

/// The schools: name, what it is, and in which of the communes.
const SCHOOLS: [(&str, Kind, usize); 6] = [
    ("Trường Mầm non Hoa Gạo", Kind::Nursery, 0),
    ("Trường Tiểu học Đồng Xanh", Kind::Primary, 0),
    ("Trường THCS Nguồn Sáng", Kind::Lower, 0),
    ("Trường Tiểu học và THCS Suối Trong", Kind::PrimaryAndLower, 1),
    ("Trường THPT Chân Trời", Kind::Upper, 1),
    ("Trung tâm GDNN-GDTX Hướng Dương", Kind::Continuing, 2),
];
/// The school whose people sign in.
const STAFFED: usize = 2;
/// The school that has campuses, and what these are called.
const CAMPUSES: (usize, [&str; 2]) = (1, ["Điểm trường Bến Đò", "Điểm trường Gốc Đa"]);
/// Families of a commune: two classes a grade.
const FAMILIES: (u64, u64) = (600, 680);
/// Errors in a million: some hundreds of records have one.
const ERRORS: u64 = 4_000;
const SEED: u64 = 37;

/// The village as it stands on a day.
pub fn village(day: Date) -> Result<Village> {
    let wanted = Wanted { seed: SEED, schools: SCHOOLS.len(), day, errors: ERRORS };
    let country = Country::of(wanted, |year| Ok(vec![neighbourhood(year)?]))?;
    let schools = country.schools();
    let staffed = schools.get(STAFFED).ok_or_else(|| Error::internal("the village has no such school"))?.id;
    let (nth, campuses) = CAMPUSES;
    // Schools are older than the year.
    let from = Date::constant(2025, 8, 1).min(country.first_day());
    Ok(Village {
        province: PROVINCE,
        schools,
        from,
        people: country.people(0)?,
        staffed,
        campuses: (nth, campuses.to_vec()),
    })
}

fn neighbourhood(year: i16) -> Result<Neighbourhood> {
    let units = rules::units::vietnam()?;
    // A town, a village, another town: the first by their codes.
    let of_kind = |kind: &str, nth: usize| {
        let mut found = units.communes.iter().filter(|one| one.province == PROVINCE && one.kind == kind);
        found.nth(nth).map(|one| one.code).ok_or_else(|| Error::internal(format!("{PROVINCE} has no {kind}")))
    };
    let communes = [of_kind("phuong", 0)?, of_kind("xa", 0)?, of_kind("phuong", 1)?];
    let mut draw = Draw::of(SEED, 2, 0);
    let planned = |(n, (name, kind, place)): (usize, &(&str, Kind, usize))| Planned {
        school: School {
            id: UnitId(draw.id(moment(year, 0, 0))),
            name: (*name).to_owned(),
            code: format!("{PROVINCE}THU{:02}", n + 1),
            levels: kind.levels().to_vec(),
            commune: communes[*place],
            province: PROVINCE,
        },
        kind: *kind,
        place: *place,
    };
    let schools = SCHOOLS.iter().enumerate().map(planned).collect();
    Ok(Neighbourhood { n: 0, province: PROVINCE, families: FAMILIES, schools })
}
