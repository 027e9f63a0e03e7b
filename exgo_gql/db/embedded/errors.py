"""What goes wrong with the private PostgreSQL."""


class EmbeddedPostgresError(Exception):
    """The private PostgreSQL cannot be started or stopped; the message is one sentence for the operator."""
