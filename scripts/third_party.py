#!/usr/bin/env python3
"""Everything Khuê is built from, with its licence: writes THIRD-PARTY.md from the lock files.

    scripts/third_party.py               writes it anew (licences are read from what cargo and npm have fetched)
    scripts/third_party.py --check       its names and versions agree with the lock files, its licences are allowed;
                                         needs no network and nothing fetched
    scripts/third_party.py --self-test   judges made-up licences

What a direct dependency is for stands in its comment in Cargo.toml, or under "//" in package.json:
    "//": { "svelte": "components and their state" }
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "THIRD-PARTY.md"
CLIENTS = {"web": "The client", "e2e": "The browser tests"}

# Permissive licences, and those whose duties end at the file (MPL) or the font (OFL). Nothing that would bind the
# schools and offices that run or change Khuê.
ALLOWED = {
    "0BSD", "Apache-2.0", "BlueOak-1.0.0", "BSD-1-Clause", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "bzip2-1.0.6",
    "CC-BY-3.0", "CC-BY-4.0", "CC0-1.0", "CDLA-Permissive-2.0", "ISC", "MIT", "MIT-0", "MPL-2.0", "NCSA", "OFL-1.1",
    "PSF-2.0", "Python-2.0", "Unicode-3.0", "Unicode-DFS-2016", "Unlicense", "Zlib",
}  # fmt: skip
EXCEPTIONS = {"LLVM-exception"}

# Those that state their licence in a file only, read by a person: {name: licence}.
STATED = {"svelte-toolbelt": "MIT", "parse-cache-control": "BSD-3-Clause"}

# What the crates and packages carry inside and their own licence field does not tell.
CARRIED = """\
SQLite, which libsqlite3-sys compiles into the program, is in the public domain. Parts of ring come from BoringSSL and
fiat-crypto under the licences of its `LICENSE` files. The typeface Be Vietnam Pro is under OFL-1.1.
"""


class Refused(Exception):
    pass


def allowed(expression):
    """Whether an SPDX expression leaves us a choice made of allowed licences only."""
    # Older crates write a slash for "or".
    tokens = re.findall(r"\(|\)|[^\s()]+", (expression or "").replace("/", " OR "))
    position = 0

    def peek():
        return tokens[position].upper() if position < len(tokens) else None

    def take():
        nonlocal position
        if position >= len(tokens):
            raise Refused("it ends too early")
        position += 1
        return tokens[position - 1]

    def one():
        token = take()
        if token == "(":
            inside = either()
            if take() != ")":
                raise Refused("a bracket stays open")
            return inside
        fine = token.removesuffix("+") in ALLOWED
        if peek() == "WITH":
            take()
            fine = take() in EXCEPTIONS and fine
        return fine

    def every():
        fine = one()
        while peek() == "AND":
            take()
            fine = one() and fine
        return fine

    def either():
        fine = every()
        while peek() == "OR":
            take()
            fine = every() or fine
        return fine

    try:
        fine = either()
        return fine and position == len(tokens)
    except Refused:
        return False


# --- what the lock files say: {(name, version)}


def locked_crates():
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    return {(p["name"], p["version"]) for p in lock["package"] if "source" in p}


def read_npm_lock(folder):
    path = ROOT / folder / "package-lock.json"
    if not path.exists():
        return {}
    packages = json.loads(path.read_text())["packages"]
    return {where: package for where, package in packages.items() if where and not package.get("link")}


def npm_name(where, package):
    return package.get("name") or where.rpartition("node_modules/")[2]


def locked_packages(folder):
    return {(npm_name(where, package), package["version"]) for where, package in read_npm_lock(folder).items()}


# --- what cargo and npm know: [(name, version, licence, what for)]


def cargo_comments():
    """The comment behind each dependency in Cargo.toml."""
    found = {}
    for line in (ROOT / "Cargo.toml").read_text().splitlines():
        if match := re.match(r'([A-Za-z0-9_-]+)\s*=\s*.*["}\]]\s*#\s*(.+?)\s*$', line):
            found[match[1]] = match[2]
    return found


def for_whom(wanted_by):
    """`needed by a, b and 3 more`"""
    names = sorted(wanted_by)
    if not names:
        return "needed on some systems only"
    text = ", ".join(names[:3])
    return f"needed by {text}" + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def crates():
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    meta = json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout)
    comments = cargo_comments()
    name_of = {p["id"]: p["name"] for p in meta["packages"]}
    members = set(meta["workspace_members"])
    wanted_by, direct = {}, set()
    for node in meta["resolve"]["nodes"]:
        for dependency in node["deps"]:
            if node["id"] in members:
                direct.add(dependency["pkg"])
            else:
                wanted_by.setdefault(dependency["pkg"], set()).add(name_of[node["id"]])
    rows = []
    for package in meta["packages"]:
        if package["source"] is None:
            continue
        what = comments.get(package["name"]) if package["id"] in direct else None
        rows.append(
            (
                package["name"],
                package["version"],
                package["license"] or STATED.get(package["name"], ""),
                what or for_whom(wanted_by.get(package["id"], ())),
            )
        )
    return sorted(set(rows))


def packages(folder):
    lock = read_npm_lock(folder)
    if not lock:
        return []
    manifest = json.loads((ROOT / folder / "package.json").read_text())
    notes = manifest.get("//") if isinstance(manifest.get("//"), dict) else {}
    direct = {*manifest.get("dependencies", {}), *manifest.get("devDependencies", {})}
    wanted_by = {}
    for where, package in lock.items():
        for other in {*package.get("dependencies", {}), *package.get("optionalDependencies", {})}:
            wanted_by.setdefault(other, set()).add(npm_name(where, package))
    rows = {}
    for where, package in lock.items():
        name = npm_name(where, package)
        own_file = ROOT / folder / where / "package.json"
        own = json.loads(own_file.read_text()) if own_file.exists() else {}
        licence = package.get("license") or own.get("license") or STATED.get(name, "")
        if isinstance(licence, dict):
            licence = licence.get("type", "")
        what = None
        if name in direct:
            what = notes.get(name) or re.sub(r"\s+", " ", own.get("description", "")).strip().rstrip(".")
        rows[(name, package["version"])] = (
            name,
            package["version"],
            licence,
            what or for_whom(wanted_by.get(name, ())),
        )
    return sorted(rows.values())


# --- the file


def table(rows):
    escaped = [[cell.replace("|", "\\|").replace("<", "&lt;") for cell in row] for row in rows]
    return "\n".join(["| name | version | licence | what for |", "|---|---|---|---|"]
                     + [f"| {' | '.join(row)} |" for row in escaped])  # fmt: skip


def write():
    parts = [
        "# What Khuê is built from\n\n<!-- Written by `make third-party` from the lock files. Do not edit. -->\n\n"
        "Khuê itself is under Apache-2.0. Everything below is under a licence that lets anyone use, change and pass on\n"
        "the whole; `scripts/third_party.py` holds the list of licences and refuses others.\n\n" + CARRIED
    ]
    refused = []
    sections = [("The program", crates())]
    sections += [(title, packages(folder)) for folder, title in CLIENTS.items()]
    for title, rows in sections:
        if rows:
            parts.append(f"## {title}\n\n{table(rows)}\n")
            refused += [row for row in rows if not allowed(row[2])]
    for name, version, licence, what in refused:
        print(f"licence not allowed: {name} {version}: {licence or 'none stated'} ({what})")
    if refused:
        return 1
    TARGET.write_text("\n".join(parts))
    print(f"{TARGET.name}: {', '.join(f'{title.lower()}: {len(rows)}' for title, rows in sections)}")
    return 0


def read():
    """{section: {(name, version): licence}} as the file has it."""
    found, section = {}, None
    for line in TARGET.read_text().splitlines():
        if line.startswith("## "):
            section = found.setdefault(line[3:], {})
        elif section is not None and line.startswith("| ") and not line.startswith("| name |"):
            name, version, licence, _ = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            section[(name, version)] = licence
    return found


def check():
    if not TARGET.exists():
        print(f"{TARGET.name} is missing: make third-party")
        return 1
    written = read()
    expected = {"The program": locked_crates()}
    expected |= {title: locked_packages(folder) for folder, title in CLIENTS.items()}
    wrong = []
    for title, locked in expected.items():
        listed = written.get(title, {})
        wrong += [f"{title}: in the lock file, not listed: {name} {version}" for name, version in locked - set(listed)]
        wrong += [f"{title}: listed, not in the lock file: {name} {version}" for name, version in set(listed) - locked]
        wrong += [
            f"{title}: licence not allowed: {name} {version}: {licence or 'none stated'}"
            for (name, version), licence in listed.items()
            if not allowed(licence)
        ]
    for line in sorted(wrong)[:20]:
        print(line)
    if wrong[20:]:
        print(f"and {len(wrong) - 20} more")
    if wrong:
        print(f"{TARGET.name} does not agree with the lock files: make third-party")
        return 1
    print(f"{TARGET.name} agrees with the lock files: {sum(map(len, expected.values()))} crates and packages")
    return 0


def self_test():
    good = [
        "MIT", "MIT/Apache-2.0", "Apache-2.0 WITH LLVM-exception OR MIT", "(MIT OR Apache-2.0) AND Unicode-3.0",
        "MIT OR GPL-2.0-only", "LGPL-2.1-or-later OR MIT", "Apache-2.0 AND ISC", "CC0-1.0", "OFL-1.1",
    ]  # fmt: skip
    bad = [
        "", None, "GPL-3.0-or-later", "AGPL-3.0-only", "SSPL-1.0", "MIT AND GPL-2.0-only", "(MIT OR Apache-2.0) AND AGPL-3.0",
        "GPL-2.0 WITH LLVM-exception", "MIT OR", "(MIT", "SEE LICENSE IN LICENSE.md", "UNLICENSED", "BUSL-1.1", "MIT ISC",
    ]  # fmt: skip
    wrong = [f"refused though allowed: {text}" for text in good if not allowed(text)]
    wrong += [f"allowed though forbidden: {text}" for text in bad if allowed(text)]
    for line in wrong:
        print(line)
    if not wrong:
        print(f"licence rules: {len(good)} allowed and {len(bad)} forbidden examples judged rightly")
    return 1 if wrong else 0


def main():
    if sys.argv[1:] == []:
        return write()
    if sys.argv[1:] == ["--check"]:
        return check()
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main())
