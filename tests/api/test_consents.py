"""The consent operations over the real door, end to end."""

from builders.house import BRAND, a_row, ago


async def test_a_consent_is_recorded_and_shown(ours):
    row = a_row()
    answer = await ours.post(f"{BRAND}/consents", json=row)
    assert answer.status_code == 200, answer.text
    receipt = answer.json()
    assert len(receipt["transactionId"]) == 64
    shown = await ours.post(
        f"{BRAND}/consents/status",
        json={"recipient": row["recipient"], "type": "MESAJ", "recipientType": "BIREYSEL"},
    )
    assert shown.json() == {
        "recipient": row["recipient"],
        "type": "MESAJ",
        "recipientType": "BIREYSEL",
        "source": "HS_WEB",
        "status": "ONAY",
        "consentDate": row["consentDate"],
        "creationDate": receipt["creationDate"],
        "transactionId": receipt["transactionId"],
        "retailerAccessCount": 0,
    }


async def test_an_address_without_a_record_is_an_empty_object(ours):
    shown = await ours.post(
        f"{BRAND}/consents/status",
        json={"recipient": "+905990000009", "type": "MESAJ", "recipientType": "BIREYSEL"},
    )
    assert (shown.status_code, shown.json()) == (200, {})


async def test_the_list_holds_only_those_who_consented(ours):
    await ours.post(f"{BRAND}/consents", json=a_row(1, consentDate=ago(hours=2)))
    await ours.post(f"{BRAND}/consents", json=a_row(2, consentDate=ago(hours=2)))
    refused = await ours.post(f"{BRAND}/consents", json=a_row(2, status="RET"))
    assert refused.status_code == 200, refused.text
    answer = await ours.post(
        f"{BRAND}/consents/BIREYSEL/status/MESAJ",
        json={"recipients": ["+905990000001", "+905990000002", "+905990000003"]},
    )
    assert answer.json()["list"] == ["+905990000001"]


async def test_a_batch_is_worked_through_within_a_second(house, ours):
    rows = [a_row(n) for n in range(50)] + [a_row(99, status="RET")]
    taken = await ours.post(f"{BRAND}/consents/request", json=rows)
    assert taken.status_code == 202, taken.text
    body = taken.json()
    assert [sub["recipient"] for sub in body["subRequests"]] == [row["recipient"] for row in rows]
    await house.numbered(50)
    results = (await ours.get(f"{BRAND}/consents/request/{body['requestId']}")).json()
    assert [each["status"] for each in results] == ["success"] * 50 + ["failure"]
    assert results[50]["error"]["code"] == "H175"
    assert [each["index"] for each in results] == list(range(51))
    assert [each["subRequestId"] for each in results] == [
        sub["subRequestId"] for sub in body["subRequests"]
    ]


async def test_changes_come_in_order_and_the_cursor_goes_on(house, ours):
    for number in range(5):
        await ours.post(f"{BRAND}/consents", json=a_row(number))
    await house.numbered(5)
    first = (await ours.get(f"{BRAND}/consents/changes?source=HS&limit=3")).json()
    rest = (await ours.get(f"{BRAND}/consents/changes?source=HS&after={first['after']}")).json()
    seen = [each["recipient"] for each in first["list"] + rest["list"]]
    assert seen == [f"+90599{number:07d}" for number in range(5)]
    end = await ours.get(f"{BRAND}/consents/changes?source=HS&after={rest['after']}")
    assert (end.status_code, end.content) == (204, b"")
    nothing = await ours.get(f"{BRAND}/consents/changes?")
    assert nothing.status_code == 204


async def test_history_is_newest_first(ours):
    await ours.post(f"{BRAND}/consents", json=a_row(consentDate=ago(hours=3)))
    await ours.post(f"{BRAND}/consents", json=a_row(status="RET", consentDate=ago(hours=2)))
    await ours.post(f"{BRAND}/consents", json=a_row(consentDate=ago(hours=1)))
    asked = {"recipient": "+905990000001", "type": "MESAJ", "recipientType": "BIREYSEL"}
    answer = (await ours.post(f"{BRAND}/consents/history", json=asked)).json()
    assert [each["status"] for each in answer["list"]] == ["ONAY", "RET", "ONAY"]
    assert answer["pagination"] == {"totalCount": 3, "pageSize": 3, "offset": 0}
    page = (await ours.post(f"{BRAND}/consents/history?limit=1&offset=1", json=asked)).json()
    assert [each["status"] for each in page["list"]] == ["RET"]
    assert page["pagination"] == {"totalCount": 3, "pageSize": 1, "offset": 1}


