//! Rule packs: what the law fixes, as dated data with its legal basis. The files of `rules/` are inside the program; a
//! pack is read when it is first asked for.

pub mod assessment;
pub mod calendar;
pub mod curriculum;
pub mod sector;
pub mod table;
pub mod units;

use std::sync::OnceLock;

use base::{Date, Error, Interval, Result};

/// One pack: one regulation's figures and texts, and the days it is in force.
#[derive(Debug)]
pub struct Pack {
    /// Its code, unique within its kind.
    pub code: String,
    /// What it holds: `units`, `sector`, `calendar`, `curriculum`, `assessment`, later forms.
    pub kind: String,
    /// Its Vietnamese title.
    pub title: String,
    /// The documents it rests on.
    pub basis: Vec<Basis>,
    /// The first day it is in force.
    pub effective_from: Date,
    /// The first day it no longer is.
    pub effective_to: Option<Date>,
    files: &'static [File],
    manifest: &'static str,
}

/// A document that a pack rests on.
#[derive(Debug)]
pub struct Basis {
    /// Number and issuer: `202/2025/QH15`.
    pub document: String,
    /// What it decides.
    pub text: String,
    /// When it was adopted, where that is certain.
    pub date: Option<Date>,
}

/// A table of a pack, as it stands in the repository.
#[derive(Debug)]
struct File {
    name: &'static str,
    text: &'static str,
}

struct Embedded {
    manifest: &'static str,
    files: &'static [File],
}

macro_rules! pack {
    ($folder:literal: $($file:literal)*) => {
        Embedded {
            manifest: include_str!(concat!("../../../rules/", $folder, "/pack.toml")),
            files: &[$(File { name: $file, text: include_str!(concat!("../../../rules/", $folder, "/", $file)) }),*],
        }
    };
}

/// Every pack of the program. A new circular is a new line here.
const EMBEDDED: &[Embedded] = &[
    pack!("units/vn":
        "examples.toml" "provinces.tsv" "communes.tsv" "changes.tsv" "old_provinces.tsv" "earlier_provinces.tsv"
        "old_districts.tsv" "old_communes.tsv" "province_lineage.tsv" "lineage.tsv"
    ),
    pack!("sector/qd4998":
        "fields.tsv" "keys.tsv" "groups.tsv" "kinds.tsv" "lists.tsv" "examples.toml"
        "values/DM_CAP_HOC.tsv" "values/DM_DAN_TOC.tsv" "values/DM_GIOI_TINH.tsv" "values/DM_HANH_KIEM.tsv"
        "values/DM_HINH_THUC_HOP_DONG.tsv" "values/DM_HINH_THUC_KHEN_THUONG.tsv"
        "values/DM_HINH_THUC_KY_LUAT.tsv" "values/DM_HOC_LUC.tsv" "values/DM_HOC_NGOAI_NGU.tsv"
        "values/DM_KHOI.tsv" "values/DM_KHU_VUC.tsv" "values/DM_KQ_CHUAN_NGHE_NGHIEP.tsv"
        "values/DM_LOAI_CAN_BO.tsv" "values/DM_LOAI_HINH_TRUONG_PT.tsv" "values/DM_LOAI_KHUYET_TAT.tsv"
        "values/DM_LOAI_TRUONG_PT.tsv" "values/DM_LY_DO_THOI_HOC.tsv" "values/DM_MUC_DAT_CHUAN_QG_CLGD.tsv"
        "values/DM_NGACH_CC.tsv" "values/DM_NHOM_CAN_BO.tsv" "values/DM_NHOM_CAP_HOC.tsv"
        "values/DM_NHOM_TUOI_MN.tsv" "values/DM_NUOC.tsv" "values/DM_TON_GIAO.tsv"
        "values/DM_TRANG_THAI_CAN_BO.tsv" "values/DM_TRANG_THAI_HOC_SINH.tsv" "values/DM_TRINH_DO.tsv"
        "values/DM_TRINH_DO_CHUYEN_MON.tsv"
    ),
    pack!("calendar/vn": "provinces.tsv" "examples.toml"),
    pack!("curriculum/gdpt2018-th": "subjects.tsv" "periods.tsv" "examples.toml"),
    pack!("curriculum/gdpt2018-thcs": "subjects.tsv" "periods.tsv" "examples.toml"),
    pack!("curriculum/gdpt2018-thpt": "subjects.tsv" "periods.tsv" "examples.toml"),
    pack!("assessment/tt22-2021": "conduct.tsv" "raises.tsv" "examples.toml"),
    pack!("assessment/tt27-2020": "tests.tsv" "traits.tsv" "examples.toml"),
    pack!("assessment/tt58-2011-26-2020": "raises.tsv" "examples.toml"),
];

