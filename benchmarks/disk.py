"""Where do the benchmarks write? On the disk, as the programs they measure do."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def on_disk() -> Iterator[Path]:
    """A folder beside the project, not in a memory file system; gone afterwards."""
    above = Path(__file__).parent.parent / ".cache" / "bench"
    above.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="lq-", dir=above) as folder:
        yield Path(folder)
