//! Marks on the scale of ten, in hundredths. Never a floating number: 6.45 has no exact binary form, and a circular
//! that rounds it to 6.5 means 6.45.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::vi::{decimal_comma, parse_decimal};
use crate::{FromValue, ToValue, Value, ValueRef};

/// A mark from 0 to 10 (điểm), exact to a hundredth. In JSON and in the database it is the integer of hundredths, and
/// the field says so: `score_hundredths`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i32", into = "i32")]
pub struct Score(i32);

impl Score {
    /// The lowest mark.
    pub const ZERO: Self = Self(0);
    /// The highest mark.
    pub const TEN: Self = Self(1_000);

    /// A mark of so many hundredths; `None` outside 0 to 1000.
    #[must_use]
    pub const fn from_hundredths(hundredths: i32) -> Option<Self> {
        if hundredths < Self::ZERO.0 || hundredths > Self::TEN.0 { None } else { Some(Self(hundredths)) }
    }

    /// Reads `8,5`, `8.5`, `10` or `7,25`. What a keyboard's shortcut means (`85` for 8,5) is the screen's to know; here
    /// 85 is eighty-five and refused.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hundredths = i32::try_from(parse_decimal(text)?).ok()?;
        // "-0" is no mark, although it is the number 0.
        if text.contains('-') { None } else { Self::from_hundredths(hundredths) }
    }

    /// The mark in hundredths.
    #[must_use]
    pub const fn hundredths(self) -> i32 {
        self.0
    }

    /// Whether the mark has at most one decimal, as the marks that teachers enter must have.
    #[must_use]
    pub const fn has_one_decimal(self) -> bool {
        self.0 % 10 == 0
    }

    /// A weighted mean, rounded once, half up, to one decimal: `sum_hundredths` is the sum of mark times weight in
    /// hundredths, `weight` the sum of the weights. The fraction stays exact until that rounding. `None` when there is
    /// no weight or the mean lies outside the scale.
    ///
    /// ```
    /// use base::Score;
    /// // Four regular marks, a mid-term that counts twice, an end-term that counts three times.
    /// let sum = 700 + 800 + 900 + 800 + 2 * 750 + 3 * 800;
    /// assert_eq!(Score::mean(sum, 9).expect("a mean").one_decimal(), "7,9");
    /// ```
    #[must_use]
    pub fn mean(sum_hundredths: i64, weight: i64) -> Option<Self> {
        if weight <= 0 || sum_hundredths < 0 {
            return None;
        }
        // Tenths = floor(sum / (10 weight) + 1/2), over one denominator.
        let (sum, weight) = (i128::from(sum_hundredths), i128::from(weight));
        let tenths = (2 * sum + 10 * weight) / (20 * weight);
        Self::from_hundredths(i32::try_from(tenths * 10).ok()?)
    }

    /// This mark rounded half up to one decimal: 6,45 becomes 6,5.
    #[must_use]
    pub const fn rounded(self) -> Self {
        Self((self.0 + 5) / 10 * 10)
    }

    /// The mark with exactly one decimal, as averages are printed: `8,0`. A mark of two decimals is rounded.
    #[must_use]
    pub fn one_decimal(self) -> String {
        let tenths = self.rounded().0 / 10;
        format!("{},{}", tenths / 10, tenths % 10)
    }
}

/// The mark with no more decimals than it needs: `8`, `8,5`, `7,25`.
impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimal_comma(i64::from(self.0)))
    }
}

impl TryFrom<i32> for Score {
    type Error = &'static str;

    fn try_from(hundredths: i32) -> Result<Self, Self::Error> {
        Self::from_hundredths(hundredths).ok_or("expected a score in hundredths, from 0 to 1000")
    }
}

impl From<Score> for i32 {
    fn from(score: Score) -> Self {
        score.0
    }
}

impl ToValue for Score {
    fn to_value(&self) -> Value<'_> {
        Value::Int(i64::from(self.0))
    }
}

