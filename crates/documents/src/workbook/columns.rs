//! Which column of a sheet is which of those that somebody looks for. Pure: headings and some cells in, a proposal out,
//! with how sure it is and why. A person has the last word, and two columns never silently become one.

use std::collections::HashMap;

use base::vi;

use super::header::{Heading, Table};
use super::heading::{is_general, meant, telling};
use super::sheet::{Cell, Sheet};
use super::values::{self, Sex};

/// What a column holds, by which it is also known without its heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Anything.
    Text,
    /// The name of a person, whole.
    PersonName,
    /// A day.
    Date,
    /// A year.
    Year,
    /// A sex.
    Sex,
    /// Yes or no.
    YesNo,
    /// A personal number.
    PersonalNumber,
    /// A code of so many digits.
    Digits(usize),
    /// A telephone number.
    Phone,
    /// The name of a class.
    Class,
    /// A number.
    Number,
    /// An e-mail address.
    Email,
}

/// A column that somebody looks for.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// What its caller knows it by.
    pub key: &'a str,
    /// Its headings: the official one first, then others in use. Abbreviations need not be listed.
    pub names: &'a [&'a str],
    /// What it holds.
    pub kind: Kind,
}

/// Why a column is taken for what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its heading is one of the names, letter for letter.
    Name,
    /// Its heading is one of the names but for case, marks or spaces.
    FoldedName,
    /// Its heading means the same: an abbreviation, another word, more said than needed.
    SameMeaning,
    /// Its heading is one of the names but for a slip of typing.
    Slip,
    /// A sex by ticks under *Nữ* or *Nam*.
    Ticked,
    /// It belongs to another column: family and given name, day, month and year, or the ticks of two sexes.
    Continues,
    /// Its heading says nothing; what stands in it does.
    Content,
    /// Another column is taken for the same, which is said in [`Proposal::clash`].
    Clash,
    /// Nothing is known of it.
    Unknown,
}

impl Reason {
    /// The Vietnamese words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Name => "đúng tên cột",
            Self::FoldedName => "đúng tên cột, khác chữ hoa hoặc dấu",
            Self::SameMeaning => "tên cột cùng nghĩa",
            Self::Slip => "tên cột gần đúng",
            Self::Ticked => "cột đánh dấu giới tính",
            Self::Continues => "đi cùng cột khác",
            Self::Content => "theo nội dung các ô",
            Self::Clash => "trùng với cột khác",
            Self::Unknown => "chưa nhận ra",
        }
    }
}

/// How the cells of several columns become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// With a space: parts of a name.
    Space,
    /// With a stroke: day, month and year.
    Stroke,
    /// Not joined: the other column ticks the other sex ([`values::sex_of_two`]).
    Opposite,
}

/// What a column of a sheet is taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The column, from 0.
    pub column: u32,
    /// Its heading with its group.
    pub heading: String,
    /// The place of the column looked for in the caller's list; `None` when it is none of them.
    pub target: Option<usize>,
    /// How sure that is, in percent. Below [`DOUBTFUL`] a person should say yes first.
    pub confidence: u8,
    /// Why.
    pub reason: Reason,
    /// Whether most of its cells do not look like what it is taken for.
    pub cells_differ: bool,
    /// Under a tick, whose.
    pub tick: Option<Sex>,
    /// Further columns whose cells are joined to this one's, and how.
    pub with: Option<(Vec<u32>, Join)>,
    /// The target that another column has taken, and that column.
    pub clash: Option<(usize, u32)>,
}

/// Below this a proposal is a question.
pub const DOUBTFUL: u8 = 70;

/// How many cells are looked at.
const SAMPLE: usize = 60;

