//! The operations of timetables.

use serde_json::json;

use super::*;

pub(super) static CASES: &[Case] = &[
    case(
        "GET",
        "/units/{unit}/timetable",
        NO_UNIT,
        Teacher,
        |p| format!("/units/{}/timetable?as_of=2025-10-01", p.school),
        None,
    ),
    case(
        "GET",
        "/units/{unit}/timetables",
        NO_UNIT,
        Teacher,
        |p| format!("/units/{}/timetables?year=2025-2026", p.school),
        None,
    ),
    case(
        "POST",
        "/units/{unit}/timetables",
        NO_UNIT,
        Head,
        |p| format!("/units/{}/timetables", p.school),
        Some(|p| {
            let lesson =
                json!({ "class": p.year_class, "day": 2, "half_day": "morning", "period": 1, "subject": "toan" });
            json!({ "year": "2025-2026", "valid_from": "2025-11-03", "slots": [lesson] })
        }),
    ),
    case(
        "PUT",
        "/units/{unit}/timetables/{timetable}",
        NO_UNIT,
        Head,
        |p| format!("/units/{}/timetables/{}", p.school, p.timetable),
        Some(|_| json!({ "year": "2025-2026", "valid_from": "2025-09-08", "slots": [] })),
    ),
    case(
        "DELETE",
        "/units/{unit}/timetables/{timetable}",
        NO_UNIT,
        Head,
        |p| format!("/units/{}/timetables/{}", p.school, p.timetable),
        None,
    ),
    case(
        "POST",
        "/units/{unit}/timetables/check",
        NO_UNIT,
        Head,
        |p| format!("/units/{}/timetables/check", p.school),
        Some(|_| json!({ "year": "2025-2026", "valid_from": "2025-11-03", "slots": [] })),
    ),
    case(
        "POST",
        "/units/{unit}/timetables/reading",
        NO_UNIT,
        Head,
        |p| format!("/units/{}/timetables/reading", p.school),
        Some(|_| {
            let table = json!({ "name": "TKB", "rows": [["Thứ", "Tiết", "1A"], ["2", "1", "Toán"]] });
            json!({ "year": "2025-2026", "valid_from": "2025-11-03", "tables": [table] })
        }),
    ),
    case(
        "GET",
        "/units/{unit}/timetables/ground",
        NO_UNIT,
        Head,
        |p| format!("/units/{}/timetables/ground?day=2025-11-03", p.school),
        None,
    ),
    refused(
        case(
            "POST",
            "/units/{unit}/timetables/file",
            NO_UNIT,
            Head,
            |p| format!("/units/{}/timetables/file?day=2025-11-03", p.school),
            // No workbook.
            Some(|_| json!({})),
        ),
        422,
        "workbook.not_a_workbook",
    ),
    case(
        "GET",
        "/units/{unit}/timetables/{timetable}/file",
        NO_UNIT,
        Teacher,
        |p| format!("/units/{}/timetables/{}/file", p.school, p.timetable),
        None,
    ),
];
