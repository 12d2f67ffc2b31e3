//! Rows as bytes, and the digest of a table: the same on both databases.

use std::borrow::Cow;
use std::io::{Read as _, Write as _};

use base::{Error, Result, Value};
use db::copy::{Column, Plain, Table, Type};
use ring::digest::{Context, SHA256};

use super::damaged;

fn put_bytes(out: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    out.push(kind);
    out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(bytes);
}

fn put(out: &mut Vec<u8>, value: &Value<'_>) -> Result<()> {
    match value {
        Value::Null => out.push(0),
        Value::Int(v) => {
            out.push(1);
            out.extend_from_slice(&v.to_be_bytes());
        }
        Value::Real(v) => {
            out.push(2);
            out.extend_from_slice(&v.to_bits().to_be_bytes());
        }
        Value::Text(text) => put_bytes(out, 3, text.as_bytes()),
        Value::Bytes(bytes) => put_bytes(out, 4, bytes),
        Value::Bool(_) | Value::Uuid(_) | Value::Date(_) => {
            return Err(Error::internal("a row in the types of one database"));
        }
    }
    Ok(())
}

/// A chunk of rows, compressed.
pub(crate) fn pack(rows: &[Plain]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    for value in rows.iter().flatten() {
        put(&mut out, value)?;
    }
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(4));
    packed.write_all(&out).map_err(Error::internal)?;
    packed.finish().map_err(Error::internal)
}

/// A chunk holds at most so much: one row more than a chunk of the door may weigh.
const LARGEST: u64 = 1 << 30;

/// Reads a chunk back into rows of `width` columns.
pub(crate) fn unpack(packed: &[u8], width: usize) -> Result<Vec<Plain>> {
    let mut bytes = Vec::new();
    flate2::read::ZlibDecoder::new(packed)
        .take(LARGEST)
        .read_to_end(&mut bytes)
        .map_err(|e| damaged(0).caused_by(e))?;
    let mut left = bytes.as_slice();
    let mut rows = Vec::new();
    while !left.is_empty() {
        rows.push((0..width).map(|_| get(&mut left)).collect::<Option<Plain>>().ok_or_else(|| damaged(0))?);
    }
    Ok(rows)
}

fn cut<'b>(left: &mut &'b [u8], length: usize) -> Option<&'b [u8]> {
    let (first, rest) = left.split_at_checked(length)?;
    *left = rest;
    Some(first)
}

fn get(left: &mut &[u8]) -> Option<Value<'static>> {
    let kind = cut(left, 1)?[0];
    let mut bytes = || {
        let length = u32::from_be_bytes(cut(left, 4)?.try_into().ok()?);
        cut(left, usize::try_from(length).ok()?)
    };
    Some(match kind {
        0 => Value::Null,
        1 => Value::Int(i64::from_be_bytes(cut(left, 8)?.try_into().ok()?)),
        2 => Value::Real(f64::from_bits(u64::from_be_bytes(cut(left, 8)?.try_into().ok()?))),
        3 => Value::Text(Cow::Owned(String::from_utf8(bytes()?.to_vec()).ok()?)),
        4 => Value::Bytes(Cow::Owned(bytes()?.to_vec())),
        _ => return None,
    })
}

/// Counts and digests the rows of a table, in the order of its key.
pub(crate) struct Proof {
    pub rows: u64,
    digest: Context,
    scratch: Vec<u8>,
}

impl Proof {
    pub(crate) fn new() -> Self {
        Self { rows: 0, digest: Context::new(&SHA256), scratch: Vec::new() }
    }

    pub(crate) fn add(&mut self, columns: &[Column], rows: &[Plain]) -> Result<()> {
        self.scratch.clear();
        for (column, value) in rows.iter().flat_map(|row| columns.iter().zip(row)) {
            match (column.ty, value) {
                // PostgreSQL keeps what JSON means, not how it was written.
                (Type::Json, Value::Text(text)) => put_bytes(&mut self.scratch, 3, meaning(text)?.as_bytes()),
                _ => put(&mut self.scratch, value)?,
            }
        }
        self.digest.update(&self.scratch);
        self.rows += u64::try_from(rows.len()).unwrap_or(0);
        Ok(())
    }

    pub(crate) fn digest(&self) -> String {
        db::keys::hex(self.digest.clone().finish().as_ref())
    }
}

/// Proves a table as it stands in a database.
pub(crate) fn prove(tx: &mut db::Tx<'_>, table: &Table) -> Result<Proof> {
    let mut proof = Proof::new();
    db::copy::rows(tx, table, |rows| proof.add(&table.columns, rows))?;
    Ok(proof)
}

/// JSON with sorted keys, without spaces, whole numbers without a point.
fn meaning(text: &str) -> Result<String> {
    fn even(value: serde_json::Value) -> serde_json::Value {
        use serde_json::Value as Json;
        match value {
            Json::Array(all) => Json::Array(all.into_iter().map(even).collect()),
            Json::Object(all) => {
                let mut all: Vec<_> = all.into_iter().collect();
                all.sort_by(|a, b| a.0.cmp(&b.0));
                Json::Object(all.into_iter().map(|(key, value)| (key, even(value))).collect())
            }
            #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
            Json::Number(n) => match n.as_f64().filter(|_| n.is_f64()) {
                Some(real) if real.fract() == 0.0 && real.abs() < 9e15 => Json::from(real as i64),
                _ => Json::Number(n),
            },
            other => other,
        }
    }
    serde_json::from_str(text).map(|value| even(value).to_string()).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_were() {
        let rows: Vec<Plain> = vec![
            vec![Value::Null, Value::Int(-7), Value::Text("Nguyễn Đức".into()), Value::Bytes(vec![0, 255].into())],
            vec![Value::Real(21.03), Value::Int(i64::MAX), Value::Text("".into()), Value::Null],
        ];
        let packed = pack(&rows).expect("packs");
        assert_eq!(unpack(&packed, 4).expect("unpacks"), rows);
        assert!(unpack(&packed, 3).is_err());
        assert!(unpack(&packed[..packed.len() - 3], 4).is_err());
    }

    #[test]
    fn json_is_compared_by_its_meaning() {
        let one = meaning(r#"{"b": [1.0, 2.5], "a": {"y": null, "x": 1e3}}"#).expect("reads");
        assert_eq!(one, meaning(r#"{"a":{"x":1000,"y":null},"b":[1,2.5]}"#).expect("reads"));
    }
}
