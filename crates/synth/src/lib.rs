//! The synthetic Viet Nam: schools of each level in true proportions under real communes, families with one to four
//! children, brothers and sisters at different schools, staff, what is taught by whom and when, children who moved, and the
//! errors that real lists have. All of it is invented, and all of it comes from one seed: the same seed gives the same
//! country. No database here; what is made is what `registry::load::people` loads.

pub mod country;
pub mod draw;
pub mod family;
mod kinh;
mod lessons;
pub mod names;
pub mod plan;
pub mod village;

pub use country::Country;
pub use village::village;
