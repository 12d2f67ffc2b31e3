//! The one list builder.
