"""Tokens are recognised by their look, found by their tag; passwords are slow to guess."""

import argon2
import pytest

from izin.vault import passwords
from izin.vault.passwords import PASSWORD_BYTES_MAX, hash_password, verify_password
from izin.vault.pseudonym import Pseudonyms, TagSecrets
from izin.vault.secret import Secret
from izin.vault.tokens import Tokens

PSEUDONYMS = Pseudonyms(TagSecrets(*(Secret.draw() for _ in range(7))), epoch=1)
TOKENS = Tokens(PSEUDONYMS.token_tag)


def test_a_token_is_found_again_by_its_tag():
    issued = TOKENS.issue()
    assert issued.text.startswith("izin_")
    assert TOKENS.tag_of(issued.text) == issued.tag == PSEUDONYMS.token_tag(issued.text)


def test_no_two_tokens_are_alike():
    issued = [TOKENS.issue() for _ in range(500)]
    assert len({each.text for each in issued}) == len({each.tag for each in issued}) == 500
    assert {len(each.text) for each in issued} == {56}


def test_a_token_does_not_print():
    issued = TOKENS.issue()
    assert issued.text not in f"{issued} {issued!r}"
    assert str(issued.tag) in repr(issued)


@pytest.mark.parametrize("at", range(5, 56))
def test_a_mistyped_token_costs_no_look_up(at):
    text = TOKENS.issue().text
    wrong = "0" if text[at] != "0" else "1"
    assert TOKENS.tag_of(text[:at] + wrong + text[at + 1 :]) is None


@pytest.mark.parametrize("text", ["", "izin_", "Bearer", "izin_" + "ı" * 51, "jzin_" + "0" * 51])
def test_what_is_no_token_costs_no_look_up(text):
    assert TOKENS.tag_of(text) is None


def test_a_token_with_something_after_it_is_none():
    assert TOKENS.tag_of(TOKENS.issue().text + "\n") is None


def test_the_tag_depends_on_the_key():
    text = TOKENS.issue().text
    others = TagSecrets(*(Secret.draw() for _ in range(7)))
    assert Pseudonyms(others, epoch=1).token_tag(text) != PSEUDONYMS.token_tag(text)


def test_a_password_is_known_again_and_no_other():
    stored = hash_password("Şifre 12345")
    assert verify_password(stored, "Şifre 12345")
    assert not verify_password(stored, "şifre 12345")
    assert "ifre" not in stored


def test_a_password_is_stored_differently_each_time():
    assert hash_password("same") != hash_password("same")


def test_a_user_that_does_not_exist_has_no_password():
    assert not verify_password(None, "")
    assert not verify_password(None, "anything")


def test_a_password_costs_a_thief_19_mib_and_two_passes(slow_passwords):
    stored = hash_password("x")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert verify_password(stored, "x")


def test_an_unknown_user_costs_what_a_known_one_costs(slow_passwords):
    known = argon2.extract_parameters(hash_password("x"))
    assert argon2.extract_parameters(passwords._NOBODYS_HASH) == known


def test_a_password_has_a_bound():
    longest = "ş" * (PASSWORD_BYTES_MAX // 2)
    assert verify_password(hash_password(longest), longest)
    with pytest.raises(ValueError, match=r"^$"):
        hash_password(longest + "s")
    assert not verify_password(hash_password(longest), longest + "s")
