"""Passkeys: what a browser is asked, and whether its answer holds. Source: WebAuthn level 3."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec
import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from izin.member.model import Person
from izin.member.store import Passkey

CHALLENGE_BYTES = 32
ID_BYTES_MAX = 1023
"""Source: WebAuthn level 3, 5.1."""

_ID_LENGTH_MAX = 1400  # in base64url
_ANSWER_BYTES_MAX = 16 * 1024

_CHOICE = AuthenticatorSelectionCriteria(
    # it finds its owner's name by itself, and it asks for a finger or a PIN: two factors in one
    resident_key=ResidentKeyRequirement.REQUIRED,
    user_verification=UserVerificationRequirement.REQUIRED,
)

Json = dict[str, Any]


class RelyingParty(msgspec.Struct, frozen=True):
    """For whom passkeys are made: the host of the registry's pages, and their whole origin."""

    host: str
    origin: str
    name: str = "İzin"


class BrokenPasskeyError(Exception):
    """A browser's answer does not hold. It says nothing: whoever sent it may be anybody."""


def creation_options(
    rp: RelyingParty, challenge: bytes, member_id: UUID, person: Person, known: Iterable[bytes]
) -> Json:
    """What `navigator.credentials.create` is asked."""
    options = webauthn.generate_registration_options(
        rp_id=rp.host,
        rp_name=rp.name,
        user_id=member_id.bytes,
        user_name=person.email.clear,
        user_display_name=person.name,
        challenge=challenge,
        authenticator_selection=_CHOICE,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
    )
    return _as_json(options)


def created(rp: RelyingParty, challenge: bytes, answer: Mapping[str, Any]) -> Passkey:
    """Read a new passkey out of the browser's answer. Raises BrokenPasskeyError."""
    try:
        found = webauthn.verify_registration_response(
            credential=_bounded(answer),
            expected_challenge=challenge,
            expected_rp_id=rp.host,
            expected_origin=rp.origin,
            require_user_verification=True,
        )
    except Exception as error:  # the library parses what anybody may send, and raises what it meets
        raise BrokenPasskeyError from error
    if len(found.credential_id) > ID_BYTES_MAX:
        raise BrokenPasskeyError
    return Passkey(
        credential_id=found.credential_id,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
    )


def request_options(rp: RelyingParty, challenge: bytes, allowed: Iterable[bytes]) -> Json:
    """What `navigator.credentials.get` is asked; nothing allowed: whichever the browser has."""
    options = webauthn.generate_authentication_options(
        rp_id=rp.host,
        challenge=challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(id=each) for each in allowed],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _as_json(options)


def credential_id_of(answer: Mapping[str, Any]) -> bytes:
    """Which passkey an answer is of. Raises BrokenPasskeyError."""
    text = answer.get("id")
    if not isinstance(text, str) or not text.isascii() or not 0 < len(text) <= _ID_LENGTH_MAX:
        raise BrokenPasskeyError
    try:
        return base64url_to_bytes(text)
    except ValueError as error:
        raise BrokenPasskeyError from error


def used(rp: RelyingParty, challenge: bytes, answer: Mapping[str, Any], passkey: Passkey) -> int:
    """Give the passkey's new count, if the answer holds.

    Raises  BrokenPasskeyError: a count that goes back is of a copy, too
    """
    try:
        found = webauthn.verify_authentication_response(
            credential=_bounded(answer),
            expected_challenge=challenge,
            expected_rp_id=rp.host,
            expected_origin=rp.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except Exception as error:  # as above
        raise BrokenPasskeyError from error
    return found.new_sign_count


def shown_id(credential_id: bytes) -> str:
    """A passkey's id as the browser writes it."""
    return bytes_to_base64url(credential_id)


def _as_json(options: Any) -> Json:
    found: Json = json.loads(webauthn.options_to_json(options))
    return found


def _bounded(answer: Mapping[str, Any]) -> Json:
    if len(msgspec.json.encode(answer)) > _ANSWER_BYTES_MAX:
        raise BrokenPasskeyError
    return dict(answer)
