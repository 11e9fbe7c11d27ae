"""Where reviews are found below /api/v1/."""

from django.urls import path

from forge.reviews import api, review_api

urlpatterns = [
    path("projects/<str:organisation>/<str:name>/reviews", review_api.ProjectReviews.as_view()),
    path("reviews/<uuid:review_id>", review_api.OneReview.as_view()),
    path("reviews/<uuid:review_id>/rounds", review_api.ReviewRounds.as_view()),
    path("reviews/<uuid:review_id>/reviewers", review_api.ReviewReviewers.as_view()),
    path("reviews/<uuid:review_id>/close", review_api.ReviewClose.as_view()),
    path("reviews/<uuid:review_id>/comments", review_api.ReviewComments.as_view()),
    path("builds/<uuid:build_id>/reviews", api.BuildReviews.as_view()),
    path("builds/<uuid:build_id>/reviews/undo", api.BuildVerdictUndo.as_view()),
    path("builds/<uuid:build_id>/comments", api.BuildComments.as_view()),
]
