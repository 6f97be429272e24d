"""Jobs, kept as rows in the caller's transaction."""
