"""Which rows a process reaches: row-level security, as one table of data.

What a process may do at all is said by `roles.sql`; here is for whom. A transaction says for which
party it acts (`Database.acting_for`), and one that says nothing reaches nobody's rows. A condition
stands in the server's own spelling, so that what is there can be compared with it: a rule written
anew locks its table, and would wait for a backup that runs.
"""

from collections.abc import Iterable
from typing import TypeAlias

import asyncpg
import msgspec

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

_ALL, _NONE = "true", None


class Policy(msgspec.Struct, frozen=True):
    """One rule.

    rows     which rows are seen, changed and removed; None for what only adds
    written  which may be written; None for what only reads or removes
    """

    table: str
    name: str
    roles: tuple[str, ...]
    command: str = "ALL"
    rows: str | None = _ALL
    written: str | None = _ALL


_WEB, _CITIZEN, _KEEPER, _OPERATOR = "izin_web", "izin_citizen", "izin_keeper", "izin_operator"
_DESK, _COURIER, _AGENT = "izin_desk", "izin_courier", "izin_agent"

_ACTS_FOR = "current_setting('izin.acts_for'::text, true)"
_OWN_COMPANYS = f"(('company:'::text || (iys_code)::text) = {_ACTS_FOR})"
_OWN_PARTY = f"(party = {_ACTS_FOR})"
_STAFF = "(party = 'registry'::text)"
_AGENTS = "((party = 'registry'::text) AND (role = 'AGENT'::text))"
_OWN_PARTYS = f"((party = {_ACTS_FOR}) OR ({_ACTS_FOR} = 'sign-in'::text))"
_APPLICANTS = f"({_OWN_COMPANYS} OR ({_ACTS_FOR} = 'applicant'::text))"


def _purposes(words: Iterable[str]) -> str:
    return "ARRAY[" + ", ".join(f"'{word}'::text" for word in words) + "]"


_CITIZENS = ("citizen-tag", "citizen-slot", "citizen-seal", "retailer-citizen", "account-seal")
_NOT_CITIZENS = f"(purpose <> ALL ({_purposes(_CITIZENS)}))"
_MESSAGES = "(purpose = 'message-seal'::text)"
_COURIERS = ("message", "message_receipt", "heard", "via_step")
_HEARD_JOBS = "(name = 'heard'::text)"
_COURIERS_JOBS = f"(name = ANY ({_purposes(_COURIERS)}))"
_MEMBERS = f"(purpose = ANY ({_purposes(('member-tag', 'member-seal', 'token'))}))"


def _exists(table: str, condition: str) -> str:
    return f"(EXISTS ( SELECT\n   FROM {table}\n  WHERE {condition}))"


def _of_member(table: str) -> str:
    """What hangs on a member is reached by whoever reaches him."""
    return _exists("member", f"(member.member_id = {table}.member_id)")


def _of_own_members(table: str, *others: str) -> tuple[Policy, ...]:
    condition = _of_member(table)
    return (
        Policy(table, "of_own_members", (_WEB,), "ALL", condition, condition),
        Policy(table, "of_all_members", others),
    )


def _of_agents(table: str) -> Policy:
    """Of what hangs on members the call centre reaches agents' own, for it sees no other member."""
    return Policy(table, "of_agents", (_AGENT,), "ALL", _of_member(table), _of_member(table))


def _at_the_desk(table: str) -> tuple[Policy, ...]:
    """Only the registry's own people are let in there; of whomever it stops, all that is ends."""
    condition = f"((member.member_id = {table}.member_id) AND (member.party = 'registry'::text))"
    own = _exists("member", condition)
    return (
        Policy(table, "seen_at_the_desk", (_DESK,), "SELECT", _ALL, _NONE),
        Policy(table, "opened_at_the_desk", (_DESK,), "INSERT", _NONE, own),
        Policy(table, "kept_at_the_desk", (_DESK,), "UPDATE", own, own),
        Policy(table, "ended_at_the_desk", (_DESK,), "DELETE", _ALL, _NONE),
    )


def _written_by(table: str, own: str = _OWN_COMPANYS) -> tuple[Policy, ...]:
    """Everybody may know it; a web process changes it for the party that it acts for."""
    return (
        Policy(table, "known", (_AGENT, _CITIZEN, _WEB), "SELECT", _ALL, _NONE),
        Policy(table, "added", (_WEB,), "INSERT", _NONE, own),
        Policy(table, "changed", (_WEB,), "UPDATE", own, own),
        Policy(table, "removed", (_WEB,), "DELETE", own, _NONE),
        Policy(table, "all_of_them", (_KEEPER, _OPERATOR)),
    )


