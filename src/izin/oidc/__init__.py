"""Kimlik sağlayıcı: somebody else says who signs in, by OpenID Connect. Knows no member."""
