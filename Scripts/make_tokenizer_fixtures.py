"""Makes Tests/Fixtures/tokenizers/*.json: small tokenizers of every component, and what `tokenizers` does with odd texts.

    pip install tokenizers==0.23.3 && python Scripts/make_tokenizer_fixtures.py

Each file holds {"oracle", "texts", "tokenizers": [{"name", "json", "cases"}]}; a case is [text index, ids, tokens, offsets,
type ids, decoded, decoded without special tokens], encoded with the post-processor on: tokens joined by U+E000, offsets
flat, ids and type ids null where all are 0, decoded texts left out of the steps files. decoders.json has [ids, decoded,
decoded without special tokens].
"""
import json
import pathlib
import random
import struct
import base64

import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders as D, models as M, normalizers as N
from tokenizers import pre_tokenizers as P, processors as R, trainers as T

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Tests/Fixtures/tokenizers"

TEXTS = [
    "", " ", "  ", "\n", "\r\n\r\n", "a", " a", "a ", "Hello   world's 12345\n\n  x=1;\t don'T été",
    "I'Ve we'LL they're 'ſ '' 'S can't", "line one\r\nline two \r\n\r\n  three\n\n\n\tfour   \n",
    "e\u0301 é Å \u212b ﬁ ① Ⅷ ｆｕｌｌ ㎏ ẛ̣ \u1e9b\u0323 a\u0302\u0323 q\u0307\u0323", "한가 \u1112\u1161\u11ab\u1100\u1161 각\u11a8",
    "東京都は日本の首都。ひらがなカタカナー 中文，测试！", "العربية مَرْحَبًا עִבְרִית ‏RTL‎", "हिन्दी क़ ज़ नमस्ते ไทยกำ",
    "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇩🇪🇫🇷 ☎️ ✈", "\x00nul\x00 \x01\x07\x7f \u0085 \u00a0nbsp\u2003em\u3000ideographic\u200bzw\ufeff",
    "x" * 40 + " " * 33 + "!" * 30 + "\n" * 5 + "9" * 25, "price: $3.14 (50% off!) — “quoted” ‘it’s’ … №5 ½ ² ³ ٣٤ Ⅳ ໑",
    "def f(x_1, *args):\n    return {\"a\": [x_1 ** 2, None]}  # ok\n", "<s>hi</s> <|im_start|>user\nyo<|im_end|>",
    "<s> <s>x <mask> a<mask>b <mask>. <mask>", "[CLS] new york New York newyork [SEP] [MASK]", "▁ ▁▁a _b_ ▁",
    "İstanbul ΑΣΣ ß ẞ ŉ ǅ", "unaffable UNAFFABLE naïve coöperate", "the-final--countdown-|-the_end", "\ufffd\u2028\u2029\u180e\u200d\u034f",
    "<0x41><0xE4> <0xe4>", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐍈 𒀀 🜁", "a.b,c;d:e!f?g", "don't I'm he's they've do not , . ! n't", "mixed РусскийText ελληνικά日本",
    "zz zzz zzzz zzzzz", "tabs\tand\vvt\ffeed", "1 12 123 1234 12345 1,234.5 1e9", "A  B   C    D", "🙂a🙂 b", "caf\u0065\u0301s nai\u0308ve",
    "\u0ccb \u0cca\u0cd5 \u0cc6\u0cc2\u0cd5 \U0001d15e \U00011938 \u32ff", "a\u1734 b\u1885 c\ua9bd d\U0001171e \U000111c9 \u166d",
]

CORPUS = TEXTS * 3 + [
    "the quick brown fox jumps over the lazy dog", "hello world, hello tokenizers", "new york is not york",
    "unaffable and affable", "12345 123 12 1", "don't can't won't", "naïve café résumé", "東京 東京都 日本 日本語",
    "def f(x): return x", "привет мир", "the end of the world", "quickly jumping foxes and dogs",
]


def trained(model, trainer, normalizer=None, pre=None, post=None, decoder=None, added=(), special=()):
    tokenizer = Tokenizer(model)
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if pre is not None:
        tokenizer.pre_tokenizer = pre
    tokenizer.train_from_iterator(CORPUS, trainer)
    if decoder is not None:
        tokenizer.decoder = decoder
    tokenizer.add_special_tokens(list(special))
    tokenizer.add_tokens(list(added))
    if post is not None:
        tokenizer.post_processor = post(tokenizer) if callable(post) and not hasattr(post, "process") else post
    return tokenizer


