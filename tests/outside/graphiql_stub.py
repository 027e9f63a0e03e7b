"""A small server behind the GraphiQL page: log-in by cookie, a product that one makes and another files."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import strawberry
import uvicorn
from graphql import GraphQLError
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from strawberry.asgi import GraphQL
from strawberry.extensions import DisableIntrospection
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL
from strawberry.types import ExecutionContext

from exgo_gql.web.graphiql import load, page, routes

OWNER = {"email": "owner@example.test", "password": "owner-password", "role": "OWNER", "label": "owner"}
CUSTOMS = {
    "email": "customs@example.test",
    "password": "customs-password",
    "role": "CUSTOMS",
    "label": "customs",
}

OPERATIONS = {
    "10-product-create.graphql": """# title: Create a product
# flow: Filing (备案)
# as: owner
# variables: {"name": "青花瓷杯"}
# keep: productId = productCreate.product.id
mutation ProductCreate($name: String!) {
  productCreate(name: $name) { product { id name } errors { code message } }
}
""",
    "20-product-file.graphql": """# title: File the product
# flow: Filing (备案)
# as: customs
mutation ProductFile($productId: ID!) {
  productFile(id: $productId) { product { id filedBy } errors { code message } }
}
""",
}


@strawberry.type
class Merchant:
    company_name: str


@strawberry.type
class Viewer:
    email: str
    role: str
    merchant: Merchant | None
    permissions: list[str] = strawberry.field(default_factory=list)


@strawberry.type
class Problem:
    code: str
    message: str


@strawberry.type
class Product:
    id: strawberry.ID
    name: str
    filed_by: str | None = None


@strawberry.type
class Captcha:
    id: strawberry.ID
    image: str


@strawberry.input
class CaptchaInput:
    id: strawberry.ID
    answer: str


@strawberry.input
class LoginInput:
    email: str
    password: str
    captcha: CaptchaInput | None = None


@strawberry.type
class SessionPayload:
    viewer: Viewer | None = None
    errors: list[Problem] = strawberry.field(default_factory=list)


@strawberry.type
class ProductPayload:
    product: Product | None = None
    errors: list[Problem] = strawberry.field(default_factory=list)


Info = strawberry.Info[dict[str, Any], None]

PRODUCTS: dict[str, Product] = {}

CAPTCHAS: list[str] = []
ANSWER = "7K3Q"
PICTURE = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


def viewer_of(info: Info) -> Viewer | None:
    email = info.context["request"].cookies.get("session")
    return next((as_viewer(account) for account in (OWNER, CUSTOMS) if account["email"] == email), None)


def as_viewer(account: dict[str, str]) -> Viewer:
    merchant = Merchant(company_name="深圳某某贸易") if account is OWNER else None
    return Viewer(email=account["email"], role=account["role"], merchant=merchant)


@strawberry.type
class Query:
    viewer: Viewer | None = strawberry.field(resolver=viewer_of)

    @strawberry.field
    def language(self, info: Info) -> str:
        return str(info.context["request"].headers["Accept-Language"])


@strawberry.type
class Mutation:
    @strawberry.mutation
    def captcha_create(self) -> Captcha:
        CAPTCHAS.append(f"captcha-{len(CAPTCHAS) + 1}")
        return Captcha(id=strawberry.ID(CAPTCHAS[-1]), image=PICTURE)

    @strawberry.mutation
    def login(
        self, info: Info, given: Annotated[LoginInput, strawberry.argument(name="input")]
    ) -> SessionPayload:
        if given.captcha and (given.captcha.id, given.captcha.answer) != (CAPTCHAS[-1], ANSWER):
            return SessionPayload(
                errors=[Problem(code="CAPTCHA_WRONG", message="Those are not the characters.")]
            )
        for account in (OWNER, CUSTOMS):
            if (account["email"], account["password"]) == (given.email, given.password):
                info.context["response"].set_cookie("session", given.email, httponly=True, samesite="strict")
                return SessionPayload(viewer=as_viewer(account))
        return SessionPayload(errors=[Problem(code="LOGIN_FAILED", message="E-mail or password is wrong.")])

    @strawberry.mutation
    def logout(self, info: Info) -> SessionPayload:
        info.context["response"].delete_cookie("session")
        return SessionPayload()

    @strawberry.mutation
    def product_create(self, name: str) -> ProductPayload:
        product = Product(id=strawberry.ID(f"product-{len(PRODUCTS) + 1}"), name=name)
        PRODUCTS[product.id] = product
        return ProductPayload(product=product)

    @strawberry.mutation
    def product_file(
        self, info: Info, product_id: Annotated[strawberry.ID, strawberry.argument(name="id")]
    ) -> ProductPayload:
        viewer = viewer_of(info)
        if viewer is None or viewer.role != "CUSTOMS":
            return ProductPayload(errors=[Problem(code="FORBIDDEN", message="Customs files products.")])
        PRODUCTS[product_id].filed_by = viewer.email
        return ProductPayload(product=PRODUCTS[product_id])


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int) -> AsyncIterator[int]:
        for number in range(1, to + 1):
            yield number
            await asyncio.sleep(0.02)


class QuietSchema(strawberry.Schema):
    """Refused introspection is part of the test: two hundred log lines of it would hide what fails."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Logs nothing."""


def endpoint_for(*, introspection: bool) -> GraphQL[dict[str, Any], None]:
    extensions = [] if introspection else [DisableIntrospection]
    schema = QuietSchema(Query, Mutation, Subscription, extensions=extensions)
    return GraphQL(schema, subscription_protocols=(GRAPHQL_SSE_PROTOCOL,))


class Endpoint:
    """`/graphql`: the page for a browser's GET, GraphQL for a POST that no form of another site can send."""

    def __init__(self, config: dict[str, object]) -> None:
        self.config = config
        self.member = endpoint_for(introspection=True)
        self.stranger = endpoint_for(introspection=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        answer: Any
        if scope["method"] == "GET":
            answer = page(self.config)
        elif headers.get(b"graphql-require-preflight") != b"1":
            answer = PlainTextResponse("preflight required", status_code=400)
        else:
            answer = self.member if b"session=" in headers.get(b"cookie", b"") else self.stranger
        await answer(scope, receive, send)


def no_icon(_: object) -> Response:
    return Response(status_code=204)


@contextmanager
def served(folder: Path, captcha: str | None = None) -> Iterator[str]:
    """The endpoint's address while the server runs; its operations are written to the folder."""
    for name, text in OPERATIONS.items():
        (folder / name).write_text(text, encoding="utf-8")
    config: dict[str, object] = {
        "accounts": [OWNER, CUSTOMS],
        "captcha": captcha,
        "operations": load(folder),
    }
    app = Starlette(
        routes=[*routes(config), Route("/graphql", Endpoint(config)), Route("/favicon.ico", no_icon)]
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/graphql"
        server.should_exit = True
        thread.join()
