//! What can be allowed: a verb on a noun, and the one kind of edge along which it reaches from a unit to those below.

/// For what matter one unit answers to another. Place is not authority: each matter has its own tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    /// Where it lies (địa bàn).
    Place,
    /// Who answers for its organisation and staff (tổ chức, nhân sự).
    Staff,
    /// Who pays (ngân sách).
    Budget,
    /// Who leads its professional work (chuyên môn).
    Teaching,
    /// Who keeps its records (lưu giữ hồ sơ).
    Custody,
}

impl EdgeKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Place, Self::Staff, Self::Budget, Self::Teaching, Self::Custody];

    /// Its stable text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Staff => "staff",
            Self::Budget => "budget",
            Self::Teaching => "teaching",
            Self::Custody => "custody",
        }
    }

    /// Reads its text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl base::ToValue for EdgeKind {
    fn to_value(&self) -> base::Value<'_> {
        base::Value::Text(self.as_str().into())
    }
}

impl base::FromValue for EdgeKind {
    fn from_value(value: base::ValueRef<'_>) -> Result<Self, &'static str> {
        match value {
            base::ValueRef::Text(text) => Self::parse(text).ok_or("a kind of edge"),
            _ => Err("a kind of edge"),
        }
    }
}

/// One verb on one noun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// See a unit and what is basic about it. Follows `teaching`: from the ministry over the Sở and the commune's office
    /// to every school, whoever owns it. It is what "in sight" means.
    UnitView,
    /// Make a school or campus below a unit. Follows `teaching`.
    UnitCreate,
    /// Rename, move, merge, split or close a unit. Follows `teaching`.
    UnitEdit,
    /// See who holds a role at a unit. Follows `teaching`, as the accounts of a sector are run along its professional line.
    AccountView,
    /// Invite somebody to a role at a unit. Follows `teaching`.
    AccountInvite,
    /// Give and end roles at a unit. Follows `teaching`.
    GrantManage,
    /// End other people's sessions, when a device was lost. Follows `teaching`.
    SessionEndOther,
    /// Suspend and restore other people's accounts. Follows `teaching`.
    AccountSuspend,
    /// Give somebody a one-time password in place of one that was lost. Follows `teaching`.
    AccountRenewPassword,
    /// Read the journal of a unit. Follows `custody`: whoever keeps a closed unit's records can answer for them.
    JournalView,
    /// Change the settings of a unit. Follows `staff`: whoever answers for its organisation.
    SettingsManage,
    /// See pupils and what is basic about them: names, classes, birth. Follows `teaching`. Teachers see those they teach by
    /// what they do, not by this.
    PupilView,
    /// Admit pupils, move them, change what is written of them. Follows `teaching`.
    PupilEdit,
    /// See pupils' papers, personal numbers, addresses and telephones. Follows `teaching`.
    PupilViewProtected,
    /// See pupils' health, religion, policy group and the like. Follows `teaching`.
    PupilViewSensitive,
    /// See who works at a school and what is basic about them. Follows `staff`.
    StaffView,
    /// Take staff on, end their work, change what is written of them. Follows `staff`.
    StaffEdit,
    /// See the papers, telephones, pay and evaluations of staff. Follows `staff`.
    StaffViewPrivate,
    /// Make classes, assign teaching, keep the timetable and turn the school year. Follows `teaching`.
    SchoolManage,
    /// See all marks of a school. Follows `teaching`. Teachers see those they give, and of the class they lead, by what they
    /// do; nobody enters marks by a role.
    MarkView,
    /// Lock gradebooks, and open them again. Follows `teaching`.
    MarkLock,
}

impl Capability {
    /// All of them, in the order of the golden table.
    pub const ALL: [Self; 21] = [
        Self::UnitView,
        Self::UnitCreate,
        Self::UnitEdit,
        Self::AccountView,
        Self::AccountInvite,
        Self::GrantManage,
        Self::SessionEndOther,
        Self::AccountSuspend,
        Self::AccountRenewPassword,
        Self::JournalView,
        Self::SettingsManage,
        Self::PupilView,
        Self::PupilEdit,
        Self::PupilViewProtected,
        Self::PupilViewSensitive,
        Self::StaffView,
        Self::StaffEdit,
        Self::StaffViewPrivate,
        Self::SchoolManage,
        Self::MarkView,
        Self::MarkLock,
    ];

