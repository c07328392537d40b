"""What happens when this machine lacks a program that a test is about?

Skipped loudly, with the line that brings it; with `STRICT=1` (as in `.ci/run`) it is a failure.
"""

import os
from typing import NoReturn

import pytest

from loquet.parts import Part, locate

HOW = {
    "mosquitto": "make setup-test   (or as root: apt-get install mosquitto)",
    "initdb": "make setup-test   (or as root: apt-get install postgresql)",
    "postgres": "make setup-test   (or as root: apt-get install postgresql)",
    "chromium": "make setup-test   (or as root: apt-get install chromium)",
}


def strict() -> bool:
    """Must everything be here?"""
    return os.environ.get("STRICT", "") not in {"", "0"}


def missing(what: str) -> NoReturn:
    """Skip, or with STRICT=1 fail, naming the way out."""
    line = f"{what} is not on this machine; get it with: {HOW.get(what, 'make setup-test')}"
    if strict():
        pytest.fail(line, pytrace=False)
    pytest.skip(line)


def required(name: str) -> Part:
    """The part, or the end of this test."""
    found = locate(name)
    return found if found is not None else missing(name)
