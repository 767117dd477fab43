"""An invented community, written as a canonical export.

Everybody in it is made up: people are called 小禾0001 and the like, and phone numbers all have the form
1990000xxxx.
"""

from orchestration.demo.manifest import clear_demo, has_demo
from orchestration.demo.plan import DEFAULT_LAST_DAY, Scale
from orchestration.demo.writer import DemoReport, write_demo

__all__ = ["DEFAULT_LAST_DAY", "DemoReport", "Scale", "clear_demo", "has_demo", "write_demo"]
