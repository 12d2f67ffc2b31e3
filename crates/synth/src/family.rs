//! Families: a father, a mother, one to four children between three and seventeen.

use base::{PersonName, Uuid};

use crate::draw::Draw;
use crate::names::{self, People, Region};
use crate::plan::moment;

/// A grown-up or a child, before anybody writes them down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Being {
    /// Who.
    pub id: Uuid,
    /// Called.
    pub name: PersonName,
    /// Born: year, month, day.
    pub born: (i16, u64, u64),
    /// A girl or a woman.
    pub girl: bool,
    /// Of which people.
    pub people: People,
    /// The citizen's number.
    pub number: String,
}

/// A family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// In which of the four communes they live.
    pub place: usize,
    /// The father; some children have none.
    pub father: Option<Being>,
    /// The mother.
    pub mother: Being,
    /// What they do.
    pub occupations: [&'static str; 2],
    /// A telephone.
    pub phone: Option<String>,
    /// The children, the oldest first.
    pub children: Vec<Being>,
}

const WORK: &[(&str, u64)] = &[
    ("Nông dân", 360),
    ("Công nhân", 230),
    ("Buôn bán", 110),
    ("Lao động tự do", 120),
    ("Giáo viên", 35),
    ("Công chức", 30),
    ("Nhân viên văn phòng", 45),
    ("Lái xe", 30),
    ("Bộ đội", 12),
    ("Y tá", 12),
    ("Nội trợ", 16),
];

/// A citizen's number: province, sex with the century, year, six drawn digits.
pub(crate) fn number(draw: &mut Draw, province: &str, year: i16, girl: bool) -> String {
    let century = if year >= 2_000 { 2 } else { 0 };
    format!("0{province}{}{:02}{}", century + i16::from(girl), year % 100, draw.digits(6))
}

/// A telephone.
pub(crate) fn phone(draw: &mut Draw) -> String {
    let start = draw.one(&["090", "091", "096", "097", "098", "086", "032", "035", "038", "070", "081", "033"], "090");
    format!("{start}{}", draw.digits(7))
}

/// Somebody.
pub(crate) fn being(
    draw: &mut Draw,
    at: (i64, &str),
    (name, people): (PersonName, People),
    year: i16,
    girl: bool,
) -> Being {
    Being {
        id: draw.id(at.0),
        name,
        born: (year, draw.between(1, 12), draw.between(1, 28)),
        girl,
        people,
        number: number(draw, at.1, year, girl),
    }
}

/// The family that is the `nth` of a commune of a neighbourhood; `year` is the one the school year begins in.
pub(crate) fn family(
    seed: u64,
    year: i16,
    (neighbourhood, place, nth): (u64, usize, u64),
    province: &'static str,
    region: Region,
) -> Option<Family> {
    let key = (neighbourhood << 24) | (u64::try_from(place).unwrap_or(0) << 20) | nth;
    let mut draw = Draw::of(seed, 3, key);
    let at = moment(year, neighbourhood, u64::try_from(place).unwrap_or(0) * 9_000 + nth * 5);
    let people = names::people(&mut draw, province);
    let of_father = names::family(&mut draw, people, region);
    let of_mother = names::family(&mut draw, people, region);
    // How many, and how old the oldest is.
    let count = draw.weighted(&[(1u64, 300), (2, 480), (3, 170), (4, 50)], 2);
    let oldest = i16::try_from(draw.between(3, 17)).unwrap_or(10);
    let born =
        |draw: &mut Draw, from: u64, to: u64| year - oldest - i16::try_from(draw.between(from, to)).unwrap_or(27);
    let father_born = born(&mut draw, 22, 38);
    let mother_born = born(&mut draw, 20, 34);
    let father = names::name(&mut draw, people, of_father, false, false)?;
    let mother = names::name(&mut draw, people, of_mother, true, false)?;
    let father = being(&mut draw, (at, province), (father, people), father_born, false);
    let mother = being(&mut draw, (at, province), (mother, people), mother_born, true);
    let mut children: Vec<Being> = Vec::new();
    let mut age = oldest;
    for _ in 0..count {
        if age < 3 {
            break;
        }
        // 111 boys for 100 girls.
        let girl = draw.happens(474_000);
        let name = names::name(&mut draw, people, of_father, girl, true)?;
        let mut child = being(&mut draw, (at, province), (name, people), year - age, girl);
        if let Some(twin) = children.last().filter(|twin| twin.born.0 == child.born.0) {
            child.born = twin.born;
        }
        if children.iter().all(|one| one.name != child.name) {
            children.push(child);
        }
        age -= if draw.happens(10_000) { 0 } else { i16::try_from(draw.between(2, 6)).unwrap_or(3) };
    }
    let has_father = !draw.happens(60_000);
    Some(Family {
        place,
        father: Some(father).filter(|_| has_father),
        mother,
        occupations: [draw.weighted(WORK, "Nông dân"), draw.weighted(WORK, "Nông dân")],
        phone: Some(phone(&mut draw)).filter(|_| !draw.happens(90_000)),
        children,
    })
}
