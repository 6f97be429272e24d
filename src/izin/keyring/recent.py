"""The brand keys used last, unwrapped and ready: a bounded number of them."""

from collections import OrderedDict

from izin.vault.sealing import Sealer


class RecentSealers:
    """Sealers by key id and by brand and quarter; the one unused for longest leaves first."""

    def __init__(self, count_max: int) -> None:
        """Take how many are kept."""
        self._count_max = count_max
        self._by_id: OrderedDict[int, tuple[Sealer, tuple[str, str]]] = OrderedDict()
        self._id_of: dict[tuple[str, str], int] = {}

    def by_id(self, key_id: int) -> Sealer | None:
        """Give the sealer of a key, if it is kept."""
        held = self._by_id.get(key_id)
        if held is None:
            return None
        self._by_id.move_to_end(key_id)
        return held[0]

    def of_brand(self, scope: str, period: str) -> Sealer | None:
        """Give the sealer of a brand's quarter, if it is kept."""
        key_id = self._id_of.get((scope, period))
        return None if key_id is None else self.by_id(key_id)

    def keep(self, scope: str, period: str, sealer: Sealer) -> None:
        """Keep a sealer, and let the oldest go if there are too many."""
        self._by_id[sealer.key_id] = (sealer, (scope, period))
        self._by_id.move_to_end(sealer.key_id)
        self._id_of[scope, period] = sealer.key_id
        if len(self._by_id) > self._count_max:
            _, (_, place) = self._by_id.popitem(last=False)
            del self._id_of[place]
