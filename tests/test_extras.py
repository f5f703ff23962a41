"""Optional packages."""

from __future__ import annotations

import json
import pickle

import pytest

from govtree._extras import need
from govtree.errors import GovtreeError, MissingExtraError


def test_an_installed_package_is_imported():
    """What is installed comes back as the module that was named, not its package."""
    assert need("json", extra="tables") is json
    assert need("json.decoder", extra="tables").__name__ == "json.decoder"


def test_a_missing_package_names_its_extra():
    """What is not installed is an error of ours that tells how to install it."""
    with pytest.raises(MissingExtraError) as caught:
        need("no_such_package.parquet", extra="arrow")

    assert isinstance(caught.value, GovtreeError)
    assert isinstance(caught.value, ImportError)
    assert str(caught.value) == (
        "this needs no_such_package, which is not installed; "
        'install it with: pip install "govtree[arrow]"'
    )
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_package_that_lacks_another_speaks_for_itself(tmp_path, monkeypatch):
    """An installed package whose own need is missing is not reported as missing."""
    (tmp_path / "half_installed.py").write_text("import no_such_need\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(ModuleNotFoundError, match="no_such_need") as caught:
        need("half_installed", extra="arrow")

    assert not isinstance(caught.value, MissingExtraError)
