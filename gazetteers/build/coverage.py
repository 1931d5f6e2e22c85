#!/usr/bin/env python3
"""Measures the lists against marked-up names: coverage.py FILE.jsonl …

Each line is {"text": …, "entities": [{"start", "end", "type"}]} with character offsets and the types PER (person), ORG
and LOC. Prints what share of the marked names the lists know (exact span), and of person names of several words how
many have one known part, or all parts known. It is a yardstick for whole categories: no name is added because a
measured text has it.
"""

import json
import re
import sys
import tomllib
from collections import Counter

from build import MANIFEST, text_of
from common import plain

TYPES = {"PER": "person", "ORG": "organization", "LOC": "place"}
PARTICLES = {"de", "van", "von", "der", "den", "al", "bin", "ibn", "el", "la", "le", "da", "di", "du", "dos", "del", "y", "e"}


def fold(text):
    text = plain(text).strip()
    text = re.sub(r"^(The|the) ", "", text)
    return re.sub(r"'s?$", "", re.sub(r"\s+", " ", text.replace("-", " ")))


def load():
    names, given, surname, first = {"person": set(), "organization": set(), "place": set()}, set(), set(), {}
    for entry in tomllib.loads(MANIFEST.read_text())["list"]:
        kind, file = entry["type"], entry["file"]
        if kind not in names and kind not in ("given", "surname"):
            continue
        lines = [l for l in text_of(file).splitlines() if not l.startswith("#")]
        columns = lines[0].split("\t")
        alias = columns.index("aliases") if "aliases" in columns else None
        for line in lines[1:]:
            cells = line.split("\t")
            for name in [cells[0]] + (cells[alias].split("|") if alias is not None else []):
                if not name:
                    continue
                if kind == "given":
                    given.add(fold(name).lower())
                elif kind == "surname":
                    surname.add(fold(name).lower())
                else:
                    names[kind].add(fold(name))
                    first.setdefault((kind, fold(name)), file)
    return names, given | surname, first


def main():
    names, parts, first = load()
    upper = {k: {n.upper() for n in v} for k, v in names.items()}
    for path in sys.argv[1:] or sys.exit(__doc__):
        total, hit, by_list, missed = Counter(), Counter(), Counter(), Counter()
        for line in open(path, encoding="utf-8"):
            doc = json.loads(line)
            for mention in doc["entities"]:
                kind, surface = TYPES.get(mention["type"]), doc["text"][mention["start"] : mention["end"]]
                if kind not in names:
                    continue
                total[kind] += 1
                name = fold(surface)
                if name in names[kind] or (surface.isupper() and len(surface) > 4 and name.upper() in upper[kind]):
                    hit[kind] += 1
                    by_list[first.get((kind, name), "upper case")] += 1
                else:
                    missed[kind, surface] += 1
                if kind == "person" and len(name.split()) > 1:
                    words = [w for w in plain(surface).lower().split() if len(w) > 1 and "." not in w and w not in PARTICLES]
                    known = [all(p in parts or p in PARTICLES for p in w.split("-")) or w.replace("-", " ") in parts for w in words]
                    total["parts"] += 1
                    hit["one part"] += any(known)
                    hit["all parts"] += all(known)
        print(path)
        for kind in names:
            print(f"  {kind}: {hit[kind]}/{total[kind]} = {hit[kind] / max(total[kind], 1):.3f}")
        for kind in ("one part", "all parts"):
            print(f"  person names of several words, {kind} known: {hit[kind] / max(total['parts'], 1):.3f}")
        for file, n in by_list.most_common():
            print(f"    {file}: {n}")


if __name__ == "__main__":
    main()
