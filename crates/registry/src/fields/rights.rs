//! Who may see and change which fields of which records.
//!
//! | record | see basic | see protected | see sensitive | change (and see) |
//! |---|---|---|---|---|
//! | pupil | `pupil.view`, or teaching or leading their class | `pupil.view_protected`, or leading their class | `pupil.view_sensitive` | `pupil.edit` |
//! | staff | `staff.view` | `staff.view_private` | `staff.view_private` | `staff.edit` |
//! | class | `unit.view` | | | `school.manage` |
//! | school | `unit.view` | `staff.view_private` (its head's telephone) | | `school.manage`, or `unit.edit` |

use auth::{Capability, Require as _};
use base::{ClassId, Error, Result, UnitId, Uuid};
use db::{Tx, params};
use rules::sector::Class;

use super::record::{self, Of, Record};
use super::store;
use crate::reach::{self, Which};

/// What the actor may do with the fields of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    of: Of,
    may: Vec<Capability>,
}

const fn basic(of: Of) -> Capability {
    match of {
        Of::School | Of::Class => Capability::UnitView,
        Of::Pupil => Capability::PupilView,
        Of::Staff => Capability::StaffView,
    }
}

const fn closed(of: Of, class: Class) -> Capability {
    match (of, class) {
        (of, Class::Basic) => basic(of),
        (Of::Pupil, Class::Protected) => Capability::PupilViewProtected,
        (Of::Pupil, Class::Sensitive) => Capability::PupilViewSensitive,
        (Of::School | Of::Class | Of::Staff, Class::Protected | Class::Sensitive) => Capability::StaffViewPrivate,
    }
}

impl Rights {
    /// Whether the actor may see fields of a class.
    #[must_use]
    pub fn see(&self, class: Class) -> bool {
        self.may.contains(&closed(self.of, class))
    }

    /// Whether the actor may change fields of a class. Nobody changes what they may not see.
    #[must_use]
    pub fn edit(&self, class: Class) -> bool {
        let by: &[Capability] = match self.of {
            Of::School => &[Capability::SchoolManage, Capability::UnitEdit],
            Of::Class => &[Capability::SchoolManage],
            Of::Pupil => &[Capability::PupilEdit],
            Of::Staff => &[Capability::StaffEdit],
        };
        self.see(class) && by.iter().any(|one| self.may.contains(one))
    }
}

/// Finds a record, and what the actor, who at least sees what is basic about it, may do with it. The first line of every
/// command here. Whoever has no business with the school gets the same answer whether the record is there or not.
pub fn find(tx: &mut Tx<'_>, school: UnitId, of: Of, id: Uuid) -> Result<(Record, Rights)> {
    if of != Of::Pupil {
        let may = tx.access(basic(of), school)?.may().to_vec();
        return Ok((record::find(tx, school, of, id)?, Rights { of, may }));
    }
    let reach = reach::of_school(tx, school)?;
    let today = tx.today();
    let class = tx.one::<(ClassId,)>(&store::CLASS_OF, params![school, id, today])?.map(|(class,)| class);
    match class {
        Some(class) => reach.require_class(class, || record::missing(of))?,
        None if reach.which != Which::All => return Err(record::missing(of)),
        None => {}
    }
    let mut may: Vec<Capability> = Capability::ALL.into_iter().filter(|one| reach.may(*one)).collect();
    // Whoever leads or teaches the class sees what is basic; whoever leads it must reach the family.
    may.push(Capability::PupilView);
    if reach.sees_protected(class) {
        may.push(Capability::PupilViewProtected);
    }
    Ok((record::find(tx, school, of, id)?, Rights { of, may }))
}

/// Refuses whoever may not see fields of a class.
pub fn require_see(rights: &Rights, class: Class, title: &str) -> Result<()> {
    if rights.see(class) {
        return Ok(());
    }
    Err(forbidden(title, "xem"))
}

/// Refuses whoever may not change fields of a class.
pub fn require_edit(rights: &Rights, class: Class, title: &str) -> Result<()> {
    if rights.edit(class) {
        return Ok(());
    }
    Err(forbidden(title, "sửa"))
}

fn forbidden(title: &str, act: &str) -> Error {
    auth::FORBIDDEN.error(format!(
        "Bạn không có quyền {act} nhóm “{title}” của hồ sơ này. Hãy nhờ người quản trị của trường cấp quyền."
    ))
}
