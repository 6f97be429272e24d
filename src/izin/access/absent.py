"""Whether a company is served where nobody of it calls, but a visitor of its page does."""

from datetime import datetime

from izin.access.authority import lapsed
from izin.access.directory import Directory
from izin.core.clock import IYS_TIME
from izin.core.codes import IysCode
from izin.core.errors import RefusalError
from izin.subscription.model import as_subscribed, standing
from izin.subscription.modules import shut


def is_served(directory: Directory, of: IysCode, operation_id: str, now: datetime) -> bool:
    """Is its subscription good, and is the operation within what it has subscribed to?

    Raises  UnavailableError when the copy of the parties is too old
    """
    provider, subscribed = directory.provider(of), directory.subscribed(of)
    if provider is None:
        return False
    try:
        held = lapsed(as_subscribed(provider, subscribed, now))
    except RefusalError:
        return False
    year = now.astimezone(IYS_TIME).year
    return held is None and shut(standing(subscribed, now), operation_id, year) is None