async def test_v2_repeats_the_receipt_and_v1_names_the_rule(ours):
    row = a_row()
    first = await ours.post(f"/v2{BRAND}/consents", json=row)
    again = await ours.post(f"/v2{BRAND}/consents", json=row)
    assert again.json() == first.json()
    old = await ours.post(f"{BRAND}/consents", json=row)
    assert (old.status_code, old.json()["errors"][0]["code"]) == (400, "H178")


async def test_v2_repeats_only_what_is_identical_to_the_dealers(ours, given):
    await given.retailer(66438915)
    row = a_row()
    await ours.post(f"/v2{BRAND}/consents", json=row)
    for more in ({"retailerCode": 66438915}, {"retailerAccess": [66438915]}):
        other = await ours.post(f"/v2{BRAND}/consents", json=row | more)
        assert (other.status_code, other.json()["errors"][0]["code"]) == (400, "H178")


async def test_a_brand_of_another_provider_is_refused(theirs):
    answer = await theirs.post(f"{BRAND}/consents", json=a_row())
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "H353")


async def test_dealers_are_kept_with_the_consent(ours, given):
    await given.retailer(66438915)
    await given.retailer(66438916)
    row = a_row(retailerCode=66438915, retailerAccess=[66438915, 66438916])
    assert (await ours.post(f"{BRAND}/consents", json=row)).status_code == 200
    shown = await ours.post(
        f"{BRAND}/status",
        json={"recipient": row["recipient"], "type": "MESAJ", "recipientType": "BIREYSEL"},
    )
    assert shown.json()["retailerCode"] == 66438915
    assert shown.json()["retailerTitle"] == "Bayi 66438915"
    assert shown.json()["retailerAccessCount"] == 2
    unknown = await ours.post(f"{BRAND}/consents", json=a_row(2, retailerAccess=[66438917]))
    assert unknown.status_code == 403
    [error] = unknown.json()["errors"]
    assert (error["code"], error["location"], error["value"]) == (
        "H180",
        ["retailerAccess", 0],
        66438917,
    )


async def test_ask_says_why_and_since_when(ours, given):
    await ours.post(f"{BRAND}/consents", json=a_row(1, consentDate="2026-01-01 10:00:00"))
    when = ago(hours=2)
    await ours.post(f"{BRAND}/consents", json=a_row(2, consentDate=ago(hours=3)))
    await ours.post(f"{BRAND}/consents", json=a_row(2, status="RET", consentDate=when))
    answer = await ours.post(
        f"/x/brands/{BRAND.rpartition('/')[2]}/ask",
        json={
            "recipients": ["+905990000002", "+905990000003", "yok"],
            "type": "MESAJ",
            "recipientType": "BIREYSEL",
        },
    )
    assert answer.status_code == 200, answer.text
    listed = answer.json()["list"]
    assert [(each["allowed"], each["reason"]) for each in listed] == [
        (False, "REJECTED"),
        (False, "NO_CONSENT"),
        (False, "INVALID_REQUEST"),
    ]
    assert listed[0]["since"] == when


async def test_a_brands_list_goes_on_by_key(ours):
    rows = [a_row(number) for number in range(7)]
    for row in rows:
        await ours.post(f"{BRAND}/consents", json=row)
    path = f"/x/brands/{BRAND.rpartition('/')[2]}/consents"
    seen, after = [], {}
    while True:
        page = (await ours.get(path, params={"limit": 3, "status": "ONAY", **after})).json()
        seen += [each["recipient"] for each in page["list"]]
        if "after" not in page:
            break
        after = {"after": page["after"]}
    assert sorted(seen) == sorted(row["recipient"] for row in rows)
