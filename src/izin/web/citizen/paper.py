"""My data as a document for paper: tagged, so that it can be read aloud, and with our letters.

Typst is loaded when somebody asks for one; it needs nothing but its own wheel.
"""

import asyncio
import json
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

from izin.citizen.mine import Sheet
from izin.core.clock import IYS_TIME
from izin.i18n.catalogue import Language
from izin.via.request import Detail
from izin.web.citizen.answers import Answered, Confirmed, said_of
from izin.web.shared.words import count_in_words, instant_in_words, say

ROWS_MAX = 3000
"""Movements of one document: a second's work, and some sixty sheets. What is left out is said, and
the table has it."""

_HEAD = ("date", "company", "brand", "channel", "recipient", "before", "after", "source")
_HEAD_OF_ACTS = ("date", "what", "count", "receipt")
_HEAD_OF_ANSWERS = ("date", "company", "what", "after", "receipt")


async def pdf_of(
    given: Sheet,
    answered: tuple[Sequence[Answered], Sequence[Confirmed]],
    language: Language,
) -> bytes:
    """Set it. Cost: up to a second, in a thread of its own."""
    answers, verifications = answered
    data = document(given, language) | {
        "answers": answers_in(answers, language),
        "verifications": verifications_in(verifications, language),
    }
    return await asyncio.to_thread(_set, json.dumps(data))


def verifications_in(verifications: Sequence[Confirmed], language: Language) -> dict[str, Any]:
    """What she confirmed to companies, or denied, as text."""
    return {
        "title": say("mine.verifications", language),
        "head": [say(f"mine.{each}", language) for each in ("date", "company", "after", "receipt")],
        "rows": [
            [
                instant_in_words(what.at, language),
                company,
                say(f"mine.pass_{what.state.lower()}", language),
                what.receipt,
            ]
            for company, what in verifications
        ],
    }


def answers_in(answers: Sequence[Answered], language: Language) -> dict[str, Any]:
    """What she answered by codes and links, and what she was sent, as text."""
    return {
        "title": say("citizen.answers", language),
        "head": [say(f"mine.{each}", language) for each in _HEAD_OF_ANSWERS],
        "sent": say("citizen.answers_sent", language),
        "each": [
            {
                "rows": [
                    [
                        instant_in_words(detail.at or given.at, language),
                        given.company,
                        _named(given, detail, language),
                        say(f"consent.{detail.status}", language),
                        given.receipts_for(detail),
                    ]
                    for detail in given.details
                ],
                "said": _said(given, language),
                "texts": [
                    kept.text.body.strip() for kept in given.messages if kept.text is not None
                ],
            }
            for given in answers
        ],
    }


def _said(given: Answered, language: Language) -> str:
    said = said_of(given.person, language)
    return f"{say('citizen.answers_said', language)}: {said}" if said else ""


def _named(given: Answered, detail: Detail, language: Language) -> str:
    if detail.brand_code is None:
        return say(f"citizen.via_{detail.kind.lower()}", language)
    return f"{given.brand(detail)}, {say(f'channel.{detail.kind}', language)}"


def document(given: Sheet, language: Language) -> dict[str, Any]:
    """What stands in it, as text."""
    lines = given.lines
    rows = [
        [
            instant_in_words(line.at, language),
            told.record.company,
            told.record.brand.name,
            say(f"channel.{line.channel}", language),
            say(f"recipient.{line.recipient_type}", language),
            "" if line.before is None else say(f"consent.{line.before}", language),
            say(f"consent.{line.after}", language),
            "" if line.source is None else say(f"source.{line.source}", language),
        ]
        for told, line in lines
    ]
    acts = [
        [
            instant_in_words(act.at, language),
            say(f"citizen.did_{act.did}", language),
            count_in_words(act.asked, language),
            act.receipt,
        ]
        for act in given.acts
    ]
    return {
        "lang": language.value,
        "title": say("citizen.data", language),
        "registry": say("citizen.name", language),
        "lead": say("mine.lead", language),
        "facts": [
            [say("field.address", language), given.address],
            [say("mine.date", language), f"{given.at.astimezone(IYS_TIME):%Y-%m-%d %H:%M}"],
            [say("mine.part", language), f"{given.part} / {given.parts}"],
        ],
        "movements": {
            "title": say("mine.movements", language),
            "head": [say(f"mine.{each}", language) for each in _HEAD],
            "rows": rows,
            "none": say("citizen.nothing", language),
            "is_cut": given.cut > 0,
            "cut": say(
                "mine.cut",
                language,
                shown=count_in_words(len(lines), language),
                cut=count_in_words(given.cut, language),
            ),
        },
        "acts": {
            "title": say("citizen.acts", language),
            "head": [say(f"mine.{each}", language) for each in _HEAD_OF_ACTS],
            "rows": acts,
        },
    }


def _set(data: str) -> bytes:
    import typst  # noqa: PLC0415 -- 40 MB that most processes never need

    pdf: bytes = typst.compile(
        _template(), format="pdf", sys_inputs={"data": data}, ignore_system_fonts=True
    )
    return pdf


@cache
def _template() -> bytes:
    return resources.files("izin.web.citizen").joinpath("mine.typ").read_bytes()
