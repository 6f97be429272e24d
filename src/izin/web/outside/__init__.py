"""The demonstration's outside world on a screen: a telephone, and an inbox."""
