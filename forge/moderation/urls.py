"""The API's addresses of reports."""

from django.urls import path

from forge.moderation import api

urlpatterns = [path("reports", api.Reports.as_view())]
