//! A school at a glance: how many there are, what is not written of them yet, and what waits for somebody.

pub mod show;
pub mod store;
pub mod waiting;
