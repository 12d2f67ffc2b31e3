//! Programmes: which subjects a grade has, how many periods a year, and what is chosen in upper secondary schools.

use std::sync::OnceLock;

use base::{Error, Result, vi};

use crate::Pack;
use crate::sector::Level;
use crate::table::rows;

/// The programme of one level.
#[derive(Debug)]
pub struct Programme {
    /// The pack it comes from.
    pub pack: &'static Pack,
    /// The level.
    pub level: Level,
    /// Weeks of lessons a year that the periods are counted on.
    pub weeks: u32,
    /// How many subjects, and how many chuyên đề, are chosen.
    pub choice: Option<Choice>,
    /// Its subjects, in the programme's order.
    pub subjects: Vec<Subject>,
}

/// What has to be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct Choice {
    /// So many of the subjects that may be chosen.
    pub chosen: usize,
    /// So many chuyên đề.
    pub special: usize,
}

/// What a subject is in a programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Everybody has it.
    Compulsory,
    /// One of those chosen in upper secondary schools.
    Chosen,
    /// A cụm chuyên đề.
    Special,
    /// Who wants to has it.
    Elective,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Compulsory, Self::Chosen, Self::Special, Self::Elective];

    /// `compulsory`, `chosen`, `special`, `elective`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Compulsory => "compulsory",
            Self::Chosen => "chosen",
            Self::Special => "special",
            Self::Elective => "elective",
        }
    }

    /// The part of a code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.code() == code)
    }
}

/// One subject of a programme.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Its code: `toan`; of a chuyên đề `cd_toan`.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// How timetables write it.
    pub also: Vec<&'static str>,
    /// What it is.
    pub part: Part,
    /// Whether marks are given.
    pub scored: bool,
    /// Periods a year by grade.
    pub periods: Vec<(u8, u32)>,
}

/// A subject in the plan of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Its code.
    pub subject: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub part: Part,
    /// Whether marks are given.
    pub scored: bool,
    /// Periods a year.
    pub periods: u32,
    /// Periods a week in the first semester, as proposed.
    pub week_one: u32,
    /// In the second.
    pub week_two: u32,
}

/// What a class has beside what is compulsory.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// The chosen subjects.
    pub chosen: &'a [String],
    /// Of which subjects the chuyên đề are: `toan`.
    pub special: &'a [String],
    /// What is elective.
    pub elective: &'a [String],
}

/// Why a plan is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// A stable code.
    pub code: &'static str,
    /// What to tell, in Vietnamese.
    pub sentence: String,
}

#[derive(serde::Deserialize)]
struct Figures {
    level: String,
    weeks: u32,
    choice: Option<Choice>,
}

fn read(pack: &'static Pack) -> Result<Programme> {
    let figures: Figures = toml::from_str(pack.manifest).map_err(Error::internal)?;
    let level = Level::of_code(&figures.level).ok_or_else(|| Error::internal("a programme of no level"))?;
    let mut subjects: Vec<Subject> = rows(pack.file("subjects.tsv")?, ["code", "name", "also", "part", "scored"])?
        .into_iter()
        .map(|[code, name, also, part, scored]| {
            let part =
                Part::of_code(part).ok_or_else(|| Error::internal(format!("{part} is no part of a programme")))?;
            let also = also.split('|').filter(|one| !one.is_empty()).collect();
            Ok(Subject { code, name, also, part, scored: scored == "1", periods: Vec::new() })
        })
        .collect::<Result<_>>()?;
    for [subject, grade, periods] in rows(pack.file("periods.tsv")?, ["subject", "grade", "periods"])? {
        let found = subjects.iter_mut().find(|one| one.code == subject);
        let found = found.ok_or_else(|| Error::internal(format!("periods of {subject}, which is no subject")))?;
        found.periods.push((grade.parse().map_err(Error::internal)?, periods.parse().map_err(Error::internal)?));
    }
    Ok(Programme { pack, level, weeks: figures.weeks, choice: figures.choice, subjects })
}

/// All programmes.
pub fn programmes() -> Result<&'static [Programme]> {
    static ALL: OnceLock<Vec<Programme>> = OnceLock::new();
    if let Some(all) = ALL.get() {
        return Ok(all);
    }
    let read = crate::packs()?.iter().filter(|pack| pack.kind == "curriculum").map(read).collect::<Result<Vec<_>>>()?;
    Ok(ALL.get_or_init(|| read))
}

/// The programme of a grade, 1 to 12; `None` for the age groups of pre-schools.
pub fn of_grade(grade: u8) -> Result<Option<&'static Programme>> {
    Ok(programmes()?.iter().find(|one| one.subjects.iter().any(|subject| subject.in_grade(grade).is_some())))
}

