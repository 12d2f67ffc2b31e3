"""Makes the rule pack of the administrative units of Viet Nam from the data files of a package, the same bytes every time.

    python make_pack.py [--out FOLDER]

Five tables beside this script are kept by hand:
    resolutions.tsv  the law of each province and of its communes, the counts it states, the province's published area
    earlier_provinces.tsv  provinces that people still name and that ended before the day of the pack
    changes.tsv      what changed after the day of the pack
    overrides.tsv    where the package is wrong, and why
    people.tsv       which parts of a divided commune a resolution calls land only, or the home of everybody
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sqlite3
from collections import Counter, defaultdict
from importlib import metadata
from pathlib import Path
from typing import Any

from unit_text import Row, clean, full_name, place_tone, read_tsv, split_kind, write_tsv

PACKAGE = "vietnamadminunits"
VERSION = "1.0.4"
LICENCE = "MIT"
EFFECTIVE_FROM = "2025-07-01"

HERE = Path(__file__).resolve().parent
DEFAULT_OUT = HERE.parent.parent / "rules" / "units" / "vn"

COLUMNS: dict[str, tuple[str, ...]] = {
    "provinces": ("code", "name", "kind", "full_name", "lat", "lon", "area_km2", "valid_from", "basis", "commune_basis"),
    "communes": ("code", "province_code", "name", "kind", "lat", "lon", "area_km2"),
    "old_provinces": ("code", "name", "kind"),
    "earlier_provinces": ("code", "name", "kind", "closed_on", "into_code", "basis"),
    "old_districts": ("code", "province_code", "name", "kind", "closed_on"),
    "old_communes": ("code", "district_code", "province_code", "name", "kind"),
    "province_lineage": ("old_code", "new_code", "extent", "unchanged"),
    "lineage": ("old_level", "old_code", "new_code", "extent", "people", "unchanged"),
    "changes": ("date", "level", "code", "field", "from", "to", "basis"),
}
# What makes a row of each table the only one of its kind; also how overrides.tsv names a row.
KEYS: dict[str, tuple[str, ...]] = {
    "province_lineage": ("old_code", "new_code"),
    "lineage": ("old_code", "new_code"),
    "changes": ("date", "level", "code", "field"),
}

Tables = dict[str, list[Row]]


# Reading the package


def package_file(name: str) -> Path:
    """The path of one of the package's data files. The package itself is never imported: it would pull in a geometry library."""
    distribution = metadata.distribution(PACKAGE)
    if distribution.version != VERSION:
        raise SystemExit(f"{PACKAGE} {VERSION} is needed, {distribution.version} is installed")
    return Path(str(distribution.locate_file(f"{PACKAGE}/data/{name}")))


def rows_of(database: Path, table: str) -> list[sqlite3.Row]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        return connection.execute(f"SELECT * FROM {table}").fetchall()
    finally:
        connection.close()


def named(text: str) -> tuple[str, str]:
    kind, name = split_kind(place_tone(clean(text)))
    return kind, name


def number(value: float | None) -> str:
    """A coordinate or an area as the package has it; empty where it has none (it writes some missing areas as 0)."""
    return "" if not value else f"{value:.6f}".rstrip("0").rstrip(".")


def provinces_of(new: list[sqlite3.Row], resolutions: dict[str, Row]) -> list[Row]:
    rows: dict[str, Row] = {}
    for unit in new:
        code = unit["provinceCode"]
        kind, name = named(unit["province"])
        rows[code] = {
            "code": code,
            "name": name,
            "kind": kind,
            "full_name": full_name(kind, name),
            "lat": number(unit["provinceLat"]),
            "lon": number(unit["provinceLon"]),
            "area_km2": resolutions[code]["area_km2"],
            "valid_from": EFFECTIVE_FROM,
            "basis": resolutions[code]["province_basis"],
            "commune_basis": resolutions[code]["commune_basis"],
        }
    return list(rows.values())


def communes_of(new: list[sqlite3.Row]) -> list[Row]:
    rows = []
    for unit in new:
        kind, name = named(unit["ward"])
        rows.append(
            {
                "code": unit["wardCode"],
                "province_code": unit["provinceCode"],
                "name": name,
                "kind": kind,
                "lat": number(unit["wardLat"]),
                "lon": number(unit["wardLon"]),
                "area_km2": number(unit["wardAreaKm2"]),
            }
        )
    return rows


