"""What happened on each day, kept as it happens: reports read it and count nothing."""
