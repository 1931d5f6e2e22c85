"""The ambiguity list: surfaces that are names of more than one type, or common words as well."""

from collections import defaultdict

from build import text_of
from common import plain


def rows_of(file):
    lines = [l for l in text_of(file).splitlines() if not l.startswith("#")]
    columns = lines[0].split("\t")
    for line in lines[1:]:
        yield dict(zip(columns, line.split("\t")))


PLACES = ("places/countries.tsv", "places/admin1.tsv", "places/cities.tsv.zst", "places/features.tsv")


def build(packages, lists):
    common = packages.common_words(50)
    given = {r["name"]: int(r["count"]) for r in rows_of("names/given.tsv.zst")}
    surname = {r["name"]: int(r["count"]) for r in rows_of("names/surnames.tsv.zst")}
    place, organization, demonym = defaultdict(float), defaultdict(float), set()
    for file in PLACES:
        for row in rows_of(file):
            for name in [row["name"], *row["aliases"].split("|")]:
                if name and " " not in name:
                    place[name] = max(place[name], float(row["prominence"] or 3))
    for file in sorted(lists.organizations()):
        for row in rows_of(file):
            for name in [row["name"], *row["aliases"].split("|")]:
                if name and " " not in name:
                    organization[name] = max(organization[name], float(row["prominence"] or 3))
    for row in rows_of("words/demonyms.tsv"):
        demonym.add(row["word"])
    rows = []
    for name in sorted(set(place) | set(organization) | {n for n in set(given) | set(surname) if n.lower() in common}):
        word = plain(name).lower() in common and not name.isupper()
        kinds = (name in place) + (name in organization) + (given.get(name, 0) + surname.get(name, 0) >= 3) + (name in demonym)
        if kinds + word < 2:
            continue
        rows.append((
            name, "1" if word else "", f"{place[name]:.1f}" if name in place else "", f"{organization[name]:.1f}" if name in organization else "",
            given.get(name, "") or "", surname.get(name, "") or "", "1" if name in demonym else "",
        ))  # fmt: skip
    lists.write(
        "words/ambiguous.tsv.zst",
        "One-word surfaces that stand in lists of more than one type or are common English words too.\n"
        "place, organization: highest prominence; given, surname: notable people who bear it; common_word, demonym: 1 if so.\n"
        "Built from the other lists. Stays out: surfaces of several words.",
        ("surface", "common_word", "place", "organization", "given", "surname", "demonym"), rows,
    )  # fmt: skip
