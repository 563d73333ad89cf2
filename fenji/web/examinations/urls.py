"""Addresses of examinations."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from fenji.kernel.roles import CLINICAL, Role
from fenji.web.examinations import items, ordering, orders, own, rebooking, room, shared
from fenji.web.navigation import Entry

NAVIGATION = (
    Entry(_("检查申请"), "exam_orders", "beaker", roles=CLINICAL),
    Entry(_("检查登记"), "exam_room", "clipboard-document-check", roles=frozenset(room.ROOM)),
    Entry(_("共享检查"), "exam_shared", "share", roles=frozenset({Role.COMMISSION})),  # others from their own pages
)

urlpatterns = [
    path("examinations/", orders.orders, name="exam_orders"),
    path("examinations/shared/", shared.shared, name="exam_shared"),
    path("examinations/room/", room.room, name="exam_room"),
    path("examinations/room/<uuid:booking_id>/arrive/", room.arrive, name="exam_arrive"),
    path("examinations/items/", items.items, name="exam_items"),
    path("examinations/items/new/", items.new, name="exam_item_new"),
    path("examinations/items/<int:item_id>/", items.one, name="exam_item"),
    path("examinations/items/times/<int:schedule_id>/end/", items.end_times, name="exam_times_end"),
    path("examinations/for/<uuid:resident_id>/", ordering.choose, name="exam_choose"),
    path("examinations/for/<uuid:resident_id>/<int:item_id>/", ordering.order, name="exam_order"),
    path("examinations/<uuid:order_id>/", orders.one, name="exam_one"),
    path("examinations/<uuid:order_id>/cancel/", orders.cancel, name="exam_cancel"),
    path("examinations/<uuid:order_id>/rebook/", rebooking.rebook, name="exam_rebook"),
    path("examinations/<uuid:order_id>/report/", room.report, name="exam_report"),
    path("me/examinations/", own.own, name="my_examinations"),
    path("me/examinations/<uuid:order_id>/", own.result, name="my_examination"),
]
