"""What a job defers belongs to the job's transaction: seen by nobody before it commits, gone when it is rolled back."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob

from fenji.apps.notices.actions import DELIVER, defer_delivery
from fenji.config.worker import worker_connector

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def in_worker() -> Iterator[None]:
    with app.replace_connector(worker_connector()):
        yield


def waiting() -> int:
    return ProcrastinateJob.objects.filter(task_name=DELIVER).count()


def begin_and_give_up() -> None:
    """As a sweep does that meets a fault after it has told somebody."""
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        defer_delivery(4711)
        raise ZeroDivisionError


def test_what_a_rolled_back_job_deferred_is_gone(in_worker: None) -> None:
    begin_and_give_up()
    assert waiting() == 0


def test_what_a_job_deferred_stands_once_it_committed(in_worker: None) -> None:
    with transaction.atomic():
        defer_delivery(4711)
    assert waiting() == 1


def test_with_the_stock_connector_it_would_have_run_without_its_notice() -> None:
    """The negative control: this is how a delivery came to look for a notice that was not there."""
    with app.replace_connector(DjangoConnector().get_worker_connector()), app.open():
        begin_and_give_up()
        assert waiting() == 1
