"""Compares the pack with a reference made apart: a folder with provinces.tsv and communes.tsv.

    python compare.py REFERENCE_DIR [--as-of DATE] [--pack FOLDER] [--all]

The reference's columns: code, name, kind (the word), formed_from; communes also province_code. Every difference is printed by class;
those that settled.tsv explains are only counted (--all prints them too). The exit code is 1 while unexplained ones remain, and also when
a settled difference no longer occurs.
"""

from __future__ import annotations

import argparse
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from unit_text import KIND_WORDS, Row, clean, fold_tone, full_name, read_tsv, split_kind

HERE = Path(__file__).resolve().parent
PACK = HERE.parent.parent / "rules" / "units" / "vn"

UNCHANGED = "giữ nguyên"
# "phần còn lại sau khi sáp nhập vào ...", "một phần", "một phần diện tích"
PART_MARKS = ("phần còn lại", "một phần")


@dataclass(frozen=True)
class Difference:
    kind: str
    code: str
    ours: str
    theirs: str


@dataclass(frozen=True)
class Origin:
    """An old commune as one side names it: the reference by words, the pack by code."""

    kind: str
    name: str
    district: str
    part: bool
    code: str = ""

    @property
    def label(self) -> str:
        return (full_name(self.kind, self.name) if self.kind else self.name) + (f" ({self.district})" if self.district else "")


# The two sides


def state(pack: Path, as_of: str) -> dict[str, dict[str, Row]]:
    """Provinces and communes of one day: the pack's day with the changes up to it."""
    units = {level: {row["code"]: row for row in read_tsv(pack / f"{level}s.tsv")} for level in ("province", "commune")}
    for change in sorted(read_tsv(pack / "changes.tsv"), key=lambda row: row["date"]):
        if change["date"] <= as_of:
            units[change["level"]][change["code"]][change["field"]] = change["to"]
    return units


def best_day(pack: Path, theirs: list[Row]) -> str:
    """The reference carries no date: the day of the pack's history on which the fewest kinds differ."""
    days = sorted({"2025-07-01"} | {row["date"] for row in read_tsv(pack / "changes.tsv")})

    def differing(day: str) -> int:
        ours = state(pack, day)["commune"]
        return sum(row["code"] in ours and ours[row["code"]]["kind"] != KIND_WORDS[clean(row["kind"])] for row in theirs)

    return min(days, key=differing)


def pack_origins(pack: Path) -> dict[str, list[Origin]]:
    districts = {row["code"]: row for row in read_tsv(pack / "old_districts.tsv")}
    communes = {row["code"]: row for row in read_tsv(pack / "old_communes.tsv")}
    origins: defaultdict[str, list[Origin]] = defaultdict(list)
    for row in read_tsv(pack / "lineage.tsv"):
        part, code = row["extent"] == "part", row["old_code"]
        if row["old_level"] == "district":
            unit = districts[code]
            origins[row["new_code"]].append(Origin(unit["kind"], unit["name"], "", part, code))
            continue
        unit = communes[code]
        district = districts[unit["district_code"]]
        origins[row["new_code"]].append(Origin(unit["kind"], unit["name"], full_name(district["kind"], district["name"]), part, code))
    return origins


def split_outside_brackets(text: str) -> list[str]:
    items, depth, item = [], 0, ""
    for char in text:
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            items.append(item.strip())
            item = ""
        else:
            item += char
    return [part for part in [*items, item.strip()] if part]


def parse_origin(item: str) -> Origin:
    notes = re.findall(r"\(([^)]*)\)", item)
    plain = " ".join(re.sub(r"\([^)]*\)", " ", item).split())
    part = any(note.lower().startswith(PART_MARKS) for note in notes)
    district = next((note for note in notes if note.lower().startswith(("huyện ", "quận ", "thị xã ", "thành phố "))), "")
    try:
        kind, name = split_kind(plain)
    except ValueError:
        kind, name = "", plain
    return Origin(kind, name, district, part)


# Comparing


def loose(text: str) -> str:
    """Letters only, without any accent, i and y as one: for recognising a spelling of the same name."""
    letters = [fold_letter(char) for char in fold_tone(text).lower()]
    return "".join(letter for letter in letters if letter.isalnum())


