"""GraphiQL, served whole from the project: the page at `/graphql` in a browser, and the files that it loads.

Keys of `config`, all optional:

- `endpoint`: "/graphql" if not given;
- `accounts`: for demonstration mode only, a list of `{"email", "password", "role", "label"}`, each a log-in
  by one click;
- `captcha`: where log-in asks for one, a document that answers `{ captcha { id image } }` (by aliases if need
  be; `image` is a data: URL). The form then sends `captcha: {id, answer}` in the log-in input;
- `operations`: what `load` gave, if not the files of the `operations` folder.
"""

import json
import secrets
from collections.abc import Mapping
from functools import cache

from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from exgo_gql.web.graphiql import static_files
from exgo_gql.web.graphiql.operations import Operation, load
from exgo_gql.web.graphiql.static_files import LICENCES, PREFIX, manifest

__all__ = ["Operation", "load", "page", "routes"]

_saved = cache(load)

# The editor places its lines by style attributes, which no nonce can admit; style elements need the nonce.
_POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self' data:; style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>exgo-gql · GraphiQL</title>
<link rel="icon" href="data:,">
<link rel="license" href="{prefix}{licences}">
<link rel="stylesheet" href="{prefix}{style}">
{preload}
<script type="module" src="{prefix}{script}"></script>
</head>
<body>
<div id="graphiql"></div>
<script type="application/json" id="exgo-config">{config}</script>
<noscript>GraphiQL needs JavaScript.</noscript>
</body>
</html>
"""


_PRELOAD = '<link rel="modulepreload" href="{prefix}{file}">'


def routes(config: Mapping[str, object]) -> list[BaseRoute]:
    """The page's files. A saved operation or a setting that cannot be shown is found here, at start-up."""
    page(config)
    static_files.files()
    return [static_files.route()]


def page(config: Mapping[str, object]) -> Response:
    """The page for a browser that asks for the endpoint; it is made for one answer and kept by nobody."""
    nonce = secrets.token_urlsafe(16)
    built = manifest()
    embedded = {
        "endpoint": config.get("endpoint", "/graphql"),
        "accounts": config.get("accounts", ()),
        "captcha": config.get("captcha"),
        "operations": config["operations"] if "operations" in config else _saved(),
        "workers": {name: PREFIX + file for name, file in built["workers"].items()},
        "styleNonce": nonce,
    }
    text = _PAGE.format(
        prefix=PREFIX,
        licences=LICENCES,
        style=built["style"],
        script=built["script"],
        preload="\n".join(_PRELOAD.format(prefix=PREFIX, file=file) for file in built["preload"]),
        config=_in_script(embedded),
    )
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": _POLICY.format(nonce=nonce),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(text, headers=headers)


def _in_script(value: object) -> str:
    """JSON that no text in it can end: `</script>` and `<!--` need a `<`."""
    return json.dumps(value, default=_operation_as_json, ensure_ascii=False).replace("<", "\\u003c")


def _operation_as_json(value: object) -> dict[str, object]:
    if isinstance(value, Operation):
        return value.as_json()
    raise TypeError(f"{value!r} cannot be embedded in the page")
