//! How much of the specification is kept: found by a round trip, never by a list.
//!
//! In a throw-away database every key of every kind gets a value, as a person or an import writes it; what is shown is
//! compared; everything goes out as tables, comes into another throw-away database and is compared again. A line of the
//! annex is covered when its value came back unchanged at each of its levels. `khue sector coverage` and a test run this.

use std::collections::{BTreeMap, BTreeSet};

use auth::Require as _;
use base::sheet::Cell;
use base::{AccountId, Error, Result, UnitId, Uuid};
use db::Tx;
use rules::sector::{Hand, Home, Key, Level, Source, Spec, Type, qd4998};
use serde::Serialize;

use super::parts::{self, SetPart};
use super::read::{self, Wanted, keys_of};
use super::record::{self, Of};
use super::scene::{self, Seats};
use super::sheet::{self, Table};
use super::typed::{self, By};
use super::write::{self, SetFields, Writer};
use super::{Asked, computed};
use crate::load;

/// A kind and a key.
pub type Place = (&'static str, &'static str);

/// What was said of a school's records: values, and what was reported of computed fields, by kind and key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Values.
    pub values: BTreeMap<Place, String>,
    /// What others reported.
    pub reported: BTreeMap<Place, String>,
    /// What Khuê computed.
    pub computed: BTreeMap<Place, String>,
}

/// The schools of a throw-away database: one a level, and who acts.
#[derive(Clone, Debug)]
pub struct Schools {
    /// Who acts.
    pub account: AccountId,
    /// The records, by level.
    pub seats: Vec<(Level, Seats)>,
}

/// Level in the order of the annex, from 0.
fn number(level: Level) -> usize {
    Level::ALL.iter().position(|one| *one == level).unwrap_or_default()
}

/// Makes the schools. An act of the house, in an empty database.
pub fn prepare(tx: &mut Tx<'_>) -> Result<Schools> {
    if !tx.is_house() {
        return Err(Error::internal("only the house measures coverage"));
    }
    load::provinces(tx, rules::units::vietnam()?, &[scene::PROVINCE])?;
    let mut seats = Vec::new();
    for level in Level::ALL {
        let of_unit = crate::units::rules::LEVELS.contains(&level.code()).then_some(level.code());
        let n = number(level);
        let school = scene::school(tx, &format!("Trường Chưa Rõ {n}"), &format!("CHUARO{n}"), of_unit, 1)?;
        seats.push((level, scene::seat(tx, school, None, false)?));
    }
    let schools: Vec<UnitId> = seats.iter().map(|(_, seats)| seats.school).collect();
    let account = scene::somebody(tx, &schools)?;
    Ok(Schools { account, seats })
}

/// The records of a school in the order in which they can be written.
fn records(seats: &Seats) -> [(Of, Uuid); 4] {
    Of::ALL.map(|of| {
        let id = match of {
            Of::School => seats.school.0,
            Of::Staff => seats.staff,
            Of::Class => seats.class,
            Of::Pupil => seats.pupil,
        };
        (of, id)
    })
}

