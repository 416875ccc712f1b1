"""Settings come from the environment. Each has a safe default for development.

Their meaning is listed in docs/reference/settings.md, which a test keeps in step.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any, get_args
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from alongside.engine.instruments.shapes import Pack

SOURCE = Path(__file__).resolve().parents[3]
# The servers of the browsers people use; one that begins with a dot stands for all below it.
OF_BROWSERS = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
)


def env(name: str, default: str = "") -> str:
    return os.environ.get(f"ALONGSIDE_{name}", default)


def flag(name: str, default: str = "0") -> bool:
    value = env(name, default)
    if value not in {"0", "1"}:
        raise ImproperlyConfigured(f"ALONGSIDE_{name} is {value!r}. Write 1 for yes or 0 for no.")
    return value == "1"


def number(name: str, default: str) -> int:
    value = env(name, default)
    if not value.isdigit():
        raise ImproperlyConfigured(f"ALONGSIDE_{name} is {value!r}. Write a whole number.")
    return int(value)


VAR = Path(env("VAR", str(SOURCE / "var"))).resolve()
VAR.mkdir(parents=True, exist_ok=True)
KEYS = Path(env("KEYS", str(VAR / "keys"))).resolve()


def secret_key() -> str:
    """The signing key: from the environment, or made once and kept in the key folder."""
    if given := env("SECRET_KEY"):
        return given
    KEYS.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = KEYS / "django.key"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text()


def database(url: str) -> dict[str, Any]:
    """Django's settings for one database address, SQLite or PostgreSQL."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "alongside.records.sqlite",
            "NAME": unquote(parts.path[1:] if parts.path.startswith("//") else parts.path),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                ),
            },
            "TEST": {"NAME": str(VAR / "test" / "test.sqlite3")},
        }
    if parts.scheme in {"postgresql", "postgres"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 0,
            # After the database was away nobody is told *not saved* by a connection that died then.
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                # Values go apart from the SQL, so the plan of what is asked often is kept.
                "server_side_binding": True,
                "prepare_threshold": 3,
                # A database that is gone is said so within seconds: somebody waits for numbers.
                "pool": {"min_size": 1, "max_size": 8, "timeout": 3.0},
                "options": "-c jit=off -c synchronous_commit=on -c timezone=UTC",
                **dict(parse_qsl(parts.query)),
            },
        }
    raise ImproperlyConfigured(
        f"ALONGSIDE_DATABASE_URL starts with {parts.scheme!r}. "
        "Write sqlite:////full/path.sqlite3 or postgresql://user:password@host:5432/name."
    )


def packs(named: str, confirmed: str) -> tuple[str, ...]:
    """The packs of instruments that are switched on, by somebody who has read their licence."""
    found = tuple(each.strip() for each in named.split(",") if each.strip())
    for each in found:
        if each not in get_args(Pack):
            raise ImproperlyConfigured(
                f"ALONGSIDE_PACKS names {each!r}. There are {' and '.join(get_args(Pack))}; "
                "write one, or both with a comma between."
            )
    if found and not confirmed.strip():
        raise ImproperlyConfigured(
            f"ALONGSIDE_PACKS switches on {named}, and nobody has confirmed it. Read "
            f"content/packs/{found[0]}/LICENCE.md and write who confirms its terms, and when, in "
            "ALONGSIDE_PACKS_CONFIRMED, such as 'A. Okafor, clinical lead, 2026-11-22'."
        )
    return found


