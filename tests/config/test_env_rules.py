"""Every environment variable has its bounds; a wrong value stops the start and says which, what, and what may stand there."""

from __future__ import annotations

from pathlib import Path

import pytest

from anlan.config import env

WRONG = {
    "ANLAN_DATA": ["/etc/hostname", "a\0b"],
    "ANLAN_DATABASE_URL": ["mysql://a@b/c", "postgresql://a@b", "postgresql://a@b:port/c", "postgresql://a@b/c/d", "x"],
    "ANLAN_SECRET_KEY": ["short", "with a blank " * 4],
    "ANLAN_VAULT_KEY": ["zz", "1" * 63, "g" * 64],
    "ANLAN_ALLOWED_HOSTS": ["", ",", "http://a.gov", "a.gov/b", "a b", "a.gov:80"],
    "ANLAN_CSRF_ORIGINS": ["a.gov", "ftp://a.gov", "https://a.gov/path", "https://a.gov,b"],
    "ANLAN_HTTPS": ["maybe", "2"],
    "ANLAN_DEBUG": ["perhaps"],
    "ANLAN_HASH": ["", "md5", "SHA256"],
    "ANLAN_IDLE_MINUTES": ["0", "-1", "1441", "half an hour", "", "1.5"],
    "ANLAN_UPLOAD_MB": ["-1", "0", "501", "many"],
    "ANLAN_TIANDITU_KEY": ["short", "带汉字的钥匙带汉字的钥匙带汉字"],
    "ANLAN_BACKUP_COPY": ["relative/folder", "/etc/hostname"],
}
RIGHT = {
    "ANLAN_DATA": ["", "/var/lib/anlan", "var"],
    "ANLAN_DATABASE_URL": ["", "postgresql://u:p%40ss@[::1]:5432/anlan", "postgres:///anlan"],
    "ANLAN_SECRET_KEY": ["", "x" * 32],
    "ANLAN_VAULT_KEY": ["", "aB" * 32],
    "ANLAN_ALLOWED_HOSTS": ["anlan.example.gov, 10.1.2.3,[::1],.example.gov", "*"],
    "ANLAN_CSRF_ORIGINS": ["", "https://anlan.example.gov:8443,http://10.1.2.3"],
    "ANLAN_HTTPS": ["1", "off", ""],
    "ANLAN_DEBUG": ["TRUE"],
    "ANLAN_HASH": ["sm3"],
    "ANLAN_IDLE_MINUTES": ["1", "1440"],
    "ANLAN_UPLOAD_MB": ["1", "500"],
    "ANLAN_TIANDITU_KEY": ["", "a1" * 16],
    "ANLAN_BACKUP_COPY": ["", "/mnt/copy"],
}


def test_every_variable_is_tried_with_wrong_and_right_values() -> None:
    assert set(WRONG) == set(RIGHT) == {v.name for v in env.VARIABLES}


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, values in WRONG.items() for v in values])
def test_a_wrong_value_is_named_with_what_is_allowed(name: str, value: str) -> None:
    variable = env.named(name)
    with pytest.raises(env.EnvError) as refused:
        env.read({name: value})
    said = str(refused.value)
    assert f"{name}={'***' if variable.secret else value}" in said
    assert "应为" in said
    if variable.secret:
        assert value not in said


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, values in RIGHT.items() for v in values])
def test_a_right_value_is_taken(name: str, value: str) -> None:
    assert env.read({name: value}) is not None


def test_defaults_hold_where_nothing_is_set() -> None:
    held = env.read({})
    assert (held["ANLAN_IDLE_MINUTES"], held["ANLAN_UPLOAD_MB"], held["ANLAN_HASH"]) == (30, 20, "sha256")


def test_a_secret_in_a_file_is_checked_and_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "key"
    with pytest.raises(env.EnvError, match="ANLAN_VAULT_KEY_FILE .*不能读取"):
        env.read({"ANLAN_VAULT_KEY_FILE": str(file)})
    file.write_text("zz\n", encoding="utf-8")
    with pytest.raises(env.EnvError, match=r"ANLAN_VAULT_KEY_FILE=\*\*\* "):
        env.read({"ANLAN_VAULT_KEY_FILE": str(file)})
    file.write_text("ab" * 32 + "\n", encoding="utf-8")
    assert env.read({"ANLAN_VAULT_KEY_FILE": str(file)})["ANLAN_VAULT_KEY"] == "ab" * 32
