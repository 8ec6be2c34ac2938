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
    "ANLAN_SENSING_AHEAD_MINUTES": ["0", "1441", "soon"],
    "ANLAN_SENSING_KEEP_DAYS": ["30", "36501", ""],
    "ANLAN_CALL_KEEP_DAYS": ["30", "36501", ""],
    "ANLAN_HJ212_LISTEN": ["9212", "a b:1", "host:65536", "host:", "http://host:1"],
    "ANLAN_INGEST": ["host:8000", "ftp://host"],
    "ANLAN_GATEWAY_TOKEN": ["with a blank"],
    "ANLAN_GATEWAY_REGION": ["33100", "331003000", "黄岩区"],
    "ANLAN_GATEWAY_CONNECTIONS": ["0", "1000001", "many"],
    "ANLAN_GATEWAY_PER_ADDRESS": ["0", "-1"],
    "ANLAN_GATEWAY_FIRST_SECONDS": ["0", "86401"],
    "ANLAN_GATEWAY_IDLE_SECONDS": ["0", "86401", "1.5"],
    "ANLAN_SPOOL": ["/etc/hostname"],
    "ANLAN_SPOOL_MB": ["0", "10000001"],
    "ANLAN_NATS": ["host:4222", "http://host", "nats:/10.1.2.3"],
    "ANLAN_EXCHANGE_NATS": ["host:4222", "http://host", "nats:/10.1.2.3"],
    "ANLAN_EXCHANGE_SECONDS": ["0", "86401", "x"],
    "ANLAN_PUBLIC_URL": ["anlan.example.gov", "https://"],
    "ANLAN_SMS_URL": ["sms.example", "https:// a"],
    "ANLAN_SMS_METHOD": ["", "PUT", "post"],
    "ANLAN_SMS_FORMAT": ["xml", ""],
    "ANLAN_SMS_BODY": ['{"mobile": "{number}"}'],
    "ANLAN_SMS_HEADERS": ["no colon", ": value"],
    "ANLAN_SMS_SUCCESS": ["("],
    "ANLAN_SMS_ID": ["["],
    "ANLAN_SMS_PERMANENT": ["*"],
    "ANLAN_SMS_SECRET": ["with a blank"],
    "ANLAN_SMS_REPORT_FIELDS": ["id,status", ""],
    "ANLAN_SMS_REPLY_FIELDS": ["mobile"],
    "ANLAN_KEYPAD_SECRET": ["with a blank"],
    "ANLAN_KEYPAD_FIELDS": ["number,key"],
    "ANLAN_APPRISE_URLS": ["wecombot", "wecombot://a, b"],
    "ANLAN_CALL_WEBHOOK_URL": ["hook.example"],
    "ANLAN_CALL_WEBHOOK_SECRET": ["with a blank"],
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
    "ANLAN_SENSING_AHEAD_MINUTES": ["1", "1440"],
    "ANLAN_SENSING_KEEP_DAYS": ["31", "36500"],
    "ANLAN_CALL_KEEP_DAYS": ["31", "36500"],
    "ANLAN_HJ212_LISTEN": ["", "0.0.0.0:9212", "[::]:65535", "gateway.example.gov:0"],
    "ANLAN_INGEST": ["https://anlan.example.gov"],
    "ANLAN_GATEWAY_TOKEN": ["", "abc-123"],
    "ANLAN_GATEWAY_REGION": ["331003"],
    "ANLAN_GATEWAY_CONNECTIONS": ["1", "1000000"],
    "ANLAN_GATEWAY_PER_ADDRESS": ["1", "1000000"],
    "ANLAN_GATEWAY_FIRST_SECONDS": ["1", "86400"],
    "ANLAN_GATEWAY_IDLE_SECONDS": ["1", "86400"],
    "ANLAN_SPOOL": ["", "/var/lib/anlan/spool", "spool"],
    "ANLAN_SPOOL_MB": ["1", "10000000"],
    "ANLAN_NATS": ["", "nats://10.1.2.3:4222", "tls://nats.example.gov:4222"],
    "ANLAN_EXCHANGE_NATS": ["", "nats://anlan:geheim@127.0.0.1:4222", "nats://10.1.2.3:4222,nats://10.1.2.4:4222"],
    "ANLAN_EXCHANGE_SECONDS": ["1", "86400"],
    "ANLAN_PUBLIC_URL": ["", "https://anlan.example.gov"],
    "ANLAN_SMS_URL": ["", "https://sms.example/send?to={number}&text={text}"],
    "ANLAN_SMS_METHOD": ["GET"],
    "ANLAN_SMS_FORMAT": ["form"],
    "ANLAN_SMS_BODY": ["to={number}&text={text}"],
    "ANLAN_SMS_HEADERS": ["", "Authorization: Bearer x\\nAccept: */*"],
    "ANLAN_SMS_SUCCESS": ['"code":0'],
    "ANLAN_SMS_ID": ["", '"id":"([^"]+)"'],
    "ANLAN_SMS_PERMANENT": ["", "unknown number|空号"],
    "ANLAN_SMS_SECRET": ["", "s3cret"],
    "ANLAN_SMS_REPORT_FIELDS": ["msgid, stat, OK"],
    "ANLAN_SMS_REPLY_FIELDS": ["from, text", "from, text, id"],
    "ANLAN_KEYPAD_SECRET": ["", "s3cret"],
    "ANLAN_KEYPAD_FIELDS": ["caller, digit, ref"],
    "ANLAN_APPRISE_URLS": ["", "dingtalk://a/b, wecombot://c"],
    "ANLAN_CALL_WEBHOOK_URL": ["", "http://10.1.2.3/hook"],
    "ANLAN_CALL_WEBHOOK_SECRET": ["", "s3cret"],
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
