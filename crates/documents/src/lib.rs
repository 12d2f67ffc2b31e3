//! Documents in and out: tables written as Excel files, workbooks of any kind read. A leaf: it knows the vocabulary and
//! nobody else.

pub mod excel;
pub mod workbook;
