//! Money in whole đồng. Sums are checked: a figure that does not fit is no figure.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::vi::grouped;
use crate::{FromValue, ToValue, Value, ValueRef};

/// An amount in đồng; negative for what is owed back. In JSON and in the database it is the integer, and the field
/// says so: `amount_vnd`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many đồng.
    #[must_use]
    pub const fn from_dong(dong: i64) -> Self {
        Self(dong)
    }

    /// The amount in đồng.
    #[must_use]
    pub const fn dong(self) -> i64 {
        self.0
    }

    /// The sum of both, unless it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// This less the other, unless it does not fit.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// So many times this amount, unless it does not fit.
    #[must_use]
    pub fn checked_mul(self, times: i64) -> Option<Self> {
        self.0.checked_mul(times).map(Self)
    }

    /// The sum of all, unless it does not fit. Whether it fits does not depend on their order.
    #[must_use]
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        let sum: i128 = amounts.into_iter().map(|amount| i128::from(amount.0)).sum();
        i64::try_from(sum).ok().map(Self)
    }

    /// Reads `1.045.000 ₫`, `1.045.000đ`, `1.045.000 đồng`, `1.045.000` or `1045000`. Dots stand between thousands only;
    /// an amount with decimals is refused, for a đồng has no parts.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = ["₫", "đồng", "đ"].into_iter().find_map(|unit| text.strip_suffix(unit)).unwrap_or(text).trim_end();
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let mut groups = digits.split('.');
        let first = groups.next()?;
        let rest: Vec<_> = groups.collect();
        let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if !plain
            || first.is_empty()
            || rest.iter().any(|group| group.len() != 3)
            || (!rest.is_empty() && first.len() > 3)
        {
            return None;
        }
        let sign = if negative { "-" } else { "" };
        format!("{sign}{first}{}", rest.concat()).parse().ok().map(Self)
    }
}

/// As people write it: `1.045.000 ₫`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ₫", grouped(self.0))
    }
}

impl ToValue for Money {
    fn to_value(&self) -> Value<'_> {
        Value::Int(self.0)
    }
}

impl FromValue for Money {
    fn from_value(value: ValueRef<'_>) -> Result<Self, &'static str> {
        i64::from_value(value).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_and_back() {
        for text in ["1.045.000 ₫", "1.045.000đ", "1.045.000 đồng", " 1.045.000 ", "1045000", "1045000 ₫"] {
            assert_eq!(Money::parse(text), Some(Money(1_045_000)), "{text}");
        }
        assert_eq!(Money(1_045_000).to_string(), "1.045.000 ₫");
        assert_eq!(Money(-500).to_string(), "-500 ₫");
        for text in ["", "₫", "1.045,5", "1,045,000", "1.45", "1045.000", ".500", "1..000", "12.00", "--5", "+5", "$5"]
        {
            assert_eq!(Money::parse(text), None, "{text}");
        }
    }

    #[test]
    fn sums_are_checked() {
        let most = Money(i64::MAX);
        assert_eq!(most.checked_add(Money(1)), None);
        assert_eq!(Money(i64::MIN).checked_sub(Money(1)), None);
        assert_eq!(most.checked_mul(2), None);
        assert_eq!(Money(350_000).checked_mul(9), Some(Money(3_150_000)));
        assert_eq!(Money::checked_sum([most, Money(1), Money(-1)]), Some(most));
        assert_eq!(Money::checked_sum([most, Money(1)]), None);
        assert_eq!(Money::checked_sum([]), Some(Money::ZERO));
    }

    #[test]
    fn json_and_columns_are_dong() {
        assert_eq!(serde_json::to_string(&Money(45_000)).expect("JSON"), "45000");
        assert_eq!(serde_json::from_str::<Money>("45000").expect("money"), Money(45_000));
        assert!(serde_json::from_str::<Money>("45000.5").is_err());
        assert_eq!(Money(45_000).to_value(), Value::Int(45_000));
        assert_eq!(Money::from_value(ValueRef::Int(45_000)), Ok(Money(45_000)));
    }

    proptest! {
        #[test]
        fn every_amount_is_read_back(dong in any::<i64>()) {
            prop_assert_eq!(Money::parse(&Money(dong).to_string()), Some(Money(dong)));
        }
    }
}
