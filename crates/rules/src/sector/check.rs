//! Whether a text is a value of a field: what an import, a form and an exchange ask before anything is kept.

use base::vi;

use super::decimal::is_grouped;
use super::{Decimal, Field, Found, Key, PartialDate, Spec, Type, Value, Values};

/// The longest code; the annex writes 20 where it writes a length of a code at all.
const CODE_LENGTH: usize = 20;
/// The most of a refused text that a sentence repeats.
const REPEATED: usize = 40;

/// A value, and what somebody should look at before relying on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The value.
    pub value: Value,
    /// A Vietnamese sentence: the code is not among those that are known.
    pub doubt: Option<String>,
}

/// Who wrote the text: for a person a point may part thousands, for a program it stands before the decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// Somebody typed it, into a form or a text cell.
    Person,
    /// A program wrote it: a number cell of a workbook, another system.
    Program,
}

/// Why a text is no value of its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Stable code: `sector.not_a_date`.
    pub code: &'static str,
    /// A Vietnamese sentence that names the field and says what is expected.
    pub detail: String,
}

impl Refusal {
    /// The refusal of a field of a request.
    #[must_use]
    pub fn into_field(self, path: impl Into<String>) -> base::Field {
        base::Field { field: path.into(), code: self.code, detail: self.detail }
    }
}

impl Spec {
    /// Reads a text as a value of a line of the annex, with that line's label and length. `None` for an empty text.
    pub fn check(
        &self,
        field: &Field,
        text: &str,
        hand: Hand,
        values: &impl Values,
    ) -> Result<Option<Checked>, Refusal> {
        let key = self.key_of(field);
        Reading { label: field.label, value: key.value, length: field.length, hand }.check(text, values)
    }
}

impl Key {
    /// Reads a text as a value of this key, of any level. `None` for an empty text. What comes out is written the same
    /// again however often it is read: `check(shown) = check(text)`.
    pub fn check(&self, text: &str, hand: Hand, values: &impl Values) -> Result<Option<Checked>, Refusal> {
        Reading { label: self.label, value: self.value, length: self.length, hand }.check(text, values)
    }
}

/// A field that is being read.
struct Reading<'a> {
    label: &'a str,
    value: Type,
    length: Option<usize>,
    hand: Hand,
}

