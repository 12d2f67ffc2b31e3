//! The operations of lists that leave the house, and of the glass.

use serde_json::json;

use super::*;

fn export(place: &Place, at: usize, what: &str) -> String {
    format!("/schools/{}/exports/{}{what}", place.school, place.exports[at])
}

fn pupil(place: &Place, what: &str) -> String {
    format!("/schools/{}/pupils/{}{what}", place.school, place.pupil)
}

pub(super) static CASES: &[Case] = &[
    case("GET", "/schools/{school}/exports", NO_UNIT, Head, |p| format!("/schools/{}/exports", p.school), None),
    case(
        "POST",
        "/schools/{school}/exports",
        NO_UNIT,
        Head,
        |p| format!("/schools/{}/exports", p.school),
        Some(
            |p| json!({ "what": "pupils", "purpose": "Đối chiếu với sổ đăng bộ", "columns": ["full_name"], "classes": [p.class] }),
        ),
    ),
    case(
        "GET",
        "/schools/{school}/export-offers",
        NO_UNIT,
        Head,
        |p| format!("/schools/{}/export-offers", p.school),
        None,
    ),
    case("GET", "/schools/{school}/exports/{export}", NO_UNIT, Head, |p| export(p, 2, ""), None),
    case("POST", "/schools/{school}/exports/{export}/approval", NO_UNIT, Head, |p| export(p, 2, "/approval"), None),
    case(
        "POST",
        "/schools/{school}/exports/{export}/refusal",
        NO_UNIT,
        Head,
        |p| export(p, 2, "/refusal"),
        Some(|_| json!({ "reason": "Chưa rõ gửi cho ai" })),
    ),
    case("POST", "/schools/{school}/exports/{export}/withdrawal", NO_UNIT, Head, |p| export(p, 1, "/withdrawal"), None),
    case("GET", "/schools/{school}/exports/{export}/file", NO_UNIT, Head, |p| export(p, 0, "/file"), None),
    case("GET", "/schools/{school}/pupils/{pupil}/changes", NO_UNIT, Head, |p| pupil(p, "/changes"), None),
    case("GET", "/schools/{school}/pupils/{pupil}/looks", NO_UNIT, Head, |p| pupil(p, "/looks"), None),
    case("GET", "/schools/{school}/pupils/{pupil}/guardians", NO_UNIT, Head, |p| pupil(p, "/guardians"), None),
    case(
        "PUT",
        "/schools/{school}/pupils/{pupil}/relatives/{relation}/account",
        NO_UNIT,
        Head,
        |p| pupil(p, "/relatives/mother/account"),
        Some(|p| json!({ "login": p.keeper.login })),
    ),
    case(
        "DELETE",
        "/schools/{school}/pupils/{pupil}/relatives/{relation}/account",
        NO_UNIT,
        Head,
        |p| pupil(p, "/relatives/mother/account"),
        None,
    ),
    case("GET", "/me/children", Answered, Keeper, |_| "/me/children".into(), None),
    case(
        "GET",
        "/me/children/{pupil}/glass",
        Nothing(404, "child.not_found"),
        Keeper,
        |p| format!("/me/children/{}/glass", p.pupil),
        None,
    ),
];
