"""The words of the field: no I/O, no import of another package of ours."""
