"""What is wrong with a row, all at once: codes, locations and values as the contract shows them."""

from datetime import timedelta

import msgspec
import pytest
from builders.movements import (
    BRAND_CODE,
    EARLIEST,
    EMAIL,
    EVENING,
    IYS_CODE,
    NOON,
    OTHER_PHONE,
    PHONE,
    a_context,
    a_key,
    a_row,
    an_address,
)

from izin.consent.intake import (
    ROWS_MAX,
    parse_batch,
    parse_consent,
    parse_question,
    parse_recipients,
    shape_error,
)
from izin.consent.model import ConsentKey, Proposal
from izin.core.clock import FIRST_CONSENT_DATE
from izin.core.errors import Refused
from izin.core.terms import PROVIDER_SOURCES, Channel, RecipientType, Source, Status
from izin.i18n.catalogue import Language, message

NO_VALUE = msgspec.UNSET
LOADING = a_context(earliest_registrable=None)
"""The provider has not passed its activation date."""


def seen(refused):
    assert isinstance(refused, tuple), refused
    return [(each.code, list(each.location), each.value) for each in refused]


def codes(refused):
    assert isinstance(refused, tuple), refused
    return [each.code for each in refused]


LONG_EMAIL = "ornek" * 60 + "@posta.example"
ROWS = [
    # what is missing: W-1
    ("H110", a_row("status"), [("H110", ["status"], NO_VALUE)]),
    ("H111", a_row("type"), [("H111", ["type"], NO_VALUE)]),
    ("H112", a_row("consentDate"), [("H112", ["consentDate"], NO_VALUE)]),
    ("H113", a_row("source"), [("H113", ["source"], NO_VALUE)]),
    ("H114", a_row("recipient"), [("H114", ["recipient"], NO_VALUE)]),
    ("H114 for null", a_row(recipient=None), [("H114", ["recipient"], NO_VALUE)]),
    (
        "nothing at all",
        {},
        [
            ("H111", ["type"], NO_VALUE),
            ("H114", ["recipient"], NO_VALUE),
            ("H110", ["status"], NO_VALUE),
            ("H113", ["source"], NO_VALUE),
            ("H112", ["consentDate"], NO_VALUE),
        ],
    ),
    # closed vocabularies: W-2, W-6
    ("H115", a_row(status="ONAYY"), [("H115", ["status"], "ONAYY")]),
    ("H115 for an empty text", a_row(status=""), [("H115", ["status"], "")]),
    ("H115 for lower case", a_row(status="onay"), [("H115", ["status"], "onay")]),
    ("H116", a_row(recipientType="TACIRR"), [("H116", ["recipientType"], "TACIRR")]),
    ("H117", a_row(type="EPOSTAa"), [("H117", ["type"], "EPOSTAa")]),
    ("H117 for a number", a_row(type=7), [("H117", ["type"], 7)]),
    ("H117 for a list", a_row(type=["MESAJ"]), [("H117", ["type"], ["MESAJ"])]),
    ("H119", a_row(source="HS_FIZIKSEL_OTAM"), [("H119", ["source"], "HS_FIZIKSEL_OTAM")]),
    ("H119, C-12", a_row(source="IYS_WEB"), [("H119", ["source"], "IYS_WEB")]),
    ("H118, C-19", a_row(transactionId="x"), [("H118", ["transactionId"], "x")]),
    # addresses by channel: C-15
    ("H120", a_row(type="EPOSTA", recipient=LONG_EMAIL), [("H120", ["recipient"], LONG_EMAIL)]),
    (
        "H120 for Turkish letters",
        a_row(type="EPOSTA", recipient="örnek@posta.example"),
        [("H120", ["recipient"], "örnek@posta.example")],
    ),
    ("H120 for a phone", a_row(type="EPOSTA"), [("H120", ["recipient"], PHONE)]),
    ("H121 for an e-mail", a_row(recipient=EMAIL), [("H121", ["recipient"], EMAIL)]),
    ("H121 for a call", a_row(type="ARAMA", recipient=EMAIL), [("H121", ["recipient"], EMAIL)]),
    ("H121 for a number", a_row(recipient=5990000001), [("H121", ["recipient"], 5990000001)]),
    ("H121 for an empty text", a_row(recipient=""), [("H121", ["recipient"], "")]),
    (
        "H160 and H121",
        a_row(recipient="9055990000000001"),
        [("H160", ["recipient"], "9055990000000001"), ("H121", ["recipient"], "9055990000000001")],
    ),
    (
        "H122: neither kind, and no channel to say which",
        a_row(type="SMS", recipient="ayse"),
        [("H117", ["type"], "SMS"), ("H122", ["recipient"], "ayse")],
    ),
    ("a phone without a channel is fine", a_row("type"), [("H111", ["type"], NO_VALUE)]),
    (
        "an e-mail without a channel is fine",
        a_row("type", recipient=EMAIL),
        [("H111", ["type"], NO_VALUE)],
    ),
    # dates: C-6 to C-9, W-4, W-5, W-9, W-11
    (
        "H157",
        a_row(consentDate="2020-15-01 13:35:00"),
        [("H157", ["consentDate"], "2020-15-01 13:35:00")],
    ),
    (
        "H158 for a trailing blank",
        a_row(consentDate="2026-02-11 12:00:00 "),
        [("H158", ["consentDate"], "2026-02-11 12:00:00 ")],
    ),
    ("H158 for a number", a_row(consentDate=20260211), [("H158", ["consentDate"], 20260211)]),
    ("H158 for an empty text", a_row(consentDate=""), [("H158", ["consentDate"], "")]),
    (
        "H162",
        a_row(consentDate="2026-02-11 20:00:01"),
        [("H162", ["consentDate"], "2026-02-11 20:00:01")],
    ),
    (
        "H156 alone, though it is late too",
        a_row(consentDate="2015-04-30 23:59:59"),
        [("H156", ["consentDate"], "2015-04-30 23:59:59")],
    ),
    (
        "H156 and H155",
        a_row(source="HS_2015", consentDate="2015-02-10 09:30:00"),
        [
            ("H156", ["consentDate"], "2015-02-10 09:30:00"),
            ("H155", ["consentDate"], "2015-02-10 09:30:00"),
        ],
    ),
    (
        "H467",
        a_row(consentDate="2026-02-05 23:59:59"),
        [("H467", ["consentDate"], "2026-02-05 23:59:59")],
    ),
    (
        "H467: HS_2015 is for loading only",
        a_row(source="HS_2015", consentDate="2015-05-01 00:00:00"),
        [("H467", ["consentDate"], "2015-05-01 00:00:00")],
    ),
    (
        "H155 alone: HS_2015 after the activation date, of this very day",
        a_row(source="HS_2015"),
        [("H155", ["consentDate"], "2026-02-11 12:00:00")],
    ),
    (
        "H467 and H155: HS_2015 after the activation date, of another day long ago",
        a_row(source="HS_2015", consentDate="2026-02-05 23:59:59"),
        [
            ("H467", ["consentDate"], "2026-02-05 23:59:59"),
            ("H155", ["consentDate"], "2026-02-05 23:59:59"),
        ],
    ),
    (
        "H112, H113 and H116: nobody knows if source and date may be missing",
        a_row("source", "consentDate", recipientType="KISI"),
        [
            ("H116", ["recipientType"], "KISI"),
            ("H113", ["source"], NO_VALUE),
            ("H112", ["consentDate"], NO_VALUE),
        ],
    ),
    # C-10
    ("H408", a_row(source="HS_KARAR"), [("H408", ["status"], "ONAY")]),
    # the lists of dealers (C-17)
    ("H163", a_row(retailerAccess=[]), [("H163", ["retailerAccess"], [])]),
    (
        "H126",
        a_row(retailerAccess=[*range(3001)]),
        [("H126", ["retailerAccess"], [*range(3001)])],
    ),
    ("IZ011 for a text", a_row(retailerCode="55550127"), [("IZ011", ["retailerCode"], "55550127")]),
    ("IZ011 for a truth", a_row(retailerCode=True), [("IZ011", ["retailerCode"], True)]),
    ("IZ011 for a fraction", a_row(retailerCode=1.0), [("IZ011", ["retailerCode"], 1.0)]),
    ("IZ011 below zero", a_row(retailerCode=-1), [("IZ011", ["retailerCode"], -1)]),
    ("IZ011 for nine digits", a_row(retailerCode=10**8), [("IZ011", ["retailerCode"], 10**8)]),
    ("IZ011 for no list", a_row(retailerAccess=7), [("IZ011", ["retailerAccess"], 7)]),
    (
        "IZ011 within a list",
        a_row(retailerAccess=[1, "2", None]),
        [("IZ011", ["retailerAccess", 1], "2"), ("IZ011", ["retailerAccess", 2], None)],
    ),
    # an optional field is left out, never empty
    ("H267", a_row(retailerCode=""), [("H267", [], NO_VALUE)]),
    ("H267 for null", a_row(retailerCode=None), [("H267", [], NO_VALUE)]),
    ("H267 for a list", a_row(retailerAccess=None), [("H267", [], NO_VALUE)]),
    ("H267 for the recipient type", a_row(recipientType=""), [("H267", [], NO_VALUE)]),
    (
        "H267 for a merchant's source and date",
        a_row(recipientType="TACIR", source="", consentDate=None),
        [("H267", [], NO_VALUE), ("H267", [], NO_VALUE)],
    ),
    # everything at once
    (
        "one fault in each field",
        {
            "recipient": "ayse",
            "type": "MESAJ",
            "source": "HS",
            "status": "EVET",
            "consentDate": "dün",
            "recipientType": "KISI",
            "retailerCode": "x",
            "retailerAccess": [],
            "not": 1,
        },
        [
            ("H118", ["not"], 1),
            ("H121", ["recipient"], "ayse"),
            ("H116", ["recipientType"], "KISI"),
            ("H115", ["status"], "EVET"),
            ("H119", ["source"], "HS"),
            ("H158", ["consentDate"], "dün"),
            ("IZ011", ["retailerCode"], "x"),
            ("H163", ["retailerAccess"], []),
        ],
    ),
]


