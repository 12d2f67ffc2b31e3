//! Extractors: what a route takes out of a request, each refusing with our own problems.

mod body;
mod header;
mod identity;

pub use body::{Json, Path, Query};
pub(crate) use body::{METHOD, NO_SUCH_PATH, too_large};
pub(crate) use header::{IDEMPOTENCY_KEY, RequestDigest};
pub use header::{IdempotencyKey, IfMatch};
pub use identity::{Anyone, Caller, Reader, Signed, Who};
pub(crate) use identity::{RequestId, address, signed_out};