DEBUG = flag("DEBUG")
SECRET_KEY = secret_key()
PUBLIC_URL = env("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
_public = urlsplit(PUBLIC_URL)
SECURE = _public.scheme == "https"
ALLOWED_HOSTS = [h for h in env("HOSTS").split(",") if h] or [
    _public.hostname or "127.0.0.1",
    "127.0.0.1",
    "localhost",
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
PROXY_COUNT = number("PROXY_COUNT", "0")
if PROXY_COUNT and SECURE:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Where "Leave this page" goes: something nobody asks about.
NEUTRAL_URL = env("NEUTRAL_URL", "https://www.metoffice.gov.uk/")
# True while `alongside demo` serves: pages say that this is a demonstration.
DEMO = flag("DEMO")
PARTS = flag("PARTS")
PACKS = packs(env("PACKS"), env("PACKS_CONFIRMED"))
SMTP_URL = env("SMTP_URL")
MAIL_FROM = env("MAIL_FROM", "messages@localhost")
# Gateways that take texts and calls by HTTP; without an address a channel is not offered.
SMS = {
    "url": env("SMS_URL"),
    "body": env("SMS_BODY"),
    "authorization": env("SMS_AUTHORIZATION"),
    "secret": env("SMS_SECRET"),
    "accepted": env("SMS_ACCEPTED"),
}
VOICE = {
    "url": env("VOICE_URL"),
    "body": env("VOICE_BODY"),
    "authorization": env("VOICE_AUTHORIZATION"),
    "secret": env("VOICE_SECRET"),
    "accepted": env("VOICE_ACCEPTED"),
}
# Web push: whom the makers of browsers can ask about our messages; without it there is none.
PUSH_CONTACT = env("PUSH_CONTACT")
PUSH_HOSTS = tuple(host for host in env("PUSH_HOSTS").split(",") if host) or OF_BROWSERS
# The outside monitor, on another machine: where it listens, and the word both sides know.
WATCH = {"url": env("WATCH_URL"), "secret": env("WATCH_SECRET")}
WATCH_EVERY = number("WATCH_EVERY", "60")
if not 1 <= WATCH_EVERY <= 60:
    raise ImproperlyConfigured(
        f"ALONGSIDE_WATCH_EVERY is {WATCH_EVERY}. Write the seconds between two canaries, 1 to 60."
    )

# Where an answer is kept that the database does not take, and how much room is made for them.
SPOOL = Path(env("SPOOL", str(VAR / "spool"))).resolve()
SPOOL_MB = number("SPOOL_MB", "64")
if not 1 <= SPOOL_MB <= 4096:
    raise ImproperlyConfigured(f"ALONGSIDE_SPOOL_MB is {SPOOL_MB}. Write the MiB, 1 to 4096.")
REPLAY = "alongside.config.spooling.replay_waiting"
# What says a refusal that no page caught.
REFUSED = "alongside.config.refusing.page"

DATABASES = {"default": database(env("DATABASE_URL", f"sqlite:///{VAR / 'alongside.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ROOMS = [
    "alongside.records",
    "alongside.people",
    "alongside.consent",
    "alongside.access",
    "alongside.notify",
    "alongside.tasks",
    "alongside.credentials",
    "alongside.directory",
    "alongside.cases",
    "alongside.calendar",
    "alongside.crisis",
    "alongside.measures",
    "alongside.plans",
    "alongside.meetings",
    "alongside.delivery",
    "alongside.insights",
]
DOORS = [
    "alongside.web.parts",
    "alongside.web.public",
    "alongside.web.person",
    "alongside.web.circle",
    "alongside.web.practitioner",
    "alongside.web.office",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "django_htmx",
    *ROOMS,
    *DOORS,
    "alongside.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "alongside.config.middleware.OutermostMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "alongside.config.middleware.PolicyMiddleware",
    "alongside.config.middleware.SessionMiddleware",
    "alongside.config.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "alongside.access.middleware.AccessMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "alongside.config.urls"
WSGI_APPLICATION = "alongside.config.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).resolve().parents[1] / "web" / "account" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "alongside.config.context.site",
            ],
        },
    },
]

# -- who comes in ------------------------------------------------------------------------------

AUTH_USER_MODEL = "access.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/account/login/code/"
LOGIN_REDIRECT_URL = "/home/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "alongside.access.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {"login": False, "login_failed": False}
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGIN_TIMEOUT = 900
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
_FORMS = "alongside.web.account.forms"
ACCOUNT_FORMS = {
    "login": f"{_FORMS}.LoginForm",
    "request_login_code": f"{_FORMS}.RequestLoginCodeForm",
    "confirm_login_code": f"{_FORMS}.ConfirmLoginCodeForm",
    "reauthenticate": f"{_FORMS}.ReauthenticateForm",
    "change_password": f"{_FORMS}.ChangePasswordForm",
    "set_password": f"{_FORMS}.SetPasswordForm",
    "reset_password": f"{_FORMS}.ResetPasswordForm",
    "reset_password_from_key": f"{_FORMS}.ResetPasswordKeyForm",
}
MFA_FORMS = {
    "authenticate": f"{_FORMS}.AuthenticateForm",
    "reauthenticate": f"{_FORMS}.MFAReauthenticateForm",
    "activate_totp": f"{_FORMS}.ActivateTOTPForm",
    "add_webauthn": f"{_FORMS}.AddWebAuthnForm",
    "edit_webauthn": f"{_FORMS}.EditWebAuthnForm",
}
MFA_ADAPTER = "alongside.access.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
# Nobody signs up by themself: the office writes down the address of whoever works here.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
MFA_TOTP_ISSUER = "Alongside"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "alongside.access.lockout.username"
AXES_RESET_ON_SUCCESS = True
AXES_IPWARE_PROXY_COUNT = PROXY_COUNT
AXES_LOCKOUT_CALLABLE = "alongside.access.lockout.locked_out"
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_SENSITIVE_PARAMETERS = ["login", "password", "code"]

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 15 * 60  # idle end for staff; access shortens it for family and person
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "s"
CSRF_COOKIE_NAME = "c"
CSRF_COOKIE_AGE = None
CSRF_FAILURE_VIEW = "alongside.web.public.errors.csrf_refused"

# -- what a browser may do ---------------------------------------------------------------------

# Nothing is told to any other site. Not "no-referrer": with it browsers send "Origin: null" from
# forms, which cannot be told from a forged form (docs/decisions/0004-same-origin-referrer.md).
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_SSL_REDIRECT = False
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# -- words, time, files ------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [Path(__file__).resolve().parents[1] / "locale"]
LANGUAGE_COOKIE_AGE = None
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = ["alongside.config.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "alongside.config.static.ForgivingManifestStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

EMAIL_BACKEND = "alongside.notify.mail.Backend"
DEFAULT_FROM_EMAIL = MAIL_FROM

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"scrub": {"()": "alongside.records.logs.Scrub"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["scrub"]}
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "axes": {"level": "ERROR"},
        "alongside": {"level": "INFO"},
    },
}
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008"]
