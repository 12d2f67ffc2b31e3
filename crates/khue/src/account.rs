//! `khue account`: the first administrator, and the way back in for somebody locked out.

use auth::grants::{self, NewGrant};
use auth::{Capability, Require as _, accounts, passwords};
use base::{AccountId, Code, Ctx, Kind, Result, UnitId, Uuid};
use clap::{Args, Subcommand};
use db::{Db, Entry, Tx};

use crate::console::{BAD_SETTING, say};
use crate::place::{Place, operator, runtime};

/// Accounts.
#[derive(Debug, Args)]
pub struct Account {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tạo tài khoản với mật khẩu dùng một lần; người dùng phải đổi khi đăng nhập lần đầu.
    Create {
        #[command(flatten)]
        place: Place,
        /// Tên đăng nhập.
        #[arg(long, value_name = "TÊN")]
        login: String,
        /// Họ và tên.
        #[arg(long, value_name = "HỌ TÊN")]
        name: String,
        #[command(flatten)]
        role: RoleHere,
    },
    /// Tạo lời mời: in mã để người được mời tự đặt tên đăng nhập và mật khẩu.
    Invite {
        #[command(flatten)]
        place: Place,
        /// Họ và tên.
        #[arg(long, value_name = "HỌ TÊN")]
        name: String,
        #[command(flatten)]
        role: RoleHere,
    },
    /// Cấp lại mật khẩu dùng một lần và kết thúc mọi phiên đang mở của tài khoản.
    Password {
        #[command(flatten)]
        place: Place,
        /// Tên đăng nhập.
        #[arg(long, value_name = "TÊN")]
        login: String,
    },
    /// Liệt kê các vai trò.
    Roles,
}

#[derive(Clone, Debug, Args)]
struct RoleHere {
    /// Vai trò; xem 'khue account roles'.
    #[arg(long, value_name = "VAI TRÒ", default_value = "department_admin")]
    role: String,
    /// Đơn vị: bo, so-<mã tỉnh>, xa-<mã xã>, hoặc mã định danh (UUID).
    #[arg(long, value_name = "ĐƠN VỊ")]
    unit: String,
}

/// No account has this login.
pub const NO_LOGIN: Code = Code::new(Kind::NotFound, "account.not_found", "Không có tài khoản này");

impl Account {
    /// Does what was asked and prints what is shown only now.
    pub fn run(self) -> Result<()> {
        match self.command {
            Command::Roles => {
                for role in auth::role::ROLES {
                    say(format!("{:20} {}. {}", role.code, role.name, role.description));
                }
                Ok(())
            }
            Command::Create { place, login, name, role } => on(&place, "account create", async |db, ctx| {
                let password = passwords::one_time()?;
                let digest = passwords::hash(&password)?;
                let login = accounts::check_login(&login)?;
                let shown = login.clone();
                let _account: AccountId = db.write(&ctx, move |tx| create(tx, &login, &name, &digest, &role)).await?;
                say(format!("Đã tạo tài khoản {shown}."));
                say(format!("Mật khẩu dùng một lần: {password}"));
                say("Mật khẩu chỉ hiện lần này; người dùng phải đổi khi đăng nhập lần đầu.");
                Ok(())
            }),
            Command::Invite { place, name, role } => on(&place, "account invite", async |db, ctx| {
                let code = auth::invitations::InvitationCode::draw()?;
                let shown = code.shown();
                db.write(&ctx, move |tx| {
                    let unit = unit_of(&role.unit)?;
                    let cmd =
                        ::accounts::invite::Invite { display_name: name.clone(), role: role.role.clone(), days: None };
                    ::accounts::invite::invite(tx, unit, &cmd, &code)
                })
                .await?;
                say(format!("Mã mời: {shown}"));
                say("Mã chỉ hiện lần này. Người được mời mở trang /loi-moi của máy chủ và nhập mã, trong 14 ngày.");
                Ok(())
            }),
            Command::Password { place, login } => on(&place, "account password", async |db, ctx| {
                let password = passwords::one_time()?;
                let digest = passwords::hash(&password)?;
                let folded = accounts::fold_login(&login);
                let ended = db.write(&ctx, move |tx| renew(tx, &folded, &digest)).await?;
                say(format!("Mật khẩu dùng một lần: {password}"));
                say(format!("Mật khẩu chỉ hiện lần này. Đã kết thúc {ended} phiên đang mở của tài khoản."));
                Ok(())
            }),
        }
    }
}

fn on(place: &Place, what: &str, act: impl AsyncFnOnce(Db, Ctx) -> Result<()>) -> Result<()> {
    let db = place.open()?;
    let ctx = operator(what)?;
    let done = runtime()?.block_on(act(db.clone(), ctx));
    db.close();
    done
}

/// Reads which unit is meant: its id, or `bo`, `so-01`, `xa-00004` for what the country's own list holds.
fn unit_of(text: &str) -> Result<UnitId> {
    use registry::load::{commune_office, department, ministry};
    let text = text.trim();
    if let Ok(id) = text.parse::<Uuid>() {
        return Ok(UnitId(id));
    }
    match text.split_once('-') {
        None if text == "bo" => Ok(ministry()),
        Some(("so", code)) => Ok(department(code)),
        Some(("xa", code)) => Ok(commune_office(code)),
        _ => Err(BAD_SETTING.error(format!(
            "{text} không chỉ đơn vị nào. Hãy viết bo, so-<mã tỉnh>, xa-<mã xã> hoặc mã định danh (UUID) của đơn vị."
        ))),
    }
}

/// Makes an account that must set its own password, and gives it a role.
fn create(tx: &mut Tx<'_>, login: &str, name: &str, digest: &str, role: &RoleHere) -> Result<AccountId> {
    let unit = unit_of(&role.unit)?;
    tx.require(Capability::GrantManage, unit)?;
    let known = auth::require::roles_to_give(tx, unit)?.iter().any(|known| known.code == role.role);
    if !known {
        return Err(BAD_SETTING
            .error(format!("Vai trò {} không có ở loại đơn vị này. Hãy xem 'khue account roles'.", role.role)));
    }
    let account = accounts::insert(tx, login, &base::vi::clean(name), digest, true)?;
    let from = tx.today();
    let new = NewGrant { account, role: role.role.clone(), unit, from, to: None };
    let grant = grants::insert(tx, &new)?;
    tx.record(Entry::new("account.made", "account", account).unit(unit).version(1));
    let given = serde_json::json!({ "account": account, "role": role.role, "from": from });
    tx.record(Entry::new("grant.given", "grant", grant).unit(unit).version(1).after(&given)?);
    Ok(account)
}

/// Sets a one-time password and ends the account's sessions; answers how many.
fn renew(tx: &mut Tx<'_>, login: &str, digest: &str) -> Result<u64> {
    let Some((account, _)) = accounts::for_sign_in(tx, login)? else {
        tx.public("the operator gives somebody locked out a new password");
        return Err(NO_LOGIN.error(format!("Không có tài khoản {login} đang hoạt động. Hãy kiểm tra tên đăng nhập.")));
    };
    ::accounts::renew_password::renew_password(tx, account, digest)
}
