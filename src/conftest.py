"""Which docstrings have no examples to run where an optional package is missing."""

from importlib.util import find_spec

_NEEDS = {
    "govtree/_adjacency/*": ("scipy", "shapely", "pyproj"),
    "govtree/_recombination/*": ("scipy",),
    "govtree/grids/*": ("scipy", "shapely", "pyproj"),
}

collect_ignore_glob = [place for place, names in _NEEDS.items() if not all(map(find_spec, names))]
