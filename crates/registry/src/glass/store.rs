//! The SQL of the glass. Looks are counted by day, actor and view where they stand; the day is that of Viet Nam.

use std::collections::HashMap;

use base::{AccountId, Date, Instant, PersonId, Result, UnitId, Uuid, Value};
use db::{Built, Tx};

/// So many rows of each sort are read.
pub(super) const AT_MOST: usize = 3_000;

db::row! {
    /// Looks of one actor in one view on one day.
    pub struct LookRow {
        /// Days since 1970.
        pub day: i64,
        /// `account`, `system` or `operator`.
        pub actor_kind: String,
        /// Who.
        pub actor: String,
        /// What was shown.
        pub view: String,
        /// Why.
        pub purpose: Option<String>,
        /// How often.
        pub times: i64,
        /// When last.
        pub last_at: Instant,
    }

    /// A change.
    pub struct ChangeRow {
        /// Which entry.
        pub id: Uuid,
        /// What happened.
        pub kind: String,
        /// `account`, `system` or `operator`.
        pub actor_kind: String,
        /// Who.
        pub actor: String,
        /// When.
        pub at: Instant,
        /// What the journal keeps of it.
        pub body: Option<Vec<u8>>,
    }

    /// A stretch of days in a class.
    pub struct ClassRow {
        /// Which.
        pub class: Uuid,
        /// From when.
        pub valid_from: Date,
        /// Until before when.
        pub valid_to: Option<Date>,
    }

    /// A class that somebody leads or teaches.
    pub struct TaughtRow {
        /// Who.
        pub account: AccountId,
        /// Where.
        pub school: UnitId,
        /// Which.
        pub class: Uuid,
        /// What it is called.
        pub class_name: String,
        /// Which subject; none where they lead it.
        pub subject: Option<String>,
        /// From when.
        pub valid_from: Date,
        /// Until before when.
        pub valid_to: Option<Date>,
    }

    /// A role somebody has or had.
    pub struct GrantRow {
        /// Who.
        pub account: AccountId,
        /// Which.
        pub role: String,
        /// Where.
        pub unit: UnitId,
        /// From when.
        pub valid_from: Date,
        /// Until before when.
        pub valid_to: Option<Date>,
        /// When it was taken.
        pub ended_at: Option<Instant>,
    }

    /// A child of whoever asks.
    pub struct ChildRow {
        /// The child's stay at the school.
        pub pupil: Uuid,
        /// The child.
        pub person: PersonId,
        /// How they are called.
        pub full_name: String,
        /// At which school.
        pub school: UnitId,
        /// What whoever asks is to them, as the school was told.
        pub relation: String,
        /// The class today.
        pub class_name: Option<String>,
        /// Whether they are there today.
        pub here: bool,
    }

    /// A relative of a pupil, and the account they sign in with.
    pub struct LinkRow {
        /// `father`, `mother`, `guardian`.
        pub relation: String,
        /// Who.
        pub guardian: PersonId,
        /// How they are called.
        pub full_name: String,
        /// What they sign in with.
        pub login: Option<String>,
        /// How the account is called.
        pub account_name: Option<String>,
        /// Since when.
        pub given_at: Option<Instant>,
    }
}

