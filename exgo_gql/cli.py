"""The command line: ``exgo-gql serve | worker | migrate | seed | schema | user create | token create``.

Exit status: 0 when done or stopped in order, 1 with a sentence on standard error, 2 for wrong input, 128 and the
signal's number when a signal cut a command short (of ``serve`` and ``worker``: before they were ready).
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import re
import signal
import socket
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError

from exgo_gql import app as root
from exgo_gql import logs
from exgo_gql.auth.passwords import Passwords
from exgo_gql.auth.viewer import person
from exgo_gql.db.checks import NotReady
from exgo_gql.db.embedded import EmbeddedPostgresError
from exgo_gql.db.pools import Database, Scope, Unavailable
from exgo_gql.db.roles import DatabaseRole
from exgo_gql.domain.actors import Role
from exgo_gql.domain.merchants import SessionKind
from exgo_gql.seeds.demo import ACCOUNTS, seed_demo
from exgo_gql.seeds.demo.people import Account
from exgo_gql.seeds.reference import seed_reference
from exgo_gql.seeds.scale import seed_scale
from exgo_gql.servers import SIGNALS, NoServer, Server, run_beside
from exgo_gql.services import sessions
from exgo_gql.services.users import UserExists, create_user, user_by_email
from exgo_gql.services.work import Origin
from exgo_gql.settings import Settings

cli = typer.Typer(
    help="exgo-gql: the customer system of a bonded-warehouse export service.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
user_cli = typer.Typer(help="Users.", no_args_is_help=True)
token_cli = typer.Typer(help="Tokens.", no_args_is_help=True)
cli.add_typer(user_cli, name="user")
cli.add_typer(token_cli, name="token")

SENTENCES = (NoServer, NotReady, EmbeddedPostgresError, UserExists, Unavailable)
"""Exceptions that are sentences for the one who typed the command."""
LEAST_PASSWORD = 10
"""ACC-1."""
MOST_NAME = 100
_EMAIL = re.compile(r"[^\s@\x00-\x1f]+@[^\s@\x00-\x1f]+")


def main() -> None:
    """Run the command line; what the user can mend is one sentence, not a traceback."""
    for number in SIGNALS:
        signal.signal(number, _leave)
    try:
        cli()
    except SENTENCES as error:
        _say(str(error), 1)


def _leave(number: int, _frame: object) -> NoReturn:
    """The first signal unwinds everything in order; another one would leave something behind."""
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(128 + number)


def _say(sentence: str, status: int) -> NoReturn:
    typer.echo(f"exgo-gql: {' '.join(sentence.split())}", err=True)
    raise SystemExit(status)


def _settings(**given: object) -> Settings:
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        _say("; ".join(map(_wrong, error.errors())), 2)
    except RuntimeError as error:  # nobody's home
        _say(f"{error} Set EXGO_DATA_DIR.", 2)
    logs.configure(settings.log_level)
    return settings


def _wrong(error: Any) -> str:
    name = "_".join(map(str, error["loc"])).upper()
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"EXGO_{name}: {message}" if name else message


# -- serving --------------------------------------------------------------------------------------------------


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
    settings = _settings(host=host, port=port, demo=demo, worker=worker)
    try:
        listening = root.listen(settings.host, settings.port)
    except OSError as error:
        where = f"{settings.host} port {settings.port}"
        _say(f"cannot listen on {where}: {error.strerror}. Choose others with EXGO_HOST and EXGO_PORT.", 1)

    async def run(server: Server) -> None:
        if settings.embedded:
            await server.fill(_demonstration if settings.demo else _reference)
        async with server.opened() as database:
            accounts = await _accounts(database) if settings.demo else []
        _introduce(accounts)
        buttons = [account.as_button() for account in accounts]
        application = root.create_app(settings, server.url, accounts=buttons)
        await root.Http(application, lambda: _tell_where(listening)).serve([listening])

    with contextlib.closing(listening):
        run_beside(run, settings)


def _tell_where(listening: socket.socket) -> None:
    host, port = listening.getsockname()[:2]
    shown = {"0.0.0.0": "localhost", "::": "localhost"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    typer.echo(f"exgo-gql: http://{shown}:{port}/graphql")


async def _reference(server: Server) -> None:
    await server.migrate()
    async with server.owner() as owner:
        await seed_reference(owner)


async def _demonstration(server: Server) -> None:
    await _reference(server)
    async with server.owner() as owner, server.opened() as database:
        await seed_demo(database, owner, Passwords())


async def _accounts(database: Database) -> list[Account]:
    """Who of the demonstration can log in here: nobody, where there is other data."""
    async with database.reading(Scope(DatabaseRole.MERCHANT)) as connection:
        known = "select exists (select from login_user($1))"
        return [account for account in ACCOUNTS if await connection.fetchval(known, account.email)]


def _introduce(accounts: list[Account]) -> None:
    if accounts:
        typer.echo("\nDemonstration accounts:")
        for account in accounts:
            typer.echo(f"  {account.email:<32} {account.password:<18} {account.label}")
        typer.echo("")


@cli.command()
def worker() -> None:
    """Run a worker alone: deliveries to customs and whatever else leaves the process."""
    settings = _settings()

    async def run(server: Server) -> None:
        async with server.opened() as database:
            working = root.worker_of(settings, server.url, database)
            for number in SIGNALS:
                asyncio.get_running_loop().add_signal_handler(number, working.stop)
            await root.keep_working(working)

    run_beside(run, settings)


# -- the database ---------------------------------------------------------------------------------------------


@cli.command()
def migrate() -> None:
    """Create the roles and bring the tables up to the newest revision."""
    run_beside(lambda server: server.fill(Server.migrate), _settings())


@cli.command()
def seed(
    scale: Annotated[
        bool, typer.Option("--scale", help="Fill for benchmarks: 200 merchants, 500k orders.")
    ] = False,
    share: Annotated[
        float, typer.Option(min=0.0001, max=10, help="With --scale: a part of it, such as 0.01.")
    ] = 1.0,
) -> None:
    """Fill an empty database: reference data and a demonstration, or (--scale) data for benchmarks."""

    async def fill_for_scale(server: Server) -> None:
        await _reference(server)
        async with server.owner() as owner:
            await seed_scale(owner, share=share, report=typer.echo)

    async def run(server: Server) -> None:
        await server.fill(fill_for_scale if scale else _demonstration)
        if not scale:
            async with server.opened() as database:
                _introduce(await _accounts(database))

    run_beside(run, _settings())


@cli.command()
def schema(
    write: Annotated[
        Path | None,
        typer.Option(help="Write it to this file instead of printing it.", dir_okay=False, writable=True),
    ] = None,
) -> None:
    """Print the SDL of the API."""
    text = root.schema().as_str() + "\n"
    if write is None:
        typer.echo(text, nl=False)
        return
    try:
        write.write_text(text, encoding="utf-8")
    except OSError as error:
        _say(f"cannot write {write}: {error.strerror}", 1)


# -- people ---------------------------------------------------------------------------------------------------


@user_cli.command("create")
def user_create(
    email: str,
    role: Annotated[Role, typer.Argument(case_sensitive=False)],
    name: Annotated[str, typer.Option(help="What the log calls this person; the e-mail if not given.")] = "",
    merchant: Annotated[str | None, typer.Option(help="Credit code of the merchant; none for staff.")] = None,
    password: Annotated[
        str | None,
        typer.Option(
            envvar="EXGO_USER_PASSWORD", help="Asked for if not given. Others can see it in a command."
        ),
    ] = None,
) -> None:
    """Create a user: of a merchant, or of the house."""
    settings = _settings()
    if len(email) > sessions.MOST_EMAIL or not _EMAIL.fullmatch(email):
        _say(f"{email[:80]!r} is no e-mail address", 2)
    if len(name) > MOST_NAME or not (name or "x").isprintable():
        _say(f"a name has {MOST_NAME} printable characters at most", 2)
    if password is None:
        if not sys.stdin.isatty():
            _say("give the password in EXGO_USER_PASSWORD, or with --password", 2)
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    if not LEAST_PASSWORD <= len(password) <= sessions.MOST_PASSWORD:
        _say(f"a password has {LEAST_PASSWORD} to {sessions.MOST_PASSWORD} characters", 2)
    hashed = Passwords().hash_now(password)

    async def run(server: Server) -> None:
        async with server.owner() as owner:
            await create_user(owner, email, name or email, role, merchant, hashed)
        typer.echo(f"created {email}")

    run_beside(run, settings)


@token_cli.command("create")
def token_create(
    email: str, days: Annotated[int, typer.Option(help="How long it holds.", min=1, max=365)] = 90
) -> None:
    """Make a bearer token for a user. It is shown this once."""

    async def run(server: Server) -> None:
        async with server.owner() as owner, server.opened() as database:
            user = await user_by_email(owner, email)
            viewer = person(user.id, user.merchant_id, user.name, user.role)
            lifetime = dt.timedelta(days=days)
            token = await sessions.open_session(database, viewer, SessionKind.TOKEN, lifetime, Origin())
        typer.echo(token)

    run_beside(run, _settings())
