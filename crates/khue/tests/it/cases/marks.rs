//! The operations of gradebooks. Nobody enters marks by a role: who teaches the subject does, which `grading`'s own tests try.

use serde_json::json;

use super::*;

fn book(place: &Place, what: &str) -> String {
    format!("/schools/{}/classes/{}/gradebooks{what}", place.school, place.marks_class)
}

pub(super) static CASES: &[Case] = &[
    case("GET", "/schools/{school}/classes/{class}/gradebooks", NO_UNIT, Head, |p| book(p, "?semester=1"), None),
    case(
        "GET",
        "/schools/{school}/classes/{class}/gradebooks/{subject}/{semester}",
        NO_UNIT,
        Head,
        |p| book(p, "/toan/1"),
        None,
    ),
    refused(
        case(
            "PATCH",
            "/schools/{school}/classes/{class}/gradebooks/{subject}/{semester}/marks",
            NO_UNIT,
            Head,
            |p| book(p, "/toan/1/marks"),
            Some(|p| json!({ "marks": [{ "pupil": p.pupil, "column": "r1", "seen": 0, "score_hundredths": 850 }] })),
        ),
        403,
        "auth.forbidden",
    ),
    // Nobody is in the class, so nothing is missing.
    case(
        "POST",
        "/schools/{school}/classes/{class}/gradebooks/{subject}/{semester}/submission",
        NO_UNIT,
        Head,
        |p| book(p, "/toan/1/submission"),
        None,
    ),
    case(
        "POST",
        "/schools/{school}/classes/{class}/gradebooks/{subject}/{semester}/lock",
        NO_UNIT,
        Head,
        |p| book(p, "/toan/1/lock"),
        None,
    ),
    case(
        "POST",
        "/schools/{school}/classes/{class}/gradebooks/{subject}/{semester}/reopening",
        NO_UNIT,
        Head,
        |p| book(p, "/ngu_van/1/reopening"),
        Some(|_| json!({ "reason": "Nhập nhầm cột giữa kì" })),
    ),
];
