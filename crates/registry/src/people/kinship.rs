//! Whose father, mother or guardian somebody is, as a school was told. Relatives are people too: found again among those the
//! school knows, so that siblings have one mother.

use auth::{Capability, Require as _};
use base::{Code, Error, Kind, Patch, PersonId, Result, UnitId, vi};
use db::{Entry, Tx, params};
use rules::sector::PartialDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::held;
use super::person::{self, ChangePerson, NewPerson};
use super::secrets::{self, Closed, Secret};
use super::store::{self, KinRow};

/// What somebody is to a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// Father.
    Father,
    /// Mother.
    Mother,
    /// Whoever else answers for the child.
    Guardian,
}

impl Relation {
    /// As the table has it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Father => "father",
            Self::Mother => "mother",
            Self::Guardian => "guardian",
        }
    }

    /// The Vietnamese word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Father => "cha",
            Self::Mother => "mẹ",
            Self::Guardian => "người giám hộ",
        }
    }
}

/// A relative as somebody writes them down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRelative {
    /// What they are to the child.
    pub relation: Relation,
    /// The whole name.
    #[schema(example = "Trần Văn Bình")]
    pub full_name: String,
    /// What is known of the birth: often the year.
    #[serde(default)]
    #[schema(example = "1985")]
    pub birth: Option<String>,
    /// A telephone.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "0912345678")]
    pub phone: Option<Closed>,
    /// What they do.
    #[serde(default)]
    pub occupation: Option<String>,
    /// Whoever stands there already and is now told of correctly: their name and birth are corrected, and they stay who
    /// they are. Without it a name and a birth that nobody has there are somebody new.
    #[serde(default)]
    #[schema(value_type = Option<base::Uuid>)]
    pub corrects: Option<PersonId>,
}

/// Somebody was to be corrected who does not stand there.
pub const NOT_THIS_ONE: Code = Code::new(Kind::Stale, "kinship.not_this_one", "Người thân này đã được thay");

/// The relatives of a child, as a school was told.
pub fn of(tx: &mut Tx<'_>, school: UnitId, child: PersonId) -> Result<Vec<KinRow>> {
    tx.all(&store::KIN, params![school, child])
}

/// Somebody whom a school knows as a relative: of the same name, and born in the same year or with the same telephone. The
/// place of the tone in a word makes no other name, and nor do capital letters.
pub fn find(
    tx: &mut Tx<'_>,
    school: UnitId,
    full_name: &str,
    birth: Option<&str>,
    phone: Option<&str>,
) -> Result<Option<PersonId>> {
    let folded = vi::fold(full_name);
    let same = |name: &str| vi::same_apart_from_tone_place(&name.to_lowercase(), &vi::clean(full_name).to_lowercase());
    let mut found: Vec<(PersonId, String)> = Vec::new();
    if let Some(year) = birth.and_then(|birth| birth.get(..4)).and_then(|year| year.parse::<i32>().ok()) {
        let (from, to) = (format!("{year:04}"), format!("{:04}", year + 1));
        found = tx.all(&store::KIN_BORN, params![school, folded, from, to])?;
    }
    if let Some(phone) = phone.map(|phone| Secret::Phone.plain(phone)).filter(|phone| !phone.is_empty()) {
        for digest in secrets::digests(tx, Secret::Phone, &phone)? {
            found.extend(
                tx.all::<(PersonId, String)>(&store::KIN_WITH, params![school, digest, Secret::Phone.code(), folded])?,
            );
        }
    }
    Ok(found.into_iter().find(|(_, name)| same(name)).map(|(id, _)| id))
}