/// The name of a subject by its code, of whichever level.
pub fn name_of(code: &str) -> Result<Option<&'static str>> {
    let mut all = programmes()?.iter().flat_map(|one| &one.subjects);
    Ok(all.find(|subject| subject.code == code).map(|subject| subject.name))
}

/// Periods a week in the two semesters that come nearest to a year's periods over 18 and 17 weeks, differing by at most
/// one; the first that does, the second semester having more where they differ.
#[must_use]
pub fn spread(periods: u32, first: u32, second: u32) -> (u32, u32) {
    let most = periods / (first + second).max(1) + 1;
    (0..=most)
        .flat_map(|one| [(one, one), (one, one + 1), (one + 1, one)])
        .min_by_key(|(one, two)| (one * first + two * second).abs_diff(periods))
        .unwrap_or_default()
}

impl Subject {
    /// Periods a year in a grade; `None` where the grade does not have it.
    #[must_use]
    pub fn in_grade(&self, grade: u8) -> Option<u32> {
        self.periods.iter().find(|(of, _)| *of == grade).map(|(_, periods)| *periods)
    }

    /// Whether a timetable's word means this subject: its name or a way of writing it, without signs. A word written with
    /// marks is compared with them (*Hoá* is not *Hoạ*), one without marks without.
    #[must_use]
    pub fn is_called(&self, word: &str) -> bool {
        let (bare, marked) = (squeezed(word), with_marks(word));
        if bare.is_empty() {
            return false;
        }
        std::iter::once(self.name).chain(self.also.iter().copied()).any(|name| match bare == marked {
            true => squeezed(name) == bare,
            false => vi::same_apart_from_tone_place(&with_marks(name), &marked),
        })
    }
}

/// Letters and digits only, small and without marks: *LS & ĐL* and *LS-ĐL* are one word.
fn squeezed(text: &str) -> String {
    vi::fold(text).replace(' ', "")
}

/// Letters and digits only, small, with their marks.
fn with_marks(text: &str) -> String {
    vi::clean(text).to_lowercase().chars().filter(|sign| sign.is_alphanumeric()).collect()
}

impl Programme {
    /// The subject of a code in a grade.
    #[must_use]
    pub fn subject(&self, code: &str, grade: u8) -> Option<&Subject> {
        self.subjects.iter().find(|subject| subject.code == code && subject.in_grade(grade).is_some())
    }

