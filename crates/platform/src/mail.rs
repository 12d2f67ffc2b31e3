//! Mail: put into the queue by the write that wants it sent, and sent by a job. Addresses and texts stand encrypted in
//! the queue and never in logs; what a mail server answers is kept as its number only, because its words repeat addresses.
//!
//! A mail may come twice when the server dies between the mail server's yes and ours. Both then carry one Message-ID.

use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use auth::EdgeKind;
use base::{Code, Ctx, Error, Instant, Kind as Refusal, Result, UnitId};
use db::Tx;
use lettre::message::{Mailbox, Message, header::ContentType};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use serde::{Deserialize, Serialize};

use crate::jobs::{self, Ask, Handlers, JobId, Run, Work};
use crate::settings::{self, Default, Kind, Setting};

/// The address is none.
pub const ADDRESS: Code = Code::new(Refusal::Refused, "mail.address", "Địa chỉ thư chưa đúng");
/// Nobody has said through which server.
pub const NOT_SET: Code = Code::new(Refusal::Refused, "mail.not_set", "Chưa thiết lập gửi thư");
/// The mail server did not take it now.
pub const NOT_SENT: Code = Code::new(Refusal::Unavailable, "mail.not_sent", "Chưa gửi được thư");
/// The mail server will never take it.
pub const REJECTED: Code = Code::new(Refusal::Refused, "mail.rejected", "Máy chủ thư từ chối");

/// One mail to one person.
#[derive(Clone, Serialize, Deserialize)]
pub struct Mail {
    /// The address.
    pub to: String,
    /// What it is about. May be seen on a locked screen, so it names nobody.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mail({} bytes)", self.text.len())
    }
}

impl Work for Mail {
    const KIND: &'static str = "mail.send";
    const NAME: &'static str = "Gửi thư điện tử";
}

/// What belongs to a mail server: of one place, or of none.
const fn of_host(key: &'static str, default: Default, describes: &'static str) -> Setting {
    Setting { lead: Some(&HOST), ..text(key, default, describes) }
}

const fn text(key: &'static str, default: Default, describes: &'static str) -> Setting {
    Setting {
        key,
        kind: Kind::Text { most: 200 },
        default,
        follows: EdgeKind::Staff,
        lead: None,
        secrets: &[],
        basis: "Máy chủ thư của đơn vị",
        describes,
    }
}

/// The mail server's name.
pub static HOST: Setting = Setting {
    secrets: &["mail.smtp_password"],
    ..text("mail.smtp_host", Default::None, "Máy chủ gửi thư (SMTP)")
};
/// The name to sign in with.
pub static USER: Setting = of_host("mail.smtp_user", Default::None, "Tên đăng nhập máy chủ gửi thư");
/// Whom mail comes from.
pub static FROM: Setting = of_host("mail.from", Default::None, "Địa chỉ người gửi");
/// The password to sign in with.
pub static PASSWORD: Setting = Setting {
    kind: Kind::Secret,
    ..of_host("mail.smtp_password", Default::None, "Mật khẩu máy chủ gửi thư")
};
/// How the way to it is protected.
pub static SECURITY: Setting = Setting {
    kind: Kind::Choice(&["tls", "starttls", "none"]),
    ..of_host("mail.smtp_security", Default::Text("tls"), "Cách mã hoá đường truyền tới máy chủ gửi thư")
};
/// Its port; the usual one of the way, when nothing is set. Only those of mail: trial mails are no probe of the network.
pub static PORT: Setting = Setting {
    kind: Kind::Number(&[465, 587, 25, 2525]),
    ..of_host("mail.smtp_port", Default::None, "Cổng của máy chủ gửi thư")
};

/// The settings of this room.
pub static SETTINGS: &[&Setting] = &[&HOST, &PORT, &SECURITY, &USER, &PASSWORD, &FROM];

fn address(text: &str) -> Result<Address> {
    // What the parser says would repeat the address.
    text.trim().parse().map_err(|_| ADDRESS.error("Địa chỉ thư điện tử chưa đúng; hãy kiểm tra lại rồi gửi lại."))
}

/// Puts a mail into the queue, with the transaction or not at all.
pub fn enqueue(tx: &mut Tx<'_>, mail: &Mail, unit: Option<UnitId>) -> Result<JobId> {
    address(&mail.to)?;
    jobs::enqueue(tx, mail, &Ask { unit, ..Ask::default() })
}

/// How mail leaves.
#[derive(Clone, Debug)]
pub enum Transport {
    /// Through the server that the settings name.
    Smtp,
    /// Into a folder, a file each: for demonstrations and tests. The job then says so.
    Folder(PathBuf),
}

/// Sends what is in the queue.
#[must_use]
pub fn handlers(transport: Transport) -> Handlers {
    Handlers::default().with::<Mail, _, _>(move |run, mail| {
        let transport = transport.clone();
        async move { send(&run, mail, &transport).await }
    })
}

struct Server {
    host: String,
    port: Option<u16>,
    security: String,
    sign_in: Option<(String, String)>,
    from: String,
}

