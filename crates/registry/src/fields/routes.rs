//! The routes of fields: the same for each sort of record.

use auth::looked::Look;
use base::{Ctx, Date, Result, UnitId, Uuid};
use db::Tx;
use http::{Answer, App, Json, Tagged};
use serde::Deserialize;
use utoipa::IntoParams;

use super::read::{self, FieldGroup, Fields, GroupHistory, Seen, Wanted};
use super::record::Of;
use super::write::{self, SetFields};

/// Which record, and which of its groups or parts.
#[derive(Clone, Debug, Deserialize)]
pub struct At {
    /// Of which school.
    pub school: UnitId,
    #[serde(default)]
    id: Option<Uuid>,
    #[serde(default)]
    group: String,
    /// Parts of which kind.
    #[serde(default)]
    pub kind: String,
    /// Which of them.
    #[serde(default)]
    pub part: Option<Uuid>,
}

impl At {
    /// Which record. The school's is itself.
    #[must_use]
    pub fn record(&self) -> Uuid {
        self.id.unwrap_or(self.school.0)
    }
}

/// What to show.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FieldsQuery {
    /// As of this day; today when not said.
    #[param(value_type = Option<String>, format = Date)]
    as_of: Option<Date>,
    /// Groups and kinds of parts whose values are wanted: all that are basic, when none is named. Those that are protected
    /// or sensitive are shown only by name, and each such look is recorded.
    #[serde(default)]
    group: Vec<String>,
}

/// Shows what tells of people once the look is recorded; what is protected or sensitive once it is written for good.
async fn looked<T: Send + 'static>(
    app: &App,
    ctx: &Ctx,
    view: (&'static str, &'static str),
    closure: impl FnOnce(&mut Tx<'_>) -> Result<(Vec<Uuid>, bool, T)> + Send + 'static,
) -> Result<T> {
    let (at_once, people, view, seen) = app
        .db()
        .read(ctx, move |tx| {
            let (people, deep, seen) = closure(tx)?;
            let at_once = deep || auth::require::runs_the_system(tx)?;
            Ok((at_once, people, if deep { view.1 } else { view.0 }, seen))
        })
        .await?;
    if !people.is_empty() {
        let look = Look::new(ctx, view, people);
        match at_once {
            true => app.looks()?.at_once(look).await?,
            false => app.looks()?.note(look)?,
        }
    }
    Ok(seen)
}

const fn view(of: Of) -> (&'static str, &'static str) {
    match of {
        Of::Pupil => ("pupil.fields", "pupil.closed_fields"),
        Of::Staff => ("staff.fields", "staff.closed_fields"),
        Of::School | Of::Class => ("school.fields", "school.closed_fields"),
    }
}

async fn get(app: App, ctx: Ctx, of: Of, at: At, query: FieldsQuery) -> Answer<Tagged<Fields>> {
    let wanted = Wanted { as_of: query.as_of, groups: query.group };
    let fields = looked(&app, &ctx, view(of), move |tx| {
        let Seen { people, deep, fields } = read::read(tx, at.school, of, at.record(), &wanted)?;
        Ok((people, deep, fields))
    })
    .await?;
    Ok(Tagged::new(fields.version, fields))
}

async fn history(app: App, ctx: Ctx, of: Of, at: At) -> Answer<Json<GroupHistory>> {
    let answer =
        looked(&app, &ctx, view(of), move |tx| read::history(tx, at.school, of, at.record(), &at.group)).await?;
    Ok(Json(answer))
}

async fn put(app: App, ctx: Ctx, of: Of, at: At, known: i64, cmd: SetFields) -> Answer<Tagged<FieldGroup>> {
    let (version, group) = app
        .db()
        .write(&ctx, move |tx| {
            let done = write::write(tx, at.school, of, at.record(), &at.group, &cmd, Some(known))?;
            let wanted = Wanted { as_of: cmd.from, groups: vec![at.group.clone()] };
            let seen = read::read(tx, at.school, of, at.record(), &wanted)?;
            if seen.deep && !seen.people.is_empty() {
                auth::looked::durable(tx, view(of).1, seen.people)?;
            }
            let group = seen.fields.groups.into_iter().find(|group| group.code == at.group);
            let group = group.ok_or_else(|| read::no_group(&at.group))?;
            Ok((done.version, FieldGroup { doubts: done.doubts, ..group }))
        })
        .await?;
    Ok(Tagged::new(version, group))
}

