//! The country: its schools, and of one neighbourhood after the other everybody at them.

use std::collections::{BTreeMap, HashSet};

use base::{Date, Error, PersonName, Result, SchoolYear, UnitId, Uuid, school_year::Turn, vi};
use registry::load::people::{Class, Employment, Kin, People, Person, School, Stay};
use registry::people::person::code;
use registry::people::secrets::Secret;

use crate::draw::Draw;
use crate::family::{self, Being, Family};
use crate::lessons;
use crate::names;
use crate::plan::{self, Kind, Neighbourhood, moment};

/// Codes of lists, looked up once.
#[derive(Clone, Debug)]
struct Codes {
    boy: String,
    girl: String,
    studying: String,
    came: String,
    gone: String,
    working: String,
    teacher: String,
    /// Group and position of those who do not teach.
    others: Vec<(String, String)>,
    peoples: BTreeMap<names::People, String>,
}

impl Codes {
    fn find() -> Result<Self> {
        let spec = rules::sector::qd4998()?;
        let of = |list: &str, name: &str| {
            code(spec, list, name).ok_or_else(|| Error::internal(format!("{list} says nothing of {name}")))
        };
        let mut peoples = BTreeMap::new();
        for people in names::ALL {
            peoples.insert(people, of("DM_DAN_TOC", people.name())?);
        }
        Ok(Self {
            boy: of("DM_GIOI_TINH", "Nam")?,
            girl: of("DM_GIOI_TINH", "Nữ")?,
            studying: of("DM_TRANG_THAI_HOC_SINH", "Đang học")?,
            came: of("DM_TRANG_THAI_HOC_SINH", "Chuyển đến kỳ 1")?,
            gone: of("DM_TRANG_THAI_HOC_SINH", "Chuyển đi kỳ 1")?,
            working: of("DM_TRANG_THAI_CAN_BO", "Đang làm việc")?,
            teacher: of("DM_NHOM_CAN_BO", "Giáo viên")?,
            others: plan::NOT_TEACHING
                .iter()
                .map(|(group, position)| Ok((of("DM_NHOM_CAN_BO", group)?, of("DM_LOAI_CAN_BO", position)?)))
                .collect::<Result<_>>()?,
            peoples,
        })
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Where everything comes from.
    pub seed: u64,
    /// Schools.
    pub schools: usize,
    /// The day on which the country stands so.
    pub day: Date,
    /// How often each sort of error is made, in a million.
    pub errors: u64,
}

/// A made-up country.
#[derive(Debug)]
pub struct Country {
    wanted: Wanted,
    year: SchoolYear,
    codes: Codes,
    plan: Vec<Neighbourhood>,
}

/// A child at a school.
#[derive(Clone, Copy)]
struct At<'a> {
    child: &'a Being,
    family: &'a Family,
    /// The school they came from this year, by its place in the neighbourhood.
    from: Option<usize>,
    /// Written down a second time, with a slip.
    twice: bool,
}

impl Country {
    /// Plans a country.
    pub fn new(wanted: Wanted) -> Result<Self> {
        Self::of(wanted, |year| plan::plan(wanted.seed, year, wanted.schools))
    }

    /// The country of a plan, which is made for the year that the school year begins in.
    pub(crate) fn of(wanted: Wanted, plan: impl FnOnce(i16) -> Result<Vec<Neighbourhood>>) -> Result<Self> {
        let year = SchoolYear::of(wanted.day, Turn::default())
            .ok_or_else(|| Error::internal("the day lies in no school year"))?;
        Ok(Self { wanted, year, codes: Codes::find()?, plan: plan(year.start())? })
    }

    /// Its schools.
    #[must_use]
    pub fn schools(&self) -> Vec<School> {
        self.plan.iter().flat_map(|near| near.schools.iter().map(|one| one.school.clone())).collect()
    }

    /// How many neighbourhoods it has.
    #[must_use]
    pub fn neighbourhoods(&self) -> usize {
        self.plan.len()
    }

    /// The first day of its school year.
    #[must_use]
    pub fn first_day(&self) -> Date {
        self.year.interval(Turn::default()).from()
    }

