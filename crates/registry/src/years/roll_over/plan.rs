//! Which classes the new year has and who goes where: computed from the old one, without a database.

use std::collections::{BTreeMap, BTreeSet};

use base::{Date, UnitId, Uuid, vi};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Decision, Homerooms, RollOver};

/// A class of the year that is left.
#[derive(Clone, Debug)]
pub struct Old {
    /// Which.
    pub id: Uuid,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its grade.
    pub grade: String,
    /// Where it is taught.
    pub campus: Option<UnitId>,
    /// Who leads it.
    pub homeroom: Option<Uuid>,
    /// Who is in it.
    pub members: Vec<Member>,
}

/// Somebody in a class.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// The enrolment.
    pub enrolment: Uuid,
    /// The first day in the class.
    pub valid_from: Date,
    /// The place in the list.
    pub position: Option<i64>,
}

/// A class of the new year that somebody has made already.
#[derive(Clone, Debug)]
pub struct Made {
    /// Which.
    pub id: Uuid,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its grade.
    pub grade: String,
    /// Who is in it already, by enrolment.
    pub members: BTreeSet<Uuid>,
}

/// A class of the new year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RollOverClass)]
pub struct NewClass {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its grade.
    pub grade: String,
    /// The class it comes from; none where it waits for new pupils.
    pub from: Option<Uuid>,
    /// The class, where somebody has made it already.
    pub existing: Option<Uuid>,
    /// Where it is taught.
    #[schema(value_type = Option<Uuid>)]
    pub campus: Option<UnitId>,
    /// Who is proposed to lead it, by employment.
    pub homeroom: Option<Uuid>,
    /// Who will be in it.
    pub members: Vec<NewMember>,
}

/// Somebody in a class of the new year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RollOverMember)]
pub struct NewMember {
    /// The enrolment.
    pub enrolment: Uuid,
    /// The place in the list, kept from the old one.
    pub position: Option<i64>,
    /// Whether the grade is repeated.
    pub repeats: bool,
}

/// Somebody who has finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RollOverFinish)]
pub struct Finishing {
    /// The class.
    pub class: Uuid,
    /// The enrolment.
    pub enrolment: Uuid,
}

/// Something that has to be decided before the year can be left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RollOverObstacle)]
pub struct Obstacle {
    /// A stable code.
    pub code: &'static str,
    /// What to tell.
    pub sentence: String,
    /// The class it is about.
    pub class: Option<Uuid>,
    /// The enrolment it is about.
    pub enrolment: Option<Uuid>,
    /// The pupil's whole name, for whoever may see pupils.
    pub pupil: Option<String>,
}

impl Obstacle {
    /// Says who it is about.
    pub fn name(&mut self, full_name: &str) {
        self.sentence = self.sentence.replacen(SOMEBODY, &format!("Học sinh {full_name}"), 1).replacen(
            &SOMEBODY.to_lowercase(),
            &format!("học sinh {full_name}"),
            1,
        );
        self.pupil = Some(full_name.to_owned());
    }
}

/// How sentences speak of a pupil whose name is not known here.
const SOMEBODY: &str = "Một học sinh";

/// The whole step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RollOverPlan)]
pub struct Plan {
    /// The classes of the new year.
    pub classes: Vec<NewClass>,
    /// Who has finished.
    pub finishing: Vec<Finishing>,
    /// What has to be decided first.
    pub obstacles: Vec<Obstacle>,
}

/// The grade after one, in a school of these levels. After grades 9 and 12 pupils have finished: who goes on to grade 10
/// is decided by the admission, also at a school that has both levels.
#[must_use]
pub fn grade_after(grade: &str, levels: &[String]) -> Option<String> {
    let teaches = |level: &str| levels.iter().any(|one| one == level);
    let number: u8 = grade.parse().ok()?;
    let next = match number {
        1..=4 | 6..=8 | 10 | 11 | 13..=17 => Some(number + 1),
        5 if teaches("THCS") => Some(6),
        _ => None,
    };
    next.map(|next| next.to_string())
}

