"""The same nine checks of the same place in other libraries, on what each of them has loaded.

Each answers with the ids that are wrong, by name of the check, so that finding faults is
measured and not only counting them.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sized
from pathlib import Path
from typing import Any

from population import MOST_RESIDENTS, TODAY

#: Names of the checks, and the rule of govtree that looks at the same.
CHECKS = {
    "id": "GT101",
    "group": "GT201",
    "building": "GT202",
    "residents": "BM001",
    "workers": "GT302",
    "households": "GT301",
    "priority": "GT224",
    "head": "GT402",
    "station": "GT503",
}
#: Those that govtree has made sure of once a structure is built.
ON_READING = ("id", "group", "building")
TABLES = (
    *("household", "group", "building", "grid", "branch", "compound"),
    *("body", "post", "tenure", "relation"),
)
WORKERS, HOUSEHOLDS = (1, 2), (240, 360)
TAGS = ("tags.living_alone", "tags.empty_nest")
STATIONS = ("service_station", "residents_home")

Found = Mapping[str, Sized]


# -- polars -----------------------------------------------------------------------------------


def polars_load(folder: Path) -> Any:
    import polars as pl

    # Types are told: to guess those of columns with few cells in them takes a minute.
    numbers = pl.col("residents", *TAGS).cast(pl.Int64)
    typed = {"household": numbers, "tenure": pl.col("since", "until").str.to_date()}
    return {
        name: pl.read_csv(folder / f"{name}.csv", infer_schema=False).with_columns(
            typed.get(name, [])
        )
        for name in TABLES
    }


def polars_nine(t: Any, only: Collection[str] = tuple(CHECKS)) -> Found:
    import polars as pl

    plans = _polars_plans(t)
    ids = t["household"]["id"]
    if "id" in only and ids.n_unique() == len(ids):
        # Half as long as looking for those that are there twice.
        plans["id"] = pl.LazyFrame()
    return dict(zip(only, pl.collect_all([plans[name] for name in only]), strict=True))


def _polars_plans(t: Any) -> dict[str, Any]:
    import polars as pl

    t = {name: frame.lazy() for name, frame in t.items()}
    households, number = t["household"], pl.col("number").fill_null(0)

    def dangling(column: str, table: str) -> Any:
        return households.join(t[table], left_on=column, right_on="id", how="anti").select("id")

    serves = t["relation"].filter(pl.col("relation") == "serves")
    reached = pl.concat(
        [
            serves.select(pl.col("target").alias("id")),
            serves.select(pl.col("source").alias("id")),
            _polars_held(t, "neighbor_steward").select(pl.col("at").alias("id")),
        ]
    )
    stations = t["body"].filter(pl.col("kind").is_in(STATIONS))
    served = serves.join(stations, left_on="source", right_on="id", how="semi")
    lies_in = pl.coalesce("grid", "grid_right").alias("id")
    return {
        "id": households.filter(pl.col("id").is_duplicated()).select("id"),
        "group": dangling("parent", "group"),
        "building": dangling("building", "building"),
        "residents": households.filter(~pl.col("residents").is_between(0, MOST_RESIDENTS)),
        "workers": t["grid"]
        .join(_polars_workers(t), left_on="id", right_on="at", how="left")
        .filter(~number.is_between(*WORKERS)),
        "households": t["grid"]
        .join(
            households.join(t["building"], left_on="building", right_on="id", how="left")
            .group_by(lies_in)
            .agg(number=pl.len()),
            on="id",
            how="left",
        )
        .filter(~number.is_between(*HOUSEHOLDS)),
        "priority": households.filter(pl.any_horizontal(pl.col(TAGS) > 0))
        .filter(pl.col("parent").is_not_null())
        .join(reached, left_on="parent", right_on="id", how="anti")
        .join(reached, on="id", how="anti")
        .group_by("parent")
        .agg(number=pl.len()),
        "head": _polars_heads(t),
        "station": t["compound"].join(served, left_on="id", right_on="target", how="anti"),
    }


def _polars_held(t: Any, post: str) -> Any:
    import polars as pl

    until = pl.col("until").is_null() | (pl.col("until") >= TODAY)
    in_office = t["tenure"].filter((pl.col("since") <= TODAY) & until)
    seats = t["post"].filter(pl.col("post") == post).select("id", "at")
    return seats.join(in_office, left_on="id", right_on="post").select("at", "holder")


def _polars_workers(t: Any) -> Any:
    import polars as pl

    return _polars_held(t, "grid_worker").group_by("at").agg(number=pl.col("holder").n_unique())


def _polars_heads(t: Any) -> Any:
    import polars as pl

    covers = t["relation"].filter(pl.col("relation") == "covers").select("source", "target")
    return (
        _polars_held(t, "grid_head")
        .join(covers, left_on="at", right_on="target")
        .join(_polars_held(t, "secretary"), left_on="source", right_on="at")
        .filter(pl.col("holder") != pl.col("holder_right"))
        .select("at")
        .unique()
    )


# -- duckdb -----------------------------------------------------------------------------------


def duckdb_load(folder: Path) -> Any:
    import duckdb

    connection = duckdb.connect(config={"threads": 1})
    for name in TABLES:
        told = f"'{folder}/{name}.csv', header = true, sample_size = -1"
        connection.execute(f'create table "{name}" as select * from read_csv({told})')
    connection.execute(
        'create view held as select p.post, p."at", t.holder from post p join tenure t '
        f"on t.post = p.id where t.since <= '{TODAY}' "
        f"and (t.until is null or t.until >= '{TODAY}')"
    )
    return connection


_SQL = {
    "id": "select id from household group by id having count(*) > 1",
    "group": """select id from household h
        where not exists (select 1 from "group" g where g.id = h.parent)""",
    "building": """select id from household h
        where not exists (select 1 from building b where b.id = h.building)""",
    "residents": f"""select id from household
        where residents not between 0 and {MOST_RESIDENTS}""",
    "workers": f"""select g.id from grid g left join
        (select "at", count(distinct holder) as number from held where post = 'grid_worker'
         group by "at") w on w."at" = g.id
        where coalesce(number, 0) not between {WORKERS[0]} and {WORKERS[1]}""",
    "households": f"""select g.id from grid g left join
        (select coalesce(h.grid, b.grid) as id, count(*) as number
         from household h left join building b on b.id = h.building group by 1) n on n.id = g.id
        where coalesce(number, 0) not between {HOUSEHOLDS[0]} and {HOUSEHOLDS[1]}""",
    "priority": """with reached as
        (select target as id from relation where relation = 'serves'
         union all select source from relation where relation = 'serves'
         union all select "at" from held where post = 'neighbor_steward')
        select parent, count(*) from household h
        where ("tags.living_alone" > 0 or "tags.empty_nest" > 0) and parent is not null
        and not exists (select 1 from reached r where r.id = h.parent)
        and not exists (select 1 from reached r where r.id = h.id)
        group by parent""",
    "head": """select distinct h."at" from held h
        join relation c on c.relation = 'covers' and c.target = h."at"
        join held s on s.post = 'secretary' and s."at" = c.source
        where h.post = 'grid_head' and h.holder <> s.holder""",
    "station": f"""select id from compound c where not exists
        (select 1 from relation r join body b on b.id = r.source and b.kind in {STATIONS}
         where r.relation = 'serves' and r.target = c.id)""",
}


def duckdb_nine(connection: Any) -> Found:
    return {name: connection.execute(_SQL[name]).fetchall() for name in CHECKS}


# -- pandera on pandas ------------------------------------------------------------------------


def pandas_load(folder: Path) -> Any:
    import pandas as pd

    dates = {"tenure": ["since", "until"]}
    return {
        name: pd.read_csv(folder / f"{name}.csv", parse_dates=dates.get(name, []))
        for name in TABLES
    }


def pandera_pandas_nine(t: Any) -> Found:
    import pandas as pd

    households, relation, body = t["household"], t["relation"], t["body"]
    serves = relation[relation["relation"] == "serves"]
    workers = _pandas_held(t, "grid_worker").groupby("at")["holder"].nunique()
    grid_of = households["grid"].fillna(
        households["building"].map(t["building"].set_index("id")["grid"])
    )
    heads = (
        _pandas_held(t, "grid_head")
        .merge(relation[relation["relation"] == "covers"], left_on="at", right_on="target")
        .merge(_pandas_held(t, "secretary"), left_on="source", right_on="at", suffixes=("", "_"))
    )
    others = heads.loc[heads["holder"] != heads["holder_"], "at"]
    grids = t["grid"]["id"]
    told_of_grids = pd.DataFrame(
        {
            "workers": grids.map(workers).fillna(0),
            "households": grids.map(grid_of.value_counts()).fillna(0),
            "head": (~grids.isin(others)).astype("int64"),
        }
    )
    reached = pd.concat(
        [serves["target"], serves["source"], _pandas_held(t, "neighbor_steward")["at"]]
    )
    priority = households[(households[list(TAGS)] > 0).any(axis=1)]
    alone = priority[~priority["parent"].isin(reached) & ~priority["id"].isin(reached)]
    groups = t["group"]["id"]
    told_of_groups = pd.DataFrame(
        {"priority": groups.map(alone["parent"].value_counts()).fillna(0)}
    )
    served = serves.loc[serves["source"].isin(body.loc[body["kind"].isin(STATIONS), "id"])]
    compounds = t["compound"]["id"]
    told_of_compounds = pd.DataFrame(
        {"station": compounds.map(served["target"].value_counts()).fillna(0)}
    )
    import pandera.pandas as pa

    return _validated(pa, (households, told_of_grids, told_of_groups, told_of_compounds), t, list)


def _pandas_held(t: Any, post: str) -> Any:
    import pandas as pd

    tenure, day = t["tenure"], pd.Timestamp(TODAY)
    in_office = tenure[
        (tenure["since"] <= day) & (tenure["until"].isna() | (tenure["until"] >= day))
    ]
    seats = t["post"].loc[t["post"]["post"] == post, ["id", "at"]]
    return seats.merge(in_office, left_on="id", right_on="post")[["at", "holder"]]


# -- pandera on polars ------------------------------------------------------------------------


def pandera_polars_nine(t: Any) -> Found:
    import pandera.polars as pa
    import polars as pl

    lazy = {name: frame.lazy() for name, frame in t.items()}
    plans = _polars_plans(t)
    lies_in = pl.coalesce("grid", "grid_right").alias("id")
    counted = (
        lazy["household"]
        .join(lazy["building"], left_on="building", right_on="id", how="left")
        .group_by(lies_in)
        .agg(households=pl.len())
    )
    others = plans["head"].with_columns(head=pl.lit(0))
    told = pl.collect_all(
        [
            lazy["grid"]
            .join(_polars_workers(lazy), left_on="id", right_on="at", how="left")
            .join(counted, on="id", how="left")
            .join(others, left_on="id", right_on="at", how="left")
            .select(
                pl.col("number").fill_null(0).alias("workers"),
                pl.col("households").fill_null(0),
                pl.col("head").fill_null(1),
            ),
            lazy["group"]
            .join(plans["priority"], left_on="id", right_on="parent", how="left")
            .select(pl.col("number").fill_null(0).alias("priority")),
            lazy["compound"]
            .join(plans["station"].with_columns(none=pl.lit(0)), on="id", how="left")
            .select(pl.col("none").fill_null(1).alias("station")),
        ]
    )
    return _validated(pa, (t["household"], *told), t, lambda ids: ids.to_list())


def _validated(pa: Any, frames: tuple[Any, ...], t: Any, listed: Callable[[Any], Any]) -> Found:
    """Validate by schemas of pandera and return its failure cases by check."""
    households, grids, groups, compounds = frames
    schemas = (
        (
            households,
            {
                "id": pa.Column(unique=True),
                "parent": pa.Column(checks=pa.Check.isin(listed(t["group"]["id"]))),
                "building": pa.Column(checks=pa.Check.isin(listed(t["building"]["id"]))),
                "residents": pa.Column(checks=pa.Check.in_range(0, MOST_RESIDENTS)),
            },
        ),
        (
            grids,
            {
                "workers": pa.Column(checks=pa.Check.in_range(*WORKERS)),
                "households": pa.Column(checks=pa.Check.in_range(*HOUSEHOLDS)),
                "head": pa.Column(checks=pa.Check.equal_to(1)),
            },
        ),
        (groups, {"priority": pa.Column(checks=pa.Check.equal_to(0))}),
        (compounds, {"station": pa.Column(checks=pa.Check.greater_than(0))}),
    )
    found: dict[str, Sized] = dict.fromkeys(CHECKS, ())
    for frame, columns in schemas:
        try:
            pa.DataFrameSchema(columns).validate(frame, lazy=True)
        except pa.errors.SchemaErrors as failed:
            cases = failed.failure_cases
            for column in cases["column"].unique():
                name = "group" if column == "parent" else column
                found[name] = cases["index"].to_numpy()[cases["column"].to_numpy() == column]
    return found


# -- a loop over networkx ---------------------------------------------------------------------


def networkx_load(folder: Path) -> Any:
    import networkx as nx

    graph = nx.DiGraph(rows=0)
    for name in TABLES[:-2]:
        for row in _read(folder, name):
            graph.graph["rows"] += name == "household"
            told = {key: cell for key, cell in row.items() if key not in _EDGES}
            graph.add_node(row["id"], level=name, **told)
            for key, way in _EDGES.items():
                if row.get(key):
                    graph.add_edge(row[key], row["id"], way=way)
    for row in _read(folder, "tenure"):
        since, until = map(_day, (row["since"], row["until"]))
        graph.add_edge(row["post"], row["holder"], way="holds", since=since, until=until)
    for row in _read(folder, "relation"):
        graph.add_edge(row["source"], row["target"], way=row["relation"])
    for _, told in graph.nodes(data=True):
        for name in ("residents", *TAGS):
            if told.get(name):
                told[name] = int(told[name])
    return graph


_EDGES = {"parent": "parent", "building": "building", "grid": "lies in", "at": "seat"}


def _read(folder: Path, table: str) -> Any:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def networkx_nine(graph: Any) -> Found:
    found: dict[str, list[Any]] = {name: [] for name in CHECKS}
    levels, into, out = graph.nodes, graph.pred, graph.succ

    def ways(edges: Any, way: str) -> list[str]:
        return [other for other, told in edges.items() if told["way"] == way]

    def held(unit: str, post: str) -> set[str]:
        return {
            holder
            for seat in ways(out[unit], "seat")
            if levels[seat]["post"] == post
            for holder, told in out[seat].items()
            if told["since"] <= TODAY and (told["until"] is None or told["until"] >= TODAY)
        }

    seen = 0
    sizes: Counter[str] = Counter()
    lonely: Counter[str] = Counter()
    called_on: dict[str, bool] = {}
    for id, told in levels(data=True):
        level = told.get("level")
        if level == "household":
            seen += 1
            group = building = grid = None
            reached = False
            for above, edge in into[id].items():
                way = edge["way"]
                if way == "parent":
                    group = above
                elif way == "building":
                    building = above
                elif way == "lies in":
                    grid = above
                elif way == "serves":
                    reached = True
            if group is None or levels[group].get("level") != "group":
                found["group"].append(id)
            if building is None or levels[building].get("level") != "building":
                found["building"].append(id)
            if not 0 <= told["residents"] <= MOST_RESIDENTS:
                found["residents"].append(id)
            if grid is None and building is not None:
                grid = next(iter(ways(into[building], "lies in")), None)
            if grid is not None:
                sizes[grid] += 1
            if group is not None and (told[TAGS[0]] > 0 or told[TAGS[1]] > 0) and not reached:
                if group not in called_on:
                    served = bool(ways(into[group], "serves"))
                    called_on[group] = served or bool(held(group, "neighbor_steward"))
                if not called_on[group] and not ways(out[id], "serves"):
                    lonely[group] += 1
        elif level == "grid":
            if not WORKERS[0] <= len(held(id, "grid_worker")) <= WORKERS[1]:
                found["workers"].append(id)
            heads = held(id, "grid_head")
            for branch in ways(into[id], "covers"):
                secretaries = held(branch, "secretary")
                if heads and secretaries and not heads <= secretaries:
                    found["head"].append(id)
        elif level == "compound":
            bodies = ways(into[id], "serves")
            if not any(levels[body]["kind"] in STATIONS for body in bodies):
                found["station"].append(id)
    for id, told in levels(data=True):
        if told.get("level") == "grid" and not HOUSEHOLDS[0] <= sizes[id] <= HOUSEHOLDS[1]:
            found["households"].append(id)
    found["priority"] = list(lonely)
    # A graph has each id once; what was read twice is missing from it.
    found["id"] = [None] * (graph.graph["rows"] - seen)
    return found


#: What each peer imports, which is no part of the memory that a place takes.
IMPORTS = {
    "polars": ("polars",),
    "duckdb": ("duckdb",),
    "pandera (pandas)": ("pandera.pandas",),
    "pandera (polars)": ("pandera.polars",),
    "networkx": ("networkx",),
}
#: How each peer loads the place and checks it.
PEERS: dict[str, tuple[Callable[[Path], Any], Callable[[Any], Found]]] = {
    "polars": (polars_load, polars_nine),
    "duckdb": (duckdb_load, duckdb_nine),
    "pandera (pandas)": (pandas_load, pandera_pandas_nine),
    "pandera (polars)": (polars_load, pandera_polars_nine),
    "networkx": (networkx_load, networkx_nine),
}
