"""İleti: what the registry itself sends, by text or mail; at least once, and as seldom twice."""
