"""API-9: what the server sends for the GraphiQL page, and how saved operations are read."""

import gzip
import json
import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from exgo_gql.web.graphiql import Operation, load, page, routes
from exgo_gql.web.graphiql.operations import Keep
from exgo_gql.web.graphiql.static_files import FOLDER, accepts_gzip, manifest

GOOD = """# title: Create a product
# flow: Stock mode (备货)
# as: owner, operator
# variables: {"name": "Cup"}
# keep: productId = productCreate.product.id
# keep: firstTag = productCreate.product.tags.0.id
# What follows is a note of the document, not of the header.
mutation ProductCreate($name: String!, $note: String) {
  productCreate(input: {name: $name, note: $note}) {
    ...Made
    errors { code }
  }
}
fragment Made on ProductCreatePayload { product { id ... on Product { tags { id } } } }
"""


async def get(path: str, **headers: str) -> httpx.Response:
    app = Starlette(routes=routes({"operations": []}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        return await client.get(
            path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )


def embedded(config: dict[str, object]) -> dict[str, object]:
    html = bytes(page({"operations": [], **config}).body).decode()
    found = re.search(r'<script type="application/json" id="exgo-config">(.*?)</script>', html)
    assert found
    value: dict[str, object] = json.loads(found[1])
    return value


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.graphql").write_text(text, encoding="utf-8")
    return folder


# The page


def test_the_policy_admits_nothing_from_elsewhere() -> None:
    headers = page({"operations": []}).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    nonce = re.search(r"'nonce-([\w-]{20,})'", policy["style-src"])
    assert nonce
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "worker-src": "'self'",
        "connect-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self' data:",
        "style-src": f"'self' {nonce[0]}",
        "style-src-attr": "'unsafe-inline'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Type"] == "text/html; charset=utf-8"


def test_the_nonce_serves_one_page() -> None:
    assert embedded({})["styleNonce"] != embedded({})["styleNonce"]


@pytest.mark.asyncio
async def test_the_page_names_only_files_that_are_served() -> None:
    html = bytes(page({"operations": []}).body).decode()
    addresses = re.findall(r'(?:href|src)="([^"]+)"', html)
    assert len(addresses) > 5
    for address in addresses:
        assert address == "data:," or (await get(address)).status_code == 200
    for worker in manifest()["workers"].values():
        assert (await get(f"/graphiql/static/{worker}")).status_code == 200


def test_the_config_is_what_the_page_reads() -> None:
    account = {"email": "owner@example.test", "password": "secret", "role": "OWNER", "label": "owner"}
    config = embedded({"endpoint": "/api", "accounts": [account]})
    assert config["endpoint"] == "/api"
    assert config["accounts"] == [account]


def test_no_accounts_unless_given() -> None:
    config = embedded({})
    assert config["accounts"] == []
    assert config["endpoint"] == "/graphql"


def test_no_text_ends_the_embedded_json() -> None:
    label = "</script><script>alert(1)</script><!--"
    config: dict[str, object] = {"accounts": [{"label": label}], "operations": []}
    html = bytes(page(config).body).decode()
    assert html.count("</script>") == 2
    assert "<!--" not in html
    assert embedded(config)["accounts"] == [{"label": label}]


def test_what_is_no_json_is_refused_at_start_up() -> None:
    with pytest.raises(TypeError):
        routes({"accounts": object(), "operations": []})


# Its files


@pytest.mark.asyncio
async def test_a_file_goes_out_compressed_to_those_who_take_it() -> None:
    path = f"/graphiql/static/{manifest()['script']}"
    compressed = await get(path, accept_encoding="gzip, deflate")
    plain = await get(path, accept_encoding="identity")
    stored = (FOLDER / f"{manifest()['script']}.gz").read_bytes()
    assert compressed.headers["Content-Encoding"] == "gzip"
    assert compressed.headers["Content-Length"] == str(len(stored))
    assert "Content-Encoding" not in plain.headers
    assert compressed.content == plain.content == gzip.decompress(stored)
    for answer in (compressed, plain):
        assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.asyncio
async def test_a_file_that_the_client_has_is_not_sent_again() -> None:
    path = f"/graphiql/static/{manifest()['style']}"
    etag = (await get(path)).headers["ETag"]
    again = await get(path, if_none_match=f'"other", {etag}')
    assert (again.status_code, again.content) == (304, b"")
    assert (await get(path, if_none_match='"other"')).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "missing.js",
        "manifest.json",
        "..%2f__init__.py",
        "%2e%2e/operations.py",
        "../../../etc/passwd",
        "..",
        "",
    ],
)
@pytest.mark.asyncio
async def test_nothing_but_the_built_files_is_served(name: str) -> None:
    assert (await get(f"/graphiql/static/{name}")).status_code == 404


