//! Vietnamese text: cleaning, searching without tone marks, names of people, the order of lists, figures and dates.

mod figures;
mod name;
mod order;
mod text;

pub use figures::{date, decimal_comma, grouped, parse_date, parse_decimal};
pub use name::PersonName;
pub use order::{COLLATION_VERSION, collation_key_of};
pub use text::{SEARCHED_BEGINNINGS, beginnings, clean, fold, nfc, same_apart_from_tone_place, words};
