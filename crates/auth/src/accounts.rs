//! Accounts and their passwords' digests.

use base::vi::{clean, fold};
use base::{AccountId, Code, Error, Kind, Result};
use db::{Noun, Tx, params};

/// Somebody else signs in with that name.
pub const LOGIN_TAKEN: Code = Code::new(Kind::Conflict, "account.login_taken", "Tên đăng nhập đã có người dùng");
/// The account does not exist or is out of scope.
pub const NOT_FOUND: Code = Code::new(Kind::NotFound, "account.not_found", "Không tìm thấy tài khoản");

/// An account as an aggregate.
pub static ACCOUNT: Noun = Noun {
    table: "account",
    missing: &NOT_FOUND,
    missing_sentence: "Không tìm thấy tài khoản này, hoặc tài khoản ngoài phạm vi của bạn. Hãy tìm lại theo tên.",
};

db::statements! {
    /// One account.
    pub FIND = "SELECT id, version, login, display_name, state, must_change_password, must_enrol FROM account WHERE id = ?1";
    /// A new account.
    pub INSERT = "INSERT INTO account (id, version, login, display_name, state, must_change_password, created_at)
        VALUES (?1, 1, ?2, ?3, 'active', ?4, ?5)";
    /// Its password's digest.
    pub CREDENTIAL = "INSERT INTO credential (account, password, changed_at) VALUES (?1, ?2, ?3)
        ON CONFLICT (account) DO UPDATE SET password = excluded.password, changed_at = excluded.changed_at";
    /// Suspends or restores.
    pub STATE = "UPDATE account SET state = ?2 WHERE id = ?1";
    /// What sign-in needs, by the folded login.
    pub FOR_SIGN_IN = "SELECT a.id, c.password FROM account a JOIN credential c ON c.account = a.id WHERE a.login = ?1";
    /// The password's digest of one account.
    pub PASSWORD = "SELECT password FROM credential WHERE account = ?1";
    /// A password must be set anew, or was.
    pub MUST_CHANGE = "UPDATE account SET must_change_password = ?2, version = version + 1 WHERE id = ?1";
}

db::row! {
    /// One account.
    pub struct Account {
        /// Which.
        pub id: AccountId,
        /// Its version.
        pub version: i64,
        /// What is typed to sign in, folded.
        pub login: String,
        /// How the person is called.
        pub display_name: String,
        /// `active` or `suspended`.
        pub state: String,
        /// Nothing but a new password is allowed.
        pub must_change_password: bool,
        /// Nothing but adding a second factor is allowed.
        pub must_enrol: bool,
    }
}

impl Account {
    /// Whether it is suspended: nobody signs in with it.
    #[must_use]
    pub fn is_suspended(&self) -> bool {
        self.state == "suspended"
    }
}

/// A login as it is stored and looked up: small letters without marks, digits and `. _ - @ +`. Whatever else was typed is
/// dropped, so that a sign-in never fails for a capital letter or a space at the end.
#[must_use]
pub fn fold_login(typed: &str) -> String {
    let mut login = String::with_capacity(typed.len());
    for letter in clean(typed).chars() {
        match letter {
            '.' | '_' | '-' | '@' | '+' => login.push(letter),
            letter if letter.is_alphanumeric() => login.push_str(&fold(&letter.to_string())),
            _ => {}
        }
    }
    login
}

/// Checks a login that somebody chooses; answers it folded.
pub fn check_login(typed: &str) -> Result<String> {
    let login = fold_login(typed);
    let length = login.chars().count();
    if !(3..=64).contains(&length) || !login.is_ascii() || clean(typed).contains(' ') {
        return Err(Error::field(
            "login",
            "login.shape",
            "Tên đăng nhập có từ 3 đến 64 ký tự: chữ không dấu, chữ số và . _ - @ +, không có khoảng trắng. Ví dụ: lan.nguyen",
        ));
    }
    Ok(login)
}

/// One account. Rights are the caller's.
pub fn find(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<Account>> {
    tx.one(&FIND, params![id])
}

/// Makes an account. `digest` comes from [`crate::passwords::hash`], made outside the closure.
pub fn insert(
    tx: &mut Tx<'_>,
    login: &str,
    display_name: &str,
    digest: &str,
    must_change_password: bool,
) -> Result<AccountId> {
    let (id, now) = (tx.new_id::<AccountId>(), tx.now());
    tx.exec_one(&INSERT, params![id, login, display_name, must_change_password, now])?;
    tx.exec_one(&CREDENTIAL, params![id, digest, now])?;
    Ok(id)
}

/// The account of a folded login and its password's digest, also while it is suspended.
pub fn for_sign_in(tx: &mut Tx<'_>, login: &str) -> Result<Option<(AccountId, String)>> {
    tx.one(&FOR_SIGN_IN, params![login])
}

/// The password's digest of an account.
pub fn password(tx: &mut Tx<'_>, account: AccountId) -> Result<Option<String>> {
    Ok(tx.one::<(String,)>(&PASSWORD, params![account])?.map(|(digest,)| digest))
}

/// Sets a new password's digest; it no longer must be changed.
pub fn set_password(tx: &mut Tx<'_>, account: AccountId, digest: &str, must_change: bool) -> Result<()> {
    let now = tx.now();
    tx.exec_one(&CREDENTIAL, params![account, digest, now])?;
    tx.exec_one(&MUST_CHANGE, params![account, must_change])
}

/// Suspends an account, or restores it, after [`Tx::lock`] took it. Its sessions are the caller's to end.
pub fn set_suspended(tx: &mut Tx<'_>, account: AccountId, suspended: bool) -> Result<()> {
    tx.exec_one(&STATE, params![account, if suspended { "suspended" } else { "active" }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_forgives_capitals_marks_and_spaces_at_the_ends() {
        assert_eq!(fold_login("  Lan.Nguyễn "), "lan.nguyen");
        assert_eq!(fold_login("Đức_01@TRUONG.vn"), "duc_01@truong.vn");
        assert_eq!(check_login("Hiệu.Trưởng").expect("a login"), "hieu.truong");
        for bad in ["ab", "", "lan nguyen", "日本語"] {
            assert!(check_login(bad).is_err(), "{bad}");
        }
    }
}
