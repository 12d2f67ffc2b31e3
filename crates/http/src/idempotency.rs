//! A creating request that is sent twice makes one record. The key stands in the command's own transaction: either both
//! are there or neither.

use base::{Code, Kind, Result, Uuid};
use db::{Tx, params};

/// The key was used with another request.
pub const OTHER_BODY: Code =
    Code::new(Kind::Conflict, "idempotency.other_body", "Khoá chống lặp đã dùng cho yêu cầu khác");

/// So long a key is kept: 30 days, as long as an offline device may keep what it has not sent.
pub const KEPT_SECONDS: i64 = 30 * 86_400;

db::statements! {
    /// Takes a key; nothing happens when it is taken.
    pub TAKE = "INSERT INTO idempotency (actor, key, digest, result, at) VALUES (?1, ?2, ?3, NULL, ?4)
        ON CONFLICT (actor, key) DO NOTHING";
    /// What a key stands for.
    pub FIND = "SELECT digest, result FROM idempotency WHERE actor = ?1 AND key = ?2";
    /// What was made.
    pub MADE = "UPDATE idempotency SET result = ?3 WHERE actor = ?1 AND key = ?2";
    /// Forgets an actor's old keys.
    pub FORGET = "DELETE FROM idempotency WHERE actor = ?1 AND at < ?2";
    /// Forgets anybody's old keys, some at a time.
    pub FORGET_ANY = "DELETE FROM idempotency WHERE (actor, key) IN (SELECT actor, key FROM idempotency WHERE at < ?1 LIMIT ?2)";
}

/// A key with the digest of the request it came with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The caller's text.
    pub text: String,
    /// Of method, path and body.
    pub digest: [u8; 32],
}

/// What a guarded command made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Once<Id> {
    /// Its id.
    pub id: Id,
    /// Whether it stood already, from the same request sent before.
    pub again: bool,
}

/// Runs `make` unless this actor sent the same key before: then answers with the id of what was made then. Without a key,
/// or for nobody in particular, `make` simply runs. The rights are `make`'s to check, and whoever shows the record again
/// checks the right to see it.
pub fn once<Id>(tx: &mut Tx<'_>, key: Option<&Key>, make: impl FnOnce(&mut Tx<'_>) -> Result<Id>) -> Result<Once<Id>>
where
    Id: Copy + From<Uuid> + Into<Uuid>,
{
    let (Some(key), Some(actor)) = (key, tx.ctx().actor().account()) else {
        return make(tx).map(|id| Once { id, again: false });
    };
    let now = tx.now();
    tx.exec(&FORGET, params![actor, now.plus_seconds(-KEPT_SECONDS)])?;
    if tx.exec(&TAKE, params![actor, key.text, key.digest, now])? == 1 {
        let id = make(tx)?;
        tx.exec_one(&MADE, params![actor, key.text, id.into()])?;
        return Ok(Once { id, again: false });
    }
    match tx.one::<(Vec<u8>, Option<Uuid>)>(&FIND, params![actor, key.text])? {
        Some((digest, Some(result))) if digest == key.digest => {
            tx.allowed_by("idempotency: the actor's own earlier request");
            Ok(Once { id: Id::from(result), again: true })
        }
        _ => Err(OTHER_BODY.error(
            "Khoá Idempotency-Key này đã được dùng cho một yêu cầu có nội dung khác; chưa có gì được tạo. Hãy gửi lại với khoá mới.",
        )),
    }
}

/// Forgets old keys of whoever has not come back since, at most so many. For a daily job. Answers how many.
pub fn forget(tx: &mut Tx<'_>, most: i64) -> Result<u64> {
    let now = tx.now();
    tx.exec(&FORGET_ANY, params![now.plus_seconds(-KEPT_SECONDS), most])
}
