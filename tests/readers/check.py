"""Reads what `tests/readers/run` wrote with the tools people use, and compares it with the JSON Lines."""

import json
import re
import sqlite3
import sys
from pathlib import Path

import duckdb
import pandas
import spacy
from bratly import EntityAnnotation, RelationAnnotation
from spacy.tokens import Doc

out = Path(sys.argv[1])
records = [json.loads(line) for line in (out / "records.jsonl").open(encoding="utf8")]
mentions = [m for r in records for m in r["mentions"]]
entities = [e for r in records for e in r["entities"]]
quotes = [q for r in records for q in r["quotes"]]
assert len(records) > 50 and mentions and quotes
COUNTS = {"documents": records, "mentions": mentions, "entities": entities, "quotes": quotes}


def name_of(quote):
    return quote["speaker"] and quote["speaker"]["name"]


def jsonl():
    for r in records:
        for span in r["mentions"] + r["quotes"]:
            assert r["text"][span["start"]:span["end"]] == span["text"], span


def duckdb_nested():
    rows = duckdb.sql(f"select id, text, len(mentions), [q.text for q in quotes], cluster.first from '{out}/records.parquet'").fetchall()
    assert rows == [(r["id"], r["text"], len(r["mentions"]), [q["text"] for q in r["quotes"]], r["cluster"]["first"]) for r in records]
    found = duckdb.sql(f"""select q.quote_key, q.speaker.name, q.confidence, len(q.segments), q.cue.text
        from (select unnest(quotes) q from '{out}/records.parquet')""").fetchall()
    assert found == [(q["quote_key"], name_of(q), q["confidence"], len(q["segments"]), q["cue"] and q["cue"]["text"]) for q in quotes]
    links = duckdb.sql(f"select e.name, e.links, e.titles from (select unnest(entities) e from '{out}/records.parquet')").fetchall()
    assert [(n, {l["source"]: l["id"] for l in ls}, t) for n, ls, t in links] == [(e["name"], e.get("links", {}), e.get("titles", [])) for e in entities]


def duckdb_tables():
    for folder, suffix in (("flat", "parquet"), ("csv", "csv")):
        for table, expected in COUNTS.items():
            path = out / folder / f"{table}.{suffix}"
            assert duckdb.sql(f"select count(*) from '{path}'").fetchall() == [(len(expected),)], path
        found = duckdb.sql(f"""select d.article, q.text, q.speaker_name from '{out}/{folder}/quotes.{suffix}' q
            join '{out}/{folder}/documents.{suffix}' d on q.doc = d.doc order by q.doc, q.id""").fetchall()
        assert found == [(r["id"], q["text"], name_of(q)) for r in records for q in r["quotes"]], folder


def pandas_frames():
    frame = pandas.read_parquet(out / "records.parquet")
    assert list(frame.id) == [r["id"] for r in records]
    assert [m["text"] for row in frame.mentions for m in row] == [m["text"] for m in mentions]
    flat = pandas.read_parquet(out / "flat" / "mentions.parquet")
    assert list(flat.confidence) == [m["confidence"] for m in mentions]
    table = pandas.read_csv(out / "csv" / "quotes.csv", keep_default_na=False, dtype=str)
    assert list(table.text) == [q["text"] for q in quotes]


def sqlite():
    database = sqlite3.connect(out / "records.sqlite")
    assert database.execute("pragma integrity_check").fetchone() == ("ok",)
    for table, expected in COUNTS.items():
        assert database.execute(f"select count(*) from {table}").fetchone() == (len(expected),), table
    found = database.execute("select text, speaker_name, quote_key from quotes order by rowid").fetchall()
    assert found == [(q["text"], name_of(q), q["quote_key"]) for q in quotes]
    word = next(w for q in quotes for w in q["text"].split() if w.isalpha() and w.isascii() and len(w) > 6)
    hits = database.execute("select q.text from quotes_fts f join quotes q on q.rowid = f.rowid where quotes_fts match ?", (f"text:{word}",))
    assert word.lower() in hits.fetchone()[0].lower()
    plan = database.execute("explain query plan select * from quotes where speaker_name = 'x'").fetchall()
    assert "USING INDEX" in plan[0][3], plan


