"""A real browser for the pages of the demonstration's outside world."""

from builders.browser import browser as browser