    fn families(&self, near: &Neighbourhood) -> Vec<Family> {
        let region = names::region(near.province);
        let places: HashSet<usize> = near.schools.iter().map(|one| one.place).collect();
        let mut all = Vec::new();
        for place in 0..4 {
            let mut draw = Draw::of(self.wanted.seed, 4, (near.n << 4) | u64::try_from(place).unwrap_or(0));
            let count = draw.between(near.families.0, near.families.1);
            if !places.contains(&place) {
                continue;
            }
            let year = self.year.start();
            let one = |nth| family::family(self.wanted.seed, year, (near.n, place, nth), near.province, region);
            all.extend((0..count).filter_map(one));
        }
        all
    }

    /// Whom each school of a neighbourhood has.
    fn seated<'a>(&self, near: &Neighbourhood, families: &'a [Family]) -> Vec<Vec<At<'a>>> {
        let mut at: Vec<Vec<At<'a>>> = near.schools.iter().map(|_| Vec::new()).collect();
        let mut draw = Draw::of(self.wanted.seed, 5, near.n);
        for family in families {
            for child in &family.children {
                let age = self.year.start() - child.born.0;
                let goes = match age {
                    3 => 700_000,
                    4 => 860_000,
                    5 => 980_000,
                    6..=14 => 990_000,
                    _ => 780_000,
                };
                let takes = |own: bool| {
                    let place = family.place;
                    move |(_, one): &(usize, &plan::Planned)| one.kind.takes(age) && (!own || one.place == place)
                };
                let schools = || near.schools.iter().enumerate();
                let mut near_by: Vec<usize> = schools().filter(takes(true)).map(|(n, _)| n).collect();
                if near_by.is_empty() && age >= 15 {
                    near_by = schools().filter(takes(false)).map(|(n, _)| n).collect();
                }
                let goes = draw.happens(goes);
                let pick = draw.at(near_by.len());
                let moved = draw.happens(12_000);
                let twice = draw.happens(self.wanted.errors);
                let Some(school) = near_by.get(pick).copied().filter(|_| goes) else { continue };
                let other = schools().find(|(n, one)| *n != school && one.kind.takes(age)).map(|(n, _)| n);
                if let Some(list) = at.get_mut(school) {
                    list.push(At { child, family, from: other.filter(|_| moved && age >= 6), twice });
                }
            }
        }
        at
    }

    /// Everybody at the schools of a neighbourhood, school by school, in the order in which they are to be loaded.
    pub fn people(&self, neighbourhood: usize) -> Result<Vec<(UnitId, People)>> {
        let near =
            self.plan.get(neighbourhood).ok_or_else(|| Error::internal("the country has no such neighbourhood"))?;
        let families = self.families(near);
        let seated = self.seated(near, &families);
        let mut told = Teller {
            country: self,
            near,
            draw: Draw::of(self.wanted.seed, 6, near.n),
            known: HashSet::new(),
            came: near.schools.iter().map(|_| Vec::new()).collect(),
            ids: 0,
            codes: 0,
        };
        let mut all: Vec<(UnitId, People)> = Vec::with_capacity(near.schools.len());
        for (at, (school, pupils)) in near.schools.iter().zip(&seated).enumerate() {
            all.push((school.school.id, told.school(at, school.kind, pupils)?));
        }
        // Who left a school this year was seen by the school they came to first.
        let came = std::mem::take(&mut told.came);
        for ((_, people), former) in all.iter_mut().zip(came) {
            for (stay, folded) in former {
                people.named.push((stay.person, folded));
                people.stays.push(stay);
            }
        }
        // A person is loaded before they are named: whoever is only named at a school loaded earlier changes places with it.
        Ok(in_order(all))
    }
}

