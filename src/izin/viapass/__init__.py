"""ViA PASS: a company has an address verified, by a code or by a link; no consent comes of it."""
