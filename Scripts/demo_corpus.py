#!/usr/bin/env python3
"""Gather the English text on which the demo base is pre-trained.

Needs Debian 12 with its package lists (`apt-get update`), no root and nothing beyond Python's
standard library. Each package named in SOURCES is fetched with `apt-get download`, read as a
stream (nothing is installed), reduced to paragraphs of running English, and freed of duplicates.

    python3 Scripts/demo_corpus.py --work DIR

leaves in DIR:
    documents.jsonl   {"source", "path", "text"} a line, in a fixed order
    corpus.json       package versions, licences, counts and the digest of documents.jsonl
"""
import argparse
import gzip
import hashlib
import html.parser
import io
import json
import os
import re
import subprocess
import tarfile
from typing import Iterator

# package, path pattern of the files read, licence of those files
SOURCES = [
    ("python3.11-doc", r"/html/.*\.html$", "PSF-2.0"),
    ("postgresql-doc-15", r"/html/.*\.html$", "PostgreSQL"),
    ("sqlite3-doc", r"\.html$", "public domain"),
    ("apache2-doc", r"/en/.*\.html$", "Apache-2.0"),
    ("nodejs-doc", r"/api/[^/]*\.html$", "MIT"),
    ("python-django-doc", r"/html/.*\.html$", "BSD-3-Clause"),
    ("python-sqlalchemy-doc", r"/html/.*\.html$", "MIT"),
    ("python-pandas-doc", r"/html/(user_guide|getting_started|development|whatsnew)/.*\.html$", "BSD-3-Clause"),
    ("rust-doc", r"/html/(book|reference|nomicon|rust-by-example|cargo|rustc|embedded-book|edition-guide)/.*\.html$",
     "MIT or Apache-2.0"),
    ("wordnet-base", r"/wordnet/data\.(noun|verb|adj|adv)$", "WordNet-3.0"),
    ("dict-devil", r"/devil\.dict\.dz$", "public domain"),
]
PARAGRAPHS = {"p", "li", "dd", "dt", "h1", "h2", "h3", "h4", "td"}
SKIPPED = {"pre", "script", "style", "nav", "footer", "head", "svg", "button", "form"}
PLAIN = str.maketrans({"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-",
                       "\u2014": "-", "\u2026": "...", "\u00a0": " ", "\u00b6": "", "\u2212": "-",
                       "\u00a7": "", "\uf0c1": ""})
COMMON_WORDS = set("the of and to a in is that it for be as are with this on by or an not can from if will which "
                   "have has you when at was but may its his all their they used use we one so".split())


