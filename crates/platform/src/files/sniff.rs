//! What a file is, told from its bytes and never from its name alone. Only what Khuê accepts is known here.

/// Sorts of files that are accepted anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// PDF.
    Pdf,
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    Webp,
    /// A workbook of Excel.
    Xlsx,
    /// A document of Word.
    Docx,
    /// Rows of text.
    Csv,
    /// Text.
    Text,
    /// XML, and no page or picture that a browser would run.
    Xml,
    /// JSON.
    Json,
}

impl Media {
    /// Its name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Csv => "text/csv",
            Self::Text => "text/plain",
            Self::Xml => "application/xml",
            Self::Json => "application/json",
        }
    }
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// UTF-8 without control characters, allowing that a letter is cut at either end.
fn is_text(bytes: &[u8]) -> bool {
    let begin = bytes.iter().take(3).take_while(|b| **b & 0xc0 == 0x80).count();
    let inner = &bytes[begin..];
    let whole = match std::str::from_utf8(inner) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    whole && !inner.iter().any(|b| *b == 0x7f || *b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r'))
}

/// Looks at the beginning and the end of a file, and at its name where text may be several things. `None` is what is not
/// accepted.
#[must_use]
pub fn sniff(begin: &[u8], end: &[u8], name: &str) -> Option<Media> {
    let zip = |part: &[u8]| holds(begin, part) || holds(end, part);
    match begin {
        [b'%', b'P', b'D', b'F', b'-', ..] => return Some(Media::Pdf),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => return Some(Media::Png),
        [0xff, 0xd8, 0xff, ..] => return Some(Media::Jpeg),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => return Some(Media::Webp),
        [b'P', b'K', 3, 4, ..] if zip(b"[Content_Types].xml") => {
            // A document with macros is another type, and is not accepted.
            return match (zip(b"vbaProject.bin"), zip(b"xl/workbook"), zip(b"word/document")) {
                (false, true, false) => Some(Media::Xlsx),
                (false, false, true) => Some(Media::Docx),
                _ => None,
            };
        }
        _ => {}
    }
    if !is_text(begin) || !is_text(end) {
        return None;
    }
    let text = begin.strip_prefix(b"\xef\xbb\xbf").unwrap_or(begin).trim_ascii_start();
    let head = text[..text.len().min(4_096)].to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, end)| end).to_ascii_lowercase();
    match text.first() {
        Some(b'<') if [&b"<html"[..], b"<!doctype html", b"<svg", b"<script"].iter().any(|bad| holds(&head, bad)) => {
            None
        }
        Some(b'<') => text.starts_with(b"<?xml").then_some(Media::Xml),
        Some(b'{' | b'[') if extension == "json" => Some(Media::Json),
        _ if extension == "csv" => Some(Media::Csv),
        _ => Some(Media::Text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_decide_and_names_only_tell_text_apart() {
        let is = |bytes: &[u8], name: &str| sniff(bytes, bytes, name);
        assert_eq!(is(b"%PDF-1.7\n", "a.png"), Some(Media::Pdf));
        assert_eq!(is(&[0xff, 0xd8, 0xff, 0xe0], "x"), Some(Media::Jpeg));
        assert_eq!(is(b"RIFF\x10\0\0\0WEBPVP8 ", "x"), Some(Media::Webp));
        assert_eq!(is("họ tên;lớp\n".as_bytes(), "ds.csv"), Some(Media::Csv));
        assert_eq!(is("Kính gửi".as_bytes(), "thu.txt"), Some(Media::Text));
        assert_eq!(is(b"{\"a\": 1}", "a.json"), Some(Media::Json));
        assert_eq!(is(b"<?xml version=\"1.0\"?><don_vi/>", "a.xml"), Some(Media::Xml));
        assert_eq!(is(b"PK\x03\x04..[Content_Types].xml..xl/workbook.xml", "a.xlsx"), Some(Media::Xlsx));
        assert_eq!(is(b"PK\x03\x04..[Content_Types].xml..word/document.xml", "a.docx"), Some(Media::Docx));
    }

    #[test]
    fn what_a_browser_would_run_is_refused() {
        for bytes in [
            &b"<?xml version=\"1.0\"?><svg onload='x()'/>"[..],
            b" <!DOCTYPE html><p>",
            b"<SCRIPT>x()</SCRIPT>",
            b"MZ\x90\0",
            b"\x7fELF",
            b"PK\x03\x04 anything else",
            b"PK\x03\x04..[Content_Types].xml..xl/workbook.xml..xl/vbaProject.bin",
        ] {
            assert_eq!(sniff(bytes, bytes, "bai.txt"), None, "{bytes:?}");
        }
    }
}
