//! What a text is made of: its canonical form, its form for searching, and where a syllable carries its tone.

use std::ops::RangeInclusive;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The lengths of the beginnings of a word that are indexed for search. The longest Vietnamese word, *nghiêng*, has
/// seven letters; a longer foreign word is found by its first seven, so a query word is cut to seven as well.
pub const SEARCHED_BEGINNINGS: RangeInclusive<usize> = 1..=7;

/// The text in Unicode's composed form (NFC). Some keyboards and every macOS file name send letters and marks apart.
#[must_use]
pub fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// The text as it is stored, on one line: NFC, single spaces, none at the ends, no invisible characters, and the
/// letter Đ for the Icelandic and African letters that look like it. Spelling is never changed: *hoà* stays *hoà*.
#[must_use]
pub fn clean(text: &str) -> String {
    let visible = text.chars().filter(|c| !is_invisible(*c)).map(|c| match c {
        'Ð' | 'Ɖ' => 'Đ',
        'ð' => 'đ',
        other => other,
    });
    // Invisible characters go first: one of them between a letter and its mark would keep the two apart.
    single_spaces(visible.nfc())
}

/// The text as it is searched: small letters without any mark, đ as d, everything else a single space.
/// *Lê Quý Đôn* becomes `le quy don`. The words of the index and of the question are folded by this one function.
#[must_use]
pub fn fold(text: &str) -> String {
    // NFC first, because a few signs (Kelvin's K) become ordinary capitals only there and can then be lowered.
    let small = text.nfc().filter(|c| !is_invisible(*c)).flat_map(char::to_lowercase);
    let letters = small.nfd().filter(|c| !is_combining_mark(*c)).map(|c| match c {
        'đ' | 'ð' | 'ɖ' => 'd',
        other if other.is_alphanumeric() => other,
        _ => ' ',
    });
    single_spaces(letters)
}

/// The words of the folded text, in their order.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    fold(text).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The beginnings of a folded word, shortest first, of the given lengths in letters; see [`SEARCHED_BEGINNINGS`].
/// A word shorter than a length simply has no beginning of it.
pub fn beginnings(word: &str, lengths: RangeInclusive<usize>) -> impl Iterator<Item = &str> {
    let ends = word.char_indices().map(|(at, letter)| at + letter.len_utf8());
    ends.zip(1..).filter(move |(_, length)| lengths.contains(length)).map(|(end, _)| &word[..end])
}

/// Whether two texts differ at most in which vowel carries the tone: *hòa* and *hoà*, *thủy* and *thuỷ*. Both
/// spellings are in use, often for the same person; this is for finding duplicates, never for rewriting a name.
#[must_use]
pub fn same_apart_from_tone_place(a: &str, b: &str) -> bool {
    tone_last(a) == tone_last(b)
}

/// The text with each tone moved to the last of the vowels it stands among: one spelling for both fashions.
pub(super) fn tone_last(text: &str) -> String {
    let mut moved = String::with_capacity(text.len() + 8);
    let mut held = String::new();
    for c in clean(text).nfd() {
        match c {
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => held.push(c),
            // The marks of ă, â, ê, ô, ơ and ư belong to the vowel and stay with it.
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'A' | 'E' | 'I' | 'O' | 'U' | 'Y' | '\u{302}' | '\u{306}'
            | '\u{31b}' => moved.push(c),
            other => {
                moved.push_str(&held);
                held.clear();
                moved.push(other);
            }
        }
    }
    moved.push_str(&held);
    nfc(&moved)
}

/// Each run of white space as one space, none at the ends.
fn single_spaces(characters: impl Iterator<Item = char>) -> String {
    let mut text = String::new();
    let mut gap = false;
    for c in characters {
        if c.is_whitespace() {
            gap = true;
            continue;
        }
        if gap && !text.is_empty() {
            text.push(' ');
        }
        gap = false;
        text.push(c);
    }
    text
}

