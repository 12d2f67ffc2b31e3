//! `khue key check`.

use base::Result;
use clap::{Args, Subcommand};
use db::Db;
use db::keys::Keys;

use crate::console::say;
use crate::place::{Place, is_open_to_others};

/// The key file.
#[derive(Debug, Args)]
pub struct Key {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Xem tệp khoá có đọc được, có thuộc cơ sở dữ liệu này và có được giữ kín không.
    Check {
        #[command(flatten)]
        place: Place,
    },
}

impl Key {
    /// Answers whether the key fits and is kept to its owner.
    pub fn run(self) -> Result<bool> {
        let Command::Check { place } = self.command;
        let file = place.file()?;
        let options = place.options(&file);
        Keys::read(&options.key)?;
        say(format!("Tệp khoá {} đọc được.", options.key.display()));
        let kept = !is_open_to_others(&options.key);
        if !kept {
            say(format!("Người khác trên máy đọc được tệp khoá. Hãy chạy: chmod 600 {}", options.key.display()));
        }
        // Opening compares the key with the one the database knows.
        let db: Db = place.open()?;
        db.close();
        say("Tệp khoá thuộc cơ sở dữ liệu này.");
        Ok(kept)
    }
}
