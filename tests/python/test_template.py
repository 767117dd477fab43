"""The workbook for what is kept by hand: what stands in it, and that the gate accepts what it asks for."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from inboxes import Inbox, assert_accounted_for
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from orchestration.cli import build_cli
from orchestration.errors import EXIT_OK, EXIT_USAGE
from orchestration.landing.catalogue import Entity
from orchestration.landing.marks import GUIDE_SHEETS, is_example, is_guide
from orchestration.messages import LANGUAGES
from orchestration.template import hand_kept, write_template
from orchestration.template.words import choices, example, header, title

ENTITIES = list(hand_kept().values())
both_languages = pytest.mark.parametrize("lang", LANGUAGES)


def shequn(*arguments: str | Path, lang: str = "zh") -> Result:
    return CliRunner().invoke(build_cli(lang), ["--lang", lang, *map(str, arguments)])


def written(place: Path, lang: str) -> Workbook:
    path = place / "template.xlsx"
    write_template(path, lang)
    return load_workbook(path)


def sheets(workbook: Workbook, lang: str) -> list[tuple[Entity, Worksheet]]:
    return [(entity, workbook[title(entity, lang)]) for entity in ENTITIES]


def dropdowns(sheet: Worksheet) -> dict[str, str]:
    """What the cells of a column may hold, by the column's letter."""
    return {
        str(rule.sqref).split("2:")[0]: str(rule.formula1)
        for rule in sheet.data_validations.dataValidation
        if str(rule.sqref).endswith("1048576") and rule.type == "list"
    }


@both_languages
def test_the_guide_comes_first_and_then_a_sheet_for_each_entity(tmp_path: Path, lang: str) -> None:
    workbook = written(tmp_path, lang)
    assert workbook.sheetnames == [GUIDE_SHEETS[lang], *(title(entity, lang) for entity in ENTITIES)]
    assert [name for name in workbook.sheetnames if is_guide(name)] == [GUIDE_SHEETS[lang]]
    assert workbook.worksheets[0]["A2"].value


@both_languages
def test_each_sheet_has_headers_with_notes_and_tells_which_are_required(tmp_path: Path, lang: str) -> None:
    for entity, sheet in sheets(written(tmp_path, lang), lang):
        heads = sheet[1]
        assert [cell.value for cell in heads] == [header(column, lang) for column in entity.columns]
        assert sheet.freeze_panes == "A2"
        fills: dict[bool, set[str]] = {True: set(), False: set()}
        for cell, column in zip(heads, entity.columns, strict=True):
            assert cell.comment is not None
            assert len(cell.comment.text.splitlines()) >= 3
            fills[column.required].add(cell.fill.fgColor.rgb)
        assert not fills[True] & fills[False]


@both_languages
def test_cells_offer_what_the_gate_accepts(tmp_path: Path, lang: str) -> None:
    for entity, sheet in sheets(written(tmp_path, lang), lang):
        offered = dropdowns(sheet)
        for cell, column in zip(sheet[1], entity.columns, strict=True):
            values = choices(column, lang)
            if values:
                assert offered[cell.column_letter] == f'"{",".join(values)}"'
                assert len(offered[cell.column_letter]) <= 255, "spreadsheet programs refuse more"


@both_languages
def test_metrics_are_chosen_from_the_list_in_the_guide(tmp_path: Path, lang: str) -> None:
    workbook = written(tmp_path, lang)
    place = dropdowns(workbook[title(hand_kept()["kpi_targets"], lang)])["F"]
    guide, _, cells = place.replace("'", "").replace("$", "").partition("!")
    listed = [row[0].value for row in workbook[guide][cells]]
    assert len(listed) == len(set(listed)) > 100
    assert {"net_sales", "leave_rate", "orders"} <= set(listed)


def test_columns_of_ids_are_text_and_dates_are_dates(tmp_path: Path) -> None:
    formats = {"id": "@", "text": "@", "enum": "@", "bool": "@", "date": "yyyy-mm-dd", "money": "0.00"}
    for entity, sheet in sheets(written(tmp_path, "zh"), "zh"):
        for cell, column in zip(sheet[1], entity.columns, strict=True):
            given = sheet.column_dimensions[cell.column_letter].number_format
            assert given == formats.get(column.type, given)
            assert (given == "General") == (column.type == "number")


@both_languages
def test_the_one_row_of_each_sheet_is_known_as_an_example(tmp_path: Path, lang: str) -> None:
    for entity, sheet in sheets(written(tmp_path, lang), lang):
        assert sheet.max_row == 2
        assert is_example(str(sheet["A2"].value))
        assert entity.columns[0].required, "the mark's column can be deleted"


@both_languages
def test_what_the_examples_say_would_be_accepted(tmp_path: Path, lang: str) -> None:
    inbox = Inbox(tmp_path)
    for entity in ENTITIES:
        content = io.StringIO()
        rows = csv.writer(content)
        rows.writerow(entity.column_names)
        rows.writerow([example(entity, column, lang) for column in entity.columns])
        inbox.write(f"canonical/{entity.name}.csv", content.getvalue())
    outcomes = inbox.land().files
    assert [(outcome.status, outcome.accepted) for outcome in outcomes] == [("landed", 1)] * len(ENTITIES)
    for outcome in outcomes:
        assert_accounted_for(outcome)
    assert inbox.column("select staff_id from raw.canonical__staff") == ["001234"]


