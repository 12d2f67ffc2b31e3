//! The vocabulary of Khuê: ids, times, the context of an act, errors, Vietnamese names, scores and money.
//! Nothing here reads or writes anything.

pub mod ctx;
pub mod error;
pub mod id;
pub mod time;

pub use ctx::{Actor, Ctx};
pub use error::{Code, Error, Field, Kind, Result};
pub use id::{AccountId, SessionId, UnitId};
pub use time::{Clock, Date, Instant};
pub use uuid::Uuid;

#[doc(hidden)]
pub use serde;

// The macro `typed_id!` names this crate by its name, also from inside it.
extern crate self as base;
