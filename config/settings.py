"""Settings, and the only reader of the environment. The README lists every variable.

Two modes. `embedded` (the default) runs from a checkout with nothing else installed: SQLite, a Redis that
comes as a wheel, mail kept in a folder. `production` takes nothing for granted and refuses to start
without its addresses and secrets.
"""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from whitenoise.compress import Compressor

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def one_of(name: str, allowed: tuple[str, ...]) -> str:
    """Read a variable whose first allowed value is the default; refuse any other value."""
    value = os.environ.get(name, allowed[0])
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is “{value}”. Set it to one of: {', '.join(allowed)}.")
    return value


def kept_secret(file: Path) -> str:
    """Read the secret key of an embedded installation, making it on the first start."""
    try:
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600)
            file.write_text(get_random_secret_key())
        return file.read_text()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The data folder {file.parent} cannot be written ({error.strerror}). "
            "Make it writable, or name another one in TRACKER_DATA."
        ) from None


MODE = one_of("TRACKER_MODE", ("embedded", "production"))
EMBEDDED = MODE == "embedded"
DEMONSTRATION = EMBEDDED and env.bool("TRACKER_DEMONSTRATION", False)
"""People at example.org, and a notice on every page; `manage.py up --demo` sets it. It keeps its own data."""
DATA_DIR = Path(
    os.environ.get("TRACKER_DATA", BASE_DIR / "var" / ("demonstration" if DEMONSTRATION else ""))
).resolve()

SECRET_KEY = kept_secret(DATA_DIR / "secret-key") if EMBEDDED else env.str("SECRET_KEY")
DEBUG = False
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000") if EMBEDDED else env.str("SITE_URL")
ALLOWED_HOSTS = (
    env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
    if EMBEDDED
    else env.list("ALLOWED_HOSTS")
)

INSTALLED_APPS = [
    "modeltranslation",  # before admin, whose forms it widens
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "simple_history",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "tracker",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "tracker.admin.accounts.gate.SecondStep",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",  # last: a page that it puts in the place of another passes the rest
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tracker.public.notices.demonstration",
            ],
        },
    },
]

# --- database -------------------------------------------------------------------------------------

if EMBEDDED and "DATABASE_URL" not in os.environ:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "tracker.sqlite3",
            "CONN_MAX_AGE": 600,  # opening the file anew costs ten times what a kept page does
            "OPTIONS": {
                # A writer that upgrades its lock midway fails at once; one that begins as a writer waits.
                "transaction_mode": "IMMEDIATE",
                "timeout": 60,  # a sheet of 10,000 rows is written at once, in 10 to 25 s
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    }
else:
    DATABASES = {"default": env.db_url("DATABASE_URL")}
    if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured(
            "DATABASE_URL must begin with postgres://. SQLite is used when it is not set."
        )
    # A pool keeps connections open between requests; without it every request pays for a new one.
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 0, "max_size": 20, "timeout": 10}}

# --- work behind the scenes -----------------------------------------------------------------------

REDIS_SOCKET = DATA_DIR / "redis.sock"
if EMBEDDED:
    CELERY_BROKER_URL = env.str("REDIS_URL", f"redis+socket://{REDIS_SOCKET}")
