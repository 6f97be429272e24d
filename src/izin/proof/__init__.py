"""Kanıt: somebody shows that an address is his, by a code that was sent there."""
