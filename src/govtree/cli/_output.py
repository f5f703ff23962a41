"""Where the command prints: standard output, standard error, and the line of progress."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from govtree.config import Examined
    from govtree.errors import Problem

__all__ = [
    "BAD_INPUT",
    "CLEAN",
    "FINDINGS",
    "INTERNAL",
    "INTERRUPTED",
    "Bar",
    "has_color",
    "language",
    "no_such",
    "plain",
    "print_json",
    "print_text",
    "progress",
    "quietly",
    "read",
    "refuse",
    "refuse_words",
    "refused",
    "warn",
]

CLEAN, FINDINGS, BAD_INPUT, INTERNAL, INTERRUPTED = 0, 1, 2, 3, 130

_LANGUAGE = "GOVTREE_LANG"
_SPOKEN = ("en", "zh")


def language(asked: str | None, said: str = "en") -> str:
    """Return the language to speak: what was asked for, else what the environment or file says."""
    wished = os.environ.get(_LANGUAGE, "")
    if wished and wished[:2].lower() not in _SPOKEN:
        print(f"govtree: {_LANGUAGE} names no language of govtree; en and zh are", file=sys.stderr)
        wished = ""
    return asked or wished or said


# -- reading ----------------------------------------------------------------------------------


def read(path: str, lang: str | None, told: Callable[[str], None]) -> Examined:
    """Return what came of reading the structure at *path*, in the language to speak."""
    from pathlib import Path

    from attrs import evolve

    from govtree.config import examine

    told(Path(path).name)
    # Rules of other packages may print when they are loaded.
    with contextlib.redirect_stdout(sys.stderr):
        examined = examine(path, progress=told)
    return evolve(examined, language=language(lang, examined.language))


def refused(examined: Examined, *, as_json: bool) -> int:
    """Say why there is no structure, and return the exit code for that."""
    return refuse(examined.problems, as_json=as_json, lang=examined.language)


def refuse(problems: tuple[Problem, ...], *, as_json: bool, lang: str) -> int:
    """Say what is wrong with the input, and return the exit code for that."""
    if as_json:
        told = [each.as_json(lang) for each in problems]
        return print_json({"ok": False, "problems": told}, BAD_INPUT)
    _print_problems(problems, lang)
    return BAD_INPUT


def no_such(what: str, name: str, known: list[str]) -> str:
    """Return that there is no rule or profile of this name, and which was probably meant."""
    from govtree._markup import short
    from govtree._names import nearest

    near = nearest(name, known)
    hint = f"; did you mean '{near}'?" if near else f"; 'govtree {what}s' lists them"
    return f"there is no {what} '{short(name)}'{hint}"


def refuse_words(said: str, *, as_json: bool) -> int:
    """Say in words what does not fit, and return the exit code for that."""
    if as_json:
        return print_json({"ok": False, "problems": [{"message": said}]}, BAD_INPUT)
    print(f"govtree: {said}", file=sys.stderr)
    return BAD_INPUT


def warn(examined: Examined) -> None:
    """Print the problems of a structure to standard error, where there are any."""
    if examined.problems:
        _print_problems(examined.problems, examined.language)


def _print_problems(problems: tuple[Problem, ...], lang: str) -> None:
    from govtree.display.text import problems_text

    print(problems_text(problems, color=has_color(sys.stderr), lang=lang), file=sys.stderr)


def plain(examined: Examined) -> list[Any]:
    """Return the problems of a structure as plain values."""
    return [each.as_json(examined.language) for each in examined.problems]


# -- printing ---------------------------------------------------------------------------------


def print_text(text: str, code: int) -> int:
    """Print *text* and return *code*."""
    try:
        print(text)
        sys.stdout.flush()
    except BrokenPipeError:
        quietly()
    except OSError as error:
        quietly()
        print(f"govtree: cannot print: {error.strerror}", file=sys.stderr)
        return BAD_INPUT
    return code


def print_json(values: object, code: int) -> int:
    """Print *values* as JSON and return *code*."""
    from govtree._json import to_text

    return print_text(to_text(values, indent=2), code)


def quietly() -> int:
    """Give standard output to nobody: its reader has gone, which is no fault."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return CLEAN


def has_color(stream: TextIO) -> bool:
    """Return whether *stream* is a terminal that wants colors."""
    # https://no-color.org: set and not empty means no color.
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


# -- progress ---------------------------------------------------------------------------------


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Tell on a terminal what is being done, once it has taken more than a second."""
    if not sys.stderr.isatty() or os.environ.get("CI"):
        yield lambda _: None
        return
    bar = Bar(sys.stderr)
    try:
        yield bar.tell
    finally:
        bar.clear()


class Bar:
    """One line on a terminal that says how long and at what the command works.

    A thread of its own writes it: the work does not stop to tell how far it is.
    """

    EVERY_SECONDS = 0.2
    WIDTH = 60

    def __init__(self, stream: TextIO, *, after: float = 1.0) -> None:
        self._stream = stream
        self._after = after
        self._what = ""
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def tell(self, what: str) -> None:
        """Note what is being done now."""
        self._what = what

    def clear(self) -> None:
        """Take the line away."""
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        from govtree._markup import short

        began = time.monotonic()
        steps = 0
        wait = self._after
        while not self._done.wait(wait):
            wait = self.EVERY_SECONDS
            mark = "|/-\\"[steps % 4]
            steps += 1
            line = f"{mark} {time.monotonic() - began:.0f} s  {short(self._what)}"[: self.WIDTH]
            self._stream.write(f"\r{line:<{self.WIDTH}}")
            self._stream.flush()
        if steps:
            self._stream.write("\r" + " " * self.WIDTH + "\r")
            self._stream.flush()
