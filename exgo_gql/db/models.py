"""Every mapped class, so that the metadata is whole wherever it is asked."""

from exgo_gql.db import asns, ledgers, merchants, orders, products, reference, stock
from exgo_gql.db.base import Base

__all__ = ["Base", "asns", "ledgers", "merchants", "orders", "products", "reference", "stock"]
