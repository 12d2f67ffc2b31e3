//! Several questions asked at once: one round trip on PostgreSQL, one after another on SQLite.

use std::marker::PhantomData;

use base::{Result, Value};

use crate::row::{FromRow, Row};
use crate::sql::Statement;
use crate::tx::{Tx, read_row};

/// A question: a statement, its values, and what its rows are.
pub struct Ask<'a, T> {
    sql: &'a dyn Statement,
    params: &'a [Value<'a>],
    rows: PhantomData<fn() -> T>,
}

/// A question for [`Tx::together`].
pub fn ask<'a, T: FromRow>(sql: &'a dyn Statement, params: &'a [Value<'a>]) -> Ask<'a, T> {
    Ask { sql, params, rows: PhantomData }
}

/// Two to five questions, and all rows of each.
pub trait Asks {
    /// The rows, question by question.
    type Rows;
    /// Asks them in this transaction.
    fn run(self, tx: &mut Tx<'_>) -> Result<Self::Rows>;
}

impl Tx<'_> {
    /// All rows of several questions of which none needs another's answer. They see the same moment as the rest of the
    /// transaction; what one of them costs on the wire, all of them cost.
    ///
    /// ```ignore
    /// let (names, codes) = tx.together((ask::<Name>(&NAMES, params![id]), ask::<(String,)>(&CODES, params![id])))?;
    /// ```
    pub fn together<A: Asks>(&mut self, asks: A) -> Result<A::Rows> {
        asks.run(self)
    }
}

macro_rules! asks {
    ($($row:ident $at:tt),+) => {
        impl<$($row: FromRow),+> Asks for ($(Ask<'_, $row>,)+) {
            type Rows = ($(Vec<$row>,)+);
            fn run(self, tx: &mut Tx<'_>) -> Result<Self::Rows> {
                let mut rows: Self::Rows = Default::default();
                let asked = [$((self.$at.sql, self.$at.params)),+];
                tx.run_all(&asked, &mut |ask: usize, row: &Row<'_>| {
                    match ask {
                        $($at => rows.$at.push(read_row(self.$at.sql, row)?),)+
                        _ => {}
                    }
                    Ok(true)
                })?;
                Ok(rows)
            }
        }
    };
}
asks!(A 0, B 1);
asks!(A 0, B 1, C 2);
asks!(A 0, B 1, C 2, D 3);
asks!(A 0, B 1, C 2, D 3, E 4);
