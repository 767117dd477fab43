"""The command line; thin over the functions that Dagster runs too."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import yaml

from orchestration import __version__
from orchestration.commands.frame import Context, option, run_command
from orchestration.errors import EXIT_USAGE, ShequnError
from orchestration.messages import LANGUAGES, default_language, say
from orchestration.settings import load_settings

FOLDER = click.Path(path_type=Path, file_okay=False)
WORKBOOK = click.Path(path_type=Path, dir_okay=False)
DAY = click.DateTime(formats=["%Y-%m-%d"])


def main() -> None:
    """Entry point of the console script `shequn`."""
    build_cli(_asked_language(sys.argv[1:]))(prog_name="shequn")


def _asked_language(arguments: list[str]) -> str:
    """The language of the help texts, needed before click reads the arguments."""
    for index, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--lang":
            value = value or next(iter(arguments[index + 1 :]), "")
            return value if value in LANGUAGES else default_language()
    return default_language()


def build_cli(lang: str) -> click.Group:
    """The group of commands, its help in `lang`."""

    @click.group(help=say("cli.help", lang), context_settings={"help_option_names": ["-h", "--help"]})
    @click.version_option(__version__, prog_name="shequn")
    @_common(lang)
    @click.pass_context
    def shequn(context: click.Context, home: Path | None, lang_option: str | None) -> None:
        context.obj = (home, lang_option)

    for add in (
        _refresh,
        _demo,
        _template,
        _map,
        _status,
        _versions,
        _rollback,
        _rejects,
        _sql,
        _shell,
        _export,
        _serve,
        _mf,
        _report,
        _explain,
        _doctor,
    ):
        add(shequn, lang)
    return shequn


Command = Callable[..., Any]


def _common(lang: str) -> Callable[[Command], Command]:
    """--home and --lang, which stand before or after the command's name."""
    home = click.option("--home", type=FOLDER, help=say("cli.opt.home", lang))
    language = click.option(
        "--lang", "lang_option", type=click.Choice(LANGUAGES), help=say("cli.opt.lang", lang)
    )
    return lambda command: home(language(command))


def _command(
    group: click.Group, name: str, lang: str, **settings: Any
) -> Callable[[Callable[..., int]], click.Command]:
    """Register a command: its body gets a `Context` and its options and returns the exit code."""

    def decorate(body: Callable[..., int]) -> click.Command:
        @click.pass_context
        def callback(
            context: click.Context, /, home: Path | None, lang_option: str | None, **options: Any
        ) -> None:
            group_home, group_lang = context.obj
            context.exit(
                run_command(
                    Context(
                        home=home or group_home,
                        lang=lang_option or group_lang or default_language(),
                        as_json=bool(options.get("as_json")),
                        quiet=bool(options.get("quiet")),
                        asked_lang=lang_option or group_lang,
                    ),
                    body,
                    options,
                )
            )

        callback.__click_params__ = getattr(body, "__click_params__", [])  # type: ignore[attr-defined]
        return group.command(name, help=say(f"cli.help.{name}", lang), **settings)(_common(lang)(callback))

    return decorate


def _refresh(group: click.Group, lang: str) -> None:
    @_command(group, "refresh", lang)
    @option(lang, "--exports", type=FOLDER)
    @option(lang, "--as-of", type=DAY, metavar="YYYY-MM-DD")
    @option(lang, "--full-refresh", is_flag=True)
    @option(lang, "--vars", "dbt_vars", metavar="YAML")
    @option(lang, "--strict", is_flag=True)
    @option(lang, "--quiet", is_flag=True)
    @option(lang, "--json", "as_json", is_flag=True)
    def body(
        context: Context,
        exports: Path | None,
        as_of: datetime | None,
        full_refresh: bool,
        dbt_vars: str | None,
        strict: bool,
        **_: Any,
    ) -> int:
        from orchestration.commands.refresh import refresh_command

        settings = load_settings(context.home, exports, as_of.date() if as_of else None, parse_vars(dbt_vars))
        return refresh_command(
            context, settings, full_refresh=full_refresh, strict=strict, own_inbox=exports is None
        )


def _demo(group: click.Group, lang: str) -> None:
    @_command(group, "demo", lang)
    @option(lang, "--out", type=FOLDER)
    @option(
        lang, "--scale", type=click.Choice(["small", "medium", "large"]), default="small", show_default=True
    )
    @option(lang, "--seed", type=int, default=7, show_default=True)
    @option(lang, "--systems", metavar="A,B")
    @option(lang, "--clear", is_flag=True)
    @option(lang, "--if-empty", is_flag=True)
    @option(lang, "--quiet", is_flag=True)
    @option(lang, "--json", "as_json", is_flag=True)
    def body(
        context: Context,
        out: Path | None,
        scale: str,
        seed: int,
        systems: str | None,
        clear: bool,
        if_empty: bool,
        **_: Any,
    ) -> int:
        from orchestration.commands.demo import clear_command, demo_command

        settings = load_settings(context.home)
        if clear:
            return clear_command(context, settings, out)
        return demo_command(context, settings, out, scale, seed, systems, if_empty)


