"""Bayi: a brand's dealer, who may be let use a consent."""
