//! The room of marks: which columns a gradebook has, and how its marks become averages, levels, titles and promotion. The
//! rules are pure functions over a pack of `rules`; nothing here reads a database.

pub mod grade_file;
pub mod gradebook;
