"""Photographed papers over the API: pictures only, re-encoded, opened only by who takes part."""

import io
from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from fenji.apps.referrals.models import Attachment
from tests.api.conftest import Api
from tests.api.test_referrals import sent
from tests.factories.world import World


def photograph(kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "#446688").save(out, kind)
    return out.getvalue()


def test_a_photograph_is_added_listed_and_opened(township: Api, county: Api, world: World):
    up = sent(township, world).body["id"]
    added = township.upload(f"referrals/{up}/attachments", paper=SimpleUploadedFile("心电图.png", photograph()))
    assert (added.status, added.body["media_type"]) == (201, "image/jpeg")
    listed = county.get(f"referrals/{up}/attachments").body["items"]
    assert [one["name"] for one in listed] == ["心电图.png"]
    opened = county.get(f"referrals/{up}/attachments/{added.body['id']}")
    assert opened.headers["Content-Type"] == "image/jpeg"
    assert opened.headers["Content-Disposition"] == "attachment"
    assert Image.open(io.BytesIO(opened.body)).size == (64, 48)


def test_what_is_no_picture_is_refused(township: Api, world: World):
    up = sent(township, world).body["id"]
    for content in (b"%PDF-1.7", b"<svg onload=alert(1)>", b"\x89PNG broken", photograph()[:40]):
        refused = township.upload(f"referrals/{up}/attachments", paper=SimpleUploadedFile("x.png", content))
        assert (refused.status, refused.body["code"]) == (422, "paper_refused")
    assert township.upload(f"referrals/{up}/attachments").status == 422
    assert Attachment.objects.count() == 0


def test_a_paper_is_opened_only_through_its_own_referral(township: Api, program: Callable[..., Api], world: World):
    one, other = sent(township, world).body["id"], sent(township, world).body["id"]
    added = township.upload(f"referrals/{one}/attachments", paper=SimpleUploadedFile("a.png", photograph())).body["id"]
    assert township.get(f"referrals/{other}/attachments/{added}").status == 404
    assert program(world.city).get(f"referrals/{one}/attachments/{added}").status == 404
