//! The one list builder: whitelisted columns and operators, scope, search, and a keyset cursor that survives rows
//! inserted before it and is bound to the question it was made with.

use base::{Code, Date, Error, Kind, Result, Uuid, Value};

use crate::keys::{Use, hex};
use crate::params;
use crate::row::{FromRow, Row};
use crate::sql::Built;
use crate::tx::Tx;

/// A cursor that was altered, or made with another question.
pub const BAD_CURSOR: Code = Code::new(Kind::Malformed, "request.bad_cursor", "Con trỏ trang không hợp lệ");
/// A column or an operator that this list does not have.
pub const BAD_FILTER: Code = Code::new(Kind::Malformed, "request.bad_filter", "Điều kiện lọc không hợp lệ");

/// What sort of values a column holds: decides how a cursor keeps them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Text.
    Text,
    /// Integers, instants.
    Int,
    /// Bytes, such as sort keys.
    Bytes,
    /// Ids.
    Uuid,
    /// Dates.
    Date,
    /// True or false.
    Bool,
}

/// A column that a list may be filtered or sorted by.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name in the API.
    pub name: &'static str,
    /// The expression it stands for.
    pub expr: &'static str,
    /// What it holds.
    pub ty: Type,
    /// Whether it can be NULL.
    pub nullable: bool,
    /// Whether the list may be sorted by it.
    pub sorts: bool,
    /// How it may be compared.
    pub operators: &'static [Operator],
}

/// How a column is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Equal.
    Is,
    /// Not equal (NULL is not equal to anything).
    Not,
    /// Below.
    Below,
    /// At least.
    AtLeast,
    /// Has no value.
    Empty,
}

/// A list: what it selects and what may be asked of it.
#[derive(Clone, Copy, Debug)]
pub struct List {
    /// Its name in errors.
    pub name: &'static str,
    /// The columns of its row type, in order, without the word SELECT.
    pub select: &'static str,
    /// What follows FROM, with its joins. May use parameters `?1 …` given as [`Ask::from_params`].
    pub from: &'static str,
    /// The unique id that breaks ties; never NULL.
    pub key: &'static str,
    /// The columns that may be asked.
    pub columns: &'static [Column],
}

/// A condition with its parameters, numbered from `?1` in its own text.
#[derive(Clone, Debug)]
pub struct Predicate {
    /// The condition.
    pub text: String,
    /// Its parameters.
    pub params: Vec<Value<'static>>,
}

/// One question to a list.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// Parameters of [`List::from`].
    pub from_params: Vec<Value<'static>>,
    /// Scope and search: already decided conditions.
    pub predicates: Vec<Predicate>,
    /// Column, operator, value.
    pub filters: Vec<(String, Operator, Value<'static>)>,
    /// The column to sort by, and whether downwards. Without one the list is sorted by its key.
    pub sort: Option<(String, bool)>,
    /// Rows wanted, 1 to 200.
    pub limit: u32,
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// Count at most this many rows of the whole answer; 0 does not count.
    pub count_to: u32,
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Found<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the next page, when there is one.
    pub next: Option<String>,
    /// How many rows the whole answer has, up to [`Ask::count_to`].
    pub total: Option<u32>,
    /// Whether there are more than [`Ask::count_to`].
    pub more: bool,
}

/// Renumbers `?1 …` of a condition to follow `by` parameters.
#[must_use]
pub fn shift(text: &str, by: usize) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while let Some(at) = rest.find('?') {
        out.push_str(&rest[..=at]);
        rest = &rest[at + 1..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let n: usize = rest[..digits].parse().unwrap_or(0);
        out.push_str(&(n + by).to_string());
        rest = &rest[digits..];
    }
    out.push_str(rest);
    out
}

/// A statement being put together.
struct Draft {
    conditions: Vec<String>,
    params: Vec<Value<'static>>,
}

impl Draft {
    fn param(&mut self, value: Value<'static>) -> String {
        self.params.push(value);
        format!("?{}", self.params.len())
    }
}

impl List {
    fn column(&self, name: &str) -> Result<&Column> {
        self.columns
            .iter()
            .find(|column| column.name == name)
            .ok_or_else(|| BAD_FILTER.error(format!("Danh sách này không có cột '{name}'. Hãy bỏ điều kiện đó.")))
    }

