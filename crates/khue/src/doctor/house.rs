//! What the database says of itself: durability, schema, journal, the last backup, the key.

use std::time::Duration;

use base::{Ctx, Result};
use db::health::{self, Health};
use db::{Db, Location};
use platform::jobs::{JobRow, Work as _};

use crate::https::Said;
use crate::operator::House;
use crate::place::now;
use crate::work::NightlyBackup;

/// A clock that lags so far behind the journal was set back.
const CLOCK_LAG_SECONDS: i64 = 60;
/// So many entries without a number mean that nobody numbers.
const WAITING_MANY: i64 = 10_000;
/// A backup older than this is worth a word.
const BACKUP_OLD_SECONDS: i64 = 2 * 86_400;
/// One older than this is a fault: a broken disk would cost more than a week.
const BACKUP_TOO_OLD_SECONDS: i64 = 8 * 86_400;

/// So many failed jobs are looked at.
const FAILED: u32 = 50;
/// Heads are signed at most once a second: so long after the start, or after the first entry, one must be there.
const SIGNED_WITHIN: Duration = Duration::from_millis(1_500);

struct Found {
    health: Health,
    backup: Option<base::Instant>,
    failed: Vec<JobRow>,
}

async fn asked(db: &Db, ctx: &Ctx) -> Result<Found> {
    let data = db.data().to_owned();
    db.read_long(ctx, move |tx| {
        tx.public(
            "the operator looks how the database fares; nothing of it is shown but places, moments and kinds of work",
        );
        Ok(Found {
            health: health::look(tx, &data)?,
            backup: health::last_of_kind(tx, "backup.made")?,
            failed: platform::jobs::failed(tx, FAILED)?,
        })
    })
    .await
}

pub(super) async fn look(house: &House, ctx: &Ctx) -> Result<Vec<Said>> {
    let db = &house.db;
    let mut found = asked(db, ctx).await?;
    if found.health.last_head.is_none() {
        tokio::time::sleep(SIGNED_WITHIN).await;
        found = asked(db, ctx).await?;
    }
    let Found { health, backup, failed } = found;
    let nightly = house.jobs.as_ref().map(|jobs| jobs.name(NightlyBackup::KIND).is_some());
    let mut said = vec![opened(db, &health), durable(&health)];
    if let (Location::Sqlite(path), true) = (db.location(), house.is_served()) {
        said.push(Said::Good(format!(
            "khoá {}.lock do tiến trình {} giữ: không chương trình nào khác ghi vào tệp này",
            path.display(),
            std::process::id()
        )));
    }
    said.push(key(db));
    said.extend(journal(&health));
    said.push(last_backup(backup, db.installation().demo, nightly));
    said.extend(jobs(&failed, house));
    Ok(said)
}

fn opened(db: &Db, health: &Health) -> Said {
    let (ordinal, name) = health.migrated.clone().unwrap_or_default();
    Said::Good(format!(
        "cơ sở dữ liệu {:?} trả lời; lược đồ ở bước {ordinal} ({name}), đúng với chương trình",
        db.location()
    ))
}

fn durable(health: &Health) -> Said {
    let wrong: Vec<String> = health
        .durable
        .iter()
        .filter(|(_, _, right)| !right)
        .map(|(name, value, _)| format!("{name} = {value}"))
        .collect();
    if wrong.is_empty() && !health.durable.is_empty() {
        let all: Vec<String> = health.durable.iter().map(|(name, value, _)| format!("{name} = {value}")).collect();
        return Said::Good(format!("ghi bền: {}", all.join(", ")));
    }
    Said::Wrong(format!(
        "cơ sở dữ liệu không bảo đảm ghi bền ({}): mất điện có thể mất dữ liệu đã báo là ghi xong. Hãy bật lại các thiết lập này",
        wrong.join(", ")
    ))
}

fn key(db: &Db) -> Said {
    match crate::key::fits(db) {
        Ok(()) => Said::Good(format!("tệp khoá thuộc cơ sở dữ liệu này (khoá đang dùng: số {})", db.keys().current())),
        Err(error) => Said::Wrong(error.to_string()),
    }
}

fn journal(health: &Health) -> Vec<Said> {
    let mut said = Vec::new();
    let Health { head, waiting, bad_heads, last_head, last_entry, .. } = health;
    said.push(match last_head {
        Some(signed) if signed > head => Said::Wrong(format!(
            "mốc đã ký ({signed}) ở sau cuối nhật ký ({head}): phần cuối đã bị cắt. Hãy chạy 'khue journal verify' và đối chiếu với bản sao lưu"
        )),
        Some(signed) => Said::Good(format!("nhật ký đến vị trí {head}, mốc đã ký gần nhất {signed}; kiểm tra kĩ bằng 'khue journal verify'")),
        None if *head == db::Position::default() => Said::Good("nhật ký còn trống".to_owned()),
        None => Said::Wrong("không còn mốc đã ký nào (journal.heads): không thấy được nếu phần cuối nhật ký bị cắt. Hãy lấy lại tệp ấy từ bản sao lưu".to_owned()),
    });
    // The last line may be half written when the program was killed.
    if *bad_heads > 1 {
        said.push(Said::Wrong(format!(
            "{bad_heads} mốc trong journal.heads không do khoá của hệ thống này ký. Hãy chạy 'khue journal verify'"
        )));
    }
    if *waiting > WAITING_MANY {
        said.push(Said::Wrong(format!(
            "{waiting} mục nhật ký chưa được đánh số: người dùng không thấy thay đổi mới. Hãy khởi động lại máy chủ"
        )));
    }
    if let Some(last) = last_entry
        && *last > now().plus_seconds(CLOCK_LAG_SECONDS)
    {
        said.push(Said::Wrong(format!(
            "đồng hồ của máy chậm hơn mục nhật ký mới nhất ({}): đồng hồ đã bị chỉnh lùi. Hãy bật đồng bộ giờ (timedatectl set-ntp true)",
            last.rfc3339()
        )));
    }
    said
}