/// A right value of a key, as a person writes it.
fn made_up(spec: &Spec, key: &Key, level: Level) -> Result<String> {
    let n = number(level);
    let has = |name: &str| spec.key("class", name).is_some_and(|key| key.levels.contains(level));
    let known = match (key.kind, key.key) {
        ("school", "code") | ("class" | "staff" | "pupil", "school_code") => Some(format!("{n}90001")),
        ("school", "name") => Some(format!("Trường Thử {n}")),
        ("school", "level_group") => Some(format!("0{}", n.min(4) + 1)),
        (_, "commune") => scene::communes()?.first().map(|code| (*code).to_owned()),
        (_, "province") => Some(scene::PROVINCE.to_owned()),
        (_, "district") => rules::units::vietnam()?.old_districts.first().map(|district| district.code.to_owned()),
        ("campus", "code") | ("class", "campus_code") => Some(format!("{n}90002")),
        // Where a level has no code or grade of a class, the class keeps the one it was made with.
        ("class", "code") | ("pupil", "class_code") => {
            Some(if has("code") { "1A1" } else { scene::CLASS_CODE }.to_owned())
        }
        ("class" | "pupil", "grade") => Some(if has("grade") { "1" } else { scene::GRADE }.to_owned()),
        ("staff", "sector_code") | ("class", "homeroom_teacher") | ("class_subject", "teacher") => {
            Some(format!("{n}90003"))
        }
        ("class_subject", "semester") => Some("1".to_owned()),
        (_, "full_name") => Some("Nguyễn Thị Minh Ánh".to_owned()),
        ("pupil", "father_name") => Some("Trần Văn Bình".to_owned()),
        ("pupil", "mother_name") => Some("Lò Thị Ễnh".to_owned()),
        ("pupil", "guardian_name") => Some("Đặng Ông Ngoại".to_owned()),
        ("pupil", name) if name.ends_with("_birth_year") => Some(format!("19{}", 50 + name.len())),
        ("pupil", "personal_number") => Some("004 314 000 017".to_owned()),
        ("pupil", "contact_phone") => Some("0912 345 678".to_owned()),
        ("staff", "mobile") => Some("+84 987 654 321".to_owned()),
        ("staff", "email") => Some("Ten@truong.edu.vn".to_owned()),
        ("staff", "identity_number") => Some("B 1234567".to_owned()),
        _ => None,
    };
    if let Some(known) = known {
        return Ok(known);
    }
    // Neighbours say different things, so that one cannot stand for another.
    let at = spec.keys.iter().position(|one| one.kind == key.kind && one.key == key.key).unwrap_or_default();
    Ok(match key.value {
        // As long as it may be, and never the same as another key's.
        Type::Text | Type::Reference(_) => {
            let text = format!("{} thử Đặng {}", key.key, "ễ".repeat(60));
            text.chars().take(key.length.unwrap_or(20).min(60)).collect::<String>().trim().to_owned()
        }
        Type::Code(list) => {
            let values = spec.list(list).map_or(&[][..], |list| &list.values[..]);
            let found = values.get(at % values.len().max(1));
            found.map_or_else(|| format!("{:02}", at % 90 + 1), |value| value.code.to_owned())
        }
        Type::Boolean => if at % 2 == 0 { "Có" } else { "Không" }.to_owned(),
        Type::Integer if key.length == Some(1) => (at % 9 + 1).to_string(),
        Type::Integer => (at % 90 + 10).to_string(),
        Type::Decimal => format!("{},5", at % 90 + 1),
        Type::Date => format!("{:02}/09/2024", at % 28 + 1),
        Type::PartialDate if at % 2 == 0 => format!("{:02}/2014", at % 12 + 1),
        Type::PartialDate => format!("{:02}/03/2014", at % 28 + 1),
        Type::Parts(_) => String::new(),
    })
}

/// The right values of a kind at a level, as a person writes them: entered ones, then derived ones.
fn all_made_up(spec: &'static Spec, kind: &'static str, level: Level) -> Result<(Asked, Asked)> {
    let (mut entered, mut derived) = (Asked::new(), Asked::new());
    for key in keys_of(spec, kind).filter(|key| key.levels.contains(level)) {
        let side = if key.source == Source::Entered { &mut entered } else { &mut derived };
        side.insert(key.key.to_owned(), Some(made_up(spec, key, level)?));
    }
    Ok((entered, derived))
}

/// What is to be found again.
pub fn expected(level: Level) -> Result<Said> {
    let spec = qd4998()?;
    let mut said = Said::default();
    for kind in &spec.kinds {
        let (entered, derived) = all_made_up(spec, kind.code, level)?;
        for (from, to) in [(entered, &mut said.values), (derived, &mut said.reported)] {
            for (name, text) in from {
                let key = spec.key(kind.code, &name).ok_or_else(|| Error::internal("a key that was just read"))?;
                let checked = key.check(text.as_deref().unwrap_or_default(), Hand::Person, spec);
                let stored = checked.ok().flatten().map(|checked| checked.value.stored()).unwrap_or_default();
                let kept = typed::kept(key.kind, key.key, key.label, stored).unwrap_or_default();
                to.insert((key.kind, key.key), kept);
            }
        }
    }
    Ok(said)
}

