//! What a place has of lists that leave it, and of a family.

use auth::grants::{self, NewGrant};
use base::{AccountId, EnrolmentId, Result, UnitId, Uuid};
use db::{Tx, params};
use registry::exports;
use registry::glass;

/// An export that stands ready for its asker, one that waits for its asker to take it back, and one that somebody else
/// asked for.
pub fn exports(tx: &mut Tx<'_>, school: UnitId, head: AccountId, other: AccountId) -> Result<[Uuid; 3]> {
    let (now, until) = (tx.now(), tx.now().plus_seconds(3_600));
    let mut made = [Uuid::nil(); 3];
    for (at, (state, by)) in made.iter_mut().zip([("approved", head), ("waiting", head), ("waiting", other)]) {
        *at = tx.new_id();
        let (fields, none) = (r#"["full_name","class"]"#, None::<String>);
        let purpose = "Đối chiếu danh sách lớp";
        tx.exec_one(
            &exports::store::INSERT,
            params![school, *at, "pupils", purpose, fields, none, 3_i64, "basic", state, by, "Lê Thị Thử", now, until],
        )?;
    }
    Ok(made)
}

/// An account is of a pupil's family, and of nobody else's.
pub fn family(tx: &mut Tx<'_>, school: UnitId, pupil: EnrolmentId, account: AccountId) -> Result<()> {
    let from = tx.today();
    grants::insert(tx, &NewGrant { account, role: "guardian".to_owned(), unit: school, from, to: None })?;
    let mother = db::Built::new(
        "test",
        "SELECT k.relative FROM enrolment e JOIN kinship k ON k.school = e.school AND k.child = e.person
         WHERE e.school = ?1 AND e.id = ?2 AND k.relation = 'mother'",
        tx.dialect(),
    );
    let mother = tx.one::<(Uuid,)>(&mother, params![school, pupil])?.map(|(mother,)| mother);
    let now = tx.now();
    tx.exec_one(&glass::store::LINK, params![school, mother, account, "test", now])
}