def _template(group: click.Group, lang: str) -> None:
    @_command(group, "template", lang)
    @click.option("--out", type=WORKBOOK, metavar="FILE", help=say("cli.opt.template_out", lang))
    @option(lang, "--entities", metavar="A,B")
    @option(lang, "--force", is_flag=True)
    @option(lang, "--json", "as_json", is_flag=True)
    def body(context: Context, out: Path | None, entities: str | None, force: bool, **_: Any) -> int:
        from orchestration.commands.template import template_command

        return template_command(context, load_settings(context.home), out, entities, force)


def _map(group: click.Group, lang: str) -> None:
    @_command(group, "map", lang)
    @click.argument("file", required=False)
    @option(lang, "--entity", metavar="NAME")
    @option(lang, "--set", "said", metavar="COLUMN=HEADER", multiple=True)
    @option(lang, "--constant", "constants", metavar="COLUMN=VALUE", multiple=True)
    @option(lang, "--value", "words", metavar="COLUMN:WORD=VALUE", multiple=True)
    @option(lang, "--name", metavar="NAME")
    @option(lang, "--save", "is_saved", is_flag=True)
    @option(lang, "--list", "is_list", is_flag=True)
    @option(lang, "--json", "as_json", is_flag=True)
    def body(context: Context, file: str | None, is_list: bool, as_json: bool, **said: Any) -> int:
        from orchestration.commands.map import list_command, map_command

        settings = load_settings(context.home)
        if is_list:
            return list_command(context, settings)
        if file is None:
            raise ShequnError("mapping.E_NO_FILE", EXIT_USAGE)
        return map_command(context, settings, file, **said)


def _status(group: click.Group, lang: str) -> None:
    @_command(group, "status", lang)
    @option(lang, "--json", "as_json", is_flag=True)
    def body(context: Context, **_: Any) -> int:
        from orchestration.commands.status import status_command

        return status_command(context, load_settings(context.home))


def _versions(group: click.Group, lang: str) -> None:
    @_command(group, "versions", lang)
    @option(lang, "--json", "as_json", is_flag=True)
    def body(context: Context, **_: Any) -> int:
        from orchestration.commands.versions import versions_command

        return versions_command(context, load_settings(context.home))


def _rollback(group: click.Group, lang: str) -> None:
    @_command(group, "rollback", lang)
    @click.argument("version")
    @option(lang, "--json", "as_json", is_flag=True)
    def body(context: Context, version: str, **_: Any) -> int:
        from orchestration.commands.versions import rollback_command

        return rollback_command(context, load_settings(context.home), version)


def _rejects(group: click.Group, lang: str) -> None:
    @_command(group, "rejects", lang)
    @option(lang, "--format", "form", type=click.Choice(["table", "csv", "json"]), default="table")
    @option(lang, "--limit", type=click.IntRange(min=1), default=1000, show_default=True)
    @option(lang, "--all", "with_mended", is_flag=True)
    def body(context: Context, form: str, limit: int, with_mended: bool, **_: Any) -> int:
        from orchestration.commands.rejects import rejects_command

        return rejects_command(context, load_settings(context.home), form, limit, with_mended)


def _sql(group: click.Group, lang: str) -> None:
    @_command(group, "sql", lang)
    @click.argument("sql")
    @option(lang, "--format", "form", type=click.Choice(["table", "csv", "json"]), default="table")
    @option(lang, "--timeout", type=click.FloatRange(min=0.1), default=60.0, show_default=True)
    @option(lang, "--memory", default="1GB", show_default=True)
    def body(context: Context, sql: str, form: str, timeout: float, memory: str, **_: Any) -> int:
        from orchestration.commands.sql import sql_command

        return sql_command(context, load_settings(context.home), sql, form, timeout, memory)


def _shell(group: click.Group, lang: str) -> None:
    @_command(group, "shell", lang)
    @option(lang, "--memory", default="2GB", show_default=True)
    def body(context: Context, memory: str, **_: Any) -> int:
        from orchestration.commands.shell import shell_command

        return shell_command(context, load_settings(context.home), memory)


def _export(group: click.Group, lang: str) -> None:
    @_command(group, "export", lang)
    @click.option(
        "--format",
        "form",
        type=click.Choice(["parquet", "csv", "xlsx"]),
        required=True,
        help=say("cli.opt.file_format", lang),
    )
    @option(lang, "--mart", "tables", multiple=True, metavar="NAME")
    @option(lang, "--since", type=DAY, metavar="YYYY-MM-DD")
    @click.option("--out", type=FOLDER, metavar="FOLDER", help=say("cli.opt.export_out", lang))
    @option(lang, "--quiet", is_flag=True)
    @option(lang, "--json", "as_json", is_flag=True)
    def body(
        context: Context,
        form: str,
        tables: tuple[str, ...],
        since: datetime | None,
        out: Path | None,
        **_: Any,
    ) -> int:
        from orchestration.commands.export import export_command

        day = since.date() if since else None
        return export_command(context, load_settings(context.home), form, tables, day, out)


