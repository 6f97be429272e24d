"""İYS Yolu (ViA): a consent that the registry itself takes, for a company."""
