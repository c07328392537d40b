"""Draw the phase diagram of docs/interlock.md from the table itself.

`python -m tests.core.interlock_diagram` writes it anew; a test compares the page with the table.
"""

import re
from pathlib import Path

from core.interlock import Policy
from core.vocabulary import Phase
from tests.core.interlock_world import cells, events

PAGE = Path(__file__).parents[2] / "docs" / "interlock.md"
BLOCK = re.compile(r"(?<=```mermaid\n).*?(?=```)", re.DOTALL)
LASER = Policy("finish", 1200, "alarm", 45, 180, needs_extraction=True, sensor="current")
ONE_OF_EACH = events()


def name(event):
    """`LeaseEnd` as people write it: lease-end."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(event).__name__).lower()


def diagram(policy=LASER):
    """Mermaid text: every move between two phases, with the events that can cause it."""
    moves = {}
    for cell in cells(policy, ONE_OF_EACH):
        if cell.before.phase is not cell.after.phase:
            moves.setdefault((cell.before.phase, cell.after.phase), set()).add(name(cell.event))
    order = list(Phase)
    lines = ["stateDiagram-v2", "    [*] --> idle"]
    for (start, end), causes in sorted(moves.items(), key=lambda move: [order.index(p) for p in move[0]]):
        lines.append(f"    {_id(start)} --> {_id(end)}: {', '.join(sorted(causes))}")
    return "\n".join(lines) + "\n"


def _id(phase):
    return phase.value.replace("-", "_")


def main():
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(BLOCK.sub(lambda _: diagram(), page), encoding="utf-8")


if __name__ == "__main__":
    main()
