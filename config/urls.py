from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from tracker.public import badges, embedding, exporting, feeds, health, kept_mail, sitemaps
from tracker.public.views import home

urlpatterns = [
    path("", home),
    path("api/", include("tracker.api.urls")),
    path("admin/", include("tracker.admin.accounts.urls")),
    path("admin/", admin.site.urls),
    path("feeds/changes.atom", feeds.feed, name="feed"),
    path("calendar.ics", feeds.calendar, name="calendar"),
    path("export.csv", exporting.export, {"ending": "csv"}, name="export-csv"),
    path("export.xlsx", exporting.export, {"ending": "xlsx"}, name="export-xlsx"),
    path("export.json", exporting.export, {"ending": "json"}, name="export-json"),
    path("export.schema.json", exporting.export_schema, name="export-schema"),
    path("badge/<slug:slug>.svg", badges.show_badge, name="badge"),
    path("cards/<str:language>/<slug:slug>.png", badges.show_card, name="card"),
    path("embed/", embedding.embed, name="embed"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemaps/<slug:name>-<int:number>.xml", sitemaps.file, name="sitemap-file"),
    path("robots.txt", sitemaps.robots, name="robots"),
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