/// Writes a right value for every key of a level: what a person may write as a person does, one group after another; the
/// rest (a code of the school, a class) as an import does.
pub fn fill(tx: &mut Tx<'_>, level: Level, seats: &Seats) -> Result<()> {
    let spec = qd4998()?;
    let from = tx.today();
    for (of, id) in records(seats) {
        let school = seats.school;
        let kinds: Vec<&'static str> = of.parts(spec).map(|kind| kind.code).collect();
        let (entered, derived) = all_made_up(spec, of.code(), level)?;
        let by_person = |name: &str| typed::of(of.code(), name).is_none_or(|typed| typed.by == By::Field);
        let operations: Asked = entered
            .iter()
            .filter(|(name, _)| !by_person(name))
            .chain(&derived)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        // First: a pupil has a place in the list only once there is a class.
        write::write_all(tx, (school, of, id), from, &operations, None, Writer::IMPORT)?;
        for group in spec.groups_of(of.code()) {
            let values: Asked = entered
                .iter()
                .filter(|(name, _)| by_person(name))
                .filter(|(name, _)| spec.key(of.code(), name).and_then(|key| key.group) == Some(group.code))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            if !values.is_empty() {
                let known = record::find(tx, school, of, id)?.version;
                write::write(tx, school, of, id, group.code, &SetFields { from: None, values }, Some(known))?;
            }
        }
        for kind in kinds {
            let (entered, derived) = all_made_up(spec, kind, level)?;
            if entered.is_empty() && derived.is_empty() {
                continue;
            }
            let by =
                if derived.is_empty() && parts::by_operation(kind).is_none() { Writer::PERSON } else { Writer::IMPORT };
            let values = entered.into_iter().chain(derived).collect();
            parts::add(tx, (school, of, id), kind, &SetPart { values }, None, from, by)?;
        }
    }
    Ok(())
}

/// All that is shown of a school's records, by the command that the API answers with.
pub fn seen(tx: &mut Tx<'_>, seats: &Seats) -> Result<Said> {
    let spec = qd4998()?;
    let mut said = Said::default();
    for (of, id) in records(seats) {
        let groups = spec.groups_of(of.code()).map(|group| group.code);
        let groups = groups.chain(of.parts(spec).map(|kind| kind.code)).map(str::to_owned).collect();
        let fields = read::read(tx, seats.school, of, id, &Wanted { as_of: None, groups })?.fields;
        for field in fields.groups.into_iter().flat_map(|group| group.fields) {
            let place = (of.code(), field.about.key);
            said.values.extend(field.value.map(|value| (place, value)));
            said.reported.extend(field.reported.map(|value| (place, value)));
        }
        for part in fields.parts {
            for row in part.rows {
                said.values.extend(row.values.into_iter().map(|(key, value)| ((part.kind, key), value)));
                said.reported.extend(row.reported.into_iter().map(|(key, value)| ((part.kind, key), value)));
            }
        }
    }
    // What Khuê computes itself was not entered.
    for place in computed::COMPUTED {
        said.computed.extend(said.values.remove(&place).map(|value| (place, value)));
    }
    Ok(said)
}

/// The tables of a school, as they go out.
pub fn take_out(tx: &mut Tx<'_>, level: Level, seats: &Seats) -> Result<Vec<Table>> {
    let on = tx.today();
    let mut all = Vec::new();
    for (of, id) in records(seats) {
        let (record, _) = super::rights::find(tx, seats.school, of, id)?;
        all.extend(sheet::tables(tx, of, &[record], &[level], on)?);
    }
    Ok(all)
}

