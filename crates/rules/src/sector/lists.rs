//! Code lists: what is known of their values, and finding the code that somebody means.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use base::{Result, vi};

use super::Spec;
use crate::units;

/// A code list that fields name.
#[derive(Debug)]
pub struct CodeList {
    /// Its code: `DM_DAN_TOC`.
    pub code: &'static str,
    /// Its Vietnamese name.
    pub name: &'static str,
    /// The standard that the annex refers to.
    pub reference: &'static str,
    /// Whether the annex has it; the others are ours, where a field names no list.
    pub official: bool,
    /// What is known of its values.
    pub status: Status,
    /// What a steward should know of it.
    pub note: &'static str,
    /// The values known, in their order.
    pub values: Vec<CodeValue>,
    index: CodeIndex,
}

/// What is known of a list's values. The annex names its lists and gives no values; the sector's authority can add and
/// correct them as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All of them: a code that is not there is wrong.
    Known,
    /// Some, or from second hand: a code that is not there is kept, with a doubt.
    Provisional,
    /// They are the administrative units of the rule pack `units`.
    Units,
    /// None: any code is kept, with a doubt.
    Unknown,
}

impl Status {
    /// Whether a school may rely on the values being there.
    #[must_use]
    pub const fn has_values(self) -> bool {
        !matches!(self, Self::Unknown)
    }
}

/// How sure a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// One source of second hand.
    Low,
    /// Several sources agree, or one that shows the official form.
    Medium,
    /// The official text.
    High,
}

/// One value of a list.
#[derive(Clone, Copy, Debug)]
pub struct CodeValue {
    /// Its code.
    pub code: &'static str,
    /// Its Vietnamese name.
    pub name: &'static str,
    /// Other names people write for it.
    also: &'static str,
    /// Where it is from, in Vietnamese.
    pub source: &'static str,
    /// How sure it is.
    pub confidence: Confidence,
}

impl CodeValue {
    pub(super) const fn new([code, name, also, source]: [&'static str; 4], confidence: Confidence) -> Self {
        Self { code, name, also, source, confidence }
    }

    /// Its name and the other names people write for it.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.also.split('|').filter(|name| !name.is_empty()))
    }
}

/// What a list says about a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// This code is meant.
    Code(String),
    /// This code is meant, but somebody should look: it is a code of before.
    Doubtful(String, &'static str),
    /// No value of the list, and the list is complete.
    Missing,
    /// No value that is known, and the list is not complete.
    Open,
}

/// Where the values of lists are looked up: the pack itself, or the pack with what the authority has added since.
pub trait Values {
    /// What the list says about a clean text: a code, or a name.
    fn find(&self, list: &str, text: &str) -> Found;
}

impl Values for Spec {
    fn find(&self, list: &str, text: &str) -> Found {
        self.list(list).map_or(Found::Open, |list| list.find(text))
    }
}

/// The codes of a list by what people write for them. The pack's lists are made with it, and so are those that the
/// authority has added to.
#[derive(Clone, Debug, Default)]
pub struct CodeIndex {
    codes: HashMap<String, String>,
    names: HashMap<String, String>,
    is_complete: bool,
}

impl CodeIndex {
    /// An empty list; of a complete one, what is not in it is wrong.
    #[must_use]
    pub fn new(is_complete: bool) -> Self {
        Self { is_complete, ..Self::default() }
    }

    /// Adds a value under its code and the names people write for it; a name that stood for another code now means
    /// this one.
    pub fn add<'a>(&mut self, code: &str, names: impl IntoIterator<Item = &'a str>) {
        self.codes.insert(code_form(code), code.to_owned());
        for name in names {
            self.names.insert(vi::fold(name), code.to_owned());
        }
    }

    /// The code that is meant. Spreadsheets lose the zero of `01`, and people write the name instead.
    #[must_use]
    pub fn find(&self, text: &str) -> Found {
        match self.codes.get(&code_form(text)).or_else(|| self.names.get(&vi::fold(text))) {
            Some(code) => Found::Code(code.clone()),
            None if self.is_complete => Found::Missing,
            None => Found::Open,
        }
    }
}

