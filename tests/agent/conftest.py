"""A real browser for the call centre's pages."""

from builders.browser import browser as browser