fn server(tx: &mut Tx<'_>, unit: Option<UnitId>) -> Result<Option<Server>> {
    let (host, from) = (settings::text(tx, &HOST, unit)?, settings::text(tx, &FROM, unit)?);
    let (Some(host), Some(from)) = (host, from) else { return Ok(None) };
    let port = settings::int(tx, &PORT, unit)?.and_then(|port| u16::try_from(port).ok());
    let security = settings::text(tx, &SECURITY, unit)?.unwrap_or_else(|| "tls".to_owned());
    let sign_in = settings::text(tx, &USER, unit)?.zip(settings::text(tx, &PASSWORD, unit)?);
    Ok(Some(Server { host, port, security, sign_in, from }))
}

async fn send(run: &Run, mail: Mail, transport: &Transport) -> Result<Option<serde_json::Value>> {
    let (ctx, unit) = (run.ctx()?, run.unit);
    let looked = run
        .db
        .read(&ctx, move |tx| {
            tx.public("a job of the system looks how mail leaves");
            Ok((settings::is_copy(tx)?, server(tx, unit)?))
        })
        .await;
    let (copy, server) = looked?;
    if copy {
        run.progress(0, None, "thư không được gửi: đây là bản sao của một hệ thống khác");
        return Ok(Some(serde_json::json!({ "sent": false, "reason": "copy" })));
    }
    match transport {
        Transport::Folder(folder) => {
            let message = message(&mail, "khue@localhost", run.id, &ctx)?;
            let (folder, id) = (folder.clone(), run.id);
            tokio::task::spawn_blocking(move || put(&folder, id, &message.formatted()))
                .await
                .map_err(Error::internal)??;
            run.progress(0, None, "thư không được gửi ra ngoài: nó nằm trong thư mục mail cạnh dữ liệu của máy chủ");
        }
        Transport::Smtp => {
            let server = server.ok_or_else(|| {
                NOT_SET.error("Chưa thiết lập máy chủ gửi thư nên thư chưa được gửi. Hãy nhờ quản trị vào Thiết lập, mục Thư điện tử, khai báo máy chủ và địa chỉ người gửi.")
            })?;
            let message = message(&mail, &server.from, run.id, &ctx)?;
            through(&server, message).await?;
        }
    }
    Ok(Some(serde_json::json!({ "sent": true })))
}

fn message(mail: &Mail, from: &str, id: JobId, ctx: &Ctx) -> Result<Message> {
    let from: Mailbox = from.parse().map_err(|_| {
        NOT_SET
            .error("Địa chỉ người gửi trong Thiết lập chưa đúng. Hãy sửa lại, ví dụ: Trường A <truong.a@tinh.edu.vn>.")
    })?;
    let Instant(at) = ctx.now();
    let at = UNIX_EPOCH + Duration::from_micros(u64::try_from(at).unwrap_or(0));
    let domain = from.email.domain().to_owned();
    let subject: String = mail.subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    Message::builder()
        .message_id(Some(format!("<{id}@{domain}>")))
        .date(at)
        .from(from)
        .to(Mailbox::new(None, address(&mail.to)?))
        .subject(subject)
        .header(ContentType::TEXT_PLAIN)
        .body(mail.text.clone())
        .map_err(|_| Error::internal("a mail could not be put together"))
}

/// Beside and renamed: who looks into the folder never sees half a mail.
fn put(folder: &Path, id: JobId, bytes: &[u8]) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(Error::internal)?;
    let beside = folder.join(format!(".{id}.tmp"));
    std::fs::write(&beside, bytes).map_err(Error::internal)?;
    std::fs::rename(&beside, folder.join(format!("{id}.eml"))).map_err(Error::internal)
}

async fn through(server: &Server, message: Message) -> Result<()> {
    type Smtp = AsyncSmtpTransport<Tokio1Executor>;
    let near = matches!(server.host.as_str(), "localhost" | "127.0.0.1" | "::1");
    let builder = match server.security.as_str() {
        "starttls" => Smtp::starttls_relay(&server.host).map_err(refused)?,
        "none" if near => Smtp::builder_dangerous(&server.host),
        "none" => {
            return Err(NOT_SET.error(
                "Chỉ được gửi thư không mã hoá qua máy chủ thư trên chính máy này. Hãy chọn TLS hoặc STARTTLS trong Thiết lập.",
            ));
        }
        _ => Smtp::relay(&server.host).map_err(refused)?,
    };
    let builder = match server.port {
        Some(port) => builder.port(port),
        None => builder,
    };
    let builder = match &server.sign_in {
        Some((user, password)) => builder.credentials(Credentials::new(user.clone(), password.clone())),
        None => builder,
    };
    builder.timeout(Some(Duration::from_secs(30))).build().send(message).await.map(|_| ()).map_err(refused)
}

/// The number and the sort of what went wrong; the words may hold addresses.
#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn refused(error: lettre::transport::smtp::Error) -> Error {
    let sort = if error.is_timeout() {
        "timeout"
    } else if error.is_tls() {
        "tls"
    } else if error.is_response() || error.is_permanent() || error.is_transient() {
        "answer"
    } else {
        "connection"
    };
    let cause = format!("smtp {sort} {}", error.status().map_or_else(String::new, |code| code.to_string()));
    if error.is_permanent() {
        return REJECTED
            .error("Máy chủ thư từ chối thư này. Hãy kiểm tra địa chỉ người nhận và quyền gửi của tài khoản thư.")
            .caused_by(cause);
    }
    NOT_SENT
        .error("Chưa gửi được thư vì máy chủ thư không nhận; hệ thống sẽ tự gửi lại.")
        .retry_after(60)
        .caused_by(cause)
}
