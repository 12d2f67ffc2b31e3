//! A small invented province.