/// A class's name one grade later: *6A1* becomes *7A1*, *Lớp 9/2* becomes *Lớp 10/2*. A name without the grade stays.
#[must_use]
pub fn name_after(name: &str, grade: &str, next: &str) -> String {
    let is_digit = |sign: Option<char>| sign.is_some_and(|sign| sign.is_ascii_digit());
    for (at, _) in name.match_indices(grade) {
        let before = name[..at].chars().next_back();
        let after = name[at + grade.len()..].chars().next();
        if !is_digit(before) && !is_digit(after) {
            return format!("{}{next}{}", &name[..at], &name[at + grade.len()..]);
        }
    }
    name.to_owned()
}

fn same(a: &str, b: &str) -> bool {
    vi::fold(a) == vi::fold(b)
}

struct Planner<'a> {
    cmd: &'a RollOver,
    made: &'a [Made],
    plan: Plan,
    at: BTreeMap<String, usize>,
}

impl Planner<'_> {
    fn obstacle(&mut self, code: &'static str, class: Option<Uuid>, enrolment: Option<Uuid>, sentence: String) {
        self.plan.obstacles.push(Obstacle { code, sentence, class, enrolment, pupil: None });
    }

    /// The class of a code in the new year, planned already or made by somebody.
    fn find(&mut self, code: &str) -> Option<usize> {
        let key = vi::fold(code);
        if let Some(at) = self.at.get(&key) {
            return Some(*at);
        }
        let made = self.made.iter().find(|one| same(&one.code, code) || same(&one.name, code))?;
        let class = NewClass {
            code: made.code.clone(),
            name: made.name.clone(),
            grade: made.grade.clone(),
            from: None,
            existing: Some(made.id),
            campus: None,
            homeroom: None,
            members: Vec::new(),
        };
        Some(self.add(class))
    }

    fn add(&mut self, class: NewClass) -> usize {
        let at = self.plan.classes.len();
        self.at.insert(vi::fold(&class.code), at);
        self.plan.classes.push(class);
        at
    }

    /// A class of the new year that comes from an old one, or has its name.
    fn grow(&mut self, old: &Old, grade: &str, from: bool) -> usize {
        let (mut code, mut name) = (name_after(&old.code, &old.grade, grade), name_after(&old.name, &old.grade, grade));
        if let Some(own) = self.cmd.names.get(&old.id).filter(|_| from) {
            let own = vi::clean(own);
            if own.is_empty() || own.chars().count() > 40 {
                self.obstacle(
                    "roll_over.name",
                    Some(old.id),
                    None,
                    format!("Tên lớp mới của {} phải có từ 1 đến 40 chữ cái.", old.name),
                );
            }
            (code, name) = (own.clone(), own);
        }
        let taken = self.find(&code);
        let class = NewClass {
            code,
            name,
            grade: grade.to_owned(),
            from: from.then_some(old.id),
            existing: None,
            campus: old.campus,
            homeroom: None,
            members: Vec::new(),
        };
        let Some(at) = taken else { return self.add(class) };
        let there = &mut self.plan.classes[at];
        if !from {
            return at;
        }
        if there.from.is_none() && there.grade == grade {
            there.from = Some(old.id);
            return at;
        }
        let sentence = format!(
            "Lớp {} lên lớp {}, nhưng tên này đã dành cho lớp khác của khối {}. Hãy đặt tên khác.",
            old.name, there.code, there.grade
        );
        self.obstacle("roll_over.name_twice", Some(old.id), None, sentence);
        // It keeps a line of its own, where another name can be given: two classes that change names are one change.
        self.plan.classes.push(class);
        self.plan.classes.len() - 1
    }
}

/// The step into the next year. `levels` are what the school teaches; `made` the classes it has in the new year already.
#[must_use]
pub fn plan(cmd: &RollOver, old: &[Old], made: &[Made], levels: &[String]) -> Plan {
    let mut planner = Planner { cmd, made, plan: Plan::default(), at: BTreeMap::new() };
    let mut goes: BTreeMap<Uuid, usize> = BTreeMap::new();
    for class in old {
        if let Some(grade) = grade_after(&class.grade, levels) {
            goes.insert(class.id, planner.grow(class, &grade, true));
        }
    }
    // A grade into which nobody goes up waits for those who will come.
    let entered: BTreeSet<String> = old.iter().filter_map(|class| grade_after(&class.grade, levels)).collect();
    if cmd.entry_classes {
        for class in old.iter().filter(|class| !entered.contains(&class.grade)) {
            planner.grow(class, &class.grade, false);
        }
    }
    place(&mut planner, old, &goes, levels);
    for class in old {
        let Some(homeroom) = class.homeroom else { continue };
        let at = match cmd.homerooms {
            Homerooms::Follow => goes.get(&class.id).copied(),
            Homerooms::Stay => planner.find(&class.code),
            Homerooms::None => None,
        };
        if let Some(at) = at {
            planner.plan.classes[at].homeroom.get_or_insert(homeroom);
        }
    }
    // A class that somebody made and to which nothing happens is not part of the step.
    planner.plan.classes.retain(|class| class.existing.is_none() || class.from.is_some() || !class.members.is_empty());
    planner.plan
}

