//! The sector's data specification (QĐ 4998/QĐ-BGDĐT): which fields a school, class, member of staff or pupil has at
//! each level, which of them are one thing under several symbols, where each is kept, who may see it, and what a value
//! of it looks like.
//!
//! The annex has 1,556 lines, each a [`Field`]. The same thing recurs from level to level: a pupil's ethnic group is
//! five lines. What recurs is one [`Key`] of a kind of record, and Khuê keeps, shows and asks for keys. A key is in a
//! typed column ([`Home::Typed`]) or in the JSON document of its [`Group`], and a group has one [`Class`], so that no
//! document mixes what anybody may see with what is encrypted.

mod check;
mod coverage;
mod date;
mod decimal;
mod level;
mod lists;
mod read;
mod value;

use std::collections::HashMap;
use std::sync::OnceLock;

use base::Result;

use crate::Pack;

pub use check::{Checked, Hand, Refusal};
pub use coverage::{Coverage, Covered, coverage};
pub use date::PartialDate;
pub use decimal::Decimal;
pub use level::{Level, Levels};
pub use lists::{CodeIndex, CodeList, CodeValue, Confidence, Found, Status, Values};
pub use value::Value;

/// The specification, read.
#[derive(Debug)]
pub struct Spec {
    /// The pack it comes from.
    pub pack: &'static Pack,
    /// The kinds of record, each before its parts.
    pub kinds: Vec<Kind>,
    /// The field groups.
    pub groups: Vec<Group>,
    /// The keys, by kind in the order in which people read them.
    pub keys: Vec<Key>,
    /// The lines of the annex, in its order.
    pub fields: Vec<Field>,
    /// The code lists: 136 of the annex, and ours where a field names none.
    pub lists: Vec<CodeList>,
    key_at: HashMap<(&'static str, &'static str), usize>,
    list_at: HashMap<&'static str, usize>,
}

/// A kind of record: pupil, class, one of the tables of an EQMS report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its code: `pupil`, `pupil_award`.
    pub code: &'static str,
    /// The kind whose part it is, such as the awards of a pupil.
    pub parent: Option<&'static str>,
    /// Its Vietnamese title.
    pub title: &'static str,
}

/// Fields that are shown, encrypted and kept together: one JSON document per record and validity interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its code, unique in the specification: `pupil_health`.
    pub code: &'static str,
    /// The kind of record it belongs to.
    pub kind: &'static str,
    /// Who may see it, and whether it is encrypted.
    pub class: Class,
    /// Its Vietnamese title.
    pub title: &'static str,
}

/// How closely a field is kept (`foundations.md`, Fields and files have a class).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// What whoever works with the record sees.
    Basic,
    /// Personal number, papers, address, telephone: encrypted.
    Protected,
    /// Health, religion, violence, policy group, pay, party: encrypted, and a capability of its own.
    Sensitive,
}

impl Class {
    /// `basic`, `protected`, `sensitive`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Protected => "protected",
            Self::Sensitive => "sensitive",
        }
    }
}

