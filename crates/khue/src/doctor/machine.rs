//! What is seen without the database: the clock, the disk, the folder, the key file, memory.

use std::path::Path;

use crate::https::Said;
use crate::place::{is_open_to_others, now};

/// A moment before which the clock is certainly wrong.
const CLOCK_AFTER: &str = "2026-01-01T00:00:00Z";
/// Less room than this on the disk, and writes will soon be refused.
const ROOM_LEAST: u64 = 256 << 20;
/// Less room than this is worth a word.
const ROOM_LITTLE: u64 = 2 << 30;
/// Less free memory than this, and the system begins to end programs.
const MEMORY_LITTLE: u64 = 128 << 20;

/// Looks at the machine.
pub(super) fn look(data: &Path, key: &Path) -> Vec<Said> {
    let mut said = vec![clock()];
    if data.exists() {
        said.push(writable(data));
        said.extend(private(data));
        said.push(room(data));
    } else {
        said.push(Said::Note(format!("chưa có thư mục dữ liệu {}; sẽ được tạo khi chạy", data.display())));
    }
    said.extend(key_file(data, key));
    said.extend(memory());
    said
}

fn clock() -> Said {
    let now = now();
    if base::Instant::parse(CLOCK_AFTER).is_some_and(|after| now < after) {
        return Said::Wrong(
            "đồng hồ của máy sai: hãy chỉnh ngày giờ rồi khởi động lại Khuê, nếu không thời điểm trong nhật ký sẽ sai"
                .to_owned(),
        );
    }
    Said::Good(format!("đồng hồ: {} (giờ Việt Nam: ngày {})", now.rfc3339(), base::vi::date(now.date_in_vietnam())))
}

/// Whether the data folder can be written to, tried by writing.
fn writable(data: &Path) -> Said {
    let trial = data.join(format!(".khue-doctor.{}", std::process::id()));
    let tried = std::fs::write(&trial, b"khue");
    let gone = std::fs::remove_file(&trial);
    match tried.and(gone) {
        Ok(()) => Said::Good(format!("thư mục dữ liệu {} ghi được", data.display())),
        Err(error) if error.kind() == std::io::ErrorKind::StorageFull => Said::Wrong(format!(
            "ổ đĩa của {} đã đầy: hãy dọn chỗ, nếu không mọi việc ghi đều bị từ chối",
            data.display()
        )),
        Err(_) => Said::Wrong(format!(
            "không ghi được vào {}: hãy cấp quyền ghi cho người dùng đang chạy Khuê",
            data.display()
        )),
    }
}

fn private(data: &Path) -> Option<Said> {
    is_open_to_others(data).then(|| {
        Said::Wrong(format!("người khác trên máy mở được thư mục dữ liệu. Hãy chạy: chmod 700 {}", data.display()))
    })
}

/// A size as people read it.
pub(super) fn size(bytes: u64) -> String {
    let tenths = |unit: u64| format!("{},{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..0x10_0000 => format!("{} KB", bytes >> 10),
        0x10_0000..0x4000_0000 => format!("{} MB", bytes >> 20),
        _ => format!("{} GB", tenths(1 << 30)),
    }
}

fn room(data: &Path) -> Said {
    match rustix::fs::statvfs(data) {
        Err(error) => Said::Note(format!("không hỏi được chỗ trống của ổ đĩa ({error})")),
        Ok(disk) => of_room(data, disk.f_bavail.saturating_mul(disk.f_frsize)),
    }
}

fn of_room(data: &Path, free: u64) -> Said {
    let left = size(free);
    if free < ROOM_LEAST {
        Said::Wrong(format!(
            "ổ đĩa của {} chỉ còn {left}: hãy dọn chỗ hoặc thêm ổ đĩa; khi hết, mọi việc ghi bị từ chối",
            data.display()
        ))
    } else if free < ROOM_LITTLE {
        Said::Note(format!("ổ đĩa của {} còn ít chỗ: {left}", data.display()))
    } else {
        Said::Good(format!("ổ đĩa còn trống {left}"))
    }
}

fn key_file(data: &Path, key: &Path) -> Vec<Said> {
    let mut said = Vec::new();
    if key.exists() && is_open_to_others(key) {
        said.push(Said::Wrong(format!("người khác trên máy đọc được tệp khoá. Hãy chạy: chmod 600 {}", key.display())));
    } else if key.exists() {
        said.push(Said::Good(format!("tệp khoá {}, chỉ người dùng này đọc được", key.display())));
    }
    if key.starts_with(data) {
        said.push(Said::Note("tệp khoá nằm trong thư mục dữ liệu: bản sao lưu của thư mục sẽ mang theo khoá. Nên đặt khoá nơi khác (KHUE_KEY)".to_owned()));
    }
    said
}

/// A line of the kernel's `Name:  123 kB`.
fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kb| kb << 10)
}

fn memory() -> Option<Said> {
    let free = kilobytes(&std::fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable")?;
    Some(match free < MEMORY_LITTLE {
        true => Said::Wrong(format!(
            "máy chỉ còn {} bộ nhớ: hệ điều hành sẽ tắt chương trình. Hãy tắt bớt chương trình khác hoặc thêm bộ nhớ",
            size(free)
        )),
        false => Said::Good(format!("bộ nhớ còn trống {}", size(free))),
    })
}

/// What this process, a server, takes.
pub(super) fn process() -> Option<Said> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    Some(Said::Good(format!("máy chủ dùng {} bộ nhớ", size(kilobytes(&status, "VmRSS")?))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_by_people_and_the_kernels_lines_by_us() {
        assert_eq!(
            (size(500 << 10), size(300 << 20), size((5 << 30) + (3 << 28))),
            ("500 KB".into(), "300 MB".into(), "5,7 GB".into())
        );
        assert_eq!(kilobytes("MemFree:   1 kB\nMemAvailable:    2048 kB\n", "MemAvailable"), Some(2 << 20));
        assert_eq!(kilobytes("MemAvailableX: 1 kB", "MemAvailable"), None);
    }

    #[test]
    fn a_disk_that_fills_is_a_word_and_then_a_fault() {
        let at = Path::new("data");
        assert!(matches!(of_room(at, 50 << 30), Said::Good(_)));
        assert!(matches!(of_room(at, 1 << 30), Said::Note(_)));
        assert!(matches!(of_room(at, 1 << 20), Said::Wrong(_)));
    }

    #[test]
    fn a_key_that_others_read_is_wrong_and_one_among_the_data_is_worth_a_word() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let key = folder.path().join("khue.key");
        std::fs::write(&key, "x").expect("writes");
        let set = |mode| std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).expect("sets");
        set(0o644);
        assert!(matches!(&key_file(Path::new("data"), &key)[..], [Said::Wrong(what)] if what.contains("chmod 600")));
        set(0o600);
        assert!(matches!(&key_file(Path::new("data"), &key)[..], [Said::Good(_)]));
        assert!(matches!(&key_file(folder.path(), &key)[..], [Said::Good(_), Said::Note(_)]));
    }
}
