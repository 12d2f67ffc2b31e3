//! What a school is called and where it lies: the columns of its unit. They change by the operations on units, which an
//! import calls as a person does.

use auth::{Capability, Require as _};
use base::{Date, Result, UnitId};
use db::{Tx, params};

use super::store::{self, UnitRow};
use super::{Changes, put, refused};
use crate::fields::Values;
use crate::fields::record::Record;
use crate::load;
use crate::units;
use crate::units::store as unit_store;

/// Codes of `DM_CAP_HOC` and the levels they are.
const LEVELS: [(&str, &str); 5] = [("01", "MN"), ("02", "TH"), ("03", "THCS"), ("04", "THPT"), ("05", "GDTX")];

fn unit(tx: &mut Tx<'_>, unit: UnitId, on: Date) -> Result<Option<UnitRow>> {
    tx.one(&store::UNIT, params![unit, on])
}

/// The sector's code of a school or campus.
pub(super) fn code(tx: &mut Tx<'_>, id: UnitId, on: Date) -> Result<Option<String>> {
    Ok(unit(tx, id, on)?.and_then(|unit| unit.code))
}

/// The codes of the commune and the province that a school lies in.
fn place(tx: &mut Tx<'_>, school: UnitId, on: Date) -> Result<(Option<String>, Option<String>)> {
    let Some((commune, code, _)) = tx.one::<(UnitId, Option<String>, String)>(&store::PLACE, params![school, on])?
    else {
        return Ok((None, None));
    };
    let mut above = Some(commune);
    while let Some(unit) = above.take() {
        if let Some((id, code_above, kind)) =
            tx.one::<(UnitId, Option<String>, String)>(&store::PLACE, params![unit, on])?
        {
            if kind == "province" {
                return Ok((code, code_above));
            }
            above = Some(id);
        }
    }
    Ok((code, None))
}

fn levels(tx: &mut Tx<'_>, school: UnitId) -> Result<Vec<String>> {
    Ok(tx.all::<(String,)>(&unit_store::LEVELS, params![school])?.into_iter().map(|(level,)| level).collect())
}

/// The code of the levels of a school. Of several there is none in the list: what somebody entered stands in the document.
fn level_group(levels: &[String]) -> Option<String> {
    match levels {
        [one] => LEVELS.iter().find(|(_, level)| level == one).map(|(code, _)| (*code).to_owned()),
        _ => None,
    }
}

pub(super) fn read(tx: &mut Tx<'_>, record: &Record, on: Date, wanted: &dyn Fn(&str) -> bool) -> Result<Values> {
    let mut values = Values::new();
    if wanted("school_identity") {
        let row = unit(tx, record.school, on)?;
        put(&mut values, "name", row.as_ref().map(|row| row.full_name.clone()));
        put(&mut values, "code", row.and_then(|row| row.code));
        put(&mut values, "level_group", level_group(&levels(tx, record.school)?));
    }
    if wanted("school_address") {
        let (commune, province) = place(tx, record.school, on)?;
        put(&mut values, "commune", commune);
        put(&mut values, "province", province);
    }
    Ok(values)
}

fn said<'c>(changes: &'c Changes, key: &'static str, label: &str) -> Result<Option<&'c str>> {
    match changes.get(key) {
        None => Ok(None),
        Some(Some(value)) => Ok(Some(value)),
        Some(None) => Err(refused(key, "fields.needed", format!("{label}: không được để trống. Hãy ghi giá trị mới."))),
    }
}

pub(super) fn write(tx: &mut Tx<'_>, record: &Record, from: Date, changes: &Changes) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let school = record.school;
    tx.require(Capability::UnitEdit, school)?;
    if let Some(code) = said(changes, "code", "Mã trường")? {
        match tx.one::<(Date,)>(&store::CODE_SINCE, params![school, from])? {
            Some((since,)) if since == from => tx.exec_one(&store::CODE_DROP, params![school, from])?,
            _ => tx.exec(&unit_store::CODE_CUT, params![school, from]).map(drop)?,
        }
        let new = unit_store::NewCode { unit: school, from, to: None, system: "sector", code: code.to_owned() };
        unit_store::add_codes(tx, &[new])?;
    }
    if let Some(name) = said(changes, "name", "Tên trường")? {
        let cmd = units::rename::Rename { name: name.to_owned(), from, basis: None };
        units::rename::rename(tx, school, None, &cmd)?;
    }
    if let Some(group) = said(changes, "level_group", "Nhóm cấp học")? {
        let level = LEVELS.iter().find(|(code, _)| *code == group).map(|(_, level)| *level);
        let Some(level) = level else {
            let detail = format!("Nhóm cấp học: “{group}” không phải một cấp học. Hãy ghi 01 đến 05.");
            return Err(refused("level_group", "fields.level", detail));
        };
        if levels(tx, school)?.len() > 1 {
            let detail = "Nhóm cấp học: trường có nhiều cấp học. Hãy sửa các cấp học ở trang Đơn vị.";
            return Err(refused("level_group", "fields.level", detail));
        }
        tx.exec(&store::LEVELS_DROP, params![school])?;
        tx.exec_one(&unit_store::LEVEL_INSERT, params![school, level])?;
    }
    if let Some(commune) = said(changes, "commune", "Xã, phường, đặc khu")? {
        let cmd =
            units::relocate::Move { edge: "place".to_owned(), authority: load::commune(commune), from, basis: None };
        units::relocate::relocate(tx, school, None, &cmd)?;
    }
    if let Some(province) = said(changes, "province", "Tỉnh, thành phố")? {
        let (_, lies_in) = place(tx, school, from)?;
        if lies_in.as_deref() != Some(province) {
            let detail = "Tỉnh, thành phố: không phải tỉnh của xã mà trường đóng. Hãy sửa lại xã hoặc tỉnh.";
            return Err(refused("province", "fields.province", detail));
        }
    }
    Ok(())
}
