//! One error for every room: a stable code for programs, a Vietnamese sentence for people, a cause for the log.

use std::error::Error as StdError;
use std::fmt;

/// What an operation answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What sort of refusal it is; HTTP turns each into one status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request itself cannot be understood (400).
    Malformed,
    /// Nobody is signed in (401).
    SignedOut,
    /// The record is visible, the act is not allowed (403).
    Forbidden,
    /// It does not exist, or is out of the actor's scope: the answers are the same (404).
    NotFound,
    /// A rule of the record forbids it now, or it is busy (409).
    Conflict,
    /// The caller knew an older version (412).
    Stale,
    /// Too large (413).
    TooLarge,
    /// Fields are refused, each named (422).
    Refused,
    /// An edit that does not say which version it knew (428).
    NoVersion,
    /// Too many attempts (429).
    TooMany,
    /// The store cannot serve now: unreachable, full, stopping (503).
    Unavailable,
    /// Our own fault (500).
    Internal,
}

/// A stable code, declared once as a constant beside the operation that refuses.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// What sort of refusal.
    pub kind: Kind,
    /// `noun.refusal`, never changed once released.
    pub code: &'static str,
    /// A short Vietnamese title.
    pub title: &'static str,
}

impl Code {
    /// Declares a code.
    #[must_use]
    pub const fn new(kind: Kind, code: &'static str, title: &'static str) -> Self {
        Self { kind, code, title }
    }

    /// An error of this code. `detail` says in Vietnamese what happened, to which record, and what to do.
    #[must_use]
    pub fn error(&'static self, detail: impl Into<String>) -> Error {
        Error(Box::new(Inner {
            code: self,
            detail: detail.into(),
            fields: Vec::new(),
            retry_after: None,
            source: None,
        }))
    }
}

/// A field that was refused, inside an [`Error`].
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Field {
    /// The field's path in the request: `name`, `parts.0.unit`.
    pub field: String,
    /// Stable code of the refusal.
    pub code: &'static str,
    /// Vietnamese sentence.
    pub detail: String,
}

/// What went wrong. One pointer wide, so that `Result` stays small.
pub struct Error(Box<Inner>);

struct Inner {
    code: &'static Code,
    detail: String,
    fields: Vec<Field>,
    retry_after: Option<u32>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// Our own fault: what happened is in the log under the request's id.
pub const INTERNAL: Code = Code::new(Kind::Internal, "internal", "Lỗi của hệ thống");
/// One or more fields were refused.
pub const FIELDS: Code = Code::new(Kind::Refused, "fields.refused", "Có trường chưa hợp lệ");

impl Error {
    /// Our own fault, with its cause for the log. The person sees no detail of it.
    #[must_use]
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        INTERNAL
            .error("Hệ thống gặp lỗi khi thực hiện việc này; chưa có gì bị thay đổi. Hãy thử lại, nếu vẫn lỗi hãy báo quản trị kèm mã yêu cầu.")
            .caused_by(source)
    }

    /// A refusal of fields; `None` when there are none.
    #[must_use]
    pub fn fields(fields: Vec<Field>) -> Option<Self> {
        if fields.is_empty() {
            return None;
        }
        let mut error = FIELDS.error(match fields.as_slice() {
            [one] => one.detail.clone(),
            many => format!("Có {} trường chưa hợp lệ; hãy sửa các trường được đánh dấu.", many.len()),
        });
        error.0.fields = fields;
        Some(error)
    }

    /// The refusal of one field.
    #[must_use]
    pub fn field(field: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let mut error = FIELDS.error(detail.clone());
        error.0.fields = vec![Field { field: field.into(), code, detail }];
        error
    }

    /// The same error with the cause that the log shows.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The same error with the seconds after which to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// What sort of refusal.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.code.kind
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.code.code
    }

    /// The short Vietnamese title.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.0.code.title
    }

    /// The Vietnamese sentence.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The fields refused.
    #[must_use]
    pub fn refused_fields(&self) -> &[Field] {
        &self.0.fields
    }

    /// Seconds after which to try again.
    #[must_use]
    pub fn retry_seconds(&self) -> Option<u32> {
        self.0.retry_after
    }

    /// Whether it is an error of this code.
    #[must_use]
    pub fn is(&self, code: &'static Code) -> bool {
        self.0.code.code == code.code
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:?}): {}", self.code(), self.kind(), self.0.detail)?;
        for field in &self.0.fields {
            write!(f, "; {}: {} {}", field.field, field.code, field.detail)?;
        }
        let mut cause = self.source();
        while let Some(error) = cause {
            write!(f, "; caused by: {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.detail)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
