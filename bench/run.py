"""The benchmark of a size, `make bench SIZE=small|medium|large`, or the proofs, `make bench SIZE=proofs`.

Invents the demo, refreshes it, holds the hand-written script and Polars to what the models made, measures
refreshes by length of history, and writes bench/results/<size>.json, a chart beside it and the size's part of
bench/README.md. The proofs are those of bench/proofs.py.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import by_hand
import in_polars
import model_seconds
import proofs
import readers
import refresh

BENCH = Path(__file__).parent
MEMORY = "5GB"
OF_POLARS = ["core.fct_member_day", "marts.mart_community_kpi", "marts.mart_rfm"]


def builds(size: str, work: Path) -> dict[str, Any]:
    """The full build beside the script, Polars and each model's own SQL."""
    home = work / "whole"
    refresh.run(refresh.SHEQUN, "demo", "--home", home, "--scale", size, "--quiet")
    full = refresh.run(refresh.SHEQUN, "refresh", "--home", home, "--json", "--lang", "en")
    script, script_differs = by_hand.make(home, MEMORY)
    polars, polars_differs = in_polars.make(home, MEMORY)
    unequal = [
        table
        for compared in (script_differs, polars_differs)
        for table, (_, *only) in compared.items()
        if any(only)
    ]
    if unequal:
        raise SystemExit(f"not equal to the project's: {', '.join(unequal)}")
    own = model_seconds.seconds_of_models(home, MEMORY, set())
    shutil.rmtree(home)
    return {"full": full, "script": script, "polars": polars, "models": own, "tables": script_differs}


def bars(title: str, figures: dict[str, float], unit: str) -> str:
    """A bar for each figure, as SVG."""
    longest = max(figures.values())
    rows = "".join(
        f'<text x="230" y="{55 + 34 * place}" text-anchor="end">{name}</text>'
        f'<rect x="240" y="{40 + 34 * place}" width="{360 * value / longest:.0f}" height="22" rx="3"/>'
        f'<text x="{248 + 360 * value / longest:.0f}" y="{55 + 34 * place}">{value:,.1f} {unit}</text>'
        for place, (name, value) in enumerate(figures.items())
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="720" height="{50 + 34 * len(figures)}"'
        ' font-family="sans-serif" font-size="14"><style>rect{fill:#3b7dd8}text{fill:#57606a}</style>'
        f'<text x="10" y="24" font-weight="bold">{title}</text>{rows}</svg>\n'
    )


def report(results: dict[str, Any]) -> str:
    """A size's part of the page."""
    machine, whole = results["machine"], results["builds"]
    script = sum(seconds for _, seconds, _ in whole["script"])
    own = sum(seconds for _, seconds, _ in whole["models"])
    polars = sum(seconds for _, seconds, _ in whole["polars"])
    built = whole["full"]["stages"]["build and tests"]
    return "\n".join(
        [
            f"### {results['size'].capitalize()}",
            "",
            f"{machine['date']}, {machine['cores']} cores, {machine['memory_gib']} GiB,"
            f" Python {machine['python']}, DuckDB {machine['duckdb']}, dbt-core {machine['dbt-core']},"
            f" Dagster {machine['dagster']}, Polars {machine['polars']}.",
            "",
            f"![What makes the marts](results/{results['size']}.svg)",
            "",
            "| what makes the marts | seconds | of the script |",
            "| --- | --- | --- |",
            f"| the hand-written script: {len(whole['tables'])} tables, all equal | {script:.1f} | 1 |",
            f"| the models' SQL alone | {own:.1f} | {own / script:.1f} |",
            f"| `dbt build`, with every test | {built:.1f} | {built / script:.1f} |",
            f"| Polars: member-days, community KPIs, RFM alone | {polars:.1f} | |",
            "",
            refresh.report(results["refreshes"]),
            "",
            readers.report(results["readers"]),
        ]
    )


def write_part(name: str, text: str) -> None:
    """Put a part of the page in the place of the one before, and print it."""
    page = BENCH / "README.md"
    part = f"<!-- {name} -->\n{text}\n<!-- end of {name} -->"
    whole = re.sub(
        f"<!-- {name} -->.*<!-- end of {name} -->", lambda _: part, page.read_text("utf-8"), flags=re.DOTALL
    )
    page.write_text(whole, "utf-8")
    print(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="small", choices=["small", "medium", "large", "proofs"])
    parser.add_argument(
        "--work", type=Path, required=True, help="a folder for homes; what it holds is removed"
    )
    arguments = parser.parse_args()
    size, work = arguments.size, arguments.work.resolve()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    if size == "proofs":
        proven = proofs.prove(work, proofs.PERMUTATIONS, proofs.KILLS)
        write_part(size, f"{datetime.now(UTC).date()}: {proofs.report(proven)}")
        raise SystemExit(bool(proven["differences"]))
    results = {
        "size": size,
        "machine": {
            "date": datetime.now(UTC).date().isoformat(),
            "cores": len(os.sched_getaffinity(0)),
            "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
            "python": platform.python_version(),
            **{package: version(package) for package in ("duckdb", "dbt-core", "dagster", "polars")},
        },
        "builds": builds(size, work),
        "refreshes": refresh.measure(size, work, [3, 6, 12, 24]),
        "readers": readers.measure(work / "readers"),
    }
    shutil.rmtree(work)
    folder = BENCH / "results"
    folder.mkdir(exist_ok=True)
    (folder / f"{size}.json").write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    chart = {
        "hand-written script": sum(seconds for _, seconds, _ in results["builds"]["script"]),
        "models' SQL alone": sum(seconds for _, seconds, _ in results["builds"]["models"]),
        "dbt build, with tests": results["builds"]["full"]["stages"]["build and tests"],
    }
    (folder / f"{size}.svg").write_text(bars(f"Seconds to make the marts, {size} demo", chart, "s"), "utf-8")
    write_part(size, report(results))


if __name__ == "__main__":
    main()
