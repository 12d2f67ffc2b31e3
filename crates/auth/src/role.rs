//! Roles: named sets of capabilities, as data in code. A role is given at a unit and reaches, for each capability, along
//! that capability's edges.

use crate::Capability::{self, *};

/// The stable code of a role.
pub type RoleCode = &'static str;

/// A role.
#[derive(Debug)]
pub struct Role {
    /// Stable code, in grants and in the API.
    pub code: RoleCode,
    /// Its Vietnamese name.
    pub name: &'static str,
    /// What it is for, in one Vietnamese sentence.
    pub description: &'static str,
    /// What it may do.
    pub capabilities: &'static [Capability],
    /// The kinds of unit it can be held at.
    pub unit_kinds: &'static [&'static str],
    /// The roles whose holders may give it (with `grant.manage` or `account.invite` over the unit). The system and the
    /// operator may give any.
    pub granted_by: &'static [RoleCode],
    /// A role of those who run the system: it never opens pupils' data.
    pub technical: bool,
}

/// Units that teach.
const SCHOOLS: &[&str] = &["school", "campus"];

/// All roles, from the ministry down.
pub static ROLES: &[Role] = &[
    Role {
        code: "ministry_officer",
        name: "Cán bộ Bộ GDĐT",
        description: "Theo dõi các đơn vị trong toàn ngành và cấp quyền cho quản trị Sở.",
        capabilities: &[
            UnitView,
            AccountView,
            AccountInvite,
            GrantManage,
            SessionEndOther,
            AccountSuspend,
            AccountRenewPassword,
            PupilView,
            StaffView,
        ],
        unit_kinds: &["ministry"],
        granted_by: &[],
        technical: false,
    },
    Role {
        code: "department_admin",
        name: "Quản trị Sở GDĐT",
        description: "Lập và sửa các đơn vị trong tỉnh, mời người dùng, cấp và thu quyền.",
        capabilities: &[
            UnitView,
            UnitCreate,
            UnitEdit,
            AccountView,
            AccountInvite,
            GrantManage,
            SessionEndOther,
            AccountSuspend,
            AccountRenewPassword,
            JournalView,
            SettingsManage,
        ],
        unit_kinds: &["department"],
        granted_by: &["ministry_officer", "department_admin"],
        technical: true,
    },
    // Who sees pupils at a Sở is named by who answers for the Sở, never by who runs the system.
    Role {
        code: "department_head",
        name: "Lãnh đạo Sở GDĐT",
        description: "Phụ trách giáo dục trong tỉnh: theo dõi trường, học sinh, nhân sự; cử chuyên viên theo dõi.",
        capabilities: &[
            UnitView,
            AccountView,
            AccountInvite,
            GrantManage,
            SessionEndOther,
            AccountSuspend,
            AccountRenewPassword,
            JournalView,
            PupilView,
            StaffView,
        ],
        unit_kinds: &["department"],
        granted_by: &["ministry_officer", "department_head"],
        technical: false,
    },
    Role {
        code: "department_officer",
        name: "Chuyên viên Sở GDĐT",
        description: "Theo dõi các đơn vị, học sinh, nhân sự và người phụ trách trong tỉnh.",
        capabilities: &[UnitView, AccountView, PupilView, StaffView],
        unit_kinds: &["department"],
        granted_by: &["department_head"],
        technical: false,
    },
    Role {
        code: "commune_officer",
        name: "Cán bộ phụ trách giáo dục cấp xã",
        description: "Phụ trách các trường mầm non, tiểu học, THCS trên địa bàn xã; mời hiệu trưởng và quản trị trường.",
        capabilities: &[
            UnitView,
            UnitCreate,
            UnitEdit,
            AccountView,
            AccountInvite,
            GrantManage,
            SessionEndOther,
            AccountSuspend,
            AccountRenewPassword,
            PupilView,
            StaffView,
        ],
        unit_kinds: &["commune_office"],
        granted_by: &["department_admin"],
        technical: false,
    },
    Role {
        code: "head",
        name: "Hiệu trưởng",
        description: "Phụ trách trường: hồ sơ học sinh và nhân sự, mời người của trường, cấp và thu quyền, xem nhật ký thay đổi.",
        capabilities: &[
            UnitView,
            AccountView,
            AccountInvite,
            GrantManage,
            SessionEndOther,
            AccountSuspend,
            AccountRenewPassword,
            JournalView,
            SettingsManage,
            PupilView,
            PupilEdit,
            PupilViewProtected,
            PupilViewSensitive,
            StaffView,
            StaffEdit,
            StaffViewPrivate,
            SchoolManage,
            MarkView,
            MarkLock,
        ],
        unit_kinds: &["school"],
        granted_by: &["department_admin", "commune_officer"],
        technical: false,
    },
    Role {
        code: "deputy_head",
        name: "Phó hiệu trưởng",
        description: "Giúp hiệu trưởng phụ trách trường.",
        capabilities: &[
            UnitView,
            AccountView,
            JournalView,
            PupilView,
            PupilEdit,
            PupilViewProtected,
            PupilViewSensitive,
            StaffView,
            SchoolManage,
            MarkView,
            MarkLock,
        ],
        unit_kinds: SCHOOLS,
        granted_by: &["department_admin", "commune_officer", "head"],
        technical: false,
    },
    Role {
        code: "school_admin",
        name: "Quản trị trường",
        description: "Lo việc kỹ thuật ở trường: mời người dùng, cấp và thu quyền, cấp lại mật khẩu, kết thúc phiên của máy bị mất.",
        capabilities: &[
            UnitView,
            AccountView,
            AccountInvite,
            GrantManage,
            SessionEndOther,
            AccountSuspend,
            AccountRenewPassword,
            SettingsManage,
        ],
        unit_kinds: SCHOOLS,
        granted_by: &["department_admin", "commune_officer", "head"],
        technical: true,
    },
    Role {
        code: "clerk",
        name: "Văn thư, giáo vụ",
        description: "Giữ hồ sơ của trường: học sinh, nhân sự, lớp, phân công.",
        capabilities: &[
            UnitView,
            AccountView,
            PupilView,
            PupilEdit,
            PupilViewProtected,
            PupilViewSensitive,
            StaffView,
            StaffEdit,
            StaffViewPrivate,
            SchoolManage,
            MarkView,
        ],
        unit_kinds: SCHOOLS,
        granted_by: &["head"],
        technical: false,
    },
    Role {
        code: "teacher",
        name: "Giáo viên",
        description: "Dạy học ở trường.",
        capabilities: &[UnitView],
        unit_kinds: SCHOOLS,
        granted_by: &["head", "school_admin"],
        technical: false,
    },
    Role {
        code: "support",
        name: "Hỗ trợ kỹ thuật",
        description: "Giúp người dùng đăng nhập; không xem dữ liệu học sinh.",
        capabilities: &[UnitView, AccountView, SessionEndOther],
        unit_kinds: &["ministry", "department", "commune_office", "school", "campus"],
        granted_by: &["department_admin"],
        technical: true,
    },
    // Opens nothing by itself: what a family sees follows from the children a school has linked it to.
    Role {
        code: "guardian",
        name: "Phụ huynh",
        description: "Xem ai đã xem và sửa hồ sơ của con, sau khi nhà trường gắn tài khoản với học sinh.",
        capabilities: &[],
        unit_kinds: SCHOOLS,
        granted_by: &["head", "school_admin"],
        technical: false,
    },
];

