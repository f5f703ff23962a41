"""The catalogue of rules, each a value that can be read, and what may be asked of them.

A rule is a plain function from a structure to :class:`Hits`, made a :class:`Rule` by the
decorator :func:`rule`. :data:`SHIPPED` is the tuple of those that come with govtree; a rule of
your own is handed to :func:`govtree.coverage.check` beside them. Nothing is registered anywhere.
"""

from govtree.findings import Hits, Named
from govtree.rules._rule import Parameter, Rule, Value, distinct, rule
from govtree.rules._settings import OFF, SHIPPED, RuleSet, Setting, Waiver, Written, find

__all__ = [
    "OFF",
    "SHIPPED",
    "Hits",
    "Named",
    "Parameter",
    "Rule",
    "RuleSet",
    "Setting",
    "Value",
    "Waiver",
    "Written",
    "distinct",
    "find",
    "rule",
]
