//! Jobs on both databases.

mod jobs;

fn schemas() -> Vec<&'static db::Schema> {
    vec![&db::SCHEMA, &auth::SCHEMA, &platform::SCHEMA]
}
