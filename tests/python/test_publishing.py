"""Versions: what is in them, which are kept, going back."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import duckdb
import pytest
from homes import audit_fails, audit_passes, finish_build, make_home, published_value, write_warehouse

from orchestration.building.record import forget_build
from orchestration.errors import EXIT_LOCKED, EXIT_REFUSED, EXIT_USAGE, ShequnError
from orchestration.fingerprint import InputFile
from orchestration.lock import writer_lock
from orchestration.publishing import (
    PublicationRefused,
    current_version,
    list_versions,
    publish,
    rollback,
    settle_current,
    verify_version,
)
from orchestration.publishing import publisher as publisher_module
from orchestration.publishing.versions import KEPT_VERSIONS, point_current
from orchestration.reports import CheckResult
from orchestration.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_home(tmp_path)


def publish_value(settings: Settings, value: int) -> str:
    finish_build(settings, value)
    return publish(settings, audit_passes).name


def test_a_version_is_complete_and_read_only(settings: Settings) -> None:
    inputs = (InputFile("canonical/orders.csv", "ab", "canonical", "orders", 1, 3, 1),)
    finish_build(settings, 5, inputs)
    warned = CheckResult("expectation", "few rejects", "raw.files", "warn", 1, "1 row")
    version = publish(settings, audit_passes, [warned])
    folder = settings.published_dir / version.name
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest == version.manifest
    assert version.name == f"v1-{manifest['sha256'][:12]}"
    assert stat.S_IMODE((folder / "shequn.duckdb").stat().st_mode) == 0o444
    assert manifest["size_bytes"] == (folder / "shequn.duckdb").stat().st_size
    assert manifest["build_id"] == 1
    assert manifest["tables"] == {"core.dim_reporting_window": 1, "marts.mart_tiny": 5}
    assert (manifest["as_of_date"], manifest["history_start_date"]) == ("2026-06-30", "2026-01-01")
    assert manifest["built_at"].endswith("+08:00")
    assert [item["path"] for item in manifest["inputs"]] == ["canonical/orders.csv"]
    assert manifest["checks"]["counts"] == {"dbt_test": {"pass": 1}, "expectation": {"pass": 1, "warn": 1}}
    assert [check["name"] for check in manifest["checks"]["not_passed"]] == ["few rejects"]
    assert len(manifest["code"]["git_commit"] or "0" * 40) >= 40
    assert published_value(settings) == 5


def test_the_file_keeps_its_name_so_that_its_catalogue_does(settings: Settings) -> None:
    publish_value(settings, 2)
    with duckdb.connect(settings.published_db, read_only=True) as connection:
        assert connection.execute("select count(*) from shequn.marts.mart_tiny").fetchone() == (2,)


def test_numbers_rise_and_the_newest_seven_stay(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher_module, "checkpoint", lambda path: None)
    for value in range(1, KEPT_VERSIONS + 3):
        publish_value(settings, value)
    assert [version.manifest["build_id"] for version in list_versions(settings)] == [9, 8, 7, 6, 5, 4, 3]
    assert published_value(settings) == 9
    assert not list(settings.published_dir.glob(".tmp-*"))


def test_the_version_in_use_is_never_removed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher_module, "checkpoint", lambda path: None)
    names = [publish_value(settings, value) for value in range(1, KEPT_VERSIONS + 1)]
    point_current(settings, names[0])
    finish_build(settings, 50)
    # Killed before current moves: what readers see is the oldest of eight.
    monkeypatch.setattr(publisher_module, "point_current", lambda settings, name: None)
    publish(settings, audit_passes)
    assert published_value(settings) == 1
    assert len(list_versions(settings)) == KEPT_VERSIONS + 1


def test_a_refused_copy_is_not_published(settings: Settings) -> None:
    publish_value(settings, 1)
    finish_build(settings, 2)
    with pytest.raises(PublicationRefused, match=r"is fine at marts\.mart_tiny") as caught:
        publish(settings, audit_fails)
    assert caught.value.exit_code == EXIT_REFUSED
    assert caught.value.audit.checks[0].failures == 3
    assert published_value(settings) == 1
    assert not list(settings.published_dir.glob(".tmp-*"))


def test_only_a_finished_build_is_published(settings: Settings) -> None:
    finish_build(settings, 1)
    forget_build(settings)
    with pytest.raises(ShequnError, match="no finished build"):
        publish(settings, audit_passes)
    assert published_value(settings) is None


def test_a_build_file_that_is_open_elsewhere_is_not_copied(settings: Settings) -> None:
    finish_build(settings, 1)
    with duckdb.connect(settings.warehouse_db), pytest.raises(ShequnError, match="Could not set lock"):
        publish(settings, audit_passes)
    assert published_value(settings) is None


def test_rows_still_in_the_log_are_published(settings: Settings) -> None:
    finish_build(settings, 1)
    connection = duckdb.connect(settings.warehouse_db)
    connection.execute("set checkpoint_threshold = '1GB'; pragma disable_checkpoint_on_shutdown")
    connection.execute("delete from marts.mart_tiny; insert into marts.mart_tiny select 4 from range(4)")
    connection.close()
    assert settings.warehouse_db.with_name("shequn.duckdb.wal").exists()
    publish(settings, audit_passes)
    assert published_value(settings) == 4


def test_too_little_space_is_said_before_copying(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    finish_build(settings, 1)
    monkeypatch.setattr(publisher_module, "FREE_SPACE_FACTOR", 1e12)
    with pytest.raises(ShequnError, match="Too little space"):
        publish(settings, audit_passes)
    assert not list(settings.published_dir.iterdir())


def test_a_long_reader_keeps_its_version(settings: Settings) -> None:
    publish_value(settings, 1)
    with duckdb.connect(settings.published_db, read_only=True) as reader:
        publish_value(settings, 2)
        assert reader.execute("select max(value) from marts.mart_tiny").fetchone() == (1,)
    assert published_value(settings) == 2


class TestRollback:
    @pytest.fixture(autouse=True)
    def _three_versions(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(publisher_module, "checkpoint", lambda path: None)
        self.names = [publish_value(settings, value) for value in (1, 2, 3)]

    @pytest.mark.parametrize("spelling", ["{name}", "v1", "1"])
    def test_readers_see_the_chosen_version(self, settings: Settings, spelling: str) -> None:
        assert rollback(settings, spelling.format(name=self.names[0])).name == self.names[0]
        assert published_value(settings) == 1
        assert len(list_versions(settings)) == 3

    def test_it_lasts_until_something_new(self, settings: Settings) -> None:
        rollback(settings, "v1")
        settled = settle_current(settings)
        assert settled is not None
        assert settled.name == self.names[0]
        assert published_value(settings) == 1
        publish_value(settings, 4)
        assert published_value(settings) == 4
        assert list_versions(settings)[0].manifest["build_id"] == 4

    def test_an_interrupted_publication_after_it_is_still_finished(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rollback(settings, "v1")
        finish_build(settings, 4)
        with monkeypatch.context() as patched:
            patched.setattr(publisher_module, "point_current", lambda settings, name: None)
            publish(settings, audit_passes)
        assert published_value(settings) == 1
        settle_current(settings)
        assert published_value(settings) == 4

    def test_forward_again(self, settings: Settings) -> None:
        rollback(settings, "v1")
        rollback(settings, "v3")
        assert published_value(settings) == 3
        assert current_version(settings) == settle_current(settings)

    def test_an_unknown_version_names_the_known(self, settings: Settings) -> None:
        with pytest.raises(ShequnError, match=self.names[2]) as caught:
            rollback(settings, "v9")
        assert caught.value.exit_code == EXIT_USAGE

    def test_a_damaged_version_is_not_shown(self, settings: Settings) -> None:
        path = settings.published_dir / self.names[0] / "shequn.duckdb"
        path.chmod(0o644)
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        with pytest.raises(ShequnError, match="does not match"):
            rollback(settings, "v1")
        assert published_value(settings) == 3

    def test_another_writer_stops_it(self, settings: Settings) -> None:
        with writer_lock(settings, "refresh"), pytest.raises(ShequnError) as caught:
            rollback(settings, "v1")
        assert caught.value.exit_code == EXIT_LOCKED
        assert published_value(settings) == 3

    def test_a_damaged_newest_version_is_not_settled_on(self, settings: Settings) -> None:
        (settings.published_dir / self.names[2] / "shequn.duckdb").unlink()
        assert settle_current(settings) is None


def test_half_a_version_is_none(settings: Settings) -> None:
    name = publish_value(settings, 1)
    (settings.published_dir / "v2-0123456789ab").mkdir()
    (settings.published_dir / "v3-notes").mkdir()
    assert [version.name for version in list_versions(settings)] == [name]
    verify_version(settings, list_versions(settings)[0])
    write_warehouse(settings, 2)
    assert publish_value(settings, 2).startswith("v3-"), "a number that was used is not used again"
