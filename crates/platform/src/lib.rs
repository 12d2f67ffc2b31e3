//! What the rooms stand on: jobs, files, settings, mail, backup, the policy of second factors.

pub mod backup;
pub mod books;
pub mod files;
pub mod jobs;
pub mod mail;
pub mod second_factor;
pub mod settings;
pub mod sheets;

/// The room's tables.
pub static SCHEMA: db::Schema = db::Schema {
    migrations: &[
        db::Migration { ordinal: 250, name: "jobs", sql: include_str!("../migrations/0250_jobs.sql"), rebuild: false },
        db::Migration {
            ordinal: 251,
            name: "job_lease",
            sql: include_str!("../migrations/0251_job_lease.sql"),
            rebuild: false,
        },
        db::Migration {
            ordinal: 260,
            name: "settings_and_files",
            sql: include_str!("../migrations/0260_settings_and_files.sql"),
            rebuild: false,
        },
        db::Migration {
            ordinal: 261,
            name: "job order",
            sql: include_str!("../migrations/0261_job_order.sql"),
            rebuild: false,
        },
    ],
    statements: &[
        jobs::store::STATEMENTS,
        files::store::STATEMENTS,
        second_factor::STATEMENTS,
        settings::STATEMENTS,
        backup::STATEMENTS,
        backup::reencrypt::STATEMENTS,
    ],
    constraints: &[db::Constraint {
        table: "job",
        columns: &["key"],
        code: &jobs::STANDS,
        sentence: "Việc định kỳ này vừa được xếp vào hàng chờ. Hãy tải lại để xem công việc đang chờ.",
    }],
};