    /// The sorted expression, and whether it can be NULL.
    fn sort<'a>(&'a self, ask: &Ask) -> Result<Option<(&'a Column, bool)>> {
        let Some((name, down)) = &ask.sort else { return Ok(None) };
        let column = self.column(name)?;
        if !column.sorts {
            return Err(BAD_FILTER.error(format!("Không sắp xếp theo cột '{name}' được.")));
        }
        Ok(Some((column, *down)))
    }

    fn draft(&self, ask: &Ask) -> Result<Draft> {
        let mut draft = Draft { conditions: Vec::new(), params: ask.from_params.clone() };
        for predicate in &ask.predicates {
            draft.conditions.push(format!("({})", shift(&predicate.text, draft.params.len())));
            draft.params.extend(predicate.params.iter().cloned());
        }
        for (name, operator, value) in &ask.filters {
            let column = self.column(name)?;
            if !column.operators.contains(operator) {
                return Err(BAD_FILTER.error(format!("Không lọc cột '{name}' theo cách này được.")));
            }
            let expr = column.expr;
            let sign = match operator {
                Operator::Is => "=",
                Operator::Not => "<>",
                Operator::Below => "<",
                Operator::AtLeast => ">=",
                Operator::Empty => {
                    draft.conditions.push(format!("{expr} IS NULL"));
                    continue;
                }
            };
            let place = draft.param(value.clone());
            draft.conditions.push(format!("{expr} {sign} {place}"));
        }
        Ok(draft)
    }

    /// Answers one page.
    pub fn page<T: FromRow>(&self, tx: &mut Tx<'_>, ask: &Ask) -> Result<Found<T>> {
        let mut draft = self.draft(ask)?;
        let total = self.count(tx, ask, &draft)?;
        let sort = self.sort(ask)?;
        let question = self.question(tx, ask)?;
        if let Some(cursor) = &ask.cursor {
            let (at, key) = read_cursor(cursor, &question, sort.map(|(column, _)| column.ty))?;
            let condition = after(&mut draft, self.key, sort, at, key);
            draft.conditions.push(condition);
        }
        let limit = ask.limit.clamp(1, 200);
        let sql = self.text(&draft, sort, limit + 1, tx);
        let rows: Vec<Keyed<T>> = tx.all(&sql, &draft.params)?;
        let more_rows = rows.len() > limit as usize;
        let mut last = None;
        let items: Vec<T> = rows
            .into_iter()
            .take(limit as usize)
            .map(|row| {
                last = Some((row.sort, row.key));
                row.item
            })
            .collect();
        let next = match last {
            Some((at, key)) if more_rows => Some(write_cursor(&question, &at, key)),
            _ => None,
        };
        Ok(Found {
            items,
            next,
            total: total.map(|n| n.min(ask.count_to)),
            more: total.is_some_and(|n| n > ask.count_to),
        })
    }

    /// Counts the whole answer without reading a page: how many rows, up to [`Ask::count_to`], and whether there are more.
    pub fn total(&self, tx: &mut Tx<'_>, ask: &Ask) -> Result<(u32, bool)> {
        let draft = self.draft(ask)?;
        let counted = self.count(tx, ask, &draft)?.unwrap_or_default();
        Ok((counted.min(ask.count_to), counted > ask.count_to))
    }

    fn text(&self, draft: &Draft, sort: Option<(&Column, bool)>, limit: u32, tx: &Tx<'_>) -> Built {
        let wheres = if draft.conditions.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", draft.conditions.join(" AND "))
        };
        let sorted = sort.map_or(self.key, |(column, _)| column.expr);
        let order = match sort {
            Some((column, down)) => {
                let way = if down { "DESC" } else { "ASC" };
                let nulls = if column.nullable { " NULLS LAST" } else { "" };
                format!("{} {way}{nulls}, {} {way}", column.expr, self.key)
            }
            None => format!("{} ASC", self.key),
        };
        Built::new(
            self.name,
            &format!(
                "SELECT {}, {sorted} AS list_sort, {} AS list_key FROM {}{wheres} ORDER BY {order} LIMIT {limit}",
                self.select, self.key, self.from
            ),
            tx.dialect(),
        )
    }

    fn count(&self, tx: &mut Tx<'_>, ask: &Ask, draft: &Draft) -> Result<Option<u32>> {
        if ask.count_to == 0 {
            return Ok(None);
        }
        let wheres = if draft.conditions.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", draft.conditions.join(" AND "))
        };
        let sql = Built::new(
            self.name,
            &format!("SELECT count(*) FROM (SELECT 1 FROM {}{wheres} LIMIT {}) counted", self.from, ask.count_to + 1),
            tx.dialect(),
        );
        Ok(tx.one::<(i64,)>(&sql, &draft.params)?.and_then(|(n,)| u32::try_from(n).ok()))
    }

    /// A keyed digest of everything a cursor depends on but its place. The place itself is no secret.
    fn question(&self, tx: &Tx<'_>, ask: &Ask) -> Result<String> {
        let asked = format!("{:?} {:?} {:?} {:?}", ask.from_params, ask.predicates, ask.filters, ask.sort);
        let digest = tx.keys().keyed_digest(Use::Token, &[self.name.as_bytes(), asked.as_bytes()])?;
        Ok(hex(&digest[..8]))
    }

    /// Runs every sort, filter and cursor that this list can be asked, so that a test meets a mistake in any of them.
    pub fn check<T: FromRow>(&self, tx: &mut Tx<'_>, plain: &Ask) -> Result<usize> {
        let mut tried = 0;
        let mut sorts: Vec<Option<(String, bool)>> = vec![None];
        for column in self.columns.iter().filter(|column| column.sorts) {
            sorts.push(Some((column.name.to_owned(), false)));
            sorts.push(Some((column.name.to_owned(), true)));
        }
        for sort in sorts {
            let mut ask = Ask { sort, limit: 1, count_to: 10, ..plain.clone() };
            // Follows the cursor, so that the condition behind it is met as well.
            for _ in 0..3 {
                let found = self.page::<T>(tx, &ask)?;
                tried += 1;
                ask.cursor = found.next;
                if ask.cursor.is_none() {
                    break;
                }
            }
        }
        for column in self.columns {
            for operator in column.operators {
                let value = sample(column.ty)?;
                let ask = Ask { filters: vec![(column.name.to_owned(), *operator, value)], limit: 5, ..plain.clone() };
                self.page::<T>(tx, &ask)?;
                tried += 1;
            }
        }
        Ok(tried)
    }
}

