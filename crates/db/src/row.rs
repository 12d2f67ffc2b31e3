//! Rows: what a driver gives, read by position and type.

use base::{Error, FromValue, Result, ValueRef};

use crate::postgres::raw_column;

/// One row of an answer, valid while the statement stands on it.
#[derive(Clone, Copy)]
pub enum Row<'a> {
    /// SQLite's.
    Sqlite(&'a rusqlite::Row<'a>),
    /// PostgreSQL's.
    Postgres(&'a tokio_postgres::Row),
}

impl Row<'_> {
    /// Reads the column at `index` (from 0).
    pub fn get<T: FromValue>(&self, index: usize) -> Result<T> {
        let wrong = |expected: &str| {
            Error::internal(format!("column {index} ({}) is not {expected}", self.column(index).unwrap_or("?")))
        };
        match self {
            Self::Sqlite(row) => {
                let value = row.get_ref(index).map_err(Error::internal)?;
                T::from_value(match value {
                    rusqlite::types::ValueRef::Null => ValueRef::Null,
                    rusqlite::types::ValueRef::Integer(v) => ValueRef::Int(v),
                    rusqlite::types::ValueRef::Real(v) => ValueRef::Real(v),
                    rusqlite::types::ValueRef::Text(v) => {
                        ValueRef::Text(std::str::from_utf8(v).map_err(|_| wrong("UTF-8"))?)
                    }
                    rusqlite::types::ValueRef::Blob(v) => ValueRef::Bytes(v),
                })
                .map_err(wrong)
            }
            Self::Postgres(row) => T::from_value(raw_column(row, index).map_err(|e| wrong(&e))?).map_err(wrong),
        }
    }

    fn column(&self, index: usize) -> Option<&str> {
        match self {
            Self::Sqlite(row) => row.as_ref().column_name(index).ok(),
            Self::Postgres(row) => row.columns().get(index).map(tokio_postgres::Column::name),
        }
    }

    /// How many columns there are.
    #[must_use]
    pub fn width(&self) -> usize {
        match self {
            Self::Sqlite(row) => row.as_ref().column_count(),
            Self::Postgres(row) => row.len(),
        }
    }

    /// Every column as text, for tests that compare the two databases.
    #[must_use]
    pub fn debug_columns(&self) -> Vec<String> {
        struct Shown(String);
        impl FromValue for Shown {
            fn from_value(value: ValueRef<'_>) -> Result<Self, &'static str> {
                Ok(Self(match value {
                    ValueRef::Null => "∅".to_owned(),
                    ValueRef::Int(v) => v.to_string(),
                    ValueRef::Real(v) => format!("{v:?}"),
                    ValueRef::Bool(v) => i64::from(v).to_string(),
                    ValueRef::Text(v) => v.to_owned(),
                    ValueRef::Bytes(v) if v.len() == 16 => uuid::Uuid::from_slice(v).unwrap_or_default().to_string(),
                    ValueRef::Bytes(v) => v.iter().map(|byte| format!("{byte:02x}")).collect(),
                    ValueRef::Uuid(v) => v.to_string(),
                    ValueRef::Date(v) => v.to_string(),
                }))
            }
        }
        (0..self.width()).map(|i| self.get::<Shown>(i).map_or_else(|e| format!("{e:?}"), |s| s.0)).collect()
    }
}

/// A type that is read from a whole row. Make one with [`row!`](crate::row), or use a tuple of columns.
pub trait FromRow: Sized {
    /// The columns' names in order; empty for tuples, which are not checked.
    const COLUMNS: &'static [&'static str];
    /// Reads the row.
    fn from_row(row: &Row<'_>) -> Result<Self>;
}

/// Declares a struct that is read from a row: its fields are the statement's columns, in that order. Debug builds
/// compare the names with the statement's.
///
/// ```
/// db::row! {
///     /// A unit as the tree shows it.
///     pub struct TreeRow { pub id: base::UnitId, pub name: String, pub code: Option<String> }
/// }
/// ```
#[macro_export]
macro_rules! row {
    ($($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$fmeta:meta])* $fvis:vis $field:ident : $ty:ty),+ $(,)? })+) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug)]
        $vis struct $name { $($(#[$fmeta])* $fvis $field: $ty),+ }

        impl $crate::FromRow for $name {
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),+];
            fn from_row(row: &$crate::Row<'_>) -> ::base::Result<Self> {
                let mut at = 0usize..;
                Ok(Self { $($field: row.get::<$ty>(at.next().unwrap_or_default())?),+ })
            }
        }
    )+};
}

macro_rules! tuples {
    ($(($($ty:ident $at:tt),+))+) => {$(
        impl<$($ty: FromValue),+> FromRow for ($($ty,)+) {
            const COLUMNS: &'static [&'static str] = &[];
            fn from_row(row: &Row<'_>) -> Result<Self> {
                Ok(($(row.get::<$ty>($at)?,)+))
            }
        }
    )+};
}
tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
}