    /// Its stable text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnitView => "unit.view",
            Self::UnitCreate => "unit.create",
            Self::UnitEdit => "unit.edit",
            Self::AccountView => "account.view",
            Self::AccountInvite => "account.invite",
            Self::GrantManage => "grant.manage",
            Self::SessionEndOther => "session.end_other",
            Self::AccountSuspend => "account.suspend",
            Self::AccountRenewPassword => "account.renew_password",
            Self::JournalView => "journal.view",
            Self::SettingsManage => "settings.manage",
            Self::PupilView => "pupil.view",
            Self::PupilEdit => "pupil.edit",
            Self::PupilViewProtected => "pupil.view_protected",
            Self::PupilViewSensitive => "pupil.view_sensitive",
            Self::StaffView => "staff.view",
            Self::StaffEdit => "staff.edit",
            Self::StaffViewPrivate => "staff.view_private",
            Self::SchoolManage => "school.manage",
            Self::MarkView => "mark.view",
            Self::MarkLock => "mark.lock",
        }
    }

    /// The one kind of edge it follows from the unit of a grant to the units below.
    #[must_use]
    pub const fn follows(self) -> EdgeKind {
        match self {
            Self::UnitView
            | Self::UnitCreate
            | Self::UnitEdit
            | Self::AccountView
            | Self::AccountInvite
            | Self::GrantManage
            | Self::SessionEndOther
            | Self::AccountSuspend
            | Self::AccountRenewPassword
            | Self::PupilView
            | Self::PupilEdit
            | Self::PupilViewProtected
            | Self::PupilViewSensitive
            | Self::SchoolManage
            | Self::MarkView
            | Self::MarkLock => EdgeKind::Teaching,
            Self::JournalView => EdgeKind::Custody,
            Self::SettingsManage | Self::StaffView | Self::StaffEdit | Self::StaffViewPrivate => EdgeKind::Staff,
        }
    }

    /// The kinds of edge it reaches along: the one it follows; and to see what was, `custody`, because whoever keeps the
    /// records of a unit that has ended must find the unit, and know the people who served there.
    #[must_use]
    pub const fn reaches(self) -> &'static [EdgeKind] {
        match (self, self.follows()) {
            (Self::UnitView | Self::AccountView | Self::PupilView | Self::PupilViewProtected | Self::MarkView, _) => {
                &[EdgeKind::Teaching, EdgeKind::Custody]
            }
            (Self::StaffView, _) => &[EdgeKind::Staff, EdgeKind::Custody],
            (_, EdgeKind::Teaching) => &[EdgeKind::Teaching],
            (_, EdgeKind::Custody) => &[EdgeKind::Custody],
            (_, EdgeKind::Staff) => &[EdgeKind::Staff],
            (_, EdgeKind::Budget) => &[EdgeKind::Budget],
            (_, EdgeKind::Place) => &[EdgeKind::Place],
        }
    }

    /// What it opens beyond units and accounts. A new capability must answer here, and the table of roles is tested
    /// against it.
    #[must_use]
    pub const fn opens(self) -> Opens {
        match self {
            Self::UnitView
            | Self::UnitCreate
            | Self::UnitEdit
            | Self::AccountView
            | Self::AccountInvite
            | Self::GrantManage
            | Self::SessionEndOther
            | Self::AccountSuspend
            | Self::AccountRenewPassword
            | Self::JournalView
            | Self::SettingsManage
            | Self::StaffView
            | Self::StaffEdit
            | Self::SchoolManage => Opens::NoPupils,
            Self::PupilView | Self::PupilEdit | Self::MarkView | Self::MarkLock => Opens::Pupils,
            Self::PupilViewProtected | Self::PupilViewSensitive | Self::StaffViewPrivate => Opens::Protected,
        }
    }

    /// Reads its text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|capability| capability.as_str() == text)
    }
}

/// Which personal data a capability opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opens {
    /// Nothing about pupils.
    NoPupils,
    /// Basic data of pupils: names, classes, marks.
    Pupils,
    /// Protected or sensitive data: what system and operator may not open either.
    Protected,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_read_back_and_no_two_are_alike() {
        for capability in Capability::ALL {
            assert_eq!(Capability::parse(capability.as_str()), Some(capability));
        }
        for kind in EdgeKind::ALL {
            assert_eq!(EdgeKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(Capability::parse("unit.destroy"), None);
        for capability in Capability::ALL {
            assert!(capability.reaches().contains(&capability.follows()), "{}", capability.as_str());
        }
    }
}