fn sample(ty: Type) -> Result<Value<'static>> {
    Ok(match ty {
        Type::Text => Value::Text("a".into()),
        Type::Int => Value::Int(1),
        Type::Bytes => Value::Bytes(vec![1].into()),
        Type::Uuid => Value::Uuid(Uuid::nil()),
        Type::Date => Value::Date("2026-01-01".parse::<Date>().map_err(Error::internal)?),
        Type::Bool => Value::Bool(true),
    })
}

/// The condition of the rows after a place, NULLs being last in both directions.
fn after(draft: &mut Draft, key: &str, sort: Option<(&Column, bool)>, at: Value<'static>, id: Uuid) -> String {
    let id = draft.param(Value::Uuid(id));
    let Some((column, down)) = sort else { return format!("{key} > {id}") };
    let (expr, sign) = (column.expr, if down { "<" } else { ">" });
    if at == Value::Null {
        return format!("({expr} IS NULL AND {key} {sign} {id})");
    }
    let at = draft.param(at);
    if column.nullable {
        format!("({expr} {sign} {at} OR ({expr} = {at} AND {key} {sign} {id}) OR {expr} IS NULL)")
    } else {
        // A comparison of pairs is what an index on both can follow.
        format!("({expr}, {key}) {sign} ({at}, {id})")
    }
}

/// A row with where it stands in the order.
struct Keyed<T> {
    item: T,
    sort: Value<'static>,
    key: Uuid,
}

