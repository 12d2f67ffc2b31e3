//! Values of the specification's fields: as the store keeps them and as people read them.

use super::{Decimal, PartialDate, Type};

/// A value that fits its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// One clean line.
    Text(String),
    /// A code of the field's list, as the list writes it.
    Code(String),
    /// Yes or no.
    Boolean(bool),
    /// A whole number, not negative.
    Integer(i64),
    /// A number with decimals.
    Decimal(Decimal),
    /// A day, or a month or year where the field allows it.
    Date(PartialDate),
    /// The code of another record.
    Reference(String),
}

impl Value {
    /// As the store and other programs have it: ISO dates, a decimal point, `1` and `0`.
    #[must_use]
    pub fn stored(&self) -> String {
        match self {
            Self::Text(text) | Self::Code(text) | Self::Reference(text) => text.clone(),
            Self::Boolean(yes) => if *yes { "1" } else { "0" }.to_owned(),
            Self::Integer(number) => number.to_string(),
            Self::Decimal(number) => number.to_plain(),
            Self::Date(date) => date.iso(),
        }
    }

    /// As people read it: `05/09/2026`, `2,34`, *Có*. A code stays a code; its name is in the list.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) | Self::Code(text) | Self::Reference(text) => text.clone(),
            Self::Boolean(yes) => if *yes { "Có" } else { "Không" }.to_owned(),
            Self::Integer(number) => number.to_string(),
            Self::Decimal(number) => number.to_string(),
            Self::Date(date) => date.to_string(),
        }
    }

    /// Reads what [`Value::stored`] wrote; `None` for anything else.
    #[must_use]
    pub fn read(value: Type, stored: &str) -> Option<Self> {
        let read = match value {
            Type::Text => Self::Text(stored.to_owned()),
            Type::Code(_) => Self::Code(stored.to_owned()),
            Type::Reference(_) => Self::Reference(stored.to_owned()),
            Type::Boolean => Self::Boolean(stored == "1"),
            Type::Integer => Self::Integer(stored.parse().ok()?),
            Type::Decimal => Self::Decimal(Decimal::plain(stored)?),
            Type::Date | Type::PartialDate => Self::Date(PartialDate::parse(stored)?),
            Type::Parts(_) => return None,
        };
        (!stored.is_empty() && read.stored() == stored).then_some(read)
    }
}