def _of_own_company(table: str, *others: str) -> tuple[Policy, ...]:
    """A company's own; these others reach all of them."""
    return (
        Policy(table, "of_own_company", (_WEB,), "ALL", _OWN_COMPANYS, _OWN_COMPANYS),
        Policy(table, "all_of_them", others),
    )


def _moved_with_its_brand(table: str) -> Policy:
    """The desk gives a brand to another company; it enters none and removes none."""
    return Policy(table, "moved_at_the_desk", (_DESK,))


_KEYS_ACCOUNT = _exists(
    "api_user", f"((api_user.user_id = client_key.user_id) AND (api_user.party = {_ACTS_FOR}))"
)

# by a passkey alone nobody has said yet who he is
_SIGN_IN = f"((member_id IS NULL) OR {_of_member('sign_in')})"
_SESSION = _of_member("session")
_INVITED = _of_member("invitation")
_INVITING = _exists(
    "member",
    f"((member.member_id = invitation.member_id) AND (member.party = {_ACTS_FOR}))",
)
# by a mandate for ViA; whether it counts just now is the door's to say
_MANDATED = _exists(
    "mandate",
    "((mandate.iys_code = pass_request.iys_code) AND (mandate.scope = 'VIA'::text)"
    " AND mandate.can_write AND (mandate.revoked_at IS NULL)"
    f" AND (('partner:'::text || (mandate.partner_code)::text) = {_ACTS_FOR}))",
)
_SIGNATORY = _exists("application", "(application.application_id = signatory.application_id)")

POLICIES: tuple[Policy, ...] = (
    Policy("keyring", "keys_of_both_sides", (_AGENT, _CITIZEN, _KEEPER)),
    Policy("keyring", "keys_of_provider_side", (_WEB,), "ALL", _NOT_CITIZENS, _NOT_CITIZENS),
    Policy("keyring", "keys_of_messages", (_COURIER,), "ALL", _MESSAGES, _MESSAGES),
    Policy("job", "all_of_them", (_AGENT, _WEB, _KEEPER)),
    Policy("job", "added", (_CITIZEN,), "INSERT", _NONE, _ALL),
    Policy("job", "seen", (_CITIZEN,), "SELECT", _ALL, _NONE),
    Policy("job", "begun", (_CITIZEN,), "UPDATE", _HEARD_JOBS, _HEARD_JOBS),
    Policy("job", "done", (_CITIZEN,), "DELETE", _HEARD_JOBS, _NONE),
    Policy("job", "its_own", (_COURIER,), "ALL", _COURIERS_JOBS, _COURIERS_JOBS),
    Policy("keyring", "keys_of_members", (_DESK, _OPERATOR), "ALL", _MEMBERS, _MEMBERS),
    # who signs in is of any party; what he may do stays what it is (the table's own trigger)
    Policy("member", "seen", (_WEB,), "SELECT", _OWN_PARTYS, _NONE),
    Policy("member", "invited", (_WEB,), "INSERT", _NONE, _OWN_PARTY),
    Policy("member", "changed", (_WEB,), "UPDATE", _OWN_PARTYS, _OWN_PARTYS),
    Policy("member", "all_members", (_OPERATOR,)),
    # the desk enters the registry's own; of others it sees who there is, and stops them
    Policy("member", "seen_at_the_desk", (_DESK,), "SELECT", _ALL, _NONE),
    Policy("member", "invited_at_the_desk", (_DESK,), "INSERT", _NONE, _STAFF),
    Policy("member", "changed_at_the_desk", (_DESK,), "UPDATE", _ALL, _ALL),
    # the call centre knows agents alone, and changes of them what a sign-in does
    Policy("member", "seen_by_agents", (_AGENT,), "SELECT", _AGENTS, _NONE),
    Policy("member", "kept_by_agents", (_AGENT,), "UPDATE", _AGENTS, _AGENTS),
    *(_of_agents(table) for table in ("passkey", "sign_in", "session", "known_device")),
    *_of_own_members("passkey", _OPERATOR),
    *_at_the_desk("passkey"),
    Policy("invitation", "seen", (_WEB,), "SELECT", _INVITED, _NONE),
    Policy("invitation", "sent", (_WEB,), "INSERT", _NONE, _INVITING),
    Policy("invitation", "begun", (_WEB,), "UPDATE", _INVITED, _INVITED),
    Policy("invitation", "used", (_WEB,), "DELETE", _INVITED, _NONE),
    Policy("invitation", "of_all_members", (_KEEPER, _OPERATOR)),
    *_at_the_desk("invitation"),
    *_of_own_members("known_device", _KEEPER),
    *_at_the_desk("known_device"),
    Policy("sign_on", "seen", (_WEB,), "SELECT", _OWN_PARTYS, _NONE),
    Policy("sign_on", "added", (_WEB,), "INSERT", _NONE, _OWN_PARTY),
    Policy("sign_on", "changed", (_WEB,), "UPDATE", _OWN_PARTY, _OWN_PARTY),
    Policy("sign_on", "removed", (_WEB,), "DELETE", _OWN_PARTY, _NONE),
    Policy("sign_in", "of_own_members", (_WEB,), "ALL", _SIGN_IN, _SIGN_IN),
    Policy("sign_in", "of_all_members", (_KEEPER,)),
    *_at_the_desk("sign_in"),
    # found by the tag of a token that somebody has; opened and ended for one's own only
    Policy("session", "seen", (_WEB,), "SELECT", _ALL, _NONE),
    Policy("session", "opened", (_WEB,), "INSERT", _NONE, _SESSION),
    Policy("session", "kept", (_WEB,), "UPDATE", _SESSION, _SESSION),
    Policy("session", "ended", (_WEB,), "DELETE", _SESSION, _NONE),
    Policy("session", "of_all_members", (_KEEPER, _OPERATOR)),
    *_at_the_desk("session"),
    Policy("application", "of_own_company", (_WEB,), "ALL", _APPLICANTS, _APPLICANTS),
    Policy("application", "all_of_them", (_DESK, _OPERATOR)),
    Policy("signatory", "of_own_company", (_WEB,), "ALL", _SIGNATORY, _SIGNATORY),
    Policy("signatory", "all_of_them", (_DESK, _OPERATOR)),
    *_of_own_company("via_form", _CITIZEN, _DESK, _KEEPER, _OPERATOR),
    *_of_own_company("via_form_version", _CITIZEN, _DESK, _KEEPER, _OPERATOR),
    *_of_own_company("via_request", _CITIZEN, _KEEPER),
    *_of_own_company("via_plan", _CITIZEN, _DESK, _KEEPER, _OPERATOR),
    *_of_own_company("pass_template", _DESK, _OPERATOR),
    *_of_own_company("pass_subscription", _OPERATOR),
    *_of_own_company("pass_request", _CITIZEN, _KEEPER),
    Policy("pass_request", "seen_by_mandate", (_WEB,), "SELECT", _MANDATED, _NONE),
    *_written_by("mandate"),
    _moved_with_its_brand("mandate"),
    *_written_by("retailer"),
    _moved_with_its_brand("retailer"),
    *_written_by("api_user", _OWN_PARTY),
    *_written_by("client_key", _KEYS_ACCOUNT),
)

