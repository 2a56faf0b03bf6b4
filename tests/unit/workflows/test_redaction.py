"""Secrets: found by name and by type, and shown nowhere."""

import json
from typing import Any

import pytest
from agents import RunContextWrapper
from agents.function_schema import function_schema
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr

from workflows.contracts.core import ArgumentField
from workflows.redaction import MASK, Secrets, typed_as_secret


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("password", True),
        ("PassWord", True),
        ("api_key", True),
        ("apiKey", True),
        ("X-Api-Key", True),
        ("api key", True),
        ("stripe_secret_token", True),
        ("key", False),
        ("sku", False),
        ("", False),
    ],
)
def test_a_name_is_secret_if_it_holds_one_of_the_words(name: str, is_secret: bool) -> None:
    assert Secrets().covers(name) is is_secret


def test_no_names_cover_nothing() -> None:
    assert not Secrets(frozenset()).covers("password")
    assert not Secrets(frozenset({"", "_"})).covers("sku")


NESTED = {
    "sku": "widget",
    "password": "hunter22",
    "auth": {"token": ["first-token", {"inner": "second-token"}], "user": "root"},
    "rows": [{"api_key": 123456}, {"note": "uses hunter22"}],
    "secret": "",
    "credential": None,
}


def test_secrets_are_masked_however_deep_and_nothing_else_is() -> None:
    masked = json.loads(Secrets().of(json.dumps(NESTED)).mask_arguments(json.dumps(NESTED)))
    assert masked == {
        "sku": "widget",
        "password": MASK,
        "auth": {"token": MASK, "user": "root"},
        "rows": [{"api_key": MASK}, {"note": f"uses {MASK}"}],
        "secret": "",
        "credential": None,
    }


@pytest.mark.parametrize("value", ["hunter22", "first-token", "second-token", "123456"])
def test_a_secret_value_is_masked_in_every_text(value: str) -> None:
    secrets = Secrets().of(json.dumps(NESTED))
    assert secrets.hide(f"login with {value}!{value}") == f"login with {MASK}!{MASK}"


def test_a_value_that_holds_another_is_masked_as_a_whole() -> None:
    secrets = Secrets().of('{"password": "hunter22", "token": "hunter22-for-root"}')
    assert secrets.hide("login with hunter22-for-root") == f"login with {MASK}"


def test_a_short_value_is_masked_under_its_name_and_not_in_texts() -> None:
    arguments = '{"password": "a", "note": "a cat"}'
    secrets = Secrets().of(arguments)
    assert secrets.hide("a cat") == "a cat"
    assert json.loads(secrets.mask_arguments(arguments)) == {"password": MASK, "note": "a cat"}


@pytest.mark.parametrize("arguments", ["", "{", "[]", '"password"', "[" * 100_000])
def test_what_is_no_object_has_no_secrets(arguments: str) -> None:
    assert Secrets().of(arguments).values == ()
    assert isinstance(Secrets().of(arguments).mask_arguments(arguments), str)


def test_secrets_do_not_show_in_their_own_description() -> None:
    assert "hunter22" not in repr(Secrets().of(json.dumps(NESTED)))


@given(st.text(min_size=4), st.text(), st.text())
def test_no_text_tells_a_secret(secret: str, before: str, after: str) -> None:
    secrets = Secrets().of(json.dumps({"token": secret}))
    assert secret not in secrets.hide(before + secret + after).replace(MASK, "\0")
    assert secret not in json.loads(secrets.mask_arguments(json.dumps({"token": secret})))["token"]


@pytest.mark.parametrize(
    ("field", "value", "is_secret"),
    [
        (ArgumentField(name="api key", value="x"), MASK, True),
        (ArgumentField(name="api key", value=""), "", False),
        (ArgumentField(name="login", value="root:hunter22"), f"root:{MASK}", True),
        (ArgumentField(name="item", value="widget"), "widget", False),
    ],
)
def test_a_line_of_a_card_says_whether_it_is_masked(
    field: ArgumentField, value: str, is_secret: bool
) -> None:
    masked = Secrets().of(json.dumps(NESTED)).mask_field(field)
    assert (masked.value, masked.is_secret) == (value, is_secret)


class Login(BaseModel):
    model_config = {"extra": "forbid"}
    user: str
    pin: SecretStr


async def _act(
    ctx: RunContextWrapper[Any],
    phrase: SecretStr,
    maybe: SecretStr | None,
    many: list[SecretStr],
    login: Login,
    sku: str,
) -> str:
    """Act."""
    return sku


def test_parameters_typed_as_secret_are_found_wherever_they_are() -> None:
    schema = function_schema(_act).params_json_schema
    assert typed_as_secret(schema) == {"phrase", "maybe", "many", "pin"}


def test_values_of_typed_parameters_are_masked() -> None:
    arguments = json.dumps({"phrase": "open sesame", "login": {"pin": "0000", "user": "ali"}})
    secrets = Secrets().of(arguments, frozenset({"phrase", "pin"}))
    assert secrets.hide("0000: open sesame") == f"{MASK}: {MASK}"
    assert json.loads(secrets.mask_arguments(arguments)) == {
        "phrase": MASK,
        "login": {"pin": MASK, "user": "ali"},
    }
