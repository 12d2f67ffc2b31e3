//! Who am I: account, roles, what I may do, where the client leads me.

use auth::{Capability, Require as _};
use base::{Ctx, Result, Uuid};
use db::Tx;
use http::{Answer, App, Json, Signed, State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{GrantView, view};

/// The signed-in person.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Me {
    /// The account.
    pub account: MyAccount,
    /// The roles held today or later.
    pub grants: Vec<GrantView>,
    /// What may be done at one unit or another, today.
    #[schema(example = json!(["unit.view", "account.view"]))]
    pub capabilities: Vec<&'static str>,
    /// The navigation entries that hold something for this person.
    #[schema(example = json!(["units"]))]
    pub screens: Vec<&'static str>,
}

/// The account of [`Me`].
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MyAccount {
    /// Which.
    pub id: Uuid,
    /// What is typed to sign in.
    #[schema(example = "lan.nguyen")]
    pub login: String,
    /// How the person is called.
    #[schema(example = "Nguyễn Thị Lan")]
    pub display_name: String,
    /// Nothing but a new password is allowed until it is set.
    #[schema(example = false)]
    pub must_change_password: bool,
    /// Nothing but adding a second factor is allowed until there is one; the password comes first.
    #[schema(example = false)]
    pub must_enrol: bool,
}

impl MyAccount {
    /// Something comes before everything else.
    fn is_held(&self) -> bool {
        self.must_change_password || self.must_enrol
    }
}

/// Tells the signed-in person who they are. `screens` is the house's to fill ([`show`]).
pub fn me(tx: &mut Tx<'_>) -> Result<Me> {
    let id = tx.require_signed_in()?;
    let today = tx.today();
    let account = auth::accounts::find(tx, id)?
        .ok_or_else(|| auth::accounts::NOT_FOUND.error("Không tìm thấy tài khoản của phiên này. Hãy đăng nhập lại."))?;
    let grants = auth::grants::of_account(tx, id)?;
    let mine = MyAccount {
        id: id.0,
        login: account.login,
        display_name: account.display_name,
        must_change_password: account.must_change_password,
        must_enrol: account.must_enrol,
    };
    let capabilities = Capability::ALL
        .into_iter()
        .filter(|capability| {
            !mine.is_held()
                && grants.iter().filter(|grant| grant.valid_from <= today).any(|grant| {
                    auth::role::find(&grant.role).is_some_and(|role| role.capabilities.contains(capability))
                })
        })
        .map(Capability::as_str)
        .collect();
    Ok(Me { account: mine, grants: view::grants(tx, grants)?, capabilities, screens: Vec::new() })
}

/// [`me`] with the screens of all rooms.
pub(crate) async fn show(app: &App, ctx: &Ctx) -> Result<Me> {
    let rooms = app.clone();
    app.db()
        .read(ctx, move |tx| {
            let mut me = me(tx)?;
            if !me.account.is_held() {
                me.screens = rooms.screens(tx)?;
            }
            Ok(me)
        })
        .await
}

/// Who is signed in.
#[utoipa::path(get, path = "/me", operation_id = "me", tag = "accounts", responses((status = 200, body = Me)))]
pub async fn route(State(app): State<App>, Signed(ctx): Signed) -> Answer<Json<Me>> {
    Ok(Json(show(&app, &ctx).await?))
}
