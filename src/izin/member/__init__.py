"""Kullanıcı: people who act for a company, a partner, a carrier or the registry."""
