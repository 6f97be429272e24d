"""The ordered number of every movement."""