@pytest.mark.parametrize(
    ("row", "expected"), [case[1:] for case in ROWS], ids=[case[0] for case in ROWS]
)
def test_every_failing_field_of_a_row_is_named_at_once(row, expected):
    assert seen(parse_consent(row, a_context())) == expected


def test_an_empty_optional_names_its_field_in_the_sentence():
    refused = parse_consent(a_row(retailerCode=""), a_context())
    assert refused == (Refused(code="H267", facts=(("field", "retailerCode"),)),)


@pytest.mark.parametrize(
    ("language", "digits"),
    [(Language.TR, "en çok 8 haneli"), (Language.EN, "at most 8 digits")],
)
@pytest.mark.parametrize(
    "changes", [{"retailerCode": "x"}, {"retailerAccess": ["x"]}, {"retailerAccess": "x"}]
)
def test_a_dealers_number_that_is_none_is_told_what_was_expected(changes, language, digits):
    (refused,) = parse_consent(a_row(**changes), a_context())
    sentence = message(refused, language)
    assert next(iter(changes)) in sentence
    assert digits in sentence


@pytest.mark.parametrize("body", [None, [], "ONAY", 5, True])
def test_a_body_that_is_no_object_is_h085(body):
    assert seen(parse_consent(body, a_context())) == [("H085", [], NO_VALUE)]


