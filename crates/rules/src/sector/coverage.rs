//! What the specification asks for, group by group: the table that `khue sector coverage` begins with.

use std::collections::BTreeSet;

use super::{Class, Home, Source, Spec, Type};

/// The table.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// One row a field group, and one a kind for its lists of other records; in the specification's order.
    pub rows: Vec<Covered>,
}

/// What the annex's lines of one field group are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// The kind of record.
    pub kind: &'static str,
    /// The field group; none for the lines that stand for lists of other records.
    pub group: Option<&'static str>,
    /// The Vietnamese title of the group, or of the kind.
    pub title: &'static str,
    /// The class of the group.
    pub class: Option<Class>,
    /// Lines of the annex.
    pub fields: usize,
    /// Of them, those that somebody types or imports.
    pub entered: usize,
    /// Of them, those that Khuê computes.
    pub derived: usize,
    /// Of them, those with a typed column.
    pub typed: usize,
    /// Of them, those in the group's document.
    pub stored: usize,
    /// Of them, those that stand for lists of other records.
    pub parts: usize,
    /// The code lists they name.
    pub lists: BTreeSet<&'static str>,
    /// Of these, those whose values are unknown.
    pub unknown_lists: BTreeSet<&'static str>,
    /// The rooms that the derived ones wait for.
    pub rooms: BTreeSet<&'static str>,
}

impl Covered {
    fn empty(kind: &'static str, group: Option<&'static str>, title: &'static str, class: Option<Class>) -> Self {
        Self {
            kind,
            group,
            title,
            class,
            fields: 0,
            entered: 0,
            derived: 0,
            typed: 0,
            stored: 0,
            parts: 0,
            lists: BTreeSet::new(),
            unknown_lists: BTreeSet::new(),
            rooms: BTreeSet::new(),
        }
    }

    fn add(&mut self, other: &Self) {
        self.fields += other.fields;
        self.entered += other.entered;
        self.derived += other.derived;
        self.typed += other.typed;
        self.stored += other.stored;
        self.parts += other.parts;
        self.lists.extend(&other.lists);
        self.unknown_lists.extend(&other.unknown_lists);
        self.rooms.extend(&other.rooms);
    }
}

impl Coverage {
    /// All rows together.
    #[must_use]
    pub fn total(&self) -> Covered {
        let mut total = Covered::empty("", None, "Tất cả", None);
        for row in &self.rows {
            total.add(row);
        }
        total
    }
}

/// The table of a specification. Each line of the annex is counted once, in the group of its key.
#[must_use]
pub fn coverage(spec: &Spec) -> Coverage {
    let mut rows = Vec::new();
    for kind in &spec.kinds {
        for group in spec.groups_of(kind.code) {
            rows.push(Covered::empty(kind.code, Some(group.code), group.title, Some(group.class)));
        }
        rows.push(Covered::empty(kind.code, None, kind.title, None));
    }
    for key in &spec.keys {
        let row = rows.iter_mut().find(|row| row.kind == key.kind && row.group == key.group);
        let row = row.expect("reading refuses a key without its group");
        let lines = key.fields.len();
        row.fields += lines;
        match key.source {
            Source::Entered => row.entered += lines,
            Source::Derived(room) => {
                row.derived += lines;
                row.rooms.insert(room);
            }
        }
        match key.home {
            Home::Typed(_) => row.typed += lines,
            Home::Stored => row.stored += lines,
            Home::Parts(_) => row.parts += lines,
        }
        if let Type::Code(list) = key.value {
            row.lists.insert(list);
            if spec.list(list).is_none_or(|list| !list.status.has_values()) {
                row.unknown_lists.insert(list);
            }
        }
    }
    rows.retain(|row| row.fields > 0);
    Coverage { rows }
}
