//! The columns that are looked for: the sector's own sheet first, then what schools and other programs write instead.

use base::book::{Kind, Wanted};

/// What a table is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Pupils.
    Pupils,
    /// Staff.
    Staff,
    /// Classes.
    Classes,
    /// Who teaches what in which class.
    Assignments,
}

impl What {
    /// All of them, in the order of [`lists`].
    pub const ALL: [Self; 4] = [Self::Pupils, Self::Staff, Self::Classes, Self::Assignments];

    /// What it is called.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Pupils => "Học sinh",
            Self::Staff => "Giáo viên",
            Self::Classes => "Lớp học",
            Self::Assignments => "Phân công",
        }
    }

    /// Its columns.
    #[must_use]
    pub const fn columns(self) -> &'static [Wanted] {
        match self {
            Self::Pupils => PUPILS,
            Self::Staff => STAFF,
            Self::Classes => CLASSES,
            Self::Assignments => ASSIGNMENTS,
        }
    }

    /// The column of a key.
    #[must_use]
    pub fn column(self, key: &str) -> Option<&'static Wanted> {
        self.columns().iter().find(|column| column.key == key)
    }

    /// The keys without which a table is none of this sort: one at least of each group.
    #[must_use]
    pub const fn needs(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Pupils => &[&["full_name"]],
            Self::Staff => &[
                &["full_name"],
                &[
                    "sector_code",
                    "staff_group",
                    "position",
                    "subject",
                    "professional_degree",
                    "contract",
                    "recruited_on",
                ],
            ],
            Self::Classes => &[&["class"]],
            Self::Assignments => &[&["class"], &["subject"], &["staff_code", "staff_name"]],
        }
    }

    /// Whether a table with these keys is one of this sort.
    #[must_use]
    pub fn fits(self, keys: &[&str]) -> bool {
        self.needs().iter().all(|group| group.iter().any(|key| keys.contains(key)))
    }

    /// Cells of these columns that cannot be read keep a row out; of others, only the cell.
    #[must_use]
    pub const fn essential(self) -> &'static [&'static str] {
        match self {
            Self::Pupils => {
                &["full_name", "birth_date", "sex", "personal_number", "sector_code", "class", "grade", "status"]
            }
            Self::Staff => &["full_name", "birth_date", "sex", "personal_number", "sector_code"],
            Self::Classes => &["class", "grade"],
            Self::Assignments => &["class", "subject", "staff_code", "staff_name", "semester"],
        }
    }

    /// What a key is called in sentences.
    #[must_use]
    pub fn label(self, key: &str) -> &'static str {
        self.column(key).and_then(|column| column.names.first()).copied().unwrap_or("Cột")
    }

    /// A value as people read it: of staff by the names of the sector's lists.
    #[must_use]
    pub fn shown(self, key: &str, value: &str) -> String {
        let named = || {
            let spec = rules::sector::qd4998().ok().filter(|_| self == Self::Staff)?;
            let list = STAFF_LISTS.iter().find(|(name, _)| *name == key).map(|(_, list)| *list)?;
            Some(spec.list(list)?.value(value)?.name.to_owned())
        };
        named().unwrap_or_else(|| value.to_owned())
    }
}

