"""Hizmet sağlayıcı: the company that sends."""
