"""A million notable people, from the English Wikipedia's biographies by way of name2nat."""

import pickle
import re

from common import clean, latin, plain, written

# Nationality as name2nat writes it -> ISO code, where country_names.tsv has another or no word.
NATIONALITIES = {
    "English": "GB", "Scottish": "GB", "Welsh": "GB", "Manx": "IM", "Catalan": "ES", "Basque": "ES", "Breton": "FR", "Tamil": "IN",
    "Tibetan": "CN", "Korean": "KR", "Saudi": "SA", "Emirati": "AE", "Botswana": "BW", "Surinamese": "SR", "Equatoguinean": "GQ",
    "Maldivian": "MV", "Vanuatuan": "VU", "Gibraltarian": "GI", "Comorian": "KM", "Congolese": "CD", "Dominican": "DO", "Bosniak": "BA",
    "Turk": "TR", "Finn": "FI", "Dane": "DK", "Serb": "RS", "Pole": "PL", "Croat": "HR", "Tobagonian": "TT", "Sotho": "LS", "Swazi": "SZ",
    "Burmese": "MM", "Georgian": "GE", "Nepalese": "NP", "Lao": "LA", "Faroese": "FO", "Bermudian": "BM", "Aruban": "AW", "Guyanese": "GY",
    "Palestinian": "PS", "Taiwanese": "TW", "Czech": "CZ", "Slovene": "SI", "Macedonian": "MK", "Samoan": "WS", "Micronesian": "FM",
}  # fmt: skip

# Titles that begin like this are peers, rulers or saints: "George III of the United Kingdom". News
# names them without the tail, which is no alias of one person, so the whole title alone is kept.
FAMILY_FIRST = {"CN", "KR", "KP", "TW", "HK", "VN", "JP", "SG", "KH", "HU"}
NOT_GENDERED = FAMILY_FIRST - {"JP", "HU"}


def nationalities(hand):
    table = {}
    for row in hand:
        for word in row["demonyms"].split("|"):
            table.setdefault(word, row["iso"])
    return table | NATIONALITIES


def people(packages, hand):
    """(name, country, namesakes) of everyone; `namesakes` counts the nationalities the name stands for."""
    country = nationalities(hand)
    for name, nations in pickle.loads(packages.read("name2nat", "name2nat/name2nats.pkl")).items():
        name = clean(name)
        if "(" in name or not latin(name) or not re.search(r"[A-Za-zÀ-ž]{2}", name) or re.search(r"[\d\"“”/!?:;=*#]", re.sub(r"\d+(st|nd|rd|th)", "", name)):
            continue
        if written(name) != [name]:
            continue
        codes = [country[n] for n in nations if n in country]
        yield name, codes[0] if codes else "", len(nations)


def build(packages, lists, hand):
    popular, common, female = packages.popular_titles(), packages.common_words(), packages.gender()
    rows = {}
    for name, code, namesakes in people(packages, hand):
        words = name.split()
        well_known = name.lower() in popular
        if len(words) == 1 and (not well_known or plain(name).lower() in common or len(name) < 4):
            continue
        if all(plain(w).lower() in common for w in words) and not well_known and len(words) < 3 and namesakes < 2:
            # "Black Bear", "Young Lord": more often something else than this person.
            first = plain(words[0]).lower()
            if first not in female:
                continue
        gender = ""
        if len(words) > 1 and code not in NOT_GENDERED:
            p = female.get(plain(words[0]).lower())
            gender = "" if p is None else "F" if p >= 0.9 else "M" if p <= 0.1 else ""
        prominence = "5.5" if well_known else ""
        # Several nationalities mean several people or a disambiguation page: no link.
        rows[name] = (name, code if namesakes == 1 else "", gender, "-" if namesakes > 1 and not well_known else "", prominence)
    lists.write(
        "people/notable.tsv.zst",
        "People with a biography in the English Wikipedia (June 2020) and their nationality.\n"
        "Stays out: one-word names that are not widely read about, names that are two common English words, other scripts.\n"
        "id: empty means wikipedia: and the name with underscores for spaces; - means no link (several namesakes).\n"
        "prominence: empty means 1.0. gender: first name with a probability of 0.9 or more, not for family-first countries.\n"
        "Built from the packages that manifest.toml names.",
        ("name", "country", "gender", "id", "prominence"), (rows[n] for n in sorted(rows)),
    )  # fmt: skip