impl Reading<'_> {
    fn check(&self, text: &str, values: &impl Values) -> Result<Option<Checked>, Refusal> {
        let text = vi::clean(text);
        if text.is_empty() {
            return Ok(None);
        }
        let value = match self.value {
            Type::Text => Value::Text(self.short(text, self.length)?),
            Type::Reference(_) => Value::Reference(self.short(text, Some(self.length.unwrap_or(CODE_LENGTH)))?),
            Type::Boolean => Value::Boolean(self.boolean(&text)?),
            Type::Integer => Value::Integer(self.integer(&text)?),
            Type::Decimal => Value::Decimal(self.decimal(&text)?),
            Type::Date => Value::Date(self.day(&text)?),
            Type::PartialDate => Value::Date(self.date(&text)?),
            Type::Code(list) => return self.code(list, text, values).map(Some),
            Type::Parts(_) => {
                return Err(self.refuse("sector.has_parts", "là một danh sách; hãy nhập từng dòng của danh sách ấy."));
            }
        };
        Ok(Some(Checked { value, doubt: None }))
    }

    fn refuse(&self, code: &'static str, expected: &str) -> Refusal {
        Refusal { code, detail: format!("{}: {expected}", self.label) }
    }

    fn refuse_text(&self, code: &'static str, text: &str, expected: &str) -> Refusal {
        let mut repeated: String = text.chars().take(REPEATED).collect();
        if repeated.len() < text.len() {
            repeated.push('…');
        }
        self.refuse(code, &format!("“{repeated}” {expected}"))
    }

    fn short(&self, text: String, length: Option<usize>) -> Result<String, Refusal> {
        let letters = text.chars().count();
        match length {
            Some(most) if letters > most => Err(self.refuse(
                "sector.too_long",
                &format!(
                    "dài {letters} ký tự, quá {most} ký tự mà danh mục dữ liệu của ngành cho phép. Hãy viết ngắn lại."
                ),
            )),
            _ => Ok(text),
        }
    }

    fn boolean(&self, text: &str) -> Result<bool, Refusal> {
        match vi::fold(text).as_str() {
            "1" | "co" | "x" | "dung" | "true" | "yes" => return Ok(true),
            "0" | "khong" | "sai" | "false" | "no" => return Ok(false),
            _ => {}
        }
        if ["✓", "✔", "√", "☑"].contains(&text) {
            return Ok(true);
        }
        Err(self.refuse_text(
            "sector.not_yes_or_no",
            text,
            "không rõ là có hay không. Hãy ghi Có hoặc Không (1 hoặc 0).",
        ))
    }

    fn integer(&self, text: &str) -> Result<i64, Refusal> {
        // "12,0" and "12.00" are what spreadsheets make of 12; in a whole number points can only part thousands.
        let plain = if self.hand == Hand::Person && is_grouped(text) {
            text.replace('.', "")
        } else {
            match text.split_once([',', '.']) {
                Some((whole, part)) if !part.is_empty() && part.bytes().all(|byte| byte == b'0') => whole.to_owned(),
                _ => text.to_owned(),
            }
        };
        let is_number = !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit());
        let number: i64 = plain.parse().ok().filter(|_| is_number).ok_or_else(|| {
            self.refuse_text(
                "sector.not_a_whole_number",
                text,
                "không phải số nguyên từ 0 trở lên. Hãy chỉ ghi chữ số, ví dụ 35.",
            )
        })?;
        match self.length {
            Some(most) if number.to_string().len() > most => Err(self.refuse_text(
                "sector.too_long",
                text,
                &format!("có quá {most} chữ số. Hãy kiểm tra lại số này."),
            )),
            _ => Ok(number),
        }
    }

    fn decimal(&self, text: &str) -> Result<Decimal, Refusal> {
        let number = match self.hand {
            Hand::Person => Decimal::parse(text),
            Hand::Program => Decimal::plain(text),
        };
        if let Some(number) = number {
            return Ok(number);
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let is_ambiguous = Decimal::plain(&text.replace(',', ".")).is_some() && text.contains(['.', ',']);
        Err(if is_ambiguous && digits.len() >= 4 {
            let with_comma = text.replace('.', ",");
            self.refuse_text(
                "sector.ambiguous_number",
                text,
                &format!(
                    "có thể là {digits} hoặc là số lẻ. Hãy ghi {digits} nếu là số nguyên, {with_comma}0 nếu là số lẻ."
                ),
            )
        } else {
            self.refuse_text(
                "sector.not_a_number",
                text,
                "không phải số từ 0 trở lên, có nhiều nhất 6 chữ số lẻ. Hãy ghi như 2,34 hoặc 1250.",
            )
        })
    }

    fn date(&self, text: &str) -> Result<PartialDate, Refusal> {
        PartialDate::parse(text).ok_or_else(|| {
            self.refuse_text(
                "sector.not_a_date",
                text,
                "không phải một ngày có thật. Hãy ghi ngày/tháng/năm như 05/09/2014; nếu chỉ biết tháng hoặc năm, ghi 09/2014 hoặc 2014.",
            )
        })
    }

    fn day(&self, text: &str) -> Result<PartialDate, Refusal> {
        PartialDate::parse(text).filter(|date| date.day().is_some()).ok_or_else(|| {
            self.refuse_text(
                "sector.not_a_date",
                text,
                "không phải một ngày có thật. Hãy ghi đủ ngày/tháng/năm như 05/09/2014.",
            )
        })
    }

    fn code(&self, list: &'static str, text: String, values: &impl Values) -> Result<Checked, Refusal> {
        match values.find(list, &text) {
            Found::Code(code) => Ok(Checked { value: Value::Code(code), doubt: None }),
            Found::Doubtful(code, why) => {
                let doubt = format!("{}: {code} {why}. Hãy xem lại.", self.label);
                Ok(Checked { value: Value::Code(code), doubt: Some(doubt) })
            }
            Found::Missing => Err(self.refuse_text(
                "sector.not_in_list",
                &text,
                &format!("không có trong danh mục {list}. Hãy ghi mã hoặc tên đúng của danh mục này."),
            )),
            Found::Open if text.chars().count() <= CODE_LENGTH => {
                let doubt = format!(
                    "{}: “{text}” chưa có trong danh mục {list}, là danh mục chưa đủ giá trị. Mã được giữ nguyên; hãy xem lại.",
                    self.label
                );
                Ok(Checked { value: Value::Code(text), doubt: Some(doubt) })
            }
            Found::Open => Err(self.refuse_text(
                "sector.not_a_code",
                &text,
                &format!("không có trong danh mục {list} và dài hơn một mã ({CODE_LENGTH} ký tự). Hãy ghi mã."),
            )),
        }
    }
}
