"""Time stamps: what it takes to check one, and papers that go out with theirs.

Source  RFC 3161; contract, VİA İşlem Dosyası İndirme, getClarificationFile
"""

from uuid import UUID

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.operation import Answer, Call, Operation, Summary
from izin.api.services import Services
from izin.keyring.stamp import stamped
from izin.paper.pack import packed

_CHAIN = "application/pem-certificate-chain"


async def with_stamp(services: Services, request_id: UUID, pdf: bytes) -> Answer:
    """Answer with a request's paper and its time stamp, as one file. Raises UnavailableError."""
    stamp = await stamped(services.database, services.keyring.stamper, pdf)
    name = f'attachment; filename="{request_id}.zip"'
    content = packed(str(request_id), pdf, stamp)
    return Answer(200, content, (("content-disposition", name),), "application/zip")


async def chain(call: Call[Services]) -> Answer:
    """Give the certificates by which anybody checks a time stamp of the registry's."""
    return Answer(200, call.services.keyring.stamper.chain, media=_CHAIN)


OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="xTimeStampCertificates",
        method="GET",
        path="/x/tsa.pem",
        right=Right.NONE,
        lane=Lane.INFO,
        handler=chain,
        summary=Summary(
            "İşlem dosyalarındaki zaman damgalarını doğrulayan sertifikaları verir.",
            "Gives the certificates that verify the time stamps of records.",
        ),
        answers={200: {"type": "string"}},
        media=_CHAIN,
    ),
)
