"""The dashboard as code: `dashboard.yml` and the catalogue make all that Superset imports."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import yaml

from orchestration.figures.published import Published, open_published
from orchestration.figures.words import Words, words_of
from orchestration.messages import say
from orchestration.settings import Settings
from orchestration.superset.charts import Chart
from orchestration.superset.datasets import Dataset, made_table, published_table, word_of
from orchestration.superset.room import SLUG
from orchestration.yaml_files import load_yaml

Json = dict[str, Any]

_WORD = re.compile(r"\{word of (\w+): ([\w.]+)\}")
DASHBOARD = Path(__file__).with_name("dashboard.yml")
# What is imported again is known by these: names make ids, here and on any other machine.
NAMESPACE = UUID("5b0f5b0e-6f0e-5d0c-8f5e-73686571756e")


def make_bundle(settings: Settings, lang: str) -> dict[str, str]:
    """Every file of the import, by path.

    Raises:
        ShequnError: nothing is published (exit 2).
    """
    with open_published(settings) as published:
        words = words_of(published, lang)
        spec = _said_in(_named(load_yaml(DASHBOARD.read_bytes())), lang)
        datasets = _datasets(published, words, spec)
    charts = {
        (tab, row, place): _chart(chart, datasets)
        for tab, page in enumerate(spec["tabs"])
        for row, charts in enumerate(page["rows"])
        for place, chart in enumerate(charts)
    }
    documents = {
        "metadata": {"version": "1.0.0", "type": "assets", "timestamp": "2026-01-01T00:00:00+00:00"},
        "databases/shequn": _database(settings),
        f"dashboards/{SLUG}": _dashboard(spec, charts),
    }
    for dataset in datasets.values():
        count = say("superset.count", lang)
        documents[f"datasets/shequn/{dataset.name}"] = dataset.document(
            _uuid("database", "shequn"), _uuid("dataset", dataset.name), count
        )
    for chart in charts.values():
        uuid = _uuid("chart", chart.name)
        documents[f"charts/{uuid}"] = _chart_document(chart, uuid, datasets[chart.dataset])
    return {
        f"{path}.yaml": yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
        for path, document in documents.items()
    }


def _named(spec: Json) -> Json:
    """Each chart with a name that stays when language or place change."""
    for chart in (chart for tab in spec["tabs"] for row in tab["rows"] for chart in row):
        chart["name"] = chart["title"]["en"] if "title" in chart else chart["metric"]
    return spec


def _said_in(spec: Any, lang: str) -> Any:
    """The spec in one language."""
    if isinstance(spec, dict):
        if spec.keys() == {"en", "zh"}:
            return spec[lang]
        return {key: _said_in(value, lang) for key, value in spec.items()}
    if isinstance(spec, list):
        return [_said_in(value, lang) for value in spec]
    if isinstance(spec, str):
        said = spec.replace("{lang}", lang).replace("{suffix}", "_zh" if lang == "zh" else "")
        return _WORD.sub(lambda found: word_of(found[1], found[2], lang), said)
    return spec


def _datasets(published: Published, words: Words, spec: Json) -> dict[str, Dataset]:
    frame = published.frame("select schema_name, table_name from duckdb_tables() order by all")
    schemas = {name: schema for schema, name in zip(frame["schema_name"], frame["table_name"], strict=True)}
    shown = {chart["dataset"] for page in spec["tabs"] for row in page["rows"] for chart in row}
    tables = {name for name, schema in schemas.items() if schema == "marts" or name in shown}
    found = {name: published_table(published, words, schemas[name], name) for name in sorted(tables)}
    return found | {name: made_table(published, words, name, made) for name, made in spec["datasets"].items()}


def _chart(spec: Json, datasets: Mapping[str, Dataset]) -> Chart:
    spec = dict(spec)
    dataset = datasets[spec["dataset"]]
    if metric := spec.pop("metric", None):
        spec["metrics"] = [metric]
    if column := spec.pop("column", None):
        spec["columns"] = [column]
    if "title" not in spec:
        spec["title"] = next(
            measure.label for name, _, measure in dataset.columns if name == spec["metrics"][0]
        )
    for key in {"metrics", "parts", "columns", "order"} & spec.keys():
        spec[key] = tuple(spec[key])
    return Chart(**spec, formats=dataset.formats | {"count": ","})


def _chart_document(chart: Chart, uuid: str, dataset: Dataset) -> Json:
    definitions = {name: measure for name, _, measure in dataset.columns}
    described = [definitions[name] for name in chart.metrics if name in definitions]
    return {
        "slice_name": chart.title,
        "description": "\n\n".join(f"{measure.title}: {measure.definition}" for measure in described),
        "viz_type": chart.viz_type,
        "params": chart.params(),
        "query_context": _query_context(chart),
        "uuid": uuid,
        "version": "1.0.0",
        "dataset_uuid": _uuid("dataset", dataset.name),
        "is_managed_externally": True,
    }


def _query_context(chart: Chart) -> str:
    """What the API asks where nobody looks on; the import puts the dataset's number in."""
    context = {
        "datasource": {"id": 0, "type": "table"},
        "force": False,
        "queries": [chart.query()],
        "form_data": chart.params(),
        "result_format": "json",
        "result_type": "full",
    }
    return json.dumps(context)


