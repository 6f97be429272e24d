"""Paketler: what a company or a partner has subscribed to, and how many addresses it may hold."""