def old_units_of(old: list[sqlite3.Row]) -> Tables:
    provinces: dict[str, Row] = {}
    districts: dict[str, Row] = {}
    communes: dict[str, Row] = {}
    for unit in old:
        province, district, commune = unit["provinceCode"], unit["districtCode"], unit["wardCode"]
        kind, name = named(unit["province"])
        provinces[province] = {"code": province, "name": name, "kind": kind}
        kind, name = named(unit["district"])
        of_province = {"province_code": province, "name": name, "kind": kind}
        districts[district] = {"code": district, **of_province, "closed_on": EFFECTIVE_FROM}
        if commune is None:  # the five island districts that had no communes
            continue
        kind, name = named(unit["ward"])
        of_district = {"district_code": district, "province_code": province, "name": name, "kind": kind}
        communes[commune] = {"code": commune, **of_district}
    tables = {"old_provinces": provinces, "old_districts": districts, "old_communes": communes}
    return {table: list(rows.values()) for table, rows in tables.items()}


def lineage_row(old_level: str, old_code: str, new_code: str, extent: str) -> Row:
    return {"old_level": old_level, "old_code": old_code, "new_code": new_code, "extent": extent, "people": "", "unchanged": ""}


def lineage_of(converter: dict[str, Any], new: list[sqlite3.Row], old: list[sqlite3.Row]) -> list[Row]:
    """The package names units by keys without accents; each key is one unit, which is checked by looking it up."""
    new_code = {(unit["provinceKey"], unit["wardKey"]): unit["wardCode"] for unit in new}
    old_unit = {
        f"{unit['provinceKey']}_{unit['districtKey']}_{unit['wardKey'] or ''}": (
            ("commune", unit["wardCode"]) if unit["wardCode"] else ("district", unit["districtCode"])
        )
        for unit in old
    }
    rows = []

    def add(old_key: str, province_key: str, ward_key: str, extent: str) -> None:
        level, code = old_unit[old_key]
        rows.append(lineage_row(level, code, new_code[province_key, ward_key], extent))

    for province_key, wards in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward_key, old_keys in wards.items():
            for old_key in old_keys:
                add(old_key, province_key, ward_key, "whole")
    for province_key, divided in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old_key, parts in divided.items():
            for part in parts:
                add(old_key, province_key, part["newWardKey"], "part")
    return rows


def province_lineage_of(converter: dict[str, Any], new: list[sqlite3.Row], old: list[sqlite3.Row]) -> list[Row]:
    new_code = {unit["provinceKey"]: unit["provinceCode"] for unit in new}
    old_code = {unit["provinceKey"]: unit["provinceCode"] for unit in old}
    return [
        {"old_code": old_code[old_key], "new_code": new_code[new_key], "extent": "whole", "unchanged": ""}
        for new_key, old_keys in converter["DICT_PROVINCE"].items()
        for old_key in old_keys
    ]


# Correcting it


def key_of(table: str, row: Row) -> str:
    return ">".join(row[column] for column in KEYS.get(table, ("code",)))


def apply_overrides(tables: Tables, overrides: list[Row]) -> None:
    """Each override names the value it expects, so that one that a newer package no longer needs is noticed."""
    by_key = {table: {key_of(table, row): row for row in rows} for table, rows in tables.items()}
    for override in overrides:
        table, key, field = override["table"], override["key"], override["field"]
        row = by_key[table].get(key)
        found = row[field] if row else ""
        if found != override["from"]:
            raise SystemExit(f"override {table} {key} {field}: expected {override['from']!r}, the package has {found!r}")
        if row is None:
            row = added_lineage(table, key)
            tables[table].append(row)
            by_key[table][key] = row
        row[field] = override["to"]
        if table in ("lineage", "province_lineage") and field == "extent" and not override["to"]:
            tables[table].remove(row)
            del by_key[table][key]


def added_lineage(table: str, key: str) -> Row:
    if table != "lineage":
        raise SystemExit(f"an override adds a row to {table}: {key}")
    old_code, new_code = key.split(">")
    return lineage_row("commune", old_code, new_code, "")