def _database(settings: Settings) -> Json:
    return {
        "database_name": "shequn",
        "sqlalchemy_uri": f"duckdb:///{settings.published_db}",
        "uuid": _uuid("database", "shequn"),
        "version": "1.0.0",
        "expose_in_sqllab": True,
        # The reader refuses writes and says why; Superset's own refusal says in Chinese that none was found.
        "allow_dml": True,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_csv_upload": False,
        "allow_run_async": False,
        "is_managed_externally": True,
        "extra": {
            "allows_virtual_table_explore": True,
            "engine_params": {"connect_args": {"read_only": True}},
        },
    }


def _dashboard(spec: Json, charts: Mapping[tuple[int, int, int], Chart]) -> Json:
    return {
        "dashboard_title": spec["title"],
        "slug": SLUG,
        "uuid": _uuid("dashboard", SLUG),
        "version": "1.0.0",
        "published": True,
        "is_managed_externally": True,
        "position": dict(_position(spec, charts)),
        "metadata": {
            "native_filter_configuration": [
                filter_
                for number, tab in enumerate(spec["tabs"])
                for filter_ in _filters(tab, f"TAB-{number}")
            ],
            "filter_bar_orientation": "HORIZONTAL",
            "cross_filters_enabled": True,
        },
    }


def _position(spec: Json, charts: Mapping[tuple[int, int, int], Chart]) -> Iterator[tuple[str, Any]]:
    """The tree of tabs, rows and charts."""
    tabs = [f"TAB-{number}" for number in range(len(spec["tabs"]))]
    above = ["ROOT_ID", "GRID_ID", "TABS-0"]
    yield "DASHBOARD_VERSION_KEY", "v2"
    yield "ROOT_ID", {"id": "ROOT_ID", "type": "ROOT", "children": ["GRID_ID"]}
    yield "GRID_ID", {"id": "GRID_ID", "type": "GRID", "children": ["TABS-0"], "parents": ["ROOT_ID"]}
    yield "HEADER_ID", {"id": "HEADER_ID", "type": "HEADER", "meta": {"text": spec["title"]}}
    yield "TABS-0", {"id": "TABS-0", "type": "TABS", "children": tabs, "parents": above[:2], "meta": {}}
    for number, tab in enumerate(spec["tabs"]):
        name = tabs[number]
        rows = [f"ROW-{number}-{row}" for row in range(len(tab["rows"]))]
        yield (
            name,
            {"id": name, "type": "TAB", "children": rows, "parents": above, "meta": {"text": tab["title"]}},
        )
        for row, row_name in enumerate(rows):
            places = [place for place in charts if place[:2] == (number, row)]
            names = [f"CHART-{'-'.join(map(str, place))}" for place in places]
            parents = [*above, name]
            meta = {"background": "BACKGROUND_TRANSPARENT"}
            yield (
                row_name,
                {"id": row_name, "type": "ROW", "children": names, "parents": parents, "meta": meta},
            )
            for place, chart_name in zip(places, names, strict=True):
                yield (
                    chart_name,
                    {
                        "id": chart_name,
                        "type": "CHART",
                        "children": [],
                        "parents": [*parents, row_name],
                        "meta": {
                            "chartId": 0,
                            "uuid": _uuid("chart", charts[place].name),
                            "sliceName": charts[place].title,
                            "width": charts[place].width,
                            "height": charts[place].height,
                        },
                    },
                )


def _filters(tab: Json, tab_name: str) -> Iterator[Json]:
    """The choices on a tab, for its charts alone."""
    for spec in tab.get("filters", ()):
        newest = spec.get("newest", False)
        yield {
            "id": f"NATIVE_FILTER-{spec['column']}",
            "name": spec["title"],
            "filterType": "filter_select",
            "type": "NATIVE_FILTER",
            "targets": [
                {"datasetUuid": _uuid("dataset", tab["filtered"]), "column": {"name": spec["column"]}}
            ],
            "scope": {"rootPath": [tab_name], "excluded": []},
            "cascadeParentIds": [],
            "requiredFirst": newest,  # chosen before anything is asked
            "controlValues": {
                "multiSelect": not newest,
                "defaultToFirstItem": newest,
                "sortAscending": not newest,
                "enableEmptyFilter": newest,
                "searchAllOptions": True,
            },
            "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
            "description": "",
        }


def _uuid(kind: str, name: str) -> str:
    return str(uuid5(NAMESPACE, f"{kind}/{name}"))
