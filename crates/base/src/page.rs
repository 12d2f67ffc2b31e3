//! Lists by the page.

use serde::Serialize;

use crate::{Code, Error, Kind, Result};

/// The cursor was not made by this list with these filters, or was altered on the way.
pub const BAD_CURSOR: Code = Code::new(Kind::Malformed, "page.bad_cursor", "Vị trí trong danh sách không hợp lệ");

/// Which page of a list is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    limit: u16,
    cursor: Option<String>,
}

/// One page of a list: what `GET` of every list answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// The rows, in the order asked for.
    pub items: Vec<T>,
    /// The cursor of the next page; `null` on the last.
    pub next: Option<String>,
    /// How many rows the whole list has, counted no further than is useful.
    pub total: u64,
    /// Whether there are more than `total`.
    pub total_is_more: bool,
}

impl PageRequest {
    /// Rows of a page when the request does not say.
    pub const DEFAULT_LIMIT: u16 = 40;
    /// The most rows a page may have.
    pub const MAX_LIMIT: u16 = 200;

    /// Checks what a request asks for. An empty cursor is none.
    pub fn new(limit: Option<i64>, cursor: Option<String>) -> Result<Self> {
        let limit = match limit {
            None => Self::DEFAULT_LIMIT,
            Some(limit) => {
                u16::try_from(limit).ok().filter(|limit| (1..=Self::MAX_LIMIT).contains(limit)).ok_or_else(|| {
                    let detail = format!(
                        "Mỗi trang có từ 1 đến {} dòng, không phải {limit}. Hãy sửa tham số limit.",
                        Self::MAX_LIMIT
                    );
                    Error::field("limit", "page.limit", detail)
                })?
            }
        };
        Ok(Self { limit, cursor: cursor.filter(|cursor| !cursor.is_empty()) })
    }

    /// How many rows at most.
    #[must_use]
    pub const fn limit(&self) -> u16 {
        self.limit
    }

    /// Where to go on, in the list's own words; `None` for the first page.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { limit: Self::DEFAULT_LIMIT, cursor: None }
    }
}

impl<T> Page<T> {
    /// A whole list in one page.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Self {
        let total = items.len() as u64;
        Self { items, next: None, total, total_is_more: false }
    }

    /// The same page with each row changed.
    #[must_use]
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        let Self { items, next, total, total_is_more } = self;
        Page { items: items.into_iter().map(change).collect(), next, total, total_is_more }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_checked_never_bent() {
        assert_eq!(PageRequest::new(None, None).expect("default"), PageRequest::default());
        for limit in [1, 40, 200] {
            assert_eq!(i64::from(PageRequest::new(Some(limit), None).expect("in range").limit()), limit);
        }
        for limit in [0, -1, 201, i64::MAX, i64::MIN] {
            let error = PageRequest::new(Some(limit), None).expect_err("out of range");
            assert_eq!(error.kind(), Kind::Refused);
            assert_eq!(error.refused_fields()[0].code, "page.limit");
            assert!(error.detail().contains(&limit.to_string()), "{error}");
        }
    }

    #[test]
    fn a_cursor_is_passed_on_as_it_is() {
        let cursor = |text: &str| PageRequest::new(None, Some(text.to_owned())).expect("a request");
        assert_eq!(cursor("b3BhcXVl").cursor(), Some("b3BhcXVl"));
        assert_eq!(cursor("").cursor(), None);
    }

    #[test]
    fn the_answer_has_the_shape_of_the_api() {
        let page = Page { items: vec![1, 2], next: Some("abc".to_owned()), total: 500, total_is_more: true };
        assert_eq!(
            serde_json::to_string(&page.map(|n| n * 10)).expect("JSON"),
            r#"{"items":[10,20],"next":"abc","total":500,"total_is_more":true}"#
        );
        assert_eq!(
            serde_json::to_string(&Page::<u8>::whole(vec![])).expect("JSON"),
            r#"{"items":[],"next":null,"total":0,"total_is_more":false}"#
        );
    }
}
