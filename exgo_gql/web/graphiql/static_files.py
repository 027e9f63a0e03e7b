"""The built files of the page: kept compressed, served under names that change with their content."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypedDict, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

FOLDER = Path(__file__).parent / "static"
PREFIX = "/graphiql/static/"
LICENCES = "LICENSES.txt"

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
}

_HEADERS = {
    # A worker runs under the policy of its own script, not of the page that starts it.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}


class Manifest(TypedDict):
    """What the build says about its files (frontend/graphiql/build.mjs)."""

    script: str
    style: str
    preload: list[str]
    workers: dict[str, str]


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is sent: compressed, with the headers that do not depend on the request."""

    compressed: bytes
    headers: Mapping[str, str]

    @property
    def etag(self) -> str:
        return self.headers["ETag"]


@cache
def manifest() -> Manifest:
    """What the build made, by its part in the page."""
    return cast("Manifest", json.loads((FOLDER / "manifest.json").read_bytes()))


@cache
def files() -> dict[str, StaticFile]:
    """Every file by its name: what is not in here does not exist, whatever the path says."""
    names = [path.stem for path in FOLDER.glob("*.gz")]
    found = {
        name: _file(name, (FOLDER / f"{name}.gz").read_bytes(), "max-age=31536000, immutable")
        for name in names
    }
    # The one name without a hash: asked for again after a day.
    licences = gzip.compress((FOLDER / LICENCES).read_bytes(), mtime=0)
    return found | {LICENCES: _file(LICENCES, licences, "max-age=86400")}


def _file(name: str, compressed: bytes, caching: str) -> StaticFile:
    headers = {
        "Cache-Control": f"public, {caching}",
        "Content-Type": _MEDIA_TYPES[Path(name).suffix],
        # Weak, because the compressed and the plain form share it.
        "ETag": f'W/"{hashlib.sha256(compressed).hexdigest()[:16]}"',
    }
    return StaticFile(compressed, _HEADERS | headers)


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether the header's weights admit gzip: `gzip;q=0` forbids it, `*` stands for what is not named."""
    weights: dict[str, float] = {}
    for item in accept_encoding.lower().split(","):
        coding, _, parameter = item.partition(";")
        try:
            weights[coding.strip()] = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            weights[coding.strip()] = 0
    return weights.get("gzip", weights.get("*", 0)) > 0


async def serve(request: Request) -> Response:
    """One file of the page, packed if the client takes it so."""
    file = files().get(request.path_params["name"])
    if file is None:
        return PlainTextResponse("Not Found", status_code=404)
    known = [tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")]
    if file.etag in known or "*" in known:
        return Response(status_code=304, headers=file.headers)
    if accepts_gzip(request.headers.get("Accept-Encoding", "")):
        return Response(file.compressed, headers={**file.headers, "Content-Encoding": "gzip"})
    return Response(await run_in_threadpool(gzip.decompress, file.compressed), headers=file.headers)


def route() -> Route:
    """Where the files are served."""
    return Route(PREFIX + "{name}", serve, methods=["GET"], name="graphiql-static")
