//! The rules of the gradebook, and the file of `khue grade`.

mod examples;
mod grade_file;
mod kit;
mod properties;
mod stored;

use stored::schemas;