/// Moves each person to the first school that speaks of them.
fn in_order(mut all: Vec<(UnitId, People)>) -> Vec<(UnitId, People)> {
    let mut seen: HashSet<Uuid> = HashSet::new();
    let mut early: Vec<(usize, Uuid)> = Vec::new();
    for (at, (_, people)) in all.iter_mut().enumerate() {
        seen.extend(people.people.iter().map(|one| one.id));
        people.named.retain(|(id, _)| {
            if !seen.contains(id) {
                seen.insert(*id);
                early.push((at, *id));
                return false;
            }
            true
        });
    }
    for (at, id) in early {
        let later = all.iter().position(|(_, people)| people.people.iter().any(|one| one.id == id));
        let Some(later) = later else { continue };
        let Some((_, people)) = all.get_mut(later) else { continue };
        let Some(n) = people.people.iter().position(|one| one.id == id) else { continue };
        let person = people.people.remove(n);
        people.named.push((id, vi::fold(&person.name.full())));
        let (moved, rest) = std::mem::take(&mut people.secrets).into_iter().partition(|(whose, ..)| *whose == id);
        people.secrets = rest;
        if let Some((_, first)) = all.get_mut(at) {
            first.people.push(person);
            first.secrets.extend::<Vec<_>>(moved);
        }
    }
    all
}

/// Writes a neighbourhood down.
struct Teller<'c> {
    country: &'c Country,
    near: &'c Neighbourhood,
    draw: Draw,
    known: HashSet<Uuid>,
    /// By school: stays of children who went from it to another.
    came: Vec<Vec<(Stay, String)>>,
    ids: u64,
    codes: u64,
}

