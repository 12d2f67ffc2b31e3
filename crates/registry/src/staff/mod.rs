//! Staff: who works or worked at a school, as what, and which account is theirs.

pub mod account;
pub mod come_back;
pub mod correct;
pub mod employ;
pub mod export;
pub mod leave;
pub mod list;
pub mod person;
pub mod position;
pub mod show;
pub mod status;
pub mod store;
pub mod work;

use auth::{Capability, Require as _};
use base::{Actor, Code, EmploymentId, Error, Kind, Result, UnitId};
use db::{Tx, params};

/// Nobody of this id works here, or they are out of reach.
pub const STAFF_NOT_FOUND: Code = Code::new(Kind::NotFound, "staff.not_found", "Không tìm thấy cán bộ, giáo viên");

pub(crate) fn not_found() -> Error {
    STAFF_NOT_FOUND.error(
        "Không tìm thấy cán bộ, giáo viên này ở trường, hoặc ngoài phạm vi của bạn. Hãy tìm lại trong danh sách cán bộ.",
    )
}

/// Whose records at a school somebody may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// What the roles allow there.
    may: Vec<Capability>,
    /// Only these, which are the actor's own; without it, everybody's.
    own: Option<Vec<EmploymentId>>,
}

/// Whose records at a school somebody may see: everybody's by the right, or one's own. Whoever has no business with them gets
/// the answer of [`auth::Require::require`].
pub fn sight(tx: &mut Tx<'_>, school: UnitId) -> Result<Sight> {
    let refused = match tx.access(Capability::StaffView, school) {
        Ok(access) => return Ok(Sight { may: access.may().to_vec(), own: None }),
        Err(error) if error.is(&auth::FORBIDDEN) || error.is(&auth::UNIT_NOT_FOUND) => error,
        Err(error) => return Err(error),
    };
    let Actor::Account { account, .. } = tx.ctx().actor().clone() else { return Err(refused) };
    let today = tx.today();
    let own: Vec<(EmploymentId,)> = tx.all(&store::OWN, params![account, school, today])?;
    if own.is_empty() {
        return Err(refused);
    }
    tx.allowed_by("works at the school");
    let may = tx.may(school)?;
    Ok(Sight { may, own: Some(own.into_iter().map(|(id,)| id).collect()) })
}

/// What the actor works as at a school today. Tells nothing of anybody else.
pub fn own(tx: &mut Tx<'_>, school: UnitId) -> Result<Vec<EmploymentId>> {
    let Actor::Account { account, .. } = tx.ctx().actor().clone() else { return Ok(Vec::new()) };
    let today = tx.today();
    let own: Vec<(EmploymentId,)> = tx.all(&store::OWN, params![account, school, today])?;
    Ok(own.into_iter().map(|(id,)| id).collect())
}

impl Sight {
    /// Whether the roles allow something at the school.
    #[must_use]
    pub fn may(&self, capability: Capability) -> bool {
        self.may.contains(&capability)
    }

    /// The records seen where not all are.
    #[must_use]
    pub fn own(&self) -> Option<&[EmploymentId]> {
        self.own.as_deref()
    }

    /// Whether this is somebody's own record, seen for that.
    #[must_use]
    pub fn is_own(&self, id: EmploymentId) -> bool {
        self.own.as_ref().is_some_and(|own| own.contains(&id))
    }

    /// Refuses a record out of sight, in the words for one that does not exist.
    pub fn require(&self, id: EmploymentId) -> Result<()> {
        if self.own.is_none() || self.is_own(id) { Ok(()) } else { Err(not_found()) }
    }

    /// Whether papers, telephones and the like may be shown: by the right, or of oneself.
    #[must_use]
    pub fn sees_protected(&self, id: EmploymentId) -> bool {
        self.may(Capability::StaffViewPrivate) || self.is_own(id)
    }

    /// Whether one's account may be shown.
    #[must_use]
    pub fn sees_account(&self, id: EmploymentId) -> bool {
        self.may(Capability::AccountView) || self.is_own(id)
    }

    /// What the actor may do with somebody who works there, as the API says it.
    #[must_use]
    pub fn may_with(&self, id: EmploymentId) -> Vec<&'static str> {
        let mut may: Vec<Capability> = [Capability::StaffEdit, Capability::SchoolManage, Capability::AccountView]
            .into_iter()
            .filter(|capability| self.may(*capability))
            .collect();
        if self.sees_protected(id) {
            may.push(Capability::StaffViewPrivate);
        }
        may.sort_unstable();
        may.into_iter().map(Capability::as_str).collect()
    }
}
