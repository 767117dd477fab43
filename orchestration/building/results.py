"""dbt's own account of a run (run_results.json, manifest.json) in this project's words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from orchestration.messages import say
from orchestration.reports import CheckResult

_STATUS: dict[str, Literal["pass", "warn", "fail", "error"]] = {
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

    def tests(self, name: str) -> Iterator[dict[str, Any]]:
        """Generic tests called `name`, each with attached_node, column_name and its arguments."""
        for node in self.content["nodes"].values():
            if (node.get("test_metadata") or {}).get("name") == name:
                yield node


def check_results(results: list[dict[str, Any]], manifest: Manifest) -> tuple[CheckResult, ...]:
    """Every test that ran; those skipped behind a failure are left out."""
    return tuple(
        _check_result(result, manifest)
        for result in results
        if result["unique_id"].startswith("test.") and result["status"] != "skipped"
    )


def failed_model(results: list[dict[str, Any]], manifest: Manifest) -> str | None:
    """`<model>: <cause>` of the first model or seed that could not be built; None where all could."""
    for result in results:
        is_test = result["unique_id"].startswith("test.")
        if not is_test and result["status"] in ("error", "partial success"):
            name = manifest.node(result["unique_id"]).get("name", result["unique_id"])
            return f"{name}: {one_line(result.get('message') or '')}"
    return None


def _check_result(result: dict[str, Any], manifest: Manifest) -> CheckResult:
    node = manifest.node(result["unique_id"])
    status = _STATUS.get(result["status"], "error")
    failures = int(result.get("failures") or 0)
    name = node.get("name", result["unique_id"])
    meaning = node.get("description") or name
    told = {"pass": "", "error": one_line(result.get("message") or "")}
    english, chinese = (
        told.get(status, say("building.test_failed", lang, name=meaning, failures=failures))
        for lang in ("en", "zh")
    )
    where = _where(node, manifest)
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
