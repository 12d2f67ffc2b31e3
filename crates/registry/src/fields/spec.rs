//! The specification, for clients: which groups a kind of record has, what its fields are called, and which codes they
//! take.

use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use base::Result;
use http::{Answer, Json, Path, Signed};
use rules::sector::{Key, Source, Spec, Status, Type, qd4998};
use serde::Serialize;
use utoipa::ToSchema;

use super::read::{FieldAbout, about, keys_of, no_group};

/// A kind of record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct KindSpec {
    /// Its code.
    #[schema(example = "pupil")]
    pub kind: &'static str,
    /// Its Vietnamese title.
    pub title: &'static str,
    /// Its groups, in the order in which people read them.
    pub groups: Vec<GroupSpec>,
    /// The kinds of its parts.
    pub parts: Vec<&'static str>,
    /// The code lists its fields name.
    pub lists: Vec<ListSpec>,
}

/// A field group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupSpec {
    /// Its code.
    pub code: &'static str,
    /// Its Vietnamese title.
    pub title: &'static str,
    /// `basic`, `protected` or `sensitive`.
    pub class: &'static str,
    /// Its fields.
    pub fields: Vec<FieldSpec>,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldSpec {
    /// What it is.
    #[serde(flatten)]
    pub about: FieldAbout,
    /// `entered` or `derived`.
    pub source: &'static str,
    /// The levels that have it: `MN`, `TH` …
    pub levels: Vec<&'static str>,
    /// Its official symbols, each once.
    pub symbols: Vec<&'static str>,
}

/// A code list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListSpec {
    /// Its code.
    #[schema(example = "DM_DAN_TOC")]
    pub code: &'static str,
    /// Its Vietnamese name.
    pub name: &'static str,
    /// Whether a code that is not there is wrong. Else it is kept as it is.
    pub complete: bool,
    /// Whether its codes are those of administrative units, which are found elsewhere and not listed here.
    pub units: bool,
    /// The values that are known.
    pub values: Vec<ListValue>,
}

/// A value of a code list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListValue {
    /// Its code.
    pub code: &'static str,
    /// Its Vietnamese name.
    pub name: &'static str,
}

fn field(spec: &'static Spec, key: &'static Key) -> FieldSpec {
    let mut symbols: Vec<&'static str> =
        key.fields.iter().filter_map(|at| spec.fields.get(*at)).map(|f| f.symbol).collect();
    symbols.sort_unstable();
    symbols.dedup();
    FieldSpec {
        about: about(key),
        source: if key.source == Source::Entered { "entered" } else { "derived" },
        levels: key.levels.iter().map(|level| level.code()).collect(),
        symbols,
    }
}

/// What the specification says of a kind of record.
pub fn describe(code: &str) -> Result<KindSpec> {
    let spec = qd4998()?;
    let kind = spec.kind(code).ok_or_else(|| no_group(code))?;
    let keys: Vec<&'static Key> = keys_of(spec, kind.code).collect();
    let groups = spec.groups_of(kind.code).map(|group| GroupSpec {
        code: group.code,
        title: group.title,
        class: group.class.code(),
        fields: keys.iter().filter(|key| key.group == Some(group.code)).map(|key| field(spec, key)).collect(),
    });
    let mut names: Vec<&'static str> =
        keys.iter().filter_map(|key| if let Type::Code(list) = key.value { Some(list) } else { None }).collect();
    names.sort_unstable();
    names.dedup();
    let lists = names.into_iter().filter_map(|name| spec.list(name)).map(|list| ListSpec {
        code: list.code,
        name: list.name,
        complete: matches!(list.status, Status::Known | Status::Units),
        units: list.status == Status::Units,
        values: list.values.iter().map(|value| ListValue { code: value.code, name: value.name }).collect(),
    });
    let parts = spec.kinds.iter().filter(|part| part.parent == Some(kind.code)).map(|part| part.code);
    Ok(KindSpec {
        kind: kind.code,
        title: kind.title,
        groups: groups.collect(),
        parts: parts.collect(),
        lists: lists.collect(),
    })
}

/// What the sector's specification says of a kind of record: its groups, fields and code lists. It changes with the
/// program only.
#[utoipa::path(get, path = "/sector/spec/{kind}", operation_id = "sector_spec", tag = "fields",
    params(("kind" = String, Path, description = "`pupil`, `staff`, `class`, `school`, or a kind of parts")),
    responses((status = 200, body = KindSpec), (status = 404, body = http::ProblemBody)))]
pub async fn route(Signed(_ctx): Signed, Path(kind): Path<String>) -> Answer<impl IntoResponse> {
    Ok(([(CACHE_CONTROL, "private, max-age=86400")], Json(describe(&kind)?)))
}
