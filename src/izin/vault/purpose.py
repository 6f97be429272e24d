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
    CURSOR = "cursor"
    BATCH_SEAL = "batch-seal"
    BRAND_SEAL = "brand-seal"


OWN_PURPOSES = tuple(purpose for purpose in Purpose if purpose is not Purpose.BRAND_SEAL)
"""The registry's own keys; the one left out has a key per brand and quarter."""
