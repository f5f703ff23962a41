"""What a problem says, in two languages."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govtree import _messages
from govtree._messages import ENGLISH, MEANT, fill
from govtree.errors import Location, Problem
from govtree.rules import SHIPPED, _sizes
from govtree.rules._declared import HOW
from govtree.units import SECTIONS

PLACE = re.compile(r"\{([a-z_]+)\}")
CODES = sorted(ENGLISH)
CHINESE = _messages._chinese()
SOURCE = Path(_messages.__file__).parent
#: What says a text without a code in the language of whoever reads.
SAYING = ("say", "said", "Reason")


@given(st.dictionaries(st.sampled_from(["id", "first"]), st.text()))
def test_a_value_is_never_a_template(values):
    """Values come out as they went in, whatever braces they hold."""
    text = fill("x", "message", "<{id}|{first}|{id}>", values.items())

    first = values.get("first", "{first}")
    assert text == f"<{values.get('id', '{id}')}|{first}|{values.get('id', '{id}')}>"


def test_values_do_not_fill_one_another():
    """The name of one value inside of another is text."""
    assert fill("x", "message", "{a} {b}", [("a", "{b}"), ("b", "{a}")]) == "{b} {a}"
    assert fill("x", "message", "{a}", [("a", "{0.__class__}{{}}%s$x")]) == "{0.__class__}{{}}%s$x"


@pytest.mark.parametrize("lang", ["zh", "zh-CN", "zh_Hans_CN", "ZH"])
def test_every_tag_of_chinese_speaks_chinese(lang):
    """A language is known by the first part of its tag."""
    assert fill("meant", "hint", MEANT, [("meant", "B-30")], lang) == "是否想写“B-30”？"


@pytest.mark.parametrize("lang", ["en", "en-GB", "fr", "", "zho"])
def test_other_languages_get_english(lang):
    """A language without a catalogue gets the English text."""
    assert fill("meant", "hint", MEANT, [("meant", "B-30")], lang) == "did you mean 'B-30'?"


def test_a_text_without_translation_stays_english():
    """A rule of another package, which has no Chinese text, speaks English."""
    assert fill("XX001", "message", "no {id}", [("id", "1")], "zh") == "no 1"


def test_the_table_is_sorted_and_named_once():
    """Codes stand in order, and no two have one slug."""
    assert list(ENGLISH) == CODES
    assert len({text.slug for text in ENGLISH.values()}) == len(ENGLISH)


@pytest.mark.parametrize("code", CODES)
def test_a_text_is_well_formed(code):
    """A code is GT and three digits, a slug is words and dashes, a message one plain line."""
    text = ENGLISH[code]

    assert re.fullmatch(r"GT\d{3}", code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text.slug)
    assert text.message == text.message.strip()
    assert not text.message.endswith(".")
    assert "\n" not in text.message + text.hint


@pytest.mark.parametrize("code", CODES)
def test_every_text_has_its_chinese_twin(code):
    """What is said in English is said in Chinese, with the same named places."""
    english, chinese = ENGLISH[code], CHINESE[code]

    assert chinese.keys() == ({"message", "hint"} if english.hint else {"message"})
    for part, text in chinese.items():
        places = PLACE.findall(getattr(english, part))
        assert sorted(set(PLACE.findall(text))) == sorted(set(places))
        assert re.search("[\u4e00-\u9fff]", text)
        assert "\n" not in text


@pytest.mark.parametrize("rule", SHIPPED, ids=lambda rule: rule.code)
def test_every_rule_speaks_chinese(rule):
    """What a shipped rule says in English it says in Chinese, with the same named places."""
    english = {part: getattr(rule, part) for part in ("message", "hint", "why")}
    english |= {f"meaning.{each.name}": each.meaning for each in rule.parameters}

    assert CHINESE[rule.code].keys() == {part for part, text in english.items() if text}
    for part, text in CHINESE[rule.code].items():
        assert set(PLACE.findall(text)) == set(PLACE.findall(english[part]))
        assert re.search("[\u4e00-\u9fff]", text)
    assert rule.text("why", "zh") == CHINESE[rule.code]["why"]
    for each in rule.parameters:
        assert rule.meaning(each.name, "zh") == CHINESE[rule.code][f"meaning.{each.name}"]
        assert rule.meaning(each.name) == each.meaning


def said_in_source() -> dict[str, str]:
    """Return every text that is written where something is said, and the file it stands in."""
    found = {}
    for file in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        # The examples in docstrings, which say what they like, are no calls of the tree.
        for call in (each for each in ast.walk(tree) if isinstance(each, ast.Call)):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if name not in SAYING or not call.args:
                continue
            texts = [call.args[0]]
            if isinstance(texts[0], ast.IfExp):
                texts = [texts[0].body, texts[0].orelse]
            for each in texts:
                text = getattr(each, "value", None)
                # Problems are said by their code.
                if isinstance(text, str) and not re.fullmatch(r"GT\d{3}", text):
                    found[text] = str(file.relative_to(SOURCE))
    return found


def test_every_text_around_findings_is_said_in_chinese():
    """Each text in the source that is said without a code, reasons among them, has its Chinese."""
    said = said_in_source()

    assert "no {columns} of {table}" in said
    assert {text: file for text, file in said.items() if text not in CHINESE["said"]} == {}


def test_whatever_a_structure_holds_has_a_chinese_name():
    """Tables and sections, and words of the rules themselves, have Chinese names."""
    words = {*(name.replace("_", "-") for name in SECTIONS), *SECTIONS.values(), *_sizes._SAID}
    words |= {text for text in HOW.values() if text} | {"full members", "members"}

    assert words - {"occupied"} <= CHINESE["said"].keys()


def test_words_without_a_code_keep_their_places():
    """Words around findings have the places of their English in Chinese, whatever the order."""
    for english, chinese in CHINESE["said"].items():
        assert sorted(PLACE.findall(chinese)) == sorted(PLACE.findall(english))


def test_the_chinese_catalogue_is_sorted():
    """Codes stand in order, so that a new one has its place; none is given twice."""
    file = Path(_messages.__file__).with_name("messages.zh.json")
    pairs = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=list)

    codes = [code for code, _ in pairs]
    assert codes == sorted(set(codes))


def test_a_problem_is_shown_on_one_line():
    """Values of strangers are escaped and cut where a problem becomes text, and only there."""
    values = (("first", "9" * 500), ("id", "B\x1b[2J\u202e{first}"))
    found = Problem(
        Location("a\n.yaml"), "GT101", "id '{id}' is used twice; first used in {first}", values
    )

    assert found.as_json()["values"] == dict(values)
    assert str(found) == (
        "a\\n.yaml: error[GT101]: id 'B\\x1b[2J\\u202e{first}' is used twice; "
        f"first used in {'9' * 78}...{'9' * 39}"
    )


def test_a_near_miss_is_the_hint_in_both_languages():
    """A value named meant becomes the hint, whatever the code's own hint."""
    found = Problem(Location(), "GT001", "no '{path}'", (("meant", "b"), ("path", "a")), "look")

    assert found.mend() == "did you mean 'b'?"
    assert found.mend("zh") == "是否想写“b”？"
