//! Which lists can be taken out of the house, with which columns, by whom. A list joins by one more [`Offer`].

use std::fs::File;

use auth::{Capability, Require as _};
use base::sheet::Mark;
use base::{ClassId, Error, Result, UnitId, Uuid};
use db::{Tx, params};
use rules::sector::Class;

use super::store;
use crate::imports::export::Cut;
use crate::imports::layout::{self, What};
use crate::reach::{self, Which};
use crate::staff::export;

/// A column of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its key.
    pub key: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// How closely it is kept.
    pub class: Class,
}

/// What is asked for: columns in the list's order, and the classes it is cut to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Which list.
    pub what: What,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The classes it is cut to; all when none.
    pub classes: Option<Vec<Uuid>>,
}

impl Asked {
    /// The closest class of its columns.
    #[must_use]
    pub fn holds(&self) -> Class {
        self.columns.iter().map(|column| column.class).max().unwrap_or(Class::Basic)
    }

    fn cut(&self) -> Cut {
        Cut { columns: self.columns.iter().map(|column| column.key).collect(), classes: self.classes.clone() }
    }
}

/// By what somebody may take a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A role that reaches the school.
    Role,
    /// They lead or teach the one class it is cut to.
    OwnClass,
}

/// A file, how many rows it has, and whose data it holds.
pub type Made = (File, usize, Vec<Uuid>);

