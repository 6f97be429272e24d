"""Hesap: addresses that somebody has shown to be hers, and who she is at e-Devlet if she says."""
