"""The command: ``govtree check``, ``import``, ``partition``, ``compare``, ``show``, ``rules``, ``profiles``, ``schema``, ``demo``.

Exit codes: 0 clean, 1 findings at or above ``--fail-on``, 2 bad input or a missing file,
3 internal error, 130 interrupted. Numpy, networkx and yaml are loaded inside of the commands,
so that ``--help`` needs none of them.
"""  # noqa: E501 - the commands, on one line

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from govtree.cli._output import BAD_INPUT, INTERNAL, INTERRUPTED, quietly
from govtree.cli._parser import parser

__all__ = ["main"]

_DEBUG = "GOVTREE_DEBUG"


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
    told = parser().parse_args(arguments)
    try:
        code: int = _command(told.run)(told)
    except KeyboardInterrupt:
        print("govtree: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return quietly()
    except Exception as error:  # the last stop: nobody is to see a traceback
        if os.environ.get(_DEBUG):
            raise
        return _internal(error)
    return code


def _command(name: str) -> Callable[[Any], int]:
    module, _, function = name.partition(":")
    found: Callable[[Any], int] = getattr(import_module(module), function)
    return found


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
