"""dbt's own account of a run (run_results.json, manifest.json) in this project's words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from orchestration.messages import say
from orchestration.reports import CheckResult

Status = Literal["pass", "warn", "fail", "error"]
Ask = Callable[[str], list[tuple[Any, ...]]]

OUT_OF_MEMORY = "Out of Memory Error"
_KEYS = ("grain", "unique")
_STATUS: dict[str, Status] = {
    "pass": "pass",
    "success": "pass",
    "warn": "warn",
    "fail": "fail",
}


# "Runtime Error in model …", "Compilation Error", "An error occurred …": what follows says more.
_HEADING = re.compile(
    r"[A-Za-z]+ Error( in \w+ .*)?$|Encountered an error|An error occurred|compiled code at"
)


@dataclass(frozen=True)
class Manifest:
    """The parts of dbt's manifest.json that are asked for here."""

    content: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> Manifest | None:
        """The manifest at `path`; None where there is none or it is no JSON."""
        try:
            return cls(json.loads(path.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError):
            return None

    def node(self, unique_id: str) -> dict[str, Any]:
        """A node; empty where unknown."""
        found: dict[str, Any] = self.content["nodes"].get(unique_id, {})
        return found

    def relations(self) -> Iterator[dict[str, Any]]:
        """Models and seeds that stand in a database, with database, schema, alias and columns."""
        for node in self.content["nodes"].values():
            ephemeral = node.get("config", {}).get("materialized") == "ephemeral"
            if node["resource_type"] in ("model", "seed", "snapshot") and not ephemeral:
                yield node

    def entities_staged_from(self, raw_tables: set[str]) -> set[str]:
        """The entities that some stg_<system>__<entity> makes of one of these raw tables."""
        sources = {f"source.shequn.raw.{table}" for table in raw_tables}
        return {
            node["name"].split("__", 1)[1]
            for node in self.relations()
            if node["name"].startswith("stg_") and sources & set(node["depends_on"]["nodes"])
        }

    def keys(self, model_id: str) -> list[list[str]]:
        """The columns that name a row of a model, as its row_rules say: its grain, then any further keys."""
        for node in self.content["nodes"].values():
            if node.get("attached_node") == model_id and _is_row_rules(node):
                rules = _rules(node["test_metadata"]["kwargs"])
                return [list(columns) for rule, columns in rules if rule in _KEYS]
        return []


def check_results(results: list[dict[str, Any]], manifest: Manifest, ask: Ask) -> tuple[CheckResult, ...]:
    """Every test that ran, row_rules as one check for each rule; those skipped behind a failure are left out.

    Args:
        results: Of dbt's run_results.json.
        manifest: Of the same run.
        ask: Runs a query on the build that was tested.
    """
    return tuple(
        check
        for result in results
        if result["unique_id"].startswith("test.") and result["status"] != "skipped"
        for check in _check_results(result, manifest, ask)
    )


def failed_model(results: list[dict[str, Any]], manifest: Manifest) -> str | None:
    """`<model>: <cause>` of the first model or seed that could not be built; None where all could."""
    for result in results:
        is_test = result["unique_id"].startswith("test.")
        if not is_test and result["status"] in ("error", "partial success"):
            name = manifest.node(result["unique_id"]).get("name", result["unique_id"])
            return f"{name}: {one_line(result.get('message') or '')}"
    return None


def ran_out_of_memory(results: list[dict[str, Any]]) -> bool:
    """Whether DuckDB refused some model or test the memory that it asked for."""
    return any(OUT_OF_MEMORY in (result.get("message") or "") for result in results)


def _check_results(result: dict[str, Any], manifest: Manifest, ask: Ask) -> Iterator[CheckResult]:
    node = manifest.node(result["unique_id"])
    status = _STATUS.get(result["status"], "error")
    if _is_row_rules(node) and status != "error":
        yield from _rule_results(result, node, manifest, ask)
        return
    name = node.get("name", result["unique_id"])
    failures = int(result.get("failures") or 0)
    error = one_line(result.get("message") or "") if status == "error" else ""
    yield _check(name, _where(node, manifest), status, failures, error, node.get("description") or name)


def _rule_results(
    result: dict[str, Any], node: dict[str, Any], manifest: Manifest, ask: Ask
) -> Iterator[CheckResult]:
    """A check for each rule of a test row_rules that ran, with the rows that break it.

    dbt says of a test nothing but the number of rows, so what did not pass is asked once more.
    """
    model = _where(node, manifest)
    is_passed = result["status"] == "pass"
    broken = {} if is_passed else {row[:2]: row[2] for row in ask(result["compiled_code"])}
    for rule, columns in _rules(node["test_metadata"]["kwargs"]):
        failures = int(broken.get((rule, ", ".join(columns)), 0))
        status = _STATUS[result["status"]] if failures else "pass"
        where = model if rule in _KEYS else f"{model}.{columns[0]}"
        yield _check("_".join((rule, model, *columns)), where, status, failures)


def _rules(arguments: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each rule of row_rules with its columns."""
    for rule in (*_KEYS, "not_null", "not_negative", "within_unit_interval", "accepted_values"):
        given = arguments.get(rule, [])
        for columns in [given] if rule == "grain" and given else given:
            yield rule, (columns,) if isinstance(columns, str) else tuple(columns)


def _is_row_rules(node: dict[str, Any]) -> bool:
    return (node.get("test_metadata") or {}).get("name") == "row_rules"


def _check(
    name: str, where: str, status: Status, failures: int, error: str = "", meaning: str = ""
) -> CheckResult:
    told = {"pass": "", "error": error}
    english, chinese = (
        told.get(status, say("building.test_failed", lang, name=meaning or name, failures=failures))
        for lang in ("en", "zh")
    )
    return CheckResult("dbt_test", name, where, status, failures, english, message_zh=chinese)


def _where(node: dict[str, Any], manifest: Manifest) -> str:
    """The model a test looks at, with its column where it has one."""
    attached = node.get("attached_node")
    if attached is None:
        sources = node.get("depends_on", {}).get("nodes", [])
        attached = sources[0] if sources else ""
    model = manifest.node(attached).get("name") or attached.rpartition(".")[2]
    column = node.get("column_name")
    return f"{model}.{column}" if column else model


def one_line(text: str) -> str:
    """The telling line of one of dbt's messages, without its headings, at most 300 characters."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if not _HEADING.match(line)]
    return next(iter(telling or lines), "")[:300].rstrip(".")