/// Control characters (but not tabs and line ends, which part words), zero-width characters, direction marks and the
/// soft hyphen: what a copy from a PDF or a chat brings along unseen.
fn is_invisible(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn letters_and_marks_apart_become_one() {
        assert_eq!(nfc("Nguye\u{302}\u{303}n"), "Nguyễn");
        assert_eq!(clean("Nguye\u{302}\u{200b}\u{303}n"), "Nguyễn");
        // Typed with the tone first: the same letter.
        assert_eq!(clean("Vie\u{323}\u{302}t"), "Việt");
    }

    #[test]
    fn clean_keeps_what_is_seen() {
        assert_eq!(clean("  Lê\u{a0}\t Quý\r\n Ðôn\u{feff} "), "Lê Quý Đôn");
        assert_eq!(clean("ðức \u{189}ức"), "đức Đức");
        assert_eq!(clean("Nguyễn\u{0}\u{7} Hoà"), "Nguyễn Hoà");
        assert_eq!(clean("H\u{ad}ường"), "Hường");
        assert_eq!(clean("Y Ê-ban (K'Sor)"), "Y Ê-ban (K'Sor)");
        assert_eq!(clean("\u{200b} \n"), "");
    }

    #[test]
    fn fold_forgets_tones_case_and_the_stroke() {
        assert_eq!(fold("Nguyễn Đức"), "nguyen duc");
        assert_eq!(fold("LÊ  QUÝ ÐÔN"), "le quy don");
        assert_eq!(fold("Tru\u{31b}o\u{31b}\u{300}ng"), "truong");
        assert_eq!(fold("Trường THCS Bà Rịa - Vũng Tàu (cơ sở 2)"), "truong thcs ba ria vung tau co so 2");
        assert_eq!(fold("ăâêôơưĂÂÊÔƠƯđĐ"), "aaeoouaaeooudd");
        assert_eq!(fold("hoà"), fold("hòa"));
        assert_eq!(fold("…!"), "");
    }

    #[test]
    fn words_and_their_beginnings() {
        assert_eq!(words("Trường THPT Lê-Lợi, Q.1"), ["truong", "thpt", "le", "loi", "q", "1"]);
        assert!(words(" – ").is_empty());
        let found: Vec<_> = beginnings("nghieng", SEARCHED_BEGINNINGS).collect();
        assert_eq!(found, ["n", "ng", "ngh", "nghi", "nghie", "nghien", "nghieng"]);
        assert_eq!(beginnings("an", 1..=7).collect::<Vec<_>>(), ["a", "an"]);
        assert_eq!(beginnings("montessori", SEARCHED_BEGINNINGS).last(), Some("montess"));
        assert_eq!(beginnings("ωμέγα", 2..=3).collect::<Vec<_>>(), ["ωμ", "ωμέ"]);
        assert_eq!(beginnings("", 1..=7).count(), 0);
    }

    #[test]
    fn the_place_of_the_tone_does_not_matter_its_kind_does() {
        for (a, b) in [("hoà", "hòa"), ("Thuỷ", "Thủy"), ("khoẻ", "khỏe"), ("Quý", "Qúy"), ("HOÁ", "HÓA")]
        {
            assert!(same_apart_from_tone_place(a, b), "{a} {b}");
        }
        assert!(same_apart_from_tone_place("Nguyễn Thị Hoà", "Nguyễn Thị Hòa"));
        assert!(same_apart_from_tone_place("Việt", "Vie\u{323}\u{302}t"));
        for (a, b) in [("hoà", "hoá"), ("hoa", "hòa"), ("mùa", "mừa"), ("Hoà", "hòa"), ("hòa an", "hoa àn")] {
            assert!(!same_apart_from_tone_place(a, b), "{a} {b}");
        }
    }

    proptest! {
        #[test]
        fn clean_twice_is_clean_once(text in "\\PC{0,40}|[ÐðĐđaeêo\u{301}\u{323}\u{302}\u{200b}\u{a0} \t]{0,20}") {
            let once = clean(&text);
            prop_assert_eq!(clean(&once), once.clone());
            prop_assert_eq!(nfc(&once), once);
        }

        #[test]
        fn fold_twice_is_fold_once(text in any::<String>()) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once.clone());
            prop_assert_eq!(fold(&clean(&text)), once);
        }

        #[test]
        fn a_folded_name_is_ascii(text in "[A-Za-zàáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđĐ '.-]{0,30}") {
            let folded = fold(&text);
            prop_assert!(folded.bytes().all(|b| b.is_ascii_lowercase() || b == b' '), "{}", folded);
        }

        #[test]
        fn a_tone_moved_twice_stays(text in "[aeiouyăâêôơưhntg\u{300}\u{301}\u{303}\u{309}\u{323} ]{0,16}") {
            let once = tone_last(&text);
            prop_assert_eq!(tone_last(&once), once);
        }
    }
}
