"""The API's addresses of jobs."""

from django.urls import path

from forge.jobs import api

urlpatterns = [
    path("organisations/<str:organisation>/jobs", api.OrganisationJobs.as_view()),
    path("jobs/<uuid:job_id>", api.OneJob.as_view()),
    path("jobs/<uuid:job_id>/log", api.JobLog.as_view()),
    path("jobs/<uuid:job_id>/cancel", api.JobCancel.as_view()),
    path("jobs/<uuid:job_id>/retry", api.JobRetry.as_view()),
]
