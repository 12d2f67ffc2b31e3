//! What is wrong in an import, problem by problem: how many rows have it, and what stands in their cells, so that one answer
//! mends them all.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use utoipa::ToSchema;

use super::layout::What;
use super::stage::{Said, Stage, Verdict};

/// What stands in cells with one problem, and in how many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ImportProblemValue)]
pub struct ValueView {
    /// What stands there.
    #[schema(example = "6A9")]
    pub text: String,
    /// In so many rows.
    #[schema(example = 37)]
    pub rows: usize,
}

/// A problem that rows have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ImportProblem)]
pub struct ProblemView {
    /// In which list.
    pub what: What,
    /// Stable code.
    #[schema(example = "import.no_class")]
    pub code: String,
    /// The column it is about.
    #[schema(example = "class")]
    pub key: Option<String>,
    /// What that column is called.
    #[schema(example = "Lớp")]
    pub label: Option<String>,
    /// Whether it keeps rows out.
    pub refuses: bool,
    /// How many rows have it.
    #[schema(example = 37)]
    pub rows: usize,
    /// The first of them, in a sentence.
    pub first: Said,
    /// What stands in their cells, the most frequent first; at most fifty.
    pub values: Vec<ValueView>,
    /// How many different things stand there.
    pub distinct: usize,
}

/// Values that are told of one problem.
const VALUES: usize = 50;

/// A value that changes in rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ImportChangedColumn)]
pub struct ChangedView {
    /// In which list.
    pub what: What,
    /// The column's key.
    #[schema(example = "contact_phone")]
    pub key: String,
    /// What it is called.
    #[schema(example = "Số điện thoại")]
    pub label: String,
    /// In so many rows.
    #[schema(example = 12)]
    pub rows: usize,
}

struct Gathered<'s> {
    first: &'s Said,
    rows: usize,
    values: HashMap<String, usize>,
}

/// The problems of a stage: what keeps rows out first, then the most frequent.
#[must_use]
pub fn of(stage: &Stage) -> Vec<ProblemView> {
    let mut all: BTreeMap<(usize, &str, Option<&str>, bool), Gathered<'_>> = BTreeMap::new();
    for (_, table) in stage.taken() {
        let list = What::ALL.iter().position(|what| table.what == Some(*what)).unwrap_or_default();
        for row in &table.rows {
            let mut met: Vec<(&str, Option<&str>)> = Vec::new();
            for said in &row.found.said {
                let place = (said.code.as_str(), said.key.as_deref());
                // A row has a problem once, however often it is said.
                if met.contains(&place) {
                    continue;
                }
                met.push(place);
                let one = all.entry((list, place.0, place.1, said.refuses)).or_insert_with(|| Gathered {
                    first: said,
                    rows: 0,
                    values: HashMap::new(),
                });
                one.rows += 1;
                let column = table.columns.iter().position(|column| column.key == said.key && said.key.is_some());
                let text = column.and_then(|at| row.line.cells.get(at)).map(base::book::Seen::text);
                if let Some(text) = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()) {
                    *one.values.entry(text).or_default() += 1;
                }
            }
        }
    }
    let mut problems: Vec<ProblemView> = all
        .into_iter()
        .map(|((list, code, key, refuses), gathered)| {
            let what = What::ALL.get(list).copied().unwrap_or(What::Pupils);
            let distinct = gathered.values.len();
            let mut values: Vec<ValueView> =
                gathered.values.into_iter().map(|(text, rows)| ValueView { text, rows }).collect();
            values.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.text.cmp(&b.text)));
            values.truncate(VALUES);
            ProblemView {
                what,
                code: code.to_owned(),
                key: key.map(str::to_owned),
                label: key.map(|key| what.label(key).to_owned()),
                refuses,
                rows: gathered.rows,
                first: gathered.first.clone(),
                values,
                distinct,
            }
        })
        .collect();
    problems.sort_by_key(|one| (!one.refuses, std::cmp::Reverse(one.rows)));
    problems
}

/// Which columns change, and in how many rows, in the order of the sheet.
#[must_use]
pub fn changes(stage: &Stage) -> Vec<ChangedView> {
    let mut all: HashMap<(usize, &str), ChangedView> = HashMap::new();
    for (_, table) in stage.taken() {
        let Some(list) = What::ALL.iter().position(|what| table.what == Some(*what)) else { continue };
        let changed = table.rows.iter().filter(|row| row.found.verdict == Verdict::Changed);
        for change in changed.flat_map(|row| &row.found.changes) {
            let one = all.entry((list, &change.key)).or_insert_with(|| ChangedView {
                what: What::ALL[list],
                key: change.key.clone(),
                label: change.label.clone(),
                rows: 0,
            });
            one.rows += 1;
        }
    }
    let mut all: Vec<((usize, &str), ChangedView)> = all.into_iter().collect();
    all.sort_by_key(|((list, key), one)| {
        (*list, one.what.columns().iter().position(|column| column.key == *key), key.to_string())
    });
    all.into_iter().map(|(_, one)| one).collect()
}
