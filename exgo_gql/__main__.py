"""``python -m exgo_gql``."""

from exgo_gql.cli import main

main()
