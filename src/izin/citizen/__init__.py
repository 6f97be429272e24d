"""Alıcı: whoever comes for her own consents, sees them and changes them."""
