//! How each operation is asked rightly. A new operation fails the walk until it stands here: with the ids of records
//! that exist, and a body that is right for whoever may.

mod leaving;
mod marks;
mod registry;
mod timetable;

use serde_json::{Value, json};

use crate::place::{Land, PASSWORD, PUPIL, Person, Place};

/// What somebody who is signed in gets who has no business with the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// It does not exist: this status and code, word for word as for an id that stands for nothing.
    Nothing(u16, &'static str),
    /// It is about whoever asks, or says no more than what is published: an answer for everybody who is signed in.
    Answered,
    /// The record is published, the act is not everybody's: 403.
    Forbidden,
    /// Open to whoever has no session, and why.
    Public(&'static str),
}

/// Who asks rightly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    Admin,
    Head,
    Teacher,
    /// Somebody with second factors.
    Keeper,
    Nobody,
}

impl Right {
    pub fn of<'p>(self, land: &'p Land, place: &'p Place) -> Option<&'p Person> {
        match self {
            Self::Admin => Some(&land.admin),
            Self::Head => Some(&place.head),
            Self::Teacher => Some(&place.teacher),
            Self::Keeper => Some(&place.keeper),
            Self::Nobody => None,
        }
    }
}

/// One operation, asked about a place.
pub struct Case {
    pub operation: (&'static str, &'static str),
    pub outside: Outside,
    pub right: Right,
    /// The path below `/api/v1`.
    pub path: fn(&Place) -> String,
    pub body: Option<fn(&Place) -> Value>,
    /// What whoever may gets, when it takes more than a request to be answered: the refusal.
    pub gets: Option<(u16, &'static str)>,
}

/// An operation that a real device answers: tried with one in the room's own tests. Here it is refused, and how.
const fn refused(mut case: Case, status: u16, code: &'static str) -> Case {
    case.gets = Some((status, code));
    case
}

const fn case(
    method: &'static str,
    operation: &'static str,
    outside: Outside,
    right: Right,
    path: fn(&Place) -> String,
    body: Option<fn(&Place) -> Value>,
) -> Case {
    Case { operation: (method, operation), outside, right, path, body, gets: None }
}

use Outside::{Answered, Forbidden, Nothing, Public};
use Right::{Admin, Head, Keeper, Nobody, Teacher};

const NO_UNIT: Outside = Nothing(404, "unit.not_found");
const NO_PAIR: Outside = Nothing(404, "duplicate.not_found");
const NO_JOB: Outside = Nothing(404, "job.not_found");
const NO_ACCOUNT: Outside = Nothing(404, "account.not_found");

fn new_school(place: &Place) -> Value {
    json!({ "kind": "school", "name": "Trường Tiểu học Vừa Lập", "parent": place.commune, "level": "TH" })
}

/// What no browser answers.
fn no_answer() -> Value {
    json!({ "id": "AA", "rawId": "AA", "type": "public-key", "response": {} })
}

static CASES: &[Case] = &[
    // What the server is, and live events.
    case("GET", "/about", Public("what the sign-in page shows"), Nobody, |_| "/about".into(), None),
    case("GET", "/journal/head", Answered, Head, |_| "/journal/head".into(), None),
    case("GET", "/events", Answered, Head, |_| "/events?after=0-0".into(), None),
    // Signing in and out.
    case(
        "POST",
        "/session",
        Public("signing in itself"),
        Nobody,
        |_| "/session".into(),
        Some(|p| json!({ "login": p.teacher.login, "password": PASSWORD })),
    ),
    case(
        "POST",
        "/session/second-step",
        Public("signing in itself"),
        Nobody,
        |_| "/session/second-step".into(),
        Some(|p| json!({ "ticket": p.ticket, "method": "recovery_code", "code": p.recovery_code })),
    ),
    case(
        "POST",
        "/session/passkey/options",
        Public("signing in itself"),
        Nobody,
        |_| "/session/passkey/options".into(),
        Some(|_| json!({})),
    ),
    refused(
        case(
            "POST",
            "/session/passkey",
            Public("signing in itself"),
            Nobody,
            |_| "/session/passkey".into(),
            Some(|_| json!({ "ticket": "made-up", "credential": no_answer() })),
        ),
        401,
        "session.passkey_refused",
    ),
    case(
        "DELETE",
        "/session",
        Public("signing out when the session is already gone is done"),
        Teacher,
        |_| "/session".into(),
        None,
    ),
    // Oneself.
    case("GET", "/me", Answered, Teacher, |_| "/me".into(), None),
    case("GET", "/me/today", Answered, Teacher, |_| "/me/today".into(), None),
    case(
        "PUT",
        "/me/password",
        Nothing(422, "fields.refused"),
        Teacher,
        |_| "/me/password".into(),
        Some(|_| json!({ "current": PASSWORD, "new": "một câu khác hẳn câu kia" })),
    ),
    case("GET", "/me/sessions", Answered, Teacher, |_| "/me/sessions".into(), None),
    case("DELETE", "/me/sessions", Answered, Teacher, |_| "/me/sessions".into(), None),
    case(
        "DELETE",
        "/me/sessions/{session}",
        Nothing(404, "session.not_found"),
        Teacher,
        |p| format!("/me/sessions/{}", p.teacher.session),
        None,
    ),
    // One's own second factors.
    case("GET", "/me/factors", Answered, Keeper, |_| "/me/factors".into(), None),
    case("POST", "/me/totp", Answered, Keeper, |_| "/me/totp".into(), None),
    case(
        "PUT",
        "/me/totp",
        Nothing(422, "fields.refused"),
        Keeper,
        |_| "/me/totp".into(),
        Some(|p| json!({ "code": p.totp_code })),
    ),
    case("DELETE", "/me/totp", Nothing(404, "totp.not_found"), Keeper, |_| "/me/totp".into(), None),
    case("POST", "/me/passkeys/options", Answered, Keeper, |_| "/me/passkeys/options".into(), None),
    refused(
        case(
            "POST",
            "/me/passkeys",
            Nothing(409, "ticket.over"),
            Keeper,
            |_| "/me/passkeys".into(),
            Some(|_| json!({ "ticket": "made-up", "name": "Điện thoại", "credential": no_answer() })),
        ),
        409,
        "ticket.over",
    ),
    case(
        "PUT",
        "/me/passkeys/{passkey}",
        Nothing(404, "passkey.not_found"),
        Keeper,
        |p| format!("/me/passkeys/{}", p.passkey),
        Some(|_| json!({ "name": "Máy tính" })),
    ),
    case(
        "DELETE",
        "/me/passkeys/{passkey}",
        Nothing(404, "passkey.not_found"),
        Keeper,
        |p| format!("/me/passkeys/{}", p.passkey),
        None,
    ),
    case("POST", "/me/recovery-codes", Nothing(409, "factor.none"), Keeper, |_| "/me/recovery-codes".into(), None),
    case(
        "POST",
        "/me/confirmation",
        Nothing(422, "fields.refused"),
        Keeper,
        |_| "/me/confirmation".into(),
        Some(|p| json!({ "recovery_code": p.recovery_code })),
    ),
    case(
        "POST",
        "/me/confirmation/passkey/options",
        Nothing(409, "factor.none"),
        Keeper,
        |_| "/me/confirmation/passkey/options".into(),
        None,
    ),
    refused(
        case(
            "POST",
            "/me/confirmation/passkey",
            Nothing(422, "passkey.refused"),
            Keeper,
            |_| "/me/confirmation/passkey".into(),
            Some(|_| json!({ "ticket": "made-up", "credential": no_answer() })),
        ),
        422,
        "passkey.refused",
    ),
    // People and roles.
    case("GET", "/units/{unit}/accounts", NO_UNIT, Head, |p| format!("/units/{}/accounts", p.school), None),
    case(
        "POST",
        "/units/{unit}/grants",
        NO_UNIT,
        Head,
        |p| format!("/units/{}/grants", p.school),
        Some(|p| json!({ "account": p.teacher.account, "role": "clerk", "from": "2026-09-07" })),
    ),
    case(
        "DELETE",
        "/grants/{grant}",
        Nothing(404, "grant.not_found"),
        Head,
        |p| format!("/grants/{}", p.teacher.grant),
        None,
    ),
    case("GET", "/units/{unit}/invitations", NO_UNIT, Head, |p| format!("/units/{}/invitations", p.school), None),
    case(
        "POST",
        "/units/{unit}/invitations",
        NO_UNIT,
        Head,
        |p| format!("/units/{}/invitations", p.school),
        Some(|_| json!({ "display_name": "Nguyễn Thị Lan", "role": "teacher" })),
    ),
    case(
        "DELETE",
        "/invitations/{invitation}",
        Nothing(404, "invitation.not_found"),
        Head,
        |p| format!("/invitations/{}", p.invitation),
        None,
    ),
    case(
        "POST",
        "/invitations/look",
        Public("somebody invited has no account yet"),
        Nobody,
        |_| "/invitations/look".into(),
        Some(|p| json!({ "code": p.code })),
    ),
    case(
        "POST",
        "/invitations/acceptance",
        Public("somebody invited has no account yet"),
        Nobody,
        |_| "/invitations/acceptance".into(),
        Some(|p| json!({ "code": p.code, "login": format!("moi.{}", &p.code[..4]), "password": PASSWORD })),
    ),
    case("GET", "/roles", NO_UNIT, Head, |p| format!("/roles?unit={}", p.school), None),
    case(
        "GET",
        "/accounts/{account}/sessions",
        NO_ACCOUNT,
        Head,
        |p| format!("/accounts/{}/sessions", p.teacher.account),
        None,
    ),
    case(
        "DELETE",
        "/accounts/{account}/sessions",
        NO_ACCOUNT,
        Head,
        |p| format!("/accounts/{}/sessions", p.teacher.account),
        None,
    ),
    case(
        "DELETE",
        "/accounts/{account}/sessions/{session}",
        NO_ACCOUNT,
        Head,
        |p| format!("/accounts/{}/sessions/{}", p.teacher.account, p.teacher.session),
        None,
    ),
    case(
        "POST",
        "/accounts/{account}/suspension",
        NO_ACCOUNT,
        Head,
        |p| format!("/accounts/{}/suspension", p.teacher.account),
        Some(|_| json!({ "reason": "Nghỉ việc" })),
    ),
    case(
        "DELETE",
        "/accounts/{account}/suspension",
        NO_ACCOUNT,
        Head,
        |p| format!("/accounts/{}/suspension", p.teacher.account),
        None,
    ),
    case(
        "POST",
        "/accounts/{account}/password-renewal",
        NO_ACCOUNT,
        Head,
        |p| format!("/accounts/{}/password-renewal", p.teacher.account),
        None,
    ),
    case(
        "DELETE",
        "/accounts/{account}/factors",
        NO_ACCOUNT,
        Head,
        |p| format!("/accounts/{}/factors", p.keeper.account),
        Some(|_| json!({ "reason": "Mất điện thoại" })),
    ),
    // Background jobs.
    case("GET", "/me/jobs", Answered, Teacher, |_| "/me/jobs".into(), None),
    case("GET", "/jobs", Answered, Head, |_| "/jobs".into(), None),
    case("GET", "/jobs/recurring", Answered, Admin, |_| "/jobs/recurring".into(), None),
    case("POST", "/jobs/recurring/{kind}/run", NO_JOB, Admin, |p| format!("/jobs/recurring/{}/run", p.recurring), None),
    case("GET", "/jobs/{job}", NO_JOB, Head, |p| format!("/jobs/{}", p.job), None),
    case("POST", "/jobs/{job}/cancellation", NO_JOB, Head, |p| format!("/jobs/{}/cancellation", p.job), None),
    case("POST", "/jobs/{job}/retry", NO_JOB, Admin, |p| format!("/jobs/{}/retry", p.job), None),
    // Settings.
    case("GET", "/units/{unit}/settings", NO_UNIT, Head, |p| format!("/units/{}/settings", p.school), None),
    case(
        "PUT",
        "/units/{unit}/settings/{key}",
        NO_UNIT,
        Head,
        |p| format!("/units/{}/settings/mail.from", p.school),
        Some(|_| json!({ "value": "Trường <truong@example.edu.vn>" })),
    ),
    case(
        "POST",
        "/units/{unit}/settings/{key}/preview",
        NO_UNIT,
        Head,
        |p| format!("/units/{}/settings/sign_in.second_factor/preview", p.school),
        Some(|_| json!({ "value": "everyone" })),
    ),
    case(
        "DELETE",
        "/units/{unit}/settings/{key}",
        NO_UNIT,
        Head,
        |p| format!("/units/{}/settings/mail.from", p.school),
        None,
    ),
    case(
        "POST",
        "/units/{unit}/mail-trials",
        NO_UNIT,
        Head,
        |p| format!("/units/{}/mail-trials", p.school),
        Some(|_| json!({ "to": "toi@example.edu.vn" })),
    ),
    // Units.
    case("GET", "/units", Answered, Head, |p| format!("/units?parent={}", p.school), None),
    case(
        "POST",
        "/units",
        Forbidden,
        Admin,
        |_| "/units".into(),
        Some(|p| {
            let mut body = new_school(p);
            body["from"] = json!("2026-09-01");
            body
        }),
    ),
    case("GET", "/units/{unit}", NO_UNIT, Head, |p| format!("/units/{}", p.school), None),
    case("GET", "/units/{unit}/duplicates", NO_UNIT, Head, |p| format!("/units/{}/duplicates", p.school), None),
    case(
        "GET",
        "/units/{unit}/duplicates/across",
        NO_UNIT,
        Head,
        |p| format!("/units/{}/duplicates/across", p.school),
        None,
    ),
    case(
        "POST",
        "/units/{unit}/duplicates/search",
        NO_UNIT,
        Head,
        |p| format!("/units/{}/duplicates/search", p.school),
        None,
    ),
    case(
        "POST",
        "/duplicates/{duplicate}/difference",
        NO_PAIR,
        Head,
        |p| format!("/duplicates/{}/difference", p.duplicate),
        None,
    ),
    case(
        "POST",
        "/duplicates/{duplicate}/merger",
        NO_PAIR,
        Head,
        |p| format!("/duplicates/{}/merger", p.duplicate),
        Some(|p| json!({ "keep": p.keep })),
    ),
    case(
        "POST",
        "/duplicates/{duplicate}/reopening",
        NO_PAIR,
        Head,
        |p| format!("/duplicates/{}/reopening", p.told_apart),
        None,
    ),
    case("GET", "/units/{unit}/history", NO_UNIT, Head, |p| format!("/units/{}/history", p.school), None),
    case(
        "POST",
        "/units/{unit}/renaming",
        NO_UNIT,
        Admin,
        |p| format!("/units/{}/renaming", p.school),
        Some(|_| json!({ "name": "Trường Tiểu học Tên Khác", "from": "2026-09-01" })),
    ),
    case(
        "POST",
        "/units/{unit}/move",
        NO_UNIT,
        Admin,
        |p| format!("/units/{}/move", p.school),
        Some(|p| json!({ "edge": "staff", "authority": p.department, "from": "2026-09-01" })),
    ),
    case(
        "POST",
        "/units/{unit}/closure",
        NO_UNIT,
        Admin,
        |p| format!("/units/{}/closure", p.school),
        Some(|p| json!({ "from": "2026-09-01", "custodian": p.department })),
    ),
    case(
        "POST",
        "/units/mergers",
        NO_UNIT,
        Admin,
        |_| "/units/mergers".into(),
        Some(
            |p| json!({ "from": "2026-09-01", "basis": "45/QĐ-UBND", "into": { "id": p.sister }, "parts": [{ "unit": p.school, "whole": true }] }),
        ),
    ),
    case(
        "POST",
        "/units/splits",
        NO_UNIT,
        Admin,
        |_| "/units/splits".into(),
        Some(
            |p| json!({ "from": "2026-09-01", "basis": "46/QĐ-UBND", "unit": p.school, "into": [{ "id": p.school }, new_school(p)] }),
        ),
    ),
    case(
        "POST",
        "/units/mergers/preview",
        NO_UNIT,
        Admin,
        |_| "/units/mergers/preview".into(),
        Some(
            |p| json!({ "from": "2026-09-01", "basis": "45/QĐ-UBND", "into": { "id": p.sister }, "parts": [{ "unit": p.school, "whole": true }] }),
        ),
    ),
    case(
        "POST",
        "/units/splits/preview",
        NO_UNIT,
        Admin,
        |_| "/units/splits/preview".into(),
        Some(
            |p| json!({ "from": "2026-09-01", "basis": "46/QĐ-UBND", "unit": p.school, "into": [{ "id": p.school }, new_school(p)] }),
        ),
    ),
    case(
        "POST",
        "/units/exports",
        Answered,
        Head,
        |_| "/units/exports".into(),
        Some(|_| json!({ "q": "tieu hoc", "columns": ["kind", "path"] })),
    ),
];

/// The cases of all operations.
pub fn all() -> impl Iterator<Item = &'static Case> {
    CASES.iter().chain(registry::CASES).chain(timetable::CASES).chain(leaving::CASES).chain(marks::CASES)
}

/// The case of an operation, by its method and its path in the description.
pub fn find(method: &str, path: &str) -> Option<&'static Case> {
    let path = path.strip_prefix("/api/v1")?;
    all().find(|case| case.operation == (method, path))
}
