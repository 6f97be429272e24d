"""The only package that ever holds a key: pseudonyms, seals, commitments, cursors, tokens."""
