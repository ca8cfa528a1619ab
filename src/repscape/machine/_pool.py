"""Tasks of a study on a bounded number of threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

from threadpoolctl import threadpool_limits


def in_threads(tasks: Sequence[Callable[[], None]], workers: int) -> None:
    """Run tasks on threads; the first error, or Ctrl-C, cancels those that have not begun."""
    if workers == 1 or len(tasks) < 2:
        for task in tasks:
            task()
        return
    # Matrix products of several tasks at one time must not each take all cores.
    with threadpool_limits(max(1, workers // len(tasks)), user_api="blas"), ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(task) for task in tasks]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
        failed = [future for future in futures if future in done and future.exception() is not None]
        if failed:
            pool.shutdown(cancel_futures=True)
            failed[0].result()