def bpe(size, **options):
    trainer = {key: options.pop(key) for key in ("special_tokens", "initial_alphabet", "continuing_subword_prefix", "end_of_word_suffix", "limit_alphabet") if key in options}
    model = dict(options.pop("model", {}))
    for key in ("continuing_subword_prefix", "end_of_word_suffix"):
        if key in trainer:
            model[key] = trainer[key]
    return trained(M.BPE(**model), T.BpeTrainer(vocab_size=size, show_progress=False, **trainer), **options)


def unigram_pieces(normalizer=None, pre=None, decoder=None, post=None, added=(), special=()):
    """Every piece of text becomes one unknown token that keeps its text: shows what the other components do."""
    tokenizer = Tokenizer(M.Unigram([("<unk>", 0.0)], 0, False))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if pre is not None:
        tokenizer.pre_tokenizer = pre
    if decoder is not None:
        tokenizer.decoder = decoder
    tokenizer.add_special_tokens(list(special))
    tokenizer.add_tokens(list(added))
    if post is not None:
        tokenizer.post_processor = post
    return tokenizer


LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
DEEPSEEK = [
    r"\p{N}{1,3}", r"[一-龥぀-ゟ゠-ヿ]+",
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+",
]


def double_array(table):
    """A Darts double array in SentencePiece's precompiled format, for a table of byte-string replacements."""
    trie = {}
    values, blob = {}, b""
    for key in sorted(table):
        values[key] = len(blob)
        blob += table[key].encode() + b"\0"
        node = trie
        for byte in key.encode():
            node = node.setdefault(byte, {})
        node[None] = values[key]
    units = {0: 0}
    used = {0}
    bases = set()

    def place(node, index):
        labels = [0 if byte is None else byte for byte in node]
        base = 1
        while base in bases or any((base ^ label) in used for label in labels) or (base ^ index) >= 1 << 21:
            base += 1
        bases.add(base)
        units[index] = (units[index] & ~(((1 << 22) - 1) << 10)) | ((base ^ index) << 10)
        for label in labels:
            used.add(base ^ label)
        for byte, child in node.items():
            if byte is None:
                units[base] = child | 1 << 31
                units[index] |= 1 << 8
            else:
                units[base ^ byte] = byte
        for byte, child in node.items():
            if byte is not None:
                place(child, base ^ byte)

    place(trie, 0)
    size = max(units) + 256
    packed = b"".join(struct.pack("<I", units.get(i, 0)) for i in range(size))
    return struct.pack("<I", len(packed)) + packed + blob


def template(tokenizer, single, pair, names):
    return R.TemplateProcessing(single=single, pair=pair, special_tokens=[(n, tokenizer.token_to_id(n)) for n in names])


