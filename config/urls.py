from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from tracker.public import health, kept_mail
from tracker.public.views import home

urlpatterns = [
    path("", home),
    path("api/", include("tracker.api.urls")),
    path("admin/", admin.site.urls),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("health/work", health.work),
    *i18n_patterns(path("", include("tracker.public.urls"))),
]

if settings.SHOWS_KEPT_MAIL:
    urlpatterns += [
        path("dev/mail/", kept_mail.kept_mail, name="kept-mail"),
        path("dev/mail/<str:key>/<int:number>/", kept_mail.kept_mail_attachment, name="kept-mail-attachment"),
        path("dev/mail/<str:key>.html", kept_mail.kept_mail_html, name="kept-mail-html"),
    ]
