"""``izin client``: API accounts, and by what they sign in."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import msgspec
import typer

from izin.access.accounts import (
    KEEP_DAYS_MAX,
    KEY_DAYS_MAX,
    KEY_LIFE,
    Account,
    Accounts,
    Drawn,
    FitKey,
    accounts_of,
    add_account,
    add_test_account,
    fit_certificate,
    fit_jwk,
)
from izin.cli.operator import operator
from izin.cli.over import over_parties
from izin.cli.party import Carrier, Company, Partner, party_of
from izin.cli.screen import AsJson, CannotError, In, Screen, screen
from izin.core.clock import utc_now, wire_time
from izin.i18n.catalogue import Language
from izin.member.model import Belongs
from izin.member.passwords import Passwords
from izin.storage.database import Database

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="API accounts, their keys and passwords."
)

T = TypeVar("T")
_HEADINGS = ("client", "username", "state", "used", "keys")

Id = Annotated[UUID, typer.Argument(help="The account's client_id.")]
Days = Annotated[int, typer.Option(min=1, max=KEY_DAYS_MAX, help="How long it works.")]


@app.command("list")
def list_command(
    company: Company = None,
    partner: Partner = None,
    carrier: Carrier = None,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Show accounts, their keys that have not ended, and when each was used last."""
    with screen(as_json, lang) as to:
        of = _of(company, partner, carrier)
        _show(to, over_parties(lambda database: accounts_of(database, of, utc_now())))


@app.command("add")
def add_command(
    company: Company = None,
    partner: Partner = None,
    carrier: Carrier = None,
    test: Annotated[bool, typer.Option("--test", help="For a company's test brands.")] = False,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Enter an account; its password is shown this once."""
    with screen(as_json, lang) as to:
        of = _of(company, partner, carrier)
        add = add_test_account if test else add_account

        async def work(database: Database, passwords: Passwords) -> Drawn:
            return await add(database, passwords, of, now=utc_now(), by=operator())

        _tell_drawn(to, over_parties(_with_passwords(work)))


@app.command("password")
def password_command(
    id_: Id,
    keep_days: Annotated[
        int, typer.Option(min=0, max=KEEP_DAYS_MAX, help="How long the old one works on.")
    ] = 0,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Draw a new password; it is shown this once."""

    async def work(database: Database, passwords: Passwords) -> Drawn:
        keep = timedelta(days=keep_days)
        accounts = _accounts(database)
        return await accounts.draw_password(passwords, id_, keep=keep, now=utc_now())

    with screen(as_json, lang) as to:
        _tell_drawn(to, over_parties(_with_passwords(work)))


@app.command("key")
def key_command(
    id_: Id,
    file: Annotated[Path, typer.Argument(help="JSON file with the public JWK.")],
    days: Days = KEY_LIFE.days,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Let an account sign in by a key: the public half of ES256, PS256 or EdDSA."""
    with screen(as_json, lang) as to:
        try:
            jwk = json.loads(file.read_bytes())
        except ValueError as error:
            raise CannotError("no_json", name=file.name) from error
        _add_key(to, id_, fit_jwk(jwk), days)


@app.command("certificate")
def certificate_command(
    id_: Id,
    file: Annotated[Path, typer.Argument(help="PEM file with the client certificate.")],
    days: Days = KEY_LIFE.days,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Let an account sign in by a client certificate."""
    with screen(as_json, lang) as to:
        _add_key(to, id_, fit_certificate(file.read_text("latin-1"), utc_now()), days)


@app.command("withdraw")
def withdraw_command(
    id_: Id,
    key_id: Annotated[UUID, typer.Argument(help="Which of its keys.")],
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Let an account sign in by one of its keys no more."""
    _change(
        id_,
        lambda accounts: accounts.withdraw_key(id_, key_id, now=utc_now()),
        as_json=as_json,
        lang=lang,
    )


@app.command("stop")
def stop_command(id_: Id, as_json: AsJson = False, lang: In = Language.TR) -> None:
    """Stop an account; its tokens end within five seconds."""
    _change(id_, lambda accounts: accounts.stop(id_), as_json=as_json, lang=lang)


@app.command("resource-server")
def resource_server_command(
    id_: Id,
    no: Annotated[bool, typer.Option("--no", help="It is none any more.")] = False,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Let an account ask what a token is, for a server that takes our tokens."""
    _change(
        id_,
        lambda accounts: accounts.set_resource_server(id_, is_one=not no),
        as_json=as_json,
        lang=lang,
    )


def _of(company: int | None, partner: int | None, carrier: int | None) -> Belongs:
    of = party_of(company, partner, carrier)
    if of is None:
        raise CannotError("client_of_one")
    return of


def _accounts(database: Database) -> Accounts:
    return Accounts(database, None, operator())


def _with_passwords(
    work: Callable[[Database, Passwords], Awaitable[T]],
) -> Callable[[Database], Awaitable[T]]:
    async def whole(database: Database) -> T:
        passwords = Passwords()
        try:
            return await work(database, passwords)
        finally:
            passwords.close()

    return whole


def _change(
    id_: UUID, work: Callable[[Accounts], Awaitable[None]], *, as_json: bool, lang: Language
) -> None:
    with screen(as_json, lang) as to:
        over_parties(lambda database: work(_accounts(database)))
        to.tell(to.said("client_done", client=id_))
        to.give({"clientId": id_})


def _add_key(to: Screen, id_: UUID, fit: FitKey, days: int) -> None:
    life = timedelta(days=days)
    key = over_parties(
        lambda database: _accounts(database).add_key(id_, fit, life=life, now=utc_now())
    )
    to.tell(to.said("client_key", id=key.key_id, until=wire_time(key.ends_at)))
    to.give({"clientId": id_, "keyId": key.key_id, "thumbprint": key.thumbprint})


def _tell_drawn(to: Screen, drawn: Drawn) -> None:
    to.tell(to.said("client_drawn", client=drawn.client_id, password=drawn.password))
    until = wire_time(drawn.until)
    to.give({"clientId": drawn.client_id, "password": drawn.password, "passwordUntil": until})


def _show(to: Screen, found: list[Account]) -> None:
    if found:
        headings = [to.said(f"client_{name}") for name in _HEADINGS]
        to.show(headings, [(_row(to, each), None) for each in found])
    else:
        to.tell(to.said("client_nothing"))
    to.give({"clients": [msgspec.to_builtins(each) for each in found]})


def _row(to: Screen, account: Account) -> list[str]:
    keys = [f"{each.kind} {each.key_id} < {wire_time(each.ends_at)}" for each in account.keys]
    return [
        str(account.client_id),
        account.username,
        to.said("client_active" if account.is_active else "client_stopped"),
        "" if account.used_at is None else wire_time(account.used_at),
        "\n".join(keys),
    ]
