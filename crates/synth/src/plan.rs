//! Which schools there are and where. Schools come in neighbourhoods of four communes with one upper-secondary school, so
//! that families find a school for each of their children.

use std::collections::HashMap;

use base::{Error, Result, UnitId, Uuid};
use registry::load::people::School;
use rules::units::Commune;

use crate::draw::Draw;
use crate::names;

/// What a school is, as far as the plan goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Trường mầm non.
    Nursery,
    /// Trường tiểu học.
    Primary,
    /// Trường THCS.
    Lower,
    /// Trường tiểu học và THCS.
    PrimaryAndLower,
    /// Trường THPT.
    Upper,
    /// Trung tâm GDNN-GDTX.
    Continuing,
}

impl Kind {
    /// As the units room has its levels.
    #[must_use]
    pub const fn levels(self) -> &'static [&'static str] {
        match self {
            Self::Nursery => &["MN"],
            Self::Primary => &["TH"],
            Self::Lower => &["THCS"],
            Self::PrimaryAndLower => &["TH", "THCS"],
            Self::Upper => &["THPT"],
            Self::Continuing => &["GDTX"],
        }
    }

    const fn called(self) -> &'static str {
        match self {
            Self::Nursery => "Trường Mầm non",
            Self::Primary => "Trường Tiểu học",
            Self::Lower => "Trường THCS",
            Self::PrimaryAndLower => "Trường Tiểu học và THCS",
            Self::Upper => "Trường THPT",
            Self::Continuing => "Trung tâm GDNN-GDTX",
        }
    }

    /// The ages taught, in the year they are reached.
    #[must_use]
    pub fn takes(self, age: i16) -> bool {
        match self {
            Self::Nursery => (3..=5).contains(&age),
            Self::Primary => (6..=10).contains(&age),
            Self::Lower => (11..=14).contains(&age),
            Self::PrimaryAndLower => (6..=14).contains(&age),
            Self::Upper | Self::Continuing => (15..=17).contains(&age),
        }
    }

    /// Pupils of a class, at most.
    #[must_use]
    pub const fn class_size(self) -> usize {
        match self {
            Self::Nursery => 28,
            Self::Primary | Self::PrimaryAndLower => 34,
            Self::Lower => 41,
            Self::Upper | Self::Continuing => 43,
        }
    }

    /// Teachers for ten classes.
    #[must_use]
    pub const fn teachers(self) -> usize {
        match self {
            Self::Nursery | Self::Upper => 23,
            Self::Primary => 16,
            Self::Lower | Self::PrimaryAndLower => 20,
            Self::Continuing => 18,
        }
    }

    /// Women among the staff, of a million.
    #[must_use]
    pub const fn women(self) -> u64 {
        match self {
            Self::Nursery => 985_000,
            Self::Primary => 790_000,
            Self::Lower | Self::PrimaryAndLower => 690_000,
            Self::Upper | Self::Continuing => 640_000,
        }
    }
}

/// Who teaches nobody and stands last among a school's staff: the group and the position, as the sector's lists name them.
pub const NOT_TEACHING: [(&str, &str); 6] = [
    ("Cán bộ quản lý", "Hiệu trưởng"),
    ("Cán bộ quản lý", "Phó hiệu trưởng"),
    ("Cán bộ quản lý", "Phó hiệu trưởng"),
    ("Nhân viên", "Nhân viên văn thư"),
    ("Nhân viên", "Nhân viên kế toán"),
    ("Nhân viên", "Nhân viên y tế"),
];

/// Four communes' schools: in which of them, and what. In this order a plan that is cut off has something of each level. Of
/// a hundred schools of the country 36 are for the youngest, 29 primary, 25 lower, 7 upper secondary; 5 are of two levels.
const NEIGHBOURHOOD: [(usize, Kind); 14] = [
    (0, Kind::Primary),
    (0, Kind::Lower),
    (0, Kind::Nursery),
    (0, Kind::Upper),
    (1, Kind::Nursery),
    (1, Kind::Primary),
    (1, Kind::Lower),
    (2, Kind::Nursery),
    (2, Kind::PrimaryAndLower),
    (3, Kind::Nursery),
    (3, Kind::Primary),
    (3, Kind::Lower),
    (3, Kind::Nursery),
    (1, Kind::Primary),
];

/// A school of a neighbourhood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// What the units room is told.
    pub school: School,
    /// What it is.
    pub kind: Kind,
    /// In which of the four communes.
    pub place: usize,
}

/// Four communes that lie together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbourhood {
    /// Its number.
    pub n: u64,
    /// The province's code.
    pub province: &'static str,
    /// How many families a commune of it has: at least, at most.
    pub families: (u64, u64),
    /// Its schools.
    pub schools: Vec<Planned>,
}

/// A time of ids: later neighbourhoods have later ones, as in a database that grew.
#[must_use]
pub fn moment(year: i16, neighbourhood: u64, n: u64) -> i64 {
    let year = i64::from(year - 1_970) * 31_556_952_000;
    year + i64::try_from(neighbourhood * 40_000 + n).unwrap_or(0)
}

/// So many schools.
pub fn plan(seed: u64, year: i16, count: usize) -> Result<Vec<Neighbourhood>> {
    let units = rules::units::vietnam()?;
    let mut by_province: Vec<Vec<&Commune>> = Vec::new();
    for province in &units.provinces {
        let communes: Vec<&Commune> = units.communes.iter().filter(|one| one.province == province.code).collect();
        by_province.extend(communes.chunks_exact(4).map(<[_]>::to_vec));
    }
    if by_province.is_empty() {
        return Err(Error::internal("the country has no communes"));
    }
    // Shuffled once, so that a small country is from everywhere; a large one goes round again.
    let mut draw = Draw::of(seed, 1, 0);
    for at in (1..by_province.len()).rev() {
        let other = draw.at(at + 1);
        by_province.swap(at, other);
    }
    let mut called: HashMap<(Kind, &'static str), usize> = HashMap::new();
    let (mut all, mut made) = (Vec::new(), 0);
    for (n, communes) in (0u64..).zip(by_province.iter().cycle()) {
        if made >= count {
            break;
        }
        let mut draw = Draw::of(seed, 2, n);
        let mut of = NEIGHBOURHOOD.to_vec();
        if n % 4 == 1 {
            of.push((0, Kind::Continuing));
        }
        of.truncate(count - made);
        let mut schools = Vec::with_capacity(of.len());
        for (place, kind) in of {
            let Some(commune) = communes.get(place) else { continue };
            let times = called.entry((kind, commune.code)).or_default();
            *times += 1;
            let number = if *times > 1 { format!(" số {times}") } else { String::new() };
            made += 1;
            let id: Uuid = draw.id(moment(year, n, 0));
            schools.push(Planned {
                school: School {
                    id: UnitId(id),
                    name: format!("{} {}{number}", kind.called(), commune.name),
                    code: format!("{}{made:06}", commune.province),
                    levels: kind.levels().to_vec(),
                    commune: commune.code,
                    province: commune.province,
                },
                kind,
                place,
            });
        }
        let province = communes.first().map_or("01", |commune| commune.province);
        // Mountains are thinly peopled.
        let remote: u64 = names::peoples(province).iter().map(|(_, share)| share).sum();
        let families = if remote > 400 { (300, 750) } else { (500, 1_150) };
        all.push(Neighbourhood { n, province, families, schools });
    }
    Ok(all)
}
