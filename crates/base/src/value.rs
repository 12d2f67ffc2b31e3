//! What a database column can hold, and how a Rust type becomes one and comes back. The types are few on purpose:
//! both databases must hold the same thing (`foundations.md`, The door).

use std::borrow::Cow;

use uuid::Uuid;

use crate::{Date, Instant};

/// One parameter of a statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// SQL NULL.
    Null,
    /// A 64-bit integer: counts, versions, instants in microseconds, scores in hundredths, money in đồng.
    Int(i64),
    /// A floating number: coordinates only, never scores or money.
    Real(f64),
    /// True or false.
    Bool(bool),
    /// Text in NFC, also JSON.
    Text(Cow<'a, str>),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
    /// An id.
    Uuid(Uuid),
    /// A calendar day.
    Date(Date),
}

/// One column of a row, as the driver gives it.
#[derive(Clone, Copy, Debug)]
pub enum ValueRef<'a> {
    /// SQL NULL.
    Null,
    /// An integer; SQLite's booleans too.
    Int(i64),
    /// A floating number.
    Real(f64),
    /// PostgreSQL's boolean.
    Bool(bool),
    /// Text; SQLite's dates too.
    Text(&'a str),
    /// Bytes; SQLite's ids too.
    Bytes(&'a [u8]),
    /// PostgreSQL's uuid.
    Uuid(Uuid),
    /// PostgreSQL's date.
    Date(Date),
}

/// A type that can be a parameter.
pub trait ToValue {
    /// The parameter.
    fn to_value(&self) -> Value<'_>;
}

/// A type that can be read from a column.
pub trait FromValue: Sized {
    /// Reads the column, or says what was expected there.
    fn from_value(value: ValueRef<'_>) -> Result<Self, &'static str>;
}

impl ToValue for Value<'_> {
    fn to_value(&self) -> Value<'_> {
        match self {
            Value::Text(text) => Value::Text(Cow::Borrowed(text)),
            Value::Bytes(bytes) => Value::Bytes(Cow::Borrowed(bytes)),
            Value::Null => Value::Null,
            Value::Int(v) => Value::Int(*v),
            Value::Real(v) => Value::Real(*v),
            Value::Bool(v) => Value::Bool(*v),
            Value::Uuid(v) => Value::Uuid(*v),
            Value::Date(v) => Value::Date(*v),
        }
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value<'_> {
        (**self).to_value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, ToValue::to_value)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: ValueRef<'_>) -> Result<Self, &'static str> {
        match value {
            ValueRef::Null => Ok(None),
            other => T::from_value(other).map(Some),
        }
    }
}

macro_rules! integers {
    ($($ty:ty),+) => {$(
        impl ToValue for $ty {
            fn to_value(&self) -> Value<'_> {
                Value::Int(i64::from(*self))
            }
        }
        impl FromValue for $ty {
            fn from_value(value: ValueRef<'_>) -> Result<Self, &'static str> {
                match value {
                    ValueRef::Int(v) => Self::try_from(v).map_err(|_| concat!(stringify!($ty), " in range")),
                    _ => Err("integer"),
                }
            }
        }
    )+};
}
integers!(i16, i32, i64, u16, u32);

impl ToValue for f64 {
    fn to_value(&self) -> Value<'_> {
        Value::Real(*self)
    }
}
impl FromValue for f64 {
    fn from_value(value: ValueRef<'_>) -> Result<Self, &'static str> {
        match value {
            ValueRef::Real(v) => Ok(v),
            _ => Err("floating number"),
        }
    }
}

impl ToValue for bool {
    fn to_value(&self) -> Value<'_> {
        Value::Bool(*self)
    }
}
impl FromValue for bool {
    fn from_value(value: ValueRef<'_>) -> Result<Self, &'static str> {
        match value {
            ValueRef::Bool(v) => Ok(v),
            ValueRef::Int(0) => Ok(false),
            ValueRef::Int(1) => Ok(true),
            _ => Err("boolean"),
        }
    }
}

impl ToValue for str {
    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}
impl ToValue for String {
    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}
impl ToValue for Cow<'_, str> {
    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}
impl FromValue for String {
    fn from_value(value: ValueRef<'_>) -> Result<Self, &'static str> {
        match value {
            ValueRef::Text(v) => Ok(v.to_owned()),
            _ => Err("text"),
        }
    }
}

impl ToValue for [u8] {
    fn to_value(&self) -> Value<'_> {
        Value::Bytes(Cow::Borrowed(self))
    }
}
impl ToValue for Vec<u8> {
    fn to_value(&self) -> Value<'_> {
        Value::Bytes(Cow::Borrowed(self))
    }
}
impl<const N: usize> ToValue for [u8; N] {
    fn to_value(&self) -> Value<'_> {
        Value::Bytes(Cow::Borrowed(self))
    }
}
impl FromValue for Vec<u8> {
    fn from_value(value: ValueRef<'_>) -> Result<Self, &'static str> {
        match value {
            ValueRef::Bytes(v) => Ok(v.to_vec()),
            _ => Err("bytes"),
        }
    }
}
impl<const N: usize> FromValue for [u8; N] {
    fn from_value(value: ValueRef<'_>) -> Result<Self, &'static str> {
        match value {
            ValueRef::Bytes(v) => v.try_into().map_err(|_| "bytes of the declared length"),
            _ => Err("bytes"),
        }
    }
}

impl ToValue for Uuid {
    fn to_value(&self) -> Value<'_> {
        Value::Uuid(*self)
    }
}
impl FromValue for Uuid {
    fn from_value(value: ValueRef<'_>) -> Result<Self, &'static str> {
        match value {
            ValueRef::Uuid(v) => Ok(v),
            ValueRef::Bytes(v) => Self::from_slice(v).map_err(|_| "16 bytes of an id"),
            _ => Err("id"),
        }
    }
}

impl ToValue for Instant {
    fn to_value(&self) -> Value<'_> {
        Value::Int(self.0)
    }
}
impl FromValue for Instant {
    fn from_value(value: ValueRef<'_>) -> Result<Self, &'static str> {
        i64::from_value(value).map(Self)
    }
}

impl ToValue for Date {
    fn to_value(&self) -> Value<'_> {
        Value::Date(*self)
    }
}
impl FromValue for Date {
    fn from_value(value: ValueRef<'_>) -> Result<Self, &'static str> {
        match value {
            ValueRef::Date(v) => Ok(v),
            ValueRef::Text(v) => v.parse().map_err(|_| "date YYYY-MM-DD"),
            _ => Err("date"),
        }
    }
}
