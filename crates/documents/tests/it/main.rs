//! Workbooks as schools have them, read and written.

mod bad;
mod columns;
mod examples;
mod kinds;
mod make;
mod size;
