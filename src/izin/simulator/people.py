"""Invented people who sign in at the simulator; nobody was born with numbers of their range."""

import msgspec

from izin.core.identity import Tckn


class Person(msgspec.Struct, frozen=True):
    """Somebody who never lived. `key` names him in forms, so that his number stands in none."""

    key: str
    name: str
    tckn: Tckn


PEOPLE = (
    Person("ayse", "Ayşe Kurgu", Tckn("10000020182")),
    Person("mehmet", "Mehmet Örnek", Tckn("10000020250")),
    Person("isik", "Işık Deneme", Tckn("10000020328")),
    Person("omer", "Ömer Uydurma", Tckn("10000020496")),
    Person("gul", "Gülizar Hayali Temsil", Tckn("10000020564")),
    Person("cagri", "Çağrı Model", Tckn("10000020632")),
)
