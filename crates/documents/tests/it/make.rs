//! Files made for a test: each kind written by hand, so that what is read is not what our own writer writes.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;

/// A packed file of parts.
pub fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default().compression_level(Some(9))).expect("begins");
        zip.write_all(bytes).expect("writes");
    }
    zip.finish().expect("finishes").into_inner()
}

const TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#;
const RELS: &str = r#"<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;

/// An Excel file of these sheets, each the XML inside `<worksheet>`, with further parts.
pub fn xlsx_with(sheets: &[(&str, &str)], more: &[(&str, &[u8])]) -> Vec<u8> {
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet";
    let mut book = String::from("<workbook xmlns:r=\"r\"><sheets>");
    let mut rels = String::from("<Relationships>");
    for (n, (name, _)) in sheets.iter().enumerate() {
        book.push_str(&format!("<sheet name=\"{name}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>"));
        rels.push_str(&format!("<Relationship Id=\"rId{n}\" Type=\"{kind}\" Target=\"worksheets/sheet{n}.xml\"/>"));
    }
    book.push_str("</sheets></workbook>");
    rels.push_str("</Relationships>");
    let bodies: Vec<(String, String)> = sheets
        .iter()
        .enumerate()
        .map(|(n, (_, body))| (format!("xl/worksheets/sheet{n}.xml"), format!("<worksheet>{body}</worksheet>")))
        .collect();
    let mut parts: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", RELS.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", rels.as_bytes()),
    ];
    parts.extend(bodies.iter().map(|(name, body)| (name.as_str(), body.as_bytes())));
    parts.extend_from_slice(more);
    packed(&parts)
}

/// An Excel file of one sheet of texts.
pub fn xlsx(name: &str, rows: &[&[&str]]) -> Vec<u8> {
    let mut body = String::from("<sheetData>");
    for row in rows {
        body.push_str("<row>");
        for text in *row {
            body.push_str(&format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>"));
        }
        body.push_str("</row>");
    }
    body.push_str("</sheetData>");
    xlsx_with(&[(name, &body)], &[])
}

/// A cell of an old Excel file.
pub enum Old {
    Text(&'static str),
    Number(f64),
    /// A number of a style: 1 is a day, 2 twelve digits.
    Styled(f64, u16),
    Error(u8),
    Formula(&'static str),
}

fn record(out: &mut Vec<u8>, kind: u16, data: &[u8]) {
    out.extend(kind.to_le_bytes());
    out.extend(u16::try_from(data.len()).expect("short enough").to_le_bytes());
    out.extend(data);
}

fn unicode(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut bytes = u16::try_from(units.len()).expect("short").to_le_bytes().to_vec();
    bytes.push(1);
    bytes.extend(units.into_iter().flat_map(u16::to_le_bytes));
    bytes
}

/// The records of an old Excel file: sheets of rows, the first cells of the first row merged.
pub fn xls_stream(sheets: &[(&str, Vec<Vec<Old>>)]) -> Vec<u8> {
    let mut strings: Vec<&str> = Vec::new();
    let mut bodies = Vec::new();
    for (_, rows) in sheets {
        let mut body = Vec::new();
        record(&mut body, 0x0809, &[0, 6, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        // Dimensions that lie: nobody may set aside memory for them.
        record(&mut body, 0x0200, &[0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 255, 255, 0, 0]);
        for (r, row) in rows.iter().enumerate() {
            for (c, cell) in row.iter().enumerate() {
                let place = |style: u16| {
                    let (r, c) = (u16::try_from(r).expect("short"), u16::try_from(c).expect("short"));
                    [r.to_le_bytes(), c.to_le_bytes(), style.to_le_bytes()].concat()
                };
                match cell {
                    Old::Text(text) => {
                        let at = strings.iter().position(|known| known == text).unwrap_or_else(|| {
                            strings.push(text);
                            strings.len() - 1
                        });
                        let at = u32::try_from(at).expect("short").to_le_bytes();
                        record(&mut body, 0x00fd, &[place(0).as_slice(), &at].concat());
                    }
                    Old::Number(value) => {
                        record(&mut body, 0x0203, &[place(0).as_slice(), &value.to_le_bytes()].concat())
                    }
                    Old::Styled(value, style) => {
                        record(&mut body, 0x0203, &[place(*style).as_slice(), &value.to_le_bytes()].concat());
                    }
                    Old::Error(code) => record(&mut body, 0x0205, &[place(0).as_slice(), &[*code, 1]].concat()),
                    Old::Formula(text) => {
                        let result = [0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0];
                        record(&mut body, 0x0006, &[place(0).as_slice(), &result].concat());
                        record(&mut body, 0x0207, &unicode(text));
                    }
                }
            }
        }
        record(&mut body, 0x00e5, &[1, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
        record(&mut body, 0x000a, &[]);
        bodies.push(body);
    }
    // The shared texts, cut after every 40 bytes of letters into records that go on.
    let mut shared = Vec::new();
    let count = u32::try_from(strings.len()).expect("short").to_le_bytes();
    let mut piece: Vec<u8> = [count, count].concat();
    let mut kind = 0x00fc;
    for text in &strings {
        let bytes = unicode(text);
        let (head, letters) = bytes.split_at(3);
        piece.extend(head);
        for (n, letter) in letters.chunks(2).enumerate() {
            if piece.len() > 40 && n > 0 {
                record(&mut shared, kind, &piece);
                kind = 0x003c;
                piece = vec![1];
            }
            piece.extend(letter);
        }
    }
    record(&mut shared, kind, &piece);

    let globals = |offsets: &[usize]| {
        let mut out = Vec::new();
        record(&mut out, 0x0809, &[0, 6, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        record(&mut out, 0x0042, &[0xb0, 4]);
        record(&mut out, 0x041e, &[[164, 0].as_slice(), &unicode("dd/mm/yyyy")].concat());
        record(&mut out, 0x041e, &[[165, 0].as_slice(), &unicode("000000000000")].concat());
        for format in [0u8, 164, 165] {
            let mut style = vec![0u8; 20];
            style[2] = format;
            record(&mut out, 0x00e0, &style);
        }
        for ((name, _), offset) in sheets.iter().zip(offsets) {
            let units: Vec<u16> = name.encode_utf16().collect();
            let mut data = u32::try_from(*offset).expect("short").to_le_bytes().to_vec();
            data.extend([0, 0, u8::try_from(units.len()).expect("short"), 1]);
            data.extend(units.into_iter().flat_map(u16::to_le_bytes));
            record(&mut out, 0x0085, &data);
        }
        out.extend(&shared);
        record(&mut out, 0x000a, &[]);
        out
    };
    let mut at = globals(&vec![0; sheets.len()]).len();
    let mut offsets = Vec::new();
    for body in &bodies {
        offsets.push(at);
        at += body.len();
    }
    let mut stream = globals(&offsets);
    stream.extend(bodies.concat());
    stream
}

/// A compound file with these streams.
pub fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("creates");
    for (name, bytes) in streams {
        file.create_stream(name).expect("a stream").write_all(bytes).expect("writes");
    }
    file.flush().expect("flushes");
    file.into_inner().into_inner()
}
