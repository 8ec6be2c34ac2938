"""The route of the inspector's phone."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token

from anlan.inspection import queries
from anlan.inspection.api.router import router
from anlan.inspection.schemas import pocket as schemas_pocket
from anlan.inspection.services.tasking import inspects_alone


@router.get("/pocket", response=schemas_pocket.PocketOut, tags=["口袋端"], summary="手机离线资料")
def pocket(request: HttpRequest, response: HttpResponse) -> Any:
    """Everything an inspector's phone takes along; 304 when it holds the same already (If-None-Match)."""
    shared = {"account": str(request.user.pk), "alone": inspects_alone(request.scope)}
    bundle = shared | queries.pocket_bundle(request.scope, request.now)
    etag = f'"{sha256(orjson.dumps(bundle)).hexdigest()[:32]}"'
    get_token(request)  # the page that sends what was filed offline comes from the phone itself, without a cookie
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={"ETag": etag})
    response["ETag"] = etag
    return bundle
