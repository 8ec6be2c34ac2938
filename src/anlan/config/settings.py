"""Django settings, derived from config/env.py. Tests swap a few of them in settings_test.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

from anlan.config import env
from anlan.config.contexts import CONTEXTS

ENV = env.read()
PACKAGE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR: Path = ENV["ANLAN_DATA"].resolve()


def _key(variable: str, file: str) -> str:
    """A secret from the environment, else from the file that `anlan init` made; empty before the first init."""
    if ENV[variable]:
        return str(ENV[variable])
    path = DATA_DIR / "keys" / file
    if not path.is_file():
        return ""
    return str(env.checked(env.named(variable), path.read_text(encoding="utf-8", errors="replace").strip(), str(path)))


def _database() -> dict[str, Any]:
    url = ENV["ANLAN_DATABASE_URL"]
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "anlan.sqlite3",
            # Sorting and hashing stay in memory; FULL: an acknowledged record survives a power cut.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                    "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-32000; PRAGMA mmap_size=268435456;"
                ),
            },
            "CONN_MAX_AGE": None,
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


SECRET_KEY = _key("ANLAN_SECRET_KEY", "secret.key") or "not-initialised"
VAULT_KEY = _key("ANLAN_VAULT_KEY", "vault.key")
DEBUG = ENV["ANLAN_DEBUG"]
ALLOWED_HOSTS = list(ENV["ANLAN_ALLOWED_HOSTS"])
CSRF_TRUSTED_ORIGINS = list(ENV["ANLAN_CSRF_ORIGINS"])

INSTALLED_APPS = [
    "unfold",
    "anlan.config.desk_site.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "csp",
    "ninja",
    "django_tasks",
    "django_tasks_db",
    *(f"anlan.{context}" for context in CONTEXTS),
    "anlan.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "anlan.accounts.middleware.ScopeMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "anlan.config.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "anlan.accounts.middleware.page_context",
                "anlan.config.navigation.chrome",
            ],
            "builtins": ["anlan.config.templatetags.anlan"],
        },
    }
]
WSGI_APPLICATION = "anlan.config.wsgi.application"

DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "anlan.accounts.passwords.CharacterClassesValidator"},
]
AXES_HANDLER = "anlan.accounts.lockout.LockOut"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "anlan.accounts.screens.locked_out"
AXES_VERBOSE = False
# What axes keeps of a refused form, without what was typed into these fields (the password field it leaves out itself).
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "old", "new", "repeated", "code"]
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = ENV["ANLAN_IDLE_MINUTES"] * 60
SESSION_SAVE_EVERY_REQUEST = False  # idle timeout is kept by ScopeMiddleware, once a minute, not once a request
# In the database alone: a cache per process would keep a session alive in one after its logout in another.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV["ANLAN_HTTPS"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV["ANLAN_HTTPS"] else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

_STRICT = {
    "default-src": [SELF],
    "img-src": [SELF, "data:", "blob:"],
    "object-src": [NONE],
    "base-uri": [SELF],
    "frame-ancestors": [NONE],
    "form-action": [SELF],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": _STRICT}
# Unfold's Alpine needs eval and inline style; config/desk_site.py puts this policy on the desk's own path only.
DESK_SECURITY_POLICY = _STRICT | {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}

CSRF_FAILURE_VIEW = "anlan.config.home.csrf_refused"

UNFOLD = {
    "SITE_TITLE": "安澜",
    "SITE_HEADER": "安澜",
    "THEME": "light",
    "BORDER_RADIUS": "4px",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "COLORS": {
        "primary": {
            "50": "#eff5fb",
            "100": "#dbe8f5",
            "200": "#bcd4ec",
            "300": "#8fb6dd",
            "400": "#5b91c8",
            "500": "#3273b4",
            "600": "#1f5fa8",
            "700": "#1a4f8c",
            "800": "#184374",
            "900": "#173861",
            "950": "#0f2440",
        }
    },
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
FORMAT_MODULE_PATH = ["anlan.locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 600  # names carry no hash: an upgrade is seen after ten minutes at most
MEDIA_ROOT = DATA_DIR / "attachments"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "anlan.platform.attachments.uploads.DiskUpload",
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
CALLING = {variable.name: ENV[variable.name] for variable in env.CALLING}
UPLOAD_MAX_BYTES = ENV["ANLAN_UPLOAD_MB"] * 1024 * 1024

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
JOURNAL_HASH = ENV["ANLAN_HASH"]
SENSING_AHEAD_MINUTES: int = ENV["ANLAN_SENSING_AHEAD_MINUTES"]
EXCHANGE_NATS: str = ENV["ANLAN_EXCHANGE_NATS"]
EXCHANGE_SECONDS: int = ENV["ANLAN_EXCHANGE_SECONDS"]
SENSING_KEEP_DAYS: int = ENV["ANLAN_SENSING_KEEP_DAYS"]
SILENCED_SYSTEM_CHECKS = ["axes.W003"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"anlan": {"level": "INFO"}},
}
