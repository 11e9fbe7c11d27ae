"""The API's address of the search."""

from django.urls import path

from forge.search.api import Search

urlpatterns = [path("search", Search.as_view())]
