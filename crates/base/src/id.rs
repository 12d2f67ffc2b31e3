//! Typed ids. Each is a UUIDv7 whose random part comes from the context of the act, so that a write that runs
//! twice draws the same ids (`foundations.md`, The door).

use uuid::Uuid;

/// Declares newtypes over [`Uuid`], so that the id of one noun cannot be passed for another's.
#[macro_export]
macro_rules! typed_id {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, $crate::serde::Serialize, $crate::serde::Deserialize)]
        #[serde(transparent, crate = "::base::serde")]
        pub struct $name(pub $crate::Uuid);

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }
        impl From<$crate::Uuid> for $name {
            fn from(id: $crate::Uuid) -> Self {
                Self(id)
            }
        }
        impl $crate::ToValue for $name {
            fn to_value(&self) -> $crate::Value<'_> {
                $crate::Value::Uuid(self.0)
            }
        }
        impl $crate::FromValue for $name {
            fn from_value(value: $crate::ValueRef<'_>) -> Result<Self, &'static str> {
                <$crate::Uuid as $crate::FromValue>::from_value(value).map(Self)
            }
        }
        impl From<$name> for $crate::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )+};
}

typed_id! {
    /// An organisation or a place: ministry, Sở, commune, school, campus (đơn vị).
    UnitId,
    /// Somebody who can sign in (tài khoản).
    AccountId,
    /// One sign-in of an account on one device (phiên).
    SessionId,
    /// A human being, whatever the roles (người).
    PersonId,
    /// A class of a school in one school year (lớp).
    ClassId,
    /// A pupil at a school, from the day of coming to the day after the last (ghi danh).
    EnrolmentId,
    /// Somebody who works at a school (viên chức, nhân sự).
    EmploymentId,
}

/// Builds a UUIDv7 from a time in milliseconds since 1970 and ten random bytes (74 bits of them are used).
#[must_use]
pub fn uuid_v7(unix_ms: i64, random: [u8; 10]) -> Uuid {
    let ms = u64::try_from(unix_ms).unwrap_or(0);
    let mut bytes = [0u8; 16];
    bytes[..6].copy_from_slice(&ms.to_be_bytes()[2..]);
    bytes[6..].copy_from_slice(&random);
    bytes[6] = (bytes[6] & 0x0f) | 0x70;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    Uuid::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_id_carries_version_and_time() {
        let id = super::uuid_v7(1_795_000_000_123, [0xff; 10]);
        assert_eq!(id.get_version_num(), 7);
        assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
        let (seconds, nanos) = id.get_timestamp().expect("a v7 id has a time").to_unix();
        assert_eq!((seconds, nanos), (1_795_000_000, 123_000_000));
    }
}
