from celery import Task
from django.db import transaction


def ring(task: Task, row_id: int) -> None:
    """Ask a worker to look at a row once this transaction is committed.

    A broker that is down is logged and nothing else: the row waits for the periodic sweep.
    """
    transaction.on_commit(lambda: task.apply_async([row_id], retry=False), robust=True)