impl Teller<'_> {
    fn id(&mut self) -> Uuid {
        self.ids += 1;
        let at = moment(self.country.year.start(), self.near.n, self.ids);
        self.draw.id(at)
    }

    /// The next of the sector's codes.
    fn code(&mut self) -> String {
        self.codes += 1;
        format!("{}{:08}", self.near.province, self.near.n * 20_000 + self.codes)
    }

    fn errs(&mut self) -> bool {
        self.draw.happens(self.country.wanted.errors)
    }

    /// Somebody as they are written down, with what is kept under lock.
    fn person(&mut self, being: &Being, to: &mut People, pupil: bool, staff: bool) {
        let (year, month, day) = being.born;
        let codes = &self.country.codes;
        let sex = if being.girl { codes.girl.clone() } else { codes.boy.clone() };
        let ethnic = codes.peoples.get(&being.people).cloned();
        // Of relatives lists say the year.
        let birth = if pupil || staff { format!("{year:04}-{month:02}-{day:02}") } else { format!("{year:04}") };
        let birth = if self.errs() { Some(format!("{year:04}")) } else { Some(birth) };
        let (no_sex, no_ethnic, no_number, slip) = (self.errs(), self.errs(), self.errs(), self.errs());
        if (pupil || staff) && !no_number {
            let number = if slip { self.slipped(&being.number) } else { being.number.clone() };
            to.secrets.push((being.id, Secret::PersonalNumber, number));
        }
        let code = if pupil || staff { Some(self.code()) } else { None };
        to.people.push(Person {
            id: being.id,
            name: being.name.clone(),
            birth,
            sex: Some(sex).filter(|_| !no_sex && (pupil || staff)),
            ethnic_group: ethnic.filter(|_| !no_ethnic && (pupil || staff)),
            pupil_code: code.clone().filter(|_| pupil),
            staff_code: code.filter(|_| staff),
        });
    }

    /// A number with one wrong digit.
    fn slipped(&mut self, number: &str) -> String {
        let at = self.draw.at(number.len());
        let other = |c: char| c.to_digit(10).and_then(|digit| char::from_digit((digit + 1) % 10, 10)).unwrap_or(c);
        number.chars().enumerate().map(|(n, c)| if n == at { other(c) } else { c }).collect()
    }

    fn school(&mut self, at: usize, kind: Kind, pupils: &[At<'_>]) -> Result<People> {
        let mut to = People { year: i64::from(self.country.year.start()), ..People::default() };
        let mut by_grade: BTreeMap<i16, Vec<At<'_>>> = BTreeMap::new();
        for one in pupils {
            let age = self.country.year.start() - one.child.born.0;
            by_grade.entry(age).or_default().push(*one);
        }
        for (age, mut pupils) in by_grade {
            pupils.sort_by_key(|one| one.child.id);
            let count = pupils.len().div_ceil(kind.class_size());
            let mut classes = Vec::with_capacity(count);
            for n in 0..count {
                let id = self.id();
                let (code, grade) = called(age, kind, n);
                to.classes.push(Class { id, code, grade });
                classes.push(id);
            }
            for (n, one) in pupils.into_iter().enumerate() {
                let class = classes.get(n % count.max(1)).copied();
                self.pupil(at, one, class, &mut to)?;
            }
        }
        self.staff(kind, &mut to);
        let from = self.lessons_from()?;
        lessons::teach(kind, &mut to, &mut || self.id(), from)?;
        Ok(to)
    }

    /// The first day of lessons, as the province has it.
    fn lessons_from(&self) -> Result<Date> {
        Ok(rules::calendar::vietnam()?.propose(self.country.year, Some(self.near.province)).first_day)
    }

    fn pupil(&mut self, at: usize, one: At<'_>, class: Option<Uuid>, to: &mut People) -> Result<()> {
        let first = self.country.first_day();
        self.person(one.child, to, true, false);
        let moved = base::time::date_from_days(base::time::days_since_1970(first) + 40)
            .filter(|day| *day < self.country.wanted.day);
        let (mut from, mut transfer) = (first, None);
        if let (Some(former), Some(day)) = (one.from.filter(|former| *former != at), moved) {
            let step = self.id();
            (from, transfer) = (day, Some(step));
            let stay = Stay {
                id: self.id(),
                person: one.child.id,
                from: first,
                to: Some(day),
                transfer: Some(step),
                status: self.country.codes.gone.clone(),
                class: None,
            };
            if let Some(list) = self.came.get_mut(former) {
                list.push((stay, vi::fold(&one.child.name.full())));
            }
        }
        let stay = Stay {
            id: self.id(),
            person: one.child.id,
            from,
            to: None,
            transfer,
            status: if transfer.is_some() { &self.country.codes.came } else { &self.country.codes.studying }.clone(),
            class,
        };
        to.stays.push(stay);
        self.family(one.child.id, one.family, to);
        if one.twice {
            self.again(one, class, to);
        }
        Ok(())
    }

    /// The same child, written down once more by somebody else.
    fn again(&mut self, one: At<'_>, class: Option<Uuid>, to: &mut People) {
        let id = self.id();
        let swapped = self.draw.happens(300_000);
        let (year, month, day) = one.child.born;
        let born = if swapped && day <= 12 { (year, day, month) } else { one.child.born };
        let name = slip(&one.child.name, self.draw.below(3));
        let twin = Being { id, name, born, number: one.child.number.clone(), ..one.child.clone() };
        self.person(&twin, to, true, false);
        to.stays.push(Stay {
            id: self.id(),
            person: id,
            from: self.country.first_day(),
            to: None,
            transfer: None,
            status: self.country.codes.studying.clone(),
            class,
        });
        self.family(id, one.family, to);
    }

    fn family(&mut self, child: Uuid, family: &Family, to: &mut People) {
        let father = family.father.as_ref().map(|one| ("father", one, family.occupations[0]));
        let mother = ("mother", &family.mother, family.occupations[1]);
        for (relation, being, work) in father.into_iter().chain([mother]) {
            if self.known.insert(being.id) {
                self.person(being, to, false, false);
                if let Some(phone) = family.phone.as_ref().filter(|_| relation == "mother") {
                    to.secrets.push((being.id, Secret::Phone, phone.clone()));
                }
            }
            to.kin.push(Kin { child, relation, relative: being.id, occupation: Some(work) });
        }
    }

    fn staff(&mut self, kind: Kind, to: &mut People) {
        let classes: Vec<Uuid> = to.classes.iter().map(|class| class.id).collect();
        let teachers = (classes.len() * kind.teachers()).div_ceil(10);
        let codes = &self.country.codes;
        let teach = std::iter::repeat_n((&codes.teacher, None), teachers);
        let others = codes.others.iter().map(|(group, position)| (group, Some(position)));
        let region = names::region(self.near.province);
        for (n, (group, position)) in teach.chain(others).enumerate() {
            let girl = self.draw.happens(kind.women());
            let people = names::people(&mut self.draw, self.near.province);
            let family = names::family(&mut self.draw, people, region);
            let Some(name) = names::name(&mut self.draw, people, family, girl, false) else { continue };
            let years = i16::try_from(self.draw.between(24, 58)).unwrap_or(40);
            let year = self.country.year.start();
            self.ids += 1;
            let at = (moment(year, self.near.n, self.ids), self.near.province);
            let being = family::being(&mut self.draw, at, (name, people), year - years, girl);
            self.person(&being, to, false, true);
            let phone = family::phone(&mut self.draw);
            to.secrets.push((being.id, Secret::Phone, phone));
            to.staff.push(Employment {
                id: self.id(),
                person: being.id,
                from: self.country.first_day(),
                status: self.country.codes.working.clone(),
                group: group.clone(),
                position: position.cloned(),
                leads: classes.get(n).copied().filter(|_| position.is_none()),
            });
        }
    }
}

