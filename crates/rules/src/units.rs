//! The administrative units of Viet Nam: the state of 1 July 2025, what changed since, and what stood before.

use std::sync::OnceLock;

use base::{Date, Error, Result};

use crate::Pack;
use crate::table::rows;

/// The pack, read.
#[derive(Debug)]
pub struct Units {
    /// The pack it comes from.
    pub pack: &'static Pack,
    /// The 34 provinces and cities.
    pub provinces: Vec<Province>,
    /// The 3,321 communes.
    pub communes: Vec<Commune>,
    /// What changed after the pack's first day, in order.
    pub changes: Vec<Change>,
    /// The 63 provinces and cities before.
    pub old_provinces: Vec<OldProvince>,
    /// Provinces that ended before that day and that people still name; not all that ever were.
    pub earlier_provinces: Vec<EarlierProvince>,
    /// The districts before.
    pub old_districts: Vec<OldDistrict>,
    /// The communes before.
    pub old_communes: Vec<OldCommune>,
    /// Where the old provinces went.
    pub province_lineage: Vec<ProvinceLineage>,
    /// Where the old communes went.
    pub lineage: Vec<Lineage>,
}

/// A province or city (tỉnh, thành phố).
#[derive(Clone, Copy, Debug)]
pub struct Province {
    /// Its code among provinces of today.
    pub code: &'static str,
    /// Its name without the word of the kind.
    pub name: &'static str,
    /// `tinh`, `thanh_pho`.
    pub kind: &'static str,
    /// What formed it; empty when it went on unchanged.
    pub basis: &'static str,
    /// What formed its communes.
    pub commune_basis: &'static str,
}

/// A commune (xã, phường, đặc khu).
#[derive(Clone, Copy, Debug)]
pub struct Commune {
    /// Its code among communes of today.
    pub code: &'static str,
    /// Its province's code.
    pub province: &'static str,
    /// Its name without the word of the kind.
    pub name: &'static str,
    /// `xa`, `phuong`, `dac_khu`.
    pub kind: &'static str,
    /// A point in it, where known.
    pub point: Option<(f64, f64)>,
}

/// One field of one unit changed on a day.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// The first day of the new value.
    pub date: Date,
    /// `province`, `commune`.
    pub level: &'static str,
    /// The unit's code.
    pub code: &'static str,
    /// The column of its table: `kind`, `name`.
    pub field: &'static str,
    /// The value before.
    pub from: &'static str,
    /// The value after.
    pub to: &'static str,
    /// The resolution.
    pub basis: &'static str,
}

/// A province until 30 June 2025.
#[derive(Clone, Copy, Debug)]
pub struct OldProvince {
    /// Its code then.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// `tinh`, `thanh_pho`.
    pub kind: &'static str,
}

/// A province that ended before 30 June 2025, whole into another.
#[derive(Clone, Copy, Debug)]
pub struct EarlierProvince {
    /// Its code then.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// `tinh`.
    pub kind: &'static str,
    /// The first day without it.
    pub closed_on: Date,
    /// The code, until 30 June 2025, of the province it went into.
    pub into: &'static str,
    /// The resolution.
    pub basis: &'static str,
}

/// A district until 30 June 2025.
#[derive(Clone, Copy, Debug)]
pub struct OldDistrict {
    /// Its code.
    pub code: &'static str,
    /// Its province's code then.
    pub province: &'static str,
    /// Its name.
    pub name: &'static str,
    /// `huyen`, `quan`, `thi_xa`, `thanh_pho`.
    pub kind: &'static str,
    /// The first day without it.
    pub closed_on: Date,
}

/// A commune until 30 June 2025.
#[derive(Clone, Copy, Debug)]
pub struct OldCommune {
    /// Its code then.
    pub code: &'static str,
    /// Its district's code.
    pub district: &'static str,
    /// Its province's code then.
    pub province: &'static str,
    /// Its name.
    pub name: &'static str,
    /// `xa`, `phuong`, `thi_tran`.
    pub kind: &'static str,
}

