"""The command: ``govtree check``, ``show``, ``schema``, ``demo``.

Exit codes: 0 clean, 1 findings at or above ``--fail-on``, 2 bad input or a missing file,
3 internal error, 130 interrupted. Numpy, networkx and yaml are loaded inside of the commands,
so that ``--help`` needs none of them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from govtree import __version__

if TYPE_CHECKING:
    from govtree.config import Examined

__all__ = ["main"]

CLEAN, FINDINGS, BAD_INPUT, INTERNAL, INTERRUPTED = 0, 1, 2, 3, 130

_SEVERITIES = ("error", "warning", "note")
_DEBUG = "GOVTREE_DEBUG"

#: What stands above the reports of the demo, and the folder of its second version.
_REAL = """\
The district, its streets and its communities are real; branches, groups, grids, households,
bodies and persons below them are synthetic."""
_PLANTED = "planted"
_SECOND = """
=== The same structure with planted defects, at least one for each rule ===

Made for this report only, to show what findings look like: each names the unit, its place in
the tables, and how to mend it."""

_CODES = """\
exit codes:
  0    clean
  1    findings at or above --fail-on
  2    bad input or a missing file
  3    internal error
  130  interrupted
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    Args:
        arguments: What stands behind the name of the command; None takes those of the process.

    Raises:
        SystemExit: After ``--help`` and ``--version``, and for arguments that do not fit.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a character shows its code, and nothing fails.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    told = _parser().parse_args(arguments)
    try:
        code: int = told.run(told)
    except KeyboardInterrupt:
        print("govtree: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return _quietly()
    except Exception as error:  # the last stop: nobody is to see a traceback
        if os.environ.get(_DEBUG):
            raise
        return _internal(error)
    return code


def _parser() -> argparse.ArgumentParser:
    shared: dict[str, Any] = {"formatter_class": argparse.RawDescriptionHelpFormatter}
    parser = argparse.ArgumentParser(
        prog="govtree",
        description="The governance structure of a neighborhood: who belongs where, and is "
        "everybody covered?",
        epilog=f"""\
examples:
  govtree demo
  govtree check town/structure.yaml
  govtree show town/structure.yaml --unit B-012

{_CODES}""",
        **shared,
    )
    parser.add_argument("--version", action="version", version=f"govtree {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    check = commands.add_parser(
        "check",
        help="is everybody covered? print the findings",
        description="Read a structure, check it by the rules it asks for, and print what is found.",
        epilog=f"""\
examples:
  govtree check town/structure.yaml
  govtree check town --fail-on warning
  govtree check town --json > report.json
  govtree check -- --oddly-named.yaml

{_CODES}""",
        **shared,
    )
    _add_path(check)
    _add_report_options(check)
    check.set_defaults(run=_check)

    show = commands.add_parser(
        "show",
        help="print the structure as a tree",
        description="Print the units of a structure with how many there are below each.",
        epilog="""\
examples:
  govtree show town/structure.yaml
  govtree show town --depth 3
  govtree show town --unit N-07
""",
        **shared,
    )
    _add_path(show)
    show.add_argument(
        "--unit", metavar="ID", help="begin at this unit, and tell what is known of it"
    )
    show.add_argument(
        "--depth",
        metavar="N",
        type=_depth,
        help="levels shown below (default: 2, below a --unit 1)",
    )
    show.add_argument("--json", action="store_true", help="print JSON, every unit in it")
    show.set_defaults(run=_show)

    schema = commands.add_parser(
        "schema",
        help="print the JSON Schema of structure files, for editors",
        description="Print the JSON Schema of structure files, so that editors complete them.",
        epilog="examples:\n  govtree schema > structure.schema.json\n",
        **shared,
    )
    schema.set_defaults(run=_schema)

    demo = commands.add_parser(
        "demo",
        help="check the example that comes with govtree",
        description="Check the example of Luozhuang District that comes with govtree. Its "
        "communities are real; its branches, grids, households and persons are synthetic.",
        epilog="examples:\n  govtree demo\n",
        **shared,
    )
    _add_report_options(demo)
    demo.set_defaults(run=_demo)
    return parser


def _add_path(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path", metavar="PATH", help="a structure file, or a folder with a structure.yaml in it"
    )


def _add_report_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--fail-on",
        choices=_SEVERITIES,
        default="error",
        metavar="SEVERITY",
        help="exit with 1 where a finding is as grave as this: error (default), warning or note",
    )


def _depth(text: str) -> int:
    depth = int(text)
    if not 0 <= depth <= 100:
        raise argparse.ArgumentTypeError("a number from 0 to 100 is meant")
    return depth


# -- commands ---------------------------------------------------------------------------------


def _check(told: argparse.Namespace) -> int:
    return _report(told, told.path)


def _demo(told: argparse.Namespace) -> int:
    from importlib import resources

    shipped = resources.files("govtree") / "examples" / "luozhuang"
    with resources.as_file(shipped) as folder:
        code = _report(told, str(folder), _REAL)
    if not told.json:
        _demo_with_defects(told)
    return code