def model_zoo():
    alphabet = P.ByteLevel.alphabet()
    byte_pieces = [f"<0x{i:02X}>" for i in range(256)]
    chatml = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    yield "qwen2", bpe(
        400, normalizer=N.NFC(), pre=P.Sequence([P.Split(Regex(QWEN2), "isolated"), P.ByteLevel(add_prefix_space=False, use_regex=False)]),
        post=R.ByteLevel(trim_offsets=False), decoder=D.ByteLevel(), initial_alphabet=alphabet, special=chatml)
    yield "smollm", bpe(
        380, pre=P.Sequence([P.Digits(individual_digits=True), P.ByteLevel(add_prefix_space=False)]), decoder=D.ByteLevel(),
        initial_alphabet=alphabet, special=chatml)
    yield "llama3", bpe(
        400, model={"ignore_merges": True}, pre=P.Sequence([P.Split(Regex(LLAMA3), "isolated"), P.ByteLevel(add_prefix_space=False, use_regex=False)]),
        decoder=D.ByteLevel(), initial_alphabet=alphabet, special=["<s>"],
        post=lambda t: R.Sequence([R.ByteLevel(trim_offsets=True), template(t, "<s> $A", "<s> $A <s> $B:1", ["<s>"])]))
    yield "roberta", bpe(
        380, pre=P.ByteLevel(add_prefix_space=True), decoder=D.ByteLevel(), initial_alphabet=alphabet, special=["<s>", "</s>", AddedToken("<mask>", lstrip=True)],
        post=lambda t: R.RobertaProcessing(("</s>", t.token_to_id("</s>")), ("<s>", t.token_to_id("<s>"))))
    gemma_decoder = D.Sequence([D.Replace("▁", " "), D.ByteFallback(), D.Fuse()])
    yield "gemma", bpe(
        700, model={"unk_token": "<unk>", "fuse_unk": True, "byte_fallback": True}, normalizer=N.Replace(" ", "▁"), pre=P.Split(" ", "merged_with_previous"),
        decoder=gemma_decoder, special_tokens=["<pad>", "<eos>", "<bos>", "<unk>"] + byte_pieces, limit_alphabet=60,
        post=lambda t: template(t, "<bos> $A", "<bos> $A <bos> $B", ["<bos>"]))
    llama2_decoder = D.Sequence([D.Replace("▁", " "), D.ByteFallback(), D.Fuse(), D.Strip(" ", 1, 0)])
    for scheme in ("first", "never", "always"):
        yield f"metaspace-bpe-{scheme}", bpe(
            500, model={"unk_token": "<unk>", "fuse_unk": scheme == "first", "byte_fallback": scheme != "never"},
            pre=P.Metaspace(prepend_scheme=scheme, split=scheme == "always"),
            decoder=llama2_decoder if scheme == "first" else D.Metaspace(prepend_scheme=scheme), limit_alphabet=50,
            special_tokens=["<unk>", "<s>", "</s>"] + (byte_pieces if scheme == "first" else byte_pieces[65:120]))
    yield "bpe-suffix", bpe(250, model={"unk_token": "<unk>"}, pre=P.Whitespace(), normalizer=N.Lowercase(), end_of_word_suffix="</w>", decoder=D.BPEDecoder(), limit_alphabet=40, special_tokens=["<unk>"])
    yield "bpe-prefix-fused", bpe(250, model={"unk_token": "<unk>", "fuse_unk": True}, pre=P.Whitespace(), continuing_subword_prefix="##", decoder=D.WordPiece(), limit_alphabet=40, special_tokens=["<unk>"])
    yield "bpe-no-unknown", bpe(150, pre=P.WhitespaceSplit(), limit_alphabet=30)
    bert = trained(
        M.WordPiece(unk_token="[UNK]", max_input_chars_per_word=20), T.WordPieceTrainer(vocab_size=300, show_progress=False, limit_alphabet=70, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]),
        normalizer=N.BertNormalizer(), pre=P.BertPreTokenizer(), decoder=D.WordPiece(),
        post=lambda t: R.BertProcessing(("[SEP]", t.token_to_id("[SEP]")), ("[CLS]", t.token_to_id("[CLS]"))))
    yield "bert", bert
    yield "bert-cased", trained(
        M.WordPiece(unk_token="[UNK]"), T.WordPieceTrainer(vocab_size=260, show_progress=False, limit_alphabet=70, special_tokens=["[UNK]", "[CLS]", "[SEP]"]),
        normalizer=N.BertNormalizer(lowercase=False, handle_chinese_chars=False), pre=P.BertPreTokenizer(), decoder=D.WordPiece(cleanup=False),
        post=lambda t: template(t, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", ["[CLS]", "[SEP]"]))
    yield "word-level", trained(
        M.WordLevel(unk_token="[UNK]"), T.WordLevelTrainer(vocab_size=60, show_progress=False, special_tokens=["[UNK]"]),
        normalizer=N.Sequence([N.NFD(), N.StripAccents(), N.Lowercase()]), pre=P.Whitespace())
    yield "t5", trained(
        M.Unigram(), T.UnigramTrainer(vocab_size=250, show_progress=False, unk_token="<unk>", special_tokens=["<pad>", "</s>", "<unk>"]),
        normalizer=N.Sequence([N.NFKC(), N.Replace(Regex(" {2,}"), " ")]), pre=P.Metaspace(), decoder=D.Metaspace(),
        post=lambda t: template(t, "$A </s>", "$A </s> $B </s>", ["</s>"]))
    pieces = json.loads(bert.to_str())  # any deterministic source of scores would do
    scores = [("<unk>", 0.0), ("<s>", 0.0)] + [(p, -5.0) for p in byte_pieces] + [("▁", -2.0), ("▁a", -2.5), ("a", -3.0), ("he", -2.2), ("▁the", -3.5), ("l", -3.1), ("lo", -3.2), ("▁w", -3.3), ("orld", -4.0), ("é", -3.9)]
    unigram = Tokenizer(M.Unigram(scores, 0, True))
    unigram.pre_tokenizer = P.Metaspace(prepend_scheme="first", split=False)
    unigram.decoder = D.Sequence([D.ByteFallback(), D.Metaspace(prepend_scheme="first")])
    unigram.add_special_tokens(["<s>"])
    yield "unigram-bytes", unigram


def step_zoo():
    chars = P.FixedLength(1)
    for name, normalizer in {
        "nfc": N.NFC(), "nfd": N.NFD(), "nfkc": N.NFKC(), "nfkd": N.NFKD(), "lowercase": N.Lowercase(), "strip-accents": N.Sequence([N.NFD(), N.StripAccents()]),
        "strip": N.Strip(), "strip-left": N.Strip(right=False), "prepend": N.Prepend("_>"), "nmt": N.Nmt(), "bert": N.BertNormalizer(),
        "bert-clean": N.BertNormalizer(strip_accents=False, lowercase=False), "byte-level": N.ByteLevel(), "replace-string": N.Replace("  ", "__"),
        "replace-regex": N.Replace(Regex(r"(?i)[aeiou](?=\w)|\d+"), "<>"), "replace-delete": N.Replace(Regex(r"\s+"), ""),
        "llama2": N.Sequence([N.Prepend("▁"), N.Replace(" ", "▁")]), "anchors": N.Replace(Regex(r"^\s+|\s+$"), "^"),
        "precompiled": N.Precompiled(double_array({"ﬁ": "fi", "①": "1", "\u3000": " ", "\t": " ", "Å": "A\u030a", "é": "e", "e\u0301": "E", "…": "...", "\u200b": "", "x": "xyz", "中": "c"})),
    }.items():
        yield f"normalizer-{name}", unigram_pieces(normalizer=normalizer, pre=chars)
    for behavior in ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"):
        yield f"split-{behavior}", unigram_pieces(pre=P.Split("-", behavior))
        yield f"split-inverted-{behavior}", unigram_pieces(pre=P.Split(Regex(r"\w+"), behavior, invert=True))
        yield f"punctuation-{behavior}", unigram_pieces(pre=P.Punctuation(behavior))
    for name, pre in {
        "byte-level": P.ByteLevel(), "byte-level-plain": P.ByteLevel(add_prefix_space=False), "byte-level-whole": P.ByteLevel(use_regex=False),
        "metaspace": P.Metaspace(), "metaspace-never": P.Metaspace(prepend_scheme="never", replacement="_"), "metaspace-first": P.Metaspace(prepend_scheme="first", split=False),
        "digits": P.Digits(), "digits-individual": P.Digits(True), "whitespace": P.Whitespace(), "whitespace-split": P.WhitespaceSplit(), "bert": P.BertPreTokenizer(),
        "scripts": P.UnicodeScripts(), "delimiter": P.CharDelimiterSplit("|"), "fixed-length": P.FixedLength(3), "o200k": P.Split(Regex(O200K), "isolated"),
        "deepseek": P.Sequence([P.Split(Regex(p), "isolated") for p in DEEPSEEK] + [P.ByteLevel(add_prefix_space=False, use_regex=False)]),
        "gpt2-regex": P.Split(Regex(r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"), "removed", invert=True),
        "classes": P.Split(Regex(r"[[:alpha:]&&[^aeiou]]+|\h+|\p{^L}\p{Han}|[\w&&\d]+|.$"), "isolated"),
        "scripts-digits": P.Sequence([P.UnicodeScripts(), P.Digits(True)]), "bytes-then-metaspace": P.Sequence([P.ByteLevel(add_prefix_space=False), P.Metaspace()]),
    }.items():
        yield f"pre-{name}", unigram_pieces(pre=pre)
    yield "added-flags", unigram_pieces(
        normalizer=N.Lowercase(), pre=P.Whitespace(),
        added=[AddedToken("New York", normalized=True), AddedToken("newyork", single_word=True), AddedToken("zz", single_word=True, normalized=False), AddedToken("zzz"), AddedToken("é", rstrip=True), AddedToken(" a", normalized=False)],
        special=[AddedToken("<s>", rstrip=True), AddedToken("</s>", lstrip=True), AddedToken("<s>x"), AddedToken("<mask>", lstrip=True, rstrip=True, normalized=True), AddedToken("[CLS]", single_word=True)])
    yield "added-metaspace-first", unigram_pieces(pre=P.Metaspace(prepend_scheme="first"), special=["<s>", "</s>"])
    yield "added-prepend", unigram_pieces(normalizer=N.Sequence([N.Prepend("▁"), N.Replace(" ", "▁")]), special=["<s>", "<mask>"], added=["world", AddedToken("x", normalized=True)])
    yield "decoder-ctc", unigram_pieces(pre=P.FixedLength(1), decoder=D.CTC())


def decoders_zoo():
    tokens = ["<unk>", "h", "e", "l", "o", "<pad>", "|", "##ing", "wo", "▁", "▁wor", "ld</w>", "a</w>", " .", " n't", " do not", "<0xE4>", "<0xBD>", "<0xA0>", "<0xFF>", "<0x0a>", "Ġhi", "Ċ", "ł", "中Ġ", "  x  ", "HHH", "'s"]
    for name, decoder in {
        "none": None, "byte-level": D.ByteLevel(), "byte-fallback": D.ByteFallback(), "fuse-strip": D.Sequence([D.Fuse(), D.Strip("h", 1, 0)]), "strip": D.Strip("H", 2, 1), "replace": D.Replace(Regex("l+"), "L"),
        "metaspace": D.Metaspace(), "metaspace-never": D.Metaspace(prepend_scheme="never"), "word-piece": D.WordPiece(), "word-piece-raw": D.WordPiece(cleanup=False), "bpe": D.BPEDecoder(), "ctc": D.CTC(), "ctc-raw": D.CTC(cleanup=False),
        "llama2": D.Sequence([D.Replace("▁", " "), D.ByteFallback(), D.Fuse(), D.Strip(" ", 1, 0)]),
    }.items():
        tokenizer = Tokenizer(M.WordLevel({t: i for i, t in enumerate(tokens)}, "<unk>"))
        if decoder is not None:
            tokenizer.decoder = decoder
        tokenizer.add_special_tokens(["<pad>", "|"])
        yield f"decoder-{name}", tokenizer, len(tokens)


def compact(tokenizer):
    data = json.loads(tokenizer.to_str())
    return {key: value for key, value in data.items() if key not in ("version", "truncation", "padding")}


def cases(tokenizer, texts, decodes):
    for index, text in enumerate(texts):
        if tokenizer.normalizer is not None and not decodes and index > 5 and tokenizer.normalizer.normalize_str(text) == text:
            continue  # a normalizer that changes nothing shows nothing
        encoding = tokenizer.encode(text)
        decoded = [tokenizer.decode(encoding.ids, skip_special_tokens=skip) for skip in (False, True)] if decodes else []
        offsets = [place for pair in encoding.offsets for place in pair]
        ids, types = (column if any(column) else None for column in (encoding.ids, encoding.type_ids))
        yield [index, ids, "\ue000".join(encoding.tokens), offsets, types, *decoded]


def write(name, content):
    FOLDER.mkdir(parents=True, exist_ok=True)
    head = {"oracle": {"tokenizers": tokenizers.__version__}}
    text = json.dumps({**head, **content}, ensure_ascii=False, separators=(",", ":"))
    (FOLDER / name).write_text(text + "\n", encoding="utf-8")
    print(name, len(text.encode()))


def main():
    models = [{"name": name, "json": compact(t), "cases": list(cases(t, TEXTS, True))} for name, t in model_zoo()]
    half = len(models) // 2
    write("byte-models.json", {"texts": TEXTS, "tokenizers": models[:half]})
    write("word-models.json", {"texts": TEXTS, "tokenizers": models[half:]})
    steps = [{"name": name, "json": compact(t), "cases": list(cases(t, TEXTS, False))} for name, t in step_zoo()]
    half = len(steps) // 2
    write("steps-1.json", {"texts": TEXTS, "tokenizers": steps[:half]})
    write("steps-2.json", {"texts": TEXTS, "tokenizers": steps[half:]})
    seeded = random.Random(7)
    decoding = []
    for name, tokenizer, size in decoders_zoo():
        rows = [[seeded.randrange(size) for _ in range(seeded.randrange(12))] for _ in range(25)] + [list(range(size))]
        decoding.append({"name": name, "json": compact(tokenizer), "cases": [[row, tokenizer.decode(row, skip_special_tokens=False), tokenizer.decode(row)] for row in rows]})
    write("decoders.json", {"tokenizers": decoding})


if __name__ == "__main__":
    main()
