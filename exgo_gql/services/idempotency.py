"""Idempotency: a key, a hash of the request and its outcome, kept in the effect's own transaction (rule 12)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from exgo_gql.domain.codes import Code
from exgo_gql.domain.refusals import Refused, refusal
from exgo_gql.services.work import Work

KEPT = "24 hours"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")

# The insert waits for whoever holds the same key: it then finds that one's outcome, or, if that one was rolled
# back, takes the key itself. A key older than KEPT is taken over.
_CLAIM = text(
    f"""
    insert into kept_outcomes (merchant_id, caller_id, key, request_hash)
    values (:merchant_id, :caller_id, :key, :hash)
    on conflict (caller_id, key) do update
      set request_hash = excluded.request_hash, outcome_id = null, created_at = now()
      where kept_outcomes.created_at < now() - interval '{KEPT}'
    returning id
    """  # noqa: S608  # KEPT is ours
)
_KEPT = text("select request_hash, outcome_id from kept_outcomes where caller_id = :caller_id and key = :key")
_KEEP = text("update kept_outcomes set outcome_id = :outcome where caller_id = :caller_id and key = :key")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an earlier request under the same key came to."""

    id: UUID | None


def request_hash(operation: str, values: Any) -> bytes:
    """What must be the same when a key is used again."""
    return hashlib.sha256(
        orjson.dumps([operation, values], default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    ).digest()


def place_digest(place: str) -> str:
    """A mutation's place in its document, as short as a key must be: an alias may have any length."""
    return hashlib.sha256(place.encode()).hexdigest()


def checked_key(key: str) -> str:
    """The key, if it can be one. Raises ``Refused``."""
    if _KEY.fullmatch(key) is None:
        raise Refused(refusal(Code.IDEMPOTENCY_KEY_INVALID, "idempotency_key"))
    return key


async def claim(work: Work, key: str, hash_: bytes) -> Outcome | None:
    """Take a key, or find what it came to before. Raises ``Refused`` when it was used for something else."""
    caller = {"caller_id": work.viewer.caller_id, "key": key}
    mine = await work.session.execute(
        _CLAIM, {**caller, "merchant_id": work.viewer.merchant_id, "hash": hash_}
    )
    if mine.first() is not None:
        return None
    kept = (await work.session.execute(_KEPT, caller)).one()
    if kept.request_hash != hash_:
        raise Refused(refusal(Code.IDEMPOTENCY_MISMATCH, "idempotency_key"))
    return Outcome(kept.outcome_id)


async def keep(work: Work, key: str, outcome: UUID) -> None:
    """Remember what the request came to."""
    await work.session.execute(_KEEP, {"caller_id": work.viewer.caller_id, "key": key, "outcome": outcome})