impl CodeList {
    pub(super) fn new(row: [&'static str; 4], official: bool, status: Status, values: Vec<CodeValue>) -> Self {
        let [code, name, reference, note] = row;
        let mut index = CodeIndex::new(status == Status::Known);
        for value in &values {
            index.add(value.code, value.names());
        }
        Self { code, name, reference, official, status, note, values, index }
    }

    /// The value of a code, written as the list writes it.
    #[must_use]
    pub fn value(&self, code: &str) -> Option<&CodeValue> {
        self.values.iter().find(|value| value.code == code)
    }

    /// What the list says about a clean text: a code, or a name.
    #[must_use]
    pub fn find(&self, text: &str) -> Found {
        if self.status == Status::Units { find_unit(self.code, text) } else { self.index.find(text) }
    }
}

/// A code as it is compared: capitals, and digits without the zeros in front.
fn code_form(code: &str) -> String {
    if !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit()) {
        let digits = code.trim_start_matches('0');
        return if digits.is_empty() { "0" } else { digits }.to_owned();
    }
    code.to_uppercase()
}

/// The codes and names of units that people write in these fields.
struct UnitCodes {
    provinces: HashSet<&'static str>,
    province_names: HashMap<String, &'static str>,
    old_provinces: HashSet<&'static str>,
    old_districts: HashSet<&'static str>,
    communes: HashSet<&'static str>,
    old_communes: HashSet<&'static str>,
}

const OF_BEFORE: &str = "là mã đơn vị hành chính trước ngày 01/7/2025";

fn unit_codes() -> Result<&'static UnitCodes> {
    static CODES: OnceLock<UnitCodes> = OnceLock::new();
    if let Some(codes) = CODES.get() {
        return Ok(codes);
    }
    let units = units::vietnam()?;
    let names = units.provinces.iter().flat_map(|province| {
        let word = vi::fold(units::word(province.kind));
        let name = vi::fold(province.name);
        // "TP" is how a city is written in lists.
        let short = (province.kind == "thanh_pho").then(|| format!("tp {name}"));
        [Some(format!("{word} {name}")), Some(format!("tinh {name}")), Some(name), short]
            .into_iter()
            .flatten()
            .map(|name| (name, province.code))
    });
    let codes = UnitCodes {
        provinces: units.provinces.iter().map(|unit| unit.code).collect(),
        province_names: names.collect(),
        old_provinces: units.old_provinces.iter().map(|unit| unit.code).collect(),
        old_districts: units.old_districts.iter().map(|unit| unit.code).collect(),
        communes: units.communes.iter().map(|unit| unit.code).collect(),
        old_communes: units.old_communes.iter().map(|unit| unit.code).collect(),
    };
    Ok(CODES.get_or_init(|| codes))
}

/// A name is enough for a province only: two communes of one province may be called alike before 2025, and of two
/// provinces still are.
fn find_unit(list: &str, text: &str) -> Found {
    let Ok(codes) = unit_codes() else { return Found::Open };
    let empty = HashSet::new();
    let (width, now, before) = match list {
        "DM_TINH" => (2, &codes.provinces, &codes.old_provinces),
        "DM_HUYEN" => (3, &codes.old_districts, &empty),
        _ => (5, &codes.communes, &codes.old_communes),
    };
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let code = if is_number { format!("{text:0>width$}") } else { text.to_owned() };
    if now.contains(code.as_str()) {
        return Found::Code(code);
    }
    if before.contains(code.as_str()) {
        return Found::Doubtful(code, OF_BEFORE);
    }
    match codes.province_names.get(&vi::fold(text)) {
        Some(code) if list == "DM_TINH" => Found::Code((*code).to_owned()),
        _ => Found::Missing,
    }
}
