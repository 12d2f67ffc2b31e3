//! A setting as it is shown: never with a secret.

use base::{Result, UnitId};
use db::Tx;
use platform::settings::{self, Kind, Setting, Source};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;

use crate::{UnitRef, names};

/// The value of a setting: yes or no, a whole number, a text.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum SettingValue {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text, a choice, a password on its way in.
    Text(String),
}

impl std::fmt::Debug for SettingValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // It may be a password.
        f.write_str("SettingValue(…)")
    }
}

impl SettingValue {
    fn of(value: Json) -> Option<Self> {
        serde_json::from_value(value).ok()
    }
}

/// One setting of a unit.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SettingView {
    /// Its stable name.
    #[schema(example = "mail.smtp_port")]
    pub key: &'static str,
    /// `bool`, `int`, `text`, `choice` or `secret`.
    #[schema(example = "int")]
    pub kind: &'static str,
    /// The least of a number.
    #[schema(example = json!(null))]
    pub least: Option<i64>,
    /// The most of a number, the letters of a text.
    #[schema(example = json!(null))]
    pub most: Option<i64>,
    /// The words, or the numbers, to choose from.
    #[schema(example = json!(["465", "587"]))]
    pub choices: Vec<String>,
    /// Whether each choice is stricter than the one before it, and of what stands here and above the strictest holds.
    #[schema(example = false)]
    pub strictest_holds: bool,
    /// What it does, in Vietnamese.
    #[schema(example = "Cổng của máy chủ gửi thư")]
    pub describes: &'static str,
    /// What it rests on, in Vietnamese.
    #[schema(example = "Máy chủ thư của đơn vị")]
    pub basis: &'static str,
    /// What holds here; `null` for a secret, and when nothing does.
    #[schema(example = json!(587))]
    pub value: Option<SettingValue>,
    /// Whether anything holds. Of a secret, no more is told.
    #[schema(example = true)]
    pub is_set: bool,
    /// Where what holds was set: `unit`, `above`, `installation` or `default`.
    #[schema(example = "above")]
    pub source: &'static str,
    /// The unit above, when it was set there.
    pub source_unit: Option<UnitRef>,
    /// What stands at this unit itself, whether it holds or not; nothing of a secret.
    #[schema(example = json!(null))]
    pub own: Option<SettingValue>,
    /// Whether something stands at this unit itself.
    #[schema(example = false)]
    pub is_own: bool,
    /// The setting it belongs to: it is taken from where that one is taken from.
    #[schema(example = "mail.smtp_host")]
    pub lead: Option<&'static str>,
    /// The secrets that belong to it: where it is changed, they have to be typed again.
    #[schema(example = json!([]))]
    pub secrets: &'static [&'static str],
    /// The version of what stands at this unit itself, for `If-Match`; 0 when nothing does.
    #[schema(example = 0)]
    pub version: i64,
}

/// Shows a setting of a unit. Rights are the caller's.
pub(super) fn view(tx: &mut Tx<'_>, setting: &'static Setting, unit: UnitId) -> Result<SettingView> {
    let found = settings::standing(tx, setting, unit)?;
    let (source, above) = match found.source {
        Source::Own => ("unit", None),
        Source::Above(unit) => ("above", Some(unit)),
        Source::Installation => ("installation", None),
        Source::Default => ("default", None),
    };
    let none = Vec::new();
    let (kind, least, most, choices) = match setting.kind {
        Kind::Bool => ("bool", None, None, none),
        Kind::Int { least, most } => ("int", Some(least), Some(most), none),
        Kind::Number(numbers) => ("int", None, None, numbers.iter().map(i64::to_string).collect()),
        Kind::Text { most } => ("text", None, i64::try_from(most).ok(), none),
        Kind::Choice(words) | Kind::Rising(words) => {
            ("choice", None, None, words.iter().map(|word| (*word).to_owned()).collect())
        }
        Kind::Secret => ("secret", None, None, none),
    };
    Ok(SettingView {
        key: setting.key,
        kind,
        least,
        most,
        choices,
        strictest_holds: matches!(setting.kind, Kind::Rising(_)),
        describes: setting.describes,
        basis: setting.basis,
        value: SettingValue::of(found.value),
        is_set: found.is_set,
        source,
        source_unit: above.map(|unit| names::unit(tx, unit)).transpose()?,
        own: SettingValue::of(found.own),
        is_own: found.version > 0,
        lead: setting.lead.map(|lead| lead.key),
        secrets: setting.secrets,
        version: found.version,
    })
}