impl FromValue for Score {
    fn from_value(value: ValueRef<'_>) -> Result<Self, &'static str> {
        i32::from_value(value)?.try_into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn score(text: &str) -> Score {
        Score::parse(text).unwrap_or_else(|| panic!("{text} is a score"))
    }

    #[test]
    fn the_scale_ends_at_ten() {
        assert_eq!(Score::from_hundredths(1_000), Some(Score::TEN));
        assert_eq!(Score::from_hundredths(1_001), None);
        assert_eq!(Score::from_hundredths(-1), None);
    }

    #[test]
    fn text_and_back() {
        for (text, hundredths, shown, printed) in [
            ("8,5", 850, "8,5", "8,5"),
            ("8.50", 850, "8,5", "8,5"),
            ("10", 1_000, "10", "10,0"),
            ("7,25", 725, "7,25", "7,3"),
        ] {
            assert_eq!(score(text).hundredths(), hundredths);
            assert_eq!(score(text).to_string(), shown);
            assert_eq!(score(text).one_decimal(), printed);
        }
        for text in ["85", "10,01", "-1", "-0", "8,", "8,555", "tám", ""] {
            assert_eq!(Score::parse(text), None, "{text}");
        }
        assert!(score("8,5").has_one_decimal() && !score("7,25").has_one_decimal());
    }

    #[test]
    fn halves_go_up() {
        for (text, rounded) in
            [("6,45", "6,5"), ("7,95", "8,0"), ("6,44", "6,4"), ("0,05", "0,1"), ("9,95", "10,0"), ("0", "0,0")]
        {
            assert_eq!(score(text).rounded().one_decimal(), rounded, "{text}");
        }
    }

    #[test]
    fn means_of_the_circular() {
        // A semester: (7 + 8 + 9 + 8 + 2 x 7,5 + 3 x 8) / 9 = 7,888…
        assert_eq!(Score::mean(7_100, 9), Some(score("7,9")));
        // A year: (6,4 + 2 x 7,9) / 3 = 7,4 exactly.
        assert_eq!(Score::mean(640 + 2 * 790, 3), Some(score("7,4")));
        // Just below a half stays down: 6,4499… is not first made 6,45.
        assert_eq!(Score::mean(644_999, 1_000), Some(score("6,4")));
        assert_eq!(Score::mean(0, 5), Some(Score::ZERO));
        assert_eq!(Score::mean(9_000, 9), Some(Score::TEN));
        assert_eq!(Score::mean(700, 0), None);
        assert_eq!(Score::mean(-700, 1), None);
        assert_eq!(Score::mean(i64::MAX, 1), None);
    }

    #[test]
    fn json_and_columns_are_hundredths() {
        assert_eq!(serde_json::to_string(&score("8,5")).expect("JSON"), "850");
        assert_eq!(serde_json::from_str::<Score>("725").expect("a score"), score("7,25"));
        for bad in ["1001", "-1", "8.5", "\"8,5\""] {
            assert!(serde_json::from_str::<Score>(bad).is_err(), "{bad}");
        }
        assert_eq!(score("8,5").to_value(), Value::Int(850));
        assert_eq!(Score::from_value(ValueRef::Int(850)), Ok(score("8,5")));
        assert!(Score::from_value(ValueRef::Int(8_500)).is_err());
    }

    proptest! {
        #[test]
        fn every_score_is_read_back(hundredths in 0i32..=1_000) {
            let one = Score::from_hundredths(hundredths).expect("on the scale");
            prop_assert_eq!(Score::parse(&one.to_string()), Some(one));
            prop_assert_eq!(Score::mean(i64::from(hundredths), 1), Some(one.rounded()));
        }

        #[test]
        fn a_mean_is_within_half_a_tenth(marks in prop::collection::vec((0i64..=1_000, 1i64..=3), 1..12)) {
            let sum: i64 = marks.iter().map(|(mark, weight)| mark * weight).sum();
            let weight: i64 = marks.iter().map(|(_, weight)| weight).sum();
            let mean = i64::from(Score::mean(sum, weight).expect("a mean").hundredths());
            let off = mean * weight - sum;
            prop_assert!(mean % 10 == 0 && -5 * weight < off && off <= 5 * weight);
        }

        #[test]
        fn more_marks_never_lower_the_mean(sum in 0i64..9_000, more in 0i64..100, weight in 10i64..20) {
            prop_assert!(Score::mean(sum, weight) <= Score::mean(sum + more, weight));
        }
    }
}