def mark_unchanged(lineage: list[Row], old_units: list[Row], new_units: list[Row]) -> None:
    """A unit went on as it was when its only origin is one whole unit of the same name and kind."""
    old_by_code = {unit["code"]: unit for unit in old_units}
    new_by_code = {unit["code"]: unit for unit in new_units}
    origins = Counter(row["new_code"] for row in lineage)
    for row in lineage:
        before, after = old_by_code.get(row["old_code"]), new_by_code[row["new_code"]]
        alone = row["extent"] == "whole" and origins[row["new_code"]] == 1
        same = before is not None and (before["name"], before["kind"]) == (after["name"], after["kind"])
        row["unchanged"] = "1" if alone and same else ""


def fill_people(lineage: list[Row], stated: list[Row]) -> None:
    """Where the people of a divided commune went. A resolution says so when a part was land only ("none") or took everybody ("all");
    the part left over when every other one is empty has everybody too."""
    said = {(row["old_code"], row["new_code"]): row["people"] for row in stated}
    parts: defaultdict[str, list[Row]] = defaultdict(list)
    for row in lineage:
        row["people"] = "all" if row["extent"] == "whole" else said.pop((row["old_code"], row["new_code"]), "")
        parts[row["old_code"]].append(row)
    if said:
        raise SystemExit(f"people.tsv names parts that the lineage does not have: {sorted(said)}")
    for rows in parts.values():
        unsaid = [row for row in rows if not row["people"]]
        everybody_placed = any(row["people"] == "all" for row in rows)
        for row in unsaid:
            row["people"] = "none" if everybody_placed else "all" if len(unsaid) == 1 else "some"


# Checking it


def check(tables: Tables, resolutions: dict[str, Row]) -> None:
    problems = [
        *duplicate_problems(tables),
        *reference_problems(tables),
        *count_problems(tables, resolutions),
        *lineage_problems(tables),
        *change_problems(tables),
    ]
    if problems:
        raise SystemExit("\n".join(problems))


def duplicate_problems(tables: Tables) -> list[str]:
    return [
        f"{table}: {key} stands {count} times"
        for table, rows in tables.items()
        for key, count in Counter(key_of(table, row) for row in rows).items()
        if count > 1
    ]


def reference_problems(tables: Tables) -> list[str]:
    codes = {table: {row["code"] for row in rows} for table, rows in tables.items() if table not in KEYS}
    points = [
        ("communes", "province_code", "provinces"),
        ("old_districts", "province_code", "old_provinces"),
        ("old_communes", "district_code", "old_districts"),
        ("old_communes", "province_code", "old_provinces"),
        ("earlier_provinces", "into_code", "old_provinces"),
        ("province_lineage", "old_code", "old_provinces"),
        ("province_lineage", "new_code", "provinces"),
        ("lineage", "new_code", "communes"),
    ]
    problems = [
        f"{table}: {row[column]} is not in {target}"
        for table, column, target in points
        for row in tables[table]
        if row[column] not in codes[target]
    ]
    old = {"commune": codes["old_communes"], "district": codes["old_districts"]}
    return problems + [
        f"lineage: no old {row['old_level']} {row['old_code']}"
        for row in tables["lineage"]
        if row["old_code"] not in old[row["old_level"]]
    ]


def count_problems(tables: Tables, resolutions: dict[str, Row]) -> list[str]:
    """Each province has as many communes of each kind as the last article of its resolution says."""
    counts = Counter((row["province_code"], row["kind"]) for row in tables["communes"])
    return [
        f"province {code}: {counts[code, kind]} {kind}, the resolution says {resolution[kind]}"
        for code, resolution in resolutions.items()
        for kind in ("xa", "phuong", "dac_khu")
        if counts[code, kind] != int(resolution[kind])
    ]


def lineage_problems(tables: Tables) -> list[str]:
    extents: defaultdict[str, list[str]] = defaultdict(list)
    for row in tables["lineage"]:
        extents[row["old_code"]].append(row["extent"])
    problems = [
        f"lineage: {code} goes {', '.join(ways)}"
        for code, ways in extents.items()
        if not (ways == ["whole"] or (len(ways) > 1 and set(ways) == {"part"}))
    ]
    problems += [f"lineage: {row['code']} goes nowhere" for row in tables["old_communes"] if row["code"] not in extents]
    formed = {row["new_code"] for row in tables["lineage"]}
    problems += [f"lineage: {row['code']} comes from nowhere" for row in tables["communes"] if row["code"] not in formed]
    return problems + misplaced(tables)


