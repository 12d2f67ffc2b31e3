//! A field of an edit: left alone, cleared or set.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One field of a `PATCH`. In JSON, absent leaves the record's field alone and `null` clears it.
///
/// The field of the request carries `#[serde(default, skip_serializing_if = "Patch::is_absent")]`; without `default` an
/// absent field is refused.
///
/// ```
/// use base::Patch;
/// #[derive(serde::Deserialize)]
/// struct EditUnit {
///     #[serde(default)]
///     address: Patch<String>,
/// }
/// let edit: EditUnit = serde_json::from_str(r#"{"address":null}"#).expect("an edit");
/// assert_eq!(edit.address, Patch::Null);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// The field was not sent: leave it alone.
    #[default]
    Absent,
    /// `null` was sent: clear it.
    Null,
    /// A value was sent: set it.
    Value(T),
}

impl<T> Patch<T> {
    /// Whether the field was not sent.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The value sent, when there is one.
    #[must_use]
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }

    /// The same by reference.
    #[must_use]
    pub const fn as_ref(&self) -> Patch<&T> {
        match self {
            Self::Absent => Patch::Absent,
            Self::Null => Patch::Null,
            Self::Value(value) => Patch::Value(value),
        }
    }

    /// The same with the value changed.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Absent => Patch::Absent,
            Self::Null => Patch::Null,
            Self::Value(value) => Patch::Value(change(value)),
        }
    }

    /// The record's field after the edit.
    #[must_use]
    pub fn over(self, current: Option<T>) -> Option<T> {
        match self {
            Self::Absent => current,
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }

    /// What the edit asks for: `None` nothing, `Some(None)` to clear, `Some(Some(value))` to set.
    #[must_use]
    pub fn change(self) -> Option<Option<T>> {
        match self {
            Self::Absent => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(value)),
        }
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Absent is null here; the field's `skip_serializing_if` leaves it out.
        self.value().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Edit {
        #[serde(default, skip_serializing_if = "Patch::is_absent")]
        name: Patch<String>,
        #[serde(default, skip_serializing_if = "Patch::is_absent")]
        seats: Patch<u16>,
    }

    #[test]
    fn absent_null_and_value_differ_in_json() {
        for (json, name) in [
            (r#"{}"#, Patch::Absent),
            (r#"{"name":null}"#, Patch::Null),
            (r#"{"name":""}"#, Patch::Value(String::new())),
            (r#"{"name":"Lớp 6A1"}"#, Patch::Value("Lớp 6A1".to_owned())),
        ] {
            let edit: Edit = serde_json::from_str(json).expect("an edit");
            assert_eq!(edit, Edit { name, seats: Patch::Absent });
            assert_eq!(serde_json::to_string(&edit).expect("JSON"), json);
        }
        assert!(serde_json::from_str::<Edit>(r#"{"seats":"many"}"#).is_err());
    }

    #[test]
    fn an_edit_over_a_record() {
        for (patch, current, after) in [
            (Patch::Absent, Some(1), Some(1)),
            (Patch::Absent, None, None),
            (Patch::Null, Some(1), None),
            (Patch::Value(2), Some(1), Some(2)),
            (Patch::Value(2), None, Some(2)),
        ] {
            assert_eq!(patch.over(current), after, "{patch:?} over {current:?}");
        }
        assert_eq!(Patch::Value(2).map(|n| n * 2).as_ref().change(), Some(Some(&4)));
        assert_eq!(Patch::<u8>::Null.change(), Some(None));
        assert_eq!(Patch::<u8>::default().change(), None);
    }
}
