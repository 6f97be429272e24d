"""The desk: where the registry's own people work. Nothing of a recipient is in reach."""
