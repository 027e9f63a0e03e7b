"""What this process has counted, for Prometheus to fetch."""

from __future__ import annotations

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    GC_COLLECTOR,
    PROCESS_COLLECTOR,
    CollectorRegistry,
    disable_created_metrics,
    generate_latest,
)
from starlette.requests import Request
from starlette.responses import Response

from exgo_gql.extensions.planned import OPERATIONS

# A counter's birth beside each counter: twice the series, for what the process's start tells already.
disable_created_metrics()  # type: ignore[no-untyped-call]

_SHOWN = CollectorRegistry()
"""What the page has, by name: whatever a library counts for itself stays inside."""
for _collector in (OPERATIONS, PROCESS_COLLECTOR, GC_COLLECTOR):
    _SHOWN.register(_collector)


async def metrics(_request: Request) -> Response:
    """Every series in Prometheus' text format. Labels are words of our own: nothing of a tenant, nothing that was sent."""
    return Response(generate_latest(_SHOWN), headers={"content-type": CONTENT_TYPE_LATEST})