db::statements! {
    /// The relatives of a pupil, and their accounts.
    pub LINKS = "SELECT k.relation, k.relative AS guardian, p.full_name, a.login, a.display_name AS account_name, g.given_at
        FROM kinship k JOIN person p ON p.id = k.relative
        LEFT JOIN guardian_account g ON g.school = k.school AND g.guardian = k.relative
        LEFT JOIN account a ON a.id = g.account
        WHERE k.school = ?1 AND k.child = ?2 ORDER BY k.relation";
    /// A relative signs in with an account from now on.
    pub LINK = "INSERT INTO guardian_account (school, guardian, account, given_by, given_at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (school, guardian) DO UPDATE SET account = excluded.account, given_by = excluded.given_by,
          given_at = excluded.given_at";
    /// They do no longer.
    pub UNLINK = "DELETE FROM guardian_account WHERE school = ?1 AND guardian = ?2";
    /// An account that has been given the role of a family at a school.
    pub FAMILY = "SELECT a.id FROM account a JOIN role_grant g ON g.account = a.id
        WHERE a.login = ?1 AND g.unit = ?2 AND g.role = 'guardian' AND g.ended_at IS NULL
          AND g.valid_from <= ?3 AND (g.valid_to IS NULL OR g.valid_to > ?3) ORDER BY g.id LIMIT 1";
    /// The children of an account: those of whom a school has told it that it is a relative's, while it is given the role
    /// there. Of several stays at a school the last.
    pub CHILDREN = "SELECT e.id AS pupil, e.person, p.full_name, e.school, k.relation,
          (SELECT c.name FROM class_member m JOIN class c ON c.school = m.school AND c.id = m.class
            WHERE m.school = e.school AND m.enrolment = e.id AND m.valid_from <= ?2 AND (m.valid_to IS NULL OR m.valid_to > ?2)
            ORDER BY m.valid_from DESC LIMIT 1) AS class_name,
          e.valid_from <= ?2 AND (e.valid_to IS NULL OR e.valid_to > ?2) AS here
        FROM guardian_account g
        JOIN kinship k ON k.school = g.school AND k.relative = g.guardian
        JOIN enrolment e ON e.school = k.school AND e.person = k.child
        JOIN person p ON p.id = e.person
        WHERE g.account = ?1
          AND EXISTS (SELECT 1 FROM role_grant r WHERE r.account = g.account AND r.unit = g.school AND r.role = 'guardian'
            AND r.ended_at IS NULL AND r.valid_from <= ?2 AND (r.valid_to IS NULL OR r.valid_to > ?2))
          AND NOT EXISTS (SELECT 1 FROM enrolment later WHERE later.person = e.person AND later.school = e.school
            AND (later.valid_from > e.valid_from OR (later.valid_from = e.valid_from AND later.id > e.id)))
        ORDER BY here DESC, p.sort_key, e.id LIMIT 50";
    /// Whether an account is a relative's anywhere: for the navigation.
    pub ANY_CHILD = "SELECT 1 FROM guardian_account WHERE account = ?1 LIMIT 1";
}

/// `?1, ?2 …` for ids, which are put among the parameters.
pub(super) fn places(params: &mut Vec<Value<'static>>, ids: impl IntoIterator<Item = Uuid>) -> String {
    let mut all = Vec::new();
    for id in ids {
        params.push(Value::Uuid(id));
        all.push(format!("?{}", params.len()));
    }
    all.join(", ")
}

/// Looks at the records of a person, by day, the last first.
pub(super) fn looks(tx: &mut Tx<'_>, people: &[PersonId], from: Instant, to: Instant) -> Result<Vec<LookRow>> {
    let mut params = vec![Value::Int(from.0), Value::Int(to.0)];
    let of = places(&mut params, people.iter().map(|one| one.0));
    let sql = format!(
        "SELECT (l.at + 25200000000) / 86400000000 AS day, l.actor_kind, l.actor, l.view, l.purpose, count(*) AS times,
           max(l.at) AS last_at
         FROM look_set_person p CROSS JOIN look l
         WHERE p.person IN ({of}) AND l.look_set = p.look_set AND l.at >= ?1 AND l.at < ?2
         GROUP BY (l.at + 25200000000) / 86400000000, l.actor_kind, l.actor, l.view, l.purpose
         ORDER BY day DESC, l.actor_kind, l.actor, l.view, l.purpose NULLS LAST LIMIT {AT_MOST}"
    );
    let sql = Built::new("glass_looks", &sql, tx.dialect());
    tx.all(&sql, &params)
}

