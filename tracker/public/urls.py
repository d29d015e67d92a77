from django.urls import path

from tracker.public import views

urlpatterns = [
    path("", views.initiative_list, name="initiatives"),
    path("initiatives/<slug:slug>/", views.initiative_detail, name="initiative"),
    path("parties/<slug:slug>/", views.party_detail, name="party"),
    path("sources/<slug:slug>/", views.source_detail, name="source"),
]
