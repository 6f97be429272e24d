"""Doors for people: pages that the server renders."""
