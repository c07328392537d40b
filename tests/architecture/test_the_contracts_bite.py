"""Is a broken rule refused? Each test breaks one in a copy of the house and looks for the tool's no."""

import tomllib

import pytest

from tests.architecture.conftest import ROOT

PLANTED = (
    # contract, planted file, its text
    ("house", "node/planted.py", "import hub.ports\n"),
    ("house", "hub/services/planted.py", "import node.ports\n"),
    ("house", "core/planted.py", "import hub.ports\n"),
    ("hub", "hub/planted.py", "THE_FOLDER_IS = 'in no layer'\n"),
    ("hub", "hub/services/planted.py", "import hub.store\n"),
    ("hub", "hub/services/planted.py", "import hub.words\n"),
    ("hub", "hub/web/planted.py", "import hub.store\n"),
    ("hub", "hub/store/planted.py", "import hub.web\n"),
    ("node", "node/keeper/planted.py", "import node.doorman\n"),
    ("node", "node/doorman/planted.py", "import node.keeper\n"),
    ("keeper", "node/keeper/planted.py", "import node.keeper.hardware\n"),
    ("doorman", "node/doorman/planted.py", "import node.doorman.link\n"),
    ("doorman", "node/doorman/reader/planted.py", "import node.doorman.shelf\n"),
    ("sqlalchemy", "hub/services/planted.py", "import sqlalchemy\n"),
    ("sqlalchemy", "hub/web/planted.py", "from sqlalchemy import orm\n"),
    ("flask", "hub/services/planted.py", "import flask\n"),
    ("flask", "hub/store/planted.py", "import flask_security\n"),
    ("gunicorn", "hub/web/planted.py", "import gunicorn.app.base\n"),
    ("paho", "hub/jobs/planted.py", "import paho.mqtt.client\n"),
    ("paho", "node/keeper/planted.py", "import paho.mqtt.client\n"),
    ("apscheduler", "hub/web/planted.py", "import apscheduler\n"),
    ("gpiozero", "node/keeper/planted.py", "import gpiozero\n"),
    ("mfrc522", "node/doorman/planted.py", "import mfrc522\n"),
    ("light", "node/doorman/planted.py", "import pydantic\n"),
    ("smbus2", "node/keeper/planted.py", "import smbus2\n"),
    ("courier", "node/courier/planted.py", "import node.courier.link\n"),
    ("courier", "node/keeper/hardware/planted.py", "import node.courier.fetching\n"),
)
OF_ITS_OWN = {"cycles"}  # its planted fault is two files: the test below


def test_each_contract_of_the_house_is_broken_once_on_purpose():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = [contract["id"] for contract in settings["tool"]["importlinter"]["contracts"]]
    assert len(contracts) == len(set(contracts))
    assert {contract for contract, _, _ in PLANTED} | OF_ITS_OWN == set(contracts)


@pytest.mark.parametrize(("contract", "path", "text"), PLANTED)
def test_an_arrow_that_points_the_wrong_way_is_refused(house, contract, path, text):
    house.plant(path, f'"""Planted."""\n\n{text}')
    verdict = house.run("lint-imports", "--no-logo", "--no-cache", "--contract", contract)
    assert verdict.returncode == 1
    assert "1 broken" in verdict.stdout


def test_two_neighbours_that_import_each_other_are_refused(house):
    house.plant("core/left.py", "import core.right\n")
    house.plant("core/right.py", "import core.left\n")
    verdict = house.run("lint-imports", "--no-logo", "--no-cache", "--contract", "cycles")
    assert verdict.returncode == 1
    assert "No cycles are allowed in core" in verdict.stdout


CLOCK_CALLS = (
    ("from datetime import UTC, datetime", "datetime.now(UTC)"),
    ("import datetime", "datetime.datetime.utcnow()"),
    ("import datetime", "datetime.date.today()"),
    ("import time", "time.time()"),
    ("import time", "time.monotonic()"),
    ("import time", "time.sleep(1)"),
    ("from time import sleep", "sleep(1)"),
    ("import time", "time.clock_gettime(time.CLOCK_BOOTTIME)"),
)
PLACES = ("core/planted.py", "hub/services/planted.py", "node/keeper/planted.py", "loquet/demo/planted.py")


@pytest.mark.parametrize(("line", "call"), CLOCK_CALLS)
def test_a_clock_read_outside_clock_py_is_refused(house, line, call):
    for path in PLACES:
        house.plant(path, f'"""Planted."""\n\n{line}\n\nREAD = {call}\n')
    verdict = house.run("ruff", "check", "--no-cache", "--select=TID251", "--output-format=concise", *PLACES)
    assert verdict.returncode == 1
    assert [path for path in PLACES if f"{path}:" not in verdict.stdout] == []


@pytest.mark.parametrize("path", ["hub/clock.py", "node/clock.py", "loquet/bench/clock.py"])
def test_the_three_clocks_may_read_a_clock(house, path):
    house.plant(path, '"""Planted."""\n\nimport time\n\nREAD = time.time()\n')
    assert house.run("ruff", "check", "--no-cache", "--select=TID251", path).returncode == 0


def test_a_tangled_function_is_refused(house):
    branches = "".join(f"    if a == {n}:\n        return {n}\n" for n in range(9))
    house.plant(
        "core/planted.py",
        f'"""Planted."""\n\n\ndef tangled(a: int) -> int:\n    """Tangled."""\n{branches}    return a\n',
    )
    verdict = house.run("ruff", "check", "--no-cache", "--output-format=concise", "core/planted.py")
    assert "C901" in verdict.stdout


def test_a_function_of_seven_parameters_is_refused(house):
    house.plant("core/planted.py", '"""Planted."""\n\n\ndef f(a, b, c, d, e, f, g):\n    """Many."""\n')
    verdict = house.run("ruff", "check", "--no-cache", "--output-format=concise", "core/planted.py")
    assert "PLR0913" in verdict.stdout


@pytest.mark.parametrize(("lines", "refused"), [(300, 0), (301, 1)])
def test_a_module_may_have_300_lines_and_not_one_more(house, lines, refused):
    house.plant("core/planted.py", "A = 1\n" * lines)
    assert house.run("python", "-m", "tools.sizes", "core/planted.py").returncode == refused


@pytest.mark.parametrize(("lines", "refused"), [(40, 0), (41, 1)])
def test_a_function_may_have_40_lines_and_not_one_more(house, lines, refused):
    house.plant("core/planted.py", "def f():\n" + "    a = 1\n" * (lines - 1))
    assert house.run("python", "-m", "tools.sizes", "core/planted.py").returncode == refused


@pytest.mark.parametrize(
    "text", ["import time", "import logging", "import sqlite3", "import flask", "open('x')"]
)
def test_an_impure_core_is_refused(house, text):
    house.plant("core/planted.py", f"{text}\n")
    assert house.run("python", "-m", "tools.purity", "core/planted.py").returncode == 1


def test_a_passage_said_twice_is_refused(house):
    passage = "".join(f"a{n} = f({n})\n" for n in range(12))
    house.plant("core/one.py", passage)
    house.plant("core/two.py", passage)
    assert house.run("python", "-m", "tools.duplicates", "core/one.py").returncode == 0
    assert house.run("python", "-m", "tools.duplicates", "core/one.py", "core/two.py").returncode == 1


def test_an_untyped_function_is_refused(house):
    house.plant("core/planted.py", "def f(a):\n    return a\n")
    verdict = house.run("mypy", "--cache-dir=/dev/null", "--follow-imports=silent", "core/planted.py")
    assert "no-untyped-def" in verdict.stdout
