"""What may be written behind ``govtree``. Loads no numpy, so that ``--help`` is quick."""

from __future__ import annotations

import argparse
import datetime as dt
import re
from typing import Any

from govtree import __version__

__all__ = ["FORMATS", "parser"]

_SEVERITIES = ("error", "warning", "note")

#: Formats that a report may be written to a file in.
FORMATS = ("json", "jsonl", "sarif", "md", "text")

CODES = """\
exit codes:
  0    clean
  1    findings at or above --fail-on
  2    bad input or a missing file
  3    internal error
  130  interrupted
"""

_SHARED: dict[str, Any] = {"formatter_class": argparse.RawDescriptionHelpFormatter}


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command; what was told names the function to run."""
    whole = argparse.ArgumentParser(
        prog="govtree",
        description="The governance structure of a neighborhood: who belongs where, and is "
        "everybody covered?",
        epilog=f"""\
examples:
  govtree demo
  govtree check town/structure.yaml
  govtree import households.xlsx --out town
  govtree partition town --map town.png
  govtree show town/structure.yaml --unit B-012
  govtree rules GT210
  govtree compare march.json june.json

{CODES}""",
        **_SHARED,
    )
    whole.add_argument("--version", action="version", version=f"govtree {__version__}")
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in (_check, _import, _partition, _compare, _show, _rules, _profiles, _schema, _demo):
        add(commands)
    return whole


def _add(
    commands: Any,
    name: str,
    run: str,
    summary: str,
    about: str,
    epilog: str,
    *,
    spoken: str = "what the structure says",
) -> Any:
    command = commands.add_parser(name, help=summary, description=about, epilog=epilog, **_SHARED)
    # Named only: the module of a command is loaded when it runs.
    command.set_defaults(run=run)
    command.add_argument(
        "--lang",
        choices=("en", "zh"),
        help=f"language: en or zh (default: GOVTREE_LANG, or {spoken})",
    )
    return command


def _check(commands: Any) -> None:
    command = _add(
        commands,
        "check",
        "govtree.cli._check:check",
        "is everybody covered? print the findings",
        "Read a structure, check it by the rules it asks for, and print what is found.",
        f"""\
examples:
  govtree check town/structure.yaml
  govtree check town --fail-on warning
  govtree check town --json > report.json
  govtree check town --select GT4 --ignore vacant-post
  govtree check town --output sarif=town.sarif --output md=town.md
  govtree check town --baseline known.json --update-baseline
  govtree check -- --oddly-named.yaml

{CODES}""",
    )
    _add_path(command)
    _add_report_options(command)
    command.add_argument(
        "--as-of",
        metavar="DAY",
        type=_day,
        help="check for this day, YYYY-MM-DD (default: the day of the structure)",
    )
    command.add_argument(
        "--select",
        metavar="RULES",
        action="append",
        type=_names,
        default=[],
        help="tell of these rules only: codes, their beginnings (GT4) or slugs, with commas",
    )
    command.add_argument(
        "--ignore",
        metavar="RULES",
        action="append",
        type=_names,
        default=[],
        help="do not tell of these rules",
    )
    command.add_argument(
        "--statistics", action="store_true", help="print totals only, no single finding"
    )
    command.add_argument(
        "--output",
        metavar="FORMAT=FILE",
        action="append",
        type=_output,
        default=[],
        help=f"also write the report to a file: {', '.join(FORMATS)}; may be repeated",
    )
    command.add_argument(
        "--baseline",
        metavar="FILE",
        help="tell, and fail for, only what the last run written to this file did not know",
    )
    command.add_argument(
        "--update-baseline",
        action="store_true",
        help="write this run to the baseline, which is made where there is none",
    )


def _import(commands: Any) -> None:
    command = _add(
        commands,
        "import",
        "govtree.cli._import:import_roster",
        "make a structure of an office's table",
        "Read a table with a row per household, or a workbook, propose what its columns are, "
        "write the structure to a folder, and print what is doubtful and the report.",
        f"""\