/// Every pupil to where they go.
fn place(planner: &mut Planner<'_>, old: &[Old], goes: &BTreeMap<Uuid, usize>, levels: &[String]) {
    let mut seen = BTreeSet::new();
    let mut decided: BTreeSet<Uuid> = planner.cmd.decisions.keys().copied().collect();
    for class in old {
        let up = grade_after(&class.grade, levels);
        for member in &class.members {
            decided.remove(&member.enrolment);
            let own = planner.cmd.decisions.get(&member.enrolment);
            let usual = if up.is_some() { Decision::Promote } else { Decision::Finish };
            let decision = own.map_or(usual, |own| own.decision);
            let target = own.and_then(|own| own.class.clone());
            let id = Some(member.enrolment);
            if !seen.insert(member.enrolment) {
                let sentence =
                    format!("Một học sinh đang ở hai lớp, một là {}. Hãy chuyển lớp cho đúng trước.", class.name);
                planner.obstacle("roll_over.two_classes", Some(class.id), id, sentence);
                continue;
            }
            if let Some(in_new) = planner.made.iter().find(|made| made.members.contains(&member.enrolment)) {
                let sentence = format!(
                    "Một học sinh của {} đã được xếp vào {} của năm học mới. Hãy cho rời một trong hai lớp trước.",
                    class.name, in_new.name
                );
                planner.obstacle("roll_over.already_placed", Some(class.id), id, sentence);
                continue;
            }
            if member.valid_from >= planner.cmd.day {
                let sentence = format!(
                    "Một học sinh vào lớp {} ngày {}, không trước ngày chuyển năm học {}. Hãy chọn ngày chuyển muộn hơn.",
                    class.name,
                    vi::date(member.valid_from),
                    vi::date(planner.cmd.day)
                );
                planner.obstacle("roll_over.too_early", Some(class.id), id, sentence);
                continue;
            }
            if decision == Decision::Finish {
                planner.plan.finishing.push(Finishing { class: class.id, enrolment: member.enrolment });
                continue;
            }
            let at = match (&target, decision) {
                (Some(code), _) => planner.find(code),
                (None, Decision::Repeat) => planner.find(&class.code),
                (None, _) => goes.get(&class.id).copied(),
            };
            let Some(at) = at else {
                let sentence = match &target {
                    Some(code) => format!(
                        "Một học sinh của {} được xếp vào lớp {}, nhưng năm học mới không có lớp này. Hãy chọn lớp khác.",
                        class.name,
                        vi::clean(code)
                    ),
                    None => format!("Chưa có lớp của năm học mới cho một học sinh của {}. Hãy chọn lớp.", class.name),
                };
                planner.obstacle("roll_over.no_class", Some(class.id), id, sentence);
                continue;
            };
            let repeats = decision == Decision::Repeat;
            let into = &mut planner.plan.classes[at];
            if repeats != (into.grade == class.grade) {
                let what = if repeats { "ở lại" } else { "lên lớp" };
                let sentence = format!(
                    "Một học sinh của {} {what} nhưng được xếp vào {}. Hãy chọn lớp khác.",
                    class.name, into.name
                );
                planner.obstacle("roll_over.wrong_grade", Some(class.id), id, sentence);
                continue;
            }
            into.members.push(NewMember { enrolment: member.enrolment, position: member.position, repeats });
        }
    }
    for enrolment in decided {
        let sentence = "Có quyết định cho một học sinh hiện không ở lớp nào của năm học này. Hãy tải lại rồi xem lại.";
        planner.obstacle("roll_over.unknown_pupil", None, Some(enrolment), sentence.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::super::Decided;
    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn old(n: u128, name: &str, grade: &str, pupils: std::ops::Range<u128>) -> Old {
        let valid_from = Date::constant(2025, 8, 1);
        let members = pupils.map(|n| Member { enrolment: id(n), valid_from, position: None }).collect();
        let (code, name) = (name.to_owned(), name.to_owned());
        Old { id: id(n), code, name, grade: grade.to_owned(), campus: None, homeroom: Some(id(n + 500)), members }
    }

    fn cmd() -> RollOver {
        let year = base::SchoolYear::starting(2025).expect("a year");
        let day = Date::constant(2026, 8, 1);
        let (decisions, names) = (BTreeMap::new(), BTreeMap::new());
        RollOver {
            from_year: year,
            day,
            decisions,
            names,
            entry_classes: true,
            homerooms: Homerooms::Follow,
            seen: None,
        }
    }

    fn levels(all: &[&str]) -> Vec<String> {
        all.iter().map(|level| (*level).to_owned()).collect()
    }

    #[test]
    fn names_go_up_with_the_grade() {
        for (name, grade, next, after) in [
            ("6A1", "6", "7", "7A1"),
            ("9/10", "9", "10", "10/10"),
            ("Lớp 10 Anh 1", "10", "11", "Lớp 11 Anh 1"),
            ("11A11", "11", "12", "12A11"),
            ("1A1", "1", "2", "2A1"),
            ("Lá 2", "18", "1", "Lá 2"),
            ("A16", "6", "7", "A16"),
            ("Khu 10 - 1A", "1", "2", "Khu 10 - 2A"),
        ] {
            assert_eq!(name_after(name, grade, next), after, "{name}");
        }
        assert_eq!(grade_after("5", &levels(&["TH"])), None);
        assert_eq!(grade_after("5", &levels(&["TH", "THCS"])).as_deref(), Some("6"));
        assert_eq!(grade_after("9", &levels(&["THCS", "THPT"])), None);
        assert_eq!((grade_after("16", &[]).as_deref(), grade_after("18", &[])), (Some("17"), None));
    }

    #[test]
    fn classes_go_up_graduates_finish_and_repeaters_stay() {
        let school = [old(1, "6A1", "6", 10..13), old(2, "7A1", "7", 20..22), old(3, "9A1", "9", 30..32)];
        let mut cmd = cmd();
        cmd.decisions.insert(id(21), Decided { decision: Decision::Repeat, class: None });
        let made = plan(&cmd, &school, &[], &levels(&["THCS"]));
        assert_eq!(made.obstacles, []);
        let told: Vec<_> =
            made.classes.iter().map(|class| (class.name.as_str(), class.members.len(), class.homeroom)).collect();
        assert_eq!(
            told,
            [("7A1", 4, Some(id(501))), ("8A1", 1, Some(id(502))), ("6A1", 0, None), ("9A1", 0, None)],
            "the repeater of 7A1 is in the new 7A1; 9A1 waits because nobody was in grade 8"
        );
        let repeater = made.classes[0].members.iter().find(|member| member.enrolment == id(21)).expect("is there");
        assert!(repeater.repeats && made.classes[0].members.iter().filter(|member| member.repeats).count() == 1);
        assert_eq!(made.finishing.iter().map(|one| one.enrolment).collect::<Vec<_>>(), [id(30), id(31)]);
        cmd.homerooms = Homerooms::Stay;
        let made = plan(&cmd, &school, &[], &levels(&["THCS"]));
        assert_eq!(made.classes[0].homeroom, Some(id(502)), "who led 7A1 leads 7A1");
    }

    #[test]
    fn what_cannot_be_placed_is_told_and_nobody_is_lost() {
        let school = [old(1, "6A1", "6", 10..12), old(2, "6A2", "6", 20..22), old(4, "6B", "6", 20..21)];
        let mut cmd = cmd();
        cmd.entry_classes = false;
        cmd.names.insert(id(2), "7A1".to_owned());
        cmd.decisions.insert(id(10), Decided { decision: Decision::Repeat, class: None });
        cmd.decisions.insert(id(11), Decided { decision: Decision::Promote, class: Some("7X".to_owned()) });
        cmd.decisions.insert(id(99), Decided { decision: Decision::Promote, class: None });
        let codes = |plan: &Plan| plan.obstacles.iter().map(|one| one.code).collect::<Vec<_>>();
        let made = plan(&cmd, &school, &[], &levels(&["THCS"]));
        let expected = [
            "roll_over.name_twice",
            "roll_over.no_class",
            "roll_over.no_class",
            "roll_over.two_classes",
            "roll_over.unknown_pupil",
        ];
        assert_eq!(codes(&made), expected);
        let lines: Vec<_> = made.classes.iter().map(|class| (class.code.as_str(), class.from)).collect();
        assert_eq!(lines, [("7A1", Some(id(1))), ("7A1", Some(id(2))), ("7B", Some(id(4)))], "each can be renamed");
        let mut obstacle = made.obstacles[2].clone();
        obstacle.name("Lê Thị Ánh");
        assert!(
            obstacle.sentence.starts_with("Học sinh Lê Thị Ánh của 6A1 được xếp vào lớp 7X"),
            "{}",
            obstacle.sentence
        );
        obstacle = made.obstacles[1].clone();
        obstacle.name("Lê Thị Ánh");
        assert!(obstacle.sentence.contains("cho học sinh Lê Thị Ánh của 6A1"), "{}", obstacle.sentence);
        cmd.day = Date::constant(2025, 8, 1);
        assert!(codes(&plan(&cmd, &school, &[], &levels(&["THCS"]))).contains(&"roll_over.too_early"));
    }

    #[test]
    fn two_classes_change_names() {
        let school = [old(1, "6A1", "6", 10..12), old(2, "6A2", "6", 20..23)];
        let mut cmd = cmd();
        cmd.names.insert(id(1), "7A2".to_owned());
        let half = plan(&cmd, &school, &[], &levels(&["THCS"]));
        assert_eq!(
            half.obstacles.iter().map(|one| (one.code, one.class)).collect::<Vec<_>>(),
            [("roll_over.name_twice", Some(id(2)))]
        );
        cmd.names.insert(id(2), "7A1".to_owned());
        let made = plan(&cmd, &school, &[], &levels(&["THCS"]));
        assert_eq!(made.obstacles, []);
        let told: Vec<_> = made
            .classes
            .iter()
            .filter(|one| one.from.is_some())
            .map(|one| (one.code.as_str(), one.members.len()))
            .collect();
        assert_eq!(told, [("7A2", 2), ("7A1", 3)]);
    }

    #[test]
    fn a_class_that_was_made_already_is_used() {
        let school = [old(1, "6A1", "6", 10..12)];
        let made = [
            Made {
                id: id(70),
                code: "7a1".to_owned(),
                name: "7A1".to_owned(),
                grade: "7".to_owned(),
                members: BTreeSet::new(),
            },
            Made {
                id: id(71),
                code: "8A9".to_owned(),
                name: "8A9".to_owned(),
                grade: "8".to_owned(),
                members: [id(11)].into(),
            },
        ];
        let plan = plan(&cmd(), &school, &made, &levels(&["THCS"]));
        assert_eq!((plan.classes[0].existing, plan.classes[0].members.len()), (Some(id(70)), 1));
        assert_eq!(
            plan.obstacles.iter().map(|one| (one.code, one.enrolment)).collect::<Vec<_>>(),
            [("roll_over.already_placed", Some(id(11)))]
        );
        assert!(plan.classes.iter().all(|class| class.existing != Some(id(71))), "nothing happens to 8A9");
    }

    proptest::proptest! {
        #[test]
        fn everybody_goes_somewhere_exactly_once(sizes in proptest::collection::vec(0u128..6, 12), odd in 0u128..60) {
            let school: Vec<Old> = sizes.iter().zip(1u128..).map(|(size, grade)| {
                old(grade + 1_000, &format!("{grade}A"), &grade.to_string(), grade * 100..grade * 100 + size)
            }).collect();
            let mut cmd = cmd();
            cmd.decisions.insert(id(100 + odd * 20), Decided { decision: Decision::Repeat, class: None });
            let plan = plan(&cmd, &school, &[], &levels(&["TH", "THCS", "THPT"]));
            let mut placed: Vec<Uuid> = plan.classes.iter().flat_map(|class| class.members.iter().map(|one| one.enrolment)).collect();
            placed.extend(plan.finishing.iter().map(|one| one.enrolment));
            placed.sort_unstable();
            let mut all: Vec<Uuid> = school.iter().flat_map(|class| class.members.iter().map(|one| one.enrolment)).collect();
            all.sort_unstable();
            proptest::prop_assert_eq!(placed, all);
        }
    }
}
