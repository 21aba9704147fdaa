"""Makes Sources/Tokenizers/Text/ScriptTable.swift: which code points the UnicodeScripts pre-tokenizer keeps together.

    pip install tokenizers==0.23.3 && python Scripts/make_script_table.py

The classes are found by asking the pre-tokenizer where it splits; a code point in no class joins whatever stands around it.
"""
import pathlib

import tokenizers
from tokenizers import pre_tokenizers

TARGET = pathlib.Path(__file__).resolve().parent.parent / "Sources/Tokenizers/Text/ScriptTable.swift"
SCRIPTS = pre_tokenizers.UnicodeScripts()
POINTS = [point for point in range(0x110000) if not 0xD800 <= point <= 0xDFFF]


def starts(text):
    return {start for _, (start, _) in SCRIPTS.pre_tokenize_str(text)}


def split_after(letter):
    """The code points that do not stay together with `letter`."""
    found = set()
    for offset in range(0, len(POINTS), 30_000):
        part = POINTS[offset : offset + 30_000]
        begun = starts(letter + letter.join(map(chr, part)))
        found.update(point for place, point in enumerate(part) if 2 * place + 1 in begun)
    return found


def classes():
    """{code point: class} for all code points that have one."""
    scripted = split_after("a") | split_after("я")
    points = [point for point in POINTS if point in scripted]
    begun = starts("".join(map(chr, points)))
    result, representatives, current = {}, [], None
    for place, point in enumerate(points):
        if place in begun or current is None:
            known = [k for k, letter in enumerate(representatives) if 1 not in starts(letter + chr(point))]
            current = known[0] if known else len(representatives)
            if not known:
                representatives.append(chr(point))
        result[point] = current
    return result


def ranges():
    result = []
    for point, number in sorted(classes().items()):
        if result and result[-1][1] == point - 1 and result[-1][2] == number:
            result[-1][1] = point
        else:
            result.append([point, point, number])
    return result


def main():
    words, previous = [], 0
    for first, last, number in ranges():
        words.append(f"{first - previous},{last - first},{number}")
        previous = last
    lines, line = [], ""
    for word in words:
        if len(line) + len(word) > 108:
            lines.append(line.rstrip())
            line = ""
        line += word + " "
    lines.append(line.rstrip())
    body = "\n".join("        " + line for line in lines)
    TARGET.write_text(f'''/// Which code points the UnicodeScripts pre-tokenizer keeps together, by the data of tokenizers {tokenizers.__version__}.
///
/// Made by Scripts/make_script_table.py.
enum ScriptTable {{
    /// Ranges in ascending order: distance of the first code point from the last one before, length less one, class.
    static let text = """
{body}
        """
}}
''', encoding="utf-8")


if __name__ == "__main__":
    main()
