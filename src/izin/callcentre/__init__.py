"""Çağrı merkezi: an agent works for one caller at a time, as far as the caller's code opens."""
