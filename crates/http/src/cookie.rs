//! The cookies: the session's, and the mark by which a device is known again. Both HttpOnly and SameSite=Lax; over TLS
//! with the `__Host-` prefix, which binds them to this very host.

use axum::http::header::{COOKIE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use base::{Error, Result};

use crate::Settings;

/// Which cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// The session's token.
    Session,
    /// The device's mark.
    Device,
}

impl Cookie {
    /// Its name on this server.
    #[must_use]
    pub fn name(self, settings: &Settings) -> &'static str {
        match (self, settings.secure) {
            (Self::Session, true) => "__Host-khue",
            (Self::Session, false) => "khue",
            (Self::Device, true) => "__Host-khue-device",
            (Self::Device, false) => "khue-device",
        }
    }

    fn max_age(self) -> i64 {
        match self {
            Self::Session => auth::session::LIFE_SECONDS,
            Self::Device => 400 * 86_400,
        }
    }

    /// Its value in a request.
    #[must_use]
    pub fn read<'h>(self, settings: &Settings, headers: &'h HeaderMap) -> Option<&'h str> {
        let name = self.name(settings);
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(found, value)| (found == name).then_some(value))
            .filter(|value| !value.is_empty() && value.len() <= 256)
    }

    /// The header that sets it, for an answer: `(cookie.set(…)?, Json(me))`.
    pub fn set(self, settings: &Settings, value: &str) -> Result<[(HeaderName, HeaderValue); 1]> {
        self.header(settings, value, self.max_age())
    }

    /// The header that takes it away.
    pub fn clear(self, settings: &Settings) -> Result<[(HeaderName, HeaderValue); 1]> {
        self.header(settings, "", 0)
    }

    fn header(self, settings: &Settings, value: &str, max_age: i64) -> Result<[(HeaderName, HeaderValue); 1]> {
        let secure = if settings.secure { "; Secure" } else { "" };
        let text =
            format!("{}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}", self.name(settings));
        let mut header = HeaderValue::try_from(text).map_err(Error::internal)?;
        header.set_sensitive(true);
        Ok([(SET_COOKIE, header)])
    }
}
