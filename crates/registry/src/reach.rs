//! Who may see which pupils of a school: by a role that reaches it, or because they lead or teach a class today. One
//! statement, and conditions of SQL for lists.

use auth::{Capability, Require as _, Scope};
use base::{Actor, ClassId, Error, Result, UnitId, Value};
use db::list::Predicate;
use db::{Tx, params};

db::statements! {
    /// The classes of a school that an account leads or teaches on a day; without a class: that it works there at all.
    pub CLASSES_OF = "SELECT CAST(NULL AS {uuid}) AS class, FALSE AS leads FROM employment e
          WHERE e.account = ?1 AND e.school = ?2 AND e.valid_from <= ?3 AND (e.valid_to IS NULL OR e.valid_to > ?3)
        UNION
        SELECT h.class, TRUE FROM employment e JOIN homeroom h ON h.school = e.school AND h.employment = e.id
          WHERE e.account = ?1 AND e.school = ?2 AND e.valid_from <= ?3 AND (e.valid_to IS NULL OR e.valid_to > ?3)
            AND h.valid_from <= ?3 AND (h.valid_to IS NULL OR h.valid_to > ?3)
        UNION
        SELECT t.class, FALSE FROM employment e JOIN teaching t ON t.school = e.school AND t.employment = e.id
          WHERE e.account = ?1 AND e.school = ?2 AND e.valid_from <= ?3 AND (e.valid_to IS NULL OR e.valid_to > ?3)
            AND t.valid_from <= ?3 AND (t.valid_to IS NULL OR t.valid_to > ?3)";
    /// Whether an account works at a school on a day.
    pub WORKS = "SELECT 1 FROM employment e
        WHERE e.account = ?1 AND e.valid_from <= ?2 AND (e.valid_to IS NULL OR e.valid_to > ?2) LIMIT 1";
}

/// Whether somebody may see pupils anywhere: for the navigation.
pub fn is_anywhere(tx: &mut Tx<'_>) -> Result<bool> {
    match tx.scope(Capability::PupilView)? {
        Scope::Everything => return Ok(true),
        Scope::Within { units, .. } if !units.is_empty() => return Ok(true),
        Scope::Within { .. } => {}
    }
    let Actor::Account { account, .. } = tx.ctx().actor().clone() else { return Ok(false) };
    let today = tx.today();
    Ok(tx.one::<(i64,)>(&WORKS, params![account, today])?.is_some())
}

/// Which pupils of a school somebody may see today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// All, now and formerly there.
    All,
    /// Those of these classes.
    Classes(Vec<ClassId>),
}

/// What somebody may do with the pupils of a school.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Whom they see.
    pub which: Which,
    /// The classes they lead.
    leads: Vec<ClassId>,
    /// What the roles allow there.
    may: Vec<Capability>,
}

/// What somebody may do with the pupils of a school. Whoever has no business with them gets the answer of
/// [`auth::Require::require`]: not found, or forbidden where the school is in sight.
pub fn of_school(tx: &mut Tx<'_>, school: UnitId) -> Result<Reach> {
    let refused = match tx.access(Capability::PupilView, school) {
        Ok(access) => return Ok(Reach { which: Which::All, leads: Vec::new(), may: access.may().to_vec() }),
        Err(error) if error.is(&auth::FORBIDDEN) || error.is(&auth::UNIT_NOT_FOUND) => error,
        Err(error) => return Err(error),
    };
    let Actor::Account { account, .. } = tx.ctx().actor().clone() else { return Err(refused) };
    let today = tx.today();
    let rows: Vec<(Option<ClassId>, bool)> = tx.all(&CLASSES_OF, params![account, school, today])?;
    if rows.is_empty() {
        return Err(refused);
    }
    tx.allowed_by("leading or teaching a class");
    let leads = rows.iter().filter(|(_, leads)| *leads).filter_map(|(class, _)| *class).collect();
    let mut classes: Vec<ClassId> = rows.into_iter().filter_map(|(class, _)| class).collect();
    classes.sort_unstable();
    classes.dedup();
    let may = tx.may(school)?;
    Ok(Reach { which: Which::Classes(classes), leads, may })
}

impl Reach {
    /// Whether the roles allow something at the school.
    #[must_use]
    pub fn may(&self, capability: Capability) -> bool {
        self.may.contains(&capability)
    }

    /// All that the roles allow at the school.
    #[must_use]
    pub fn all(&self) -> &[Capability] {
        &self.may
    }

    /// What the actor may do with a pupil who is in a class today, as the API says it.
    #[must_use]
    pub fn may_with(&self, class: Option<ClassId>) -> Vec<&'static str> {
        let mut may: Vec<Capability> =
            [Capability::PupilEdit, Capability::PupilViewSensitive, Capability::SchoolManage]
                .into_iter()
                .filter(|capability| self.may(*capability))
                .collect();
        if self.sees_protected(class) {
            may.push(Capability::PupilViewProtected);
        }
        may.sort_unstable();
        may.into_iter().map(Capability::as_str).collect()
    }

    /// Whether papers, addresses and telephones of a pupil who is in a class today may be shown: by the right, or to whoever
    /// leads the class, who must reach the family.
    #[must_use]
    pub fn sees_protected(&self, class: Option<ClassId>) -> bool {
        self.may(Capability::PupilViewProtected) || class.is_some_and(|class| self.leads.contains(&class))
    }

    /// Whether health, religion, policy groups and the like may be shown: by the right only.
    #[must_use]
    pub fn sees_sensitive(&self) -> bool {
        self.may(Capability::PupilViewSensitive)
    }

    /// The condition that a class, by a column that holds its id, is in reach; parameters from `?1`.
    #[must_use]
    pub fn of_classes(&self, column: &str) -> Predicate {
        let Which::Classes(classes) = &self.which else {
            return Predicate { text: "1 = 1".to_owned(), params: Vec::new() };
        };
        if classes.is_empty() {
            return Predicate { text: "1 = 0".to_owned(), params: Vec::new() };
        }
        let places = (1..=classes.len()).map(|n| format!("?{n}")).collect::<Vec<_>>().join(", ");
        Predicate {
            text: format!("{column} IN ({places})"),
            params: classes.iter().map(|class| Value::Uuid(class.0)).collect(),
        }
    }

    /// The condition that a pupil, by the columns of an enrolment's school and id, is in reach today; parameters from `?1`.
    #[must_use]
    pub fn of_pupils(&self, school: &str, enrolment: &str, today: base::Date) -> Predicate {
        let Predicate { text, mut params } = self.of_classes("reach_m.class");
        if params.is_empty() {
            return Predicate { text, params };
        }
        params.push(Value::Date(today));
        let day = params.len();
        let text = format!(
            "EXISTS (SELECT 1 FROM class_member reach_m WHERE reach_m.school = {school} AND reach_m.enrolment = {enrolment}
               AND reach_m.valid_from <= ?{day} AND (reach_m.valid_to IS NULL OR reach_m.valid_to > ?{day}) AND {text})"
        );
        Predicate { text, params }
    }

    /// Refuses a class out of reach, in the words for one that does not exist.
    pub fn require_class(&self, class: ClassId, refuse: impl FnOnce() -> Error) -> Result<()> {
        match &self.which {
            Which::All => Ok(()),
            Which::Classes(classes) if classes.contains(&class) => Ok(()),
            Which::Classes(_) => Err(refuse()),
        }
    }
}