else:
    CELERY_BROKER_URL = env.str("REDIS_URL")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Else a worker ends for good at the first word of a Redis that is full.
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# In kB. typst keeps its last ten PDFs, 55 MB for one of 600 entries: a process that grew is replaced after
# its task. The embedded worker has threads, which cannot be; it stays at those ten.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
# Redis only wakes; the database holds the work. So each entry expires before its next run, and a
# minute lost costs nothing.
CELERY_BEAT_SCHEDULE = {
    "forget-readers": {"task": "tracker.forget_readers", "schedule": 3600.0, "options": {"expires": 3500}},
    "plan-attention-digests": {
        "task": "tracker.plan_attention_digests",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "forget-requests": {"task": "tracker.forget_requests", "schedule": 3600.0, "options": {"expires": 3500}},
    "plan-notices": {"task": "tracker.plan_notices", "schedule": 60.0, "options": {"expires": 55}},
    "plan-reminders": {"task": "tracker.plan_reminders", "schedule": 60.0, "options": {"expires": 55}},
    "plan-reports": {"task": "tracker.plan_reports", "schedule": 60.0, "options": {"expires": 55}},
    "send-outbox": {"task": "tracker.send_outbox", "schedule": 60.0, "options": {"expires": 55}},
    "work-on-imports": {"task": "tracker.work_on_import", "schedule": 60.0, "options": {"expires": 55}},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")

# --- mail -----------------------------------------------------------------------------------------

MAIL_DIR = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "tracker@localhost" if EMBEDDED else env.NOTSET)
EMAIL_TIMEOUT = 20
if DEMONSTRATION or (EMBEDDED and "EMAIL_URL" not in os.environ):
    EMAIL_BACKEND = "config.maildir.EmailBackend"
    SHOWS_KEPT_MAIL = True
else:
    vars().update(env.email_url("EMAIL_URL"))
    SHOWS_KEPT_MAIL = False

ATTENTION_DIGEST_HOUR = 7
"""Local hour of the site from which the day's digest is written."""
REMINDER_HOUR = env.int("REMINDER_HOUR", 0 if DEMONSTRATION else 9)
"""Hour from which the day's reminders go out, wall clock of each recipient's time zone."""
ANSWER_DAYS = env.int("ANSWER_DAYS", 45)
"""How long the buttons of a reminder work, from the day on which it was decided."""
BRAKE_MAILS = env.int("BRAKE_MAILS", 500)
"""A day's plan of more mails than this, and than five times the usual, waits for a person to release it."""
MAIL_PER_MINUTE = env.int("MAIL_PER_MINUTE", 0)
"""How many mails the mail server may be given in a minute by all senders together; 0 is no limit."""
MAIL_CONNECTIONS = env.int("MAIL_CONNECTIONS", 3)
"""How many connections to the mail server one sender opens at most. A sender that is killed leaves one mail
in doubt for each."""
RESENT_WHEN_IN_DOUBT = env.list("RESENT_WHEN_IN_DOUBT", default=["reminder", "attention_digest"])
"""Kinds of mail that are sent once more, under the same Message-ID, when nobody knows if they arrived."""
RESENT_AFTER_MINUTES = env.int("RESENT_AFTER_MINUTES", 10)
"""They wait before, so that staff can stop them and a server that comes and goes gets no copies in a row."""
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", "")
"""Where returned mail goes: of bounces@example.org each mail has its own, bounces+TOKEN@example.org."""

# --- language and time ----------------------------------------------------------------------------

LANGUAGES = [("ru", "Русский"), ("en", "English"), ("de", "Deutsch")]
LANGUAGE_CODE = one_of("TRACKER_LANGUAGE", ("ru", "en", "de"))
TIME_ZONE = env.str("TRACKER_TIME_ZONE", "Europe/Moscow")
LOCALE_PATHS = [BASE_DIR / "tracker" / "locale"]
FORMAT_MODULE_PATH = "config.formats"
USE_I18N = True
USE_TZ = True
MODELTRANSLATION_DEFAULT_LANGUAGE = "ru"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("ru", "en", "de")

KEEPS_PAGES = True
"""Pages of the list are kept by each process until the public can see something else."""

# --- static files ---------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(DATA_DIR / "static")))
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        # Hashed in both modes; compressed only where a network lies between us and the reader.
        "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        if EMBEDDED
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- safety ---------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PROXIES = env.int("PROXIES", 0 if EMBEDDED else 1)
"""How many proxies of ours stand before the server; each adds an address to X-Forwarded-For."""
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: whoever has to wait is not even asked for a password
    "tracker.roles.RightsBackend",
]
SECOND_FACTOR = one_of("SECOND_FACTOR", ("offered", "required") if EMBEDDED else ("required", "offered"))
"""Whether all staff confirm their login with a code, or those alone who have set it up."""
OTP_TOTP_ISSUER = urlsplit(SITE_URL).hostname
"""The name under which an authenticator app keeps our codes."""
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the page promises an end
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
"""One address cannot shut out a user everywhere, nor one user's slips an office behind one address."""
AXES_CLIENT_IP_CALLABLE = "tracker.network.origin"
AXES_LOCKOUT_CALLABLE = "tracker.admin.accounts.throttling.locked_page"
AXES_SENSITIVE_PARAMETERS = ["code"]
AXES_DISABLE_ACCESS_LOG = True  # who logged in from where would be kept for ever
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
if not EMBEDDED:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# --- API ------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Commitment tracker",
    "DESCRIPTION": (
        "Every announced initiative with the words that announced it, who answers for it, by when, and where "
        "it stands. Read only. Days are ISO 8601; a vague day is the last one that the words allow, with its "
        "precision beside it."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "StatusEnum": "tracker.models.Status",
        "PrecisionEnum": "tracker.models.Precision",
        "HealthEnum": "tracker.models.Health",
    },
}

LOGGING_CONFIG = "config.logs.configure"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO" if not EMBEDDED else "WARNING"},
}

# --- seeds ----------------------------------------------------------------------------------------

SEEDS_DIR = BASE_DIR / "seeds"
SEED_TEXTS_DIR = os.environ.get("SEED_TEXTS_DIR")
"""Where the full texts of the seeds lie, if they are at hand; every quote is then checked against them."""
