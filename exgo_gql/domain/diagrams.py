"""The tables of states as the documentation shows them: ``python -m exgo_gql.domain.diagrams > docs/states.md``."""

from __future__ import annotations

from collections.abc import Iterator

from exgo_gql.domain.asns import ASN
from exgo_gql.domain.machines import Machine, Mode, Transition
from exgo_gql.domain.orders import ORDER
from exgo_gql.domain.products import PRODUCT

INTRODUCTION = (
    "Made from the tables in `exgo_gql/domain` by `python -m exgo_gql.domain.diagrams`; a test compares them. "
    "An action that leaves the state as it is stands in the table alone."
)

SHOWN: tuple[tuple[str, Machine, Mode | None], ...] = (
    ("Product (产品)", PRODUCT, None),
    ("ASN (入库预报)", ASN, None),
    ("Order, STOCK (备货订单)", ORDER, Mode.STOCK),
    ("Order, CONSOLIDATION (集货订单)", ORDER, Mode.CONSOLIDATION),
)


def page() -> str:
    """The whole page, in Markdown with Mermaid diagrams."""
    parts = ["# States", INTRODUCTION]
    for title, machine, mode in SHOWN:
        rows = [row for row in machine.rows if mode is None or mode in row.modes]
        parts += [f"## {title}", "\n".join(_diagram(rows)), "\n".join(_table(rows))]
    return "\n\n".join(parts) + "\n"


def _diagram(rows: list[Transition]) -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    for row in rows:
        if row.target is not None:
            for source in row.sources or ("[*]",):
                yield f"    {source} --> {row.target}: {row.action.lower()}"
    yield "```"


def _table(rows: list[Transition]) -> Iterator[str]:
    yield "| from | action | who | to | asks |"
    yield "| --- | --- | --- | --- | --- |"
    for row in rows:
        sources = ", ".join(row.sources) or "–"
        who = ", ".join(sorted(row.who))
        asks = ", ".join(guard.__name__.strip("_").replace("_", " ") for guard in row.guards)
        only = f" ({next(iter(row.modes))})" if len(row.modes) == 1 else ""
        yield f"| {sources} | {row.action.lower()}{only} | {who} | {row.target or 'same'} | {asks or '–'} |"


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201  # the command's output