/// The routes of one sort of record: their paths, the names of their operations, and the parameters that say which record.
macro_rules! routes_of {
    ($module:ident, $of:expr, [$($which:tt)*],
     $fields:literal $get:literal, $group:literal $put:literal, $history:literal $past:literal) => {
        /// The routes of this sort of record.
        pub mod $module {
            use http::{Answer, App, IfMatch, Json, Path, Query, Signed, State, Tagged};

            use super::super::read::{FieldGroup, Fields, GroupHistory};
            use super::super::record::Of;
            use super::super::write::SetFields;
            use super::{At, FieldsQuery};

            const OF: Of = $of;

            /// The fields of a record, by group, with what the actor may do with them.
            #[utoipa::path(get, path = $fields, operation_id = $get, tag = "fields",
                params($($which)* FieldsQuery),
                responses((status = 200, body = Fields), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody)))]
            pub async fn get(State(app): State<App>, Signed(ctx): Signed, Path(at): Path<At>, Query(query): Query<FieldsQuery>) -> Answer<Tagged<Fields>> {
                super::get(app, ctx, OF, at, query).await
            }

            /// Sets fields of one group. What stands there already writes nothing.
            #[utoipa::path(put, path = $group, operation_id = $put, tag = "fields",
                params($($which)* ("group" = String, Path), ("If-Match" = String, Header, description = "the version known, as its ETag")),
                request_body = SetFields,
                responses((status = 200, body = FieldGroup), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
                    (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
            pub async fn put(State(app): State<App>, Signed(ctx): Signed, Path(at): Path<At>, IfMatch(known): IfMatch, Json(cmd): Json<SetFields>) -> Answer<Tagged<FieldGroup>> {
                super::put(app, ctx, OF, at, known, cmd).await
            }

            /// What a group said, from when to when.
            #[utoipa::path(get, path = $history, operation_id = $past, tag = "fields",
                params($($which)* ("group" = String, Path)),
                responses((status = 200, body = GroupHistory), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody)))]
            pub async fn history(State(app): State<App>, Signed(ctx): Signed, Path(at): Path<At>) -> Answer<Json<GroupHistory>> {
                super::history(app, ctx, OF, at).await
            }
        }
    };
}

routes_of!(
    school,
    Of::School,
    [("school" = base::Uuid, Path),],
    "/schools/{school}/fields" "school_fields",
    "/schools/{school}/fields/{group}" "set_school_fields",
    "/schools/{school}/fields/{group}/history" "school_fields_history"
);

routes_of!(
    pupils,
    Of::Pupil,
    [("school" = base::Uuid, Path), ("id" = base::Uuid, Path),],
    "/schools/{school}/pupils/{id}/fields" "pupil_fields",
    "/schools/{school}/pupils/{id}/fields/{group}" "set_pupil_fields",
    "/schools/{school}/pupils/{id}/fields/{group}/history" "pupil_fields_history"
);

routes_of!(
    staff,
    Of::Staff,
    [("school" = base::Uuid, Path), ("id" = base::Uuid, Path),],
    "/schools/{school}/staff/{id}/fields" "staff_fields",
    "/schools/{school}/staff/{id}/fields/{group}" "set_staff_fields",
    "/schools/{school}/staff/{id}/fields/{group}/history" "staff_fields_history"
);

routes_of!(
    classes,
    Of::Class,
    [("school" = base::Uuid, Path), ("id" = base::Uuid, Path),],
    "/schools/{school}/classes/{id}/fields" "class_fields",
    "/schools/{school}/classes/{id}/fields/{group}" "set_class_fields",
    "/schools/{school}/classes/{id}/fields/{group}/history" "class_fields_history"
);

/// All routes of fields.
#[must_use]
pub fn all() -> http::OpenApiRouter<App> {
    use http::routes;
    http::OpenApiRouter::new()
        .routes(routes!(super::spec::route))
        .merge(super::part_routes::all())
        .routes(routes!(school::get))
        .routes(routes!(school::put))
        .routes(routes!(school::history))
        .routes(routes!(pupils::get))
        .routes(routes!(pupils::put))
        .routes(routes!(pupils::history))
        .routes(routes!(staff::get))
        .routes(routes!(staff::put))
        .routes(routes!(staff::history))
        .routes(routes!(classes::get))
        .routes(routes!(classes::put))
        .routes(routes!(classes::history))
}
