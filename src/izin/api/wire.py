"""From the house's values to the contract's fields; the one place where wire words are written."""

from datetime import datetime

from izin.consent.opened import Opened
from izin.core.clock import wire_time
from izin.core.terms import Source

Wire = dict[str, object]


def movement(opened: Opened) -> Wire:
    """One movement as the feed and the history show it. Source: contract 1.8, 1.9."""
    body = opened.body
    return {
        **dates(body.consented_at),
        "creationDate": wire_time(body.recorded_at),
        **source_of(body.source),
        "recipient": body.key.address.clear,
        "recipientType": body.key.recipient_type,
        "status": body.status,
        "type": body.key.channel,
        "transactionId": opened.transaction_id,
    }


def dates(consented_at: datetime | None) -> Wire:
    """The consent date; a merchant's undated record has none."""
    return {} if consented_at is None else {"consentDate": wire_time(consented_at)}


def source_of(source: Source | None) -> Wire:
    """The source; a merchant's first record may have none."""
    return {} if source is None else {"source": source}