TABLES = tuple(dict.fromkeys(each.table for each in POLICIES))
"""Tables of which a process reaches some rows only."""

_FOUND = """
select tablename, policyname, permissive, roles::text[], cmd, qual, with_check
from pg_policies where schemaname = 'public' and tablename = any ($1::text[])
"""
_ENFORCED = """
select relname from pg_class
where relnamespace = 'public'::regnamespace and relrowsecurity and relname = any ($1::text[])
"""


async def apply_policies(connection: Connection) -> None:
    """Have exactly these rules; where they hold already, nothing is locked."""
    enforced = {row["relname"] for row in await connection.fetch(_ENFORCED, TABLES)}
    held: dict[str, dict[str, tuple[object, ...]]] = {table: {} for table in TABLES}
    for table, name, permissive, roles, *rest in await connection.fetch(_FOUND, TABLES):
        held[table][name] = (permissive, sorted(roles), *rest)
    for table in TABLES:
        wanted = {each.name: each for each in POLICIES if each.table == table}
        as_found = {name: _as_found(each) for name, each in wanted.items()}
        if table in enforced and held[table] == as_found:
            continue
        for name in held[table]:
            await connection.execute(f'drop policy "{name}" on {table}')
        for each in wanted.values():
            await connection.execute(_sql(each))
        await connection.execute(f"alter table {table} enable row level security")


def _as_found(policy: Policy) -> tuple[object, ...]:
    """The rule as the catalogue shows it."""
    rest = (policy.command, policy.rows, policy.written)
    return "PERMISSIVE", sorted(policy.roles), *rest


def _sql(policy: Policy) -> str:
    using = "" if policy.rows is None else f" using ({policy.rows})"
    check = "" if policy.written is None else f" with check ({policy.written})"
    to = ", ".join(policy.roles)
    return (
        f"create policy {policy.name} on {policy.table} for {policy.command} to {to}{using}{check}"
    )
