"""Files of dealers as companies have them: say only what matters."""

from builders.dealers import a_mersis, a_tckn, a_vkn

from izin.files.dealers import TEMPLATE
from izin.files.form import Cell

HEADINGS = list(TEMPLATE.values())


def a_dealer_row(number: int = 1, **changes: Cell) -> list[Cell]:
    """A good row of the template; `il="Atlantis"` spoils a cell."""
    cells: dict[str, Cell] = {
        "unvan": f"Kurgu Ticaret {number}",
        "ad_soyad": "Deneme Kişi",
        "tckn": a_tckn(number),
        "il": "İstanbul",
        "ilce": "Kadıköy",
        "vkn": a_vkn(number),
        "mersis": a_mersis(number),
        "takma_ad": "Çarşı",
        "cep": f"0599 {number:07d}",
        "bayi_durumu": "",
    }
    assert changes.keys() <= cells.keys()
    return list((cells | changes).values())
