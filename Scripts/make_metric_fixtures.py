#!/usr/bin/env python3
"""Makes Tests/Fixtures/metrics: what sacrebleu, rouge-score and scikit-learn give for pairs of answers.

Needs: sacrebleu 2.6.0, rouge-score 0.1.2, scikit-learn 1.9.1. Run from anywhere; writes only that folder. SQuAD's F1 comes in no package: it
is written down here from its definition, with Python's own lower(), split() and regular expressions.
"""
import collections
import json
import pathlib
import random
import re
import string
import warnings

import sacrebleu
from rouge_score import rouge_scorer
from sklearn.metrics import accuracy_score, f1_score

OUT = pathlib.Path(__file__).resolve().parent.parent / "Tests/Fixtures/metrics"
warnings.simplefilter("ignore")

ENGLISH = """the a an cat dog sat on mat quick brown fox jumps over lazy river stone light night is are was 3.5 1,000 12 2024-05-06 -7
don't it's U.S. e.g. well-known (yes) "no" 50% $5.00 a/b x=y #tag @home [1] {z} ~ ^ | \\ <b> &amp; &quot; &lt; &gt; semi;colon: end. stop! why?
3,14 .5 5. ,9 9, 10- -10 a.b A.B. The An THE <skipped> don’t … — – « »""".split()
SCRIPTS = {
    "greek": "ΟΔΟΣ οδός Σίσυφος ΣΑΣ Σ. ΑΣ' και το φως Ά".split(),
    "german": "Straße STRASSE ß ẞ Übermut über größer".split(),
    "turkish": "İstanbul ısı Iğdır istanbul İ".split(),
    "russian": "Быстрая лиса прыгает, через ленивую собаку. Ёлка".split(),
    "chinese": "今天天气很好。 我们 去公园 吧！ 三 十二 ３ 〇".split(),
    "japanese": "これは テスト です。 カタカナ １２３".split(),
    "arabic": "مرحبا بالعالم، هذا اختبار. ١٢٣".split(),
    "hindi": "नमस्ते दुनिया यह परीक्षण है। १२".split(),
    "emoji": "👍🏽 👨‍👩‍👧 🇩🇪 ❤️ ok 🙂".split(),
    "marks": ["e\u0301", "\u00e9", "a\u0301", "a\u0308n", "the\u0301", "\u212a", "\u017f", "x\u00b2", "\u2167", "\ufb01x", "a_b", "_the_"],
    "space": ["a\u00a0b", "c\u2003d", "e\u001cf", "g\u200bh", "i\u3000j", "k\u0085l", "m\u180en"],
}

BY_HAND = [
    ("", ""), ("", "a word"), ("a word", ""), (" \n ", ""), ("the", "a"), ("the", "the"), ("...", "!!!"), (".", "."), ("a...", "a..."),
    ("one", "one"), ("one two", "one two"), ("one two three four", "one two three four"), ("one two three four five", "one two three four six"),
    ("line one\nline two", "line one line two"), ("soft-\nened", "softened"), ("trail \t\n", "trail"), ("a\r\nb", "a b"),
    ("&amp;quot;", "&quot;"), ("&amp;lt;", "<"), ("a<skipped>b", "ab"), ("1.5,2", "1.5 , 2"), ("2.a", "2 . a"), ("3-4", "3 - 4"),
    ("the the the the the the the", "the cat is on the mat"), ("cat " * 40, "cat"), ("x", "x" * 60), ("x" * 60, "x"),
    ("abcdef", "abcdef"), ("abcdefg", "abcdeg"), ("Über", "über"), ("e\u0301", "\u00e9"), ("Hello, World!", "hello world"),
    ("1,2.3,.4,..5", "1,2.3,.4,..5"), ("'quoted' -dash- it's", "quoted dash its"), ("the_end", "end"), ("a b c d", "d c b a"),
]


