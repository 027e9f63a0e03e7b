"""The command line: ``exgo-gql serve | worker | migrate | seed | schema | user create | token create``."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import signal
import socket
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from pydantic import ValidationError

from exgo_gql import app as root
from exgo_gql import logs
from exgo_gql.auth.passwords import Passwords
from exgo_gql.auth.viewer import person
from exgo_gql.db.checks import NotReady
from exgo_gql.db.embedded import EmbeddedPostgresError
from exgo_gql.db.migrate import migrate as run_migrations
from exgo_gql.db.pools import Database
from exgo_gql.domain.actors import Role
from exgo_gql.domain.merchants import SessionKind
from exgo_gql.seeds.demo import ACCOUNTS, seed_demo
from exgo_gql.seeds.reference import seed_reference
from exgo_gql.seeds.scale import seed_scale
from exgo_gql.servers import NoOwner, Server, server_of
from exgo_gql.services import sessions
from exgo_gql.services.users import UserExists, create_user, user_by_email
from exgo_gql.services.work import Origin
from exgo_gql.settings import Settings

cli = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
user_cli = typer.Typer(help="Users.", no_args_is_help=True)
token_cli = typer.Typer(help="Tokens.", no_args_is_help=True)
cli.add_typer(user_cli, name="user")
cli.add_typer(token_cli, name="token")

SENTENCES = (NoOwner, NotReady, EmbeddedPostgresError, UserExists)
"""Exceptions that are sentences for the one who typed the command."""


def main() -> None:
    """Run the command line; what the user can mend is one sentence, not a traceback."""
    try:
        cli()
    except SENTENCES as error:
        typer.echo(f"exgo-gql: {error}", err=True)
        raise SystemExit(1) from None


def _settings() -> Settings:
    try:
        settings = Settings()
    except ValidationError as error:
        wrong = "; ".join(f"EXGO_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        typer.echo(f"exgo-gql: {wrong}", err=True)
        raise SystemExit(2) from None
    logs.configure(settings.log_level)
    return settings


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Instead of EXGO_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Instead of EXGO_PORT.")] = None,
    demo: Annotated[bool | None, typer.Option("--demo/--no-demo", help="Instead of EXGO_DEMO.")] = None,
    worker: Annotated[
        bool | None, typer.Option("--worker/--no-worker", help="Instead of EXGO_WORKER.")
    ] = None,
) -> None:
    """Serve the API, with the worker beside it. An embedded database is made, migrated and filled on the way."""
    given = {"host": host, "port": port, "demo": demo, "worker": worker}
    settings = _settings().model_copy(update={k: v for k, v in given.items() if v is not None})
    listening = _listen(settings)
    with contextlib.closing(listening):
        asyncio.run(_serve(settings, listening))


def _listen(settings: Settings) -> socket.socket:
    """Take the port before anything slow, so that a taken one is told at once."""
    listening = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        typer.echo(
            f"exgo-gql: cannot listen on {settings.host} port {settings.port}: {error.strerror}. "
            "Choose another with EXGO_PORT.",
            err=True,
        )
        raise SystemExit(1) from None
    return listening


async def _serve(settings: Settings, listening: socket.socket) -> None:
    async with server_of(settings) as server:
        if settings.embedded:
            await _prepare(settings, server)
        accounts = [account.as_button() for account in ACCOUNTS] if settings.demo else []
        application = root.create_app(settings, server.url, accounts=accounts)
        config = uvicorn.Config(
            application,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=10,
            timeout_keep_alive=15,
            h11_max_incomplete_event_size=32 * 1024,
            server_header=False,
        )
        host, port = listening.getsockname()[:2]
        typer.echo(f"exgo-gql: http://{host}:{port}/graphql")
        await uvicorn.Server(config).serve(sockets=[listening])


async def _prepare(settings: Settings, server: Server) -> None:
    await run_migrations(server.needs_owner(), server.password)
    async with server.owner() as owner:
        await seed_reference(owner)
    if settings.demo:
        await _demonstrate(server)


async def _demonstrate(server: Server) -> None:
    async with server.owner() as owner, _opened(server) as database:
        accounts = await seed_demo(database, owner, Passwords())
    typer.echo("\nDemonstration accounts:")
    for account in accounts:
        typer.echo(f"  {account.email:<32} {account.password:<18} {account.label}")
    typer.echo("")


@contextlib.asynccontextmanager
async def _opened(server: Server) -> AsyncIterator[Database]:
    database = await Database.open(server.url)
    try:
        yield database
    finally:
        await database.close()


@cli.command()
def worker() -> None:
    """Run a worker alone: deliveries to customs and whatever else leaves the process."""
    settings = _settings()

    async def run() -> None:
        async with server_of(settings) as server, _opened(server) as database:
            working = root.worker_of(settings, server.url, database)
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, working.stop)
            await working.run()

    asyncio.run(run())


@cli.command()
def migrate() -> None:
    """Create the roles and bring the tables up to the newest revision."""

    async def run(server: Server) -> None:
        await run_migrations(server.needs_owner(), server.password)

    _with_server(run)


@cli.command()
def seed(
    scale: Annotated[
        bool, typer.Option("--scale", help="Fill for benchmarks: 200 merchants, 500k orders.")
    ] = False,
    share: Annotated[float, typer.Option(help="With --scale: a part of it, such as 0.01.")] = 1.0,
) -> None:
    """Fill an empty database: reference data and a demonstration, or (--scale) data for benchmarks."""

    async def run(server: Server) -> None:
        await run_migrations(server.needs_owner(), server.password)
        async with server.owner() as owner:
            await seed_reference(owner)
            if scale:
                await seed_scale(owner, share=share, report=typer.echo)
        if not scale:
            await _demonstrate(server)

    _with_server(run)


@cli.command()
def schema(
    write: Annotated[Path | None, typer.Option(help="Write it to this file instead of printing it.")] = None,
) -> None:
    """Print the SDL of the API."""
    text = root.schema().as_str() + "\n"
    if write is None:
        typer.echo(text, nl=False)
    else:
        write.write_text(text, encoding="utf-8")


@user_cli.command("create")
def user_create(
    email: str,
    role: Role,
    name: Annotated[str, typer.Option(help="What the log calls this person.")] = "",
    merchant: Annotated[str | None, typer.Option(help="Credit code of the merchant; none for staff.")] = None,
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)] = "",
) -> None:
    """Create a user: of a merchant, or of the house."""

    async def run(server: Server) -> None:
        async with server.owner() as owner:
            await create_user(owner, email, name or email, role, merchant, Passwords().hash_now(password))
        typer.echo(f"created {email}")

    _with_server(run)


@token_cli.command("create")
def token_create(
    email: str, days: Annotated[int, typer.Option(help="How long it holds.", min=1, max=365)] = 90
) -> None:
    """Make a bearer token for a user. It is shown this once."""

    async def run(server: Server) -> None:
        async with server.owner() as owner, _opened(server) as database:
            user = await user_by_email(owner, email)
            viewer = person(user.id, user.merchant_id, user.name, user.role)
            lifetime = dt.timedelta(days=days)
            token = await sessions.open_session(database, viewer, SessionKind.TOKEN, lifetime, Origin())
        typer.echo(token)

    _with_server(run)


def _with_server(run: Any) -> None:
    settings = _settings()

    async def inside() -> None:
        async with server_of(settings) as server:
            job: Coroutine[Any, Any, None] = run(server)
            await job

    asyncio.run(inside())