/// The role of a code.
#[must_use]
pub fn find(code: &str) -> Option<&'static Role> {
    ROLES.iter().find(|role| role.code == code)
}

/// Whether whoever holds the one role can make somebody who holds the other: by giving it, or by giving a role that
/// gives it, and so on.
#[must_use]
pub fn is_above(one: &str, other: &str) -> bool {
    let mut above = vec![other];
    let mut at = 0;
    while let Some(code) = above.get(at) {
        for giver in find(code).map_or(&[] as &[RoleCode], |role| role.granted_by) {
            if *giver == one {
                return true;
            }
            if !above.contains(giver) {
                above.push(giver);
            }
        }
        at += 1;
    }
    false
}

/// The codes of the roles that hold a capability, as they stand in grants.
pub fn holding(capability: Capability) -> impl Iterator<Item = RoleCode> {
    ROLES.iter().filter(move |role| role.capabilities.contains(&capability)).map(|role| role.code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capability::Opens;

    #[test]
    fn support_and_administrators_have_nothing_of_pupils() {
        for role in ROLES.iter().filter(|role| role.technical) {
            for capability in role.capabilities {
                assert_eq!(capability.opens(), Opens::NoPupils, "{} holds {}", role.code, capability.as_str());
            }
        }
        for code in ["support", "school_admin", "department_admin"] {
            assert!(find(code).is_some_and(|role| role.technical), "{code} runs the system");
        }
    }

    #[test]
    fn who_watches_pupils_at_a_department_is_named_by_nobody_technical() {
        let watch = |role: &&Role| {
            role.unit_kinds.contains(&"department")
                && role.capabilities.iter().any(|one| one.opens() != Opens::NoPupils)
        };
        let watching: Vec<&Role> = ROLES.iter().filter(watch).collect();
        assert_eq!(
            watching.iter().map(|role| role.code).collect::<Vec<_>>(),
            ["department_head", "department_officer"]
        );
        for role in watching {
            for giver in role.granted_by.iter().filter_map(|code| find(code)) {
                assert!(!giver.technical, "{} gives {}", giver.code, role.code);
                assert!(giver.capabilities.contains(&PupilView), "{} sees what {} sees", giver.code, role.code);
            }
        }
        // Nor by way of another role.
        assert!(
            !is_above("department_admin", "department_officer") && !is_above("department_admin", "department_head")
        );
    }

    #[test]
    fn whoever_may_do_something_may_see_where() {
        for role in ROLES {
            assert!(role.capabilities.is_empty() || role.capabilities.contains(&UnitView), "{}", role.code);
            assert!(!role.unit_kinds.is_empty(), "{}", role.code);
        }
    }

    #[test]
    fn who_gives_a_role_exists_and_can_give() {
        for role in ROLES {
            for giver in role.granted_by {
                let giver = find(giver).expect("a role");
                assert!(giver.capabilities.contains(&GrantManage), "{} gives {}", giver.code, role.code);
            }
        }
    }

    #[test]
    fn who_stands_above_whom_goes_over_several_steps() {
        for (one, other) in [
            ("head", "teacher"),
            ("school_admin", "teacher"),
            ("head", "clerk"),
            ("department_admin", "teacher"),
            ("ministry_officer", "teacher"),
            ("commune_officer", "school_admin"),
            ("department_admin", "department_admin"),
        ] {
            assert!(is_above(one, other), "{one} is above {other}");
        }
        for (one, other) in [
            ("teacher", "teacher"),
            ("school_admin", "head"),
            ("school_admin", "deputy_head"),
            ("school_admin", "clerk"),
            ("school_admin", "school_admin"),
            ("support", "teacher"),
            ("head", "department_officer"),
            ("department_admin", "ministry_officer"),
            ("head", "no such role"),
        ] {
            assert!(!is_above(one, other), "{one} is not above {other}");
        }
    }

    #[test]
    fn nobody_gives_more_than_they_hold_except_downwards() {
        // Whoever gives a role at their own unit holds everything in it: no way around one's own limits.
        for role in ROLES {
            for giver in role.granted_by.iter().filter_map(|code| find(code)) {
                if giver.unit_kinds.iter().any(|kind| role.unit_kinds.contains(kind)) {
                    for capability in role.capabilities {
                        assert!(
                            giver.capabilities.contains(capability),
                            "{} gives {} with {}",
                            giver.code,
                            role.code,
                            capability.as_str()
                        );
                    }
                }
            }
        }
    }
}