#[derive(serde::Deserialize)]
struct Manifest {
    code: String,
    kind: String,
    title: String,
    effective_from: toml::value::Datetime,
    effective_to: Option<toml::value::Datetime>,
    #[serde(default)]
    legal_basis: Vec<ManifestBasis>,
}

#[derive(serde::Deserialize)]
struct ManifestBasis {
    document: String,
    text: String,
    date: Option<toml::value::Datetime>,
}

fn day(text: &toml::value::Datetime) -> Result<Date> {
    text.to_string().parse().map_err(Error::internal)
}

impl Pack {
    fn read(embedded: &Embedded) -> Result<Self> {
        let manifest: Manifest = toml::from_str(embedded.manifest).map_err(Error::internal)?;
        Ok(Self {
            code: manifest.code,
            kind: manifest.kind,
            title: manifest.title,
            basis: manifest
                .legal_basis
                .into_iter()
                .map(|b| Ok(Basis { document: b.document, text: b.text, date: b.date.as_ref().map(day).transpose()? }))
                .collect::<Result<_>>()?,
            effective_from: day(&manifest.effective_from)?,
            effective_to: manifest.effective_to.as_ref().map(day).transpose()?,
            files: embedded.files,
            manifest: embedded.manifest,
        })
    }

    /// A file of the pack.
    pub fn file(&self, name: &str) -> Result<&'static str> {
        let found = self.files.iter().find(|file| file.name == name);
        found.map(|file| file.text).ok_or_else(|| Error::internal(format!("the pack {} has no {name}", self.code)))
    }

    /// Everything the pack is made of, manifest first: what a digest of it covers.
    pub fn contents(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.manifest).chain(self.files.iter().map(|file| file.text))
    }

    /// The days it is in force.
    #[must_use]
    pub fn days(&self) -> Option<Interval> {
        Interval::new(self.effective_from, self.effective_to)
    }
}

/// All packs.
pub fn packs() -> Result<&'static [Pack]> {
    static PACKS: OnceLock<Vec<Pack>> = OnceLock::new();
    if let Some(packs) = PACKS.get() {
        return Ok(packs);
    }
    let read = EMBEDDED.iter().map(Pack::read).collect::<Result<Vec<_>>>()?;
    Ok(PACKS.get_or_init(|| read))
}

/// The pack of a kind that is in force on a day; of several, the one that came last.
pub fn in_force(kind: &str, on: Date) -> Result<Option<&'static Pack>> {
    let of_kind = packs()?.iter().filter(|pack| pack.kind == kind);
    Ok(of_kind.filter(|pack| pack.days().is_some_and(|days| days.contains(on))).max_by_key(|pack| pack.effective_from))
}

/// The pack of a kind and code.
pub fn find(kind: &str, code: &str) -> Result<Option<&'static Pack>> {
    Ok(packs()?.iter().find(|pack| pack.kind == kind && pack.code == code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_are_chosen_by_kind_and_date() {
        let on =
            |day: &str| in_force("units", day.parse().expect("a day")).expect("reads").map(|pack| pack.code.as_str());
        assert_eq!(on("2025-07-01"), Some("vn"));
        assert_eq!(on("2026-11-23"), Some("vn"));
        assert_eq!(on("2025-06-30"), None);
        assert!(in_force("nothing", "2026-01-01".parse().expect("a day")).expect("reads").is_none());
        assert!(
            find("units", "vn")
                .expect("reads")
                .is_some_and(|pack| !pack.basis.is_empty() && pack.title.contains("Việt Nam"))
        );
    }
}
