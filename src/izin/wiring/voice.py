"""The voice platform: by which secret it is known, and where its calls are answered."""

import secrets
from pathlib import Path
from typing import Any

import msgspec

from izin.callcentre.change import Tools
from izin.callcentre.voice import Voices
from izin.core.clock import utc_now
from izin.core.errors import StartRefusedError
from izin.web.shared.guard import Cookies
from izin.web.voice.platform import PLACE, Platform
from izin.wiring.database import write_private
from izin.wiring.settings import PREFIX, Settings

FILE = "ivr-secret"
EXAMPLE_PHONE = "0850 000 33 38"
"""Nobody's: no such number is given out."""

_CHARS_MIN = 32


def with_voice(settings: Settings) -> Settings:
    """The same with a number to call, and a secret in the data folder: for the demonstration."""
    return msgspec.structs.replace(
        settings,
        call_centre_phone=settings.call_centre_phone or EXAMPLE_PHONE,
        ivr_secret_file=settings.ivr_secret_file or settings.data_folder / FILE,
    )


def phone_of_the_menu(settings: Settings) -> str:
    """What a fixed line dials in order to refuse by its keys; empty where no menu answers."""
    return (settings.call_centre_phone or "") if settings.ivr_secret_file is not None else ""


def draw_voice_secret(settings: Settings) -> None:
    """See that the demonstration's secret is there."""
    file = settings.data_folder / FILE
    if settings.ivr_secret_file == file and not file.exists():
        write_private(file, secrets.token_urlsafe(32).encode())


def secret_in(file: Path) -> bytes:
    """Read the secret. Raises StartRefusedError: it cannot be read, or is too short to be one."""
    name = f"{PREFIX}IVR_SECRET_FILE"
    try:
        secret = file.read_bytes().strip()
    except OSError as error:
        raise StartRefusedError(
            f"{name} names {file}, which cannot be read: {error.strerror}."
        ) from error
    if len(secret) < _CHARS_MIN:
        raise StartRefusedError(
            f"{name} names {file}, which holds {len(secret)} characters: a secret has at least "
            f"{_CHARS_MIN}, drawn at random."
        )
    return secret


def with_calls_by_voice(pages: Any, settings: Settings, tools: Tools, cookies: Cookies) -> Any:
    """Answer the voice platform beside pages, where a secret is set; else the pages alone."""
    if settings.ivr_secret_file is None:
        return pages
    secret = secret_in(settings.ivr_secret_file)
    voice = Platform(Voices(tools), secret, cookies, utc_now, is_sandbox=settings.is_sandbox).app()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        is_by_voice = scope["type"] == "http" and scope["path"].startswith(f"{PLACE}/")
        await (voice if is_by_voice else pages)(scope, receive, send)

    return app