/// Proposes for each column of a table what it is.
#[must_use]
pub fn propose(sheet: &Sheet, table: &Table, columns: &[Column<'_>]) -> Vec<Proposal> {
    // From the whole table and not from its beginning: a list often begins with one class, one form of date.
    let step = (table.rows.len() / SAMPLE).max(1);
    let sample: Vec<u32> = table.rows.iter().copied().step_by(step).collect();
    let cells = |column: u32| -> Vec<Cell<'_>> {
        let seen = sample.iter().map(|row| sheet.cell(*row, column));
        seen.filter(|cell| !cell.is_blank() && !matches!(cell, Cell::Error(_))).collect()
    };
    let samples: HashMap<u32, Vec<Cell<'_>>> =
        table.headings.iter().map(|heading| (heading.column, cells(heading.column))).collect();
    propose_from(&table.headings, &samples, columns)
}

/// As [`propose`], from headings and some cells of each column that are not blank.
#[must_use]
pub fn propose_from(
    headings: &[Heading],
    samples: &HashMap<u32, Vec<Cell<'_>>>,
    columns: &[Column<'_>],
) -> Vec<Proposal> {
    let none: Vec<Cell<'_>> = Vec::new();
    let sample = |column: u32| samples.get(&column).unwrap_or(&none);
    let mut proposals: Vec<Proposal> = headings.iter().map(unknown).collect();
    join_parts(headings, &sample, columns, &mut proposals);

    // With a column for each sex, the girls' carries the boys': a row without a tick then says nothing, instead of the
    // other sex.
    let ticks = |sex: Sex| headings.iter().position(|heading| ticked(heading, sample(heading.column)) == Some(sex));
    if let (Some(girls), Some(boys)) = (ticks(Sex::Female), ticks(Sex::Male))
        && let Some(boys) = headings.get(boys)
    {
        carry(girls, vec![boys.column], Join::Opposite, &mut proposals);
    }

    let mut found: Vec<Found> = Vec::new();
    for (at, heading) in headings.iter().enumerate() {
        let taken = proposals.iter().any(|p| p.with.as_ref().is_some_and(|(with, _)| with.contains(&heading.column)));
        if taken {
            continue;
        }
        for (target, column) in columns.iter().enumerate() {
            let Some((confidence, reason)) = by_name(heading, column, columns) else { continue };
            let fits = share(column.kind, sample(heading.column));
            let (confidence, differ) = match fits {
                Some(share) if share < 30 => (confidence.saturating_sub(40), true),
                _ => (confidence, false),
            };
            found.push(Found { at, target, confidence, reason, differ, tick: None });
        }
        if let Some(tick) = ticked(heading, sample(heading.column))
            && let Some(target) = columns.iter().position(|column| column.kind == Kind::Sex)
        {
            found.push(Found { at, target, confidence: 90, reason: Reason::Ticked, differ: false, tick: Some(tick) });
        }
    }
    // The surest first; of two as sure, the one to the left.
    found.sort_by_key(|found| (u8::MAX - found.confidence, found.at, found.target));
    let mut taken: HashMap<usize, u32> = proposals.iter().filter_map(|p| Some((p.target?, p.column))).collect();
    for found in found {
        let Some(proposal) = proposals.get_mut(found.at).filter(|proposal| proposal.target.is_none()) else { continue };
        match taken.get(&found.target) {
            Some(by) => {
                if proposal.clash.is_none() && found.confidence >= DOUBTFUL {
                    proposal.clash = Some((found.target, *by));
                    proposal.reason = Reason::Clash;
                }
            }
            None => {
                taken.insert(found.target, proposal.column);
                proposal.target = Some(found.target);
                proposal.confidence = found.confidence;
                proposal.reason = found.reason;
                proposal.cells_differ = found.differ;
                proposal.tick = found.tick;
                proposal.clash = None;
            }
        }
    }
    by_content(headings, &sample, columns, &mut taken, &mut proposals);
    // Parts go with a column only if that was taken for something.
    let alone: Vec<u32> = proposals
        .iter()
        .filter(|p| p.target.is_some())
        .filter_map(|p| p.with.as_ref())
        .flat_map(|(with, _)| with.clone())
        .collect();
    for proposal in &mut proposals {
        if alone.contains(&proposal.column) {
            proposal.reason = Reason::Continues;
        } else if proposal.target.is_none() {
            proposal.with = None;
        }
    }
    proposals
}

struct Found {
    at: usize,
    target: usize,
    confidence: u8,
    reason: Reason,
    differ: bool,
    tick: Option<Sex>,
}

fn unknown(heading: &Heading) -> Proposal {
    Proposal {
        column: heading.column,
        heading: heading.title(),
        target: None,
        confidence: 0,
        reason: Reason::Unknown,
        cells_differ: false,
        tick: None,
        with: None,
        clash: None,
    }
}

/// How well a heading names a column.
fn by_name(heading: &Heading, column: &Column<'_>, columns: &[Column<'_>]) -> Option<(u8, Reason)> {
    if heading.own.is_empty() {
        return None;
    }
    let group = meant(&heading.group);
    let own =
        column.names.iter().filter_map(|name| by_text(&heading.own, name)).max_by_key(|(confidence, _)| *confidence);
    if group.is_empty() || is_general(&group) {
        return own;
    }
    // *Cha* over *Họ tên* is *Họ tên cha*, in whatever order the words stand; what stands over *Cha* may say no more.
    let nearest = heading.group.rsplit(" › ").next().unwrap_or_default();
    let sorted = |mut words: Vec<String>| {
        words.sort_unstable();
        words.dedup();
        words
    };
    let with = |group: &[String]| sorted(telling(group).into_iter().chain(meant(&heading.own)).collect());
    let wholes = [with(&group), with(&meant(nearest))];
    if column.names.iter().any(|name| wholes.contains(&sorted(meant(name)))) {
        return Some((92, Reason::SameMeaning));
    }
    let (confidence, reason) = own?;
    // The group belongs to this column's own name, or to nobody's: then it is a title. If it is part of another's
    // name, this is somebody else's *Họ tên*.
    let words: Vec<String> = column.names.iter().flat_map(|name| meant(name)).collect();
    let says_this = group.iter().any(|word| words.contains(word));
    let says_other = columns.iter().any(|other| {
        other.key != column.key
            && other.names.iter().any(|name| {
                let other = meant(name);
                group.iter().any(|word| other.contains(word) && !words.contains(word))
            })
    });
    let persons = group.iter().any(|word| matches!(word.as_str(), "cha" | "me" | "giam" | "ho"));
    Some(match (says_this, says_other || persons) {
        (true, _) => (confidence.min(90), reason),
        (false, true) => (45, Reason::SameMeaning),
        (false, false) => (confidence.min(85), reason),
    })
}

