"""Marka: under which name a provider sends; consents belong to a brand."""
