"""Rounds in which variants take turns, so that whatever else the machine does falls on all of them alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.load import Client, Sample
from benchmarks.servers import Served

MANY, ONE = 32, 1
"""Connections: as many as keep both cores busy, and one, which tells how long an answer takes by itself."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure."""

    rounds: int
    seconds: float
    """Of one variant in one round with many connections; half of it with one."""
    texts: int
    """Different documents that are sent to see whether memory stays flat."""


QUICK, FULL = Effort(3, 0.8, 8_000), Effort(9, 2.0, 40_000)


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that is measured: what the client calls it, and the server that answers."""

    name: str
    server: Served


Samples = Mapping[str, Sequence[Sample]]


def measure(client: Client, asked: Mapping[str, Asked], effort: Effort, connections: int = MANY) -> Samples:
    """Samples of each variant, by rounds. Every round begins with another one; a first one is thrown away.

    Raises ``WrongAnswer``.
    """
    names, seconds = list(asked), effort.seconds if connections > ONE else effort.seconds / 2
    found: dict[str, list[Sample]] = {name: [] for name in names}
    for number in range(-1, effort.rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            sample = client.sample(asked[name].name, asked[name].server, connections, seconds)
            if number >= 0:
                found[name].append(sample)
    return found


@dataclass(frozen=True, slots=True)
class Ratio:
    """The median of a ratio over all rounds, and how far it went."""

    median: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.least:.2f}–{self.most:.2f})"


def ratio(samples: Samples, one: str, other: str, figure: str = "per_second") -> Ratio:
    """One variant's figure over another's, round by round."""
    each = [
        getattr(a, figure) / getattr(b, figure) for a, b in zip(samples[one], samples[other], strict=True)
    ]
    return Ratio(median(each), min(each), max(each))


def middle(samples: Samples, name: str, figure: str) -> float:
    """The median of a variant's figure."""
    return float(median(getattr(sample, figure) for sample in samples[name]))