def fold_letter(char: str) -> str:
    base = unicodedata.normalize("NFD", char)[0]
    return {"đ": "d", "y": "i"}.get(base, base)


def alike(one: str, other: str) -> bool:
    first, second = loose(one), loose(other)
    return first == second or SequenceMatcher(None, first, second).ratio() >= 0.75


def compare_units(ours: dict[str, Row], theirs: list[Row], level: str) -> list[Difference]:
    found = []
    their_by_code = {row["code"]: row for row in theirs}
    for code in sorted(ours.keys() - their_by_code.keys()):
        found.append(Difference(f"{level} missing in theirs", code, full_name(ours[code]["kind"], ours[code]["name"]), ""))
    for code in sorted(their_by_code.keys() - ours.keys()):
        row = their_by_code[code]
        found.append(Difference(f"{level} missing in ours", code, "", f"{clean(row['kind'])} {clean(row['name'])}"))
    for code in sorted(ours.keys() & their_by_code.keys()):
        found += compare_unit(ours[code], their_by_code[code], level)
    return found


def compare_unit(ours: Row, theirs: Row, level: str) -> list[Difference]:
    code, found = ours["code"], []
    raw, name = theirs["name"], clean(theirs["name"])
    kind = KIND_WORDS[clean(theirs["kind"])]
    if raw != name or theirs["kind"] != clean(theirs["kind"]):
        found.append(Difference(f"{level} letters", code, name, raw))
    if name != ours["name"]:
        same = fold_tone(name) == fold_tone(ours["name"])
        found.append(Difference(f"{level} tone mark" if same else f"{level} name", code, ours["name"], name))
    if kind != ours["kind"]:
        found.append(Difference(f"{level} kind", code, ours["kind"], kind))
    if "province_code" in ours and theirs["province_code"] != ours["province_code"]:
        found.append(Difference("commune province", code, ours["province_code"], theirs["province_code"]))
    return found


def compare_province_lineage(pack: Path, theirs: list[Row]) -> list[Difference]:
    old = {row["code"]: row for row in read_tsv(pack / "old_provinces.tsv")}
    origins: defaultdict[str, set[str]] = defaultdict(set)
    for row in read_tsv(pack / "province_lineage.tsv"):
        origins[row["new_code"]].add(old[row["old_code"]]["name"])
    found = []
    for row in theirs:
        text = clean(row["formed_from"]).replace("TPHCM", "thành phố Hồ Chí Minh")
        parts = [item for chunk in split_outside_brackets(text) for item in chunk.split(" và ")]
        named = {clean(row["name"])} if text == UNCHANGED else {split_kind(part)[1] for part in parts}
        if {fold_tone(name) for name in named} != {fold_tone(name) for name in origins[row["code"]]}:
            found.append(Difference("province lineage", row["code"], ", ".join(sorted(origins[row["code"]])), ", ".join(sorted(named))))
    return found


def compare_lineage(pack: Path, theirs: list[Row]) -> list[Difference]:
    ours, found = pack_origins(pack), []
    names = {row["code"]: row for row in read_tsv(pack / "communes.tsv")}
    for row in theirs:
        code, text = row["code"], clean(row["formed_from"])
        if code not in names:
            continue  # already counted as a missing code
        if not text:
            found.append(Difference("lineage not stated", code, "; ".join(origin.label for origin in ours[code]), ""))
        elif text == UNCHANGED:
            found += compare_unchanged(code, names[code], ours[code])
        else:
            found += compare_origins(code, ours[code], [parse_origin(item) for item in split_outside_brackets(text)])
    return found


def compare_unchanged(code: str, unit: Row, ours: list[Origin]) -> list[Difference]:
    # The special zones made of a whole island district are "unchanged" with another kind.
    if len(ours) == 1 and not ours[0].part and ours[0].name == unit["name"]:
        return []
    return [Difference("lineage unchanged", code, "; ".join(origin.label for origin in ours), UNCHANGED)]


