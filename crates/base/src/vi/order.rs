//! The order of Vietnamese lists, as bytes: both databases sort the key and need no collation of their own.

use std::sync::OnceLock;

use icu_collator::options::{CollatorOptions, Strength};
use icu_collator::preferences::CollationNumericOrdering;
use icu_collator::{Collator, CollatorBorrowed, CollatorPreferences};
use icu_locale_core::locale;

use super::text::tone_last;

/// Which keys [`collation_key_of`] and [`super::PersonName::collation_key`] make. It is kept beside the stored keys;
/// where the two differ, the stored ones are made anew. To be raised whenever a key changes, which an update of
/// `icu_collator` may do by itself (a test here notices).
pub const COLLATION_VERSION: u32 = 1;

/// The sort key of a name with numbers inside: a unit, a class, a room. Phường 2 stands before Phường 10 and 6A9 before
/// 6A10. Keys compare as bytes.
///
/// The order is the dictionary's: word by word, and within a word letters first (a ă â b c d đ e ê …), then the tone
/// (ngang, huyền, hỏi, ngã, sắc, nặng). Case and the place of the tone do not count: a list breaks ties by id.
#[must_use]
pub fn collation_key_of(text: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(text.len() * 2);
    push_words(&mut key, text);
    key
}

/// The key of several fields, the first the weightiest. An empty field sorts first.
pub(super) fn key_of_fields(fields: [&str; 3]) -> Vec<u8> {
    let mut key = Vec::with_capacity(48);
    for (n, field) in fields.into_iter().enumerate() {
        if n > 0 {
            key.extend([0, 0]);
        }
        push_words(&mut key, field);
    }
    key
}

/// The words' own keys with a zero byte between them. No key holds a zero, so that a shorter word sorts first, then a
/// shorter field. Word by word, because a collator reads the tones of a whole text only after all its letters, and
/// would put *hòa bình* before *hoa lan*.
fn push_words(key: &mut Vec<u8>, text: &str) {
    for (n, word) in tone_last(text).split_whitespace().enumerate() {
        if n > 0 {
            key.push(0);
        }
        match collator().write_sort_key_to(word, key) {
            Ok(()) => {}
        }
    }
}

fn collator() -> &'static CollatorBorrowed<'static> {
    static COLLATOR: OnceLock<CollatorBorrowed<'static>> = OnceLock::new();
    COLLATOR.get_or_init(|| {
        let mut preferences = CollatorPreferences::from(locale!("vi"));
        preferences.numeric_ordering = Some(CollationNumericOrdering::True);
        let mut options = CollatorOptions::default();
        // Letters and tones; the third level is case, which must not part two pupils called AN and An.
        options.strength = Some(Strength::Secondary);
        Collator::try_new(preferences, options).expect("the Vietnamese order is compiled into the program")
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn assert_in_order(texts: &[&str]) {
        for pair in texts.windows(2) {
            assert!(collation_key_of(pair[0]) < collation_key_of(pair[1]), "{} before {}", pair[0], pair[1]);
        }
    }

    #[test]
    fn the_alphabet() {
        assert_in_order(&[
            "a", "ă", "â", "b", "c", "d", "đ", "e", "ê", "g", "h", "i", "k", "l", "m", "n", "o", "ô", "ơ", "p", "q",
            "r", "s", "t", "u", "ư", "v", "x", "y",
        ]);
        // A letter with a mark is a letter of its own: it outweighs whatever follows.
        assert_in_order(&["ay", "ăn", "âm", "ba", "dy", "đa", "ey", "êm", "oy", "ôm", "ơn", "uy", "ưa"]);
    }

    #[test]
    fn the_tones() {
        for vowel in ["a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y"] {
            let toned =
                ["", "\u{300}", "\u{309}", "\u{303}", "\u{301}", "\u{323}"].map(|tone| format!("{vowel}{tone}"));
            assert_in_order(&toned.each_ref().map(String::as_str));
        }
        assert_in_order(&["ma", "mà", "mả", "mã", "má", "mạ", "man", "màn", "mang"]);
    }

    #[test]
    fn a_word_is_finished_before_the_next_begins() {
        assert_in_order(&["hoa", "hoa lan", "hòa", "hòa bình", "hóa", "hoan"]);
    }

    #[test]
    fn numbers_stand_in_their_order() {
        assert_in_order(&["Phường 1", "Phường 2", "Phường 10", "Phường 10A", "Phường Tân Bình"]);
        assert_in_order(&["6A1", "6A2", "6A10", "7A1", "10A1"]);
        assert_in_order(&["Quận 3", "Quận 03 cũ", "Quận 12"]);
    }

    #[test]
    fn case_and_the_place_of_the_tone_do_not_count() {
        assert_eq!(collation_key_of("Xã HÒA AN"), collation_key_of("xã Hoà  An"));
        assert_eq!(collation_key_of("Ðức"), collation_key_of("đức"));
        assert_ne!(collation_key_of("Đức"), collation_key_of("Dức"));
    }

    /// Fails when an update of the collator makes other keys. Then raise [`COLLATION_VERSION`] and write the new ones here.
    #[test]
    fn the_keys_are_those_of_this_version() {
        let hex = |text| collation_key_of(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(COLLATION_VERSION, 1);
        assert_eq!(hex("Phường 10"), "493954024803453701428a0600100c0105");
        assert_eq!(hex("Đặng Ngọc Ánh"), "32022c02453701448b0506004537472f01438b0505002b453901458b0406");
    }

    proptest! {
        #[test]
        fn a_beginning_sorts_first(head in "[a-zđêôơư]{1,6}( [a-zđêôơư]{1,6}){0,3}", tail in " ?[a-zđ]{1,5}") {
            let longer = format!("{head}{tail}");
            prop_assert!(collation_key_of(&head) < collation_key_of(&longer));
        }

        #[test]
        fn no_word_holds_the_separator(word in "[^\\s\u{85}]{1,12}") {
            let word: String = word.split_whitespace().collect();
            let key = collation_key_of(&word);
            // Nor is a word's key empty, so that two separators in a row always part fields.
            prop_assert!(!key.contains(&0) && key.is_empty() == super::super::clean(&word).is_empty());
        }
    }
}
