//! What the pack says, as rows. Ids follow from the codes, so that every installation calls a unit by the same id.

use std::collections::{HashMap, HashSet};

use auth::EdgeKind;
use auth::edges::NewEdge;
use base::{Date, Error, Result, UnitId, Uuid};
use rules::units::{Change, Lineage, Units, full_name, word};

use super::days;
use crate::units::BEFORE_RECORDS;
use crate::units::store::{NewCode, NewName};

/// A unit of the plan.
pub(super) struct PlannedUnit {
    pub id: UnitId,
    pub kind: &'static str,
    pub from: Date,
    pub to: Option<Date>,
}

/// An event of the plan.
pub(super) struct PlannedEvent {
    pub id: Uuid,
    pub unit: UnitId,
    pub day: Date,
    pub kind: &'static str,
    pub basis: &'static str,
    pub to: Option<UnitId>,
}

/// A line of lineage of the plan.
pub(super) struct PlannedLine {
    pub from: UnitId,
    pub to: UnitId,
    pub day: Date,
    pub whole: bool,
    pub people: &'static str,
    pub from_name: String,
}

/// Everything that should stand.
#[derive(Default)]
pub(super) struct Plan {
    pub units: Vec<PlannedUnit>,
    pub names: Vec<NewName>,
    pub codes: Vec<NewCode>,
    pub edges: Vec<NewEdge>,
    pub events: Vec<PlannedEvent>,
    pub lineage: Vec<PlannedLine>,
}