    /// The plan of a class: what is compulsory in its grade, and what it wants beside.
    pub fn plan(&self, grade: u8, wanted: &Wanted<'_>) -> std::result::Result<Vec<Planned>, Refusal> {
        let refuse = |code, sentence: String| Err(Refusal { code, sentence });
        let choice = self.choice.unwrap_or(Choice { chosen: 0, special: 0 });
        if self.choice.is_none() && !(wanted.chosen.is_empty() && wanted.special.is_empty()) {
            return refuse(
                "curriculum.no_choice",
                format!("Khối {grade} không có môn học lựa chọn và cụm chuyên đề. Hãy bỏ phần lựa chọn."),
            );
        }
        let of = |code: &str, part: Part| {
            self.subject(code, grade).filter(|subject| subject.part == part).map(|subject| subject.code)
        };
        let mut codes: Vec<&'static str> = Vec::new();
        for (list, part, code, what) in [
            (wanted.chosen, Part::Chosen, "curriculum.not_chosen", "môn học lựa chọn"),
            (wanted.elective, Part::Elective, "curriculum.not_elective", "môn học tự chọn"),
        ] {
            for one in list {
                match of(one, part) {
                    Some(found) => codes.push(found),
                    None => return refuse(code, format!("“{one}” không phải {what} của khối {grade}. Hãy chọn lại.")),
                }
            }
        }
        for one in wanted.special {
            let Some(found) = of(&format!("cd_{one}"), Part::Special) else {
                return refuse(
                    "curriculum.not_special",
                    format!("Khối {grade} không có chuyên đề của “{one}”. Hãy chọn lại."),
                );
            };
            // A chuyên đề deepens a subject that the class has.
            let had =
                self.subject(one, grade).is_some_and(|s| s.part == Part::Compulsory) || wanted.chosen.contains(one);
            if !had {
                return refuse(
                    "curriculum.special_of",
                    format!(
                        "Lớp không học môn “{one}” nên không chọn được chuyên đề của môn đó. Hãy chọn chuyên đề khác."
                    ),
                );
            }
            codes.push(found);
        }
        codes.sort_unstable();
        let all = codes.len();
        codes.dedup();
        if codes.len() != all {
            return refuse("curriculum.twice", "Một môn được chọn hai lần. Hãy bỏ bớt một.".to_owned());
        }
        for (count, must, code, what) in [
            (wanted.chosen.len(), choice.chosen, "curriculum.chosen", "môn học lựa chọn"),
            (wanted.special.len(), choice.special, "curriculum.special", "cụm chuyên đề"),
        ] {
            if count != must {
                return refuse(code, format!("Khối {grade} chọn {must} {what}, ở đây có {count}. Hãy chọn đủ {must}."));
            }
        }
        Ok(self
            .subjects
            .iter()
            .filter_map(|subject| {
                let periods = subject.in_grade(grade)?;
                let has = subject.part == Part::Compulsory || codes.contains(&subject.code);
                has.then(|| {
                    let (week_one, week_two) = spread(periods, 18, self.weeks.saturating_sub(18));
                    let Subject { code, name, part, scored, .. } = *subject;
                    Planned { subject: code, name, part, scored, periods, week_one, week_two }
                })
            })
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Examples {
        total: Vec<Total>,
        plan: Vec<Plan>,
    }
    #[derive(serde::Deserialize)]
    struct Total {
        grade: u8,
        periods: u32,
    }
    #[derive(serde::Deserialize)]
    struct Plan {
        grade: u8,
        #[serde(default)]
        chosen: Vec<String>,
        #[serde(default)]
        special: Vec<String>,
        #[serde(default)]
        elective: Vec<String>,
        periods: Option<u32>,
        week_one: Option<u32>,
        week_two: Option<u32>,
        scored: Option<usize>,
        refused: Option<String>,
    }

    #[test]
    fn the_packs_own_examples_hold() {
        let (mut totals, mut plans) = (0, 0);
        for programme in programmes().expect("reads") {
            let text = programme.pack.file("examples.toml").expect("is there");
            let examples: Examples = toml::from_str(text).expect("reads");
            for total in &examples.total {
                let compulsory = programme.subjects.iter().filter(|subject| subject.part == Part::Compulsory);
                let sum: u32 = compulsory.filter_map(|subject| subject.in_grade(total.grade)).sum();
                assert_eq!(sum, total.periods, "grade {}", total.grade);
                totals += 1;
            }
            for plan in &examples.plan {
                plans += 1;
                let wanted = Wanted { chosen: &plan.chosen, special: &plan.special, elective: &plan.elective };
                let made = match (programme.plan(plan.grade, &wanted), &plan.refused) {
                    (Err(refusal), Some(code)) => {
                        assert_eq!(refusal.code, code);
                        continue;
                    }
                    (made, _) => made.expect("a plan"),
                };
                let sum = |of: fn(&Planned) -> u32| Some(made.iter().map(of).sum::<u32>());
                assert_eq!(sum(|one| one.periods), plan.periods, "grade {}", plan.grade);
                assert_eq!(sum(|one| one.week_one), plan.week_one, "grade {}", plan.grade);
                assert_eq!(sum(|one| one.week_two), plan.week_two, "grade {}", plan.grade);
                if let Some(scored) = plan.scored {
                    let counted = made.iter().filter(|one| one.scored && one.part != Part::Special).count();
                    assert_eq!(counted, scored, "grade {}", plan.grade);
                }
            }
        }
        assert_eq!(totals, 12, "every grade");
        assert!(plans >= 9, "{plans}");
    }

    #[test]
    fn a_word_of_a_timetable_means_one_subject_of_its_grade() {
        for grade in 1..=12u8 {
            let programme = of_grade(grade).expect("reads").expect("a programme");
            let of_grade: Vec<&Subject> =
                programme.subjects.iter().filter(|subject| subject.in_grade(grade).is_some()).collect();
            for subject in &of_grade {
                for word in std::iter::once(&subject.name).chain(&subject.also) {
                    let called: Vec<_> =
                        of_grade.iter().filter(|one| one.is_called(word)).map(|one| one.code).collect();
                    assert_eq!(called, [subject.code], "{word} in grade {grade}");
                }
            }
        }
        assert!(super::of_grade(13).expect("reads").is_none());
        let thcs = super::of_grade(7).expect("reads").expect("a programme");
        let called = |word: &str| thcs.subjects.iter().find(|one| one.is_called(word)).map(|one| one.code);
        assert_eq!(called("ls-đl"), Some("lich_su_dia_li"));
        assert_eq!(called("Anh Văn"), Some("ngoai_ngu_1"));
        assert_eq!(called("SHL"), Some("hoat_dong_trai_nghiem"));
        assert_eq!(called("Xếp hàng"), None);
    }

    #[test]
    fn periods_of_a_year_are_spread_over_its_weeks() {
        for (periods, weeks) in [
            (35, (1, 1)),
            (52, (1, 2)),
            (70, (2, 2)),
            (105, (3, 3)),
            (420, (12, 12)),
            (0, (0, 0)),
            (18, (1, 0)),
            (17, (0, 1)),
        ] {
            assert_eq!(spread(periods, 18, 17), weeks, "{periods}");
        }
    }
}
