//! The sector's codes for how somebody who works at a school stands, and what they are, chosen by what they mean.

use base::{Error, Result};
use rules::sector::Hand;

use crate::people::person::code;

const LIST: &str = "DM_TRANG_THAI_CAN_BO";
/// How the list calls the states of those who are no longer there.
const GONE: [&str; 5] = ["Chuyển đi", "Điều động", "Nghỉ hưu", "Biệt phái", "Thôi việc"];

fn of(name: &str) -> Result<String> {
    code(rules::sector::qd4998()?, LIST, name)
        .ok_or_else(|| Error::internal(format!("the sector's list of states of staff says nothing of {name}")))
}

/// Somebody works there.
pub fn working() -> Result<String> {
    of("Đang làm việc")
}

/// Somebody went to another school.
pub fn moved() -> Result<String> {
    of("Chuyển đi")
}

/// Whether a state is one of those who are no longer there.
pub fn is_gone(status: &str) -> Result<bool> {
    let spec = rules::sector::qd4998()?;
    Ok(GONE.iter().any(|name| code(spec, LIST, name).as_deref() == Some(status)))
}

/// Why somebody's work ends: a state of those who are no longer there, by its code or its name.
pub fn ending(text: &str) -> Result<String> {
    let chosen = checked("status", "reason", text)?;
    match chosen {
        Some(chosen) if is_gone(&chosen)? => Ok(chosen),
        _ => {
            let detail = "Lý do kết thúc công tác là một trong: chuyển đi, điều động, nghỉ hưu, biệt phái, thôi việc. Hãy chọn lại.";
            Err(Error::field("reason", "staff.reason", detail))
        }
    }
}

/// A value of somebody's work, checked by the specification; an unknown code is kept.
pub fn checked(key: &str, field: &str, text: &str) -> Result<Option<String>> {
    let spec = rules::sector::qd4998()?;
    let Some(key) = spec.key("staff", key) else { return Ok(None) };
    match key.check(text, Hand::Person, spec) {
        Ok(checked) => Ok(checked.map(|checked| checked.value.stored())),
        Err(refusal) => Error::fields(vec![refusal.into_field(field)]).map_or(Ok(None), Err),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_states_of_those_who_left_end_somebodys_work() {
        assert_eq!((working().expect("a code").as_str(), moved().expect("a code").as_str()), ("1", "3"));
        assert_eq!(ending("nghỉ hưu").expect("a reason"), "6");
        assert_eq!(ending("8").expect("a reason"), "8");
        for no_reason in ["1", "Đang làm việc", "Chờ nghỉ hưu", ""] {
            assert!(ending(no_reason).is_err(), "{no_reason}");
        }
    }
}