def spacy_docs():
    nlp = spacy.blank("en")
    lines = (out / "records.spacy.jsonl").open(encoding="utf8")
    for r, line in zip(records, lines, strict=True):
        doc = Doc(nlp.vocab).from_json(json.loads(line))
        assert doc.text == r["text"], r["id"]
        assert [e.text for e in doc.ents] == [m["text"] for m in r["mentions"]], r["id"]
        assert [e.start_char for e in doc.ents] == [m["start"] for m in r["mentions"]], r["id"]
        assert len(list(doc.sents)) == len(r["sentences"]), r["id"]
        spans = doc.spans["quotes"] if r["quotes"] else []
        assert [s.kb_id_ for s in spans] == [(q["speaker"] and (q["speaker"]["name"] or q["speaker"]["text"])) or "" for q in r["quotes"]]
        for span, quote in zip(spans, r["quotes"], strict=True):
            assert quote["text"] == span.text


def brat():
    folder = out / "records.brat"
    files = sorted(folder.glob("*.ann"))
    for r, path in zip(records, files, strict=True):
        text = path.with_suffix(".txt").read_bytes().decode("utf8")
        assert text == r["text"]
        lines = path.read_text(encoding="utf8").splitlines()
        spans = [EntityAnnotation.from_line(line) for line in lines if line.startswith("T")]
        by_id = {span.id: span for span in spans}
        relations = [RelationAnnotation.from_line(line, by_id) for line in lines if line.startswith("R")]
        # bratly takes only letters in ids here, brat whatever is no space.
        links = [re.fullmatch(r"N\d+\tReference (T\d+) (\S+):(\S+)\t(.+)", line) for line in lines if line.startswith("N")]
        assert all(link and link[1] in by_id for link in links)
        assert len(spans) + len(relations) + len(links) == len(lines)
        for span in spans:
            assert " ".join(text[f.start:f.end] for f in span.fragments) == span.content, span
        kinds = [s for s in spans if s.label in ("Person", "Organization", "Place")]
        assert [s.content.split() for s in kinds] == [m["text"].split() for m in r["mentions"]], path
        assert sum(s.label.endswith("Quote") for s in spans) == len(r["quotes"])
        assert sum(x.label == "SaidBy" for x in relations) == sum(q["speaker"] is not None for q in r["quotes"])
        assert len(links) == sum(len(r["entities"][m["entity"]].get("links", {})) for m in r["mentions"])


def web_annotation():
    lines = (out / "records.jsonld").open(encoding="utf8")
    for r, line in zip(records, lines, strict=True):
        page = json.loads(line)
        assert page["@context"] == "http://www.w3.org/ns/anno.jsonld" and page["type"] == "AnnotationPage"
        targets = 0
        for item in page["items"]:
            assert item["type"] == "Annotation"
            for target in item["target"] if isinstance(item["target"], list) else [item["target"]]:
                position, words = target["selector"]
                start, end = position["start"], position["end"]
                assert r["text"][start:end] == words["exact"]
                assert r["text"][:start].endswith(words["prefix"]) and r["text"][end:].startswith(words["suffix"])
                targets += 1
        assert targets == len(r["mentions"]) + sum(len(q["segments"]) for q in r["quotes"])


def conll():
    text = (out / "records.conll").read_text(encoding="utf8")
    articles = text.split("-DOCSTART- -X- -X- O\n")[1:]
    for r, article in zip(records, articles, strict=True):
        rows = [line.rsplit(" ", 3) for line in article.splitlines() if line]
        assert all(len(row) == 4 for row in rows)
        begins = [row[3][2:] for row in rows if row[3].startswith("B-")]
        short = {"person": "PER", "organization": "ORG", "place": "LOC"}
        assert begins == [short[m["type"]] for m in r["mentions"]], r["id"]


for check in (jsonl, duckdb_nested, duckdb_tables, pandas_frames, sqlite, spacy_docs, brat, web_annotation, conll):
    check()
    print(f"{check.__name__}: ok")
print(f"{len(records)} records, {len(mentions)} mentions, {len(quotes)} quotes read by all of them")
