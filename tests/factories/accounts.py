"""Accounts for tests: people with a known password, the three administrators, a program."""

from fenji.apps.accounts.models import User
from fenji.kernel.roles import Office

PASSWORD = "Werft-Dampfer-Nebel-41"


def person(username: str = "lin", *, name: str = "林国强", **fields: object) -> User:
    return User.objects.create_user(username, PASSWORD, name=name, **fields)


def administrator(office: Office, username: str = "") -> User:
    return person(username or office.value, name=f"{office.value} 管理员", office=office.value)


def program(username: str = "his") -> User:
    return User.objects.create_user(username, None, name="医院系统", is_program=True)
