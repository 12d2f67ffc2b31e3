//! What a look or a change was about, in words that a family understands. Never a value.

use std::collections::BTreeSet;

use base::Result;
use rules::sector::qd4998;
use serde::Deserialize;
use serde_json::Value;

use crate::imports::layout;

/// What was looked at, from the closest to what is seen in passing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    Sensitive,
    Protected,
    Export,
    Basics,
    Import,
    List,
    Other,
}

impl Sort {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Sensitive => "sensitive",
            Self::Protected => "protected",
            Self::Export => "export",
            Self::Basics => "basics",
            Self::Import => "import",
            Self::List => "list",
            Self::Other => "other",
        }
    }
}

/// What a view shows; nothing for a family's own.
pub(super) fn looked(view: &str) -> Option<(Sort, &'static str)> {
    Some(match view {
        "family.children" | "family.glass" => return None,
        "pupil.page" => (Sort::Basics, "Trang hồ sơ: họ tên, lớp, quá trình học, gia đình"),
        "pupil.protected" => (Sort::Protected, "Giấy tờ, điện thoại, thư điện tử"),
        "pupil.fields" => (Sort::Basics, "Các mục của hồ sơ"),
        "gradebook" => (Sort::Basics, "Điểm của một môn"),
        "pupil.closed_fields" => (Sort::Sensitive, "Các mục của hồ sơ, cả mục riêng tư (địa chỉ, giấy tờ, sức khỏe …)"),
        "pupil.list" | "class.pupils" | "class.list" => (Sort::List, "Tên trong danh sách"),
        "export.pupils" => (Sort::Export, "Xuất danh sách ra tệp Excel"),
        "export.pupils_protected" | "pupils" => {
            (Sort::Export, "Xuất danh sách ra tệp Excel, có giấy tờ, địa chỉ, điện thoại")
        }
        "export.staff" | "export.classes" | "export.assignments" => {
            (Sort::Export, "Xuất danh sách cán bộ, lớp hoặc phân công")
        }
        "export.staff_protected" => (Sort::Export, "Xuất danh sách cán bộ, có giấy tờ, điện thoại, thư điện tử"),
        "import.rows" | "import.receipt" => (Sort::Import, "Đối chiếu khi nhập danh sách từ Excel"),
        "duplicate.list" => (Sort::Other, "Đối chiếu hồ sơ nghi trùng"),
        "pupil.elsewhere" => (Sort::Other, "Trường khác hỏi con đang học ở đâu"),
        "pupil.looks" => (Sort::Other, "Nhật ký ai đã xem hồ sơ"),
        "pupil.changes" => (Sort::Basics, "Những lần sửa hồ sơ"),
        _ => (Sort::Other, "Thông tin khác của hồ sơ"),
    })
}

/// What the journal keeps of a change: only which keys it names are read.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Kept {
    #[serde(default)]
    after: Value,
}

impl Kept {
    pub(super) const fn of(after: Value) -> Self {
        Self { after }
    }
}

fn keys(value: &Value) -> impl Iterator<Item = &str> {
    value.as_object().into_iter().flat_map(|all| all.keys().map(String::as_str))
}

/// The group of the specification that a key of a pupil belongs to.
fn group_title(key: &str) -> Result<&'static str> {
    let spec = qd4998()?;
    // What was reported from elsewhere stands under a name of its own.
    let key = key.split(['.', '@']).next().unwrap_or(key);
    let group = spec.key("pupil", key).and_then(|key| key.group).and_then(|code| spec.group(code));
    Ok(group.map_or("Các mục khác của hồ sơ", |group| group.title))
}

/// Which parts of the record a change was about; nothing where it was about none of a family's concern.
pub(super) fn changed(kind: &str, kept: &Kept) -> Result<BTreeSet<String>> {
    let one = |title: &str| BTreeSet::from([title.to_owned()]);
    Ok(match kind {
        "person.created" | "pupil.imported" => one("Lập hồ sơ"),
        "person.corrected" => one("Họ tên, ngày sinh, giới tính, dân tộc"),
        "person.protected_changed" => one("Giấy tờ, điện thoại, thư điện tử"),
        "person.merged" | "person.merged_with" | "person.merger_undone" => one("Gộp hoặc tách hồ sơ trùng"),
        "kinship.set" | "kinship.removed" => one("Gia đình"),
        "guardian.linked" | "guardian.unlinked" => one("Tài khoản của gia đình"),
        "pupil.admitted" | "pupil.transferred_in" | "pupil.returned" => one("Nhập học"),
        "pupil.left" | "pupil.transferred_out" | "pupil.finished" => one("Rời trường"),
        "pupil.stay_corrected" => one("Thời gian học tại trường"),
        "pupil.import_changed" => {
            let named = keys(&kept.after)
                .filter(|key| *key != "import")
                .map(|key| format!("Nhập từ Excel: {}", layout::What::Pupils.label(key)));
            named.collect()
        }
        "pupil.fields_set" => {
            let values = kept.after.get("values").unwrap_or(&Value::Null);
            keys(values).map(|key| group_title(key).map(str::to_owned)).collect::<Result<_>>()?
        }
        "pupil.part_set" | "pupil.part_removed" | "record.parts_ordered" => {
            let part = kept.after.get("part").and_then(Value::as_str).unwrap_or_default();
            let title = qd4998()?.kind(part).map_or("Các mục khác của hồ sơ", |kind| kind.title);
            one(title)
        }
        // Moving, promoting, repeating, and corrections of these.
        _ if kind.starts_with("pupil.") => one("Lớp học"),
        _ => BTreeSet::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_names_groups_and_never_a_value() {
        let kept = |text: &str| serde_json::from_str::<Kept>(text).expect("reads");
        let told = changed(
            "pupil.fields_set",
            &kept(
                r#"{"before":{},"after":{"from":"2026-09-01","values":{"birth_place":"Sa Pa","contact_phone":"0912"}}}"#,
            ),
        );
        assert_eq!(told.expect("reads").into_iter().collect::<Vec<_>>(), ["Liên hệ", "Nơi sinh, địa chỉ"]);
        let told = changed("pupil.import_changed", &kept(r#"{"after":{"full_name":"Lê An","import":"7"}}"#));
        assert_eq!(told.expect("reads").into_iter().collect::<Vec<_>>(), ["Nhập từ Excel: Họ và tên"]);
        assert_eq!(
            changed("pupil.promoted", &Kept::default()).expect("reads").into_iter().next().as_deref(),
            Some("Lớp học")
        );
        assert!(changed("export.asked", &Kept::default()).expect("reads").is_empty());
        // Whatever was erased by law still was a change.
        assert!(changed("person.corrected", &kept("{}")).expect("reads").len() == 1);
    }
}
