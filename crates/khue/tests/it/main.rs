//! The house as a whole: its description, and every door tried by those it is not for.

mod bad_input;
mod cases;
mod demo;
mod description;
mod faults;
mod grade;
mod import_killed;
mod jobs_and_settings;
mod leaving;
mod looks;
mod one_address;
mod operator;
mod place;
mod plans;
mod program;
mod restoring;
mod rotation;
mod school_year;
mod sector;
mod synth;
mod walk;
mod work;
mod workbook;

use std::sync::Arc;

use db::Schema;
use http::ask::Ask;
use http::{App, Settings};
use serde_json::Value;
use testkit::World;

fn schemas() -> Vec<&'static Schema> {
    khue::schemas()
}

/// Somebody unknown, before the whole house.
fn ask(w: &World, settings: Settings) -> Ask {
    Ask::new(App::new(w.db.clone(), Arc::new(w.clock.clone()), settings, khue::modules())).expect("a router")
}

/// The same where requests are not counted.
fn unlimited(w: &World) -> Ask {
    // As the province's server is set up.
    let unit = Some(registry::load::department(place::PROVINCE));
    let jobs = khue::work::ToDo::default().handlers(&w.db);
    ask(w, Settings { limits: false, jobs, unit, ..Settings::default() })
}

/// One operation of the description.
struct Operation {
    method: String,
    path: String,
    /// Its names of parameters: in the path, the query and the header.
    parameters: Vec<String>,
    takes_body: bool,
    answers: Vec<String>,
}

fn operations() -> Vec<Operation> {
    let api = serde_json::to_value(http::openapi(&khue::modules())).expect("JSON");
    let mut all = Vec::new();
    for (path, item) in api["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("an item") {
            if !["get", "post", "put", "patch", "delete"].contains(&method.as_str()) {
                continue;
            }
            let named = |all: &Value| -> Vec<String> {
                let all = all.as_array().map_or(&[] as &[Value], Vec::as_slice);
                all.iter().filter_map(|one| one["name"].as_str().map(str::to_owned)).collect()
            };
            all.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                parameters: named(&operation["parameters"]),
                takes_body: operation["requestBody"].is_object(),
                answers: operation["responses"].as_object().expect("answers").keys().cloned().collect(),
            });
        }
    }
    all
}
