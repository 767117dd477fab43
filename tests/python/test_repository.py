"""What must be true of the repository itself: nothing foreign, whole messages, an honest README."""

from __future__ import annotations

import re
import string
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.cli import build_cli
from orchestration.landing.catalogue import Entity, load_catalogue
from orchestration.messages import LANGUAGES
from orchestration.settings import PROJECT_DIR

# Written apart, so that this file does not hold what it forbids.
FORBIDDEN = {
    "a package registry's host": r"py"
    + r"pi\.org|files\.python"
    + r"hosted|registry\.npm"
    + r"js|index-"
    + r"url",
    "a home folder of one machine": r"/ho" + r"me/[a-z]|/Us" + r"ers/[A-Za-z]|/ro" + r"ot/",
    "a work folder of one machine": r"/wo" + r"rk/|/opt/py" + r"pi",
    "reading material as a run-time path": r"\.\./sha" + r"red/",
}
# The lock's own head names the option that keeps hosts out of it.
ALLOWED = dict.fromkeys(
    (
        "requirements.lock",
        "requirements-shell.lock",
        "requirements-superset.lock",
        "requirements-metricflow.lock",
        "pyproject.toml",
    ),
    "--no-emit-index-" + "url",
)
PROVENANCE = ("system", "load_seq", "line", "landed_at")
SQL_TYPES = {
    "id": None,
    "text": None,
    "enum": None,
    "money": "decimal(18, 2)",
    "number": "double",
    "int": "bigint",
    "bool": "boolean",
    "date": "date",
    "timestamp": "timestamp",
}


def tracked_files() -> list[Path]:
    listing = subprocess.run(
        ["git", "-C", str(PROJECT_DIR), "ls-files", "-z"], capture_output=True, text=True, check=False
    )
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    return [PROJECT_DIR / name for name in listing.stdout.split("\0") if name]


def test_no_tracked_file_names_a_foreign_place() -> None:
    found = []
    for path in tracked_files():
        if not path.is_file():
            continue
        name = path.relative_to(PROJECT_DIR).as_posix()
        text = path.read_bytes().decode("utf-8", errors="ignore").replace(ALLOWED.get(name, "\0"), "")
        for what, pattern in FORBIDDEN.items():
            if match := re.search(pattern, text):
                found.append(f"{name}: {what} ({match[0]})")
    assert found == []


def message_files() -> list[Path]:
    return sorted((PROJECT_DIR / "orchestration" / "messages").glob("*.yml"))


# What a cell may hold is told as it stands there.
CELLS = re.compile("[是否有无已未万人年月日分秒]|小时")


def placeholders(text: str) -> set[str]:
    """The names in braces; what is worded in each language ends in _en or _zh."""
    names = (name for _, name, _, _ in string.Formatter().parse(text) if name is not None)
    return {re.sub("_(en|zh)$", "", name) for name in names}


@pytest.mark.parametrize("path", message_files(), ids=lambda path: path.stem)
def test_messages_say_the_same_in_both_languages(path: Path) -> None:
    messages: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    for key, texts in messages.items():
        assert key.startswith(f"{path.stem}."), f"{key} belongs into another file"
        assert set(texts) == set(LANGUAGES), key
        assert placeholders(texts["en"]) == placeholders(texts["zh"]), key
        assert not re.search(r"[\u4e00-\u9fff]", CELLS.sub("", texts["en"])), key


def test_message_keys_in_the_code_exist() -> None:
    known = {key for path in message_files() for key in yaml.safe_load(path.read_text(encoding="utf-8"))}
    areas = "|".join(path.stem for path in message_files())
    used = {
        match[1]
        for path in (PROJECT_DIR / "orchestration").rglob("*.py")
        for match in re.finditer(
            rf'(?:say|ShequnError|warn)\(\s*"((?:{areas})\.[A-Za-z_.]+)"', path.read_text("utf-8")
        )
    }
    assert used, "the pattern finds none"
    assert used - known == set()


def make_targets() -> set[str]:
    text = (PROJECT_DIR / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z]+):", text, re.MULTILINE))


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_commands_of_the_readme_exist(name: str) -> None:
    text = (PROJECT_DIR / name).read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    made = re.findall(r"^make ([a-z]+)", blocks[0], re.MULTILINE)
    assert made[:2] == ["run", "test"], "the first screen shows the two commands"
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)) <= make_targets()
    commands = set(build_cli("en").commands)
    assert set(re.findall(r"(?:^|`|bin/)shequn ([a-z]+)", text, re.MULTILINE)) <= commands


def test_the_chinese_readme_names_the_marts_as_marts_zh_does() -> None:
    labels = {
        model["name"]: model["config"]["meta"]["label_zh"]
        for path in (PROJECT_DIR / "models" / "marts").rglob("_*__models.yml")
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
        if "config" in model
    }
    text = (PROJECT_DIR / "README.zh-CN.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ((?:`\w+`、?)+) (.+?) \|", text, re.MULTILINE)
    told = {
        mart: label
        for marts, names in rows
        for mart, label in zip(re.findall(r"`(\w+)`", marts), names.split("、"), strict=True)
    }
    assert len(told) > 30
    assert told == {mart: labels[mart] for mart in told}


def test_every_target_explains_itself() -> None:
    listed = subprocess.run(
        ["make", "--no-print-directory", "-C", str(PROJECT_DIR), "help"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert set(re.findall(r"make ([a-z]+)", listed.replace("make run and make test", ""))) >= make_targets()


@pytest.mark.parametrize(
    "entity", load_catalogue().systems["canonical"].values(), ids=lambda entity: entity.name
)
def test_staging_holds_the_columns_of_the_catalogue(entity: Entity) -> None:
    path = PROJECT_DIR / "models" / "staging" / entity.system / f"stg_{entity.table}.sql"
    found = final_columns(path.read_text(encoding="utf-8"))
    expected = {column.raw_name: SQL_TYPES[column.type] for column in entity.columns if column.raw_name}
    assert {name: kind for name, kind in found.items() if name not in PROVENANCE} == expected
    assert set(PROVENANCE) <= set(found)


def final_columns(sql: str) -> dict[str, str | None]:
    """Name and cast of each column that the CTE `final` selects; constants come from no file."""
    match = re.search(r"final as \(\s*select\n(.*?)\n    from ", sql, re.DOTALL)
    assert match is not None
    columns: dict[str, str | None] = {}
    for line in match[1].splitlines():
        if re.fullmatch(r"\s*'\w+' as \w+,?", line):
            continue
        cast = re.fullmatch(r"\s*cast\((\w+) as (.+)\) as (\w+),?", line)
        if cast:
            assert cast[1] == cast[3]
            columns[cast[3]] = cast[2]
        else:
            columns[line.strip().rstrip(",")] = None
    return columns