/// Keeps a relative of a child, in place of whoever stood there: one whom the school knows, or somebody new. Rights are the
/// caller's. `prefix` is the path of the fields in the request.
pub fn put(tx: &mut Tx<'_>, school: UnitId, child: PersonId, new: &NewRelative, prefix: &str) -> Result<PersonId> {
    let birth = match new.birth.as_deref().map(vi::clean).filter(|birth| !birth.is_empty()) {
        None => None,
        Some(text) => Some(PartialDate::parse(&text).map(PartialDate::iso).ok_or_else(|| {
            let detail =
                format!("Ngày sinh của {} không đọc được. Hãy viết như 1985 hoặc 26/03/1985.", new.relation.word());
            Error::field(format!("{prefix}birth"), "kinship.birth", detail)
        })?),
    };
    let before = of(tx, school, child)?.into_iter().find(|kin| kin.relation == new.relation.code());
    let phone = new.phone.as_ref().map(|phone| phone.0.as_str());
    let name = vi::clean(&new.full_name).to_lowercase();
    // Whoever stands there and is told of again without a birth stays who they are, with what is known of them.
    let again = before
        .as_ref()
        .filter(|kin| birth.is_none() && vi::same_apart_from_tone_place(&kin.full_name.to_lowercase(), &name));
    let found = match (new.corrects, again) {
        (Some(person), _) => {
            corrected(tx, school, before.as_ref(), person, new)?;
            Some(person)
        }
        (None, Some(kin)) => Some(kin.relative),
        (None, None) => find(tx, school, &new.full_name, birth.as_deref(), phone)?,
    };
    let relative = match found {
        Some(known) => known,
        None => {
            let person = NewPerson { full_name: new.full_name.clone(), birth, ..NewPerson::default() };
            let checked = person::checked(&person, prefix)?;
            person::insert(tx, school, &checked)?
        }
    };
    if let Some(phone) = phone {
        // A number that was seen and corrected takes the old one's place; one told without seeing is one more.
        if new.corrects.is_some() && tx.may(school)?.contains(&Capability::PupilViewProtected) {
            secrets::put(tx, relative, Secret::Phone, 1, phone)?;
        } else {
            secrets::add(tx, relative, Secret::Phone, phone)?;
        }
    }
    let occupation = new.occupation.as_deref().map(vi::clean).filter(|text| !text.is_empty());
    tx.exec_one(&store::KIN_PUT, params![school, child, new.relation.code(), relative, occupation])?;
    held::guardian(tx, school, relative)?;
    let mut entry = Entry::new("kinship.set", "person", child).unit(school);
    if let Some(before) = before {
        entry = entry.before(&told(&before.relation, before.relative, before.occupation.as_deref()))?;
        if before.relative != relative {
            held::guardian(tx, school, before.relative)?;
        }
    }
    tx.record(entry.after(&told(new.relation.code(), relative, occupation.as_deref()))?);
    Ok(relative)
}

/// Whoever stands there is called and born as is told now. The journal keeps what was believed before.
fn corrected(
    tx: &mut Tx<'_>,
    school: UnitId,
    before: Option<&KinRow>,
    person: PersonId,
    new: &NewRelative,
) -> Result<()> {
    if before.is_none_or(|kin| kin.relative != person) {
        return Err(NOT_THIS_ONE.error(format!(
            "Trong hồ sơ của em, {} đã là người khác kể từ khi bạn mở trang. Hãy tải lại trang rồi sửa lại.",
            new.relation.word()
        )));
    }
    let birth = new.birth.as_deref().map(vi::clean).filter(|birth| !birth.is_empty());
    let cmd = ChangePerson {
        full_name: Some(new.full_name.clone()),
        // What is not said now was not taken back.
        birth: birth.map_or(Patch::Absent, Patch::Value),
        ..ChangePerson::default()
    };
    person::correct(tx, school, person, None, &cmd, &Patch::Absent).map(drop)
}

/// They are no relative of the child. Rights are the caller's.
pub fn remove(tx: &mut Tx<'_>, school: UnitId, child: PersonId, relation: Relation) -> Result<()> {
    let Some(before) = of(tx, school, child)?.into_iter().find(|kin| kin.relation == relation.code()) else {
        return Ok(());
    };
    tx.exec_one(&store::KIN_DROP, params![school, child, relation.code()])?;
    held::guardian(tx, school, before.relative)?;
    let entry = Entry::new("kinship.removed", "person", child).unit(school);
    tx.record(entry.before(&told(relation.code(), before.relative, before.occupation.as_deref()))?);
    Ok(())
}

fn told(relation: &str, relative: PersonId, occupation: Option<&str>) -> serde_json::Value {
    serde_json::json!({ "relation": relation, "relative": relative, "occupation": occupation })
}
