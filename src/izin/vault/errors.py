"""What can go wrong with a key or a seal; nothing here names a value that was sealed."""


class KeyLostError(Exception):
    """A key that something was sealed or wrapped under is not ours to use: unknown, or foreign."""


class SealBrokenError(Exception):
    """A sealed value is damaged, was moved from its place, or was made by somebody else."""