def test_a_good_row_is_a_proposal_with_nothing_added():
    row = a_row(retailerCode=55550127, retailerAccess=[58795354, 30143398, 58795354])
    assert parse_consent(row, a_context()) == Proposal(
        key=ConsentKey(
            IYS_CODE, BRAND_CODE, Channel.MESAJ, RecipientType.BIREYSEL, an_address(PHONE)
        ),
        status=Status.ONAY,
        source=Source.HS_WEB,
        consented_at=NOON,
        retailer_code=55550127,
        retailer_access=(58795354, 30143398),
    )


@pytest.mark.parametrize(
    "source", [s for s in PROVIDER_SOURCES if s not in ("HS_2015", "HS_KARAR")]
)
def test_a_provider_may_write_each_of_its_sources(source):
    read = parse_consent(a_row(source=source.value), a_context())
    assert isinstance(read, Proposal)
    assert read.source is source


@pytest.mark.parametrize(
    ("channel", "recipient"), [("ARAMA", PHONE), ("MESAJ", PHONE), ("EPOSTA", EMAIL)]
)
def test_each_channel_has_its_kind_of_address(channel, recipient):
    read = parse_consent(a_row(type=channel, recipient=recipient), a_context())
    assert isinstance(read, Proposal)
    assert read.key == a_key(channel=Channel(channel), address=an_address(recipient))


