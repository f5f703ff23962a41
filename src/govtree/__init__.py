"""The governance structure of a neighborhood as a typed hierarchy.

Importing govtree loads nothing else: each public name is loaded with its module when it is
first asked for. ``__init__.pyi`` shows the same names to type checkers.
"""

from importlib import import_module

__version__ = "0.1.0"

# The one table of public names; those of a module in the order of the alphabet.
_NAMES_BY_MODULE = {
    "addresses": ("Addresses", "Candidate", "locate", "locate_point"),
    "config": (
        "Examined",
        "Structure",
        "dump",
        "enter_holders",
        "examine",
        "load",
        "load_text",
    ),
    "coverage": ("check",),
    "errors": (
        "ConfigError",
        "FileError",
        "GovtreeError",
        "Location",
        "MissingExtraError",
        "OutOfRangeError",
        "Problem",
        "StructureError",
        "UnknownIdError",
        "UnknownLevelError",
    ),
    "findings": ("Finding", "FindingsError", "Report", "Severity"),
    "grids": (
        "Bounds",
        "BuildingMap",
        "Feasibility",
        "Partition",
        "Staffing",
        "building_map",
        "feasibility",
        "group",
        "partition",
        "staff",
    ),
    "hierarchy": ("Hierarchy",),
    "history": ("Baseline", "Comparison", "Saved", "compare", "load_baseline", "load_report"),
    "reconciliation": ("Reconciliation", "reconcile"),
    "returns": ("Correction", "Returns", "Sent", "read_returns", "write_returns"),
    "rosters": (
        "Decision",
        "Decisions",
        "Doubt",
        "FromPlace",
        "KeptIds",
        "Proposal",
        "Roster",
        "RosterFile",
        "RosterFiles",
        "RosterPlan",
        "Taken",
        "propose",
        "read_roster",
    ),
    "rules": ("Hits", "Parameter", "Rule", "RuleSet", "Waiver", "rule"),
    "tables": ("export",),
    "units": (
        "Area",
        "Body",
        "BodyGroup",
        "Branch",
        "Building",
        "Community",
        "Compound",
        "Declared",
        "Duty",
        "Entrance",
        "Flag",
        "Grid",
        "Group",
        "Household",
        "Level",
        "LevelUnit",
        "Link",
        "Mark",
        "Membership",
        "MicroGrid",
        "Person",
        "Post",
        "Record",
        "Relation",
        "Responsibility",
        "Tenure",
        "Term",
        "Unit",
    ),
}

_MODULES_BY_NAME = {name: module for module, names in _NAMES_BY_MODULE.items() for name in names}

__all__ = sorted([*_MODULES_BY_NAME, "__version__"])  # noqa: PLE0605 - the table is the list


def __getattr__(name: str) -> object:
    """Return a public name, loading its module on first use."""
    try:
        module = import_module(f"govtree.{_MODULES_BY_NAME[name]}")
    except KeyError:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message) from None
    value: object = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names, loaded or not."""
    return list(__all__)