/// The keys that tables say something of.
pub fn told_of(tables: &[Table], level: Level) -> Result<BTreeSet<Place>> {
    let spec = qd4998()?;
    let mut told = BTreeSet::new();
    for table in tables {
        let columns = sheet::columns(spec, table.kind, &[level]);
        for (at, head) in table.heads.iter().enumerate() {
            let said = table.rows.iter().any(|row| row.get(at).is_some_and(|cell| *cell != Cell::Empty));
            if let Some(column) = columns.iter().find(|column| said && column.heading == head.title) {
                told.insert((table.kind, column.key.key));
            }
        }
    }
    Ok(told)
}

/// Rows of cells, by the kind of the sheet they stood on.
pub type Cells = Vec<(&'static str, Vec<Vec<String>>)>;

/// Takes tables in, record by record and then their parts. Answers how many values changed.
pub fn bring_in(tx: &mut Tx<'_>, level: Level, seats: &Seats, cells: &Cells) -> Result<usize> {
    let spec = qd4998()?;
    let from = tx.today();
    let mut changed = 0;
    for (of, id) in records(seats) {
        let own = cells.iter().filter(|(kind, _)| *kind == of.code());
        for (_, cells) in own {
            for row in sheet::rows(of.code(), &[level], cells)? {
                let done = write::write_all(tx, (seats.school, of, id), from, &row.asked, None, Writer::IMPORT)?;
                changed += done.changed.len();
            }
        }
        for kind in of.parts(spec) {
            for (_, cells) in cells.iter().filter(|(one, _)| *one == kind.code) {
                for row in sheet::rows(kind.code, &[level], cells)? {
                    let before = record::find(tx, seats.school, of, id)?.version;
                    let cmd = SetPart { values: row.asked };
                    let done = parts::add(tx, (seats.school, of, id), kind.code, &cmd, None, from, Writer::IMPORT)?;
                    changed += usize::from(done.version != before);
                }
            }
        }
    }
    Ok(changed)
}

/// What one level's round trip found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trip {
    /// The values that were to come back.
    pub expected: Said,
    /// What was shown where they were entered.
    pub shown: Said,
    /// What went out.
    pub out: BTreeSet<Place>,
    /// What was shown where they were imported.
    pub back: Said,
    /// How many values a second import of the same file changed.
    pub again: usize,
}

impl Trip {
    fn came_back(&self, place: Place, side: impl Fn(&Said) -> &BTreeMap<Place, String>) -> bool {
        let wanted = side(&self.expected).get(&place).filter(|value| !value.is_empty());
        let held = side(&self.shown).get(&place) == wanted && side(&self.back).get(&place) == wanted;
        wanted.is_some() && held && self.out.contains(&place)
    }

    /// Whether a value that Khuê computes was shown, of what was entered and of what was imported, and went out.
    fn was_computed(&self, place: Place) -> bool {
        let shown = self.shown.computed.get(&place);
        shown.is_some() && shown == self.back.computed.get(&place) && self.out.contains(&place)
    }
}

/// The figures of one field group, or of a kind's lists of other records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The kind of record.
    pub kind: &'static str,
    /// The group.
    pub group: Option<&'static str>,
    /// Its Vietnamese title.
    pub title: &'static str,
    /// `basic`, `protected`, `sensitive`.
    pub class: Option<&'static str>,
    /// Lines of the annex.
    pub fields: usize,
    /// Of them entered.
    pub entered: usize,
    /// Of them derived.
    pub derived: usize,
    /// Of them in columns.
    pub typed: usize,
    /// Of them in documents.
    pub stored: usize,
    /// Of them lists of other records.
    pub parts: usize,
    /// Of the entered ones, those whose value was shown, went out, came in and was the same.
    pub covered: usize,
    /// Of the derived ones, those that Khuê computes today.
    pub computed: usize,
    /// Of the derived ones, those of which an imported value is kept as reported elsewhere, and came back.
    pub reported: usize,
    /// The rooms the derived ones wait for.
    pub rooms: BTreeSet<&'static str>,
    /// Code lists its fields name.
    pub lists: BTreeSet<&'static str>,
    /// Of them, those whose values are unknown.
    pub unknown_lists: BTreeSet<&'static str>,
    /// Entered keys that did not come back.
    pub missing: Vec<&'static str>,
}

