//! Documents that leave the house. A leaf: it knows the vocabulary and nobody else.

pub mod excel;
