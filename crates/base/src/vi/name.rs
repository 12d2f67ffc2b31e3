//! Names of people in Vietnamese order: family name, middle name, given name.

use serde::{Deserialize, Serialize};

use super::order::key_of_fields;
use super::text::clean;

/// A person's name in its three parts (họ, tên đệm, tên). Only the given name is always there.
///
/// ```
/// use base::PersonName;
/// let name = PersonName::split("Nguyễn Thị Minh Anh").expect("a name");
/// assert_eq!((name.family.as_str(), name.middle.as_str(), name.given.as_str()), ("Nguyễn", "Thị Minh", "Anh"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct PersonName {
    /// Family name (họ); may have several words, or none.
    pub family: String,
    /// Middle name (tên đệm, chữ lót); may have several words, or none.
    pub middle: String,
    /// Given name (tên), by which lists are sorted and people are addressed.
    pub given: String,
}

/// What a request carries; becomes a name once cleaned.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    #[serde(default)]
    family: String,
    #[serde(default)]
    middle: String,
    given: String,
}

impl TryFrom<Parts> for PersonName {
    type Error = &'static str;

    fn try_from(parts: Parts) -> Result<Self, Self::Error> {
        Self::from_parts(&parts.family, &parts.middle, &parts.given).ok_or("expected a given name")
    }
}

impl PersonName {
    /// A name from its parts, each cleaned; `None` without a given name. This is how compound family names (Tôn Thất,
    /// Âu Dương) and given names of two words enter: they are known, not guessed.
    #[must_use]
    pub fn from_parts(family: &str, middle: &str, given: &str) -> Option<Self> {
        let name = Self { family: clean(family), middle: clean(middle), given: clean(given) };
        (!name.given.is_empty()).then_some(name)
    }

    /// Splits a full name: the last word is the given name, the first the family name, what is between the middle
    /// name. A single word is a given name. `None` for an empty text.
    #[must_use]
    pub fn split(full: &str) -> Option<Self> {
        let full = clean(full);
        let (before, given) = full.rsplit_once(' ').unwrap_or(("", &full));
        let (family, middle) = before.split_once(' ').unwrap_or((before, ""));
        (!given.is_empty()).then(|| Self {
            family: family.to_owned(),
            middle: middle.to_owned(),
            given: given.to_owned(),
        })
    }

    /// The full name in Vietnamese order.
    #[must_use]
    pub fn full(&self) -> String {
        let mut full = String::with_capacity(self.family.len() + self.middle.len() + self.given.len() + 2);
        for part in [&self.family, &self.middle, &self.given] {
            if !part.is_empty() {
                if !full.is_empty() {
                    full.push(' ');
                }
                full.push_str(part);
            }
        }
        full
    }

    /// The sort key of a class list: given name, then family name, then middle name, each as in
    /// [`super::collation_key_of`]. Stored beside the name and compared as bytes; see [`super::COLLATION_VERSION`].
    #[must_use]
    pub fn collation_key(&self) -> Vec<u8> {
        key_of_fields([&self.given, &self.family, &self.middle])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(full: &str) -> (String, String, String) {
        let name = PersonName::split(full).expect("a name");
        (name.family, name.middle, name.given)
    }

    fn three(family: &str, middle: &str, given: &str) -> (String, String, String) {
        (family.to_owned(), middle.to_owned(), given.to_owned())
    }

    #[test]
    fn a_full_name_splits() {
        assert_eq!(parts("Nguyễn Thị Minh Anh"), three("Nguyễn", "Thị Minh", "Anh"));
        assert_eq!(parts(" Trần  Bình "), three("Trần", "", "Bình"));
        assert_eq!(parts("Lan"), three("", "", "Lan"));
        assert_eq!(parts("Y Thăk Byă"), three("Y", "Thăk", "Byă"));
        assert_eq!(PersonName::split(" \u{200b}"), None);
    }

    #[test]
    fn compound_names_are_said_not_guessed() {
        let name = PersonName::from_parts("Tôn Thất", " Minh ", "Hoàng  Anh").expect("a name");
        assert_eq!(name.full(), "Tôn Thất Minh Hoàng Anh");
        assert_eq!(name.given, "Hoàng Anh");
        assert_eq!(PersonName::from_parts("Lê", "Văn", " "), None);
    }

    #[test]
    fn a_class_list_is_in_order() {
        let expected = [
            "Lê Thị An",
            "Nguyễn Hoàng An",
            "NGUYỄN THỊ AN",
            "Trần An",
            "Bùi Văn Anh",
            "Đỗ Ngọc Ánh",
            "Phan Ánh",
            "Vũ Thị Ân",
            "Nguyễn Văn Dũng",
            "Cao Đạt",
            "Dương Đức",
            "Đặng Đức",
            "Trần Văn Hoa",
            "Lê Hoà",
            "Ngô Hòa",
            "Vũ Hoà",
            "Lê Hóa",
            "Nguyễn Thị Yến",
        ];
        let mut sorted = expected;
        sorted.reverse();
        sorted.sort_by_key(|full| PersonName::split(full).expect("a name").collation_key());
        assert_eq!(sorted, expected);
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let key =
            |family, middle, given| PersonName::from_parts(family, middle, given).expect("a name").collation_key();
        assert!(key("Vũ", "", "An") < key("Bùi", "", "An Bình"));
        assert!(key("", "", "An") < key("Bùi", "", "An"));
        assert!(key("Tôn", "Văn", "An") < key("Tôn Thất", "Anh", "An"));
        assert_ne!(key("Lê Văn", "", "An"), key("Lê", "Văn", "An"));
    }

    #[test]
    fn a_request_is_cleaned_and_checked() {
        let name: PersonName = serde_json::from_str(r#"{"family":" Ðỗ ","given":"Hoa\u0300"}"#).expect("a name");
        assert_eq!((name.family.as_str(), name.middle.as_str(), name.given.as_str()), ("Đỗ", "", "Hoà"));
        assert_eq!(serde_json::to_string(&name).expect("JSON"), r#"{"family":"Đỗ","middle":"","given":"Hoà"}"#);
        for bad in [r#"{"family":"Lê","given":" "}"#, r#"{"family":"Lê"}"#, r#"{"given":"An","famly":"Lê"}"#] {
            assert!(serde_json::from_str::<PersonName>(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn splitting_loses_nothing(full in "[A-Za-zđêôơưăâĐ]{1,7}( [A-Za-zđêôơưăâĐ]{1,7}){0,4}") {
            prop_assert_eq!(PersonName::split(&full).expect("a name").full(), full);
        }

        #[test]
        fn the_given_name_decides(a in "[a-zđê]{1,6}", b in "[a-zđê]{1,6}", f in "[a-zđ]{1,6}", g in "[a-zđ]{1,6}") {
            let given = super::super::collation_key_of(&a).cmp(&super::super::collation_key_of(&b));
            let whole = |family: &str, given: &str| PersonName::from_parts(family, "", given).expect("a name").collation_key();
            if given.is_ne() {
                prop_assert_eq!(whole(&f, &a).cmp(&whole(&g, &b)), given);
            }
        }
    }
}
