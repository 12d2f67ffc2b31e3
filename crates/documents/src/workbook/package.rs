//! A packed workbook (`.xlsx`, `.ods`): its parts, unpacked as they are read and counted while they are.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::rc::Rc;

use base::{Error, Result};
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;
use zip::read::ZipFile;

use super::limits::{Limits, bomb, damaged, password};

/// What a workbook is read from.
pub(super) trait Source: Read + Seek {}
impl<T: Read + Seek> Source for T {}

/// More parts than any workbook has.
const PARTS: u16 = 10_000;
/// The longest piece (a tag, a text) of a part.
const PIECE: u64 = 4 << 20;

/// What has been unpacked so far.
#[derive(Default)]
struct Count {
    all: Cell<u64>,
    part: Cell<u64>,
    piece: Cell<u64>,
    too_much: Cell<bool>,
}

pub(super) struct Package<'s> {
    zip: ZipArchive<BufReader<Box<dyn Source + 's>>>,
    /// Names in small letters with `/`, as somebody else may have packed it anew.
    names: HashMap<String, usize>,
    count: Rc<Count>,
    limits: Limits,
}

impl<'s> Package<'s> {
    pub fn open(mut source: Box<dyn Source + 's>, limits: &Limits) -> Result<Self> {
        if parts(&mut source).map_err(|e| damaged("không tìm thấy mục lục").caused_by(e))? > PARTS {
            return Err(bomb());
        }
        let zip =
            ZipArchive::new(BufReader::new(source)).map_err(|e| damaged("mục lục không đọc được").caused_by(e))?;
        let mut names = HashMap::new();
        for at in 0..zip.len() {
            if let Some(Ok(name)) = zip.name_for_index(at) {
                names.entry(plain(&name)).or_insert(at);
            }
        }
        Ok(Self { zip, names, count: Rc::default(), limits: *limits })
    }

    /// Whether there is such a part.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains_key(&plain(name))
    }

    /// Whether a part has such an ending.
    pub fn has_ending(&self, ending: &str) -> bool {
        self.names.keys().any(|name| name.ends_with(ending))
    }

    /// A part, to be read as XML; `None` when there is none of that name.
    pub fn part(&mut self, name: &str) -> Result<Option<Xml<'_, 's>>> {
        let Some(at) = self.names.get(&plain(name)).copied() else { return Ok(None) };
        let data = self.zip.by_index_data(at).map_err(|e| damaged(name).caused_by(e))?;
        if data.encrypted() {
            return Err(password());
        }
        let packed = data.compressed_size();
        let allowed = packed.saturating_mul(self.limits.expansion).max(Limits::UNSUSPECTED);
        let file = self.zip.by_index(at).map_err(|e| damaged(name).caused_by(e))?;
        self.count.part.set(0);
        let counted = Counted {
            inner: BufReader::with_capacity(64 << 10, file),
            count: Rc::clone(&self.count),
            allowed,
            allowed_all: self.limits.unpacked,
        };
        let mut reader = quick_xml::Reader::from_reader(counted);
        reader.config_mut().expand_empty_elements = true;
        Ok(Some(Xml { reader, buffer: Vec::new(), count: Rc::clone(&self.count), name: name.to_owned() }))
    }
}

/// How many parts the end of the file says it has.
fn parts(source: &mut dyn Source) -> io::Result<u16> {
    // The end record has 22 bytes and a remark of at most 65,535.
    let length = source.seek(SeekFrom::End(0))?;
    let tail = length.min(22 + 65_535);
    source.seek(SeekFrom::Start(length - tail))?;
    let mut bytes = Vec::new();
    source.take(tail).read_to_end(&mut bytes)?;
    source.seek(SeekFrom::Start(0))?;
    let at = bytes.windows(4).rposition(|four| four == b"PK\x05\x06");
    match at.and_then(|at| bytes.get(at + 10..at + 12)) {
        Some(&[low, high]) => Ok(u16::from_le_bytes([low, high])),
        _ => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "no end record")),
    }
}

fn plain(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_lowercase()
}

/// Stops when a part, a piece of it or all parts together become too large.
struct Counted<R> {
    inner: R,
    count: Rc<Count>,
    allowed: u64,
    allowed_all: u64,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let count = &self.count;
        if count.part.get() > self.allowed || count.all.get() > self.allowed_all || count.piece.get() > PIECE {
            count.too_much.set(true);
            return Err(io::Error::other("unpacks to too much"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        let add = |to: &Cell<u64>| to.set(to.get() + amount as u64);
        add(&self.count.all);
        add(&self.count.part);
        add(&self.count.piece);
        self.inner.consume(amount);
    }
}

/// A part as it is unpacked.
type Unpacked<'p, 's> = BufReader<ZipFile<'p, BufReader<Box<dyn Source + 's>>>>;

/// A part as XML.
pub(super) struct Xml<'p, 's> {
    reader: quick_xml::Reader<Counted<Unpacked<'p, 's>>>,
    buffer: Vec<u8>,
    count: Rc<Count>,
    name: String,
}

impl Xml<'_, '_> {
    /// The next event. An empty element is a beginning and an end.
    pub fn next(&mut self) -> Result<Event<'_>> {
        self.buffer.clear();
        self.count.piece.set(0);
        let Self { reader, buffer, count, name } = self;
        reader.read_event_into(buffer).map_err(|e| fault(count, name, e))
    }
}

fn fault(count: &Count, name: &str, cause: quick_xml::Error) -> Error {
    if count.too_much.get() {
        return bomb();
    }
    damaged(&format!("phần {name} không trọn vẹn")).caused_by(cause)
}

/// An attribute by its name without prefix, as it is written.
pub(super) fn raw<'e>(element: &'e BytesStart<'_>, name: &str) -> Option<&'e str> {
    let mut rest = element.attributes_raw();
    while let Some((key, after)) = rest.split_once('=') {
        let after = after.trim_ascii_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, next) = after.get(1..)?.split_once(quote)?;
        let key = key.trim_ascii();
        if key.rsplit(':').next() == Some(name) {
            return Some(value);
        }
        rest = next;
    }
    None
}

/// An attribute by its name without prefix, as it is meant.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let value = raw(element, name)?;
    Some(quick_xml::escape::unescape(value).map_or_else(|_| value.to_owned(), std::borrow::Cow::into_owned))
}

/// Adds what an event says to a text; whether it said something.
pub(super) fn add_text(event: &Event<'_>, text: &mut String) {
    match event {
        Event::Text(piece) => text.push_str(&piece.xml10_content()),
        Event::CData(piece) => text.push_str(&piece.xml10_content()),
        Event::GeneralRef(entity) => {
            let known = match entity.resolve_char_ref() {
                Ok(Some(c)) => Some(c),
                _ => match &**entity {
                    "amp" => Some('&'),
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => None,
                },
            };
            text.extend(known);
        }
        _ => {}
    }
}
