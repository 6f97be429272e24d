"""What stands in for the outside world, in the demonstration and in tests."""