/// An old province is in a province of today.
#[derive(Clone, Copy, Debug)]
pub struct ProvinceLineage {
    /// The old one's code.
    pub old: &'static str,
    /// The code of the one it is in.
    pub new: &'static str,
    /// Whether the same unit went on.
    pub unchanged: bool,
}

/// An old commune (or island district) is, whole or in part, in a commune of today.
#[derive(Clone, Copy, Debug)]
pub struct Lineage {
    /// Whether the old one is a district.
    pub district: bool,
    /// The old one's code.
    pub old: &'static str,
    /// The code of the one it is in.
    pub new: &'static str,
    /// Whether all of it.
    pub whole: bool,
    /// `all`, `some`, `none` of its people.
    pub people: &'static str,
    /// Whether the same unit went on.
    pub unchanged: bool,
}

/// The Vietnamese word of a kind: `xa` is *xã*. An unknown kind is its own word.
#[must_use]
pub fn word(kind: &'static str) -> &'static str {
    match kind {
        "tinh" => "tỉnh",
        "thanh_pho" => "thành phố",
        "xa" => "xã",
        "phuong" => "phường",
        "dac_khu" => "đặc khu",
        "thi_tran" => "thị trấn",
        "huyen" => "huyện",
        "quan" => "quận",
        "thi_xa" => "thị xã",
        other => other,
    }
}

/// The full name: *Phường Ba Đình*.
#[must_use]
pub fn full_name(kind: &'static str, name: &str) -> String {
    let word = word(kind);
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{} {name}", letters.as_str())
}

fn date(text: &str) -> Result<Date> {
    text.parse().map_err(Error::internal)
}

/// The units of Viet Nam.
pub fn vietnam() -> Result<&'static Units> {
    static UNITS: OnceLock<Units> = OnceLock::new();
    if let Some(units) = UNITS.get() {
        return Ok(units);
    }
    let read = read()?;
    Ok(UNITS.get_or_init(|| read))
}

