"""Every page of the desk and everything that its forms do, with the role that each asks for."""

from izin.web.desk import (
    applications,
    brands,
    calls,
    companies,
    health,
    members,
    packages,
    partners,
    sign_in,
    texts,
    trail,
    via,
)
from izin.web.desk.services import Row

ROWS: tuple[Row, ...] = (
    *sign_in.ROWS,
    *health.ROWS,
    *applications.ROWS,
    *companies.ROWS,
    *brands.ROWS,
    *packages.ROWS,
    *partners.ROWS,
    *members.ROWS,
    *via.ROWS,
    *texts.ROWS,
    *calls.ROWS,
    *trail.ROWS,
)
"""A page that is not a row cannot exist; VIEWER looks, OPERATOR works on applications and brands,
MANAGER on everything else, OWNER on who works here."""
