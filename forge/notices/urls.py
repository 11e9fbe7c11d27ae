"""The API's addresses of notices."""

from django.urls import path

from forge.notices import api

urlpatterns = [
    path("me/notices", api.Inbox.as_view()),
    path("notices", api.Notices.as_view()),
    path("notices/read", api.NoticesRead.as_view()),
    path("notices/<uuid:notice_id>", api.OneNotice.as_view()),
    path("projects/<str:organisation>/<str:name>/watch", api.ProjectNoticeLevel.as_view()),
]
