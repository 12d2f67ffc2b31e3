//! What every request meets: refusals, sessions, idempotency, other sites, limits, headers, live events.

mod live;
mod refusals;
mod requests;
mod server;
mod statements;
mod tls;

use std::sync::Arc;

use auth::session::Token;
use auth::units::{self, UNIT};
use auth::{EdgeKind, Require as _, edges};
use base::{AccountId, Date, Interval, Result, UnitId, Uuid};
use db::{Entry, Schema, Tx};
use http::ask::Ask;
use http::{
    Answer, App, Created, IdempotencyKey, IfMatch, Json, Module, OpenApiRouter, Path, Query, Settings, Signed, State,
    Tagged, idempotency, no_screens, routes,
};
use serde::{Deserialize, Serialize};
use testkit::World;

fn schemas() -> Vec<&'static Schema> {
    let mut all = http::schemas(&[http::module(), room()]);
    // Certificates are kept as settings.
    all.push(&platform::SCHEMA);
    all
}

/// A room of the test's own: units made, read and changed by the plainest routes.
fn room() -> Module {
    static SCHEMA: Schema = Schema { migrations: &[], statements: &[], constraints: &[] };
    fn paths() -> OpenApiRouter<App> {
        OpenApiRouter::new().routes(routes!(make, look)).routes(routes!(touch)).routes(routes!(fall))
    }
    Module { name: "test", schema: &SCHEMA, routes: paths, screens: no_screens, jobs: http::no_jobs, settings: &[] }
}

#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Make {
    kind: String,
    #[serde(default)]
    parts: Vec<Part>,
}

#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Part {
    #[expect(dead_code, reason = "only its reading is tested")]
    whole: bool,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only their reading is tested")]
struct Asked {
    limit: Option<i64>,
    unit: Option<Uuid>,
}

#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
struct Made {
    id: Uuid,
    version: i64,
}

fn make_unit(tx: &mut Tx<'_>, kind: &str) -> Result<UnitId> {
    tx.require_signed_in()?;
    let (id, from) = (tx.new_id(), day());
    let id = units::insert(tx, units::NewUnit { id, kind: kind.to_owned(), from })?;
    tx.record(Entry::new("unit.made", "unit", id).unit(id).version(1));
    Ok(id)
}

#[utoipa::path(post, path = "/test/units", request_body = Make, responses((status = 201, body = Made)))]
async fn make(
    State(app): State<App>,
    Signed(ctx): Signed,
    IdempotencyKey(key): IdempotencyKey,
    Json(cmd): Json<Make>,
) -> Answer<Created<Made>> {
    assert!(cmd.parts.len() < 10);
    let once =
        app.db().write(&ctx, move |tx| idempotency::once(tx, key.as_ref(), |tx| make_unit(tx, &cmd.kind))).await?;
    Ok(Created::new(format!("/test/units/{}", once.id), Made { id: once.id.0, version: 1 }).version(1))
}

#[utoipa::path(get, path = "/test/units", params(Asked), responses((status = 200, body = [Uuid])))]
async fn look(Signed(_ctx): Signed, Query(_asked): Query<Asked>) -> Answer<Json<Vec<Uuid>>> {
    Ok(Json(Vec::new()))
}

#[utoipa::path(put, path = "/test/units/{unit}", params(("unit" = Uuid, Path)), responses((status = 200, body = Made)))]
async fn touch(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(unit): Path<UnitId>,
    IfMatch(known): IfMatch,
) -> Answer<Tagged<Made>> {
    let version = app
        .db()
        .write(&ctx, move |tx| {
            tx.require_signed_in()?;
            tx.lock(&UNIT, unit, Some(known))
        })
        .await?;
    Ok(Tagged::new(version, Made { id: unit.0, version }))
}

#[utoipa::path(post, path = "/test/fall", responses((status = 200)))]
async fn fall(Signed(_ctx): Signed) -> Answer<Json<bool>> {
    panic!("a secret of a pupil")
}

fn day() -> Date {
    base::time::date_from_days(10_000).expect("a day")
}

fn app(w: &World, settings: Settings) -> App {
    App::new(w.db.clone(), Arc::new(w.clock.clone()), settings, vec![http::module(), room()])
}

fn ask(w: &World) -> Ask {
    Ask::new(app(w, Settings::default())).expect("a router")
}

/// A unit, below another when one is given.
async fn unit(w: &World, kind: &'static str, below: Option<UnitId>) -> UnitId {
    w.db.write(&w.system(), move |tx| {
        tx.public("a test makes a unit");
        let id = tx.new_id();
        let id = units::insert(tx, units::NewUnit { id, kind: kind.to_owned(), from: day() })?;
        if let Some(authority) = below {
            for kind in [EdgeKind::Teaching, EdgeKind::Custody] {
                edges::set(tx, &edges::NewEdge { kind, unit: id, authority, days: Interval::since(day()) })?;
            }
        }
        Ok(id)
    })
    .await
    .expect("makes a unit")
}

/// Somebody with a role at a unit and an open session.
async fn somebody(w: &World, role: &'static str, at: UnitId) -> (AccountId, Token) {
    let token = Token::draw().expect("a token");
    let digest = token.digest();
    let account =
        w.db.write(&w.system(), move |tx| {
            tx.public("a test makes an account");
            let id: Uuid = tx.new_id();
            let login = format!("a{}", id.simple());
            let account = auth::accounts::insert(tx, &login, "Lê Thị Thử", "-", false)?;
            let from = tx.today();
            auth::grants::insert(
                tx,
                &auth::grants::NewGrant { account, role: role.to_owned(), unit: at, from, to: None },
            )?;
            auth::session::start(tx, account, &digest, "192.0.2.7", "a browser")?;
            Ok(account)
        })
        .await
        .expect("makes an account");
    (account, token)
}

/// Somebody signed in, who asks.
async fn signed(w: &World) -> Ask {
    let school = unit(w, "school", None).await;
    let (_, token) = somebody(w, "teacher", school).await;
    ask(w).with_session(token.as_str())
}
