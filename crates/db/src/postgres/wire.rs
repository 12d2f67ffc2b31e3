//! Values on the wire: what the door's few types are to PostgreSQL.

use base::{Value, ValueRef};
use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, Kind as PgKind, ToSql, Type, to_sql_checked};

/// Reads a column of whatever type the door uses.
pub(crate) fn raw_column(row: &tokio_postgres::Row, index: usize) -> std::result::Result<ValueRef<'_>, String> {
    struct Raw<'a>(ValueRef<'a>);
    impl<'a> FromSql<'a> for Raw<'a> {
        fn from_sql(ty: &Type, raw: &'a [u8]) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
            use postgres_protocol::types as wire;
            // By number: this is asked for every cell.
            Ok(Self(match ty.oid() {
                oid::INT8 => ValueRef::Int(wire::int8_from_sql(raw)?),
                oid::INT4 => ValueRef::Int(i64::from(wire::int4_from_sql(raw)?)),
                oid::INT2 => ValueRef::Int(i64::from(wire::int2_from_sql(raw)?)),
                oid::FLOAT8 => ValueRef::Real(wire::float8_from_sql(raw)?),
                oid::BOOL => ValueRef::Bool(wire::bool_from_sql(raw)?),
                oid::BYTEA => ValueRef::Bytes(raw),
                oid::UUID => ValueRef::Uuid(uuid::Uuid::from_slice(raw)?),
                oid::DATE => {
                    let days = i64::from(wire::date_from_sql(raw)?) + DAYS_1970_TO_2000;
                    ValueRef::Date(base::time::date_from_days(days).ok_or("a date out of range")?)
                }
                oid::JSONB => ValueRef::Text(std::str::from_utf8(raw.get(1..).unwrap_or_default())?),
                oid::TEXT | oid::VARCHAR | oid::NAME | oid::JSON | oid::UNKNOWN => {
                    ValueRef::Text(std::str::from_utf8(raw)?)
                }
                _ => return Err(format!("the door has no {ty}").into()),
            }))
        }
        fn from_sql_null(_: &Type) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
            Ok(Self(ValueRef::Null))
        }
        fn accepts(_: &Type) -> bool {
            true
        }
    }
    row.try_get::<_, Raw<'_>>(index).map(|raw| raw.0).map_err(|error| format!("a type the door knows: {error}"))
}

/// The numbers of the types the door knows, fixed by PostgreSQL.
mod oid {
    pub(super) const BOOL: u32 = 16;
    pub(super) const BYTEA: u32 = 17;
    pub(super) const NAME: u32 = 19;
    pub(super) const INT8: u32 = 20;
    pub(super) const INT2: u32 = 21;
    pub(super) const INT4: u32 = 23;
    pub(super) const TEXT: u32 = 25;
    pub(super) const JSON: u32 = 114;
    pub(super) const FLOAT8: u32 = 701;
    pub(super) const UNKNOWN: u32 = 705;
    pub(super) const VARCHAR: u32 = 1043;
    pub(super) const DATE: u32 = 1082;
    pub(super) const UUID: u32 = 2950;
    pub(super) const JSONB: u32 = 3802;
}

/// PostgreSQL counts days from 2000-01-01.
const DAYS_1970_TO_2000: i64 = 10_957;

type Encoded = std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>>;

/// Writes a value as the type the statement wants.
fn encode(value: &Value<'_>, ty: &Type, out: &mut BytesMut) -> Encoded {
    use postgres_protocol::types as wire;
    let misfit = || format!("{value:?} does not fit {ty}");
    match value {
        Value::Null => return Ok(IsNull::Yes),
        Value::Int(v) => match *ty {
            Type::INT8 => wire::int8_to_sql(*v, out),
            Type::INT4 => wire::int4_to_sql(i32::try_from(*v)?, out),
            Type::INT2 => wire::int2_to_sql(i16::try_from(*v)?, out),
            #[expect(clippy::cast_precision_loss, reason = "only coordinates are floating, and those are small")]
            Type::FLOAT8 => wire::float8_to_sql(*v as f64, out),
            _ => return Err(misfit().into()),
        },
        Value::Real(v) => match *ty {
            Type::FLOAT8 => wire::float8_to_sql(*v, out),
            _ => return Err(misfit().into()),
        },
        Value::Bool(v) => match *ty {
            Type::BOOL => wire::bool_to_sql(*v, out),
            Type::INT8 => wire::int8_to_sql(i64::from(*v), out),
            _ => return Err(misfit().into()),
        },
        Value::Text(v) => match *ty {
            Type::TEXT | Type::VARCHAR | Type::NAME | Type::UNKNOWN | Type::JSON => wire::text_to_sql(v, out),
            Type::JSONB => {
                out.extend_from_slice(&[1]);
                wire::text_to_sql(v, out);
            }
            _ => return Err(misfit().into()),
        },
        Value::Bytes(v) => match *ty {
            Type::BYTEA => wire::bytea_to_sql(v, out),
            _ => return Err(misfit().into()),
        },
        Value::Uuid(v) => match *ty {
            Type::UUID => wire::uuid_to_sql(*v.as_bytes(), out),
            _ => return Err(misfit().into()),
        },
        Value::Date(v) => match *ty {
            Type::DATE => {
                wire::date_to_sql(i32::try_from(base::time::days_since_1970(*v) - DAYS_1970_TO_2000)?, out);
            }
            Type::TEXT => wire::text_to_sql(&v.to_string(), out),
            _ => return Err(misfit().into()),
        },
    }
    Ok(IsNull::No)
}

#[derive(Debug)]
pub(super) struct PgParam<'a>(pub &'a Value<'a>);

impl ToSql for PgParam<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Encoded {
        encode(self.0, ty, out)
    }
    fn accepts(_: &Type) -> bool {
        true
    }
    to_sql_checked!();
}

/// One column of a bulk insert.
#[derive(Debug)]
pub(super) struct PgArray<'a>(pub &'a [Value<'a>]);

impl ToSql for PgArray<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Encoded {
        use postgres_protocol::types as wire;
        let PgKind::Array(member) = ty.kind() else { return Err(format!("{ty} is not an array").into()) };
        let dimension = wire::ArrayDimension { len: i32::try_from(self.0.len())?, lower_bound: 1 };
        wire::array_to_sql(
            Some(dimension),
            member.oid(),
            self.0.iter(),
            |value, out| {
                encode(value, member, out).map(|null| match null {
                    IsNull::Yes => postgres_protocol::IsNull::Yes,
                    IsNull::No => postgres_protocol::IsNull::No,
                })
            },
            out,
        )?;
        Ok(IsNull::No)
    }
    fn accepts(_: &Type) -> bool {
        true
    }
    to_sql_checked!();
}

#[derive(Debug)]
pub(super) struct PgUuid(pub Option<uuid::Uuid>);

impl ToSql for PgUuid {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Encoded {
        encode(&self.0.map_or(Value::Null, Value::Uuid), ty, out)
    }
    fn accepts(_: &Type) -> bool {
        true
    }
    to_sql_checked!();
}