fn by_text(own: &str, name: &str) -> Option<(u8, Reason)> {
    if vi::clean(own) == name {
        return Some((100, Reason::Name));
    }
    let (folded, name_folded) = (vi::fold(own), vi::fold(name));
    if folded == name_folded {
        return Some((97, Reason::FoldedName));
    }
    let (words, name_words) = (meant(own), meant(name));
    if words.is_empty() || name_words.is_empty() {
        return None;
    }
    if words == name_words {
        return Some((92, Reason::SameMeaning));
    }
    let sorted = |words: &[String]| {
        let mut words = words.to_vec();
        words.sort_unstable();
        words
    };
    if sorted(&words) == sorted(&name_words) {
        return Some((88, Reason::SameMeaning));
    }
    if telling(&words) == telling(&name_words) {
        return Some((85, Reason::SameMeaning));
    }
    if own.contains('/') && own.split('/').any(|part| meant(part) == name_words) {
        return Some((82, Reason::SameMeaning));
    }
    if name_folded.len() >= 7 && is_slip(&folded, &name_folded) {
        return Some((75, Reason::Slip));
    }
    None
}

/// Whether two texts differ by one letter put in, left out, changed, or changed with its neighbour.
fn is_slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let same = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (a, b) = (a.get(same..).unwrap_or_default(), b.get(same..).unwrap_or_default());
    let after = |letters: &[char], n: usize| letters.get(n..).map(<[char]>::to_vec);
    match (a, b) {
        ([_, rest @ ..], b) if rest == b => true,
        (a, [_, rest @ ..]) if a == rest => true,
        ([a0, a1, ..], [b0, b1, ..]) if a0 == b1 && a1 == b0 && after(a, 2) == after(b, 2) => true,
        ([_, a @ ..], [_, b @ ..]) => a == b,
        _ => false,
    }
}

