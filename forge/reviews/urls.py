"""Where reviews are found below /api/v1/."""

from django.urls import path

from forge.reviews import api

urlpatterns = [
    path("builds/<uuid:build_id>/reviews", api.BuildReviews.as_view()),
    path("builds/<uuid:build_id>/comments", api.BuildComments.as_view()),
]
