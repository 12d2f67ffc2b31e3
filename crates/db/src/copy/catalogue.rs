//! Which tables stand in a database, in an order in which every table comes after those it refers to.

use std::collections::{BTreeMap, BTreeSet};

use base::{Error, Result};

use super::ddl::{self, Declared};
use super::{Column, Table, Type};
use crate::migrate::Migration;
use crate::tx::Tx;

own! {
    pub(super) TABLES = {
        sqlite: "SELECT name, CASE WHEN type = 'table' THEN 1 ELSE 0 END FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' ORDER BY name",
        postgres: "SELECT CAST(c.relname AS text), CAST(1 AS bigint) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
            WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1",
    };
    pub(super) COLUMNS = {
        sqlite: "SELECT l.name, i.name FROM pragma_table_list l, pragma_table_info(l.name) i WHERE l.schema = 'main' AND l.type = 'table' ORDER BY 1, i.cid",
        postgres: "SELECT CAST(c.relname AS text), CAST(a.attname AS text) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
            JOIN pg_attribute a ON a.attrelid = c.oid WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') \
            AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, a.attnum",
    };
    pub(super) KEYS = {
        sqlite: "SELECT l.name, i.name FROM pragma_table_list l, pragma_table_info(l.name) i WHERE l.schema = 'main' AND l.type = 'table' AND i.pk > 0 ORDER BY l.name, i.pk",
        postgres: "SELECT CAST(c.relname AS text), CAST(a.attname AS text) FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid \
            JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL unnest(CAST(x.indkey AS smallint[])) WITH ORDINALITY AS k (attnum, place) \
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum \
            WHERE x.indisprimary AND n.nspname = current_schema() ORDER BY c.relname, k.place",
    };
    pub(super) REFERENCES = {
        sqlite: "SELECT DISTINCT l.name, f.\"table\" FROM pragma_table_list l, pragma_foreign_key_list(l.name) f WHERE l.schema = 'main' AND l.type = 'table' ORDER BY 1, 2",
        postgres: "SELECT DISTINCT CAST(a.relname AS text), CAST(b.relname AS text) FROM pg_constraint k JOIN pg_class a ON a.oid = k.conrelid \
            JOIN pg_class b ON b.oid = k.confrelid JOIN pg_namespace n ON n.oid = k.connamespace \
            WHERE k.contype = 'f' AND n.nspname = current_schema() ORDER BY 1, 2",
    };
}

/// What belongs to one database and not to the data: its own bookkeeping.
const OWN: [&str; 2] = ["migration", "journal_sealer"];

fn pairs(tx: &mut Tx<'_>, sql: &crate::Sql) -> Result<BTreeMap<String, Vec<String>>> {
    let mut all = BTreeMap::<String, Vec<String>>::new();
    for (table, column) in tx.all::<(String, String)>(sql, &[])? {
        all.entry(table).or_default().push(column);
    }
    Ok(all)
}

/// The tables that hold the data, referenced ones first. `migrations` are those that made this database: what they do not
/// explain is refused, so that nothing is left out silently.
pub fn tables(tx: &mut Tx<'_>, migrations: &[Migration]) -> Result<Vec<Table>> {
    let shared = ddl::declared(migrations, None);
    let here = ddl::declared(migrations, Some(tx.dialect()));
    let standing: Vec<(String, i64)> = tx.all(&TABLES, &[])?;
    let columns = pairs(tx, &COLUMNS)?;
    let keys = pairs(tx, &KEYS)?;
    let references = pairs(tx, &REFERENCES)?;
    let mut found = BTreeMap::new();
    for (name, ordinary) in standing {
        if ordinary == 0 || OWN.contains(&name.as_str()) {
            continue;
        }
        let columns = columns.get(&name).map_or(&[][..], Vec::as_slice);
        let key = keys.get(&name).cloned().unwrap_or_default();
        if let Some(table) = table(&name, columns, key, &shared, &here)? {
            found.insert(name, table);
        }
    }
    if let Some(missing) = shared.keys().find(|name| !found.contains_key(*name) && !OWN.contains(&name.as_str())) {
        return Err(Error::internal(format!("table {missing} is declared and does not stand in the database")));
    }
    Ok(in_order(found, &references))
}

fn table(
    name: &str,
    columns: &[String],
    key: Vec<String>,
    shared: &Declared,
    here: &Declared,
) -> Result<Option<Table>> {
    let unexplained =
        |what: &str| Error::internal(format!("{what} of table {name} is not explained by the migrations"));
    let declared = here.get(name).ok_or_else(|| unexplained("the existence"))?;
    if let Some(column) = columns.iter().find(|column| !declared.iter().any(|(known, _)| known == *column)) {
        return Err(unexplained(&format!("column {column}")));
    }
    // A table of one database alone is made from others there (a search index), and is made anew.
    let Some(common) = shared.get(name) else { return Ok(None) };
    let mut kept = Vec::with_capacity(common.len());
    for (column, ty) in common {
        let ty = ty.as_deref().and_then(Type::named).ok_or_else(|| unexplained(&format!("the type of {column}")))?;
        if !columns.contains(column) {
            return Err(unexplained(&format!("the absence of {column}")));
        }
        let identity = common.iter().any(|(known, ty)| known == column && ty.as_deref() == Some("row"));
        kept.push(Column { name: column.clone(), ty, identity });
    }
    Ok(Some(Table { name: name.to_owned(), columns: kept, key }))
}

fn in_order(mut left: BTreeMap<String, Table>, references: &BTreeMap<String, Vec<String>>) -> Vec<Table> {
    let mut done = BTreeSet::new();
    let mut ordered = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let free = left
            .keys()
            .find(|name| {
                references
                    .get(*name)
                    .is_none_or(|to| to.iter().all(|to| to == *name || done.contains(to) || !left.contains_key(to)))
            })
            // Tables that refer to each other: the first by name. Loading checks references at its end only.
            .or_else(|| left.keys().next())
            .cloned();
        let Some((name, table)) = free.and_then(|name| left.remove_entry(&name)) else { break };
        done.insert(name);
        ordered.push(table);
    }
    ordered
}
