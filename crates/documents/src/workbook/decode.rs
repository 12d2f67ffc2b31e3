//! Which letters the bytes of a text file mean.

use std::borrow::Cow;

/// The text, and whether its encoding was guessed to be Windows-1258; `None` for what is no text.
pub(super) fn text(bytes: &[u8]) -> Option<(Cow<'_, str>, bool)> {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return readable(String::from_utf8_lossy(rest)).map(|text| (text, false));
    }
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(bytes) {
        return readable(encoding.decode_with_bom_removal(bytes).0).map(|text| (text, false));
    }
    // Two bytes a letter without saying so: every other byte of Latin letters, digits and separators is zero.
    let sample = bytes.get(..4096.min(bytes.len())).unwrap_or_default();
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if (even + odd) * 5 > sample.len() {
        let encoding = if odd > even { encoding_rs::UTF_16LE } else { encoding_rs::UTF_16BE };
        return readable(encoding.decode_without_bom_handling(bytes).0).map(|text| (text, false));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return readable(Cow::Borrowed(text)).map(|text| (text, false));
    }
    // Marks are letters of their own in Windows-1258 and are put together by whoever cleans the text.
    let (text, _) = encoding_rs::WINDOWS_1258.decode_without_bom_handling(bytes);
    readable(text).map(|text| (Cow::Owned(base::vi::nfc(&text)), true))
}

/// The text, unless control characters show that it is none.
fn readable(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let (mut all, mut strange) = (0usize, 0usize);
    for c in text.chars().take(100_000) {
        all += 1;
        strange += usize::from(c.is_control() && !c.is_whitespace() || c == char::REPLACEMENT_CHARACTER);
    }
    (strange * 100 <= all).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_recognised() {
        let said = "Họ tên;Nguyễn Đức";
        let utf16: Vec<u8> = said.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let with_mark: Vec<u8> = [0xff, 0xfe].into_iter().chain(utf16.iter().copied()).collect();
        let marked = format!("\u{feff}{said}");
        for bytes in [said.as_bytes(), marked.as_bytes(), &utf16, &with_mark] {
            let (text, guessed) = text(bytes).expect("text");
            assert_eq!((text.as_ref(), guessed), (said, false));
        }
        // Windows-1258 writes ễ as ê and a tilde.
        let old = b"Ho\xf2 t\xean;Nguy\xea\xden \xd0\xfd\xecc";
        let (text, guessed) = text(old).expect("text");
        assert_eq!((text.as_ref(), guessed), (said, true));
    }

    #[test]
    fn noise_is_no_text() {
        let noise: Vec<u8> = (0..4096u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert!(text(&noise).is_none());
        assert!(text(&[0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0]).is_none());
    }
}
