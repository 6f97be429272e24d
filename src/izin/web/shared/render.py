"""Templates become pages: everything that stands in one is escaped, what is missing is a fault."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache, partial
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from izin.i18n.catalogue import Language
from izin.web.shared.words import (
    book,
    count_in_words,
    day_in_words,
    instant_in_words,
    last_day_before,
    lira_in_words,
    phone_in_words,
    say,
)


class Renderer:
    """Renders the templates of some packages."""

    def __init__(self, *packages: str) -> None:
        """Take the packages whose `templates` are looked through, in this order."""
        self._templates = _templates_of(packages)

    def page(self, template: str, language: Language, values: Mapping[str, Any]) -> str:
        """Render one page in a language."""
        return self._templates.get_template(template).render(
            values,
            language=language,
            t=partial(_said, language),
            kit_choices=partial(_choices, language),
            instant=partial(_instant, language),
            day=partial(_day, language),
            count=lambda number: count_in_words(number, language),
            lira=lambda kurus: lira_in_words(kurus, language),
            last_day_before=last_day_before,
            phone=phone_in_words,
        )


@cache
def _templates_of(packages: tuple[str, ...]) -> Environment:
    """Made once a process: a template is compiled when it is first shown, which takes 20 ms."""
    templates = Environment(
        loader=ChoiceLoader([PackageLoader(each) for each in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    templates.tests["said"] = book().__contains__
    return templates


def _said(language: Language, key: str, **facts: object) -> str:
    return say(key, language, **facts)


def _choices(language: Language, heading: str, values: Iterable[str]) -> list[tuple[str, str]]:
    """What a list offers: each value, and its words."""
    return [(each, say(f"{heading}.{str(each).replace('.', '_')}", language)) for each in values]


def _instant(language: Language, at: datetime | None) -> str:
    return "" if at is None else instant_in_words(at, language)


def _day(language: Language, day: date | None) -> str:
    return "" if day is None else day_in_words(day, language)