def test_an_email_is_held_in_lower_case():
    """C-24."""
    read = parse_consent(a_row(type="EPOSTA", recipient="Ayse@Posta.EXAMPLE"), a_context())
    assert isinstance(read, Proposal)
    assert read.key.address.clear == EMAIL


def test_a_merchant_may_come_without_source_and_date():
    """C-13."""
    row = a_row("source", "consentDate", recipientType="TACIR")
    read = parse_consent(row, a_context())
    assert isinstance(read, Proposal)
    assert (read.source, read.consented_at, read.is_late) == (None, None, False)


def test_nobodys_range_is_refused_outside_the_sandbox():
    assert codes(parse_consent(a_row(), a_context(sandbox=False))) == ["H121"]


def test_the_dealer_list_may_be_as_long_as_the_call_says():
    row = a_row(retailerAccess=[*range(3)])
    assert isinstance(parse_consent(row, a_context(retailer_access_max=3)), Proposal)
    assert codes(parse_consent(row, a_context(retailer_access_max=2))) == ["H126"]


# three business days: C-9, W-9


@pytest.mark.parametrize(
    ("row", "late"),
    [
        (a_row(consentDate="2026-02-06 00:00:00"), False),
        (a_row(status="RET", consentDate="2026-02-06 00:00:00"), False),
        (a_row(status="RET", consentDate="2026-02-05 23:59:59"), True),
        (a_row(status="RET", consentDate="2015-05-01 00:00:00", source="HS_2015"), True),
        (a_row(status="RET", consentDate="2020-02-05 23:59:59", source="HS_KARAR"), True),
    ],
)
def test_the_three_days_never_stop_a_refusal_but_mark_it(row, late):
    read = parse_consent(row, a_context(earliest_registrable=EARLIEST))
    assert isinstance(read, Proposal)
    assert read.is_late is late


def test_a_late_consent_is_read_where_the_record_has_the_last_word():
    row = a_row(consentDate="2026-02-05 23:59:59")
    read = parse_consent(row, a_context(leaves_late=True))
    assert isinstance(read, Proposal)
    assert read.is_late
    assert codes(parse_consent(row | {"status": "X"}, a_context(leaves_late=True))) == ["H115"]


@pytest.mark.parametrize(
    ("source", "date"), [("HS_WEB", "2015-05-01 00:00:00"), ("HS_2015", "2015-05-01 00:00:00")]
)
def test_old_consents_may_be_loaded_before_the_activation_date(source, date):
    read = parse_consent(a_row(source=source, consentDate=date), LOADING)
    assert isinstance(read, Proposal)
    assert (read.consented_at, read.is_late) == (FIRST_CONSENT_DATE, False)


def test_hs_2015_carries_one_date_only():
    """C-8, W-5."""
    assert codes(parse_consent(a_row(source="HS_2015"), LOADING)) == ["H155"]
    future = a_row(source="HS_2015", consentDate="2042-01-01 00:00:00")
    assert codes(parse_consent(future, LOADING)) == ["H162", "H155"]


def test_now_itself_is_not_the_future():
    """C-6."""
    row = a_row(consentDate="2026-02-11 20:00:00")
    assert isinstance(parse_consent(row, a_context(now=EVENING)), Proposal)
    too_early = a_context(now=EVENING - timedelta(microseconds=1))
    assert codes(parse_consent(row, too_early)) == ["H162"]


# batches: C-16, W-12


def test_a_batch_gives_its_proposals_in_order():
    read = parse_batch([a_row(), a_row(recipient=OTHER_PHONE, status="RET")], a_context())
    assert isinstance(read, list)
    assert [(p.key.address.clear, p.status) for p in read] == [
        (PHONE, Status.ONAY),
        (OTHER_PHONE, Status.RET),
    ]