/// An id from a name: SHA-256 under a namespace of ours, marked as version 8 (an id of one's own making).
fn id_of(name: &str) -> Uuid {
    let digest = db::keys::sha256(&[b"khue: units of viet nam\0", name.as_bytes()]);
    let mut bytes = [0u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    Uuid::from_bytes(bytes)
}

fn unit_id(table: &str, code: &str) -> UnitId {
    UnitId(id_of(&format!("{table}/{code}")))
}

/// Việt Nam, above all by place.
#[must_use]
pub fn nation() -> UnitId {
    unit_id("nation", "vn")
}

/// Bộ Giáo dục và Đào tạo.
#[must_use]
pub fn ministry() -> UnitId {
    unit_id("ministry", "moet")
}

/// A province of today, by its code of today.
#[must_use]
pub fn province(code: &str) -> UnitId {
    unit_id("province", code)
}

/// The Sở of a province of today.
#[must_use]
pub fn department(code: &str) -> UnitId {
    unit_id("department", code)
}

/// A commune of today, by its code of today.
#[must_use]
pub fn commune(code: &str) -> UnitId {
    unit_id("commune", code)
}

/// The office (UBND) of a commune of today.
#[must_use]
pub fn commune_office(code: &str) -> UnitId {
    unit_id("commune_office", code)
}

const NATIONAL_ASSEMBLY: &str = "202/2025/QH15";

/// What a unit is called over time: each state from its day on.
struct States(Vec<(Date, &'static str, &'static str)>);

impl States {
    /// A unit that began as `(name, kind)`, with the changes since.
    fn new(from: Date, name: &'static str, kind: &'static str) -> Self {
        Self(vec![(from, name, kind)])
    }

    fn then(&mut self, from: Date, name: &'static str, kind: &'static str) {
        if self.0.last().is_none_or(|(_, n, k)| (*n, *k) != (name, kind)) {
            self.0.push((from, name, kind));
        }
    }

    /// Applies the pack's changes of one unit.
    fn changed(&mut self, changes: &[&Change]) {
        for change in changes {
            let Some((_, name, kind)) = self.0.last().copied() else { continue };
            match change.field {
                "kind" => self.then(change.date, name, change.to),
                "name" => self.then(change.date, change.to, kind),
                // Areas and points are not kept.
                _ => {}
            }
        }
    }

    /// Each state with its days, the last one ending with the unit.
    fn stretches(&self, to: Option<Date>) -> impl Iterator<Item = (Date, Option<Date>, &'static str, &'static str)> {
        let ends: Vec<Option<Date>> = self.0.iter().skip(1).map(|(from, ..)| Some(*from)).chain([to]).collect();
        self.0.iter().zip(ends).map(|((from, name, kind), to)| (*from, to, *name, *kind))
    }
}

impl Plan {
    fn unit(&mut self, id: UnitId, kind: &'static str, from: Date, to: Option<Date>) {
        self.units.push(PlannedUnit { id, kind, from, to });
    }

    /// A unit of place is called by word and name.
    fn place_names(&mut self, unit: UnitId, states: &States, to: Option<Date>) {
        for (from, to, name, kind) in states.stretches(to) {
            self.names.push(NewName {
                unit,
                from,
                to,
                subkind: Some(kind),
                name: name.to_owned(),
                full_name: full_name(kind, name),
            });
        }
    }

    /// An office is called after its place.
    fn office_names(&mut self, unit: UnitId, short: &str, long: &str, states: &States, since: Date, to: Option<Date>) {
        for (from, to, name, kind) in states.stretches(to) {
            let from = from.max(since);
            if to.is_some_and(|to| to <= from) {
                continue;
            }
            self.names.push(NewName {
                unit,
                from,
                to,
                subkind: None,
                name: format!("{short} {} {name}", word(kind)),
                full_name: format!("{long} {} {name}", word(kind)),
            });
        }
    }

    fn code(&mut self, unit: UnitId, from: Date, to: Option<Date>, code: &str) {
        self.codes.push(NewCode { unit, from, to, system: "gso", code: code.to_owned() });
    }

    fn edge(&mut self, kind: EdgeKind, unit: UnitId, authority: UnitId, from: Date, to: Option<Date>) -> Result<()> {
        self.edges.push(NewEdge { kind, unit, authority, days: days(from, to)? });
        Ok(())
    }

    fn event(&mut self, unit: UnitId, day: Date, kind: &'static str, basis: &'static str, to: Option<UnitId>) {
        let id = id_of(&format!("event/{}/{day}/{kind}", Uuid::from(unit)));
        self.events.push(PlannedEvent { id, unit, day, kind, basis, to });
    }

    fn raised(&mut self, unit: UnitId, changes: &[&Change]) {
        for change in changes {
            match change.field {
                "kind" => self.event(unit, change.date, "raised", change.basis, None),
                "name" => self.event(unit, change.date, "renamed", change.basis, None),
                _ => {}
            }
        }
    }

    fn line(&mut self, from: UnitId, to: UnitId, day: Date, whole: bool, people: &'static str, from_name: String) {
        self.lineage.push(PlannedLine { from, to, day, whole, people, from_name });
    }

    /// The rows of a pack; of a few provinces (codes of today) when asked.
    pub(super) fn of(units: &Units, only: Option<&[&str]>) -> Result<Self> {
        let mut plan = Self::default();
        let day = units.pack.effective_from;
        let wanted = |province: &str| only.is_none_or(|only| only.contains(&province));
        let changes = |level: &str, code: &str| -> Vec<&Change> {
            units.changes.iter().filter(|change| change.level == level && change.code == code).collect()
        };

        plan.unit(nation(), "nation", BEFORE_RECORDS, None);
        plan.names.push(NewName {
            unit: nation(),
            from: BEFORE_RECORDS,
            to: None,
            subkind: None,
            name: "Việt Nam".to_owned(),
            full_name: "Việt Nam".to_owned(),
        });
        plan.unit(ministry(), "ministry", BEFORE_RECORDS, None);
        plan.names.push(NewName {
            unit: ministry(),
            from: BEFORE_RECORDS,
            to: None,
            subkind: None,
            name: "Bộ GDĐT".to_owned(),
            full_name: "Bộ Giáo dục và Đào tạo".to_owned(),
        });
        plan.edge(EdgeKind::Place, ministry(), nation(), BEFORE_RECORDS, None)?;

        // A province that was enlarged and kept its name is the same unit, also where the law gave it the code of
        // another: Lào Cai went on, and Yên Bái went into it, though the code 15 was Yên Bái's.
        let went: HashMap<&str, &str> = units.province_lineage.iter().map(|line| (line.old, line.new)).collect();
        let mut old_ids: HashMap<&str, UnitId> = HashMap::new();
        for new in units.provinces.iter().filter(|province| wanted(province.code)) {
            let mut from_here = units.old_provinces.iter().filter(|old| went.get(old.code) == Some(&new.code));
            let same = from_here
                .clone()
                .find(|old| old.name == new.name)
                .ok_or_else(|| Error::internal(format!("no old province is called {}", new.name)))?;
            let (id, sector) = (province(new.code), department(new.code));
            old_ids.insert(same.code, id);
            let changed = changes("province", new.code);
            let mut states = States::new(BEFORE_RECORDS, same.name, same.kind);
            states.then(day, new.name, new.kind);
            states.changed(&changed);
            plan.unit(id, "province", BEFORE_RECORDS, None);
            plan.place_names(id, &states, None);
            if same.code == new.code {
                plan.code(id, BEFORE_RECORDS, None, new.code);
            } else {
                plan.code(id, BEFORE_RECORDS, Some(day), same.code);
                plan.code(id, day, None, new.code);
            }
            plan.edge(EdgeKind::Place, id, nation(), BEFORE_RECORDS, None)?;
            plan.raised(id, &changed);
            plan.sector(sector, id, &states, None)?;
            let mut enlarged = false;
            for old in from_here.by_ref().filter(|old| old.code != same.code) {
                enlarged = true;
                let (gone, office) = (unit_id("old_province", old.code), unit_id("old_department", old.code));
                old_ids.insert(old.code, gone);
                let states = States::new(BEFORE_RECORDS, old.name, old.kind);
                plan.unit(gone, "province", BEFORE_RECORDS, Some(day));
                plan.place_names(gone, &states, Some(day));
                plan.code(gone, BEFORE_RECORDS, Some(day), old.code);
                plan.edge(EdgeKind::Place, gone, nation(), BEFORE_RECORDS, Some(day))?;
                plan.event(gone, day, "merged", NATIONAL_ASSEMBLY, None);
                plan.line(gone, id, day, true, "all", full_name(old.kind, old.name));
                plan.sector(office, gone, &states, Some(day))?;
                plan.event(office, day, "merged", NATIONAL_ASSEMBLY, None);
                let called = format!("Sở Giáo dục và Đào tạo {} {}", word(old.kind), old.name);
                plan.line(office, sector, day, true, "all", called);
                plan.edge(EdgeKind::Custody, office, sector, day, None)?;
            }
            if enlarged {
                plan.event(id, day, "merged", new.basis, None);
                plan.event(sector, day, "merged", new.basis, None);
            }
        }

        for earlier in &units.earlier_provinces {
            let Some(into) = old_ids.get(earlier.into).copied() else { continue };
            let (id, closed) = (unit_id("earlier_province", earlier.code), earlier.closed_on);
            plan.unit(id, "province", BEFORE_RECORDS, Some(closed));
            plan.place_names(id, &States::new(BEFORE_RECORDS, earlier.name, earlier.kind), Some(closed));
            plan.code(id, BEFORE_RECORDS, Some(closed), earlier.code);
            plan.edge(EdgeKind::Place, id, nation(), BEFORE_RECORDS, Some(closed))?;
            plan.event(id, closed, "merged", earlier.basis, None);
            plan.event(into, closed, "merged", earlier.basis, None);
            plan.line(id, into, closed, true, "all", full_name(earlier.kind, earlier.name));
        }

        let mut districts: HashMap<&str, (UnitId, Date)> = HashMap::new();
        for old in &units.old_districts {
            let Some(above) = old_ids.get(old.province) else { continue };
            let id = unit_id("old_district", old.code);
            districts.insert(old.code, (id, old.closed_on));
            plan.unit(id, "district", BEFORE_RECORDS, Some(old.closed_on));
            plan.place_names(id, &States::new(BEFORE_RECORDS, old.name, old.kind), Some(old.closed_on));
            plan.code(id, BEFORE_RECORDS, Some(old.closed_on), old.code);
            plan.edge(EdgeKind::Place, id, *above, BEFORE_RECORDS, Some(old.closed_on))?;
            plan.event(id, old.closed_on, "closed", NATIONAL_ASSEMBLY, None);
        }
        plan.communes(units, day, &wanted, &changes, &districts)?;
        Ok(plan)
    }

    /// A Sở: lies in its province, answers to the ministry.
    fn sector(&mut self, id: UnitId, province: UnitId, states: &States, to: Option<Date>) -> Result<()> {
        self.unit(id, "department", BEFORE_RECORDS, to);
        self.office_names(id, "Sở GDĐT", "Sở Giáo dục và Đào tạo", states, BEFORE_RECORDS, to);
        self.edge(EdgeKind::Place, id, province, BEFORE_RECORDS, to)?;
        self.edge(EdgeKind::Teaching, id, ministry(), BEFORE_RECORDS, to)
    }

    fn communes<'u>(
        &mut self,
        units: &'u Units,
        day: Date,
        wanted: &dyn Fn(&str) -> bool,
        changes: &dyn Fn(&str, &str) -> Vec<&'u Change>,
        districts: &HashMap<&str, (UnitId, Date)>,
    ) -> Result<()> {
        let bases: HashMap<&str, &'static str> = units.provinces.iter().map(|p| (p.code, p.commune_basis)).collect();
        let basis_of: HashMap<&str, &'static str> = units
            .communes
            .iter()
            .map(|commune| (commune.code, bases.get(commune.province).copied().unwrap_or_default()))
            .collect();
        let mut went: HashMap<(bool, &str), Vec<&Lineage>> = HashMap::with_capacity(units.lineage.len());
        for line in &units.lineage {
            went.entry((line.district, line.old)).or_default().push(line);
        }
        let going_on: HashMap<&str, &str> =
            units.lineage.iter().filter(|line| line.unchanged).map(|line| (line.new, line.old)).collect();
        let old_communes: HashMap<&str, _> = units.old_communes.iter().map(|old| (old.code, old)).collect();

        for new in units.communes.iter().filter(|commune| wanted(commune.province)) {
            let (id, office, above) = (commune(new.code), commune_office(new.code), province(new.province));
            let changed = changes("commune", new.code);
            let before = going_on.get(new.code).and_then(|old| old_communes.get(old));
            let mut states;
            if let Some(old) = before {
                states = States::new(BEFORE_RECORDS, old.name, old.kind);
                states.then(day, new.name, new.kind);
                self.unit(id, "commune", BEFORE_RECORDS, None);
                let (district, closed) = districts
                    .get(old.district)
                    .copied()
                    .ok_or_else(|| Error::internal(format!("no district {}", old.district)))?;
                self.edge(EdgeKind::Place, id, district, BEFORE_RECORDS, Some(closed))?;
                if old.code == new.code {
                    self.code(id, BEFORE_RECORDS, None, new.code);
                } else {
                    self.code(id, BEFORE_RECORDS, Some(day), old.code);
                    self.code(id, day, None, new.code);
                }
            } else {
                states = States::new(day, new.name, new.kind);
                self.unit(id, "commune", day, None);
                self.code(id, day, None, new.code);
                self.event(id, day, "founded", basis_of.get(new.code).copied().unwrap_or_default(), None);
            }
            states.changed(&changed);
            self.place_names(id, &states, None);
            self.edge(EdgeKind::Place, id, above, day, None)?;
            self.raised(id, &changed);

            self.unit(office, "commune_office", day, None);
            self.office_names(office, "UBND", "Ủy ban nhân dân", &states, day, None);
            self.edge(EdgeKind::Place, office, id, day, None)?;
            self.edge(EdgeKind::Teaching, office, department(new.province), day, None)?;
        }

        let unchanged: HashSet<&str> = going_on.values().copied().collect();
        for old in units.old_communes.iter().filter(|old| !unchanged.contains(old.code)) {
            let Some((district, closed)) = districts.get(old.district).copied() else { continue };
            let id = unit_id("old_commune", old.code);
            self.unit(id, "commune", BEFORE_RECORDS, Some(closed));
            self.place_names(id, &States::new(BEFORE_RECORDS, old.name, old.kind), Some(closed));
            self.code(id, BEFORE_RECORDS, Some(closed), old.code);
            self.edge(EdgeKind::Place, id, district, BEFORE_RECORDS, Some(closed))?;
            self.descend(id, went.get(&(false, old.code)), &basis_of, closed, &full_name(old.kind, old.name));
        }
        for old in &units.old_districts {
            if let (Some((id, closed)), Some(lines)) = (districts.get(old.code), went.get(&(true, old.code))) {
                self.descend(*id, Some(lines), &basis_of, *closed, &full_name(old.kind, old.name));
            }
        }
        Ok(())
    }

    /// An old unit and where it went.
    fn descend(
        &mut self,
        id: UnitId,
        lines: Option<&Vec<&Lineage>>,
        basis_of: &HashMap<&str, &'static str>,
        day: Date,
        called: &str,
    ) {
        let Some(lines) = lines else { return };
        let basis = lines.first().and_then(|line| basis_of.get(line.new)).copied().unwrap_or_default();
        let whole = lines.iter().any(|line| line.whole);
        self.event(id, day, if whole { "merged" } else { "split" }, basis, None);
        for line in lines {
            self.line(id, commune(line.new), day, line.whole, line.people, called.to_owned());
        }
    }
}
