"""İzin: a national registry of consents for commercial electronic messages."""