const fn wanted(key: &'static str, kind: Kind, names: &'static [&'static str]) -> Wanted {
    Wanted { key, names, kind }
}

/// Running numbers; recognised so that they are not taken for anything else, and never kept.
pub const ORDER: &str = "order";

/// The sector's pupil sheet, in its order. The keys are those of the specification where it has one; `hamlet`,
/// `native_province`, `native_commune`, `residence` and `identity_number` it has not.
pub const PUPILS: &[Wanted] = &[
    wanted(ORDER, Kind::Number, &["STT", "TT", "Số thứ tự", "Số TT"]),
    wanted(
        "sector_code",
        Kind::Code,
        &[
            "Mã định danh Bộ GD&ĐT",
            "Mã học sinh",
            "Mã HS",
            "Mã định danh học sinh",
            "Mã định danh của Bộ",
            "Mã CSDL ngành",
        ],
    ),
    wanted("full_name", Kind::Name, &["Họ và tên", "Họ tên", "Họ và tên học sinh", "Họ tên học sinh", "Tên học sinh"]),
    wanted("birth_date", Kind::Birth, &["Ngày sinh", "Ngày tháng năm sinh", "Ngày, tháng, năm sinh", "Sinh ngày"]),
    wanted("sex", Kind::Sex, &["Giới tính", "Phái"]),
    wanted("ethnic_group", Kind::Text, &["Dân tộc"]),
    wanted("status", Kind::Text, &["Trạng thái", "Trạng thái học sinh", "Tình trạng"]),
    wanted(
        "contact_phone",
        Kind::Phone,
        &["Số điện thoại", "SĐT", "Điện thoại liên hệ", "ĐT liên hệ", "Số điện thoại liên hệ"],
    ),
    wanted("birth_place", Kind::Text, &["Nơi sinh"]),
    wanted(
        "hamlet",
        Kind::Text,
        &["Tổ/thôn HKTT", "Tổ, thôn, xóm", "Thôn/xóm", "Thôn, tổ dân phố", "Hộ khẩu thường trú"],
    ),
    wanted("native_province", Kind::Text, &["Tỉnh quê quán", "Tỉnh/thành phố quê quán", "Quê quán"]),
    wanted("native_commune", Kind::Text, &["Phường/Xã quê quán", "Xã quê quán", "Xã/phường quê quán"]),
    wanted(
        "residence",
        Kind::Text,
        &["Chỗ ở hiện nay", "Địa chỉ", "Nơi ở hiện nay", "Địa chỉ hiện nay", "Địa chỉ liên hệ"],
    ),
    wanted("identity_number", Kind::Code, &["Số CMND", "Số CMND/Hộ chiếu", "CMND", "Hộ chiếu"]),
    wanted(
        "personal_number",
        Kind::PersonalNumber,
        &[
            "Số định danh cá nhân",
            "CCCD/Mã định danh",
            "Số CMND/CCCD",
            "Số CCCD",
            "CCCD",
            "Căn cước công dân",
            "Số căn cước",
            "Mã định danh cá nhân",
            "Số ĐDCN",
        ],
    ),
    wanted("paper_issued_on", Kind::Day, &["Ngày cấp", "Ngày cấp CCCD"]),
    wanted("paper_issuer", Kind::Text, &["Nơi cấp", "Nơi cấp CCCD"]),
    wanted("father_name", Kind::Name, &["Họ tên cha", "Tên cha", "Họ tên bố", "Họ và tên cha"]),
    wanted("father_occupation", Kind::Text, &["Nghề nghiệp cha", "Nghề cha", "Nghề bố", "Nghề nghiệp bố"]),
    wanted("father_birth_year", Kind::Year, &["Năm sinh cha", "Năm sinh bố", "NS bố", "NS cha"]),
    wanted("mother_name", Kind::Name, &["Họ tên mẹ", "Tên mẹ", "Họ và tên mẹ"]),
    wanted("mother_occupation", Kind::Text, &["Nghề nghiệp mẹ", "Nghề mẹ"]),
    wanted("mother_birth_year", Kind::Year, &["Năm sinh mẹ", "NS mẹ"]),
    wanted("guardian_name", Kind::Name, &["Họ tên người giám hộ", "Tên người giám hộ", "Họ tên người đỡ đầu"]),
    wanted("guardian_occupation", Kind::Text, &["Nghề nghiệp người giám hộ", "Nghề nghiệp người đỡ đầu"]),
    wanted("guardian_birth_year", Kind::Year, &["Năm sinh người giám hộ", "Năm sinh người đỡ đầu"]),
    wanted("grade", Kind::Text, &["Khối", "Khối lớp", "Khối học"]),
    wanted("class", Kind::Class, &["Lớp", "Lớp học", "Tên lớp", "Mã lớp"]),
];

/// A list of staff, in the sector's order. The keys are those of the specification, but for `position` (its
/// `staff_type`), `personal_number` and `homeroom`.
pub const STAFF: &[Wanted] = &[
    wanted(ORDER, Kind::Number, &["STT", "TT", "Số thứ tự"]),
    wanted(
        "sector_code",
        Kind::Code,
        &[
            "Mã giáo viên",
            "Mã cán bộ",
            "Mã GV",
            "Mã CB",
            "Mã định danh giáo viên",
            "Mã định danh cán bộ",
            "Mã nhân viên",
            "Mã nhân sự",
        ],
    ),
    wanted(
        "full_name",
        Kind::Name,
        &["Họ và tên", "Họ tên", "Họ và tên giáo viên", "Họ tên giáo viên", "Họ và tên cán bộ", "Họ tên cán bộ"],
    ),
    wanted("birth_date", Kind::Birth, &["Ngày sinh", "Ngày tháng năm sinh", "Năm sinh"]),
    wanted("sex", Kind::Sex, &["Giới tính", "Phái"]),
    wanted("ethnic_group", Kind::Text, &["Dân tộc"]),
    wanted(
        "personal_number",
        Kind::PersonalNumber,
        &["Số định danh cá nhân", "Số CCCD", "CCCD", "Số căn cước", "Căn cước công dân", "Số CMND/CCCD"],
    ),
    wanted("mobile", Kind::Phone, &["Số điện thoại", "SĐT", "Di động", "Số di động", "Điện thoại"]),
    wanted("email", Kind::Email, &["Email", "Thư điện tử", "Địa chỉ email"]),
    wanted("staff_group", Kind::Text, &["Vị trí việc làm", "Nhóm cán bộ", "Loại hình cán bộ"]),
    wanted("position", Kind::Text, &["Chức vụ", "Loại cán bộ", "Nhiệm vụ"]),
    wanted("subject", Kind::Text, &["Môn dạy", "Môn giảng dạy", "Chuyên ngành dạy", "Môn dạy chính"]),
    wanted("professional_degree", Kind::Text, &["Trình độ chuyên môn", "Trình độ", "Trình độ đào tạo", "Bằng cấp"]),
    wanted("contract", Kind::Text, &["Hình thức hợp đồng", "Loại hợp đồng", "Hợp đồng"]),
    wanted("recruited_on", Kind::Day, &["Ngày vào ngành", "Ngày tuyển dụng", "Ngày vào làm"]),
    wanted("homeroom", Kind::Class, &["Lớp chủ nhiệm", "Chủ nhiệm lớp", "Chủ nhiệm"]),
];

/// The keys of staff whose values are codes of a list.
pub const STAFF_LISTS: &[(&str, &str)] = &[
    ("sex", "DM_GIOI_TINH"),
    ("ethnic_group", "DM_DAN_TOC"),
    ("staff_group", "DM_NHOM_CAN_BO"),
    ("position", "DM_LOAI_CAN_BO"),
    ("professional_degree", "DM_TRINH_DO_CHUYEN_MON"),
    ("contract", "DM_HINH_THUC_HOP_DONG"),
];

/// A list of classes.
pub const CLASSES: &[Wanted] = &[
    wanted(ORDER, Kind::Number, &["STT", "TT"]),
    wanted("class", Kind::Class, &["Tên lớp", "Lớp", "Mã lớp", "Lớp học"]),
    wanted("grade", Kind::Text, &["Khối", "Khối lớp", "Khối học"]),
    wanted(
        "homeroom_name",
        Kind::Name,
        &["Giáo viên chủ nhiệm", "GVCN", "Chủ nhiệm", "Họ tên giáo viên chủ nhiệm", "Tên GVCN"],
    ),
    wanted("homeroom_code", Kind::Code, &["Mã giáo viên chủ nhiệm", "Mã GVCN"]),
    wanted("session_count", Kind::Text, &["Số buổi học trên tuần", "Số buổi/tuần", "Số buổi học/tuần"]),
    wanted("two_sessions", Kind::Text, &["Dạy 2 buổi/ngày", "Học 2 buổi/ngày", "2 buổi/ngày"]),
    wanted("size", Kind::Number, &["Sĩ số", "Số học sinh", "Tổng số học sinh"]),
];

/// Who teaches what.
pub const ASSIGNMENTS: &[Wanted] = &[
    wanted(PLACE, Kind::Text, &["Ô trong tệp"]),
    wanted("class", Kind::Class, &["Lớp", "Tên lớp", "Mã lớp", "Lớp dạy"]),
    wanted("subject", Kind::Text, &["Môn", "Môn học", "Môn dạy", "Tên môn học"]),
    wanted("staff_code", Kind::Code, &["Mã giáo viên", "Mã GV", "Mã cán bộ"]),
    wanted(
        "staff_name",
        Kind::Name,
        &["Họ và tên giáo viên", "Giáo viên", "Họ tên giáo viên", "Giáo viên dạy", "Giáo viên giảng dạy"],
    ),
    wanted("periods", Kind::Number, &["Số tiết/tuần", "Số tiết", "Tiết/tuần"]),
    wanted("semester", Kind::Text, &["Học kì", "Học kỳ", "HK"]),
    wanted("role", Kind::Text, &["Vai trò", "Dạy chính/dạy cùng"]),
];

/// Where something stands in the file, of a table whose rows were put together from the cells of another.
pub const PLACE: &str = "place";

/// All lists, in the order of [`What::ALL`].
#[must_use]
pub fn lists() -> [&'static [Wanted]; 4] {
    What::ALL.map(What::columns)
}

/// Where values go that are kept as documents: the group, and whether one may see them plainly.
pub const DOCUMENTS: &[(&str, &[&str])] = &[
    ("pupil_address", &["birth_place"]),
    ("pupil_papers", &["paper_issued_on", "paper_issuer"]),
    // What the sector's sheet has and its specification has not.
    ("pupil_sheet", &["hamlet", "native_province", "native_commune", "residence"]),
];

/// Who a relation's keys are about: relation, name, occupation, year.
pub const RELATIONS: [(&str, &str, &str, &str); 3] = [
    ("father", "father_name", "father_occupation", "father_birth_year"),
    ("mother", "mother_name", "mother_occupation", "mother_birth_year"),
    ("guardian", "guardian_name", "guardian_occupation", "guardian_birth_year"),
];

/// The keys of a list of people that are compared with what stands, in the order of the sheet.
pub fn compared(what: What) -> impl Iterator<Item = &'static str> {
    // Who leads a class is compared once the classes of the workbook are known.
    what.columns().iter().map(|column| column.key).filter(|key| !matches!(*key, ORDER | "grade" | "homeroom"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_stands_once_in_its_list_and_every_needed_one_is_there() {
        for what in What::ALL {
            let mut keys: Vec<&str> = what.columns().iter().map(|column| column.key).collect();
            let all = keys.len();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), all, "{what:?}");
            let named = what.needs().iter().copied().flatten().chain(what.essential());
            assert!(named.copied().all(|key| what.column(key).is_some()), "{what:?}");
        }
        assert!(DOCUMENTS.iter().flat_map(|(_, keys)| keys.iter()).all(|key| What::Pupils.column(key).is_some()));
        assert!(STAFF_LISTS.iter().all(|(key, _)| What::Staff.column(key).is_some()));
    }
}