/// Changes of the records of a person: of who they are, and of their stays at schools; the last first.
pub(super) fn changes(tx: &mut Tx<'_>, people: &[PersonId], from: Instant, to: Instant) -> Result<Vec<ChangeRow>> {
    let mut params = vec![Value::Int(from.0), Value::Int(to.0)];
    let of = places(&mut params, people.iter().map(|one| one.0));
    let sql = format!(
        "SELECT e.id, e.kind, e.actor_kind, e.actor, e.at, p.body
         FROM (SELECT id FROM person WHERE id IN ({of}) UNION SELECT id FROM enrolment WHERE person IN ({of})) s
         CROSS JOIN journal_entry e LEFT JOIN journal_payload p ON p.row = e.row
         WHERE e.subject = s.id AND e.at >= ?1 AND e.at < ?2
         ORDER BY e.at DESC, e.row DESC LIMIT {AT_MOST}"
    );
    let sql = Built::new("glass_changes", &sql, tx.dialect());
    tx.all(&sql, &params)
}

/// The classes a person was in.
pub(super) fn classes_of(tx: &mut Tx<'_>, people: &[PersonId]) -> Result<Vec<ClassRow>> {
    let mut params = Vec::new();
    let of = places(&mut params, people.iter().map(|one| one.0));
    let sql = format!(
        "SELECT m.class, m.valid_from, m.valid_to FROM enrolment e CROSS JOIN class_member m
         WHERE e.person IN ({of}) AND m.school = e.school AND m.enrolment = e.id ORDER BY m.valid_from, m.class"
    );
    let sql = Built::new("glass_classes", &sql, tx.dialect());
    tx.all(&sql, &params)
}

/// Asks about accounts; nothing where there are none.
fn of_accounts<T: db::FromRow>(
    tx: &mut Tx<'_>,
    name: &'static str,
    accounts: &[AccountId],
    text: impl Fn(&str) -> String,
) -> Result<Vec<T>> {
    let mut all = Vec::new();
    for some in accounts.chunks(500) {
        let mut params = Vec::new();
        let of = places(&mut params, some.iter().map(|one| one.0));
        let sql = Built::new(name, &text(&of), tx.dialect());
        all.extend(tx.all::<T>(&sql, &params)?);
    }
    Ok(all)
}

/// How accounts are called.
pub(super) fn names(tx: &mut Tx<'_>, accounts: &[AccountId]) -> Result<HashMap<AccountId, String>> {
    let rows: Vec<(AccountId, String)> = of_accounts(tx, "glass_names", accounts, |of| {
        format!("SELECT id, display_name FROM account WHERE id IN ({of}) ORDER BY id")
    })?;
    Ok(rows.into_iter().collect())
}

/// The roles accounts have or had.
pub(super) fn grants(tx: &mut Tx<'_>, accounts: &[AccountId]) -> Result<Vec<GrantRow>> {
    of_accounts(tx, "glass_grants", accounts, |of| {
        format!(
            "SELECT account, role, unit, valid_from, valid_to, ended_at FROM role_grant WHERE account IN ({of})
             ORDER BY account, valid_from, id"
        )
    })
}

/// The classes accounts lead or teach, or did.
pub(super) fn taught(tx: &mut Tx<'_>, accounts: &[AccountId]) -> Result<Vec<TaughtRow>> {
    of_accounts(tx, "glass_taught", accounts, |of| {
        format!(
            "SELECT e.account, h.school, h.class, c.name AS class_name, CAST(NULL AS text) AS subject, h.valid_from, h.valid_to
             FROM employment e CROSS JOIN homeroom h CROSS JOIN class c
             WHERE e.account IN ({of}) AND h.school = e.school AND h.employment = e.id AND c.school = h.school AND c.id = h.class
             UNION
             SELECT e.account, t.school, t.class, c.name, t.subject, t.valid_from, t.valid_to
             FROM employment e CROSS JOIN teaching t CROSS JOIN class c
             WHERE e.account IN ({of}) AND t.school = e.school AND t.employment = e.id AND c.school = t.school AND c.id = t.class
             ORDER BY 1, 3, 5, 6"
        )
    })
}
