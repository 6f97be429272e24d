"""Sorgu belgesi: what was asked before a sending, and what was told."""