/// A class's code and its grade, a code of DM_KHOI.
fn called(age: i16, kind: Kind, n: usize) -> (String, String) {
    if kind == Kind::Nursery {
        let (word, grade) = match age {
            3 => ("Mầm", 16),
            4 => ("Chồi", 17),
            _ => ("Lá", 18),
        };
        return (format!("{word} {}", n + 1), grade.to_string());
    }
    let grade = age - 5;
    let letter = char::from(b'A' + u8::try_from(n % 26).unwrap_or(0));
    let code = if grade <= 5 && n < 26 { format!("{grade}{letter}") } else { format!("{grade}A{}", n + 1) };
    (code, grade.to_string())
}

/// A name as somebody in a hurry writes it.
fn slip(name: &PersonName, how: u64) -> PersonName {
    let with = |middle: &str, given: &str| PersonName::from_parts(&name.family, middle, given);
    let other = match how {
        // A mark forgotten.
        0 => {
            let plain: String = vi::fold(&name.given);
            let mut letters = plain.chars();
            let capital = letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>());
            capital.and_then(|given| with(&name.middle, &given))
        }
        // The word for a girl forgotten.
        1 => with(name.middle.trim_start_matches("Thị ").trim(), &name.given),
        // y for i.
        _ => with(
            &name.middle.replace("Thùy", "Thuỳ").replace("Mỹ", "Mĩ"),
            &name.given.replace("Ly", "Li").replace("Vy", "Vi"),
        ),
    };
    other.unwrap_or_else(|| name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(seed: u64, schools: usize, errors: u64) -> Wanted {
        Wanted { seed, schools, day: "2026-11-20".parse().expect("a day"), errors }
    }

    fn all(wanted: Wanted) -> Vec<(UnitId, People)> {
        let country = Country::new(wanted).expect("plans");
        (0..country.neighbourhoods()).flat_map(|n| country.people(n).expect("tells")).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_country_and_another_another() {
        let one = all(wanted(7, 20, 10_000));
        assert_eq!(one, all(wanted(7, 20, 10_000)));
        assert_ne!(one, all(wanted(8, 20, 10_000)));
        // Errors change records, never who there is.
        let without = all(wanted(7, 20, 0));
        let stays = |all: &[(UnitId, People)]| all.iter().map(|(_, people)| people.stays.len()).sum::<usize>();
        assert!(stays(&one) > stays(&without), "some are written down twice");
        // A larger country has the smaller one's schools first.
        let plan = |count| Country::new(wanted(7, count, 0)).expect("plans").schools();
        assert_eq!(plan(20), plan(200)[..20]);
    }

    #[test]
    fn levels_stand_in_true_proportions_and_names_are_names() {
        let schools = Country::new(wanted(7, 4_000, 0)).expect("plans").schools();
        let share =
            |level: &str| schools.iter().filter(|one| one.levels.contains(&level)).count() * 100 / schools.len();
        assert!((32..40).contains(&share("MN")), "{}", share("MN"));
        assert!(
            (28..38).contains(&share("TH")) && (24..32).contains(&share("THCS")),
            "{} {}",
            share("TH"),
            share("THCS")
        );
        assert!((5..9).contains(&share("THPT")) && share("GDTX") <= 2);
        let codes: HashSet<&str> = schools.iter().map(|one| one.code.as_str()).collect();
        let names: HashSet<(&str, &str)> = schools.iter().map(|one| (one.commune, one.name.as_str())).collect();
        assert_eq!((codes.len(), names.len()), (4_000, 4_000));
        let people = all(wanted(7, 42, 0));
        let full: Vec<String> = people.iter().flat_map(|(_, at)| &at.people).map(|one| one.name.full()).collect();
        assert!(full.iter().all(|name| base::vi::clean(name) == *name && PersonName::split(name).is_some()));
        let nguyen = full.iter().filter(|name| name.starts_with("Nguyễn ")).count() * 100 / full.len();
        assert!((18..36).contains(&nguyen), "{nguyen}");
    }

    /// Every class of a school with a programme has it to the period, each lesson by whoever teaches it, nobody twice at
    /// once; and each class is led by one person, above primary school by somebody who teaches it.
    fn taught_without_a_clash(at: &People) {
        let Some(week) = &at.timetable else {
            assert!(at.subjects.is_empty() && at.teaching.is_empty());
            return;
        };
        let asked: i64 = at.subjects.iter().map(|one| one.week_one).sum();
        assert_eq!(i64::try_from(week.lessons.len()), Ok(asked));
        let by: BTreeMap<(Uuid, &str), Uuid> =
            at.teaching.iter().map(|one| ((one.class, one.subject), one.staff)).collect();
        let mut seen: HashSet<(Uuid, i64, &str, i64)> = HashSet::new();
        for lesson in &week.lessons {
            assert_eq!(by.get(&(lesson.class, lesson.subject)), Some(&lesson.staff));
            for whom in [lesson.class, lesson.staff] {
                assert!(seen.insert((whom, lesson.day, lesson.half_day, lesson.period)), "{lesson:?}");
            }
        }
        let led: HashSet<Uuid> = at.staff.iter().filter_map(|one| one.leads).collect();
        assert_eq!(led.len(), at.classes.len());
        for one in at.staff.iter().filter(|one| one.leads.is_some()) {
            assert!(at.teaching.iter().any(|taught| taught.staff == one.id && Some(taught.class) == one.leads));
        }
    }

    #[test]
    fn everybody_is_new_once_and_children_have_families_at_different_schools() {
        let people = all(wanted(3, 28, 5_000));
        let mut known: HashSet<Uuid> = HashSet::new();
        let mut schools_of: BTreeMap<Uuid, HashSet<UnitId>> = BTreeMap::new();
        let (mut pupils, mut moved) = (0, 0);
        for (school, at) in &people {
            for person in &at.people {
                assert!(known.insert(person.id), "is new once");
            }
            assert!(at.named.iter().all(|(id, _)| known.contains(id)), "who is only named was loaded");
            assert!(at.stays.iter().all(|stay| known.contains(&stay.person)));
            assert!(at.kin.iter().all(|kin| known.contains(&kin.child) && known.contains(&kin.relative)));
            for kin in &at.kin {
                schools_of.entry(kin.relative).or_default().insert(*school);
            }
            pupils += at.stays.len();
            moved += at.stays.iter().filter(|stay| stay.to.is_some()).count();
            let staff = at.people.iter().filter(|one| one.staff_code.is_some()).count();
            assert_eq!(staff, at.staff.len());
            taught_without_a_clash(at);
        }
        assert!(pupils > 8_000, "{pupils}");
        assert!((pupils / 400..pupils / 40).contains(&moved), "{moved} of {pupils}");
        let two = schools_of.values().filter(|schools| schools.len() > 1).count();
        assert!(two * 4 > schools_of.len(), "{two} of {} parents have children at two schools", schools_of.len());
    }
}
