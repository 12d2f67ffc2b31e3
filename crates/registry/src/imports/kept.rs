//! Previews that were looked at lately, as they were read: whoever scrolls through five thousand rows does not have the file
//! decrypted and read for each page. A file is never written twice, so what is kept of it is what it says; whether somebody
//! may see it is asked before, every time.

use std::sync::{Arc, Mutex, PoisonError};

use base::{Instant, Uuid};

use super::stage::Stage;

/// So many rows of all previews together: some tens of megabytes.
const ROWS: usize = 20_000;
/// What nobody looks at is let go after so long, when the next one is looked at.
const SECONDS: i64 = 600;

struct One {
    file: Uuid,
    stage: Arc<Stage>,
    rows: usize,
    seen: Instant,
}

static LATELY: Mutex<Vec<One>> = Mutex::new(Vec::new());

/// What a file says, if it was looked at lately.
#[must_use]
pub fn get(file: Uuid, now: Instant) -> Option<Arc<Stage>> {
    let mut all = LATELY.lock().unwrap_or_else(PoisonError::into_inner);
    all.retain(|one| one.seen.plus_seconds(SECONDS) > now);
    let one = all.iter_mut().find(|one| one.file == file)?;
    one.seen = now;
    Some(Arc::clone(&one.stage))
}

/// Keeps what a file says for whoever looks at it next.
pub fn put(file: Uuid, stage: &Arc<Stage>, now: Instant) {
    let rows = stage.tables.iter().map(|table| table.rows.len()).sum();
    let mut all = LATELY.lock().unwrap_or_else(PoisonError::into_inner);
    all.retain(|one| one.file != file && one.seen.plus_seconds(SECONDS) > now);
    if rows > ROWS {
        return;
    }
    // Those that were seen longest ago make room.
    all.sort_by_key(|one| one.seen);
    while all.iter().map(|one| one.rows).sum::<usize>() + rows > ROWS {
        all.remove(0);
    }
    all.push(One { file, stage: Arc::clone(stage), rows, seen: now });
}

#[cfg(test)]
mod tests {
    use super::super::stage::{Found, Staged, StagedRow};
    use super::*;

    fn stage(rows: usize) -> Arc<Stage> {
        let line = base::book::Line { row: 1, cells: Vec::new() };
        let row = StagedRow { line, was: std::collections::BTreeMap::new(), choice: None, found: Found::default() };
        let table = Staged {
            sheet: String::new(),
            what: None,
            skipped: false,
            sure: true,
            columns: Vec::new(),
            rows: vec![row; rows],
            aside: Vec::new(),
        };
        Arc::new(Stage {
            name: String::new(),
            notes: Vec::new(),
            tables: vec![table],
            make_classes: None,
            makes_classes: false,
            new_classes: Vec::new(),
        })
    }

    #[test]
    fn what_was_seen_longest_ago_makes_room_and_what_nobody_looks_at_is_let_go() {
        let at = |seconds: i64| Instant(seconds * 1_000_000);
        let file = Uuid::from_u128;
        put(file(1), &stage(9_000), at(0));
        put(file(2), &stage(9_000), at(1));
        assert!(get(file(1), at(2)).is_some());
        put(file(3), &stage(9_000), at(3));
        assert!(get(file(2), at(4)).is_none(), "made room");
        assert!(get(file(1), at(5)).is_some() && get(file(3), at(5)).is_some());
        put(file(4), &stage(20_001), at(6));
        assert!(get(file(4), at(7)).is_none(), "too long to be kept");
        assert!(get(file(3), at(5 + SECONDS)).is_none(), "nobody looked");
    }
}
