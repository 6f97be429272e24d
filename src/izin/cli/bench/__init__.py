"""Timing of everything that has an aim, each figure beside the limit of the same machine."""

from izin.cli.bench.command import app as app
