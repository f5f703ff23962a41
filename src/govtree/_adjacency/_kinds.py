"""What lines between buildings are called, and which of them are never crossed.

Words of the field in English and Chinese, and the tags of OpenStreetMap.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from govtree._names import normal

__all__ = [
    "BARRIER",
    "BUILDING",
    "COMPOUND_LINE",
    "KNOWN",
    "OTHER",
    "kind_of",
    "kind_of_tags",
    "with_tags",
]

#: The kind of what was handed in as a barrier without a word on what it is.
BARRIER = "barrier"
#: The kind of a pair that joins two compounds.
COMPOUND_LINE = "compound line"

_HARD = {
    "barrier": "barrier 屏障 障碍",
    "canal": "canal 运河 水渠 渠道",
    "cliff": "cliff 陡坎 悬崖 断崖",
    "fence": "fence 围栏 栅栏 护栏 隔离栏",
    "railway": "railway rail railroad 铁路 铁道 轨道",
    "river": "river stream riverbank 河 河流 河道 江 溪",
    "wall": "wall 墙 围墙 院墙 城墙",
    "water": "water lake waterway reservoir coastline 水 水域 水体 湖 湖泊 水系",
}
_SOFT = {
    "compound line": "compoundline compoundboundary 小区边界 小区界 小区界线",
    "green": "green greenbelt park 绿地 绿化带 公园",
    "main road": "mainroad arterial road avenue highway motorway expressway "
    "公路 高速公路 快速路 主干道 主干路 主路 干道 道路 大道 次干道",
    "street": "street 街 街道 支路",
}
_WORDS = {
    normal(word): (kind, hard)
    for table, hard in ((_HARD, True), (_SOFT, False))
    for kind, words in table.items()
    for word in (kind, *words.split())
}

#: Kinds that are known, sorted.
KNOWN = tuple(sorted({*_HARD, *_SOFT}))

_MAIN_ROADS = ("motorway", "trunk", "primary", "secondary")
# What runs on rails in the open; what is planned, gone or for passengers to stand on does not.
_RAILWAYS = {"rail", "light_rail", "narrow_gauge", "subway", "funicular", "preserved", "yes"}
_WATERWAYS = {
    "river": "river",
    "stream": "river",
    "riverbank": "river",
    "tidal_channel": "river",
    "canal": "canal",
    "ditch": "canal",
    "drain": "canal",
    "fairway": "river",
    "yes": "water",
    "dock": "water",
}
_BARRIERS = {
    "wall": "wall",
    "city_wall": "wall",
    "retaining_wall": "wall",
    "fence": "fence",
    "guard_rail": "fence",
    "hedge": "fence",
    "ditch": "canal",
    "yes": "barrier",
}
# What tables write where a thing is not so; "F" is that of Geofabrik's files.
_NO = frozenset({"no", "F", "0", "false", "False"})
_HSTORE = re.compile(r'"([^"\\]+)"=>"((?:[^"\\]|\\.)*)"')
_NATURAL = {"water": "water", "coastline": "water", "cliff": "cliff"}
#: Words that call a thing what it is not as a line.
BUILDING = frozenset({"building", "buildings", "house", "建筑", "建筑物", "楼", "楼栋", "房屋"})
#: Keys of OpenStreetMap that say what a thing is when it is no building and no barrier.
OTHER = (
    "aerialway",
    "aeroway",
    "amenity",
    "barrier",
    "boundary",
    "building:part",
    "craft",
    "emergency",
    "entrance",
    "geological",
    "highway",
    "historic",
    "landuse",
    "leisure",
    "man_made",
    "military",
    "natural",
    "office",
    "place",
    "power",
    "public_transport",
    "railway",
    "route",
    "shop",
    "telecom",
    "tourism",
    "waterway",
)


def kind_of(word: Any) -> tuple[str, bool] | None:
    """Return the kind that a word names and whether it is hard; None for an unknown word.

    >>> kind_of("围墙"), kind_of("Main Road"), kind_of("hedgehog")
    (('wall', True), ('main road', False), None)
    """
    return (
        _WORDS.get(normal(word).replace("_", "").replace("-", ""))
        if isinstance(word, str)
        else None
    )


def kind_of_tags(tags: Mapping[str, Any]) -> tuple[str, bool] | None:
    """Return what tags of OpenStreetMap say of a barrier; None where the thing is none.

    What lies in a tunnel or culvert is crossed above it.

    >>> kind_of_tags({"waterway": "stream"}), kind_of_tags({"highway": "primary_link"})
    (('river', True), ('main road', False))
    >>> kind_of_tags({"highway": "footway"}), kind_of_tags({"railway": "subway", "tunnel": "yes"})
    (None, None)
    """
    tag = {key: text for key, value in tags.items() if (text := _text(value))}
    if tag.get("tunnel", "no") not in _NO or tag.get("covered", "no") not in _NO:
        return None
    if tag.get("location") == "underground":
        return None
    hard = _WATERWAYS.get(tag.get("waterway", "")) or _BARRIERS.get(tag.get("barrier", ""))
    hard = hard or _NATURAL.get(tag.get("natural", ""))
    if tag.get("railway") in _RAILWAYS and not tag.get("layer", "").startswith("-"):
        hard = "railway"
    if hard:
        return hard, True
    if tag.get("highway", "").removesuffix("_link") in _MAIN_ROADS:
        return "main road", False
    return None


def with_tags(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return properties with the tags of OpenStreetMap that some exports put into one of them.

    Those of Overpass stand under ``tags``, those of GDAL in a text ``other_tags``. What stands
    outside of them goes before.

    >>> with_tags({"name": "R", "other_tags": '"railway"=>"rail","layer"=>"-1"'})["railway"]
    'rail'
    """
    inner, other = properties.get("tags"), properties.get("other_tags")
    more = dict(inner) if isinstance(inner, Mapping) else {}
    if isinstance(other, str):
        more |= {key: value.replace('\\"', '"') for key, value in _HSTORE.findall(other)}
    if not more:
        return properties
    return more | {key: value for key, value in properties.items() if value is not None}


def _text(value: Any) -> str:
    """Return a value of a tag as OpenStreetMap has it; tables turn some into other types."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, str | int | float) else ""
