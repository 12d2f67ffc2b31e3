//! Words of headings: *ĐT liên hệ*, *SĐT liên hệ* and *Số điện thoại liên hệ* are one heading.

use std::collections::HashSet;

use base::vi;

/// Abbreviations and other words for the same, by the word as it is written in small letters. Marks count: *ĐT* is a
/// telephone and *DT* an ethnic group, *bố* a father and *bộ* a ministry.
const MEANT: [(&str, &str); 38] = [
    ("sđt", "dien thoai"),
    ("sdt", "dien thoai"),
    ("đt", "dien thoai"),
    ("đtdđ", "dien thoai"),
    ("đtlh", "dien thoai lien he"),
    ("sđtlh", "dien thoai lien he"),
    ("mobile", "dien thoai"),
    ("phone", "dien thoai"),
    ("tel", "dien thoai"),
    ("dt", "dan toc"),
    ("gt", "gioi tinh"),
    ("phái", "gioi tinh"),
    ("sex", "gioi tinh"),
    ("gender", "gioi tinh"),
    ("ns", "nam sinh"),
    ("hs", "hoc sinh"),
    ("gv", "giao vien"),
    ("gvcn", "giao vien chu nhiem"),
    ("gvbm", "giao vien bo mon"),
    ("cb", "can bo"),
    ("bố", "cha"),
    ("bo", "cha"),
    ("má", "me"),
    ("ph", "phu huynh"),
    ("phhs", "phu huynh"),
    ("đc", "dia chi"),
    ("hktt", "ho khau thuong tru"),
    ("cccd", "can cuoc cong dan"),
    ("cmnd", "chung minh nhan dan"),
    ("cmt", "chung minh nhan dan"),
    ("cmtnd", "chung minh nhan dan"),
    ("mđd", "ma dinh danh"),
    ("đdcn", "dinh danh ca nhan"),
    ("mđdcn", "ma dinh danh ca nhan"),
    ("tt", "stt"),
    ("gdđt", "gddt"),
    ("mail", "email"),
    ("dob", "ngay sinh"),
];

/// Phrases for the same, in small letters. The first that fits counts.
const PHRASES: [(&str, &str); 9] = [
    ("gd&đt", "gdđt"),
    ("e-mail", "email"),
    ("số thứ tự", "stt"),
    ("ngày, tháng, năm sinh", "ngày sinh"),
    ("ngày tháng năm sinh", "ngày sinh"),
    ("điện thoại di động", "điện thoại"),
    ("lớp học sinh", "lớp"),
    ("lớp học", "lớp"),
    ("liên lạc", "liên hệ"),
];

/// Words that join others and mean nothing by themselves.
const JOINING: [&str; 7] = ["va", "cua", "cac", "theo", "ve", "la", "tai"];

/// Words that say again that the list is about its people.
const GENERAL: [&str; 14] =
    ["hoc", "sinh", "em", "tre", "thong", "tin", "ca", "nhan", "ly", "lich", "gia", "dinh", "chung", "khac"];

/// The words of a heading as they are meant, in their order. What stands in brackets explains and does not count,
/// unless it is all there is.
pub(super) fn meant(text: &str) -> Vec<String> {
    let outside = without_brackets(text);
    let words = words_of(&outside);
    if words.is_empty() { words_of(text) } else { words }
}

fn words_of(text: &str) -> Vec<String> {
    let small = vi::clean(text).to_lowercase();
    let small = PHRASES.iter().fold(small, |small, (written, meant)| small.replace(written, meant));
    let mut words = Vec::new();
    for word in small.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        match MEANT.into_iter().find(|(written, _)| *written == word) {
            Some((_, meant)) => words.extend(meant.split(' ').map(str::to_owned)),
            None => words.extend(vi::words(word)),
        }
    }
    words.retain(|word| !JOINING.contains(&word.as_str()));
    // *Số điện thoại* and *Điện thoại* are the same; a *số nhà* without its number is none.
    if words.len() > 2 {
        words.retain(|word| word != "so");
    }
    words.dedup();
    words
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0usize;
    text.chars()
        .filter(|c| match c {
            '(' | '[' => {
                depth += 1;
                false
            }
            ')' | ']' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        })
        .collect()
}

/// The words without those that only say again what the list is about; all of them when nothing else is left.
pub(super) fn telling(words: &[String]) -> Vec<String> {
    let telling: Vec<String> = strip_general(words);
    if telling.is_empty() { words.to_vec() } else { telling }
}

