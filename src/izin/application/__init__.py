"""Başvuru: how a company is taken on, and who signs for it."""