/// The whole table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Row by row.
    pub rows: Vec<Row>,
    /// All together.
    pub total: Row,
    /// How many values a second import of the same files changed: none.
    pub changed_again: usize,
}

impl Coverage {
    /// Whether every entered line is covered.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.total.covered == self.total.entered && self.changed_again == 0
    }
}

/// Counts the lines of the annex by what the round trips found.
pub fn count(trips: &BTreeMap<Level, Trip>) -> Result<Coverage> {
    let spec = qd4998()?;
    let mut rows: Vec<Row> = Vec::new();
    for kind in &spec.kinds {
        for group in spec.groups_of(kind.code) {
            let class = Some(group.class.code());
            rows.push(Row { kind: kind.code, group: Some(group.code), title: group.title, class, ..Row::default() });
        }
        rows.push(Row { kind: kind.code, title: kind.title, ..Row::default() });
    }
    for key in &spec.keys {
        let found = rows.iter_mut().find(|row| row.kind == key.kind && row.group == key.group);
        let row = found.ok_or_else(|| Error::internal("a key without its group"))?;
        add(spec, trips, key, row);
    }
    rows.retain(|row| row.fields > 0);
    let mut total = Row { title: "Tất cả", ..Row::default() };
    for row in &rows {
        total.fields += row.fields;
        total.entered += row.entered;
        total.derived += row.derived;
        total.typed += row.typed;
        total.stored += row.stored;
        total.parts += row.parts;
        total.covered += row.covered;
        total.computed += row.computed;
        total.reported += row.reported;
        total.rooms.extend(&row.rooms);
        total.lists.extend(&row.lists);
        total.unknown_lists.extend(&row.unknown_lists);
        total.missing.extend(&row.missing);
    }
    Ok(Coverage { rows, total, changed_again: trips.values().map(|trip| trip.again).sum() })
}

fn add(spec: &Spec, trips: &BTreeMap<Level, Trip>, key: &Key, row: &mut Row) {
    let lines = key.fields.iter().filter_map(|at| spec.fields.get(*at));
    let all = lines.clone().count();
    let came =
        |level: Level, place: Place| trips.get(&level).is_some_and(|trip| trip.came_back(place, |said| &said.values));
    let told =
        |level: Level, place: Place| trips.get(&level).is_some_and(|trip| trip.came_back(place, |said| &said.reported));
    let is_computed = computed::COMPUTED.contains(&(key.kind, key.key));
    let counts = |level: Level, key: &Key| {
        let place = (key.kind, key.key);
        match key.source {
            Source::Entered => came(level, place),
            Source::Derived(_) if computed::COMPUTED.contains(&place) => {
                trips.get(&level).is_some_and(|trip| trip.was_computed(place))
            }
            Source::Derived(_) => told(level, place),
        }
    };
    // A list of other records is covered when something of every record it is made of came back.
    let holds = |level: Level| match key.value {
        Type::Parts(kind) => {
            let mut parts = spec.keys_of(kind, level).filter(|part| !matches!(part.value, Type::Parts(_))).peekable();
            parts.peek().is_some() && parts.all(|part| counts(level, part))
        }
        _ => counts(level, key),
    };
    let held = lines.filter(|line| line.levels.iter().all(holds)).count();
    row.fields += all;
    match key.source {
        Source::Entered => {
            row.entered += all;
            row.covered += held;
            if held < all {
                row.missing.push(key.key);
            }
        }
        Source::Derived(room) => {
            row.derived += all;
            if is_computed {
                row.computed += held;
            } else {
                row.reported += held;
                row.rooms.insert(room);
            }
        }
    }
    match (key.home, typed::of(key.kind, key.key)) {
        (Home::Parts(_), _) => row.parts += all,
        (_, Some(_)) => row.typed += all,
        (_, None) => row.stored += all,
    }
    if let Type::Code(list) = key.value {
        row.lists.insert(list);
        if spec.list(list).is_none_or(|list| !list.status.has_values()) {
            row.unknown_lists.insert(list);
        }
    }
}
