from celery import Task
from django.db import transaction
from kombu.pools import producers

# A page waits 0.3 s at most for each answer of a broker that hangs; the workers have more patience.
IMPATIENT = {"socket_connect_timeout": 0.3, "socket_timeout": 0.3}


def ring(task: Task, row_id: int | str) -> None:
    """Ask a worker to look at a row once this transaction is committed.

    A broker that is down or hangs is logged and nothing else: the row waits for the sweep.
    """
    transaction.on_commit(lambda: _publish(task, row_id), robust=True)


def _publish(task: Task, row_id: int | str) -> None:
    line = task.app.connection_for_write(transport_options=IMPATIENT)
    with producers[line].acquire(block=True, timeout=1) as producer:
        task.apply_async([row_id], retry=False, producer=producer)