fn strip_general(words: &[String]) -> Vec<String> {
    let mut telling = Vec::new();
    let mut rest = words;
    while let Some(word) = rest.first() {
        // Only in pairs: *sinh* of *ngày sinh* tells, *học sinh* does not.
        let pair = rest.get(1).filter(|next| GENERAL.contains(&word.as_str()) && GENERAL.contains(&next.as_str()));
        if pair.is_some() {
            rest = rest.get(2..).unwrap_or_default();
            continue;
        }
        telling.push(word.clone());
        rest = rest.get(1..).unwrap_or_default();
    }
    telling
}

/// Whether a heading over others says nothing that parts them from others: *Thông tin học sinh*.
pub(super) fn is_general(words: &[String]) -> bool {
    strip_general(words).is_empty()
}

/// The headings that are known, to tell a row of headings from any other.
#[derive(Clone, Debug, Default)]
pub struct Known {
    names: HashSet<String>,
    words: HashSet<String>,
}

/// Headings of nearly every list.
const USUAL: [&str; 16] = [
    "STT",
    "Họ và tên",
    "Họ và tên đệm",
    "Tên",
    "Ngày sinh",
    "Năm sinh",
    "Giới tính",
    "Nữ",
    "Lớp",
    "Khối",
    "Mã học sinh",
    "Dân tộc",
    "Địa chỉ",
    "Số điện thoại",
    "Ghi chú",
    "Môn",
];

impl Known {
    /// The headings that somebody looks for, and those of nearly every list.
    #[must_use]
    pub fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let mut known = Self::default();
        for name in USUAL.into_iter().chain(names) {
            let words = meant(name);
            known.names.insert(words.join(" "));
            known.words.extend(words);
        }
        known
    }

    /// Whether a text is a known heading, whole or in one of its parts: *CCCD/Mã định danh*.
    pub(super) fn name(&self, text: &str) -> bool {
        let whole = meant(text);
        let one = |words: &[String]| !words.is_empty() && self.names.contains(&words.join(" "));
        one(&whole) || one(&telling(&whole)) || text.contains('/') && text.split('/').any(|part| one(&meant(part)))
    }

    /// Whether at least half of its words stand in known headings.
    pub(super) fn likely(&self, text: &str) -> bool {
        let words = meant(text);
        let known = words.iter().filter(|word| self.words.contains(*word)).count();
        !words.is_empty() && known * 2 >= words.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        meant(text).join(" ")
    }

    #[test]
    fn headings_that_mean_the_same_are_the_same() {
        for (one, other) in [
            ("ĐT liên hệ", "Số điện thoại liên hệ"),
            ("Họ & tên", "HỌ VÀ TÊN"),
            ("Họ tên bố", "Họ và tên cha"),
            ("DT", "Dân  tộc"),
            ("TT", "STT"),
            ("Số thứ tự", "STT"),
            ("Mã HS", "Mã học sinh"),
            ("Ngày,\ntháng, năm sinh", "Ngày tháng năm sinh"),
            ("Ngày sinh (dd/mm/yyyy)", "Ngày sinh"),
            ("NS bố", "Năm sinh cha"),
            ("Ngày, tháng, năm sinh", "Ngày sinh"),
            ("SỐ ĐT LIÊN LẠC", "Điện thoại liên hệ"),
            ("Lớp học", "Lớp"),
            ("Số ĐDCN", "Số định danh cá nhân"),
            ("Mã định danh Bộ GD&ĐT", "Mã định danh bộ GDĐT"),
        ] {
            assert_eq!(said(one), said(other));
        }
        assert_ne!(said("ĐT"), said("DT"));
        assert_ne!(said("Mã bộ"), said("Mã bố"));
        assert_eq!(said("(1)"), "1");
    }

    #[test]
    fn the_telling_words_are_found() {
        assert_eq!(telling(&meant("Họ và tên học sinh")).join(" "), "ho ten");
        assert_eq!(telling(&meant("Ngày sinh")).join(" "), "ngay sinh");
        assert_eq!(telling(&meant("Thông tin học sinh")).join(" "), "thong tin hoc sinh");
        assert!(is_general(&meant("Thông tin gia đình")));
        assert!(!is_general(&meant("Thông tin cha")));
    }

    #[test]
    fn known_headings_are_known() {
        let known = Known::of(["Số định danh cá nhân"]);
        for text in ["TT", "Họ và tên học sinh ", "Lớp", "SỐ ĐỊNH DANH CÁ NHÂN", "Ngày sinh/Năm sinh"]
        {
            assert!(known.name(text), "{text}");
        }
        assert!(!known.name("DANH SÁCH HỌC SINH") && !known.name("Nguyễn Văn An") && !known.name(""));
        assert!(known.likely("Định danh") && !known.likely("Nguyễn Văn An"));
    }
}
