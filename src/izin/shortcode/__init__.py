"""3338: what people write to the short number, and what it answers."""
