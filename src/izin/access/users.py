"""Who may sign in to the API."""

from uuid import UUID, uuid4

from izin.access import store
from izin.audit.change import changing
from izin.audit.model import Action, Principal
from izin.member.model import Belongs
from izin.member.passwords import Passwords
from izin.storage.database import Database


async def register_user(
    database: Database,
    passwords: Passwords,
    *,
    username: str,
    password: str,
    of: Belongs,
    by: Principal,
) -> UUID:
    """Enter an active user of a company, partner or carrier; a known name gets the new password.

    Gives   the user's id
    Raises  ValueError: the password is longer than 1024 bytes · UnavailableError
    """
    user = store.UserRow(
        user_id=uuid4(),
        username=username,
        password_hash=await passwords.hashed(password),
        iys_code=of.iys_code,
        partner_code=of.partner_code,
        intermediary_code=of.intermediary_code,
        is_active=True,
    )
    async with changing(database, by) as change:
        user_id = await store.put_user(change, user)
        # never the name: it is somebody's e-mail address
        change.tell(
            Action.USER_PUT,
            user_id,
            of=of.iys_code,
            partnerCode=of.partner_code,
            carrier=of.intermediary_code,
            isActive=user.is_active,
        )
        return user_id