def sentence(random, words, length):
    parts = []
    for _ in range(length):
        parts.append(random.choice(words))
        parts.append(random.choice([" ", " ", " ", " ", "  ", "\n", "\t", ""]))
    return "".join(parts)


def altered(random, text, words):
    """A text that shares much with another."""
    parts = text.split(" ")
    for _ in range(random.randrange(0, 4)):
        place = random.randrange(len(parts) + 1)
        kind = random.randrange(4)
        if kind == 0:
            parts.insert(place, random.choice(words))
        elif kind == 1 and parts:
            parts.pop(place % len(parts))
        elif kind == 2 and parts:
            parts[place % len(parts)] = random.choice(words)
        elif len(parts) > 1:
            other = random.randrange(len(parts))
            parts[place % len(parts)], parts[other] = parts[other], parts[place % len(parts)]
    return " ".join(parts)


def squad_f1(predicted, expected):
    def words(text):
        text = "".join(sign for sign in text.lower() if sign not in string.punctuation)
        return re.sub(r"\b(a|an|the)\b", " ", text).split()

    ours, theirs = words(predicted), words(expected)
    if not ours or not theirs:
        return float(ours == theirs)
    shared = sum((collections.Counter(ours) & collections.Counter(theirs)).values())
    if shared == 0:
        return 0.0
    precision, recall = shared / len(ours), shared / len(theirs)
    return 2 * precision * recall / (precision + recall)


def pairs():
    random_ = random.Random(20)
    found = list(BY_HAND)
    for words in [ENGLISH] * 12 + list(SCRIPTS.values()) * 2 + [sum(SCRIPTS.values(), ENGLISH)] * 4:
        for _ in range(6):
            expected = sentence(random_, words, random_.randrange(1, 22))
            predicted = altered(random_, expected, words) if random_.random() < 0.8 else sentence(random_, words, random_.randrange(1, 22))
            found.append((predicted, expected))
    return found


def texts():
    bleu, chrf = sacrebleu.BLEU(), sacrebleu.CHRF()
    rouge = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)
    rows = [
        {
            "predicted": predicted, "expected": expected, "token_f1": squad_f1(predicted, expected),
            "rouge_l": rouge.score(expected, predicted)["rougeL"].fmeasure,
            "bleu": bleu.corpus_score([predicted], [[expected]]).score, "chrf": chrf.corpus_score([predicted], [[expected]]).score,
        }
        for predicted, expected in pairs()
    ]
    random_ = random.Random(21)
    corpora = []
    for size in [1, 2, 3, 5, 10, 20, 50, 100, len(rows)]:
        chosen = random_.sample(range(len(rows)), size)
        predicted, expected = [rows[n]["predicted"] for n in chosen], [rows[n]["expected"] for n in chosen]
        corpora.append({
            "rows": chosen, "bleu": bleu.corpus_score(predicted, [expected]).score, "chrf": chrf.corpus_score(predicted, [expected]).score})
    return {"rows": rows, "corpora": corpora}


def classes():
    random_ = random.Random(22)
    cases = []
    for count in [1, 2, 3, 6, 12]:
        labels = [f"label {n}" for n in range(count)]
        for size in [1, 2, 7, 40, 200]:
            for quality in [0.0, 0.4, 0.9, 1.0]:
                expected = [random_.choice(labels) for _ in range(size)]
                predicted = [
                    label if random_.random() < quality else random_.choice(labels + ["none of them"]) for label in expected]
                present = sorted((set(expected) | set(predicted)) - {"none of them"})
                cases.append({
                    "labels": labels, "expected": [labels.index(label) for label in expected],
                    "predicted": [labels.index(label) if label in labels else -1 for label in predicted],
                    "macro_f1": f1_score(expected, predicted, labels=present, average="macro", zero_division=0),
                    "accuracy": accuracy_score(expected, predicted)})
    return cases


OUT.mkdir(exist_ok=True)
for name, content in [("texts", texts()), ("classes", classes())]:
    (OUT / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")
