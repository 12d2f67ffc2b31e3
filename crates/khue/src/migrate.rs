//! `khue migrate`.

use base::Result;
use clap::Args;
use db::Db;

use crate::console::say;
use crate::place::{Place, fill, make_folder, now, runtime};

/// Makes or upgrades the database.
#[derive(Debug, Args)]
pub struct Migrate {
    #[command(flatten)]
    place: Place,
}

impl Migrate {
    /// Does it and says what was done.
    pub fn run(self) -> Result<()> {
        let file = self.place.file()?;
        self.place.log(&file, "warn")?;
        let options = self.place.options(&file);
        let key_is_new = !options.key.exists();
        make_folder(&options.data)?;
        let db = Db::open(&options, now())?;
        runtime()?.block_on(fill(&db))?;
        let installation = db.installation();
        if installation.new {
            say(format!("Đã tạo cơ sở dữ liệu {:?}.", options.location));
            if key_is_new {
                say(format!(
                    "Đã tạo tệp khoá {}. Hãy sao một bản cất nơi khác: mất khoá này thì không đọc được dữ liệu.",
                    options.key.display()
                ));
            }
        } else {
            say("Cơ sở dữ liệu đã ở phiên bản của chương trình này.");
        }
        db.close();
        Ok(())
    }
}
