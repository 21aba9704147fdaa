#!/usr/bin/env python3
"""Makes Tests/Fixtures/templates/snippets.json and families.json: what transformers renders from the sources beside this script.

Snippets are one line each in template_checks/snippets.txt; families are whole templates, written for this project in the style
of published ones, in template_checks/*.jinja, rendered for the conversations of template_checks/conversations.json.
Made with transformers 5.23.0 and Jinja2 3.1.6; needs also tokenizers.
"""
import datetime
import json
import pathlib

import jinja2
import tokenizers
import transformers
from transformers.utils import chat_template_utils

HERE = pathlib.Path(__file__).parent / "template_checks"
OUT = pathlib.Path(__file__).parent.parent / "Tests/Fixtures/templates"
NOW = datetime.datetime(2024, 2, 29, 15, 4, 5, 678000)
VERSIONS = {"transformers": transformers.__version__, "jinja2": jinja2.__version__}
VARIABLES = json.loads((HERE / "variables.json").read_text())


class FrozenTime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


chat_template_utils.datetime = FrozenTime


def failure(error):
    """The class of the error, and its message where Jinja or the template worded it."""
    worded = (jinja2.exceptions.UndefinedError,)
    exact = isinstance(error, worded) or type(error) is jinja2.exceptions.TemplateError
    record = {"error": type(error).__name__}
    if isinstance(error, jinja2.exceptions.TemplateSyntaxError):
        record["error"] = "TemplateSyntaxError"
    if exact:
        record["error_message"] = str(error)
    return record


def snippet(source):
    record = {"template": source}
    try:
        compiled = chat_template_utils._compile_jinja_template(source)
        text, spans = chat_template_utils._render_with_assistant_indices(
            compiled, VARIABLES["messages"], VARIABLES["tools"], None, False,
            **{k: v for k, v in VARIABLES.items() if k not in ("messages", "tools")})
        assert " at 0x" not in text, source
        record["text"] = text
        if spans:
            record["spans"] = spans
    except Exception as error:  # every class of error is a result here
        record |= failure(error)
    return record


def cases(template, tokenizer, conversations):
    for conversation in conversations:
        options = conversation.get("kwargs", {})
        variants = [options] if "continue_final_message" in options else [
            options | {"add_generation_prompt": flag} for flag in (False, True)]
        for kwargs in variants:
            record = {"conversation": conversation["name"], "kwargs": kwargs}
            try:
                record["expected"] = tokenizer.apply_chat_template(
                    conversation["messages"], chat_template=template, tokenize=False, **kwargs)
            except Exception as error:
                record |= failure(error)
            yield record


def family(path, conversations):
    lines = path.read_text().split("\n", 1)
    tokens = json.loads(lines[0].removeprefix("{#").removesuffix("#}"))
    model = tokenizers.Tokenizer(tokenizers.models.WordLevel({"x": 0}, unk_token="x"))
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=model, **tokens)
    return {
        "name": path.stem, "special_tokens": tokens, "template": lines[1],
        "cases": list(cases(lines[1], tokenizer, conversations)),
    }


def write(name, value):
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    OUT.joinpath(name).write_text(text + "\n")
    print(name, len(text), "characters")


lines = (HERE / "snippets.txt").read_text().split("\n")
snippets = [snippet(json.loads(f'"{line}"')) for line in lines if line and not line.startswith("# ")]
write("snippets.json", {
    "versions": VERSIONS, "now": NOW.isoformat(), "variables": VARIABLES, "snippets": snippets})
print(len(snippets), "snippets,", sum("error" in record for record in snippets), "of them errors")

conversations = json.loads((HERE / "conversations.json").read_text())
families = [family(path, conversations) for path in sorted(HERE.glob("*.jinja"))]
write("families.json", {
    "versions": VERSIONS, "now": NOW.isoformat(timespec="seconds"),
    "conversations": {c["name"]: c["messages"] for c in conversations}, "templates": families})