@pytest.mark.asyncio
async def test_the_licences_are_served_and_name_what_is_bundled() -> None:
    text = (await get("/graphiql/static/LICENSES.txt")).text
    for package in ("graphiql", "monaco-editor", "react", "graphql", "zustand"):
        assert re.search(rf"^{package} \d", text, re.MULTILINE)


@pytest.mark.parametrize("header", ["gzip", "br, GZIP;q=0.5", "*", "br;q=0, *;q=0.1"])
def test_gzip_is_accepted(header: str) -> None:
    assert accepts_gzip(header)


@pytest.mark.parametrize("header", ["", "identity", "gzip;q=0", "*, gzip; q=0", "gzip;q=much", "*;q=0"])
def test_gzip_is_not_accepted(header: str) -> None:
    assert not accepts_gzip(header)


# Saved operations


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    (operation,) = load(write(tmp_path, good=GOOD))
    assert operation == Operation(
        name="ProductCreate",
        title="Create a product",
        flow="Stock mode (备货)",
        accounts=("owner", "operator"),
        variables={"name": "Cup"},
        keep=(
            Keep("productId", "productCreate.product.id"),
            Keep("firstTag", "productCreate.product.tags.0.id"),
        ),
        document=GOOD[GOOD.index("# What follows") :],
    )
    (shown,) = json.loads(json.dumps(embedded({"operations": [operation]})["operations"]))
    assert shown["as"] == ["owner", "operator"]
    assert shown["keep"][0] == {"name": "productId", "path": "productCreate.product.id"}


def test_files_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    texts = {
        f"{number}-x": f"# title: T\n# flow: F\nquery Q{number} {{ viewer {{ id }} }}"
        for number in (20, 10, 30)
    }
    assert [operation.name for operation in load(write(tmp_path, **texts))] == ["Q10", "Q20", "Q30"]


def test_only_title_and_flow_are_needed(tmp_path: Path) -> None:
    (operation,) = load(write(tmp_path, small="# title: T\n# flow: F\n\nquery Q { a }\n"))
    assert (operation.accounts, operation.variables, operation.keep) == ((), {}, ())
    assert operation.document == "query Q { a }\n"


def test_the_projects_own_operations_can_be_read() -> None:
    load()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# flow: F\nquery Q { a }", "exactly one line '# title: …'"),
        ("# title: T\nquery Q { a }", "exactly one line '# flow: …'"),
        ("# title: T\n# title: U\n# flow: F\nquery Q { a }", "exactly one line '# title: …'"),
        ("# title:\n# flow: F\nquery Q { a }", "exactly one line '# title: …'"),
        ("# titel: T\n# flow: F\nquery Q { a }", "line 1: unknown key 'titel'"),
        ("# title: T\n# flow: F\nquery Q { a }\n# keep: b = a", "line 4: 'keep' stands below the header"),
        ("# title: T\n# flow: F\nquery Q { a", "line 3: Syntax Error"),
        ("# title: T\n# flow: F\n", "Syntax Error"),
        ("# title: T\n# flow: F\n# as: a\n\n", "Syntax Error"),
        ("", "Syntax Error"),
        ("# title: T\n# flow: F\n{ a }", "has no name"),
        ("# title: T\n# flow: F\nquery Q { a } query R { a }", "there are 2"),
        ("# title: T\n# flow: F\nfragment F on Query { a }", "there are 0"),
        ("# title: T\n# flow: F\n# variables: {x}\nquery Q($x: Int) { a }", "variables: "),
        ("# title: T\n# flow: F\n# variables: [1]\nquery Q($x: Int) { a }", "a JSON object is needed"),
        ('# title: T\n# flow: F\n# variables: {"y": 1}\nquery Q($x: Int) { a }', "does not declare y"),
        ("# title: T\n# flow: F\n# keep: b\nquery Q { a }", "keep: 'b' is not of the form"),
        ("# title: T\n# flow: F\n# keep: b = a.c\nquery Q { a { b } }", "does not select a.c"),
    ],
)
def test_a_malformed_file_is_named(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape("10-bad.graphql: ")) as caught:
        load(write(tmp_path, **{"10-bad": text}))
    assert reason in str(caught.value)


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "10-bad.graphql").write_bytes("# title: 备货".encode("gbk"))
    with pytest.raises(ValueError, match=re.escape("10-bad.graphql: ")):
        load(tmp_path)


def test_two_operations_of_one_name_are_refused(tmp_path: Path) -> None:
    text = "# title: T\n# flow: F\nquery Q { a }"
    with pytest.raises(ValueError, match=re.escape("20-b.graphql: another file has an operation called Q")):
        load(write(tmp_path, **{"10-a": text, "20-b": text}))
