//! Units: what they are called, where they come from, what became of them. The bare unit, its edges and their closure
//! are `auth`'s; names, codes, events and lineage are here. People, and what schools know of them: pupils and classes.

pub mod classes;
pub mod demo;
pub mod duplicates;
pub mod exports;
pub mod fields;
pub mod glass;
pub mod imports;
pub mod load;
pub mod overview;
pub mod people;
pub mod pupils;
pub mod reach;
pub mod staff;
pub mod teaching;
pub mod timetable;
pub mod today;
pub mod units;
pub mod years;

use std::collections::HashMap;

use base::{Result, UnitId};
use db::Tx;
use http::{App, Module, OpenApiRouter, routes};

/// The room. It lends the names of units to the rooms below it.
#[must_use]
pub fn module() -> Module {
    accounts::names::lend(names);
    Module { name: "registry", schema: &SCHEMA, routes: paths, screens, jobs, settings: SETTINGS }
}

/// The settings of the rooms.
static SETTINGS: &[&platform::settings::Setting] =
    &[&exports::APPROVAL_ABOVE, &exports::WAIT_DAYS, &exports::DOWNLOAD_HOURS, &glass::NAMES];

fn jobs() -> platform::jobs::Handlers {
    imports::apply_import::handlers().and(duplicates::find::handlers())
}

fn paths() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(units::list::route, units::create::route))
        .routes(routes!(units::export::route))
        .routes(routes!(units::show::route))
        .routes(routes!(units::history::route))
        .routes(routes!(units::rename::route))
        .routes(routes!(units::relocate::route))
        .routes(routes!(units::close::route))
        .routes(routes!(units::merge::route))
        .routes(routes!(units::split::route))
        .routes(routes!(units::preview::of_merger))
        .routes(routes!(units::preview::of_split))
        .merge(fields::routes::all())
        .routes(routes!(overview::show::route))
        .routes(routes!(today::show::route))
        .routes(routes!(people::search::route))
        .routes(routes!(classes::list::route, classes::create::route))
        .routes(routes!(classes::show::route, classes::edit::route))
        .routes(routes!(pupils::list::route, pupils::admit::route))
        .routes(routes!(pupils::transfer_in::route))
        .routes(routes!(pupils::elsewhere::route))
        .routes(routes!(pupils::show::route))
        .routes(routes!(pupils::person::change_route))
        .routes(routes!(pupils::person::protected_route))
        .routes(routes!(pupils::person::relative_route))
        .routes(routes!(pupils::person::remove_relative_route))
        .routes(routes!(pupils::move_class::route, pupils::correct::class_route))
        .routes(routes!(pupils::move_class::promote_route))
        .routes(routes!(pupils::move_class::repeat_route))
        .routes(routes!(pupils::leave::leave_route))
        .routes(routes!(pupils::leave::transfer_route))
        .routes(routes!(pupils::leave::finish_route))
        .routes(routes!(pupils::come_back::route))
        .routes(routes!(pupils::correct::stay_route))
        .routes(routes!(staff::list::route, staff::employ::route))
        .routes(routes!(staff::show::route))
        .routes(routes!(staff::person::change_route))
        .routes(routes!(staff::person::protected_route))
        .routes(routes!(staff::position::route))
        .routes(routes!(staff::leave::leave_route))
        .routes(routes!(staff::leave::move_route))
        .routes(routes!(staff::come_back::route))
        .routes(routes!(staff::correct::route))
        .routes(routes!(staff::account::link_route, staff::account::unlink_route))
        .routes(routes!(teaching::homeroom::route, teaching::homeroom::put))
        .routes(routes!(teaching::of_class::route, teaching::of_class::put))
        .routes(routes!(teaching::of_staff::route))
        .routes(routes!(teaching::table::route, teaching::table::put))
        .routes(routes!(teaching::table::tried))
        .routes(routes!(imports::list::route, imports::bring::route))
        .routes(routes!(imports::show::route))
        .routes(routes!(imports::template::route))
        .routes(routes!(imports::rows::route))
        .routes(routes!(imports::change::route))
        .routes(routes!(imports::apply_import::route))
        .routes(routes!(imports::receipt::route))
        .routes(routes!(exports::list::route, exports::ask::route))
        .routes(routes!(exports::list::one))
        .routes(routes!(exports::list::offered))
        .routes(routes!(exports::decide::approve_route))
        .routes(routes!(exports::decide::refuse_route))
        .routes(routes!(exports::decide::withdraw_route))
        .routes(routes!(exports::download::route))
        .routes(routes!(glass::changes::route))
        .routes(routes!(glass::school::route))
        .routes(routes!(glass::family::route))
        .routes(routes!(glass::family::glass_route))
        .routes(routes!(glass::link::route))
        .routes(routes!(glass::link::put_route, glass::link::delete_route))
        .routes(routes!(years::show::route, years::open::route, years::open::changed))
        .routes(routes!(years::open::previewed))
        .routes(routes!(years::subjects::route, years::subjects::put))
        .routes(routes!(years::roll_over::preview::route))
        .routes(routes!(years::roll_over::run::listed, years::roll_over::run::route))
        .routes(routes!(years::roll_over::undo::route))
        .routes(routes!(timetable::show::route))
        .routes(routes!(timetable::show::listed, timetable::save::route))
        .routes(routes!(timetable::save::put, timetable::save::delete))
        .routes(routes!(timetable::save::tried))
        .routes(routes!(timetable::reading::route))
        .routes(routes!(timetable::editing::route))
        .routes(routes!(timetable::file::route))
        .routes(routes!(timetable::file::take))
        .routes(routes!(duplicates::list::route))
        .routes(routes!(duplicates::across::route))
        .routes(routes!(duplicates::search::route))
        .routes(routes!(duplicates::tell_apart::route))
        .routes(routes!(duplicates::merge::route))
        .routes(routes!(duplicates::reopen::route))
}