def same_district(ours: Origin, theirs: Origin) -> bool:
    return not theirs.district or fold_tone(ours.district).lower() == fold_tone(theirs.district).lower()


def compare_origins(code: str, ours: list[Origin], theirs: list[Origin]) -> list[Difference]:
    """Pairs the two lists in rounds, strictest first; what a later round pairs is a difference of that round's class."""
    rounds: list[tuple[str, Callable[[Origin, Origin], bool]]] = [
        ("", lambda a, b: fold_tone(a.name) == fold_tone(b.name) and a.kind == b.kind and same_district(a, b)),
        ("lineage district", lambda a, b: fold_tone(a.name) == fold_tone(b.name) and a.kind == b.kind),
        ("lineage kind", lambda a, b: fold_tone(a.name) == fold_tone(b.name)),
        ("lineage spelling", lambda a, b: alike(a.name, b.name)),
    ]
    found: list[Difference] = []
    ours_left, theirs_left = list(ours), sorted(theirs, key=lambda origin: not origin.district)
    for label, same in rounds:
        for their in list(theirs_left):
            our = next((our for our in ours_left if same(our, their)), None)
            if our is None:
                continue
            ours_left.remove(our)
            theirs_left.remove(their)
            if label:
                found.append(Difference(label, code, our.label, their.label))
            if their.part and not our.part:
                found.append(Difference("lineage extent", code, f"{our.label}: whole", f"{their.label}: part"))
    found += [Difference("lineage only in ours", code, our.label, "") for our in ours_left]
    found += [Difference("lineage only in theirs", code, "", their.label) for their in theirs_left]
    return found


# Settling


def matches(settled: Row, difference: Difference) -> bool:
    pairs = ((settled["code"], difference.code), (settled["ours"], difference.ours), (settled["theirs"], difference.theirs))
    return settled["class"] == difference.kind and all(pattern in ("*", value) for pattern, value in pairs)


def report(differences: list[Difference], settled: list[Row], show_all: bool) -> int:
    used: Counter[int] = Counter()
    unexplained = 0
    by_class: defaultdict[str, list[tuple[Difference, Row | None]]] = defaultdict(list)
    for difference in differences:
        index = next((index for index, row in enumerate(settled) if matches(row, difference)), None)
        if index is not None:
            used[index] += 1
        by_class[difference.kind].append((difference, settled[index] if index is not None else None))
    for kind in sorted(by_class):
        open_ones = sum(row is None for _, row in by_class[kind])
        unexplained += open_ones
        print(f"{kind}: {len(by_class[kind])}, unexplained {open_ones}")
        for difference, row in by_class[kind]:
            if row is None or show_all:
                verdict = f"  [{row['right']}: {row['why']}]" if row else ""
                print(f"  {difference.code}\tours: {difference.ours}\ttheirs: {difference.theirs}{verdict}")
    stale = [row for index, row in enumerate(settled) if not used[index]]
    for row in stale:
        print(f"settled but no longer found: {row['class']} {row['code']} {row['ours']} | {row['theirs']}")
    print(f"{len(differences)} differences, {unexplained} unexplained, {len(stale)} settled ones gone")
    return 1 if unexplained or stale else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reference", type=Path)
    parser.add_argument("--as-of", help="the day the reference describes (default: the day that fits it best)")
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--all", action="store_true", help="print the settled differences too")
    arguments = parser.parse_args()
    provinces, communes = (read_tsv(arguments.reference / f"{name}.tsv") for name in ("provinces", "communes"))
    day = arguments.as_of or best_day(arguments.pack, communes)
    ours = state(arguments.pack, day)
    print(f"the pack as of {day}: {len(ours['province'])} provinces, {len(ours['commune'])} communes")
    print(f"the reference: {len(provinces)} provinces, {len(communes)} communes")
    differences = [
        *compare_units(ours["province"], provinces, "province"),
        *compare_units(ours["commune"], communes, "commune"),
        *compare_province_lineage(arguments.pack, provinces),
        *compare_lineage(arguments.pack, communes),
    ]
    sys.exit(report(differences, read_tsv(HERE / "settled.tsv"), arguments.all))


if __name__ == "__main__":
    main()