/// What a value of a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// One line of text.
    Text,
    /// A value of the code list named here.
    Code(&'static str),
    /// Yes or no.
    Boolean,
    /// A whole number, not negative.
    Integer,
    /// A number with decimals, exact, not negative.
    Decimal,
    /// A day.
    Date,
    /// A day, or only its month or year where no more is known: births, foundations, courses.
    PartialDate,
    /// The code of a record of the kind named here.
    Reference(&'static str),
    /// Records of the kind named here.
    Parts(&'static str),
}

/// Who makes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Somebody types or imports it.
    Entered,
    /// Khuê computes it in the room named here; until the room exists, an imported value is what others reported.
    Derived(&'static str),
}

/// Where a value is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// A column Khuê reasons with: `person.birth_date`.
    Typed(&'static str),
    /// The document of its group.
    Stored,
    /// Records of their own, of the kind named here.
    Parts(&'static str),
}

/// One thing a kind of record has, whatever the annex calls it at each level.
#[derive(Clone, Debug)]
pub struct Key {
    /// The kind of record.
    pub kind: &'static str,
    /// Its name in documents and in the interface, never changed once released: `ethnic_group`.
    pub key: &'static str,
    /// Its Vietnamese label.
    pub label: &'static str,
    /// What a value is.
    pub value: Type,
    /// Who makes it.
    pub source: Source,
    /// Its field group; a key that stands for records of another kind has none.
    pub group: Option<&'static str>,
    /// Where it is kept.
    pub home: Home,
    /// The levels that have it.
    pub levels: Levels,
    /// The longest that any level allows, in characters or digits; `None` where a level sets no limit.
    pub length: Option<usize>,
    /// Its lines in the annex, as places in [`Spec::fields`].
    pub fields: Vec<usize>,
}

/// One line of the annex.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its number in the annex, from 1.
    pub number: usize,
    /// The section: `3.4`.
    pub section: &'static str,
    /// The code of the record: `HSC2.1.1`.
    pub record: &'static str,
    /// The levels it is for.
    pub levels: Levels,
    /// The official symbol, as printed: `MA_DAN_TOC`.
    pub symbol: &'static str,
    /// The Vietnamese label, as printed but for its spaces.
    pub label: &'static str,
    /// The type as printed: `string`, `enumeration`, `boolean`, `integer`, `decimal`, `date`, `list`. Where it differs
    /// from the type of the key, the pack's notes say why.
    pub printed_type: &'static str,
    /// The record it refers to, as printed.
    pub refers: &'static str,
    /// The length as printed.
    pub length: Option<usize>,
    /// The remark as printed.
    pub note: &'static str,
    /// The kind of record.
    pub kind: &'static str,
    /// The key it is.
    pub key: &'static str,
}

/// The specification of QĐ 4998/QĐ-BGDĐT.
pub fn qd4998() -> Result<&'static Spec> {
    static SPEC: OnceLock<Spec> = OnceLock::new();
    if let Some(spec) = SPEC.get() {
        return Ok(spec);
    }
    let read = read::read("qd4998")?;
    Ok(SPEC.get_or_init(|| read))
}

impl Spec {
    /// A kind of record.
    #[must_use]
    pub fn kind(&self, code: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.code == code)
    }

    /// A field group.
    #[must_use]
    pub fn group(&self, code: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.code == code)
    }

    /// The groups of a kind, in the order in which people read them.
    pub fn groups_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Group> {
        self.groups.iter().filter(move |group| group.kind == kind)
    }

    /// A key of a kind.
    #[must_use]
    pub fn key(&self, kind: &str, key: &str) -> Option<&Key> {
        self.key_at.get(&(kind, key)).map(|at| &self.keys[*at])
    }

    /// The keys of a kind that a level has.
    pub fn keys_of<'a>(&'a self, kind: &'a str, level: Level) -> impl Iterator<Item = &'a Key> {
        self.keys.iter().filter(move |key| key.kind == kind && key.levels.contains(level))
    }

    /// The lines of a kind at a level, in the annex's order: the columns of an export.
    pub fn fields_of<'a>(&'a self, kind: &'a str, level: Level) -> impl Iterator<Item = &'a Field> {
        self.fields.iter().filter(move |field| field.kind == kind && field.levels.contains(level))
    }

    /// The line of a kind, level and official symbol. Three symbols stand twice in one record; this is the first.
    #[must_use]
    pub fn field<'a>(&'a self, kind: &'a str, level: Level, symbol: &str) -> Option<&'a Field> {
        self.fields_of(kind, level).find(|field| field.symbol == symbol)
    }

    /// The key of a line.
    #[must_use]
    pub fn key_of(&self, field: &Field) -> &Key {
        self.key(field.kind, field.key).expect("reading refuses a line without its key")
    }

    /// The class of a key; of one that stands for records of another kind, the strictest of theirs.
    #[must_use]
    pub fn class_of(&self, key: &Key) -> Class {
        match (key.value, key.group) {
            (Type::Parts(kind), _) => {
                self.groups_of(kind).map(|group| group.class).max().expect("reading refuses a kind without groups")
            }
            (_, group) => group.and_then(|code| self.group(code)).expect("reading refuses a key without group").class,
        }
    }

    /// A code list.
    #[must_use]
    pub fn list(&self, code: &str) -> Option<&CodeList> {
        self.list_at.get(code).map(|at| &self.lists[*at])
    }
}

#[cfg(test)]
mod tests;
