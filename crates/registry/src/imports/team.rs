//! Who works at a school, as a workbook names them: by code, by name, or by the end of it.

use base::{Uuid, vi};

use super::layout::What;
use super::read::Row;
use super::stage::{Candidate, Choice, Found, Verdict};
use super::standing::Standing;

/// Somebody who works at the school, or will once the workbook is in.
#[derive(Clone, Debug)]
pub struct Member {
    /// The employment; none of somebody whom the same workbook brings.
    pub employment: Option<Uuid>,
    /// The person, where they are known.
    pub person: Option<Uuid>,
    /// Called.
    pub name: String,
    /// What is known of the birth.
    pub birth: Option<String>,
    /// The sector's code.
    pub code: Option<String>,
}

/// Everybody.
#[derive(Clone, Debug, Default)]
pub struct Team {
    /// In the order of the list.
    pub members: Vec<Member>,
}

/// Whom a row names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// This one, and whether only a part of the name was written.
    One(usize, bool),
    /// One of these.
    Several(Vec<usize>),
    /// Nobody.
    Nobody,
    /// The code is of this one, whose name is another.
    Other(usize),
}

impl Team {
    /// Whom a school has, with what the rows of a workbook say of them and whom they bring.
    #[must_use]
    pub fn of(standing: &Standing, found: &[Found]) -> Self {
        let mut members = Vec::new();
        for one in standing.pupils.iter().filter(|one| one.enrolment.is_some()) {
            let says = |key: &str| {
                let meant = |found: &&Found| found.target.is_some_and(|target| target.person == one.person);
                let row = found.iter().filter(|found| found.verdict == Verdict::Changed).find(meant);
                row.and_then(|row| row.values.get(key)).or_else(|| one.values.get(key)).cloned()
            };
            members.push(Member {
                employment: one.enrolment.map(|(id, _)| id),
                person: Some(one.person),
                name: says("full_name").unwrap_or_default(),
                birth: says("birth_date"),
                code: says("sector_code"),
            });
        }
        members.extend(found.iter().filter(|found| found.verdict == Verdict::New).map(|found| Member {
            employment: None,
            person: found.target.map(|target| target.person),
            name: found.values.get("full_name").cloned().unwrap_or_default(),
            birth: found.values.get("birth_date").cloned(),
            code: found.values.get("sector_code").cloned(),
        }));
        Self { members }
    }

    /// The one of a person.
    #[must_use]
    pub fn of_person(&self, person: Uuid) -> Option<usize> {
        self.members.iter().position(|one| one.person == Some(person))
    }

    fn places(&self, is: impl Fn(&Member) -> bool) -> Vec<usize> {
        self.members.iter().enumerate().filter(|(_, one)| is(one)).map(|(at, _)| at).collect()
    }

    /// Who is meant by a code and a name.
    #[must_use]
    pub fn find(&self, code: Option<&str>, name: Option<&str>) -> Named {
        let words = name.map(bare).filter(|words| !words.is_empty());
        let ends = |one: &Member| words.as_ref().is_none_or(|words| vi::words(&one.name).ends_with(words));
        if let Some(code) = code {
            let folded = code.to_uppercase();
            let coded = self.places(|one| one.code.as_ref().is_some_and(|own| own.to_uppercase() == folded));
            return match coded.as_slice() {
                [] => Named::Nobody,
                [one] if self.members.get(*one).is_some_and(ends) => Named::One(*one, false),
                [one] => Named::Other(*one),
                many => Named::Several(many.to_vec()),
            };
        }
        let Some(words) = &words else { return Named::Nobody };
        let whole = self.places(|one| vi::words(&one.name) == *words);
        let part = self.places(ends);
        match (whole.as_slice(), part.as_slice()) {
            ([one], _) => Named::One(*one, false),
            ([], []) => Named::Nobody,
            ([], [one]) => Named::One(*one, true),
            ([], many) | (many, _) => Named::Several(many.to_vec()),
        }
    }

