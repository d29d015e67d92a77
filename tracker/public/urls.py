from django.urls import path

from tracker.public import answers, reports, unsubscribing, views

urlpatterns = [
    path("", views.initiative_list, name="initiatives"),
    path("initiatives/<slug:slug>/", views.initiative_detail, name="initiative"),
    path("parties/<slug:slug>/", views.party_detail, name="party"),
    path("sources/<slug:slug>/", views.source_detail, name="source"),
    path("answer/<str:token>/", answers.answer, name="answer"),
    path("answer/<str:token>/thanks/", answers.thanks, name="answer-thanks"),
    path("unsubscribe/<str:token>/", unsubscribing.unsubscribe, name="unsubscribe"),
    path("reports/", reports.report_list, name="reports"),
    path("reports/<int:number>/", reports.report_detail, name="report"),
    path("reports/<int:number>.pdf", reports.report_file, {"ending": "pdf"}, name="report-pdf"),
    path("reports/<int:number>.xlsx", reports.report_file, {"ending": "xlsx"}, name="report-xlsx"),
]
