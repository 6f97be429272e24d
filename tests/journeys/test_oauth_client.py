"""Client code that is not ours, and the one that the page shows, against a registry as served."""

import asyncio
import json
import re
import sys
import time
from pathlib import Path

import httpx2
import pytest
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from builders.holder import Certificate, an_ec_key, public
from builders.parties import BRAND_CODE, IYS_CODE
from builders.served import served

PAGE = Path(__file__).parents[2] / "docs" / "tokens.md"
BRANDS = f"/sps/{IYS_CODE}/brands"


@pytest.fixture
async def registry(tmp_path):
    """It believes the proxy on this machine, which is us."""
    settings = {"IZIN_TRUSTED_PROXIES": "127.0.0.1/32", "IZIN_WEB_PROCESSES": "2"}
    async with served(tmp_path / "var", settings=settings) as opened:
        yield opened


class ShortLived(PrivateKeyJWT):
    """Authlib's assertions live for an hour, and all with the same claims have one jti."""

    def sign(self, auth, token_endpoint):
        self.claims = {"exp": int(time.time()) + 60}
        return super().sign(auth, token_endpoint)


async def an_account(registry, key) -> tuple[str, str]:
    """Its issuer and client_id, entered by whoever runs the registry."""
    _, added = await registry.run("client", "add", "--company", str(IYS_CODE))
    file = registry.folder / "public.json"
    file.write_text(json.dumps(public(key)), "utf-8")
    code, _ = await registry.run("client", "key", added["clientId"], str(file))
    assert code == 0
    return f"http://127.0.0.1:{registry.port}", added["clientId"]


async def test_authlibs_own_client_signs_in_and_calls(registry):
    key, certificate = an_ec_key(), Certificate()
    issuer, client_id = await an_account(registry, key)
    shown = {"client-cert": certificate.header}
    client = AsyncOAuth2Client(client_id, key, token_endpoint_auth_method="private_key_jwt")
    client.register_client_auth_method(ShortLived(alg="ES256"))
    client.headers.update(shown)
    async with client:
        told = await client.request(
            "GET", f"{issuer}/.well-known/oauth-authorization-server", withhold_token=True
        )
        metadata = AuthorizationServerMetadata(told.json())
        metadata["issuer"] = metadata["issuer"].replace("http:", "https:")  # as behind a proxy
        metadata.validate_issuer()
        metadata.validate_token_endpoint_auth_methods_supported()
        metadata.validate_token_endpoint_auth_signing_alg_values_supported()
        url = metadata["token_endpoint"]
        token = await client.fetch_token(url, grant_type="client_credentials")
        assert (token["token_type"], token["expires_in"]) == ("Bearer", 600)
        for _ in range(4):  # of both processes
            answer = await client.get(f"{issuer}{BRANDS}")
            assert answer.status_code == 200, answer.text
        await client.revoke_token(metadata["revocation_endpoint"], token=token["access_token"])
        async with httpx2.AsyncClient(headers=shown) as other:
            bearer = {"authorization": f"Bearer {token['access_token']}"}

            async def statuses() -> set[int]:
                answers = [await other.get(f"{issuer}{BRANDS}", headers=bearer) for _ in range(4)]
                return {each.status_code for each in answers}

            async with asyncio.timeout(6):  # the other process may know it for five seconds
                while await statuses() != {401}:
                    pass


async def test_the_code_of_the_page_works(registry, tmp_path):
    found = re.search(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    code, key_file, key = tmp_path / "code.py", tmp_path / "key.json", an_ec_key()
    code.write_text(found[1], "utf-8")
    key_file.write_text(json.dumps(key.as_dict(private=True)), "utf-8")
    issuer, client_id = await an_account(registry, key)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-W", "error", str(code), issuer, client_id, str(key_file), BRANDS),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, said = await process.communicate()
    assert process.returncode == 0, said.decode()
    assert BRAND_CODE in [each["brandCode"] for each in json.loads(told)]
