"""The catalogue of rules, each a value that can be read, and what may be asked of them.

A rule is a plain function from a structure to :class:`Hits`, made a :class:`Rule` by the
decorator :func:`rule`. :data:`SHIPPED` is the tuple of those that come with govtree; a rule of
your own is handed to :func:`govtree.coverage.check` beside them, or comes from an installed
package that names its rules by the entry point ``govtree.rules``. Nothing is registered anywhere.
"""

from govtree.findings import Hits, Named
from govtree.rules._catalogue import NEWEST, RULE_SETS, SHIPPED
from govtree.rules._installed import Package, packages
from govtree.rules._rule import Form, Parameter, Rule, Value, distinct, rule
from govtree.rules._settings import CASE, OFF, Case, RuleSet, Setting, Written, find, named
from govtree.rules._waivers import Use, Waiver

__all__ = [
    "CASE",
    "NEWEST",
    "OFF",
    "RULE_SETS",
    "SHIPPED",
    "Case",
    "Form",
    "Hits",
    "Named",
    "Package",
    "Parameter",
    "Rule",
    "RuleSet",
    "Setting",
    "Use",
    "Value",
    "Waiver",
    "Written",
    "distinct",
    "find",
    "named",
    "packages",
    "rule",
]
