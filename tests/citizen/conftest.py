"""A real browser for the citizens' pages."""

from builders.browser import browser as browser
