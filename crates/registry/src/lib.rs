//! Units: names, codes, history, lineage.
