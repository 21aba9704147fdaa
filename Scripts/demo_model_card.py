"""The model card of the demo base, from what was measured when it was trained."""


def card(facts: dict) -> str:
    sources = "\n".join(f"| {s['package']} {s['version']} | {s['licence']} | {s['characters'] / 1e6:.1f} |"
                        for s in facts["corpus"]["sources"])
    return TEXT.format(
        sources=sources, characters=facts["corpus"]["characters"] / 1e6, digest=facts["corpus"]["sha256"],
        parameters=facts["parameters"] / 1e6, steps=facts["steps"], batch=facts["batch"], sequence=facts["sequence"],
        seen=facts["steps"] * facts["batch"] * facts["sequence"] / 1e6, available=facts["training_tokens"] / 1e6,
        loss=facts.get("loss", float("nan")), perplexity=facts.get("perplexity", float("nan")),
        targets=facts.get("targets", 0), bits=facts.get("bits_per_character", float("nan")),
        vocabulary=facts["vocabulary"], **facts["shape"])


TEXT = """\
---
license: apache-2.0
language: en
library_name: transformers
pipeline_tag: text-generation
---
# tiny-prose

A language model of {parameters:.2f} million parameters, trained from nothing on English technical prose so that LoRA Keeper has
a real base for its demo and its tests. Nothing in it is canned: it is pre-trained weights in the ordinary Hugging Face form.

**What it is not:** useful. It continues a sentence in the manner of a manual and knows no facts, follows no instructions and
holds no conversation. It has never seen the tickets or the queue names of the demo. Do not build on it.

| | |
|---|---|
| architecture | LlamaForCausalLM: {num_hidden_layers} layers, hidden {hidden_size}, {num_attention_heads} heads of {head_dim} over \
{num_key_value_heads} key-value heads, MLP {intermediate_size}, tied embeddings |
| context | {max_position_embeddings} positions; trained on windows of {sequence} tokens |
| tokenizer | byte-level BPE, {vocabulary} entries, learned from the same text |
| weights | bf16 |
| training | {steps} steps of {batch} × {sequence} tokens: {seen:.1f} million tokens, of {available:.1f} million available |
| held-out perplexity | **{perplexity:.1f}** per token (loss {loss:.3f}, {targets:,} tokens), {bits:.2f} bits per character |

The held-out text is every fiftieth document; it comes from the same packages and no paragraph stands in both. A perplexity
compares only with that of a model that uses the same tokenizer and text.

## Text
{characters:.1f} million characters of documentation and dictionary text, taken from packages of Debian 12. Code listings, tables of
symbols, repeated paragraphs and text that is not English were removed. A third of the WordNet documents was written as short
exchanges ("What does … mean?" and the gloss) so that the chat marks are known to the model.

| package | licence of the text | million characters |
|---|---|---|
{sources}

SHA-256 of the gathered text (`documents.jsonl`): `{digest}`.
WordNet 3.0 is Copyright 2006 by Princeton University; its text was used under the WordNet licence.

## Making it again
`python3 Scripts/pretrain_demo_base.py --work DIR --out registry/models/tiny-prose` on Debian 12 after `apt-get update`; seeded and
resumable. Another processor rounds differently, so the bytes will not be the same, the quality will.
The optimizer is Muon for the matrices of the layers and AdamW for embeddings and norms: warm-up, a plateau, a fall to zero.
"""