@pytest.mark.parametrize("body", [{}, {"consents": [a_row()]}, [], None, "x", 3])
def test_a_body_that_is_no_filled_list_is_h092(body):
    refused = parse_batch(body, a_context())
    assert seen(refused) == [("H092", [], NO_VALUE)]
    assert shape_error(refused).status == 400


def test_rows_that_are_no_objects_make_the_list_unusable_before_any_field_is_read():
    refused = parse_batch([a_row(status="X"), None, a_row(), 5], a_context())
    assert [(each.code, each.index) for each in refused] == [("H092", 1), ("H092", 3)]


def test_a_batch_has_at_most_a_thousand_rows():
    numbers = [f"+90599{n:07}" for n in range(ROWS_MAX + 1)]
    rows = [a_row(recipient=number) for number in numbers]
    assert isinstance(parse_batch(rows[:ROWS_MAX], a_context()), list)
    refused = parse_batch(rows, a_context())
    assert seen(refused) == [("H091", [], NO_VALUE)]
    assert shape_error(refused).status == 422


def test_all_faults_of_all_rows_come_with_their_index():
    rows = [a_row(type="EPOSTAA"), a_row(), a_row("source", status="RETT", recipient=OTHER_PHONE)]
    refused = parse_batch(rows, a_context())
    assert [(each.index, each.code) for each in refused] == [
        (0, "H117"),
        (2, "H115"),
        (2, "H113"),
    ]


def test_a_key_stands_once_in_a_batch_whatever_its_status():
    rows = [
        a_row(type="EPOSTA", recipient=EMAIL),
        a_row(type="EPOSTA", recipient=EMAIL.upper(), status="RET"),
    ]
    assert parse_batch(rows, a_context()) == (Refused(code="H194", index=1),)


def test_channels_and_recipient_types_are_keys_apart():
    rows = [a_row(), a_row(type="ARAMA"), a_row(recipientType="TACIR")]
    assert isinstance(parse_batch(rows, a_context()), list)


def test_a_refused_row_counts_as_a_duplicate_too():
    rows = [a_row(consentDate="x"), a_row(), a_row("source")]
    refused = parse_batch(rows, a_context())
    assert [(each.index, each.code) for each in refused] == [
        (0, "H158"),
        (1, "H194"),
        (2, "H113"),
        (2, "H194"),
    ]


def test_rows_without_a_readable_key_are_nobodys_duplicates():
    rows = [a_row(recipient="x"), a_row(recipient="y"), a_row("type"), a_row("type")]
    assert codes(parse_batch(rows, a_context())) == ["H121", "H121", "H111", "H111"]


def test_the_index_of_a_single_row_may_be_given():
    refused = parse_consent(a_row("type"), a_context(), index=7)
    assert [each.index for each in refused] == [7]
    assert parse_consent(None, a_context(), index=7) == (Refused(code="H085", index=7),)


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ([a_row(retailerCode="")], 400),
        ([a_row(retailerCode=""), a_row(recipient=OTHER_PHONE, retailerAccess=None)], 400),
        ([a_row(retailerCode=""), a_row(recipient=OTHER_PHONE, status="X")], 422),
        ([a_row(retailerCode="", status="X")], 422),
    ],
)
def test_an_empty_optional_is_400_alone_and_422_among_others(rows, status):
    refused = parse_batch(rows, a_context())
    assert isinstance(refused, tuple)
    assert shape_error(refused).status == status


# questions

