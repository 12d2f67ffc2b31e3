//! `khue account`: the first administrator, and the way back in for somebody locked out.

use ::accounts::factors::reset_factors::{ResetFactors, reset_factors};
use auth::grants::{self, NewGrant};
use auth::{Capability, Require as _, accounts, passwords};
use base::{AccountId, Code, Ctx, Kind, Result, UnitId, Uuid};
use clap::{Args, Subcommand};
use db::{Db, Entry, Tx};
use platform::{second_factor, settings};

use crate::console::{BAD_SETTING, say};
use crate::operator::{self, RoleHere, Tell, Work};
use crate::place::Place;

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
        /// Vì sao: ghi vào nhật ký và vào danh sách ai đã xem thông tin của người này.
        #[arg(long, value_name = "LÝ DO")]
        purpose: String,
    },
    /// Gỡ mọi yếu tố thứ hai của người đã mất điện thoại, và kết thúc mọi phiên đang mở của tài khoản.
    ResetFactors {
        #[command(flatten)]
        place: Place,
        /// Tên đăng nhập.
        #[arg(long, value_name = "TÊN")]
        login: String,
        /// Vì sao, ghi vào nhật ký: ví dụ "mất điện thoại, đã gặp trực tiếp".
        #[arg(long, value_name = "LÝ DO")]
        purpose: String,
    },
    /// Đặt ai phải xác thực hai bước ở một đơn vị và các đơn vị trực thuộc.
    SecondFactor {
        #[command(flatten)]
        place: Place,
        /// Đơn vị: bo, so-<mã tỉnh>, xa-<mã xã>, hoặc mã định danh (UUID); bỏ trống là toàn hệ thống.
        #[arg(long, value_name = "ĐƠN VỊ")]
        unit: Option<String>,
        /// off: không ai; administrators: người cấp quyền hoặc đổi thiết lập; everyone: mọi người.
        #[arg(long = "for", value_name = "AI")]
        whom: String,
    },
    /// Liệt kê các vai trò.
    Roles,
}

/// No account has this login.
pub const NO_LOGIN: Code = Code::new(Kind::NotFound, "account.not_found", "Không có tài khoản này");

impl Account {
    /// Does what was asked and prints what is shown only now.
    pub fn run(self) -> Result<()> {
        let (place, work, purpose) = match self.command {
            Command::Roles => {
                for role in auth::role::ROLES {
                    say(format!("{:20} {}. {}", role.code, role.name, role.description));
                }
                return Ok(());
            }
            Command::Create { place, login, name, role } => (place, Work::AccountCreate { login, name, role }, None),
            Command::Invite { place, name, role } => (place, Work::AccountInvite { name, role }, None),
            Command::Password { place, login, purpose } => (place, Work::AccountPassword { login }, Some(purpose)),
            Command::ResetFactors { place, login, purpose } => {
                (place, Work::AccountResetFactors { login, reason: purpose.clone() }, Some(purpose))
            }
            Command::SecondFactor { place, unit, whom } => (place, Work::AccountSecondFactor { unit, whom }, None),
        };
        operator::run(&place, None, &work, purpose.as_deref()).map(|_done| ())
    }
}

pub(crate) async fn create(
    db: &Db,
    ctx: &Ctx,
    login: String,
    name: String,
    role: RoleHere,
    tell: &Tell<'_>,
) -> Result<bool> {
    let login = accounts::check_login(&login)?;
    let password = passwords::one_time()?;
    let digest = passwords::hash_in_turn(password.clone()).await?;
    let shown = format!(
        "{login}, vai trò {}, ở {}",
        auth::role::find(&role.role).map_or(role.role.as_str(), |known| known.name),
        role.unit
    );
    let _account: AccountId = db.write(ctx, move |tx| insert(tx, &login, &name, &digest, &role)).await?;
    tell(format!("Đã tạo tài khoản {shown}."));
    tell(format!("Mật khẩu dùng một lần: {password}"));
    tell("Mật khẩu chỉ hiện lần này; người dùng phải đổi khi đăng nhập lần đầu.".to_owned());
    Ok(true)
}

