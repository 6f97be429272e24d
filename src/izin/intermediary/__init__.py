"""Aracı hizmet sağlayıcı: a carrier, who asks before it sends for a company."""