struct Owned(Value<'static>);

impl base::FromValue for Owned {
    fn from_value(value: base::ValueRef<'_>) -> Result<Self, &'static str> {
        use base::ValueRef;
        Ok(Self(match value {
            ValueRef::Null => Value::Null,
            ValueRef::Int(v) => Value::Int(v),
            ValueRef::Real(_) => return Err("a column that can be sorted by"),
            ValueRef::Bool(v) => Value::Bool(v),
            ValueRef::Text(v) => Value::Text(v.to_owned().into()),
            ValueRef::Bytes(v) => Value::Bytes(v.to_vec().into()),
            ValueRef::Uuid(v) => Value::Uuid(v),
            ValueRef::Date(v) => Value::Date(v),
        }))
    }
}

impl<T: FromRow> FromRow for Keyed<T> {
    const COLUMNS: &'static [&'static str] = &[];
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let width = row.width();
        Ok(Self { item: T::from_row(row)?, sort: row.get::<Owned>(width - 2)?.0, key: row.get(width - 1)? })
    }
}

/// `question.key.value`, each in hexadecimal; the value begins with its sort (n, t, i, b, u, d).
fn write_cursor(question: &str, at: &Value<'_>, key: Uuid) -> String {
    let at = match at {
        Value::Null | Value::Real(_) => "n".to_owned(),
        Value::Int(v) => format!("i{v}"),
        Value::Bool(v) => format!("i{}", i64::from(*v)),
        Value::Text(v) => format!("t{}", hex(v.as_bytes())),
        Value::Bytes(v) => format!("b{}", hex(v)),
        Value::Uuid(v) => format!("b{}", hex(v.as_bytes())),
        Value::Date(v) => format!("t{}", hex(v.to_string().as_bytes())),
    };
    format!("{question}.{}.{at}", key.simple())
}

fn read_cursor(cursor: &str, question: &str, ty: Option<Type>) -> Result<(Value<'static>, Uuid)> {
    let bad = || {
        BAD_CURSOR.error(
            "Con trỏ trang không khớp với danh sách đang xem (điều kiện lọc đã đổi). Hãy tải lại danh sách từ đầu.",
        )
    };
    let mut parts = cursor.split('.');
    let (asked, key, at) = (parts.next(), parts.next(), parts.next().ok_or_else(bad)?);
    if asked != Some(question) {
        return Err(bad());
    }
    let key = key.and_then(|key| Uuid::try_parse(key).ok()).ok_or_else(bad)?;
    let bytes = || -> Option<Vec<u8>> {
        let text = at.get(1..)?;
        (0..text.len()).step_by(2).map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok()).collect()
    };
    let text = || bytes().and_then(|bytes| String::from_utf8(bytes).ok());
    let number = || at.get(1..).and_then(|text| text.parse::<i64>().ok());
    let value = match (at.as_bytes().first(), ty) {
        (_, None) | (Some(b'n'), _) => Some(Value::Null),
        (_, Some(Type::Text)) => text().map(|text| Value::Text(text.into())),
        (_, Some(Type::Int)) => number().map(Value::Int),
        (_, Some(Type::Bool)) => number().map(|n| Value::Bool(n == 1)),
        (_, Some(Type::Bytes)) => bytes().map(|bytes| Value::Bytes(bytes.into())),
        (_, Some(Type::Uuid)) => bytes().and_then(|bytes| Uuid::from_slice(&bytes).ok()).map(Value::Uuid),
        (_, Some(Type::Date)) => text().and_then(|text| text.parse().ok()).map(Value::Date),
    };
    value.map(|value| (value, key)).ok_or_else(bad)
}

/// A predicate without parameters.
#[must_use]
pub fn plain(text: &str) -> Predicate {
    Predicate { text: text.to_owned(), params: params![].to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_renumbered() {
        assert_eq!(shift("a = ?1 AND b IN (?2, ?13)", 4), "a = ?5 AND b IN (?6, ?17)");
    }

    #[test]
    fn a_cursor_comes_back_only_to_its_question() {
        let key = Uuid::from_u128(7);
        let cursor = write_cursor("q1", &Value::Text("Ưu".into()), key);
        assert_eq!(read_cursor(&cursor, "q1", Some(Type::Text)).expect("reads"), (Value::Text("Ưu".into()), key));
        assert_eq!(
            read_cursor(&cursor, "q2", Some(Type::Text)).expect_err("another question").code(),
            "request.bad_cursor"
        );
        assert!(read_cursor("q1.x.y", "q1", Some(Type::Text)).is_err());
        assert!(read_cursor("", "q1", None).is_err());
    }
}
