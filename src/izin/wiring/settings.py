"""What an operator sets: one frozen struct, read once from the environment and one TOML file."""

import os
import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

import msgspec

from izin.core.errors import StartRefusedError
from izin.core.origin import without_default_port

PREFIX = "IZIN_"
DOCUMENTED_WITHHELD_MINUTES = 60
_DIALLED = r"^\+?[0-9][0-9 ]{1,18}[0-9]$"
_ORIGIN = r"^(https://[a-z0-9.-]+|http://localhost)(:[0-9]{1,5})?$"
_MAILBOX = r"^[a-z0-9._+-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$"
_HOST = r"(?:\[[^\]]*\]|[^\[\]@:,/?#\s]*)(?::[0-9]{1,5})?"
_is_database_url = re.compile(
    rf"postgres(?:ql)?://(?:[^/?#\s]*@)?{_HOST}(?:,{_HOST})*(?:/[^?#\s]*)?(?:\?\S*)?"
).fullmatch
_is_public_url = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::[0-9]{1,5})?"
).fullmatch
EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 # compared only
_READ_BY_OTHERS = frozenset({"IZIN_CONFIG", "IZIN_CITUS_URL"})

PORT_MAX = 65_535
Port = Annotated[int, msgspec.Meta(ge=1, le=PORT_MAX)]
Processes = Annotated[int, msgspec.Meta(ge=1, le=256)]
ReplicaAge = Annotated[float, msgspec.Meta(ge=0.1, le=1.0)]
"""A refusal counts within a second everywhere, and no setting takes that back."""


class Mode(StrEnum):
    """Whom the registry serves."""

    SANDBOX = "sandbox"  # invented people; +90 599 is accepted
    PRODUCTION = "production"


class Profile(StrEnum):
    """How often one client may call."""

    DEMO = "demo"  # generous, for trying
    IYS = "iys"  # the documented limits


