#!/usr/bin/env python3
"""Who may know whom: refuses a dependency between crates of the workspace in a forbidden direction. And what is called how:
refuses two shapes of the API with one name, of which the description would silently keep the last.

    scripts/house_check.py               judges this workspace
    scripts/house_check.py --self-test   judges made-up workspaces, good and bad
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Each crate, and the crates directly below it. A crate may also know whatever is further down.
BELOW = {
    "base": [],
    "db": ["base"],
    "rules": ["db"],
    "auth": ["db"],
    "platform": ["auth", "rules"],
    "http": ["platform"],
    # Heavy leaves: a domain reaches them through a thin trait in platform, so that few crates wait for them.
    "documents": ["base"],
    "signing": ["base"],
    # Domains.
    "accounts": ["http"],
    "registry": ["accounts"],
    "grading": ["registry", "accounts"],
    "learning": ["registry", "accounts"],
    "exams": ["registry", "accounts"],
    "services": ["registry", "accounts"],
    "community": ["registry", "accounts"],
    "office": ["registry", "accounts"],
    "campus": ["registry", "accounts"],
    # These two read what the domains hold, and write through their commands.
    "insight": ["registry", "grading"],
    "exchange": ["registry", "grading"],
}
# These know everything; nobody knows them, but for tests, which may use the test kit.
TOP = ["synth", "khue", "testkit"]

# Only the database door names a driver; benchmarks compare it with the bare driver.
DRIVERS = {"rusqlite", "tokio-postgres"}
DRIVERS_ALLOWED = {"db"}


def knows(crate):
    """Every crate that `crate` may depend on."""
    if crate == "synth":
        return set(BELOW)
    if crate == "khue":
        return set(BELOW) | {"synth"}
    if crate == "testkit":
        return set(BELOW) | {"synth", "khue"}
    found, todo = set(), list(BELOW[crate])
    while todo:
        below = todo.pop()
        if below not in found:
            found.add(below)
            todo += BELOW[below]
    return found


def judge(packages, root):
    """The breaches in the packages of `cargo metadata --no-deps`, as sentences."""
    breaches = []
    members = {p["name"] for p in packages}
    for package in sorted(packages, key=lambda p: p["name"]):
        name = package["name"]
        in_bench = Path(package["manifest_path"]).is_relative_to(root / "bench")
        if not in_bench and name not in BELOW and name not in TOP:
            breaches.append(f"{name} has no place in the house: give it one in scripts/house_check.py")
            continue
        for dependency in package["dependencies"]:
            other, kind = dependency["name"], dependency["kind"] or "normal"
            if other in DRIVERS and name not in DRIVERS_ALLOWED and not in_bench:
                breaches.append(f"{name} names {other}: only db may; say what you need to db instead")
            if other not in members or in_bench:
                continue
            if kind == "dev":
                # A crate's tests may put it together with any other: that never reaches the program.
                continue
            if other not in knows(name):
                breaches.append(f"{name} -> {other} ({kind}): {name} may know {', '.join(sorted(knows(name))) or 'nobody'}")
    return breaches


# A type with `ToSchema` among its derives, with what else stands before it.
SHAPE = re.compile(
    r"#\[derive\((?P<derives>[^\]]*)\)\]\s*(?P<more>(?:#\[[^\n]*\]\s*|///[^\n]*\s*|//[^\n]*\s*)*)"
    r"pub(?:\([a-z]+\))? (?:struct|enum) (?P<name>\w+)(?P<generic><)?"
)
CALLED = re.compile(r"#\[schema\([^\n]*\bas = ([\w:]+)")


def shapes(sources):
    """Two types that go into the description under one name, as sentences. `sources`: place and text."""
    seen, breaches = {}, []
    for place, text in sources:
        for found in SHAPE.finditer(text):
            # A generic shape is called after what fills it.
            if not re.search(r"\bToSchema\b", found["derives"]) or found["generic"]:
                continue
            called = CALLED.search(found["more"])
            name = called[1] if called else found["name"]
            if name in seen and seen[name] != (place, found.start()):
                breaches.append(f"{place}: the API knows another {name} ({seen[name][0]}); call one of them otherwise: #[schema(as = …)]")
            seen.setdefault(name, (place, found.start()))
    return breaches


def our_sources():
    for path in sorted((ROOT / "crates").glob("*/src/**/*.rs")):
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def this_workspace():
    out = subprocess.run(
        ["cargo", "metadata", "--no-deps", "--format-version", "1", "--offline"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    return json.loads(out)["packages"]


def made_up(**crates):
    """A workspace of crates: `registry=["accounts", "dev:testkit"]`; `bench_x` stands in bench/."""
    packages = []
    for name, wants in crates.items():
        folder = "bench" if name.startswith("bench") else "crates"
        dependencies = []
        for want in wants:
            kind, _, other = want.rpartition(":")
            dependencies.append({"name": other, "kind": kind or None})
        packages.append(
            {"name": name, "manifest_path": str(ROOT / folder / name / "Cargo.toml"), "dependencies": dependencies}
        )
    return packages


def self_test():
    good = {
        "layers": made_up(base=[], db=["base", "rusqlite", "tokio-postgres"], platform=["base", "db"], http=["platform"]),
        "far down": made_up(base=[], auth=[], exchange=["base", "auth"]),
        "insight reads accounts through grading": made_up(accounts=[], insight=["accounts"]),
        "test kit in tests": made_up(registry=["dev:testkit"], testkit=["registry", "khue"], khue=["registry"]),
        "tests look up": made_up(accounts=["dev:registry"], registry=[]),
        "drivers in benchmarks": made_up(bench_door=["rusqlite", "db"], db=[]),
        "outside crates": made_up(base=["serde", "build:cc"]),
    }
    bad = {
        "upwards": (made_up(db=["platform"], platform=[]), "db -> platform"),
        "build script upwards": (made_up(db=["build:http"], http=[]), "db -> http"),
        "to the side": (made_up(rules=["auth"], auth=[]), "rules -> auth"),
        "accounts to registry": (made_up(accounts=["registry"], registry=[]), "accounts -> registry"),
        "grading to exchange": (made_up(grading=["exchange"], exchange=[]), "grading -> exchange"),
        "between the two readers": (made_up(insight=["exchange"], exchange=[]), "insight -> exchange"),
        "domain to heavy leaf": (made_up(grading=["documents"], documents=[]), "grading -> documents"),
        "heavy leaf to the door": (made_up(signing=["db"], db=[]), "signing -> db"),
        "test kit in the program": (made_up(khue=["testkit"], testkit=[]), "khue -> testkit"),
        "the program in a domain": (made_up(registry=["khue"], khue=[]), "registry -> khue"),
        "a driver in a domain": (made_up(registry=["rusqlite"]), "registry names rusqlite"),
        "a driver in a domain's tests": (made_up(registry=["dev:tokio-postgres"]), "registry names tokio-postgres"),
        "a driver in the test kit": (made_up(testkit=["tokio-postgres"]), "testkit names tokio-postgres"),
        "a crate without a place": (made_up(misc=[]), "misc has no place"),
    }
    wrong = []
    for name, packages in good.items():
        if breaches := judge(packages, ROOT):
            wrong.append(f"refused though allowed, {name}: {breaches}")
    for name, (packages, expected) in bad.items():
        breaches = judge(packages, ROOT)
        if len(breaches) != 1 or not breaches[0].startswith(expected):
            wrong.append(f"not refused as expected, {name}: {breaches}")
    shape = "#[derive(Debug, ToSchema)]\n/// What.\n{}pub struct {} {{}}\n"
    named = [
        ("two of one name", [shape.format("", "Part"), shape.format("", "Part")], 1),
        ("one of them called otherwise", [shape.format("", "Part"), shape.format("#[schema(as = UnitPart)]\n", "Part")], 0),
        ("called as another", [shape.format("", "UnitPart"), shape.format("#[schema(as = UnitPart)]\n", "Part")], 1),
        ("no shape of the API", [shape.format("", "Part"), "#[derive(Debug)]\npub struct Part;\n"], 0),
        ("what fills it names it", ["#[derive(ToSchema)]\npub struct List<T> {}\n", "#[derive(ToSchema)]\npub struct List<T> {}\n"], 0),
    ]
    for name, texts, expected in named:
        breaches = shapes((str(n), text) for n, text in enumerate(texts))
        if len(breaches) != expected:
            wrong.append(f"shapes judged wrongly, {name}: {breaches}")
    for line in wrong:
        print(line)
    if not wrong:
        print(f"house rules: {len(good)} allowed and {len(bad)} forbidden examples, {len(named)} of shapes judged rightly")
    return 1 if wrong else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    if sys.argv[1:]:
        print(__doc__)
        return 2
    packages = this_workspace()
    breaches = judge(packages, ROOT) + shapes(our_sources())
    for breach in breaches:
        print(breach)
    if not breaches:
        print(f"house rules hold between {len(packages)} crates")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
