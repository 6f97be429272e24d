"""A real browser for the desk's screens."""

from builders.browser import base as base
from builders.browser import browser as browser