/// `nightly`: whether the server makes one each night; nothing is known of it without the server.
fn last_backup(last: Option<base::Instant>, demo: bool, nightly: Option<bool>) -> Said {
    let day = |at: base::Instant| base::vi::date(at.date_in_vietnam());
    let how = match nightly {
        Some(true) => "Máy chủ sao lưu mỗi đêm",
        Some(false) => {
            "Máy chủ không tự sao lưu (chưa đặt KHUE_BACKUP_FOLDER). Hãy đặt thư mục ấy, hoặc chạy: khue backup <TỆP>; cất bản sao lưu và tệp khoá ở hai nơi khác nhau"
        }
        None => "Hãy đặt KHUE_BACKUP_FOLDER để máy chủ sao lưu mỗi đêm, hoặc chạy: khue backup <TỆP>",
    };
    match last {
        _ if demo => Said::Good("bản dùng thử, không cần sao lưu".to_owned()),
        None => Said::Note(format!("chưa sao lưu lần nào. {how}")),
        Some(at) if at < now().plus_seconds(-BACKUP_OLD_SECONDS) && nightly == Some(true) => Said::Wrong(format!(
            "bản sao lưu gần nhất lập ngày {}, dù máy chủ phải sao lưu mỗi đêm. Hãy xem ổ đĩa của thư mục sao lưu và các việc chạy nền",
            day(at)
        )),
        Some(at) if at < now().plus_seconds(-BACKUP_TOO_OLD_SECONDS) => {
            Said::Wrong(format!("bản sao lưu gần nhất đã cũ, lập ngày {}. {how}", day(at)))
        }
        Some(at) if at < now().plus_seconds(-BACKUP_OLD_SECONDS) => {
            Said::Note(format!("bản sao lưu gần nhất lập ngày {}. {how}", day(at)))
        }
        Some(at) => Said::Good(format!("bản sao lưu gần nhất lập lúc {}", at.rfc3339())),
    }
}

/// What failed and was not done since: a backup is a fault, anything else worth a word, each kind once.
fn jobs(failed: &[JobRow], house: &House) -> Vec<Said> {
    let mut seen = std::collections::BTreeSet::new();
    let newest = failed.iter().filter(|job| seen.insert(job.kind.as_str()));
    let told = |job: &JobRow| {
        let name = house.jobs.as_ref().and_then(|jobs| jobs.name(&job.kind)).unwrap_or(&job.kind);
        let when = job.ended_at.map(|at| format!(" (lúc {})", at.rfc3339())).unwrap_or_default();
        format!("việc chạy nền '{name}' không xong{when}: {}", job.error.as_deref().unwrap_or("không rõ vì sao"))
    };
    newest
        .map(|job| match job.kind.as_str() {
            NightlyBackup::KIND => Said::Wrong(told(job)),
            _ => Said::Note(told(job)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use db::Position;

    fn health() -> Health {
        let at = Position { epoch: 1, seq: 9 };
        Health {
            migrated: Some((1, "journal".to_owned())),
            durable: vec![("fsync".to_owned(), "on".to_owned(), true)],
            head: at,
            waiting: 0,
            last_entry: Some(now()),
            last_head: Some(at),
            bad_heads: 0,
        }
    }

    fn wrong(said: &[Said]) -> Vec<&str> {
        said.iter().filter_map(|one| if let Said::Wrong(what) = one { Some(what.as_str()) } else { None }).collect()
    }

    #[test]
    fn each_fault_of_a_journal_is_named() {
        assert!(wrong(&journal(&health())).is_empty());
        for (health, says) in [
            (Health { head: Position { epoch: 1, seq: 8 }, ..health() }, "bị cắt"),
            (Health { last_head: None, ..health() }, "không còn mốc"),
            (Health { bad_heads: 5, ..health() }, "không do khoá"),
            (Health { waiting: 20_000, ..health() }, "chưa được đánh số"),
            (Health { last_entry: Some(now().plus_seconds(3_600)), ..health() }, "chỉnh lùi"),
        ] {
            let said = journal(&health);
            assert!(matches!(wrong(&said)[..], [what] if what.contains(says)), "{said:?}");
        }
    }

    #[test]
    fn a_database_that_may_lose_what_it_acknowledged_is_wrong() {
        assert!(matches!(durable(&health()), Said::Good(_)));
        let off = Health { durable: vec![("fsync".to_owned(), "off".to_owned(), false)], ..health() };
        assert!(matches!(durable(&off), Said::Wrong(what) if what.contains("fsync = off")));
    }

    #[test]
    fn an_old_backup_is_a_word_and_then_a_fault() {
        let ago = |days: i64| Some(now().plus_seconds(-days * 86_400));
        assert!(matches!(last_backup(ago(0), false, None), Said::Good(_)));
        assert!(matches!(last_backup(ago(3), false, Some(false)), Said::Note(_)));
        assert!(matches!(last_backup(ago(3), false, Some(true)), Said::Wrong(_)), "it should have made one each night");
        assert!(matches!(last_backup(ago(9), false, None), Said::Wrong(_)));
        assert!(matches!(last_backup(None, false, None), Said::Note(_)));
        assert!(matches!(last_backup(None, true, None), Said::Good(_)));
    }
}