def misplaced(tables: Tables) -> list[str]:
    """No commune crossed to another new province than its old province did."""
    new_province = {row["old_code"]: row["new_code"] for row in tables["province_lineage"]}
    old_home = {row["code"]: row["province_code"] for row in tables["old_communes"] + tables["old_districts"]}
    new_home = {row["code"]: row["province_code"] for row in tables["communes"]}
    return [
        f"lineage: {row['old_code']} went to {row['new_code']} in another province"
        for row in tables["lineage"]
        if new_province[old_home[row["old_code"]]] != new_home[row["new_code"]]
    ]


def change_problems(tables: Tables) -> list[str]:
    state = {level: {row["code"]: dict(row) for row in tables[f"{level}s"]} for level in ("province", "commune")}
    problems = []
    for change in sorted(tables["changes"], key=lambda row: row["date"]):
        unit = state[change["level"]][change["code"]]
        if unit[change["field"]] != change["from"]:
            was = unit[change["field"]]
            problems.append(f"change of {change['code']} on {change['date']}: {change['field']} was {was!r}")
        unit[change["field"]] = change["to"]
    return problems


# Writing it


def digest(name: str) -> str:
    return hashlib.sha256(package_file(name).read_bytes()).hexdigest()


def pack_toml(tables: Tables) -> str:
    counts = "\n".join(f"{table} = {len(rows)}" for table, rows in tables.items())
    kinds = "\n".join(f"{kind} = {count}" for kind, count in sorted(Counter(row["kind"] for row in tables["communes"]).items()))
    digests = "\n".join(f'"{name}" = "sha256:{digest(name)}"' for name in ("converter_2025.json", "dataset.db"))
    template = (HERE / "pack.toml.in").read_text(encoding="utf-8")
    values = {
        "effective_from": EFFECTIVE_FROM,
        "package": PACKAGE,
        "version": VERSION,
        "licence": LICENCE,
        "counts": counts,
        "kinds": kinds,
        "digests": digests,
    }
    for name, value in values.items():
        template = template.replace("{" + name + "}", value)
    return template


def make() -> tuple[Tables, dict[str, Row]]:
    database = package_file("dataset.db")
    converter = json.loads(package_file("converter_2025.json").read_text(encoding="utf-8"))
    new, old = rows_of(database, "admin_units"), rows_of(database, "admin_units_legacy")
    resolutions = {row["province_code"]: row for row in read_tsv(HERE / "resolutions.tsv")}
    tables: Tables = {
        "provinces": provinces_of(new, resolutions),
        "communes": communes_of(new),
        **old_units_of(old),
        "earlier_provinces": read_tsv(HERE / "earlier_provinces.tsv"),
        "province_lineage": province_lineage_of(converter, new, old),
        "lineage": lineage_of(converter, new, old),
        "changes": read_tsv(HERE / "changes.tsv"),
    }
    apply_overrides(tables, read_tsv(HERE / "overrides.tsv"))
    fill_people(tables["lineage"], read_tsv(HERE / "people.tsv"))
    mark_unchanged(tables["lineage"], tables["old_communes"], tables["communes"])
    mark_unchanged(tables["province_lineage"], tables["old_provinces"], tables["provinces"])
    for table, rows in tables.items():
        rows.sort(key=lambda row: [row[column] for column in KEYS.get(table, ("code",))])
    return tables, resolutions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    out: Path = parser.parse_args().out
    tables, resolutions = make()
    check(tables, resolutions)
    out.mkdir(parents=True, exist_ok=True)
    for table, rows in tables.items():
        write_tsv(out / f"{table}.tsv", COLUMNS[table], rows)
    (out / "pack.toml").write_text(pack_toml(tables), encoding="utf-8", newline="\n")
    print("\n".join(f"{table}: {len(rows)}" for table, rows in tables.items()))


if __name__ == "__main__":
    main()
