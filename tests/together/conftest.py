"""A demo for a whole module: starting one takes seconds."""

from collections.abc import Iterator

import pytest

from tests.together.demo import Demo


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """A running demo on Tuesday at half past ten, with nobody's reservation in the way."""
    demo = Demo("--empty")
    try:
        yield demo.start()
    finally:
        demo.stop()