class ParagraphReader(html.parser.HTMLParser):
    """Collects the text of block elements; code listings and navigation are left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[str] = []
        self.pending: list[str] = []
        self.skipping: list[str] = []

    def handle_starttag(self, tag, attributes):
        if tag in SKIPPED:
            self.skipping.append(tag)
        if tag in PARAGRAPHS or tag in SKIPPED or tag in ("div", "ul", "ol", "table", "tr", "br"):
            self.close_paragraph()

    def handle_endtag(self, tag):
        if self.skipping and tag == self.skipping[-1]:
            self.skipping.pop()
        if tag in PARAGRAPHS or tag in ("div", "ul", "ol", "table", "tr"):
            self.close_paragraph()

    def handle_data(self, data):
        if not self.skipping:
            self.pending.append(data)

    def close_paragraph(self):
        text = "".join(self.pending)
        self.pending = []
        if text.strip():
            self.paragraphs.append(text)


def paragraphs_of_html(raw: bytes) -> list[str]:
    reader = ParagraphReader()
    reader.feed(raw.decode("utf-8", errors="replace"))
    reader.close()
    reader.close_paragraph()
    return reader.paragraphs


def paragraphs_of_wordnet(raw: bytes) -> list[str]:
    """Each synonym set as a dictionary entry: `word, word: gloss`."""
    entries = []
    for line in raw.decode("utf-8", errors="replace").splitlines():
        if line.startswith("  ") or " | " not in line:
            continue
        fields, gloss = line.split(" | ", 1)
        parts = fields.split()
        words = [parts[4 + 2 * i].split("(")[0].replace("_", " ") for i in range(int(parts[3], 16))]
        entries.append(", ".join(words) + ": " + gloss)
    return entries


def paragraphs_of_file(path: str, raw: bytes) -> list[str]:
    if "/wordnet/" in path:
        return paragraphs_of_wordnet(raw)
    if path.endswith(".dz"):  # dictzip is gzip with an index; paragraphs are divided by blank lines
        text = gzip.GzipFile(fileobj=io.BytesIO(raw)).read().decode("utf-8", errors="replace")
        return re.split(r"\n\s*\n", text)
    return paragraphs_of_html(raw)


def clean(paragraph: str) -> str | None:
    """One line of plain English, or None for what is not running text."""
    text = re.sub(r"\s+", " ", paragraph.translate(PLAIN)).strip()
    if len(text) < 40 or len(text) > 4000 or not text.isascii():
        return None
    letters = sum(c.isalpha() or c == " " for c in text)
    words = re.findall(r"[a-z']+", text.lower())
    if letters < 0.82 * len(text) or len(words) < 7:
        return None
    return text if sum(w in COMMON_WORDS for w in words) >= 0.12 * len(words) else None


def package_files(package: str, pattern: str, folder: str) -> Iterator[tuple[str, bytes]]:
    """The package's matching files in path order, read from the .deb without installing it."""
    archive = downloaded(package, folder)
    process = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", archive], stdout=subprocess.PIPE)
    found = []
    with tarfile.open(fileobj=process.stdout, mode="r|") as tar:
        for member in tar:
            if member.isfile() and re.search(pattern, member.name):
                found.append((member.name, tar.extractfile(member).read()))
    if process.wait() != 0:
        raise SystemExit(f"dpkg-deb could not read {archive}. Delete it and run again.")
    return iter(sorted(found))


def downloaded(package: str, folder: str) -> str:
    for _ in range(2):
        archives = sorted(f for f in os.listdir(folder) if f.startswith(package + "_") and f.endswith(".deb"))
        if archives:
            return os.path.join(folder, archives[-1])
        subprocess.run(["apt-get", "download", "-q", package], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    raise SystemExit(f"apt-get downloaded no archive of {package}. Run `apt-get update` and try again.")


def gather(work: str) -> dict:
    archives = os.path.join(work, "archives")
    os.makedirs(archives, exist_ok=True)
    seen: set[bytes] = set()
    report = []
    path_out = os.path.join(work, "documents.jsonl")
    with open(path_out, "w") as out:
        for package, pattern, licence in SOURCES:
            documents = characters = repeated = 0
            for path, raw in package_files(package, pattern, archives):
                kept = []
                for paragraph in paragraphs_of_file(path, raw):
                    text = clean(paragraph)
                    if text is None:
                        continue
                    key = hashlib.blake2b(re.sub(r"[^a-z]+", "", text.lower()).encode(), digest_size=12).digest()
                    if key in seen:
                        repeated += 1
                        continue
                    seen.add(key)
                    kept.append(text)
                # A dictionary is many short texts: cut it so that a document stays of readable size.
                for start in range(0, len(kept), 60):
                    text = "\n".join(kept[start:start + 60])
                    if len(text) >= 200:
                        documents += 1
                        characters += len(text)
                        out.write(json.dumps({"source": package, "path": path, "text": text}) + "\n")
            version = os.path.basename(downloaded(package, archives)).split("_")[1].replace("%3a", ":")
            report.append({"package": package, "version": version, "licence": licence, "documents": documents,
                           "characters": characters, "repeated_paragraphs": repeated})
            print(f"{package:24} {version:28} {documents:6} documents {characters:10,} characters", flush=True)
    digest = hashlib.sha256(open(path_out, "rb").read()).hexdigest()
    summary = {"sources": report, "characters": sum(r["characters"] for r in report), "sha256": digest}
    with open(os.path.join(work, "corpus.json"), "w") as out:
        json.dump(summary, out, indent=2)
    return summary


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", required=True, help="folder for archives and results (about 120 MB)")
    summary = gather(parser.parse_args().work)
    print(f"{summary['characters']:,} characters, sha256 {summary['sha256']}")


if __name__ == "__main__":
    main()