/// A list that can be taken out of the house.
#[derive(Clone, Copy)]
pub struct Offer {
    /// Which.
    pub what: What,
    /// Its columns.
    pub columns: fn() -> Vec<Column>,
    /// Whether it can be cut to classes.
    pub by_class: bool,
    /// Whether its rows are people: then there is nothing to export of nobody.
    pub of_people: bool,
    /// What somebody has to hold who sees all of it or decides over it, by the closest class of what is asked.
    pub needs: fn(Class) -> &'static [Capability],
    /// The views in which takings are recorded as looks: of what is basic, and of what is not.
    pub views: [&'static str; 2],
    /// Refuses whoever may not take this of a school.
    pub allow: fn(&mut Tx<'_>, UnitId, &Asked) -> Result<By>,
    /// How many people it would hold.
    pub count: fn(&mut Tx<'_>, UnitId, &Asked) -> Result<i64>,
    /// Makes the file.
    pub make: fn(&mut Tx<'_>, UnitId, &Asked, &Mark) -> Result<Made>,
}

/// All of them.
pub static OFFERS: &[Offer] = &[
    Offer {
        what: What::Pupils,
        columns: pupil_columns,
        by_class: true,
        of_people: true,
        needs: |class| match class {
            Class::Basic => &[Capability::PupilView],
            Class::Protected => &[Capability::PupilView, Capability::PupilViewProtected],
            Class::Sensitive => {
                &[Capability::PupilView, Capability::PupilViewProtected, Capability::PupilViewSensitive]
            }
        },
        views: ["export.pupils", "export.pupils_protected"],
        allow: allow_pupils,
        count: count_pupils,
        make: |tx, school, asked, mark| crate::imports::export::pupils(tx, school, &asked.cut(), mark),
    },
    Offer {
        what: What::Staff,
        columns: || columns_of(What::Staff, STAFF_CLOSED),
        by_class: false,
        of_people: true,
        needs: |class| match class {
            Class::Basic => &[Capability::StaffView],
            Class::Protected | Class::Sensitive => &[Capability::StaffView, Capability::StaffViewPrivate],
        },
        views: ["export.staff", "export.staff_protected"],
        allow: allow_staff,
        count: |tx, school, _| counted(tx, school, &store::STAFF_COUNT),
        make: |tx, school, asked, mark| export::staff(tx, school, &asked.cut().columns, mark),
    },
    Offer {
        what: What::Classes,
        columns: || columns_of(What::Classes, &[]),
        by_class: false,
        of_people: false,
        needs: |_| &[Capability::StaffView],
        views: ["export.classes"; 2],
        allow: allow_staff,
        count: |tx, school, _| counted(tx, school, &store::LEADERS_COUNT),
        make: |tx, school, asked, mark| export::classes(tx, school, &asked.cut().columns, mark),
    },
    Offer {
        what: What::Assignments,
        columns: || columns_of(What::Assignments, &[]),
        by_class: false,
        of_people: false,
        needs: |_| &[Capability::StaffView],
        views: ["export.assignments"; 2],
        allow: allow_staff,
        count: |tx, school, _| counted(tx, school, &store::TEACHERS_COUNT),
        make: |tx, school, asked, mark| export::assignments(tx, school, &asked.cut().columns, mark),
    },
];

/// The offer of a list.
pub fn find(what: What) -> Result<&'static Offer> {
    OFFERS.iter().find(|offer| offer.what == what).ok_or_else(|| {
        let all: Vec<String> = OFFERS.iter().map(|offer| offer.what.title().to_lowercase()).collect();
        let detail = format!("Chưa xuất được danh sách này. Các danh sách xuất được: {}.", all.join(", "));
        Error::field("what", "export.what", detail)
    })
}

/// What is basic of a pupil's sheet; all else is protected. The names, work and years of parents stand on a pupil's page for
/// whoever sees the pupil, and are basic here too.
const BASIC: &[&str] = &["sector_code", "full_name", "birth_date", "sex", "ethnic_group", "status", "grade", "class"];

fn pupil_columns() -> Vec<Column> {
    let kin = |key: &str| layout::RELATIONS.iter().any(|(_, name, work, born)| [name, work, born].contains(&&key));
    let class = |key: &str| match key == layout::ORDER || BASIC.contains(&key) || kin(key) {
        true => Class::Basic,
        false => Class::Protected,
    };
    let title = |names: &[&'static str]| names.first().copied().unwrap_or_default();
    layout::PUPILS
        .iter()
        .map(|column| Column { key: column.key, title: title(column.names), class: class(column.key) })
        .collect()
}

/// By a role that sees pupils, or those who lead or teach the classes it is cut to. What is protected by the right to see
/// it, or by leading each of those classes. The operator has no rights at people and is let out by `docs/EXPORT.md` alone.
fn allow_pupils(tx: &mut Tx<'_>, school: UnitId, asked: &Asked) -> Result<By> {
    let reach = reach::of_school(tx, school)?;
    let classes: &[Uuid] = asked.classes.as_deref().unwrap_or_default();
    let by = match (&reach.which, classes) {
        (Which::All, _) => By::Role,
        (Which::Classes(_), []) => {
            return Err(auth::FORBIDDEN.error(
                "Bạn chỉ xuất được danh sách lớp mình chủ nhiệm hoặc dạy. Hãy chọn lớp, hoặc nhờ văn thư xuất danh sách cả trường.",
            ));
        }
        (Which::Classes(_), classes) => {
            for class in classes {
                reach.require_class(ClassId(*class), crate::classes::not_found)?;
            }
            if classes.len() == 1 { By::OwnClass } else { By::Role }
        }
    };
    let led = !classes.is_empty() && classes.iter().all(|class| reach.sees_protected(Some(ClassId(*class))));
    let sees = match asked.holds() {
        Class::Basic => true,
        Class::Protected => led || reach.sees_protected(None),
        Class::Sensitive => reach.sees_sensitive(),
    };
    if sees || auth::Require::is_house(tx) {
        return Ok(by);
    }
    Err(auth::FORBIDDEN.error(
        "Danh sách này có cột mà bạn không có quyền xem (giấy tờ, địa chỉ, điện thoại). Hãy bỏ các cột ấy rồi xuất lại.",
    ))
}

fn count_pupils(tx: &mut Tx<'_>, school: UnitId, asked: &Asked) -> Result<i64> {
    let today = tx.today();
    let relations = asked.cut().relations();
    let (sql, params) = store::counted((school, today), asked.classes.as_deref(), &relations, tx.dialect());
    let (pupils, relatives) = tx.one::<(i64, i64)>(&sql, &params)?.unwrap_or_default();
    Ok(pupils + relatives)
}

/// What of the staff's sheet is closed.
const STAFF_CLOSED: &[&str] = &["personal_number", "mobile", "email"];

fn columns_of(what: What, closed: &[&str]) -> Vec<Column> {
    let shown = what.columns().iter().filter(|column| column.key != layout::PLACE);
    let class = |key: &str| if closed.contains(&key) { Class::Protected } else { Class::Basic };
    shown.map(|column| Column { key: column.key, title: what.label(column.key), class: class(column.key) }).collect()
}

/// By a role that sees who works there; what is closed, by the right to see it.
fn allow_staff(tx: &mut Tx<'_>, school: UnitId, asked: &Asked) -> Result<By> {
    let may = tx.access(Capability::StaffView, school)?.may().to_vec();
    let needs = (find(asked.what)?.needs)(asked.holds());
    if needs.iter().all(|one| may.contains(one)) || tx.is_house() {
        return Ok(By::Role);
    }
    Err(auth::FORBIDDEN.error(
        "Danh sách này có cột mà bạn không có quyền xem (giấy tờ, điện thoại, thư điện tử). Hãy bỏ các cột ấy rồi xuất lại.",
    ))
}

fn counted(tx: &mut Tx<'_>, school: UnitId, sql: &db::Sql) -> Result<i64> {
    let today = tx.today();
    Ok(tx.one::<(i64,)>(sql, params![school, today])?.map_or(0, |(count,)| count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn papers_addresses_and_telephones_are_protected_in_a_file_too() {
        let columns = pupil_columns();
        let class = |key: &str| columns.iter().find(|column| column.key == key).map(|column| column.class);
        for key in ["personal_number", "identity_number", "contact_phone", "residence", "birth_place", "hamlet"] {
            assert_eq!(class(key), Some(Class::Protected), "{key}");
        }
        for key in ["full_name", "class", "birth_date", "father_name", layout::ORDER] {
            assert_eq!(class(key), Some(Class::Basic), "{key}");
        }
        // Of what the specification has, no column is kept less closely than there.
        let spec = rules::sector::qd4998().expect("reads");
        for column in &columns {
            if let Some(key) = spec.key("pupil", column.key) {
                assert!(column.class >= spec.class_of(key), "{}", column.key);
            }
        }
        for column in columns_of(What::Staff, STAFF_CLOSED) {
            if let Some(key) = spec.key("staff", column.key) {
                assert!(column.class >= spec.class_of(key), "{}", column.key);
            }
        }
    }
}