pub(crate) async fn invite(db: &Db, ctx: &Ctx, name: String, role: RoleHere, tell: &Tell<'_>) -> Result<bool> {
    let code = auth::invitations::InvitationCode::draw()?;
    let shown = code.shown();
    db.write(ctx, move |tx| {
        let unit = unit_of(&role.unit)?;
        let cmd = ::accounts::invite::Invite { display_name: name.clone(), role: role.role.clone(), days: None };
        ::accounts::invite::invite(tx, unit, &cmd, &code)
    })
    .await?;
    tell(format!("Mã mời: {shown}"));
    tell("Mã chỉ hiện lần này. Người được mời mở trang /loi-moi của máy chủ và nhập mã, trong 14 ngày.".to_owned());
    Ok(true)
}

pub(crate) async fn password(db: &Db, ctx: &Ctx, login: &str, tell: &Tell<'_>) -> Result<bool> {
    let password = passwords::one_time()?;
    let digest = passwords::hash_in_turn(password.clone()).await?;
    let folded = accounts::fold_login(login);
    let ended = db.write(ctx, move |tx| renew(tx, &folded, &digest)).await?;
    tell(format!("Mật khẩu dùng một lần: {password}"));
    tell(format!("Mật khẩu chỉ hiện lần này. Đã kết thúc {ended} phiên đang mở của tài khoản."));
    Ok(true)
}

pub(crate) async fn reset(db: &Db, ctx: &Ctx, login: &str, reason: String, tell: &Tell<'_>) -> Result<bool> {
    let folded = accounts::fold_login(login);
    let cmd = ResetFactors { reason: Some(reason) };
    let reset = move |tx: &mut Tx<'_>| {
        let account = account_of(tx, &folded)?;
        reset_factors(tx, account, &cmd)
    };
    let ended = db.write(ctx, reset).await?;
    tell(format!("Đã gỡ mọi yếu tố thứ hai và kết thúc {ended} phiên đang mở của tài khoản."));
    tell("Từ nay tài khoản vào bằng mật khẩu; hãy nhắc người dùng thêm lại yếu tố thứ hai.".to_owned());
    Ok(true)
}

pub(crate) async fn second_factor(
    db: &Db,
    ctx: &Ctx,
    unit: Option<&str>,
    whom: String,
    tell: &Tell<'_>,
) -> Result<bool> {
    let unit = unit.map(unit_of).transpose()?;
    let nobody = whom == "off";
    db.write(ctx, move |tx| demand(tx, unit, &whom)).await?;
    tell(match nobody {
        true => "Đã ghi: nơi này không đòi xác thực hai bước nữa; nơi trên có đòi thì vẫn phải theo.".to_owned(),
        false => "Đã ghi. Người đang đăng nhập được nhắc trong vòng 5 phút, người khác khi đăng nhập.".to_owned(),
    });
    Ok(true)
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
fn insert(tx: &mut Tx<'_>, login: &str, name: &str, digest: &str, role: &RoleHere) -> Result<AccountId> {
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

/// The account of a login.
fn account_of(tx: &mut Tx<'_>, login: &str) -> Result<AccountId> {
    let Some((account, _)) = accounts::for_sign_in(tx, login)? else {
        tx.public("the operator helps somebody locked out");
        return Err(NO_LOGIN.error(format!("Không có tài khoản {login}. Hãy kiểm tra tên đăng nhập.")));
    };
    Ok(account)
}

/// Sets a one-time password and ends the account's sessions; answers how many.
fn renew(tx: &mut Tx<'_>, login: &str, digest: &str) -> Result<u64> {
    let account = account_of(tx, login)?;
    // Whoever has the password sees all that this person sees.
    auth::looked::durable(tx, "account.password", vec![account.0])?;
    ::accounts::renew_password::renew_password(tx, account, digest)
}

/// Says of whom a second factor is demanded at a unit and below, or everywhere.
fn demand(tx: &mut Tx<'_>, unit: Option<UnitId>, whom: &str) -> Result<()> {
    match unit {
        Some(unit) => tx.require(Capability::SettingsManage, unit)?,
        None => tx.scope(Capability::SettingsManage).map(|_| ())?,
    }
    settings::set(tx, &second_factor::POLICY, unit, &whom.into())
}