def _serve(group: click.Group, lang: str) -> None:
    @group.group("serve", help=say("cli.help.serve", lang))
    def serve() -> None:
        """Holds the ways of serving."""

    @_command(serve, "postgres", lang)
    @option(lang, "--url", envvar="SHEQUN_POSTGRES_URL", metavar="URL")
    @option(lang, "--quiet", is_flag=True)
    @option(lang, "--json", "as_json", is_flag=True)
    def body(context: Context, url: str | None, **_: Any) -> int:
        from orchestration.commands.serve import postgres_command

        return postgres_command(context, load_settings(context.home), url)

    @_command(serve, "pages", lang)
    @option(lang, "--port", type=click.IntRange(1024, 65535), default=8501, show_default=True)
    @click.option("--name", metavar="HOST", help=say("cli.opt.pages_name", lang))
    def pages_body(context: Context, port: int, name: str | None, **_: Any) -> int:
        from orchestration.commands.serve import pages_command

        return pages_command(context, load_settings(context.home), port, name)

    @_command(serve, "superset", lang)
    @option(lang, "--port", type=click.IntRange(1024, 65535), default=8088, show_default=True)
    @option(lang, "--timeout", type=click.FloatRange(min=0.1), default=60.0, show_default=True)
    @option(lang, "--memory", default="1GB", show_default=True)
    def superset_body(context: Context, port: int, timeout: float, memory: str, **_: Any) -> int:
        from orchestration.superset.start import start_superset

        start_superset(load_settings(context.home), context.lang, port, memory, timeout)


def _mf(group: click.Group, lang: str) -> None:
    # What stands behind the first word is MetricFlow's, options too.
    @_command(group, "mf", lang, context_settings={"allow_interspersed_args": False})
    @click.argument("arguments", nargs=-1, required=True)
    def body(context: Context, arguments: tuple[str, ...], **_: Any) -> int:
        from orchestration.commands.mf import mf_command

        return mf_command(context, load_settings(context.home), arguments)


def _report(group: click.Group, lang: str) -> None:
    @_command(group, "report", lang)
    @option(lang, "--week", metavar="2026-W26|DATE")
    @click.option(
        "--format",
        "form",
        type=click.Choice(["html", "pdf", "png", "all"]),
        default="html",
        show_default=True,
        help=say("cli.opt.report_format", lang),
    )
    @click.option("--out", type=FOLDER, metavar="FOLDER", help=say("cli.opt.export_out", lang))
    @option(lang, "--quiet", is_flag=True)
    @option(lang, "--json", "as_json", is_flag=True)
    def body(context: Context, week: str | None, form: str, out: Path | None, **_: Any) -> int:
        from orchestration.commands.report import report_command

        return report_command(context, load_settings(context.home), week, form, out)


def _explain(group: click.Group, lang: str) -> None:
    @_command(group, "explain", lang)
    @click.argument("metric")
    @option(lang, "--scope", metavar="TYPE:ID")
    @option(lang, "--period", metavar="TYPE:START")
    @option(lang, "--where", multiple=True, metavar="COLUMN=VALUE")
    @option(lang, "--rows", type=click.IntRange(min=0))
    @option(lang, "--evidence", metavar="NAME")
    @option(lang, "--format", "form", type=click.Choice(["table", "csv", "json"]), default="table")
    def body(
        context: Context,
        metric: str,
        scope: str | None,
        period: str | None,
        where: tuple[str, ...],
        rows: int | None,
        evidence: str | None,
        form: str,
        **_: Any,
    ) -> int:
        from orchestration.commands.explain import explain_command
        from orchestration.explaining import Wish

        wish = Wish(metric, scope, period, where)
        return explain_command(context, load_settings(context.home), wish, form, rows, evidence)


def _doctor(group: click.Group, lang: str) -> None:
    @_command(group, "doctor", lang)
    @option(lang, "--json", "as_json", is_flag=True)
    def body(context: Context, **_: Any) -> int:
        from orchestration.commands.doctor import doctor_command

        return doctor_command(context, load_settings(context.home))


def parse_vars(text: str | None) -> dict[str, Any]:
    """dbt vars from YAML such as `{repurchase_window_days: 60}`.

    Raises:
        ShequnError: the text is no mapping (exit 2).
    """
    if text is None:
        return {}
    try:
        parsed = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ShequnError("cli.E_VARS", EXIT_USAGE, value=text) from error
    if not isinstance(parsed, dict) or not all(isinstance(name, str) for name in parsed):
        raise ShequnError("cli.E_VARS", EXIT_USAGE, value=text)
    return json.loads(json.dumps(parsed, default=_day_text))  # type: ignore[no-any-return]


def _day_text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise ShequnError("cli.E_VARS", EXIT_USAGE, value=value)


if __name__ == "__main__":
    main()