examples:
  govtree import 2025-06.xlsx --out town
  govtree import 2025-06.xlsx --out town --yes
  govtree import 2025-07.xlsx --out town
  govtree import returns/*.csv --out town --plan roster.yaml

{CODES}""",
    )
    command.add_argument("files", metavar="FILE", nargs="+", help="a CSV file or a workbook")
    command.add_argument(
        "--out", metavar="FOLDER", required=True, help="the folder of the structure"
    )
    command.add_argument(
        "--profile",
        metavar="NAME",
        help="the profile that a new structure starts from (default: base)",
    )
    command.add_argument(
        "--plan",
        metavar="FILE",
        help="the plan that the files are read by (default: roster.yaml in the folder, else one "
        "is proposed)",
    )
    command.add_argument("--yes", action="store_true", help="take what is proposed, unasked")
    _add_report_options(command)


def _partition(commands: Any) -> None:
    command = _add(
        commands,
        "partition",
        "govtree.cli._partition:partition",
        "divide buildings into service grids",
        "Divide the buildings of a structure, or of a GeoJSON file, into contiguous grids of about "
        "300 households, inside walls and communities, and print the plan. Needs scipy: pip "
        'install "govtree[partition]"; maps and GeoJSON need the extras plot and geo.',
        """\
examples:
  govtree partition town --feasibility
  govtree partition town --today
  govtree partition town --out grids.csv --map grids.png
  govtree partition town --compound X-01 --map x-01.svg
  govtree partition town --repair --json
  govtree partition buildings.geojson --barriers streets.geojson --crs EPSG:4326

exit codes:
  0    every grid is within bounds
  1    some grid is out of bounds, or not contiguous
  2    bad input or a missing file
  3    internal error
  130  interrupted
""",
    )
    command.add_argument(
        "path",
        metavar="PATH",
        help="a structure file, a folder with a structure.yaml in it, or buildings as .geojson",
    )
    size = command.add_argument_group("how large a grid is")
    size.add_argument(
        "--target", metavar="N", type=_number, help="what a grid should hold (default: 300)"
    )
    size.add_argument(
        "--tolerance",
        metavar="SHARE",
        type=_number,
        help="share of the target that a grid may be off, 0 to 1 (default: 0.2)",
    )
    size.add_argument(
        "--bounds",
        metavar=("LOW", "HIGH"),
        nargs=2,
        type=_whole,
        help="what a grid may hold, in the place of --tolerance; the target is their middle",
    )
    size.add_argument(
        "--count",
        choices=("households", "occupied", "residents"),
        default="households",
        help="what is counted (default: households)",
    )
    size.add_argument("--grids", metavar="N", type=_positive, help="so many grids, no other number")
    what = command.add_argument_group("what is divided")
    what.add_argument("--compound", metavar="ID", help="only the buildings of this compound")
    what.add_argument("--community", metavar="ID", help="only the buildings of this community")
    what.add_argument(
        "--barriers",
        metavar="FILE",
        action="append",
        help="GeoJSON of lines that grids keep to: walls, rivers, ...; several files are taken",
    )
    what.add_argument(
        "--crs",
        metavar="NAME",
        help="reference system of the positions: EPSG:4548, gcj02, bd09, ... "
        "(default: that of the input)",
    )
    how = command.add_argument_group("how it is divided")
    kind = how.add_mutually_exclusive_group()
    kind.add_argument(
        "--today", action="store_true", help="the table of today's grids, without any search"
    )
    kind.add_argument(
        "--feasibility",
        action="store_true",
        help="what can be and what cannot, before any search, and why",
    )
    kind.add_argument(
        "--repair",
        action="store_true",
        help="keep today's grids, and move as little as puts them within bounds",
    )
    how.add_argument(
        "--objective",
        choices=("balanced", "compact", "least-change"),
        help="what is sought once grids are within bounds (default: balanced, with --repair "
        "least-change)",
    )
    how.add_argument(
        "--seed",
        metavar="N",
        type=_whole,
        default=0,
        help="another seed, another plan (default: 0)",
    )
    how.add_argument(
        "--effort", metavar="N", type=_number, default=1.0, help="how long to search (default: 1)"
    )
    how.add_argument(
        "--workers",
        metavar="N",
        type=_positive,
        default=1,
        help="processes at work; the plan is the same (default: 1)",
    )
    told = command.add_argument_group("what comes out")
    told.add_argument("--json", action="store_true", help="print JSON, every unit in it")
    told.add_argument(
        "--rows", metavar="N", type=_whole, default=40, help="grids that are printed (default: 40)"
    )
    told.add_argument("--out", metavar="FILE", help="write unit and grid as CSV")
    told.add_argument("--geojson", metavar="FILE", help="write the grids as GeoJSON")
    told.add_argument("--map", metavar="FILE", help="draw the grids: .png, .svg or .pdf")


def _compare(commands: Any) -> None:
    command = _add(
        commands,
        "compare",
        "govtree.cli._compare:compare",
        "what is new, mended, relapsed between reports",
        "Compare reports that 'govtree check --json' wrote, in order of their days.",
        f"""\
examples:
  govtree compare march.json june.json
  govtree compare reports/*.json --json
  govtree compare march.json june.json --fail-on warning

{CODES}""",
        spoken="that of the last report; what a report says of a finding keeps its language",
    )
    command.add_argument("reports", metavar="REPORT", nargs="+", help="a saved report")
    command.add_argument("--json", action="store_true", help="print JSON")
    _add_fail_on(command, "exit with 1 where a new or relapsed finding is as grave as this")


def _show(commands: Any) -> None:
    command = _add(
        commands,
        "show",
        "govtree.cli._show:show",
        "print the structure as a tree",
        "Print the units of a structure with how many there are below each.",
        """\
examples:
  govtree show town/structure.yaml
  govtree show town --depth 3
  govtree show town --unit N-07
""",
    )
    _add_path(command)
    command.add_argument(
        "--unit", metavar="ID", help="begin at this unit, and tell what is known of it"
    )
    command.add_argument(
        "--depth",
        metavar="N",
        type=_depth,
        help="levels shown below (default: 2, below a --unit 1)",
    )
    command.add_argument("--json", action="store_true", help="print JSON, every unit in it")


def _rules(commands: Any) -> None:
    command = _add(
        commands,
        "rules",
        "govtree.cli._catalogue:rules",
        "the rules there are, or all about one",
        "List the rules, those of installed packages included; or tell all about one.",
        """\
examples:
  govtree rules
  govtree rules GT203
  govtree rules household-in-two-grids --json
""",
    )
    command.add_argument(
        "rule", metavar="RULE", nargs="?", help="code, beginning of a code (GT4), or slug"
    )
    command.add_argument("--json", action="store_true", help="print JSON")


def _profiles(commands: Any) -> None:
    command = _add(
        commands,
        "profiles",
        "govtree.cli._catalogue:profiles",
        "the profiles there are, or one as it is written",
        "List the shipped profiles, which structures start from; or print one of them.",
        """\
examples:
  govtree profiles
  govtree profiles jinzhai
  govtree profiles --json
""",
    )
    command.add_argument("profile", metavar="PROFILE", nargs="?", help="name of a profile")
    command.add_argument("--json", action="store_true", help="print JSON")


def _schema(commands: Any) -> None:
    command = _add(
        commands,
        "schema",
        "govtree.cli._show:schema",
        "print the JSON Schema of structure files, for editors",
        "Print the JSON Schema of structure files, so that editors complete them; or of reports.",
        """\
examples:
  govtree schema > structure.schema.json
  govtree schema --report > report.schema.json
""",
    )
    command.add_argument(
        "--report", action="store_true", help="that of saved reports, and of JSON lines"
    )


def _demo(commands: Any) -> None:
    command = _add(
        commands,
        "demo",
        "govtree.cli._check:demo",
        "check an example that comes with govtree",
        "Check an example that comes with govtree: Luozhuang District or Jinzhai County. Their "
        "communities are real; their branches, grids, households and persons are synthetic.",
        "examples:\n  govtree demo\n  govtree demo jinzhai --lang zh\n",
    )
    command.add_argument(
        "example",
        nargs="?",
        choices=("luozhuang", "jinzhai"),
        default="luozhuang",
        help="luozhuang (default) or jinzhai",
    )
    command.add_argument(
        "--map", metavar="FILE", help="draw the grids of one compound: .png, .svg or .pdf"
    )
    _add_report_options(command)


def _add_path(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "path", metavar="PATH", help="a structure file, or a folder with a structure.yaml in it"
    )


def _add_report_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON")
    _add_fail_on(command, "exit with 1 where a finding is as grave as this")


def _add_fail_on(command: argparse.ArgumentParser, about: str) -> None:
    command.add_argument(
        "--fail-on",
        choices=_SEVERITIES,
        default="error",
        metavar="SEVERITY",
        help=f"{about}: error (default), warning or note",
    )


def _depth(text: str) -> int:
    if not re.fullmatch("[0-9]{1,3}", text) or int(text) > 100:
        raise argparse.ArgumentTypeError("a number from 0 to 100 is meant")
    return int(text)


def _whole(text: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", text):
        raise argparse.ArgumentTypeError("a whole number is meant, 0 or more")
    return int(text)


def _positive(text: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", text) or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number is meant, 1 or more")
    return int(text)


def _number(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
        raise argparse.ArgumentTypeError("a number is meant, such as 300 or 0.2")
    return float(text)


def _day(text: str) -> dt.date:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError("a day is meant, such as 2025-06-30")


def _names(text: str) -> list[str]:
    names = [name for each in text.split(",") if (name := each.strip())]
    if not names:
        raise argparse.ArgumentTypeError("codes or slugs of rules are meant, such as GT210,GT4")
    return names


def _output(text: str) -> tuple[str, str]:
    form, is_given, path = text.partition("=")
    if form not in FORMATS or not is_given or not path:
        known = ", ".join(FORMATS)
        raise argparse.ArgumentTypeError(f"FORMAT=FILE is meant, with one of {known}")
    return form, path
