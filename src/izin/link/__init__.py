"""Kişisel bağlantı: an address that one recipient opens to refuse one brand, without signing in."""
