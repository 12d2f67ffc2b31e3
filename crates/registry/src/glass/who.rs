//! In which role somebody stood to a child on a day: by what they did then, not by what they do now.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use auth::role;
use base::{AccountId, Date, PersonId, Result, UnitId, Uuid};
use db::Tx;

use super::NAMES;
use super::store::{self, ClassRow, GrantRow, TaughtRow};

/// The account of an actor, as journals write it.
pub(super) fn account(actor: &str) -> Option<AccountId> {
    Uuid::try_parse(actor).ok().map(AccountId)
}

/// How somebody stood to the child.
pub(super) struct Stood {
    pub(super) title: String,
    pub(super) unit: Option<UnitId>,
    pub(super) name: Option<String>,
}

/// What is known of those who looked and changed.
pub(super) struct Known {
    names: HashMap<AccountId, String>,
    grants: HashMap<AccountId, Vec<GrantRow>>,
    taught: HashMap<AccountId, Vec<TaughtRow>>,
    classes: Vec<ClassRow>,
    units: HashMap<UnitId, String>,
}

fn holds(from: Date, to: Option<Date>, day: Date) -> bool {
    from <= day && to.is_none_or(|to| to > day)
}

impl Known {
    pub(super) fn of(tx: &mut Tx<'_>, mut accounts: Vec<AccountId>, child: &[PersonId]) -> Result<Self> {
        accounts.sort_unstable();
        accounts.dedup();
        let classes = store::classes_of(tx, child)?;
        let (mut grants, mut taught): (HashMap<_, Vec<GrantRow>>, HashMap<_, Vec<TaughtRow>>) = Default::default();
        let names = store::names(tx, &accounts)?;
        for row in store::grants(tx, &accounts)? {
            grants.entry(row.account).or_default().push(row);
        }
        for row in store::taught(tx, &accounts)? {
            taught.entry(row.account).or_default().push(row);
        }
        let mut units: BTreeSet<UnitId> = grants.values().flatten().map(|row| row.unit).collect();
        units.extend(taught.values().flatten().map(|row| row.school));
        let (units, today): (Vec<UnitId>, _) = (units.into_iter().collect(), tx.today());
        let units = crate::units::store::called(tx, &units, today)?;
        Ok(Self { names, grants, taught, classes, units: units.into_iter().map(|(id, _, name)| (id, name)).collect() })
    }

    pub(super) fn unit_name(&self, unit: UnitId) -> Option<String> {
        self.units.get(&unit).cloned()
    }

    /// Which of the units let families read the names of their people.
    pub(super) fn tell_names(&self, tx: &mut Tx<'_>) -> Result<BTreeMap<UnitId, bool>> {
        let mut all = BTreeMap::new();
        for unit in self.units.keys() {
            all.insert(*unit, platform::settings::flag(tx, &NAMES, Some(*unit))?);
        }
        Ok(all)
    }

    /// Whether the child was in a class on a day.
    fn was_in(&self, class: Uuid, day: Date) -> bool {
        self.classes.iter().any(|one| one.class == class && holds(one.valid_from, one.valid_to, day))
    }

    /// In which role an actor stood to the child on a day.
    pub(super) fn role(&self, kind: &str, actor: &str, day: Date) -> Result<Stood> {
        let plain = |title: &str| Stood { title: title.to_owned(), unit: None, name: None };
        let account = match kind {
            "system" => return Ok(plain("Hệ thống (tự động)")),
            "operator" => return Ok(plain("Người vận hành máy chủ")),
            _ => account(actor),
        };
        let Some(account) = account else { return Ok(plain("Không rõ")) };
        let name = self.names.get(&account).cloned();
        let of_class = |leads: bool| {
            let rows = self.taught.get(&account).into_iter().flatten();
            rows.filter(move |row| row.subject.is_none() == leads)
                .find(|row| holds(row.valid_from, row.valid_to, day) && self.was_in(row.class, day))
        };
        if let Some(row) = of_class(true) {
            let title = format!("Giáo viên chủ nhiệm {}", row.class_name);
            return Ok(Stood { title, unit: Some(row.school), name });
        }
        if let Some(row) = of_class(false) {
            let code = row.subject.as_deref().unwrap_or_default();
            let subject = rules::curriculum::name_of(code)?.unwrap_or(code);
            let title = format!("Giáo viên {subject} {}", row.class_name);
            return Ok(Stood { title, unit: Some(row.school), name });
        }
        let held = |row: &&GrantRow| {
            holds(row.valid_from, row.valid_to, day) && row.ended_at.is_none_or(|at| at.date_in_vietnam() >= day)
        };
        // Of several roles the one that opens most.
        let opens = |row: &&GrantRow| role::find(&row.role).map_or(0, |role| role.capabilities.len());
        let row = self.grants.get(&account).into_iter().flatten().filter(held).max_by_key(opens);
        Ok(match row.and_then(|row| role::find(&row.role).map(|role| (row, role))) {
            Some((row, role)) => Stood { title: role.name.to_owned(), unit: Some(row.unit), name },
            None => Stood { title: "Người không còn vai trò".to_owned(), unit: None, name },
        })
    }
}
