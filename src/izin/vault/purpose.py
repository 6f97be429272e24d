"""What a key is for. A key serves one purpose and is bound to it when it is wrapped."""

from enum import StrEnum


class Purpose(StrEnum):
    """Purpose of a key, as stored in the table ``keyring``; the values never change."""

    PROVIDER_TAG = "provider-tag"
    BRAND_REF = "brand-ref"
    CITIZEN_TAG = "citizen-tag"
    CITIZEN_SLOT = "citizen-slot"
    BUCKET = "bucket"
    CITIZEN_SEAL = "citizen-seal"
    RETAILER_PROVIDER = "retailer-provider"
    RETAILER_CITIZEN = "retailer-citizen"
    TOKEN = "token"  # noqa: S105 -- the name of a purpose
    CLIENT = "client"
    PERSON_TAG = "person-tag"
    FILE_TAG = "file-tag"
    CURSOR = "cursor"
    MEMBER_TAG = "member-tag"
    MEMBER_SEAL = "member-seal"
    BATCH_SEAL = "batch-seal"
    MESSAGE_SEAL = "message-seal"
    PROOF = "proof"
    BRAND_SEAL = "brand-seal"
    ACCOUNT_SEAL = "account-seal"
    TIME_STAMP = "time-stamp"


CITIZEN_PURPOSES = (
    Purpose.CITIZEN_TAG,
    Purpose.CITIZEN_SLOT,
    Purpose.CITIZEN_SEAL,
    Purpose.RETAILER_CITIZEN,
    Purpose.ACCOUNT_SEAL,
)
"""The registry's own keys of the citizens' side; a process that serves providers has none."""

PROVIDER_PURPOSES = (
    Purpose.PROVIDER_TAG,
    Purpose.BRAND_REF,
    Purpose.BUCKET,  # of both sides: 16 bits of it say nothing about a person
    Purpose.RETAILER_PROVIDER,
    Purpose.TOKEN,
    Purpose.CLIENT,
    Purpose.PERSON_TAG,
    Purpose.FILE_TAG,
    Purpose.CURSOR,
    Purpose.MEMBER_TAG,
    Purpose.MEMBER_SEAL,
    Purpose.BATCH_SEAL,
    Purpose.MESSAGE_SEAL,
    Purpose.PROOF,
    Purpose.TIME_STAMP,
)
"""The registry's own keys of the provider side, which every process has."""

MEMBER_PURPOSES = (Purpose.MEMBER_TAG, Purpose.MEMBER_SEAL, Purpose.TOKEN)
"""All that a process has which takes care of members, and to which no consent opens."""

MESSAGE_PURPOSES = (Purpose.MESSAGE_SEAL,)
"""All that the process has which speaks to operators and mail servers."""

OWN_PURPOSES = PROVIDER_PURPOSES + CITIZEN_PURPOSES
"""The registry's own keys; the one left out, BRAND_SEAL, has a key per brand and quarter."""
