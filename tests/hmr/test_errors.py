"""Refusals of the SDK before it asks a server, and its message when none answers."""

from __future__ import annotations

from pathlib import Path

import pytest

import hmr
from hmr.models import FormRow, ModelFigures, model_bytes


@pytest.fixture(autouse=True)
def no_sign_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has signed in on this computer."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("HMR_TOKEN", raising=False)


def name_of(**arguments: str) -> str:
    with pytest.raises(hmr.HmrError) as error:
        hmr.Rune("acme", "waves", **arguments)
    return error.value.name


def test_a_server_has_to_be_named() -> None:
    assert name_of(token="secret") == "refused"


def test_a_token_is_needed() -> None:
    assert name_of(server="http://127.0.0.1:9") == "token-needed"


def test_a_token_is_not_sent_without_tls() -> None:
    assert name_of(server="http://forge.example", token="secret") == "refused"


def test_a_server_that_does_not_answer() -> None:
    assert name_of(server="http://127.0.0.1:9", token="secret") == "server-away"


def test_what_is_no_model() -> None:
    with pytest.raises(hmr.HmrError, match="A list is neither") as error:
        model_bytes([1, 2])
    assert error.value.name == "model-refused"
    with pytest.raises(hmr.HmrError) as error:
        model_bytes("nowhere.keras")
    assert error.value.name == "not-there"


def test_an_object_that_saves_itself_is_sent() -> None:
    class Model:
        name = "waves"

        def save(self, path: Path) -> None:
            path.write_bytes(b"saved")

    assert model_bytes(Model()) == ("waves.keras", b"saved")


def test_figures_show_no_markup_of_others() -> None:
    row = FormRow(1, "int8", 4500, 2300, 27.0, 1, 32, "")
    refusal = FormRow(2, "<b>int4</b>", 0, None, None, 0, 0, "<script>alert(1)</script>")
    figures = ModelFigures("<i>net</i>.keras", "model.tflite", "int8", [row, refusal], 'https://forge.example/"x')
    page = figures._repr_html_()
    assert "<script>" not in page
    assert "<b>int4" not in page
    assert "<i>net" not in page
    assert 'href="https://forge.example/&quot;x"' in page
    assert "27 dB  1 of 32 changed" in repr(figures)
    assert figures.row().size == 4500
