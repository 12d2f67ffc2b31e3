//! The routes of parts: the same for each sort of record. A class has none: its parts are teaching assignments, which have
//! their own.

use axum::http::StatusCode;
use base::{Ctx, Uuid};
use http::{Answer, App, Tagged};

use super::parts::{self, SetOrder, SetPart};
use super::record::Of;
use super::routes::At;
use super::write::Writer;
use crate::people::Warning;

/// A part that was added.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct PartAdded {
    /// Which.
    pub id: Uuid,
    /// The record's version now, for `If-Match`.
    pub version: i64,
    /// What somebody should look at: codes that are kept though their list, which is not complete, does not have them.
    pub doubts: Vec<Warning>,
}

async fn add(
    app: App,
    ctx: Ctx,
    of: Of,
    at: At,
    key: Option<http::idempotency::Key>,
    cmd: SetPart,
) -> Answer<(StatusCode, Tagged<PartAdded>)> {
    let doubts = parts::doubts(of, &at.kind, &cmd);
    let added = app
        .db()
        .write(&ctx, move |tx| {
            let whose = (at.school, of, at.record());
            let once = http::idempotency::once(tx, key.as_ref(), |tx| {
                let from = tx.today();
                parts::add(tx, whose, &at.kind, &cmd, None, from, Writer::PERSON).map(|done| done.part)
            })?;
            let version = super::rights::find(tx, at.school, of, at.record())?.0.version;
            Ok(PartAdded { id: once.id, version, doubts: doubts.clone() })
        })
        .await?;
    Ok((StatusCode::CREATED, Tagged::new(added.version, added)))
}

async fn change(app: App, ctx: Ctx, of: Of, at: At, known: i64, cmd: SetPart) -> Answer<Tagged<PartAdded>> {
    let part = at.part.unwrap_or_default();
    let whose = (at.school, of, at.record());
    let doubts = parts::doubts(of, &at.kind, &cmd);
    let done = app.db().write(&ctx, move |tx| parts::change(tx, whose, &at.kind, part, &cmd, Some(known))).await?;
    Ok(Tagged::new(done.version, PartAdded { id: done.part, version: done.version, doubts }))
}

async fn remove(app: App, ctx: Ctx, of: Of, at: At, known: i64) -> Answer<StatusCode> {
    let part = at.part.unwrap_or_default();
    let whose = (at.school, of, at.record());
    app.db().write(&ctx, move |tx| parts::remove(tx, whose, &at.kind, part, Some(known))).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn order(app: App, ctx: Ctx, of: Of, at: At, known: i64, cmd: SetOrder) -> Answer<Tagged<SetOrder>> {
    let whose = (at.school, of, at.record());
    let asked = cmd.clone();
    let version = app.db().write(&ctx, move |tx| parts::order(tx, whose, &at.kind, &asked, Some(known))).await?;
    Ok(Tagged::new(version, cmd))
}

/// The routes of the parts of one sort of record.
macro_rules! parts_of {
    ($module:ident, $of:expr, [$($which:tt)*],
     $kind:literal $add:literal $order:literal, $part:literal $change:literal $remove:literal) => {
        /// The routes of the parts of this sort of record.
        pub mod $module {
            use axum::http::StatusCode;
            use http::{Answer, App, IdempotencyKey, IfMatch, Json, Path, Signed, State, Tagged};

            use super::super::parts::{SetOrder, SetPart};
            use super::super::record::Of;
            use super::super::routes::At;
            use super::PartAdded;

            const OF: Of = $of;

            /// Adds a part at the end.
            #[utoipa::path(post, path = $kind, operation_id = $add, tag = "fields",
                params($($which)* ("kind" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
                request_body = SetPart,
                responses((status = 201, body = PartAdded), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
                    (status = 422, body = http::ProblemBody)))]
            pub async fn add(State(app): State<App>, Signed(ctx): Signed, Path(at): Path<At>, IdempotencyKey(key): IdempotencyKey, Json(cmd): Json<SetPart>) -> Answer<(StatusCode, Tagged<PartAdded>)> {
                super::add(app, ctx, OF, at, key, cmd).await
            }

            /// Puts the parts of one kind in another order.
            #[utoipa::path(put, path = $kind, operation_id = $order, tag = "fields",
                params($($which)* ("kind" = String, Path), ("If-Match" = String, Header, description = "the version known, as its ETag")),
                request_body = SetOrder,
                responses((status = 200, body = SetOrder), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
                    (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
            pub async fn order(State(app): State<App>, Signed(ctx): Signed, Path(at): Path<At>, IfMatch(known): IfMatch, Json(cmd): Json<SetOrder>) -> Answer<Tagged<SetOrder>> {
                super::order(app, ctx, OF, at, known, cmd).await
            }

            /// Changes a part.
            #[utoipa::path(put, path = $part, operation_id = $change, tag = "fields",
                params($($which)* ("kind" = String, Path), ("part" = base::Uuid, Path), ("If-Match" = String, Header, description = "the version known, as its ETag")),
                request_body = SetPart,
                responses((status = 200, body = PartAdded), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
                    (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
            pub async fn change(State(app): State<App>, Signed(ctx): Signed, Path(at): Path<At>, IfMatch(known): IfMatch, Json(cmd): Json<SetPart>) -> Answer<Tagged<PartAdded>> {
                super::change(app, ctx, OF, at, known, cmd).await
            }

            /// Takes a part away.
            #[utoipa::path(delete, path = $part, operation_id = $remove, tag = "fields",
                params($($which)* ("kind" = String, Path), ("part" = base::Uuid, Path), ("If-Match" = String, Header, description = "the version known, as its ETag")),
                responses((status = 204), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
                    (status = 412, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
            pub async fn remove(State(app): State<App>, Signed(ctx): Signed, Path(at): Path<At>, IfMatch(known): IfMatch) -> Answer<StatusCode> {
                super::remove(app, ctx, OF, at, known).await
            }
        }
    };
}

parts_of!(
    school,
    Of::School,
    [("school" = base::Uuid, Path),],
    "/schools/{school}/parts/{kind}" "add_school_part" "order_school_parts",
    "/schools/{school}/parts/{kind}/{part}" "set_school_part" "remove_school_part"
);

parts_of!(
    pupils,
    Of::Pupil,
    [("school" = base::Uuid, Path), ("id" = base::Uuid, Path),],
    "/schools/{school}/pupils/{id}/parts/{kind}" "add_pupil_part" "order_pupil_parts",
    "/schools/{school}/pupils/{id}/parts/{kind}/{part}" "set_pupil_part" "remove_pupil_part"
);

parts_of!(
    staff,
    Of::Staff,
    [("school" = base::Uuid, Path), ("id" = base::Uuid, Path),],
    "/schools/{school}/staff/{id}/parts/{kind}" "add_staff_part" "order_staff_parts",
    "/schools/{school}/staff/{id}/parts/{kind}/{part}" "set_staff_part" "remove_staff_part"
);

/// All routes of parts.
#[must_use]
pub fn all() -> http::OpenApiRouter<App> {
    use http::routes;
    http::OpenApiRouter::new()
        .routes(routes!(school::add, school::order))
        .routes(routes!(school::change, school::remove))
        .routes(routes!(pupils::add, pupils::order))
        .routes(routes!(pupils::change, pupils::remove))
        .routes(routes!(staff::add, staff::order))
        .routes(routes!(staff::change, staff::remove))
}