def _demo_with_defects(told: argparse.Namespace) -> None:
    """Print the report of the second version of the example, made for the time being."""
    from govtree.examples.luozhuang import plant

    with tempfile.TemporaryDirectory(prefix="govtree-") as above, contextlib.chdir(above):
        # From there the paths in the report are short, and the same everywhere.
        plant.main([_PLANTED])
        _report(told, _PLANTED, _SECOND)


def _report(told: argparse.Namespace, path: str, note: str = "") -> int:
    from govtree.coverage import check
    from govtree.display.outline import header_lines
    from govtree.display.text import figures_lines, report_text

    with _progress() as progress:
        examined = _read(path, progress)
        structure, lang = examined.structure, examined.language
        if structure is None:
            return _refused(examined, as_json=told.json)
        h = structure.hierarchy
        report = check(h, rules=structure.rules, waivers=structure.waivers, progress=progress)
    code = FINDINGS if report.reaches(told.fail_on) else CLEAN
    if told.json:
        values = {"name": h.name, "as_of": None if h.as_of is None else h.as_of.isoformat()}
        return _print_json({**values, **report.to_json(lang), "problems": _plain(examined)}, code)
    _warn(examined)
    color = _has_color(sys.stdout)
    head = [*header_lines(h, color=color, lang=lang), *figures_lines(report, lang=lang)]
    text = report_text(report, levels=h.levels, quote=structure.quote, color=color, lang=lang)
    blocks = (note, "\n".join(each for each in head if each), text)
    return _print("\n\n".join(each for each in blocks if each), code)


def _show(told: argparse.Namespace) -> int:
    from govtree.display.outline import outline, outline_text
    from govtree.errors import UnknownIdError

    with _progress() as progress:
        examined = _read(told.path, progress)
    structure = examined.structure
    if structure is None:
        return _refused(examined, as_json=told.json)
    h = structure.hierarchy
    below = 2 if told.unit is None else 1
    depth = below if told.depth is None else told.depth
    try:
        if told.json:
            values = {
                "name": h.name,
                "as_of": None if h.as_of is None else h.as_of.isoformat(),
                "counts": {table: h.count(table) for table in h.nodes},
                "units": [
                    each.as_json() for each in outline(h, unit=told.unit, depth=depth, most=None)
                ],
                "problems": _plain(examined),
            }
            return _print_json(values, CLEAN)
        text = outline_text(
            h,
            unit=told.unit,
            depth=depth,
            color=_has_color(sys.stdout),
            lang=examined.language,
        )
    except UnknownIdError as error:
        if told.json:
            return _print_json({"ok": False, "problems": [{"message": str(error)}]}, BAD_INPUT)
        print(f"govtree: {error}", file=sys.stderr)
        return BAD_INPUT
    _warn(examined)
    return _print(text, CLEAN)


def _schema(told: argparse.Namespace) -> int:  # noqa: ARG001 - every command takes what was told
    from govtree.config import json_schema

    return _print_json(json_schema(), CLEAN)


# -- reading ----------------------------------------------------------------------------------


def _read(path: str, progress: Callable[[str], None]) -> Examined:
    from govtree.config import examine

    progress(Path(path).name)
    return examine(path)


def _refused(examined: Examined, *, as_json: bool) -> int:
    if as_json:
        return _print_json({"ok": False, "problems": _plain(examined)}, BAD_INPUT)
    _warn(examined)
    return BAD_INPUT


def _warn(examined: Examined) -> None:
    from govtree.display.text import problems_text

    if examined.problems:
        color = _has_color(sys.stderr)
        text = problems_text(examined.problems, color=color, lang=examined.language)
        print(text, file=sys.stderr)


def _plain(examined: Examined) -> list[Any]:
    return [each.as_json(examined.language) for each in examined.problems]


# -- printing ---------------------------------------------------------------------------------


def _print(text: str, code: int) -> int:
    try:
        print(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _quietly()
    return code


def _print_json(values: object, code: int) -> int:
    # Escaped to ASCII, so that no terminal and no encoding can harm it; and so that no build
    # server takes a name for a command: '#' stands in texts only.
    text = json.dumps(values, indent=2, allow_nan=False)
    return _print(text.replace("##", r"\u0023\u0023"), code)


def _quietly() -> int:
    """Give standard output to nobody: its reader has gone, which is no fault."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return CLEAN


def _internal(error: Exception) -> int:
    from govtree._markup import short
    from govtree.errors import GovtreeError

    said = f"{type(error).__name__}: {short(str(error))}"
    if isinstance(error, GovtreeError):
        # Said in words for users, such as an extra that is not installed.
        print(f"govtree: {short(str(error))}", file=sys.stderr)
        return BAD_INPUT
    print(
        f"govtree: internal error ({said})\n"
        "This is a defect of govtree, not of your files. Please report it as CONTRIBUTING.md "
        f"describes,\nwith what the same command prints when {_DEBUG}=1 is set.",
        file=sys.stderr,
    )
    return INTERNAL


def _has_color(stream: TextIO) -> bool:
    # https://no-color.org: set and not empty means no color.
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Tell on a terminal what is being done, once it has taken more than a second."""
    if not sys.stderr.isatty() or os.environ.get("CI"):
        yield lambda _: None
        return
    bar = _Bar(sys.stderr)
    try:
        yield bar.tell
    finally:
        bar.clear()


class _Bar:
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