class LogLevel(StrEnum):
    """The lowest that is written."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Each field is ``IZIN_<NAME>`` in the environment, or a line of the file IZIN_CONFIG names.

    mode                    sandbox or production
    profile                 demo or iys: the limits of one client
    host, port              where the contract API listens
    desk_port               where the registry's own people work, on the same host; absent, the
                            port after the API's
    desk_url                where a browser reaches the desk: https://masa.izin.example, or
                            localhost if absent
    citizen_port            where citizens' pages are, on the same host; absent, the port after the
                            desk's
    citizen_url             where a browser reaches them: https://izin.example, or localhost if
                            absent
    agent_port              where the call centre's agents work, on the same host; absent, the
                            fifth port after the citizens'
    agent_url               where a browser reaches them: https://cagri.izin.example, or localhost
                            if absent
    ivr_secret_file         a file with the secret by which the voice platform is known; absent,
                            no voice menu is served
    call_centre_phone       what people dial for the call centre, as they read it: 0850 123 45 67;
                            absent, pages name none
    public_url              how clients reach it from outside, without a slash at the end; absent,
                            host and port. Passkeys are made for its host, or for localhost
    web_processes           processes that answer; one a core is a good start
    keeper_processes        processes that do what was left to be done; one of them numbers and
                            projects, and another takes over when it ends
    database_url            PostgreSQL 16 or newer; absent, an embedded one under data_folder
    web_database_url        the same database for the web processes: a login that is a member of
                            izin_web alone, or a way through a pooler
    replica_database_url    a streaming replica that may answer the web processes' questions
    replica_age_s_max       how old its answers may be at most; older ones the primary gives
    data_folder             where the embedded database, its keys and the demonstration's file lie
    disk_reserve_mb         free room on the embedded database's disk: with less, only questions
                            are answered
    root_key_file           root key of the sandbox; absent, it lies in data_folder
    pool_size               connections to the database, a process; the keeper needs seven at once
    pull_window_days        how far back a reader of changes without a cursor starts
    pull_withheld_minutes   how much of the end of the feed is withheld; absent, none in the demo
                            profile and the documented hour in the iys profile
    loading_until           when loading old consents ends for every company, whatever its own
                            activation date; absent, only that ends it
    smtp_urls               mail servers that take the registry's mails, comma-separated, the
                            preferred one first: smtp://user:password@host:587 or smtps://
    smpp_urls               mobile operators that carry the registry's texts and bring what people
                            write, comma-separated, the preferred one first:
                            smpp://system_id:password@host:2775, or smpps:// over TLS
    outside_port            where the demonstration shows a telephone and an inbox; absent, there
                            is no outside world on this machine
    gateway_issuer          the state's e-Devlet gateway, as it names itself: https://…; absent,
                            nobody comes by it
    gateway_client_id       how the registry is known there
    gateway_secret_file     a file with the secret that it was given there
    gateway_acrs            ways of signing in there that are enough, in its own words, by blanks
    gateway_port            where the demonstration stands in for it
    sms_sender              what texts come from: the registry's short number
    mail_from, mail_name    from whom mails come
    dkim_key_file           private key in PEM (Ed25519 or RSA) by which mails are signed for the
                            domain of mail_from; absent, they are not
    dkim_selector           under which name the key stands in the DNS: <name>._domainkey.<domain>
    dkim_second_key_file    another one, so that mails are signed by both: of RSA where the first is
                            Ed25519, which many who receive mails cannot read
    dkim_second_selector    under which name that one stands in the DNS
    trusted_proxies         networks whose X-Forwarded-For is believed, comma-separated
    log_level               of the log on standard error
    """

    mode: Mode = Mode.SANDBOX
    profile: Profile = Profile.DEMO
    host: str = "127.0.0.1"
    port: Port = 8000
    desk_port: Port | None = None
    desk_url: Annotated[str, msgspec.Meta(pattern=_ORIGIN)] | None = None
    citizen_port: Port | None = None
    citizen_url: Annotated[str, msgspec.Meta(pattern=_ORIGIN)] | None = None
    agent_port: Port | None = None
    agent_url: Annotated[str, msgspec.Meta(pattern=_ORIGIN)] | None = None
    ivr_secret_file: Path | None = None
    call_centre_phone: Annotated[str, msgspec.Meta(pattern=_DIALLED)] | None = None
    public_url: str | None = None
    web_processes: Processes = 2
    keeper_processes: Processes = 2
    database_url: str | None = None
    web_database_url: str | None = None
    replica_database_url: str | None = None
    replica_age_s_max: ReplicaAge = 0.8
    data_folder: Path = Path("var")
    disk_reserve_mb: Annotated[int, msgspec.Meta(ge=0)] = 256
    root_key_file: Path | None = None
    pool_size: Annotated[int, msgspec.Meta(ge=7, le=500)] = 8
    pull_window_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 7
    pull_withheld_minutes: Annotated[int, msgspec.Meta(ge=0, le=1440)] | None = None
    loading_until: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    smtp_urls: str = ""
    smpp_urls: str = ""
    outside_port: Port | None = None
    gateway_issuer: str | None = None
    gateway_client_id: str = ""
    gateway_secret_file: Path | None = None
    gateway_acrs: str = ""
    gateway_port: Port | None = None
    sms_sender: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{3,6}$")] = "3338"
    mail_from: Annotated[str, msgspec.Meta(pattern=_MAILBOX)] = "bildirim@izin.example"
    mail_name: str = "İleti İzin Kaydı"
    dkim_key_file: Path | None = None
    dkim_selector: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{1,63}$")] = "izin"
    dkim_second_key_file: Path | None = None
    dkim_second_selector: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{1,63}$")] = "izin-rsa"
    trusted_proxies: str = ""
    log_level: LogLevel = LogLevel.INFO

    def __repr__(self) -> str:
        """Leave the database's password out."""
        return f"Settings(mode={self.mode}, profile={self.profile}, port={self.port})"

    @property
    def is_sandbox(self) -> bool:
        """Whether invented people's numbers are accepted."""
        return self.mode is Mode.SANDBOX

    @property
    def has_mail(self) -> bool:
        """Whether there is a server that takes mails."""
        return any(each.strip() for each in self.smtp_urls.split(","))

    @property
    def origin(self) -> str:
        """Scheme, host and port by which a browser reaches the registry."""
        return without_default_port(self.public_url or f"http://localhost:{self.port}")

    @property
    def port_of_desk(self) -> int:
        """Where the desk listens."""
        beside = self.port + 1 if self.port < PORT_MAX else self.port - 1
        return self.desk_port or beside

    @property
    def origin_of_desk(self) -> str:
        """Scheme, host and port by which a browser reaches the desk."""
        return without_default_port(self.desk_url or f"http://localhost:{self.port_of_desk}")

    @property
    def port_of_citizens(self) -> int:
        """Where the citizens' pages listen."""
        beside = self.port_of_desk + 1 if self.port_of_desk < PORT_MAX else self.port - 1
        return self.citizen_port or beside

    @property
    def origin_of_citizens(self) -> str:
        """Scheme, host and port by which a browser reaches the citizens' pages."""
        own = self.citizen_url or f"http://localhost:{self.port_of_citizens}"
        return without_default_port(own)

    @property
    def port_of_agents(self) -> int:
        """Where the call centre's pages listen: past what stands in for the outside world."""
        beside = self.port_of_citizens + 5
        return self.agent_port or (beside if beside <= PORT_MAX else self.port_of_citizens - 5)

    @property
    def origin_of_agents(self) -> str:
        """Scheme, host and port by which a browser reaches the call centre's pages."""
        return without_default_port(self.agent_url or f"http://localhost:{self.port_of_agents}")

    @property
    def issuer(self) -> str:
        """The registry's own address, by which tokens and proofs name it."""
        host = EVERYWHERE.get(self.host, self.host)
        shown = f"[{host}]" if ":" in host else host
        return without_default_port(self.public_url or f"http://{shown}:{self.port}")

    @property
    def withheld_minutes(self) -> int:
        """How much of the end of the feed is withheld."""
        if self.pull_withheld_minutes is not None:
            return self.pull_withheld_minutes
        return DOCUMENTED_WITHHELD_MINUTES if self.profile is Profile.IYS else 0

    @property
    def root_key(self) -> Path:
        """Where the sandbox's root key lies."""
        return self.root_key_file or self.data_folder / "root-key.json"


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; the environment goes before the file.

    Raises  StartRefusedError, naming the setting, for one that is unknown or does not fit
    """
    given: dict[str, object] = {}
    config = environment.get("IZIN_CONFIG")
    if config:
        given |= _read_file(Path(config))
    given |= {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if value and name.startswith(PREFIX) and name not in _READ_BY_OTHERS
    }
    try:
        settings = msgspec.convert(given, Settings, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise StartRefusedError(
            f"The settings do not fit: {error}. "
            f"Known settings: {', '.join(PREFIX + f.upper() for f in Settings.__struct_fields__)}."
        ) from error
    _check_networks(settings.trusted_proxies)
    if settings.public_url is not None and not _is_public_url(settings.public_url):
        raise StartRefusedError(
            f"{PREFIX}PUBLIC_URL is {settings.public_url}, which is no address of a registry: "
            "write https://host, in small letters, without a path."
        )
    for name in ("database_url", "replica_database_url"):
        url = getattr(settings, name)
        if url is not None and not _is_database_url(url):
            raise StartRefusedError(  # it may hold a password, so it is not repeated
                f"{PREFIX}{name.upper()} is no address of a database: write it as "
                "postgresql://user:password@host:5432/name, with %-codes for special characters."
            )
    return settings


def _check_networks(texts: str) -> None:
    for text in filter(None, map(str.strip, texts.split(","))):
        try:
            ip_network(text)
        except ValueError as error:
            raise StartRefusedError(
                f"{PREFIX}TRUSTED_PROXIES names {text}, which is no network: {error}."
            ) from error


def _read_file(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise StartRefusedError(
            f"IZIN_CONFIG names {path}, which cannot be read: {error}"
        ) from error


def _path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise NotImplementedError
