//! Today, for whoever works at a school: their lessons, their classes, and what waits for them.

pub mod show;
pub mod store;
