//! What is found by exactly its value and shown to few: personal numbers, papers, telephones, mail. Encrypted, and found by
//! a keyed digest that is never unique: two people with one number are a matter for the steward.

use std::fmt;

use base::{Error, PersonId, Result, Uuid, vi};
use db::keys::Use;
use db::{Tx, params};
use platform::backup::reencrypt::{Blind, Encrypted};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store;

/// A protected value on its way: no log and no error shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct Closed(pub String);

impl fmt::Debug for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(not shown)")
    }
}

/// What sort of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Secret {
    /// The citizen's 12 digits (số định danh cá nhân).
    PersonalNumber,
    /// Another paper: an old identity card, a passport.
    IdentityNumber,
    /// A telephone.
    Phone,
    /// A mail address.
    Email,
}

impl Secret {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::PersonalNumber, Self::IdentityNumber, Self::Phone, Self::Email];

    /// As the table has it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PersonalNumber => "personal_number",
            Self::IdentityNumber => "identity_number",
            Self::Phone => "phone",
            Self::Email => "email",
        }
    }

    /// The value as it is kept and looked for, so that two ways of writing it are one: numbers without the signs between
    /// their digits, a telephone of Viet Nam from its zero on, mail in small letters.
    #[must_use]
    pub fn plain(self, value: &str) -> String {
        let clean = vi::clean(value);
        match self {
            Self::Email => clean.to_lowercase(),
            Self::Phone => {
                let digits: String = clean.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
                let rest = digits.strip_prefix("+84").or_else(|| digits.strip_prefix("0084"));
                match rest {
                    Some(rest) => format!("0{}", rest.trim_start_matches('0')),
                    None if digits.len() == 11 && digits.starts_with("84") => format!("0{}", &digits[2..]),
                    None => digits,
                }
            }
            Self::PersonalNumber | Self::IdentityNumber => {
                clean.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase()
            }
        }
    }
}

/// What an encrypted value is bound to: whose, and which sort. The one place that says so.
#[must_use]
pub fn about(person: &[u8], what: &[u8]) -> Vec<u8> {
    [b"khue person secret 1 ".as_slice(), person, what].concat()
}

fn blind<'a>(what: &'a [u8], value: &'a [u8]) -> [&'a [u8]; 2] {
    [what, value]
}

/// A value as it is kept: the digest by which it is found, and what it is sealed in.
pub fn closed(
    tx: &Tx<'_>,
    person: PersonId,
    what: Secret,
    seed: &[u8; 32],
    value: &str,
) -> Result<([u8; 32], Vec<u8>)> {
    let value = what.plain(value);
    let (sort, value) = (what.code().as_bytes(), value.as_bytes());
    let sealed = tx.keys().seal(Use::Field, seed, &about(person.0.as_bytes(), sort), value)?;
    Ok((tx.keys().keyed_digest(Use::Blind, &blind(sort, value))?, sealed))
}

/// Keeps a value as the `n`th of its sort, in place of what stood there.
pub fn put(tx: &mut Tx<'_>, person: PersonId, what: Secret, n: i64, value: &str) -> Result<()> {
    let seed = tx.draw();
    let (digest, sealed) = closed(tx, person, what, &seed, value)?;
    tx.exec_one(&store::SECRET_PUT, params![person, what.code(), n, digest, sealed])
}

/// Adds a value to those of its sort, unless it is among them. Answers whether it was new.
pub fn add(tx: &mut Tx<'_>, person: PersonId, what: Secret, value: &str) -> Result<bool> {
    let plain = what.plain(value);
    let digests = digests(tx, what, &plain)?;
    let known: Vec<(i64, Vec<u8>, Vec<u8>)> = tx.all(&store::SECRETS_OF_SORT, params![person, what.code()])?;
    if plain.is_empty() || known.iter().any(|(_, digest, _)| digests.iter().any(|one| one.as_slice() == digest)) {
        return Ok(false);
    }
    let n = known.last().map_or(1, |(n, ..)| n + 1);
    put(tx, person, what, n, &plain)?;
    Ok(true)
}

/// Takes the `n`th value of a sort away.
pub fn remove(tx: &mut Tx<'_>, person: PersonId, what: Secret, n: i64) -> Result<()> {
    tx.exec(&store::SECRET_DROP, params![person, what.code(), n])?;
    Ok(())
}

/// All values of a person, by sort and number. Rights, and the record of the look, are the caller's.
pub fn open(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<(Secret, i64, String)>> {
    let rows = tx.all(&store::SECRETS, params![person])?;
    Ok(opened(tx, rows)?.into_iter().map(|(_, what, n, value)| (what, n, value)).collect())
}

/// Values as they stand in the table: whose, which sort, the number, and what is closed. Rights, and the record of the look,
/// are the caller's.
pub(crate) fn opened(
    tx: &Tx<'_>,
    rows: Vec<(PersonId, String, i64, Vec<u8>)>,
) -> Result<Vec<(PersonId, Secret, i64, String)>> {
    let mut all = Vec::with_capacity(rows.len());
    for (person, what, n, sealed) in rows {
        let Some(sort) = Secret::ALL.into_iter().find(|sort| sort.code() == what) else { continue };
        let plain = tx.keys().open(Use::Field, &about(person.0.as_bytes(), what.as_bytes()), &sealed)?;
        all.push((person, sort, n, String::from_utf8(plain).map_err(Error::internal)?));
    }
    Ok(all)
}

/// The digests of a value under every key of the installation, the present one first.
pub fn digests(tx: &Tx<'_>, what: Secret, plain: &str) -> Result<Vec<[u8; 32]>> {
    tx.keys().keyed_digests(Use::Blind, &blind(what.code().as_bytes(), plain.as_bytes()))
}

/// Who has a value: at most twenty.
pub fn find(tx: &mut Tx<'_>, what: Secret, value: &str) -> Result<Vec<PersonId>> {
    let plain = what.plain(value);
    let mut found: Vec<PersonId> = Vec::new();
    for digest in digests(tx, what, &plain)? {
        let rows: Vec<(PersonId,)> = tx.all(&store::SECRET_OF, params![digest, what.code()])?;
        found.extend(rows.into_iter().map(|(person,)| person));
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// What is encrypted here, for the job that encrypts anew after a rotation of keys.
#[must_use]
pub fn encrypted() -> Encrypted {
    Encrypted {
        name: "person_secret.sealed",
        purpose: Use::Field,
        first: vec![base::Value::Uuid(Uuid::nil()), base::Value::Text("".into()), base::Value::Int(0)],
        next: &store::SECRET_OLD_KEY,
        store: &store::SECRET_NEW_KEY,
        about: |key| about(&key[0], &key[1]),
        blind: Some(Blind { purpose: Use::Blind, sort: 1 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_ways_of_writing_a_value_are_one() {
        for (what, written, plain) in [
            (Secret::Phone, "0912 345 678", "0912345678"),
            (Secret::Phone, "+84 912.345.678", "0912345678"),
            (Secret::Phone, "84912345678", "0912345678"),
            (Secret::Phone, "0084912345678", "0912345678"),
            (Secret::Phone, "(024) 3 869 4242", "02438694242"),
            (Secret::PersonalNumber, " 001 214 000 123", "001214000123"),
            (Secret::IdentityNumber, "b 1234567", "B1234567"),
            (Secret::Email, "Lan@Example.edu.vn ", "lan@example.edu.vn"),
        ] {
            assert_eq!(what.plain(written), plain, "{written}");
        }
        assert_eq!(format!("{:?}", Closed("001214000123".to_owned())), "(not shown)");
    }
}
