"""The server of the pages: `python -m orchestration.pages.server HOME LANG PORT [NAME]`."""

from __future__ import annotations

import sys
from pathlib import Path

from orchestration.charts.theme import ACCENT, FONTS

ADDRESS = "127.0.0.1"
# Nothing is told to anybody, nothing is fetched from anywhere, no page tells of the code behind it.
_OPTIONS = {
    "server.address": ADDRESS,
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.showEmailPrompt": "false",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "viewer",
    "client.showErrorDetails": "none",
    "client.disableDataExport": "true",  # of tables; ours leaves no cell that a spreadsheet would run
    "theme.base": "light",
    "theme.primaryColor": ACCENT,
    "theme.font": f"Source Sans, {FONTS}",
    "theme.metricValueFontSize": "1.6rem",
    "theme.headingFontSizes": "1.8rem,1.3rem,1.1rem",
    "logger.level": "warning",
}


def main(home: str, lang: str, port: str, name: str = ADDRESS) -> None:
    """Serve until interrupted; `name` is the host by which a proxy's readers know the pages."""
    from streamlit import net_util
    from streamlit.web import cli

    # What takes a second to import is there before the first reader is.
    import orchestration.charts.shapes  # noqa: F401

    # A view from a foreign site is refused without asking a service outside for our own address.
    net_util.get_external_ip = lambda: None
    given = _OPTIONS | {"server.port": port, "browser.serverAddress": name}
    options = [f"--{option}={value}" for option, value in given.items()]
    options += [f"--server.allowedHosts={host}" for host in dict.fromkeys((ADDRESS, "localhost", name))]
    script = str(Path(__file__).with_name("app.py"))
    cli.main(["run", script, *options, "--", home, lang], prog_name="streamlit", standalone_mode=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
