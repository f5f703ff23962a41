"""Bytes to text: encodings told apart, and characters refused that no YAML file may hold."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

__all__ = ["Decoded", "decode"]

#: The longer marks first: that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)

#: ASCII characters that YAML allows; the others stay behind when these are deleted.
_ALLOWED = b"\t\n\r" + bytes(range(0x20, 0x7F))

#: Characters that YAML refuses, and four that YAML 1.1, YAML 1.2 and editors read differently.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_HIDDEN = "\x85\u2028\u2029\ufeff"


class Decoded(NamedTuple):
    text: str  # where there are faults, as much of it as a quote needs
    faults: list[tuple[str, int, dict[str, str]]]  # code, offset in the text, values


def decode(data: bytes) -> Decoded:
    """Return the text of *data*, or what keeps it from being one."""
    codec, name, body = "utf-8", "UTF-8", data
    for mark, its_codec, its_name in _MARKS:
        if data.startswith(mark):
            codec, name, body = its_codec, its_name, data[len(mark) :]
            break
    try:
        # Lone surrogates pass here, so that they are told with all other characters.
        text = body.decode(codec, "surrogatepass")
    except UnicodeDecodeError as error:
        other = _other_encoding(body, error) if name == "UTF-8" else ""
        if other:
            first = re.search(rb"[\x80-\xff]", body)
            offset = first.start() if first else 0
            text = body.decode(other.lower(), "replace")
            return Decoded(_clean(text), [("GT011", offset, {"encoding": other})])
        before = body[: error.start].decode(codec, "surrogatepass")
        text = before + body[error.start :].decode(codec, "replace")
        values: dict[str, str] = {"byte": f"0x{body[error.start]:02X}", "encoding": name}
        return Decoded(_clean(text), [("GT010", len(before), values)])
    if name == "UTF-8" and (wide := _wide_encoding(data)):
        text = data.decode(wide.lower(), "replace")
        return Decoded(_clean(text), [("GT011", 0, {"encoding": wide})])
    if text.isascii() and not body.translate(None, _ALLOWED):
        return Decoded(text, [])
    return Decoded(text, _forbidden(text))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)


def _forbidden(text: str) -> list[tuple[str, int, dict[str, str]]]:
    """Return one fault for each character that may not be there, at its first place.

    Lone surrogates, of which there are 2,048, are one kind: the first one stands for all.
    """
    faults = []

    def note(character: str, offset: int, count: int) -> None:
        code = "GT013" if character in _HIDDEN else "GT012"
        values = {"character": f"U+{ord(character):04X}", "count": str(count)}
        faults.append((code, offset, values))

    rest = text
    lone = None if text.isascii() else _SURROGATE.search(text)
    if lone is not None:
        rest = text.encode("utf-8", "ignore").decode()
        note(lone.group(), lone.start(), len(text) - len(rest))
    # A file may hold millions of one character: all of them are taken out in one step, and
    # what was looked at stays behind.
    at = 0
    while found := _FORBIDDEN.search(rest, at):
        character, at = found.group(), found.start()
        fewer = rest.replace(character, "")
        note(character, text.index(character), len(rest) - len(fewer))
        rest = fewer
    return faults


def _other_encoding(body: bytes, error: UnicodeDecodeError) -> str:
    """Return the encoding that *body* most likely has, if it can be told; else nothing."""
    if "end of data" in error.reason:
        return ""  # UTF-8 up to a character that was cut in two
    try:
        text = body.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    # Western letters followed by ASCII also decode, but into rare characters: of Chinese
    # text nearly all stands in GB 2312.
    beyond = re.findall("[^\x00-\x7f]", text[:100_000])
    common = sum(1 for each in beyond if each.encode("gb2312", "ignore"))
    return "GB18030" if beyond and common >= 0.9 * len(beyond) else ""


def _wide_encoding(data: bytes) -> str:
    """Return which of UTF-16 and UTF-32 *data* is in, by its zero bytes (YAML 1.2.2, 5.2)."""
    head = data[:4]
    if len(head) < 4 or b"\0" not in head:
        return ""
    zeros = tuple(byte == 0 for byte in head)
    kinds: dict[tuple[bool, ...], str] = {
        (True, True, True, False): "UTF-32-BE",
        (False, True, True, True): "UTF-32-LE",
        (True, False, True, False): "UTF-16-BE",
        (False, True, False, True): "UTF-16-LE",
    }
    return kinds.get(zeros, "")
