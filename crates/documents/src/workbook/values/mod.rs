//! What stands in a cell, read as what it should be: a day, a sex, a number of a person. Each reader says what it read,
//! what it had to mend, or what is wrong, in a Vietnamese sentence; where the cell stands, its caller knows.

mod dates;
mod numbers;
mod words;

use std::borrow::Cow;

use base::vi;

pub use dates::{Birthday, birthday, day, has_swapped_days, year};
pub use numbers::{code, decimal, number_doubts, personal_number, phones, whole};
pub use words::{ClassName, Sex, SexColumn, class_name, email, name, sex, sex_of_two, text, yes_no};

use super::sheet::Cell;

/// What a reader says: nothing stood there, or something good, or a fault.
pub type Reading<T> = Result<Option<Good<T>>, Fault>;

/// Something good, perhaps mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Good<T> {
    /// What was read.
    pub value: T,
    /// What a person should know about how it was read.
    pub hint: Option<Hint>,
}

/// What was mended or guessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Stable code.
    pub code: &'static str,
    /// Vietnamese sentence.
    pub detail: String,
}

/// What is wrong with a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable code.
    pub code: &'static str,
    /// Vietnamese sentence: what stands there, and what should.
    pub detail: String,
}

fn good<T>(value: T) -> Reading<T> {
    Ok(Some(Good { value, hint: None }))
}

fn mended<T>(value: T, code: &'static str, detail: impl Into<String>) -> Reading<T> {
    Ok(Some(Good { value, hint: Some(Hint { code, detail: detail.into() }) }))
}

fn fault<T>(code: &'static str, detail: impl Into<String>) -> Reading<T> {
    Err(Fault { code, detail: detail.into() })
}

/// The text of a cell, cleaned; `None` when nothing is seen. A formula that failed is a fault whatever is read.
fn cleaned(cell: Cell<'_>) -> Result<Option<String>, Fault> {
    if let Cell::Error(error) = cell {
        return Err(Fault {
            code: "cell.formula",
            detail: format!("Ô là công thức bị lỗi {}. Hãy sửa công thức hoặc gõ thẳng giá trị.", error.shown()),
        });
    }
    let text = vi::clean(&cell.text());
    // An apostrophe in front keeps Excel from changing what is typed; copied along, it means nothing.
    let text = text.strip_prefix('\'').map_or(text.as_str(), str::trim_start);
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// What a sentence quotes of a cell: not too much of it.
fn quoted(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()).into(),
        None => text.into(),
    }
}

/// The digits of a cell that holds a number as a number, and whether its format showed them all.
fn digits_of_number(cell: Cell<'_>) -> Option<(String, bool)> {
    let Cell::Number { value, shown } = cell else { return None };
    if let Some(shown) = shown {
        let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
        // A thousands' mark or decimals are not digits of a number that names somebody.
        if !shown.contains(',') && shown.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.')) {
            let plain = super::shape::plain(value);
            return Some((digits.clone(), digits.len() > plain.len()));
        }
    }
    (value >= 0.0 && value.fract() == 0.0 && value < 1e15).then(|| (super::shape::plain(value), false))
}
