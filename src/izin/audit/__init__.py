"""The trail: who changed parties, users, rights and keys, when, and what stands since."""