/// Whose tick a column holds: headed *Nữ* or *Nam*, and not filled with words.
fn ticked(heading: &Heading, cells: &[Cell<'_>]) -> Option<Sex> {
    let sex = match meant(&heading.own).join(" ").as_str() {
        "nu" | "gioi tinh nu" | "hoc sinh nu" => Sex::Female,
        "nam" | "gioi tinh nam" | "hoc sinh nam" => Sex::Male,
        _ => return None,
    };
    // *Năm* is a year, and folds to the same.
    let written = vi::clean(&heading.own).to_lowercase();
    if written.split(' ').any(|word| word == "năm") {
        return None;
    }
    let ticks = cells.iter().all(|cell| values::sex(*cell, values::SexColumn::Ticked(sex)).is_ok());
    ticks.then_some(sex)
}

/// The share of cells that read as what a kind holds, in percent; `None` when too few say anything.
fn share(kind: Kind, cells: &[Cell<'_>]) -> Option<usize> {
    if cells.len() < 3 || kind == Kind::Text {
        return None;
    }
    let fitting = cells.iter().filter(|cell| fits(kind, **cell)).count();
    Some(fitting * 100 / cells.len())
}

/// Whether a cell reads as what a kind holds.
fn fits(kind: Kind, cell: Cell<'_>) -> bool {
    // A far day: whether it may be, whoever imports it knows.
    let latest = base::Date::new(2100, 1, 1).unwrap_or_default();
    match kind {
        Kind::Text => true,
        Kind::PersonName => values::name(cell).is_ok(),
        Kind::Date => values::birthday(cell, latest).is_ok(),
        Kind::Year => values::year(cell, latest).is_ok(),
        Kind::Sex => values::sex(cell, values::SexColumn::Said).is_ok(),
        Kind::YesNo => values::yes_no(cell).is_ok(),
        Kind::PersonalNumber => values::personal_number(cell).is_ok(),
        Kind::Digits(digits) => values::code(cell, Some(digits)).is_ok(),
        Kind::Phone => values::phones(cell).is_ok(),
        Kind::Class => matches!(values::class_name(cell), Ok(Some(class)) if class.value.grade.is_some()),
        Kind::Number => values::decimal(cell).is_ok(),
        Kind::Email => values::email(cell).is_ok(),
    }
}

/// Columns whose headings say nothing, known by their cells: only where just one column and one target go together.
fn by_content<'c>(
    headings: &[Heading],
    sample: &impl Fn(u32) -> &'c Vec<Cell<'c>>,
    columns: &[Column<'_>],
    taken: &mut HashMap<usize, u32>,
    proposals: &mut [Proposal],
) {
    const TELLING: [Kind; 6] = [Kind::Email, Kind::PersonalNumber, Kind::Date, Kind::Sex, Kind::Phone, Kind::Class];
    for kind in TELLING {
        let targets: Vec<usize> = (0..columns.len())
            .filter(|target| {
                !taken.contains_key(target) && columns.get(*target).is_some_and(|column| column.kind == kind)
            })
            .collect();
        let free = |at: &usize| proposals.get(*at).is_some_and(|p| p.target.is_none() && p.clash.is_none());
        let continues =
            |column: u32| proposals.iter().any(|p| p.with.as_ref().is_some_and(|(with, _)| with.contains(&column)));
        let fitting: Vec<usize> = (0..headings.len())
            .filter(free)
            .filter(|at| {
                headings.get(*at).is_some_and(|heading| {
                    let cells = sample(heading.column);
                    !continues(heading.column)
                        && share(kind, cells).is_some_and(|share| share >= 80)
                        // A year or an ordinal number reads as a date or a class as well.
                        && !(matches!(kind, Kind::Date | Kind::Class | Kind::Sex) && cells.iter().all(|cell| fits(Kind::Number, *cell)))
                })
            })
            .collect();
        if let ([target], [at]) = (targets.as_slice(), fitting.as_slice())
            && let Some(proposal) = proposals.get_mut(*at)
        {
            taken.insert(*target, proposal.column);
            proposal.target = Some(*target);
            // A heading that nobody understood may mean something else of the same form: when a paper was issued.
            proposal.confidence = if proposal.heading.is_empty() { 65 } else { 40 };
            proposal.reason = Reason::Content;
        }
    }
}

/// Names in two columns and days in three: the first column carries what the others add.
fn join_parts<'c>(
    headings: &[Heading],
    sample: &impl Fn(u32) -> &'c Vec<Cell<'c>>,
    columns: &[Column<'_>],
    proposals: &mut [Proposal],
) {
    for (at, two) in headings.windows(2).enumerate() {
        let [first, second] = two else { continue };
        if !columns.iter().any(|column| column.kind == Kind::PersonName) {
            break;
        }
        let said = meant(&first.own).join(" ");
        let names = ["ho ten", "ho ten hoc sinh", "ho ten dem", "ho dem", "ho lot", "ho chu lot", "ho ten lot", "ho"];
        let follows = second.goes_on
            || second.own.is_empty()
            || matches!(meant(&second.own).join(" ").as_str(), "ten" | "ten hoc sinh");
        let single = |cell: &Cell<'_>| matches!(cell, Cell::Text(text) if vi::clean(text).chars().all(|c| c.is_alphabetic() || c == '\'' || c == ' ') && vi::words(text).len() <= 2);
        let given = sample(second.column);
        // A caller that looks for the parts themselves gets them.
        let looked_for = |heading: &Heading| {
            columns.iter().any(|column| {
                column.kind != Kind::PersonName && column.names.iter().any(|name| by_text(&heading.own, name).is_some())
            })
        };
        if first.column + 1 == second.column
            && names.contains(&said.as_str())
            && follows
            && !given.is_empty()
            && given.iter().all(single)
            && !looked_for(second)
            && !looked_for(first)
        {
            carry(at, vec![second.column], Join::Space, proposals);
            name_as_whole(at, columns, proposals);
        }
    }
    for (at, three) in headings.windows(3).enumerate() {
        let words = |heading: &Heading| vi::clean(&heading.own).to_lowercase();
        let is_day = three.iter().map(words).eq(["ngày", "tháng", "năm"].map(str::to_owned));
        if let ([first, second, third], true) = (three, is_day)
            && first.column + 2 == third.column
        {
            carry(at, vec![second.column, third.column], Join::Stroke, proposals);
            let group = if first.group.is_empty() { "Ngày sinh" } else { first.group.as_str() };
            let target = columns.iter().position(|column| {
                column.kind == Kind::Date && column.names.iter().any(|name| by_text(group, name).is_some())
            });
            set(at, target, proposals);
        }
    }
}

fn carry(at: usize, with: Vec<u32>, join: Join, proposals: &mut [Proposal]) {
    if let Some(proposal) = proposals.get_mut(at) {
        proposal.with = Some((with, join));
    }
}

/// *Họ và tên đệm* with *Tên* is *Họ và tên*.
fn name_as_whole(at: usize, columns: &[Column<'_>], proposals: &mut [Proposal]) {
    let target = columns.iter().position(|column| {
        column.kind == Kind::PersonName && column.names.iter().any(|name| telling(&meant(name)).join(" ") == "ho ten")
    });
    set(at, target, proposals);
}

fn set(at: usize, target: Option<usize>, proposals: &mut [Proposal]) {
    let free = target.is_some_and(|target| !proposals.iter().any(|p| p.target == Some(target)));
    if let Some(proposal) = proposals.get_mut(at).filter(|_| free) {
        proposal.target = target;
        proposal.confidence = 88;
        proposal.reason = Reason::SameMeaning;
    }
}
