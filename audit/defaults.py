"""Defaults of the columns that hold the act. Migrations name these functions, so this module does not move."""

from audit.acting import current_act


def actor_id() -> int | None:
    return current_act().actor_id


def actor_kind() -> str:
    return current_act().actor_kind


def actor_name() -> str:
    return current_act().actor_name


def organisation() -> str:
    return current_act().organisation


def side() -> str:
    return current_act().side


def door() -> str:
    return current_act().door


def reason() -> str:
    return current_act().reason


def request_id() -> str:
    return current_act().request_id