fn read() -> Result<Units> {
    let pack =
        crate::find("units", "vn")?.ok_or_else(|| Error::internal("the units of Viet Nam are not in the program"))?;
    Ok(Units {
        pack,
        provinces: rows(pack.file("provinces.tsv")?, ["code", "name", "kind", "basis", "commune_basis"])?
            .into_iter()
            .map(|[code, name, kind, basis, commune_basis]| Province { code, name, kind, basis, commune_basis })
            .collect(),
        communes: rows(pack.file("communes.tsv")?, ["code", "province_code", "name", "kind", "lat", "lon"])?
            .into_iter()
            .map(|[code, province, name, kind, lat, lon]| {
                let point = lat.parse().ok().zip(lon.parse().ok());
                Commune { code, province, name, kind, point }
            })
            .collect(),
        changes: rows(pack.file("changes.tsv")?, ["date", "level", "code", "field", "from", "to", "basis"])?
            .into_iter()
            .map(|[on, level, code, field, from, to, basis]| {
                Ok(Change { date: date(on)?, level, code, field, from, to, basis })
            })
            .collect::<Result<_>>()?,
        old_provinces: rows(pack.file("old_provinces.tsv")?, ["code", "name", "kind"])?
            .into_iter()
            .map(|[code, name, kind]| OldProvince { code, name, kind })
            .collect(),
        earlier_provinces: rows(
            pack.file("earlier_provinces.tsv")?,
            ["code", "name", "kind", "closed_on", "into_code", "basis"],
        )?
        .into_iter()
        .map(|[code, name, kind, closed, into, basis]| {
            Ok(EarlierProvince { code, name, kind, closed_on: date(closed)?, into, basis })
        })
        .collect::<Result<_>>()?,
        old_districts: rows(pack.file("old_districts.tsv")?, ["code", "province_code", "name", "kind", "closed_on"])?
            .into_iter()
            .map(|[code, province, name, kind, closed]| {
                Ok(OldDistrict { code, province, name, kind, closed_on: date(closed)? })
            })
            .collect::<Result<_>>()?,
        old_communes: rows(pack.file("old_communes.tsv")?, ["code", "district_code", "province_code", "name", "kind"])?
            .into_iter()
            .map(|[code, district, province, name, kind]| OldCommune { code, district, province, name, kind })
            .collect(),
        province_lineage: rows(pack.file("province_lineage.tsv")?, ["old_code", "new_code", "unchanged"])?
            .into_iter()
            .map(|[old, new, unchanged]| ProvinceLineage { old, new, unchanged: unchanged == "1" })
            .collect(),
        lineage: rows(
            pack.file("lineage.tsv")?,
            ["old_level", "old_code", "new_code", "extent", "people", "unchanged"],
        )?
        .into_iter()
        .map(|[level, old, new, extent, people, unchanged]| Lineage {
            district: level == "district",
            old,
            new,
            whole: extent == "whole",
            people,
            unchanged: unchanged == "1",
        })
        .collect(),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    #[test]
    fn the_counts_are_those_of_the_resolutions() {
        let units = vietnam().expect("reads");
        assert_eq!((units.provinces.len(), units.communes.len(), units.old_provinces.len()), (34, 3_321, 63));
        assert_eq!((units.old_districts.len(), units.old_communes.len()), (696, 10_035));
        let of = |kind| units.communes.iter().filter(|commune| commune.kind == kind).count();
        assert_eq!((of("xa"), of("phuong"), of("dac_khu")), (2_621, 687, 13));
        assert_eq!(units.provinces.iter().filter(|province| province.kind == "thanh_pho").count(), 6);
    }

    #[test]
    fn names_are_composed_and_written_with_the_vietnamese_letter() {
        let units = vietnam().expect("reads");
        let names = (units.provinces.iter().map(|u| u.name))
            .chain(units.communes.iter().map(|u| u.name))
            .chain(units.old_provinces.iter().map(|u| u.name))
            .chain(units.earlier_provinces.iter().map(|u| u.name))
            .chain(units.old_districts.iter().map(|u| u.name))
            .chain(units.old_communes.iter().map(|u| u.name));
        for name in names {
            assert_eq!(base::vi::clean(name), name, "{name} is not clean");
            assert!(!name.is_empty() && !name.contains(['\u{d0}', '\u{f0}', '\u{189}']), "{name} has a foreign letter");
        }
    }

    #[test]
    fn every_code_that_is_named_exists() {
        let units = vietnam().expect("reads");
        let provinces: HashSet<_> = units.provinces.iter().map(|u| u.code).collect();
        let communes: HashSet<_> = units.communes.iter().map(|u| u.code).collect();
        let old_provinces: HashSet<_> = units.old_provinces.iter().map(|u| u.code).collect();
        let old_districts: HashSet<_> = units.old_districts.iter().map(|u| u.code).collect();
        let old_communes: HashSet<_> = units.old_communes.iter().map(|u| u.code).collect();
        assert_eq!((communes.len(), old_communes.len(), old_districts.len()), (3_321, 10_035, 696), "codes are unique");
        assert!(units.communes.iter().all(|u| provinces.contains(u.province)));
        assert!(units.old_districts.iter().all(|u| old_provinces.contains(u.province)));
        assert!(
            units.earlier_provinces.iter().all(|u| old_provinces.contains(u.into) && !old_provinces.contains(u.code))
        );
        assert!(!units.earlier_provinces.is_empty());
        assert!(
            units.old_communes.iter().all(|u| old_provinces.contains(u.province) && old_districts.contains(u.district))
        );
        let mut went: HashMap<(bool, &str), Vec<&Lineage>> = HashMap::new();
        for row in &units.lineage {
            let known = if row.district { &old_districts } else { &old_communes };
            assert!(known.contains(row.old) && communes.contains(row.new), "{row:?}");
            assert!(["all", "some", "none"].contains(&row.people), "{row:?}");
            went.entry((row.district, row.old)).or_default().push(row);
        }
        for (old, parts) in &went {
            assert_eq!(
                parts.iter().any(|part| part.whole),
                parts.len() == 1,
                "{old:?} is whole in one or part in several"
            );
        }
        assert!(old_communes.iter().all(|code| went.contains_key(&(false, code))), "every old commune went somewhere");
        let formed: HashSet<_> = units.lineage.iter().map(|row| row.new).collect();
        assert_eq!(formed.len(), communes.len(), "every commune comes from somewhere");
        assert_eq!(units.province_lineage.len(), 63);
        for row in &units.province_lineage {
            assert!(old_provinces.contains(row.old) && provinces.contains(row.new), "{row:?}");
        }
        for change in &units.changes {
            let known = if change.level == "province" { &provinces } else { &communes };
            assert!(known.contains(change.code), "{change:?}");
            assert!(["kind", "name"].contains(&change.field), "{change:?}");
        }
    }

    #[derive(serde::Deserialize)]
    struct Examples {
        as_of: Vec<AsOf>,
        went_to: Vec<WentTo>,
        belongs_to: Vec<BelongsTo>,
    }
    #[derive(serde::Deserialize)]
    struct AsOf {
        date: toml::value::Datetime,
        level: String,
        code: String,
        full_name: String,
    }
    #[derive(serde::Deserialize)]
    struct WentTo {
        old_code: String,
        parts: Vec<Part>,
    }
    #[derive(serde::Deserialize)]
    struct Part {
        new_code: String,
        extent: String,
        people: String,
    }
    #[derive(serde::Deserialize)]
    struct BelongsTo {
        code: String,
        full_name: String,
        province_code: String,
    }

    #[test]
    fn the_pack_s_own_examples_hold() {
        let units = vietnam().expect("reads");
        let examples: Examples = toml::from_str(units.pack.file("examples.toml").expect("is there")).expect("reads");
        let named = |level: &str, code: &str, on: Date| {
            let (mut name, mut kind) = if level == "province" {
                units.provinces.iter().find(|u| u.code == code).map(|u| (u.name, u.kind)).expect("a province")
            } else {
                units.communes.iter().find(|u| u.code == code).map(|u| (u.name, u.kind)).expect("a commune")
            };
            for change in units.changes.iter().filter(|c| c.level == level && c.code == code && c.date <= on) {
                *(if change.field == "kind" { &mut kind } else { &mut name }) = change.to;
            }
            full_name(kind, name)
        };
        for example in &examples.as_of {
            let on = crate::day(&example.date).expect("a day");
            assert_eq!(named(&example.level, &example.code, on), example.full_name, "{on}");
        }
        for example in &examples.went_to {
            let mut found: Vec<_> = units.lineage.iter().filter(|l| !l.district && l.old == example.old_code).collect();
            found.sort_by_key(|row| row.new);
            assert_eq!(found.len(), example.parts.len(), "{}", example.old_code);
            for (row, part) in found.iter().zip(&example.parts) {
                assert_eq!((row.new, row.people), (part.new_code.as_str(), part.people.as_str()));
                assert_eq!(row.whole, part.extent == "whole");
            }
        }
        for example in &examples.belongs_to {
            let commune = units.communes.iter().find(|u| u.code == example.code).expect("a commune");
            assert_eq!(full_name(commune.kind, commune.name), example.full_name);
            assert_eq!(commune.province, example.province_code);
        }
    }

    #[test]
    fn reading_takes_a_moment_even_unoptimised() {
        let clock = base::time::SystemClock;
        let begin = base::Clock::now(&clock);
        read().expect("reads");
        let took = base::Clock::now(&clock).0 - begin.0;
        println!("units of Viet Nam read in {} ms", took / 1_000);
        // A loaded machine is slow: the target is 100 ms, the test only meets an accident.
        assert!(took < 1_000_000, "{took} µs");
    }
}
