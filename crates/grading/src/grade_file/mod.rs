//! `khue grade`: marks of pupils in a CSV file, judged by a pack, without a database. `docs/GRADE.md` says what the columns
//! are; nothing is stored, and nothing is guessed: what is missing is listed, what cannot be read is refused by line and
//! column.

mod cells;
mod primary;
mod secondary;
mod words;
mod written;

use std::collections::HashMap;

use base::error::Kind;
use base::{Code, Error, Result};
use rules::assessment::{self, Rules};
use rules::curriculum;

use cells::Table;

/// No pack of this code.
pub const NO_PACK: Code = Code::new(Kind::NotFound, "grade_file.no_pack", "Không có gói quy định này");

/// How the results are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A line a result, with the separator of the file that was read.
    #[default]
    Csv,
    /// One object.
    Json,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// The pack's code: `tt22-2021`.
    pub pack: &'a str,
    /// Parameters set otherwise than the pack does: name and choice.
    pub settings: &'a [(&'a str, &'a str)],
    /// Whether the summer is over, so that only promoted and repeats are left.
    pub closed: bool,
    /// How the results are written.
    pub format: Format,
}

/// The subjects of the programmes by what a file calls them, each word looked for once.
#[derive(Default)]
struct Subjects(HashMap<(u8, String), Option<&'static curriculum::Subject>>);

impl Subjects {
    /// The subject of a grade by its code, else by one of its names.
    fn find(&mut self, grade: u8, word: &str) -> Result<Option<&'static curriculum::Subject>> {
        if let Some(found) = self.0.get(&(grade, word.to_owned())) {
            return Ok(*found);
        }
        let found = curriculum::of_grade(grade)?.and_then(|programme| {
            let mut subjects = programme.subjects.iter().filter(|one| one.in_grade(grade).is_some());
            subjects.clone().find(|one| one.code == word).or_else(|| subjects.find(|one| one.is_called(word)))
        });
        self.0.insert((grade, word.to_owned()), found);
        Ok(found)
    }
}

/// Judges the pupils of a CSV text by a pack as it stands. See [`judge`].
pub fn run(pack: &str, csv: &str, output: Format) -> Result<String> {
    judge(&Asked { pack, format: output, ..Asked::default() }, csv)
}

/// Judges the pupils of a CSV text (UTF-8, header line, separated by `,` `;` or tabs) and writes averages, levels, titles,
/// promotion, what is missing, and why. Refuses an unknown pack or choice, and, all at once, the cells that cannot be read:
/// each is a field `line:column` of the error with a sentence saying both.
pub fn judge(asked: &Asked<'_>, csv: &str) -> Result<String> {
    let Some(pack) = assessment::find(asked.pack)? else {
        let known: Vec<&str> = assessment::all()?.iter().map(|one| one.pack.code.as_str()).collect();
        return Err(NO_PACK.error(format!(
            "Không có gói quy định “{}”. Hãy chọn một trong các gói: {}.",
            asked.pack,
            known.join(", ")
        )));
    };
    let rules = pack.with(asked.settings)?;
    let table = Table::read(
        csv,
        match &rules.rules {
            Rules::Secondary(_) => secondary::COLUMNS,
            Rules::Primary(_) => primary::COLUMNS,
        },
    )?;
    let pupils = match &rules.rules {
        Rules::Secondary(secondary) => secondary::judge(&rules, secondary, &table, asked.closed)?,
        Rules::Primary(primary) => primary::judge(&rules, primary, &table, asked.closed)?,
    };
    match asked.format {
        Format::Csv => Ok(written::csv(&pupils, table.separator)),
        Format::Json => written::json(&rules, &pupils).map_err(Error::internal),
    }
}