    /// Whom a row names under two of its keys, or what a person said; what is not sure is said of the row. The candidates
    /// are those among whom a person chooses.
    pub fn named(&self, row: &mut Row, keys: (&str, &str), what: What, refuses: bool) -> Result<usize, Vec<Candidate>> {
        if let Some(Choice::Person(person)) = row.choice
            && let Some(at) = self.of_person(person)
        {
            return Ok(at);
        }
        let (code, name) = (row.get(keys.0).map(str::to_owned), row.get(keys.1).map(str::to_owned));
        let key = if name.is_some() { keys.1 } else { keys.0 };
        let written = name.clone().or_else(|| code.clone()).unwrap_or_default();
        let called = |at: usize| self.members.get(at).map_or("", |one| one.name.as_str());
        match self.find(code.as_deref(), name.as_deref()) {
            Named::One(at, whole) => {
                if whole {
                    let detail = format!("“{written}” được hiểu là {}.", called(at));
                    row.say(key, false, "import.part_of_name", detail);
                }
                Ok(at)
            }
            Named::Several(all) => {
                let detail = format!(
                    "Trường có {} người “{written}”. Hãy chọn đúng người, hoặc ghi {}.",
                    all.len(),
                    what.label(keys.0).to_lowercase()
                );
                row.say(key, false, "import.several_staff", detail);
                Err(all.into_iter().take(8).filter_map(|at| self.candidate(at)).collect())
            }
            Named::Nobody => {
                let key = if code.is_some() { keys.0 } else { keys.1 };
                let written = code.unwrap_or(written);
                let detail = format!(
                    "Không có ai ở trường tên hoặc mang mã “{written}”. Hãy sửa lại ô này, hoặc thêm người ấy vào danh sách cán bộ trước."
                );
                row.say(key, refuses, "import.no_staff", detail);
                Err(Vec::new())
            }
            Named::Other(at) => {
                let detail = format!(
                    "Mã “{}” là của {}, không phải {written}. Hãy sửa mã hoặc họ tên cho khớp.",
                    code.unwrap_or_default(),
                    called(at)
                );
                row.say(keys.0, refuses, "import.code_of_another", detail);
                Err(Vec::new())
            }
        }
    }

    fn candidate(&self, at: usize) -> Option<Candidate> {
        let one = self.members.get(at)?;
        Some(Candidate {
            person: one.person?,
            full_name: one.name.clone(),
            birth: one.birth.clone(),
            class: None,
            why: one.code.as_ref().map_or_else(|| "cùng tên".to_owned(), |code| format!("mã {code}")),
        })
    }
}

/// The words of a name without what stands before it in lists.
fn bare(name: &str) -> Vec<String> {
    let words = vi::words(name);
    let titled = words.len() > 1 && ["thay", "co", "gv"].contains(&words[0].as_str());
    words.get(usize::from(titled)..).unwrap_or_default().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn team() -> Team {
        let one = |n: u128, name: &str, code: &str| Member {
            employment: Some(Uuid::from_u128(n)),
            person: Some(Uuid::from_u128(n)),
            name: name.to_owned(),
            birth: None,
            code: Some(code.to_owned()),
        };
        Team {
            members: vec![
                one(1, "Lê Thu Hương", "GV01"),
                one(2, "Trần Thu Hương", "GV02"),
                one(3, "Lê Văn Bình", "GV03"),
            ],
        }
    }

    #[test]
    fn a_code_counts_most_and_a_name_may_be_its_end_where_that_is_one_persons() {
        let team = team();
        assert_eq!(team.find(Some("gv02"), None), Named::One(1, false));
        assert_eq!(team.find(Some("GV02"), Some("Thu Hương")), Named::One(1, false));
        assert_eq!(team.find(Some("GV02"), Some("Lê Văn Bình")), Named::Other(1));
        assert_eq!(team.find(Some("GV09"), Some("Lê Văn Bình")), Named::Nobody);
        assert_eq!(team.find(None, Some("Lê Thu Hương")), Named::One(0, false));
        assert_eq!(team.find(None, Some("Thầy Bình")), Named::One(2, true));
        assert_eq!(team.find(None, Some("cô Hương")), Named::Several(vec![0, 1]));
        assert_eq!(team.find(None, Some("Lê Văn An")), Named::Nobody);
    }
}