QUESTION = {"recipient": PHONE, "recipientType": "BIREYSEL", "type": "MESAJ"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"type": "ARAMAA"}, [("H117", ["type"], "ARAMAA")]),
        ({"type": None}, [("H111", ["type"], NO_VALUE)]),
        ({"recipientType": None}, [("H170", ["recipientType"], NO_VALUE)]),
        ({"recipientType": "TACIRR"}, [("H116", ["recipientType"], "TACIRR")]),
        ({"recipientType": ""}, [("H116", ["recipientType"], "")]),
        ({"recipient": None}, [("H114", ["recipient"], NO_VALUE)]),
        ({"type": "EPOSTA"}, [("H120", ["recipient"], PHONE)]),
        ({"recipient": "+05990000001"}, [("H121", ["recipient"], "+05990000001")]),
        ({"recipient": "+0599000000100000"}, [("H166", ["recipient"], "+0599000000100000")]),
        (
            {"type": 1, "recipientType": 2, "recipient": 3},
            [("H117", ["type"], 1), ("H116", ["recipientType"], 2), ("H122", ["recipient"], 3)],
        ),
    ],
)
def test_a_question_names_all_its_faults(changes, expected):
    assert seen(parse_question(QUESTION | changes, a_context())) == expected


def test_a_question_needs_all_three_fields():
    assert codes(parse_question({}, a_context())) == ["H111", "H170", "H114"]


@pytest.mark.parametrize("body", [None, [], [QUESTION], "x", 1])
def test_a_question_that_is_no_object_is_h097(body):
    assert codes(parse_question(body, a_context())) == ["H097"]
    assert codes(parse_recipients(body, "MESAJ", "BIREYSEL", a_context())) == ["H097"]


def test_a_question_is_a_key_and_what_else_it_carries_is_not_read():
    assert parse_question(QUESTION | {"status": "ONAY"}, a_context()) == a_key()


@pytest.mark.parametrize(
    ("body", "channel", "expected"),
    [
        ({}, "MESAJ", [("H168", ["recipients"], NO_VALUE)]),
        ({"recipients": None}, "MESAJ", [("H168", ["recipients"], NO_VALUE)]),
        ({"recipients": {}}, "MESAJ", [("H478", ["recipients"], {})]),
        ({"recipients": PHONE}, "MESAJ", [("H478", ["recipients"], PHONE)]),
        ({"recipients": []}, "MESAJ", [("H164", ["recipients"], [])]),
        ({"recipients": [EMAIL]}, "MESAJ", [("H464", ["recipient"], EMAIL)]),
        ({"recipients": [PHONE]}, "EPOSTA", [("H464", ["recipient"], PHONE)]),
        (
            {"recipients": [5, None, [PHONE]]},
            "ARAMA",
            [
                ("H464", ["recipient"], 5),
                ("H464", ["recipient"], None),
                ("H464", ["recipient"], [PHONE]),
            ],
        ),
        (
            {"recipients": [PHONE, "x", OTHER_PHONE, PHONE]},
            "MESAJ",
            [("H464", ["recipient"], "x"), ("H193", ["recipients", 3], PHONE)],
        ),
        (
            {"recipients": [EMAIL, EMAIL.upper()]},
            "EPOSTA",
            [("H193", ["recipients", 1], EMAIL.upper())],
        ),
        ({"recipients": [PHONE]}, "SMS", [("H117", ["type"], "SMS")]),
    ],
)
def test_a_list_question_names_all_its_faults(body, channel, expected):
    assert seen(parse_recipients(body, channel, "BIREYSEL", a_context())) == expected


def test_a_list_question_names_a_bad_path_and_a_bad_list_together():
    refused = parse_recipients({}, "SMS", "KISI", a_context())
    assert codes(refused) == ["H117", "H116", "H168"]


def test_a_list_question_has_at_most_a_thousand_addresses():
    numbers = [f"+90599{n:07}" for n in range(ROWS_MAX + 1)]
    assert codes(parse_recipients({"recipients": numbers}, "MESAJ", "TACIR", a_context())) == [
        "H091"
    ]
    keys = parse_recipients({"recipients": numbers[:-1]}, "MESAJ", "TACIR", a_context())
    assert isinstance(keys, list)
    assert [key.address.clear for key in keys] == numbers[:-1]
    assert {(key.channel, key.recipient_type) for key in keys} == {
        (Channel.MESAJ, RecipientType.TACIR)
    }


def test_no_refusal_prints_an_address():
    refused = parse_batch([a_row(type="EPOSTA"), a_row(recipient=EMAIL)], a_context())
    assert PHONE not in repr(refused)
    assert EMAIL not in repr(refused)
    assert PHONE not in repr(parse_consent(a_row(), a_context()))
