"""What stands in the hub's log, and what never does?"""

import json
import subprocess
import sys

import pytest

PROGRAM = """
import logging, structlog
from hub.cli.logs import configure
configure()
def stumble():
    uid = "04A5E1F20B6C" + "80"
    raise ValueError(len(uid))
try:
    stumble()
except ValueError:
    {logger}.exception("stumbled")
{logger}.warning("two\\nlines")
"""


@pytest.mark.parametrize("logger", ['structlog.get_logger("jobs")', 'logging.getLogger("paho")'])
def test_every_event_is_one_json_line_and_a_traceback_holds_no_badge(logger: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(logger=logger)], capture_output=True, text=True, check=True
    )
    stumbled, said = [json.loads(line) for line in ran.stderr.splitlines()]
    assert (stumbled["event"], stumbled["exception"][0]["exc_type"]) == ("stumbled", "ValueError")
    assert "04A5E1F20B6C80" not in ran.stderr
    assert (said["event"], said["level"], said["timestamp"][-1]) == ("two\nlines", "warning", "Z")
