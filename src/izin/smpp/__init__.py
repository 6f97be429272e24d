"""Operatör: the link to the mobile operator, by SMPP 3.4. Knows no citizen and keeps nothing."""