def test_the_command_never_replaces_a_file_unless_told(tmp_path: Path) -> None:
    path = tmp_path / "made" / "登记表.xlsx"
    assert shequn("template", "--out", path).exit_code == EXIT_OK
    path.write_bytes(b"filled in")
    refused = shequn("template", "--out", path)
    assert refused.exit_code == EXIT_USAGE
    assert "--force" in refused.stderr
    assert path.read_bytes() == b"filled in"
    assert shequn("template", "--out", path, "--force").exit_code == EXIT_OK
    assert load_workbook(path).sheetnames[0] == "说明"


def test_the_command_writes_the_sheets_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "two.xlsx"
    result = shequn("template", "--entities", "channel_spend, channels", "--out", path, "--json", lang="en")
    assert json.loads(result.stdout) == {"path": str(path), "entities": ["channels", "channel_spend"]}
    assert load_workbook(path).sheetnames == ["Guide", "channels", "channel_spend"]


@both_languages
def test_the_workbook_is_named_in_the_language_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert shequn("template", lang=lang).exit_code == EXIT_OK
    names = {"en": "shequn-template.xlsx", "zh": "社群登记表.xlsx"}
    assert [path.name for path in tmp_path.iterdir()] == [names[lang]]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--entities", "orders"], "channel_spend"),
        (["--out", "sheet.csv"], ".xlsx"),
        (["--out", "file/sheet.xlsx"], "--out"),
    ],
)
def test_the_command_says_what_is_wrong_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_bytes(b"")
    result = shequn("template", *arguments)
    assert result.exit_code == EXIT_USAGE
    assert told in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@both_languages
@pytest.mark.parametrize("is_quoted", [False, True])
def test_a_sheet_saved_as_csv_lands_without_its_example(tmp_path: Path, lang: str, is_quoted: bool) -> None:
    sheet = written(tmp_path, lang)[title(hand_kept()["staff"], lang)]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    rows[0] = list(hand_kept()["staff"].column_names)
    rows += [
        ["000042", "王五", None, None, None],
        ["bad id", "", "", "", ""],
        ["示例岗", None, None, None, None],
    ]
    content = io.StringIO()
    csv.writer(content, quoting=csv.QUOTE_ALL if is_quoted else csv.QUOTE_MINIMAL).writerows(rows)
    inbox = Inbox(tmp_path)
    outcome = inbox.land_one("canonical/staff.csv", content.getvalue())
    assert (outcome.lines, outcome.accepted, outcome.blank) == (5, 3, 1)
    assert_accounted_for(outcome)
    stored = "select staff_id, line from raw.canonical__staff order by line"
    assert inbox.sql(stored) == [("000042", 3), ("bad id", 4), ("示例岗", 5)]


def test_words_of_members_are_never_taken_for_an_example(tmp_path: Path) -> None:
    content = (
        "content,message_id,sender_id,sent_at,message_type\n示例：怎么冲泡,m1,u1,2026-06-01 10:00:00,text\n"
    )
    outcome = Inbox(tmp_path).land_one("canonical/messages.csv", content)
    assert (outcome.accepted, outcome.blank) == (1, 0)


FILLED = {
    "groups": [
        "g001",
        "晨间茶友群",
        "wecom",
        "conversion",
        "是",
        "growth",
        "001234",
        datetime(2026, 3, 1, 9),
        None,
    ],
    "staff": ["001234", "林一", "华东", "运营", None],
    "channels": ["ch01", "包裹卡", "offline", None, "否"],
    "channel_spend": [date(2026, 3, 8), "ch01", None, "ad", 300, 12000, 480, None],
    "products": ["000007", "燕麦", "食品", "volume", 9.8, 19.9, 30],
    "activities": ["a001", "打卡", "打卡", "g001", datetime(2026, 3, 10), None, 200, "打卡|春日"],
    "activity_participations": ["a001", "m2", "g001", datetime(2026, 3, 12, 10), "报名"],
    "feedback": ["f001", "phone_visit", datetime(2026, 3, 15, 15, 30), "m2", "g001", "001234", 5, None],
    "kpi_targets": ["运营", "month", date(2026, 3, 1), "group", "g001", "orders", 500, 2, "up", None, None],
}


@both_languages
def test_a_filled_in_template_lands_and_its_examples_do_not(tmp_path: Path, lang: str) -> None:
    workbook = written(tmp_path, lang)
    for entity, sheet in sheets(workbook, lang):
        sheet.append(FILLED[entity.name])
    inbox = Inbox(tmp_path)
    path = inbox.settings.exports / "canonical" / "登记表.xlsx"
    path.parent.mkdir()
    workbook.save(path)
    inbox.age(path)
    landed = {outcome.entity: outcome for outcome in inbox.land().with_status("landed")}
    assert {
        name: (outcome.accepted, outcome.rejected, outcome.blank) for name, outcome in landed.items()
    } == dict.fromkeys(FILLED, (1, 0, 1))
    for outcome in landed.values():
        assert_accounted_for(outcome)
    assert inbox.sql("select owner_staff_id, is_flash, created_at from raw.canonical__groups") == [
        ("001234", "true", "2026-03-01 09:00:00")
    ]
    assert inbox.sql("select spend_date, cost_amount from raw.canonical__channel_spend") == [
        ("2026-03-08", "300.00")
    ]
    assert inbox.column("select product_id from raw.canonical__products") == ["000007"]
    assert not inbox.land().with_status("landed")
