"""A provider's brands, with how many consents and dealers each has. Source: contract 1.2."""

from typing import Any, Protocol

import msgspec

from izin.access.directory import Directory
from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.operation import Answer, Call, Operation, Summary
from izin.brand import lookup as brand_lookup
from izin.brand.model import Figures
from izin.core.terms import Channel
from izin.retailer import lookup as retailer_lookup
from izin.storage.database import Database

ALL_CHANNELS = frozenset(Channel)


class Services(Protocol):
    """What this door needs."""

    @property
    def database(self) -> Database:
        """Where figures and dealers are read."""
        ...

    @property
    def directory(self) -> Directory:
        """Where brands are looked up."""
        ...


class ConsentFigures(msgspec.Struct, frozen=True):
    """Consents that stand at ONAY and at RET, and both together."""

    approval: int
    rejection: int
    total: int


class RetailerFigures(msgspec.Struct, frozen=True):
    """Dealers of a brand, whatever their status."""

    total: int


class BrandStats(msgspec.Struct, frozen=True):
    """The contract's schema draws a list here; its example and every client have an object."""

    consents: ConsentFigures
    retailers: RetailerFigures


class BrandAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """One brand."""

    brand_code: int
    stats: BrandStats
    name: str
    master: bool


async def list_brands(call: Call[Services]) -> Answer:
    """Give the brands of the provider in the path, the master first.

    Raises  UnavailableError
    Cost    two round trips, whatever the number of brands and consents
    """
    iys_code = call.allowed.iys_code
    assert iys_code is not None, "this path names a provider"  # house style E-6
    reached = call.allowed.brands
    brands = [
        each
        for each in call.services.directory.brands_of(iys_code)
        if reached is None or each.brand_code in reached
    ]
    async with call.services.database.connection() as connection:
        channels = {
            each.brand_ref: ALL_CHANNELS if reached is None else reached[each.brand_code]
            for each in brands
        }
        figures = await brand_lookup.figures(connection, channels)
        retailers = await retailer_lookup.count_by_brand(
            connection, [each.brand_code for each in brands]
        )
    return Answer(
        200,
        [
            BrandAnswer(
                brand_code=each.brand_code,
                stats=_stats(
                    figures.get(each.brand_ref, Figures()), retailers.get(each.brand_code, 0)
                ),
                name=each.name,
                master=each.is_master,
            )
            for each in brands
        ],
    )


def _stats(figures: Figures, retailers: int) -> BrandStats:
    total = figures.approvals + figures.rejections
    return BrandStats(
        ConsentFigures(figures.approvals, figures.rejections, total), RetailerFigures(retailers)
    )


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        id="getBrandsDetails",
        method="GET",
        path="/sps/{iysCode}/brands",
        right=Right.READ,
        lane=Lane.INFO,
        handler=list_brands,
        summary=Summary(
            "Hizmet sağlayıcının markalarını izin ve bayi sayılarıyla listeler.",
            "Lists the provider's brands with their consent and dealer counts.",
        ),
        answers={200: list[BrandAnswer]},
        errors=("H001",),
    ),
)