/// Everybody who is signed in finds at least the published units there; classes and pupils whoever sees some; children whose family it is.
fn screens(tx: &mut Tx<'_>) -> Result<Vec<&'static str>> {
    let mut screens = if reach::is_anywhere(tx)? { vec!["classes", "pupils", "units"] } else { vec!["units"] };
    if let Some(account) = tx.ctx().actor().account()
        && glass::family::has_children(tx, account)?
    {
        screens.insert(0, "children");
    }
    Ok(screens)
}

/// What units are called today.
fn names(tx: &mut Tx<'_>, units: &[UnitId]) -> Result<HashMap<UnitId, String>> {
    let today = tx.today();
    Ok(units::store::called(tx, units, today)?.into_iter().map(|(id, _, name)| (id, name)).collect())
}

/// The room's tables.
pub static SCHEMA: db::Schema = db::Schema {
    migrations: &[
        db::Migration {
            ordinal: 300,
            name: "unit_names",
            sql: include_str!("../migrations/0300_units.sql"),
            rebuild: false,
        },
        db::Migration {
            ordinal: 310,
            name: "people",
            sql: include_str!("../migrations/0310_people.sql"),
            rebuild: false,
        },
        db::Migration {
            ordinal: 311,
            name: "search",
            sql: include_str!("../migrations/0311_search.sql"),
            rebuild: false,
        },
        db::Migration {
            ordinal: 312,
            name: "duplicates",
            sql: include_str!("../migrations/0312_duplicates.sql"),
            rebuild: false,
        },
        db::Migration {
            ordinal: 313,
            name: "imports",
            sql: include_str!("../migrations/0313_imports.sql"),
            rebuild: false,
        },
        db::Migration {
            ordinal: 314,
            name: "school_year",
            sql: include_str!("../migrations/0314_school_year.sql"),
            rebuild: false,
        },
        db::Migration {
            ordinal: 315,
            name: "rollover",
            sql: include_str!("../migrations/0315_rollover.sql"),
            rebuild: false,
        },
        db::Migration {
            ordinal: 316,
            name: "elsewhere",
            sql: include_str!("../migrations/0316_elsewhere.sql"),
            rebuild: false,
        },
        db::Migration {
            ordinal: 317,
            name: "exports_and_families",
            sql: include_str!("../migrations/0317_exports_and_families.sql"),
            rebuild: false,
        },
        db::Migration {
            ordinal: 318,
            name: "transfer",
            sql: include_str!("../migrations/0318_transfer.sql"),
            rebuild: false,
        },
        db::Migration {
            ordinal: 330,
            name: "import_asked",
            sql: include_str!("../migrations/0330_import_asked.sql"),
            rebuild: false,
        },
        db::Migration {
            ordinal: 340,
            name: "staff",
            sql: include_str!("../migrations/0340_staff.sql"),
            rebuild: false,
        },
    ],
    statements: &[
        units::store::STATEMENTS,
        units::around::STATEMENTS,
        load::STATEMENTS,
        people::store::STATEMENTS,
        people::words::STATEMENTS,
        people::by_words::STATEMENTS,
        people::search::STATEMENTS,
        classes::store::STATEMENTS,
        pupils::store::STATEMENTS,
        reach::STATEMENTS,
        fields::store::STATEMENTS,
        fields::typed::store::STATEMENTS,
        fields::scene::STATEMENTS,
        imports::store::STATEMENTS,
        exports::store::STATEMENTS,
        glass::store::STATEMENTS,
        duplicates::store::STATEMENTS,
        years::store::STATEMENTS,
        years::roll_over::store::STATEMENTS,
        timetable::store::STATEMENTS,
        overview::store::STATEMENTS,
        today::store::STATEMENTS,
        staff::store::STATEMENTS,
        teaching::store::STATEMENTS,
    ],
    constraints: &[
        db::Constraint {
            table: "unit_code",
            columns: &["code"],
            code: &units::CODE_TAKEN,
            sentence: "Mã này đang thuộc về một đơn vị khác. Hãy tìm đơn vị theo mã, hoặc sửa lại mã.",
        },
        db::Constraint {
            table: "class",
            columns: &["code", "school", "year"],
            code: &classes::CODE_TAKEN,
            sentence: classes::CODE_TAKEN_SENTENCE,
        },
        db::Constraint {
            table: "enrolment",
            columns: &["person"],
            code: &pupils::stay::ELSEWHERE,
            sentence: pupils::stay::ELSEWHERE_SENTENCE,
        },
        db::Constraint {
            table: "school_year",
            columns: &["unit", "year"],
            code: &years::OPEN_ALREADY,
            sentence: "Đơn vị đã mở năm học này rồi; chưa có gì bị thay đổi. Hãy tải lại để xem và sửa.",
        },
        db::Constraint {
            table: "rollover",
            columns: &["from_year", "school"],
            code: &years::roll_over::DONE_ALREADY,
            sentence: "Trường đã chuyển từ năm học này sang năm học sau. Muốn làm lại, hãy hoàn tác lần chuyển trước.",
        },
        db::Constraint {
            table: "timetable",
            columns: &["school", "valid_from"],
            code: &timetable::SAME_DAY,
            sentence: "Đã có thời khóa biểu bắt đầu đúng ngày này. Hãy sửa thời khóa biểu đó, hoặc chọn ngày khác.",
        },
    ],
};
