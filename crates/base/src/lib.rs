//! The vocabulary of Khuê: ids, times, the context of an act, errors, Vietnamese names, scores and money.
//! Nothing here reads or writes anything.

pub mod book;
pub mod ctx;
pub mod error;
pub mod id;
pub mod interval;
pub mod money;
pub mod page;
pub mod patch;
pub mod school_year;
pub mod score;
pub mod sheet;
pub mod time;
pub mod value;
pub mod vi;

pub use ctx::{Actor, Ctx};
pub use error::{Code, Error, Field, Kind, Result};
pub use id::{AccountId, ClassId, EmploymentId, EnrolmentId, PersonId, SessionId, UnitId};
pub use interval::Interval;
pub use money::Money;
pub use page::{Page, PageRequest};
pub use patch::Patch;
pub use school_year::SchoolYear;
pub use score::Score;
pub use time::{Clock, Date, Instant};
pub use uuid::Uuid;
pub use value::{FromValue, ToValue, Value, ValueRef};
pub use vi::PersonName;

#[doc(hidden)]
pub use serde;

// The macro `typed_id!` names this crate by its name, also from inside it.
extern crate self as base;
