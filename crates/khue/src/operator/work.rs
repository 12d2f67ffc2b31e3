//! What an operator can ask for, here or through the server.

use std::path::PathBuf;
use std::sync::Arc;

use base::{Ctx, Result};
use clap::Args;
use platform::files::Disk;
use serde::{Deserialize, Serialize};

use super::{House, Tell};
use crate::{account, certificate, doctor, journal, key, person, workbook};

/// A role at a unit.
#[derive(Clone, Debug, Serialize, Deserialize, Args)]
pub struct RoleHere {
    /// Vai trò; xem 'khue account roles'.
    #[arg(long, value_name = "VAI TRÒ")]
    pub role: String,
    /// Đơn vị: bo, so-<mã tỉnh>, xa-<mã xã>, hoặc mã định danh (UUID).
    #[arg(long, value_name = "ĐƠN VỊ")]
    pub unit: String,
}

/// One piece of work.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Work {
    /// Makes an account with a one-time password.
    AccountCreate {
        /// What they sign in with.
        login: String,
        /// How they are called.
        name: String,
        /// As what.
        role: RoleHere,
    },
    /// Makes an invitation.
    AccountInvite {
        /// How they are called.
        name: String,
        /// As what.
        role: RoleHere,
    },
    /// Renews a password.
    AccountPassword {
        /// Whose.
        login: String,
    },
    /// Removes all second factors of somebody who lost them.
    AccountResetFactors {
        /// Whose.
        login: String,
        /// Why.
        reason: String,
    },
    /// Says of whom a second factor is demanded.
    AccountSecondFactor {
        /// Where, and below; everywhere when nothing is said.
        unit: Option<String>,
        /// Of whom.
        whom: String,
    },
    /// Makes a backup.
    Backup {
        /// Where, from the root: the server stands in another folder.
        path: PathBuf,
    },
    /// Walks the journal.
    JournalVerify {},
    /// Looks the installation over.
    Doctor {},
    /// Compares the key file with the database.
    KeyCheck {},
    /// Tells of the school's own authority.
    CertificateShow {},
    /// Writes its root to a file.
    CertificateExport {
        /// Where, from the root of the file system.
        path: PathBuf,
    },
    /// Makes another one.
    CertificateNewRoot {},
    /// Imports a school's list.
    Import {
        /// Whose.
        unit: String,
        /// From where.
        file: PathBuf,
        /// Whether nothing is to change.
        dry_run: bool,
        /// Whether classes that do not exist are made.
        make_classes: bool,
        /// Where what became of each row goes.
        receipt: PathBuf,
    },
    /// Exports a school's list.
    Export {
        /// Whose.
        unit: String,
        /// Which.
        what: workbook::What,
        /// Where to.
        file: PathBuf,
    },
    /// Finds people.
    PersonFind {
        /// By what.
        text: String,
        /// Only there.
        unit: Option<String>,
    },
}

impl Work {
    /// The words of the command line, which the journal keeps.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::AccountCreate { .. } => "account create",
            Self::AccountInvite { .. } => "account invite",
            Self::AccountPassword { .. } => "account password",
            Self::AccountResetFactors { .. } => "account reset-factors",
            Self::AccountSecondFactor { .. } => "account second-factor",
            Self::Backup { .. } => "backup",
            Self::JournalVerify {} => "journal verify",
            Self::Doctor {} => "doctor",
            Self::KeyCheck {} => "key check",
            Self::CertificateShow {} => "certificate show",
            Self::CertificateExport { .. } => "certificate export",
            Self::CertificateNewRoot {} => "certificate new-root",
            Self::Import { .. } => "import",
            Self::Export { .. } => "export",
            Self::PersonFind { .. } => "person find",
        }
    }
}

/// Does it. Answers whether the finding is good.
pub async fn perform(house: &House, ctx: &Ctx, work: &Work, tell: &Tell<'_>) -> Result<bool> {
    match work.clone() {
        Work::AccountCreate { login, name, role } => account::create(&house.db, ctx, login, name, role, tell).await,
        Work::AccountInvite { name, role } => account::invite(&house.db, ctx, name, role, tell).await,
        Work::AccountPassword { login } => account::password(&house.db, ctx, &login, tell).await,
        Work::AccountResetFactors { login, reason } => account::reset(&house.db, ctx, &login, reason, tell).await,
        Work::AccountSecondFactor { unit, whom } => {
            account::second_factor(&house.db, ctx, unit.as_deref(), whom, tell).await
        }
        Work::Backup { path } => {
            let migrations = db::migrations(&crate::schemas());
            let files = Arc::new(Disk::beside(house.db.data()));
            let report = platform::backup::backup(&house.db, ctx, &migrations, files, &path).await?;
            report.sentences().into_iter().for_each(tell);
            Ok(true)
        }
        Work::JournalVerify {} => journal::verified(&house.db, ctx, tell).await,
        Work::Doctor {} => doctor::look(house, ctx, tell).await,
        Work::KeyCheck {} => key::check(&house.db, tell),
        Work::CertificateShow {} => certificate::show(house, ctx, tell).await,
        Work::CertificateExport { path } => certificate::export(house, ctx, &path, tell).await,
        Work::CertificateNewRoot {} => certificate::new_root(house, ctx, tell).await,
        Work::Import { unit, file, dry_run, make_classes, receipt } => {
            let asked = workbook::Asked { unit: &unit, file: &file, dry_run, make_classes, receipt: &receipt };
            workbook::import(&house.db, ctx, &asked, tell).await
        }
        Work::Export { unit, what, file } => workbook::export(&house.db, ctx, &unit, what, &file, tell).await,
        Work::PersonFind { text, unit } => person::found(&house.db, ctx, &text, unit.as_deref(), tell).await,
    }
}
