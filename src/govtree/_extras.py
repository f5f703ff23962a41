"""Optional packages, imported where they are used."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from govtree.errors import MissingExtraError

__all__ = ["need"]


def need(module: str, *, extra: str) -> ModuleType:
    """Return the imported *module*, or say which extra of govtree installs it.

    Args:
        module: Full name of a module, ``"pyarrow.parquet"``.
        extra: Name of the extra in this project's metadata that brings it.

    Raises:
        MissingExtraError: If the package is not installed. A package that is installed and
            lacks one of its own needs raises what it raises: another package is missing then.

    >>> need("json", extra="tables").__name__
    'json'
    >>> need("no_such_package.part", extra="tables")
    Traceback (most recent call last):
    govtree.errors.MissingExtraError: this needs no_such_package, which is not installed; \
install it with: pip install "govtree[tables]"
    """
    package = module.partition(".")[0]
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] != package:
            raise
        raise MissingExtraError(package, extra) from None
