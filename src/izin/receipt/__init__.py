"""Belge numarası: what a citizen shows to prove that a consent was changed."""
