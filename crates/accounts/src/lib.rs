//! Sign-in, second factors, sessions, roles and invitations. One operation a file; rights and tables are those of `auth`.

pub mod accept_invitation;
pub mod change_password;
pub mod end_account_sessions;
pub mod end_grant;
pub mod end_sessions;
pub mod factors;
pub mod give_grant;
pub mod invite;
pub mod jobs;
pub mod list_account_sessions;
pub mod list_accounts;
pub mod list_invitations;
pub mod list_roles;
pub mod list_sessions;
pub mod look_at_invitation;
pub mod me;
pub mod names;
pub mod passkey_sign_in;
pub mod renew_password;
pub mod restore_account;
pub mod second_step;
pub mod settings;
pub mod sign_in;
pub mod sign_out;
pub mod suspend_account;
mod view;
pub mod withdraw_invitation;

pub use view::{AccountRef, GrantView, Items, UnitRef};

use base::Result;
use db::Tx;
use http::{App, Module, OpenApiRouter, no_jobs, routes};
use platform::second_factor;

/// The room. Its tables are those of `auth`, which the house adds beside it.
#[must_use]
pub fn module() -> Module {
    Module {
        name: "accounts",
        schema: &SCHEMA,
        routes: paths,
        screens,
        jobs: no_jobs,
        settings: second_factor::SETTINGS,
    }
}

/// Settings for whoever may change some; jobs for them too, and for whoever has asked for one.
fn screens(tx: &mut Tx<'_>) -> Result<Vec<&'static str>> {
    let oversees = jobs::Oversight::of(tx, None)?.is_any();
    let mine = match tx.ctx().actor().account() {
        Some(account) => !platform::jobs::of_account(tx, account, 1)?.is_empty(),
        None => false,
    };
    Ok(match (oversees, mine) {
        (true, _) => vec!["jobs", "settings"],
        (false, true) => vec!["jobs"],
        (false, false) => Vec::new(),
    })
}

/// No tables of its own.
pub static SCHEMA: db::Schema =
    db::Schema { migrations: &[], statements: &[names::STATEMENTS, jobs::STATEMENTS], constraints: &[] };

fn paths() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sign_in::route, sign_out::route))
        .routes(routes!(second_step::route))
        .routes(routes!(passkey_sign_in::options_route))
        .routes(routes!(passkey_sign_in::route))
        .routes(routes!(me::route))
        .routes(routes!(factors::list_factors::route))
        .routes(routes!(factors::begin_totp::route, factors::confirm_totp::route, factors::remove_totp::route))
        .routes(routes!(factors::add_passkey::options_route))
        .routes(routes!(factors::add_passkey::route))
        .routes(routes!(factors::rename_passkey::route, factors::remove_passkey::route))
        .routes(routes!(factors::renew_recovery_codes::route))
        .routes(routes!(factors::confirm::route))
        .routes(routes!(factors::confirm_by_passkey::options_route))
        .routes(routes!(factors::confirm_by_passkey::route))
        .routes(routes!(factors::reset_factors::route))
        .routes(routes!(change_password::route))
        .routes(routes!(list_sessions::route, end_sessions::others_route))
        .routes(routes!(end_sessions::one_route))
        .routes(routes!(list_accounts::route))
        .routes(routes!(list_account_sessions::route, end_account_sessions::all_route))
        .routes(routes!(end_account_sessions::one_route))
        .routes(routes!(suspend_account::route, restore_account::route))
        .routes(routes!(renew_password::route))
        .routes(routes!(give_grant::route))
        .routes(routes!(end_grant::route))
        .routes(routes!(list_invitations::route, invite::route))
        .routes(routes!(withdraw_invitation::route))
        .routes(routes!(look_at_invitation::route))
        .routes(routes!(accept_invitation::route))
        .routes(routes!(list_roles::route))
        .routes(routes!(jobs::list_mine::route))
        .routes(routes!(jobs::list::route))
        .routes(routes!(jobs::list_recurring::route))
        .routes(routes!(jobs::run_recurring::route))
        .routes(routes!(jobs::show::route))
        .routes(routes!(jobs::cancel::route))
        .routes(routes!(jobs::retry::route))
        .routes(routes!(settings::list::route))
        .routes(routes!(settings::put::route, settings::remove::route))
        .routes(routes!(settings::preview::route))
        .routes(routes!(settings::try_mail::route))
}
