//! A unit and what is told beside it on a day, in one statement: each statement costs PostgreSQL as much to begin as to
//! answer.

use auth::{EdgeKind, Require as _, Scope};
use base::{Date, Result, UnitId};
use db::{Tx, ask, params};

use super::show::UnitEdge;
use super::store::{self, Below, Flat};
use super::{PathStep, UnitRef, known};

/// A unit that stands on a day, and whether anything lies directly below it by place (part 1). Its edges over all time
/// (part 2), and what each authority was called on that day, if it stood then. Its levels (part 3).
macro_rules! around {
    ($more:literal) => {
        concat!(
            "SELECT 1 AS part, u.id, u.kind, n.full_name, n.name, c.code, u.valid_from, u.valid_to, u.version AS number,
               EXISTS (SELECT 1 FROM unit_edge e WHERE e.authority = ?1 AND e.kind = 'place'
                 AND e.valid_from <= ?2 AND (e.valid_to IS NULL OR e.valid_to > ?2)) AS any_below
             FROM unit u
             JOIN unit_name n ON n.unit = u.id AND n.valid_from <= ?2 AND (n.valid_to IS NULL OR n.valid_to > ?2)
             LEFT JOIN unit_code c ON c.unit = u.id AND c.valid_from <= ?2 AND (c.valid_to IS NULL OR c.valid_to > ?2)
             WHERE u.id = ?1 AND u.valid_from <= ?2 AND (u.valid_to IS NULL OR u.valid_to > ?2)
             UNION ALL
             SELECT 2, e.authority, u.kind, n.full_name, e.kind, NULL, e.valid_from, e.valid_to, 0, FALSE
             FROM unit_edge e JOIN unit u ON u.id = e.authority
             LEFT JOIN unit_name n ON n.unit = e.authority AND n.valid_from <= ?2 AND (n.valid_to IS NULL OR n.valid_to > ?2)
             WHERE e.unit = ?1
             UNION ALL
             SELECT 3, l.unit, l.level, NULL, NULL, NULL, NULL, NULL, 0, FALSE FROM unit_level l WHERE l.unit = ?1",
            $more
        )
    };
}

db::statements! {
    /// On any day.
    pub AROUND = { around!("") };
    /// Today: also the units above it by place without the nation (part 4), by the closure; and whether the closure is of a
    /// later day already, as around midnight, so that these are not to be trusted (part 5).
    pub AROUND_TODAY = { around!(
        " UNION ALL
         SELECT 4, u.id, u.kind, n.full_name, n.name, NULL, NULL, NULL, above.depth, FALSE
         FROM unit_closure above JOIN unit u ON u.id = above.ancestor AND u.kind <> 'nation'
         JOIN unit_name n ON n.unit = u.id AND n.valid_from <= ?2 AND (n.valid_to IS NULL OR n.valid_to > ?2)
         WHERE above.kind = 'place' AND above.descendant = ?1 AND above.depth > 0
         UNION ALL
         SELECT 5, u.id, d.kind, NULL, NULL, NULL, NULL, NULL, 0, FALSE
         FROM unit_closure_date d CROSS JOIN unit u WHERE d.kind = 'place' AND d.day > ?2 AND u.id = ?1"
    ) };
}

db::row! {
    struct Beside {
        part: i64, id: UnitId, kind: String, full_name: Option<String>, name: Option<String>, code: Option<String>,
        valid_from: Option<Date>, valid_to: Option<Date>, number: i64, any_below: bool,
    }
}

/// A unit and what is told beside it.
#[derive(Debug, Default)]
pub struct Around {
    /// The unit, when it stands on that day.
    pub unit: Option<Flat>,
    /// Its edges over all time, with their days.
    pub edges: Vec<(UnitEdge, Date, Option<Date>)>,
    /// Its levels.
    pub levels: Vec<String>,
    /// The units above it by place, the furthest first, without the nation.
    pub path: Vec<PathStep>,
    /// What lies below it by place, in the actor's scope.
    pub below: Vec<Below>,
}

/// What is found on a day. The actor's rights at the unit were asked before.
pub fn look(tx: &mut Tx<'_>, id: UnitId, on: Date, scope: &Scope) -> Result<Around> {
    // What a person may do was judged by the closure of today; the house is not judged.
    let by_closure = on == tx.today() && !tx.is_house();
    let mut around = Around::default();
    let mut any_below = false;
    let (walking, what) = store::paths(&[id], on, tx.dialect());
    let (mut rows, mut walked): (Vec<Beside>, Vec<store::Above>) = if by_closure {
        (tx.all(&AROUND_TODAY, params![id, on])?, Vec::new())
    } else {
        tx.together((ask(&AROUND, params![id, on]), ask(&walking, &what)))?
    };
    if rows.iter().any(|row| row.part == 5) {
        rows.retain(|row| row.part < 4);
        walked = tx.all(&walking, &what)?;
    }
    // Levels by code, edges by matter and day, what is above from the furthest.
    rows.sort_by(|a, b| {
        let order = |row: &Beside| (row.part, -row.number);
        order(a).cmp(&order(b)).then_with(|| (&a.name, &a.kind, a.valid_from).cmp(&(&b.name, &b.kind, b.valid_from)))
    });
    // An authority that did not stand on that day is called by the name it had last before, or first after.
    let gone: Vec<UnitId> =
        rows.iter().filter(|row| row.part == 2 && row.full_name.is_none()).map(|row| row.id).collect();
    let gone = store::called(tx, &gone, on)?;
    for row in rows {
        let called = || gone.iter().find(|(id, ..)| *id == row.id).map(|(.., name)| name.clone());
        let full_name = row.full_name.or_else(called).unwrap_or_default();
        match (row.part, row.name, row.valid_from) {
            (1, Some(name), Some(valid_from)) => {
                any_below = row.any_below;
                around.unit = Some(Flat {
                    id: row.id,
                    kind: row.kind,
                    code: row.code,
                    name,
                    full_name,
                    valid_from,
                    valid_to: row.valid_to,
                    version: row.number,
                });
            }
            (2, Some(matter), Some(from)) => {
                let Some(kind) = EdgeKind::parse(&matter) else { continue };
                let authority = UnitRef { id: row.id, kind: row.kind, name: full_name };
                let edge = UnitEdge { kind: kind.as_str(), authority, from: known(from), to: row.valid_to };
                around.edges.push((edge, from, row.valid_to));
            }
            (3, ..) => around.levels.push(row.kind),
            (4, ..) => around.path.push(PathStep { id: row.id, name: full_name }),
            _ => {}
        }
    }
    around.path.extend(walked.into_iter().map(|(_, id, name)| PathStep { id, name }));
    if any_below {
        let (counting, among) = store::below(id, on, scope, tx.dialect());
        around.below = tx.all(&counting, &among)?;
    }
    Ok(around)
}
