"""The addresses of reviews below /api/v1/."""

from django.urls import path

from forge.core.api.acts import act_paths, acts_in
from forge.reviews.change_requests import api as change_api
from forge.reviews.change_requests.actions import merges, offers, taking
from forge.reviews.checks import api as check_api
from forge.reviews.gate import api as gate_api
from forge.reviews.guests import actions as guests
from forge.reviews.guests import api as guest_api
from forge.reviews.place import REVIEW
from forge.reviews.reviewing import api as review_api
from forge.reviews.reviewing import verdict_api as api
from forge.reviews.reviewing.actions import requests
from forge.reviews.rules import api as rules_api
from forge.reviews.suggestions import actions as suggestions
from forge.reviews.suggestions import api as suggestion_api
from forge.reviews.threads import api as thread_api
from forge.reviews.threads.actions import conversation

_ACTS = acts_in(offers, taking, merges, requests, guests, suggestions, conversation)

urlpatterns = [
    path("organisations/<str:organisation>/rules", rules_api.OrganisationRulesView.as_view()),
    path("projects/<str:organisation>/<str:name>/reviews", review_api.ProjectReviews.as_view()),
    path("reviews/<uuid:review_id>", review_api.OneReview.as_view()),
    path("reviews/<uuid:review_id>/rounds", review_api.ReviewRounds.as_view()),
    path("reviews/<uuid:review_id>/reviewers", review_api.ReviewReviewers.as_view()),
    path("reviews/<uuid:review_id>/threads", thread_api.ReviewThreads.as_view()),
    path("reviews/<uuid:review_id>/wrong-results", thread_api.ReviewWrongResults.as_view()),
    path("reviews/<uuid:review_id>/fields", suggestion_api.ReviewFields.as_view()),
    path("reviews/<uuid:review_id>/trials", suggestion_api.ReviewTrials.as_view()),
    path("reviews/<uuid:review_id>/trials/<uuid:trial_id>", suggestion_api.OneTrial.as_view()),
    path("projects/<str:organisation>/<str:name>/change-requests", change_api.ProjectChangeRequests.as_view()),
    path("projects/<str:organisation>/<str:name>/offers", change_api.ProjectOffers.as_view()),
    path("change-requests/<uuid:change_id>", change_api.OneChangeRequest.as_view()),
    path("change-requests/<uuid:change_id>/offer", change_api.ChangeRequestOffer.as_view()),
    path("change-requests/<uuid:change_id>/threads", change_api.ChangeRequestThreads.as_view()),
    path("builds/<uuid:build_id>/checks", check_api.BuildChecks.as_view()),
    path("builds/<uuid:build_id>/checks/<str:check>", check_api.BuildCheck.as_view()),
    path("builds/<uuid:build_id>/gate", gate_api.BuildGate.as_view()),
    path("builds/<uuid:build_id>/reviews", api.BuildReviews.as_view()),
    path("builds/<uuid:build_id>/reviews/undo", api.BuildVerdictUndo.as_view()),
    path("builds/<uuid:build_id>/threads", thread_api.BuildThreads.as_view()),
    path("builds/<uuid:build_id>/wrong-results", thread_api.BuildWrongResults.as_view()),
    path("threads/<uuid:thread_id>", thread_api.OneThread.as_view()),
    path("threads/<uuid:thread_id>/resolve", thread_api.ThreadResolve.as_view()),
    path("comments/<uuid:comment_id>", thread_api.OneComment.as_view()),
    *act_paths(_ACTS, {f"{REVIEW.route}guest-links": guest_api.ReviewGuestLinks}),
]
