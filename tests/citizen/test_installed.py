"""The pages as an application of a telephone: they begin marked, and tell of no network."""

from builders.browser import screen, serving

from izin.web.shared.static import file_at


async def test_it_can_be_installed(visitor):
    manifest = (await visitor.client.get("/manifest.webmanifest")).json()
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        picture = file_at(icon["src"].rpartition("/")[2])
        assert picture is not None
        assert picture.media_type == icon["type"]
    page = await visitor.get("/")
    assert 'rel="manifest"' in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


async def test_what_is_changed_in_it_is_recorded_as_mobile(visitor, owner):
    await visitor.sign_in()
    await visitor.get("/install")
    await visitor.change("RET")
    code = await owner.fetchval(
        "select code from provider_consent join source on id = source where status = 'RET'"
    )
    assert code == "IYS_MOBIL"


async def test_it_says_when_there_is_no_network_and_keeps_nothing_of_hers(browser, app):
    async with serving(app) as base:
        window = await screen(browser, base)
        await window.open("/")
        await window.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        await window.page.wait_for_function("navigator.serviceWorker.controller !== null")
        await window.open("/verify")
        assert await window.page.inner_text("h1") == "Belge doğrula"
        kept = await window.page.evaluate(
            "caches.keys().then(names => caches.open(names[0])).then(cache => cache.keys())"
            ".then(found => found.map(each => new URL(each.url).pathname))"
        )
        assert not window.complaints
    await window.open("/consents")
    assert await window.page.inner_text("h1") == "Bağlantı yok"
    assert sorted(path.split(".")[0] for path in kept) == [
        "/offline",
        "/static/icon",
        "/static/kit",
    ]
